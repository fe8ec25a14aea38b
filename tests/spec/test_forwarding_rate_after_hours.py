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


def test_the_rule_set_says_when_offices_close(register, figures):
    snapshot = register("""
        registered_at       | forwarded_at        | is_first_national
        --------------------+---------------------+------------------
        2022-06-09 17:45:00 | 2022-06-10 09:00:00 | yes
    """)
    asked = {"as_of": "2022-06-30"}
    assert figures(snapshot, "forwarding_rate_after_hours", **asked) == [(1, 1, 1.0)]
    assert figures(snapshot, "forwarding_rate_after_hours", rules="regulation2022_1800", **asked) == [(0, 1, 0.0)]


def test_a_register_without_times_of_day_cannot_say(register, figures):
    snapshot = register("""
        registered_at | forwarded_at | is_first_national
        --------------+--------------+------------------
        2022-06-09    | 2022-06-09   | yes
    """)
    assert [row[-1] for row in figures(snapshot, "forwarding_rate_after_hours", as_of="2022-06-30")] == [None]
