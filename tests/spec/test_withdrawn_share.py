"""撤回、转出或并案占比: closed as withdrawn, transferred or merged out of the closed with an outcome."""

from datetime import date

from queries.counting.evaluate import evaluate
from queries.filters import Filters


def test_only_what_is_closed_by_the_as_of_day_with_an_outcome_counts(register):
    snapshot = register("""
        registered_at | closed_at  | outcome
        --------------+------------+----------
        2022-01-01    | 2022-01-10 | withdrawn
        2022-01-01    | 2022-01-11 | supported
        2022-01-01    | 2022-01-12 |
        2022-01-01    | 2022-03-01 | withdrawn
        2022-01-01    |            | withdrawn
    """)
    row = evaluate(snapshot, "withdrawn_share", (), Filters(as_of=date(2022, 2, 1))).row(0, named=True)
    assert (row["numerator"], row["denominator"], row["excluded"]) == (1, 2, 1)
