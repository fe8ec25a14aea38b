"""逾期天数: from the due date to closing, of the items not closed by it."""


def test_only_items_that_missed_their_day_count_and_open_ones_wait(register, figures):
    snapshot = register("""
        registered_at | due_at     | closed_at
        --------------+------------+-----------
        2022-03-01    | 2022-05-01 | 2022-05-01
        2022-03-01    | 2022-05-01 | 2022-05-05
        2022-03-01    | 2022-05-01 | 2022-05-11
        2022-03-01    | 2022-05-01 |
        2022-03-01    | 2022-07-01 |
    """)
    assert figures(snapshot, "days_late", as_of="2022-06-30") == [(2, 3, 10.0)]
