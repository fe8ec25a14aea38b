"""回流率: petitioned again out of the recognised."""

from queries.counting.distributions import backlog_batches


def test_only_recognised_items_can_flow_back(register, figures):
    snapshot = register(
        backlog="""
        batch | assigned_on | reviewed_on | review_result | reflow_on
        ------+-------------+-------------+---------------+-----------
        one   | 2022-01-10  | 2022-03-01  | recognised    | 2022-06-01
        one   | 2022-01-10  | 2022-03-01  | recognised    |
        one   | 2022-01-10  |             | under_review  | 2022-06-01
    """
    )
    assert figures(snapshot, "backlog_reflow_rate", as_of="2022-05-31") == [(0, 2, 0.0)]
    assert figures(snapshot, "backlog_reflow_rate", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_time_at_risk_runs_from_recognition_to_reflow_or_to_the_as_of_day(register):
    snapshot = register(
        backlog="""
        batch | assigned_on | reviewed_on | review_result | reflow_on
        ------+-------------+-------------+---------------+-----------
        one   | 2022-01-10  | 2022-03-01  | recognised    | 2022-03-11
        one   | 2022-01-10  | 2022-03-01  | recognised    | 2022-03-21
    """
    )
    assert backlog_batches(snapshot)["days_at_risk"].to_list() == [10 + 20]
