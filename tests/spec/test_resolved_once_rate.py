"""一次性化解率: first petitions closed and not petitioned again within the follow-up."""


def test_coming_back_within_the_follow_up_is_not_resolved_at_once(register, figures):
    snapshot = register("""
        matter_id | registered_at | closed_at  | is_first_national
        ----------+---------------+------------+------------------
        a         | 2022-01-01    | 2022-02-01 | yes
        a         | 2022-05-02    |            | no
        b         | 2022-01-01    | 2022-02-01 | yes
        b         | 2022-05-03    |            | no
        c         | 2022-01-01    | 2022-02-01 | yes
    """)
    # 90 days after 1 February is 2 May
    assert figures(snapshot, "resolved_once_rate", as_of="2022-06-30") == [(2, 3, 2 / 3)]


def test_the_follow_up_must_be_complete(register, figures):
    snapshot = register("""
        matter_id | registered_at | closed_at  | is_first_national
        ----------+---------------+------------+------------------
        a         | 2022-01-01    | 2022-04-01 | yes
        b         | 2022-01-01    | 2022-04-02 | yes
        b         | 2022-04-20    |            | no
    """)
    assert figures(snapshot, "resolved_once_rate", as_of="2022-06-30") == [(1, 1, 1.0)]
    assert figures(snapshot, "resolved_once_rate", as_of="2022-07-01") == [(1, 2, 0.5)]


def test_a_petition_handed_in_while_the_first_was_open_is_not_a_return(register, figures):
    snapshot = register("""
        matter_id | registered_at | closed_at  | is_first_national
        ----------+---------------+------------+------------------
        a         | 2022-01-01    | 2022-02-01 | yes
        a         | 2022-01-15    | 2022-02-01 | no
    """)
    assert figures(snapshot, "resolved_once_rate", as_of="2022-06-30") == [(1, 1, 1.0)]


def test_a_petition_on_the_day_of_closing_is_not_a_return_but_one_the_day_after_is(register, figures):
    snapshot = register("""
        matter_id | registered_at       | closed_at           | is_first_national
        ----------+---------------------+---------------------+------------------
        a         | 2022-01-01 09:00:00 | 2022-02-01 10:00:00 | yes
        a         | 2022-02-01 16:00:00 |                     | no
        b         | 2022-01-01 09:00:00 | 2022-02-01 10:00:00 | yes
        b         | 2022-02-01 16:00:00 | 2022-02-20 10:00:00 | no
        b         | 2022-02-02 08:00:00 |                     | no
    """)
    assert figures(snapshot, "resolved_once_rate", as_of="2022-06-30") == [(1, 2, 0.5)]
