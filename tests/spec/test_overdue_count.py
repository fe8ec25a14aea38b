"""超期未办结件数: open after the due date."""


def test_only_open_items_past_their_due_date_are_overdue(register, figures):
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-06-01 |
        2022-06-01 | 2022-06-20
        2022-07-15 |
                   |
    """)
    assert figures(snapshot, "overdue_count", as_of="2022-06-30") == [(1, None, 1.0)]


def test_the_due_day_has_passed_when_it_ends(register, figures):
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-06-30 |
        2022-06-30 | 2022-07-01
    """)
    assert figures(snapshot, "overdue_count", as_of="2022-06-29") == [(0, None, 0.0)]
    assert figures(snapshot, "overdue_count", as_of="2022-06-30") == [(2, None, 2.0)]


def test_a_due_date_is_computed_from_acceptance_only_on_the_petition_procedure(register, figures):
    snapshot = register("""
        accepted_at | procedure  | extended_days | closed_at
        ------------+------------+---------------+-----------
        2022-03-01  | petition   |               |
        2022-03-01  | petition   | 30            |
        2022-03-01  | litigation |               |
        2022-03-01  |            |               |
        2022-03-01  | petition   |               | 2022-03-02
    """)
    assert figures(snapshot, "overdue_count", as_of="2022-04-29") == [(0, None, 0.0)]  # 1 March + 60 days = 30 April
    assert figures(snapshot, "overdue_count", as_of="2022-04-30") == [(1, None, 1.0)]
    assert figures(snapshot, "overdue_count", as_of="2022-05-30") == [(2, None, 2.0)]
