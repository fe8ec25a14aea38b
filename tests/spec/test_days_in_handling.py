"""受理后办理天数: from acceptance to closing, the wait of Art. 34."""


def test_days_run_from_acceptance_and_open_items_wait(register, figures):
    snapshot = register("""
        registered_at | accepted_at | closed_at
        --------------+-------------+-----------
        2022-06-01    | 2022-06-05  | 2022-06-15
        2022-06-01    | 2022-06-05  | 2022-06-25
        2022-06-01    | 2022-06-05  |
        2022-06-01    |             | 2022-06-25
    """)
    assert figures(snapshot, "days_in_handling", as_of="2022-06-30") == [(2, 3, 20.0)]
