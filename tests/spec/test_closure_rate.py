"""办结率: closed out of those whose due date has passed."""


def test_an_open_case_not_yet_due_counts_in_neither_number(register, figures):
    snapshot = register("""
        place_code | due_at     | closed_at
        -----------+------------+-----------
        north      | 2022-06-01 | 2022-05-30
        north      | 2022-07-15 |
    """)
    assert figures(snapshot, "closure_rate", "place", as_of="2022-06-30") == [("north", 1, 1, 1.0)]


def test_a_case_closed_before_it_is_due_waits_for_its_due_date(register, figures):
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-07-15 | 2022-06-01
        2022-06-01 |
    """)
    assert figures(snapshot, "closure_rate", as_of="2022-06-30") == [(0, 1, 0.0)]


def test_closing_late_is_closing_all_the_same(register, figures):
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-06-01 | 2022-06-29
    """)
    assert figures(snapshot, "closure_rate", as_of="2022-06-30") == [(1, 1, 1.0)]


def test_what_happened_after_the_as_of_day_is_not_known_yet(register, figures):
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-06-01 | 2022-07-02
    """)
    assert figures(snapshot, "closure_rate", as_of="2022-06-30") == [(0, 1, 0.0)]
    assert figures(snapshot, "closure_rate", as_of="2022-07-02") == [(1, 1, 1.0)]


def test_the_due_date_puts_a_case_into_its_month(register, figures):
    snapshot = register("""
        registered_at | due_at     | closed_at
        --------------+------------+-----------
        2022-01-10    | 2022-03-11 | 2022-03-01
        2022-02-10    | 2022-03-31 |
        2022-02-10    | 2022-04-01 |
    """)
    assert [row[1:] for row in figures(snapshot, "closure_rate", "month", as_of="2022-06-30")] == [
        (1, 2, 0.5),
        (0, 1, 0.0),
    ]


def test_without_due_dates_it_cannot_be_computed(register, figures):
    snapshot = register("""
        due_at | closed_at
        -------+-----------
               | 2022-06-01
    """)
    assert figures(snapshot, "closure_rate") == [(0, 0, None)]
