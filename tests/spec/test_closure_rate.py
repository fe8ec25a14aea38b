"""办结率: closed out of those whose due date has passed."""


def test_an_open_case_not_yet_due_counts_in_neither_number(register, figures):
    snapshot = register("""
        place_code | due_at     | closed_at
        -----------+------------+-----------
        north      | 2022-06-01 | 2022-05-30
        north      | 2022-07-15 |
    """)
    assert figures(snapshot, "closure_rate", "place", as_of="2022-06-30") == [("north", 1, 1, 1.0)]
