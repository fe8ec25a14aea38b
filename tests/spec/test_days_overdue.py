"""超期件已超天数: from the due date to the as-of day, of overdue open items."""


def test_an_overdue_item_is_as_late_as_its_due_day_is_past(register, figures):
    snapshot = register("""
        registered_at | due_at     | closed_at
        --------------+------------+-----------
        2022-04-01    | 2022-06-20 |
        2022-04-01    | 2022-06-24 |
        2022-04-01    | 2022-06-20 | 2022-06-25
        2022-04-01    | 2022-07-20 |
    """)
    assert figures(snapshot, "days_overdue", as_of="2022-06-30") == [(2, 2, 8.0)]
