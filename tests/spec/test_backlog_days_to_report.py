"""积案上报天数: from assignment to the report as settled; what is not reported yet counts as waiting so far."""


def test_an_old_item_not_reported_yet_waits(register, figures):
    snapshot = register(
        backlog="""
        batch  | assigned_on | reported_on
        -------+-------------+------------
        first  | 2022-01-01  | 2022-01-31
        first  | 2022-01-01  | 2022-03-02
        first  | 2022-01-01  |
    """
    )
    assert figures(snapshot, "backlog_days_to_report", as_of="2022-06-30") == [(2, 3, 60.0)]
