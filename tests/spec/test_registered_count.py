"""登记件数: items registered by the as-of day."""


def test_an_item_counts_from_the_day_it_is_registered(register, figures):
    snapshot = register("""
        place_code | registered_at
        -----------+---------------------
        north      | 2022-05-31 23:50:00
        north      | 2022-06-01
        south      | 2022-07-01
    """)
    assert figures(snapshot, "registered_count", "place", as_of="2022-06-30") == [("north", 2, None, 2.0)]


def test_a_period_holds_its_first_and_its_last_day(register, figures):
    snapshot = register("""
        registered_at
        -------------------
        2022-05-31
        2022-06-01
        2022-06-30 23:59:00
        2022-07-01
    """)
    assert figures(snapshot, "registered_count", start="2022-06-01", end="2022-06-30") == [(2, None, 2.0)]


def test_an_item_not_counted_in_statistics_is_left_out(register, figures):
    snapshot = register("""
        registered_at | counted
        --------------+--------
        2022-06-01    | yes
        2022-06-01    | no
    """)
    assert figures(snapshot, "registered_count") == [(1, None, 1.0)]
    assert snapshot.manifest["not_counted"] == 1


def test_a_period_without_items_counts_none(register, figures):
    snapshot = register("""
        registered_at
        -------------
        2022-06-01
    """)
    assert figures(snapshot, "registered_count", start="2021-01-01", end="2021-12-31") == [(0, None, 0.0)]
