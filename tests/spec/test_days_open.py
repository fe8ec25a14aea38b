"""在办件已办天数: from registration to the as-of day, of open items."""


def test_open_items_are_as_old_as_their_registration(register, figures):
    snapshot = register("""
        registered_at | closed_at
        --------------+-----------
        2022-06-20    |
        2022-06-10    |
        2022-06-01    | 2022-06-05
        2022-06-01    | 2022-07-05
    """)
    assert figures(snapshot, "days_open", as_of="2022-06-30") == [(3, 3, 20.0)]
