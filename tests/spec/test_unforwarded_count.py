"""待转送初次件: first petitions that nobody has forwarded or closed by the as-of day."""

CASES = """
    registered_at | forwarded_at | closed_at  | is_first_national
    --------------+--------------+------------+------------------
    2022-06-01    | 2022-06-10   |            | yes
    2022-06-01    |              |            | yes
    2022-06-01    |              | 2022-06-05 | yes
    2022-06-01    |              |            | no
"""


def test_what_is_forwarded_or_closed_or_no_first_petition_does_not_wait(register, figures):
    assert figures(register(CASES), "unforwarded_count", as_of="2022-06-30") == [(1, None, 1.0)]


def test_what_was_forwarded_later_still_waited_on_an_earlier_day(register, figures):
    assert figures(register(CASES), "unforwarded_count", as_of="2022-06-03") == [(3, None, 3.0)]
