"""积案认定天数: from assignment to recognition as settled."""


def test_a_returned_item_still_waits_to_be_recognised(register, figures):
    snapshot = register(
        backlog="""
        batch | assigned_on | reported_on | reviewed_on | review_result
        ------+-------------+-------------+-------------+--------------
        first | 2022-01-01  | 2022-01-21  | 2022-01-31  | recognised
        first | 2022-01-01  | 2022-01-21  | 2022-03-02  | recognised
        first | 2022-01-01  | 2022-01-21  | 2022-01-31  | returned
        first | 2022-01-01  | 2022-01-21  |             |
    """
    )
    assert figures(snapshot, "backlog_days_to_recognise", as_of="2022-06-30") == [(2, 3, 60.0)]
