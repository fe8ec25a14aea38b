"""已办结占比: closed out of all registered, due or not."""


def test_cases_not_yet_due_count_too(register, figures):
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-06-01 | 2022-05-30
        2022-07-15 |
    """)
    assert figures(snapshot, "closed_share", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_a_case_registered_after_the_as_of_day_does_not_exist_yet(register, figures):
    snapshot = register("""
        registered_at | closed_at
        --------------+-----------
        2022-06-01    |
        2022-07-01    | 2022-07-01
    """)
    assert figures(snapshot, "closed_share", as_of="2022-06-30") == [(0, 1, 0.0)]
