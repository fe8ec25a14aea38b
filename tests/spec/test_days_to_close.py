"""办理天数: from registration to closing, over closed items; the median and other quantiles."""


def test_the_median_lies_between_the_middle_two(register, figures):
    snapshot = register("""
        registered_at | closed_at
        --------------+--------------------
        2022-06-01    | 2022-06-02
        2022-06-01    | 2022-06-04
        2022-06-01    | 2022-06-05 12:00:00
        2022-06-01    | 2022-06-30
    """)
    assert figures(snapshot, "days_to_close") == [(4, 4, 3.75)]


def test_open_items_have_no_days_yet(register, figures):
    snapshot = register("""
        registered_at | closed_at  | closed_stated
        --------------+------------+--------------
        2022-06-01    | 2022-06-11 |
        2022-06-01    |            |
        2022-06-01    |            | yes
        2022-06-01    | 2022-07-30 |
    """)
    assert figures(snapshot, "days_to_close", as_of="2022-06-30") == [(1, 1, 10.0)]


def test_a_closing_date_without_a_time_is_not_before_the_registration_of_that_day(register, figures):
    snapshot = register("""
        registered_at       | closed_at
        --------------------+-----------
        2022-06-01 09:30:00 | 2022-06-01
    """)
    assert figures(snapshot, "days_to_close") == [(1, 1, 0.0)]


def test_a_quarter_of_the_closed_items_took_less_than_the_lower_quartile(register, figures):
    snapshot = register("""
        registered_at | closed_at
        --------------+-----------
        2022-06-01    | 2022-06-02
        2022-06-01    | 2022-06-03
        2022-06-01    | 2022-06-04
        2022-06-01    | 2022-06-05
        2022-06-01    | 2022-06-06
    """)
    assert figures(snapshot, "days_to_close_p25") == [(5, 5, 2.0)]
    assert figures(snapshot, "days_to_close_p75") == [(5, 5, 4.0)]
    assert figures(snapshot, "days_to_close_p10") == [(5, 5, 1.4)]
    assert figures(snapshot, "days_to_close_p90") == [(5, 5, 4.6)]
