"""上报办结率: reported as settled out of the old items assigned."""

from queries.counting.evaluate import evaluate


def test_an_item_counts_as_reported_from_the_day_of_the_report(register, figures):
    snapshot = register(
        backlog="""
        batch  | assigned_on | reported_on
        -------+-------------+------------
        first  | 2022-01-10  | 2022-03-01
        first  | 2022-01-10  | 2022-05-01
        second | 2022-04-10  |
    """
    )
    assert figures(snapshot, "backlog_reported_rate", as_of="2022-03-31") == [(1, 2, 0.5)]
    assert figures(snapshot, "backlog_reported_rate", "batch", as_of="2022-06-30") == [
        ("first", 2, 2, 1.0),
        ("second", 0, 1, 0.0),
    ]


def test_an_item_whose_dates_contradict_each_other_is_left_out_and_counted(register):
    snapshot = register(
        backlog="""
        batch | assigned_on | reported_on | unusable
        ------+-------------+-------------+---------
        one   | 2022-01-10  | 2022-03-01  | 0
        one   | 2022-03-10  | 2022-03-01  | 1
    """
    )
    (figure,) = evaluate(snapshot, "backlog_reported_rate").rows(named=True)
    assert (figure["numerator"], figure["denominator"], figure["excluded"]) == (1, 1, 1)
