"""日清日结率（非工作日和下班后顺延）: an evening or a day off counts for the next working day."""


def test_after_the_closing_time_the_next_working_day_counts(register, figures):
    # 10 June 2022 is a Friday
    snapshot = register("""
        registered_at       | forwarded_at        | is_first_national
        --------------------+---------------------+------------------
        2022-06-10 17:30:00 | 2022-06-13 09:00:00 | yes
        2022-06-10 17:31:00 | 2022-06-13 09:00:00 | yes
        2022-06-10 17:31:00 | 2022-06-14 09:00:00 | yes
        2022-06-11 09:00:00 | 2022-06-13 09:00:00 | yes
    """)
    assert figures(snapshot, "forwarding_rate_after_hours", as_of="2022-06-30") == [(2, 4, 0.5)]


def test_the_bureau_says_from_which_day_on_offices_close_when(register, figures):
    # each forwarded on the next day, a working day; 1 June is before the first time that is set
    cases = """
        registered_at       | forwarded_at        | is_first_national
        --------------------+---------------------+------------------
        2022-06-01 17:45:00 | 2022-06-02 09:00:00 | yes
        2022-06-07 17:45:00 | 2022-06-08 09:00:00 | yes
        2022-06-14 17:45:00 | 2022-06-15 09:00:00 | yes
        2022-06-14 16:55:00 | 2022-06-15 09:00:00 | yes
    """
    times = [
        {"closing_time_id": 1, "valid_from": "2022-06-07", "closes": "18:20", "version": 1},
        {"closing_time_id": 2, "valid_from": "2022-06-14", "closes": "16:50", "version": 1},
    ]
    asked = {"name": "forwarding_rate_after_hours", "as_of": "2022-06-30"}
    assert figures(register(cases), **asked) == [(3, 4, 0.75)]
    assert figures(register(cases, records={"closing_time": times}), **asked) == [(3, 4, 0.75)]
    assert figures(register(cases, records={"closing_time": times[:1]}), **asked) == [(1, 4, 0.25)]


def test_a_register_without_times_of_day_cannot_say(register, figures):
    snapshot = register("""
        registered_at | forwarded_at | is_first_national
        --------------+--------------+------------------
        2022-06-09    | 2022-06-09   | yes
    """)
    assert [row[-1] for row in figures(snapshot, "forwarding_rate_after_hours", as_of="2022-06-30")] == [None]
