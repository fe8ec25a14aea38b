"""办结后评价天数: from closing to the evaluation, of those evaluated."""


def test_silence_and_an_evaluation_before_the_closing_have_no_days(register, figures):
    cases = """
        closed_at  | unusable
        -----------+---------
        2022-05-01 | 0
        2022-05-01 | 0
        2022-05-01 | 0
        2022-05-25 | 0
        2022-05-01 | 32
    """
    evaluations = """
        case_id | target | status    | score     | window_ends_at | evaluated_at
        --------+--------+-----------+-----------+----------------+-------------
        c1      | bureau | evaluated | satisfied | 2022-06-10     | 2022-05-05
        c2      | bureau | evaluated | satisfied | 2022-06-10     | 2022-05-21
        c3      | bureau | expired   |           | 2022-06-10     |
        c4      | bureau | evaluated | satisfied | 2022-06-10     | 2022-05-20
        c5      | bureau | evaluated | satisfied | 2022-06-10     | 2022-05-20
    """
    snapshot = register(cases, evaluations)
    assert figures(snapshot, "days_to_evaluate", as_of="2022-06-30") == [(2, 2, 12.0)]
    assert figures(snapshot, "days_to_evaluate", as_of="2022-05-10") == [(1, 1, 4.0)]
