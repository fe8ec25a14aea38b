"""含未办结件的办理天数: from registration to closing; what is still open counts as waiting so far."""


def test_an_open_item_counts_with_the_days_it_has_waited_so_far(register, figures):
    snapshot = register("""
        registered_at | closed_at
        --------------+-----------
        2022-06-01    | 2022-06-06
        2022-06-01    | 2022-06-11
        2022-06-01    |
        2022-06-21    |
    """)
    # of four two are closed, on days 5 and 10; one waits since 29 days and one, since 9, left the count before day 10:
    # 3/4 wait longer than 5 days, 3/4 × 1/2 longer than 10
    assert figures(snapshot, "days_until_closed", as_of="2022-06-30") == [(2, 4, 10.0)]
    assert figures(snapshot, "days_until_closed_p25", as_of="2022-06-30") == [(2, 4, 7.5)]
    assert figures(snapshot, "days_until_closed_p75", as_of="2022-06-30") == [(2, 4, None)]


def test_an_item_closed_on_an_unknown_day_is_left_out(register, figures):
    snapshot = register("""
        registered_at | closed_at  | closed_stated
        --------------+------------+--------------
        2022-06-01    | 2022-06-11 |
        2022-06-01    |            | yes
    """)
    assert figures(snapshot, "days_until_closed", as_of="2022-06-30") == [(1, 1, 10.0)]
