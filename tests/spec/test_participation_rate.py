"""参评率: evaluated out of those evaluated or expired in silence."""


def test_an_evaluation_still_open_counts_in_neither_number(register, figures):
    cases = """
        place_code
        ----------
        north
        north
        north
    """
    evaluations = """
        case_id | target | status    | score     | window_ends_at | evaluated_at
        --------+--------+-----------+-----------+----------------+-------------
        c1      | bureau | evaluated | satisfied | 2022-06-10     | 2022-06-01
        c2      | bureau | expired   |           | 2022-06-10     |
        c3      | bureau | pending   |           | 2022-07-10     |
    """
    snapshot = register(cases, evaluations)
    assert figures(snapshot, "participation_rate", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_silence_counts_once_the_window_has_ended_whatever_the_status_says(register, figures):
    cases = """
        place_code
        ----------
        north
        north
    """
    evaluations = """
        case_id | target | status    | score     | window_ends_at | evaluated_at
        --------+--------+-----------+-----------+----------------+-------------
        c1      | bureau | pending   |           | 2022-06-10     |
        c2      | bureau | evaluated | satisfied | 2022-06-10     | 2022-06-15
    """
    snapshot = register(cases, evaluations)
    assert figures(snapshot, "participation_rate", as_of="2022-06-09") == [(0, 0, None)]
    assert figures(snapshot, "participation_rate", as_of="2022-06-10") == [(0, 2, 0.0)]
    assert figures(snapshot, "participation_rate", as_of="2022-06-15") == [(1, 2, 0.5)]


def test_the_bureaus_evaluation_is_meant_where_there_is_one(register, figures):
    cases = """
        place_code
        ----------
        north
    """
    evaluations = """
        case_id | target | status    | score        | window_ends_at
        --------+--------+-----------+--------------+---------------
        c1      | bureau | evaluated | satisfied    | 2022-01-10
        c1      | office | expired   |              | 2022-01-10
    """
    snapshot = register(cases, evaluations)
    assert figures(snapshot, "participation_rate", as_of="2022-06-30") == [(1, 1, 1.0)]
    assert figures(snapshot, "participation_rate", as_of="2022-06-30", evaluation_target="office") == [(0, 1, 0.0)]
