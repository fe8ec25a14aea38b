"""日清日结率（非工作日顺延）: what is registered on a day off may be forwarded by the end of the next working day."""


def test_a_day_off_counts_for_the_next_working_day_and_an_evening_does_not(register, figures):
    # 11 and 12 June 2022 are a weekend, 6 June a Monday
    snapshot = register("""
        registered_at       | forwarded_at        | is_first_national
        --------------------+---------------------+------------------
        2022-06-11 10:00:00 | 2022-06-13 23:00:00 | yes
        2022-06-11 10:00:00 | 2022-06-14 00:10:00 | yes
        2022-06-06 20:00:00 | 2022-06-07 09:00:00 | yes
        2022-06-06 20:00:00 | 2022-06-06 21:00:00 | yes
    """)
    assert figures(snapshot, "forwarding_rate_off_days", as_of="2022-06-30") == [(2, 4, 0.5)]


def test_a_public_holiday_is_a_day_off_and_the_sunday_worked_for_it_is_not(register, figures):
    # the Dragon Boat holiday of 2022 ended on Sunday 5 June; Sunday 24 April was worked
    snapshot = register("""
        registered_at | forwarded_at | is_first_national
        --------------+--------------+------------------
        2022-06-03    | 2022-06-06   | yes
        2022-04-24    | 2022-04-25   | yes
    """)
    assert figures(snapshot, "forwarding_rate_off_days", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_an_item_whose_day_has_not_come_counts_in_neither_number(register, figures):
    snapshot = register("""
        registered_at | forwarded_at | is_first_national
        --------------+--------------+------------------
        2022-06-11    |              | yes
        2022-06-10    | 2022-06-10   | yes
    """)
    assert figures(snapshot, "forwarding_rate_off_days", as_of="2022-06-12") == [(1, 1, 1.0)]
    assert figures(snapshot, "forwarding_rate_off_days", as_of="2022-06-13") == [(1, 2, 0.5)]
