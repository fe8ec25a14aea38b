"""按期答复率: closed by the due date out of those whose due date has passed."""

from datetime import date

from queries.counting.evaluate import evaluate
from queries.filters import Filters


def test_a_case_not_yet_due_counts_in_neither_number(register, figures):
    snapshot = register("""
        responsible_office_id | due_at     | closed_at
        ----------------------+------------+-----------
        north                 | 2022-06-01 | 2022-05-30
        north                 | 2022-07-15 |
    """)
    assert figures(snapshot, "on_time_reply_rate", "office", as_of="2022-06-30") == [("north", 1, 1, 1.0)]


def test_closing_in_the_last_minute_of_the_due_day_is_in_time(register, figures):
    snapshot = register("""
        due_at              | closed_at
        --------------------+--------------------
        2022-06-01 09:00:00 | 2022-06-01 23:59:00
        2022-06-01 09:00:00 | 2022-06-02 00:00:00
    """)
    assert figures(snapshot, "on_time_reply_rate", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_without_a_due_date_the_sources_own_word_counts(register, figures):
    snapshot = register("""
        registered_at | due_at | on_time_stated
        --------------+--------+---------------
        2022-06-01    |        | yes
        2022-06-01    |        | no
        2022-06-01    |        |
        2022-07-01    |        | yes
    """)
    assert figures(snapshot, "on_time_reply_rate", as_of="2022-06-30") == [(1, 2, 0.5)]


def test_closed_on_an_unknown_day_is_left_out_because_nobody_can_tell(register):
    snapshot = register("""
        due_at     | closed_at  | closed_stated
        -----------+------------+--------------
        2022-06-01 | 2022-05-01 | yes
        2022-06-01 |            | yes
        2022-06-01 |            | no
    """)
    row = evaluate(snapshot, "on_time_reply_rate", filters=Filters(as_of=date(2022, 6, 30))).row(0, named=True)
    assert (row["numerator"], row["denominator"], row["excluded"]) == (1, 2, 1)


def test_a_date_a_check_found_unusable_leaves_the_case_out(register):
    snapshot = register("""
        due_at     | closed_at  | unusable
        -----------+------------+---------
        2022-06-01 | 2022-05-01 | 0
        2022-06-01 | 2020-05-01 | 32
        2022-06-01 | 2022-05-01 | 4
    """)  # 32: the closing date; 4: the acceptance, which a given due date does not need
    row = evaluate(snapshot, "on_time_reply_rate", filters=Filters(as_of=date(2022, 6, 30))).row(0, named=True)
    assert (row["numerator"], row["denominator"], row["excluded"]) == (2, 2, 1)
