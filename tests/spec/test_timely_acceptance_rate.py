"""及时受理率（信访部门）: accepted within 15 days of registration."""


def test_the_fifteenth_day_is_still_in_time(register, figures):
    snapshot = register("""
        registered_at       | accepted_at
        --------------------+--------------------
        2022-06-01 16:00:00 | 2022-06-16 17:00:00
        2022-06-01 16:00:00 | 2022-06-17 08:00:00
        2022-06-01 16:00:00 |
    """)
    assert figures(snapshot, "timely_acceptance_rate", as_of="2022-06-30") == [(1, 3, 1 / 3)]


def test_a_case_whose_fifteen_days_still_run_counts_in_neither_number(register, figures):
    snapshot = register("""
        registered_at | accepted_at
        --------------+------------
        2022-06-15    | 2022-06-15
        2022-06-16    | 2022-06-16
    """)
    assert figures(snapshot, "timely_acceptance_rate", as_of="2022-06-30") == [(1, 1, 1.0)]
