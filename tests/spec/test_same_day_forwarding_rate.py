"""日清日结率: first petitions forwarded on the day they were registered."""


def test_midnight_is_the_limit(register, figures):
    snapshot = register("""
        registered_at       | forwarded_at        | is_first_national
        --------------------+---------------------+------------------
        2022-06-01 08:00:00 | 2022-06-01 23:59:00 | yes
        2022-06-01 23:50:00 | 2022-06-02 00:10:00 | yes
        2022-06-01 08:00:00 |                     | yes
    """)
    assert figures(snapshot, "same_day_forwarding_rate", as_of="2022-06-30") == [(1, 3, 1 / 3)]


def test_repeat_petitions_do_not_count(register, figures):
    snapshot = register("""
        registered_at | forwarded_at | is_first_national | is_first_local | is_repeat
        --------------+--------------+-------------------+----------------+----------
        2022-06-01    | 2022-06-01   | no                | yes            |
        2022-06-01    | 2022-06-01   |                   | yes            | yes
        2022-06-01    | 2022-06-01   |                   |                | no
        2022-06-01    | 2022-06-01   |                   |                | yes
    """)
    # first nationally decides; where it is not given, first at this office; where neither is, not being a repeat
    assert figures(snapshot, "same_day_forwarding_rate", as_of="2022-06-30") == [(2, 2, 1.0)]
