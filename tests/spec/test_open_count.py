"""未办结件数: registered and not closed by the as-of day."""


def test_an_item_is_open_until_the_end_of_the_day_before_it_is_closed(register, figures):
    snapshot = register("""
        closed_at
        ----------
        2022-06-30
    """)
    assert figures(snapshot, "open_count", as_of="2022-06-29") == [(1, None, 1.0)]
    assert figures(snapshot, "open_count", as_of="2022-06-30") == [(0, None, 0.0)]


def test_a_closed_status_stands_in_for_a_missing_closing_date(register, figures):
    snapshot = register("""
        closed_at  | closed_stated
        -----------+--------------
                   | yes
                   | no
                   |
        2022-06-01 | no
    """)
    assert figures(snapshot, "open_count", as_of="2022-06-30") == [(2, None, 2.0)]
