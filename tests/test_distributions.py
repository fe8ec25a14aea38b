"""Ages, deadlines, days, matters, evaluations and batches, counted on registers small enough to check by eye."""

from datetime import date

import narwhals as nw
import polars as pl
import pytest

from queries.counting.distributions import (
    backlog_batches,
    closing_days,
    matter_sizes,
    open_ages,
    open_by_due_date,
    satisfaction_components,
)
from queries.counting.one_pass import Condition, Group, tally
from queries.engines import PolarsEngine
from queries.errors import UsageError
from queries.filters import Filters

JUNE = Filters(as_of=date(2022, 6, 30))


def test_open_items_fall_into_bands_of_days_since_registration(register) -> None:
    snapshot = register("""
        registered_at | due_at     | closed_at
        --------------+------------+-----------
        2022-06-30    |            |
        2022-06-15    | 2022-06-20 |
        2022-06-14    |            |
        2021-12-01    | 2022-01-31 |
        2021-12-01    | 2022-01-31 | 2022-01-30
        2022-07-01    |            |
    """)
    rows = open_ages(snapshot, filters=JUNE).select("low", "high", "items", "overdue").rows()
    assert rows == [(0, 15, 2, 1), (16, 30, 1, 0), (181, None, 1, 1)]


def test_what_falls_due_soon_is_told_apart_from_what_is_overdue_and_what_has_no_due_date(register) -> None:
    snapshot = register("""
        due_at     | closed_at
        -----------+-----------
        2022-06-30 |
        2022-07-01 |
        2022-07-07 |
        2022-07-08 |
        2022-07-30 |
        2022-07-31 |
                   |
        2022-07-01 | 2022-06-01
    """)
    assert open_by_due_date(snapshot, filters=JUNE).rows() == [
        ("overdue", None, None, 1),
        ("due", 1, 7, 2),
        ("due", 8, 14, 1),
        ("due", 15, 30, 1),
        ("due", 31, None, 1),
        ("no_due_date", None, None, 1),
    ]


def test_closing_days_are_calendar_days(register) -> None:
    snapshot = register("""
        place_code | registered_at       | closed_at
        -----------+---------------------+--------------------
        north      | 2022-06-01 23:00:00 | 2022-06-01 23:30:00
        north      | 2022-06-01 23:00:00 | 2022-06-02 00:30:00
        south      | 2020-01-01          | 2022-06-30
        south      | 2022-06-01          | 2022-07-30
    """)
    assert closing_days(snapshot, ["place"], JUNE).rows() == [("north", 0, 1), ("north", 1, 1), ("south", 366, 1)]


def test_matters_are_counted_and_never_named(register) -> None:
    snapshot = register("""
        matter_id | registered_at
        ----------+--------------
        a         | 2022-01-01
        a         | 2022-02-01
        a         | 2022-07-01
        b         | 2022-01-01
                  | 2022-01-01
    """)
    assert matter_sizes(snapshot, JUNE).rows() == [(1, 2, 2), (2, 1, 2)]
    assert matter_sizes(snapshot, JUNE).columns == ["items_per_matter", "matters", "items"]
    assert matter_sizes(register("place_code\nnorth")).is_empty()


def test_evaluated_silent_and_open_add_up_to_all_that_were_asked(register) -> None:
    cases = "\n".join(["place_code", *["north"] * 5])
    evaluations = """
        case_id | target | status    | score               | window_ends_at | evaluated_at
        --------+--------+-----------+---------------------+----------------+-------------
        c1      | bureau | evaluated | satisfied           | 2022-06-10     | 2022-06-01
        c2      | bureau | evaluated | basically_satisfied | 2022-07-10     | 2022-06-01
        c3      | bureau | evaluated | dissatisfied        | 2022-06-10     | 2022-06-01
        c4      | bureau | expired   |                     | 2022-06-10     |
        c5      | bureau | pending   |                     | 2022-07-10     |
    """
    row = satisfaction_components(register(cases, evaluations), filters=JUNE).row(0, named=True)
    assert (row["content"], row["evaluated"], row["expired"], row["open"], row["asked"]) == (2, 3, 1, 1, 5)
    assert (row["satisfied"], row["basically_satisfied"], row["dissatisfied"]) == (1, 1, 1)


def test_a_batch_shows_where_each_of_its_items_stands(register) -> None:
    snapshot = register(
        backlog="""
        batch | assigned_on | reported_on | reviewed_on | review_result
        ------+-------------+-------------+-------------+--------------
        one   | 2022-01-10  | 2022-03-01  | 2022-04-01  | recognised
        one   | 2022-01-10  | 2022-03-01  | 2022-07-01  | recognised
        one   | 2022-01-10  | 2022-03-01  | 2022-04-01  | returned
        one   | 2022-01-10  | 2022-03-01  |             | under_review
        one   | 2022-01-10  | 2022-03-01  |             |
        one   | 2022-01-10  |             |             |
    """
    )
    row = backlog_batches(snapshot, filters=JUNE).row(0, named=True)
    assert (row["assigned"], row["reported"], row["recognised"]) == (6, 5, 1)
    assert (row["returned"], row["under_review"], row["not_stated"]) == (1, 2, 1)


def test_a_distribution_is_not_broken_down_by_time(register) -> None:
    snapshot = register("place_code\nnorth")
    with pytest.raises(UsageError, match="not a step of time"):
        open_ages(snapshot, ["month"])


def test_a_row_of_no_group_is_counted_nowhere() -> None:
    rows = pl.LazyFrame({"group": [0, None, 1], "hit": [1, 1, 0]})
    counted = tally(
        PolarsEngine(), nw.from_native(rows), {"hits": Condition(nw.col("hit") == 1)}, [Group("of", nw.col("group"), 2)]
    )
    assert counted.rows() == [(0, 1), (1, 0)]
