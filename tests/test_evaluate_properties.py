"""What must hold for every register and selection, whatever the measures say."""

from dataclasses import replace
from datetime import date, timedelta
from unittest.mock import patch

import narwhals as nw
import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.counting.evaluate import evaluate
from queries.counting.selection import _month, _month_number, _month_start
from queries.days import day_number
from queries.filters import Filters
from queries.measures import Count, measures
from queries.snapshot import Snapshot
from tests.examples import SLOW
from tests.invented import Register, halves, registers, selections, snapshot_of


def totals(snapshot: Snapshot, filters: Filters, names: list[str], group: tuple[str, ...] = ()) -> pl.DataFrame:
    frame = evaluate(snapshot, names, group, filters)
    counts = pl.col("numerator", "denominator", "excluded").fill_null(0).sum()
    return frame.group_by("measure").agg(counts).filter(pl.sum_horizontal("numerator", "denominator", "excluded") > 0)


@given(
    register=registers(),
    filters=selections(),
    names=halves,
    group=st.sampled_from([("place",), ("place", "month"), ("quarter",)]),
)
@SLOW
def test_groups_add_up_to_the_total(
    register: Register, filters: Filters, names: list[str], group: tuple[str, ...]
) -> None:
    with snapshot_of(register) as snapshot:
        whole, parts = totals(snapshot, filters, names), totals(snapshot, filters, names, group)
        assert whole.sort("measure").equals(parts.sort("measure"))


@given(register=registers(), filters=selections(), names=halves)
@SLOW
def test_a_numerator_never_exceeds_its_denominator(register: Register, filters: Filters, names: list[str]) -> None:
    with snapshot_of(register) as snapshot:
        frame = evaluate(snapshot, names, [], filters).drop_nulls("denominator")
        assert (frame["numerator"] <= frame["denominator"]).all()
        assert (frame["numerator"] >= 0).all()


@given(register=registers(), filters=selections(), later=st.integers(0, 60))
@SLOW
def test_what_has_happened_stays_so_as_time_goes_on(register: Register, filters: Filters, later: int) -> None:
    growing = ["registered_count", "people_count", "closed_share", "days_to_close", "timely_acceptance_rate",
               "repeat_share", "backlog_reported_rate"]  # fmt: skip
    assert filters.as_of is not None
    then = replace(filters, as_of=filters.as_of + timedelta(days=later))
    with snapshot_of(register) as snapshot:
        before, after = (evaluate(snapshot, growing, [], chosen) for chosen in (filters, then))
        assert (before["numerator"] <= after["numerator"]).all()


@given(register=registers(), filters=selections(), names=halves, place=st.sampled_from(["", "north", "south"]))
@SLOW
def test_a_filter_gives_the_same_as_the_group_of_that_key(
    register: Register, filters: Filters, names: list[str], place: str
) -> None:
    free = replace(filters, where=())
    with snapshot_of(register) as snapshot:
        if place not in snapshot.labels("place", "zh"):
            return
        grouped = evaluate(snapshot, names, ["place"], free).filter(pl.col("place") == place).drop("place")
        filtered = evaluate(snapshot, names, [], free.only("place", place))
        filtered = filtered.filter(pl.sum_horizontal("numerator", "denominator", "excluded") > 0)
        assert_frame_equal(grouped, filtered)  # intervals may differ in the last bit


@given(register=registers(), filters=selections(), names=halves)
@SLOW
def test_a_spoilt_row_moves_from_the_denominator_to_excluded(
    register: Register, filters: Filters, names: list[str]
) -> None:
    clean = {**register, "cases": [row | {"unusable": 0} for row in register["cases"]]}
    ratios = [name for name in names if not isinstance(measures()[name], Count)]
    with snapshot_of(register) as snapshot, snapshot_of(clean) as spotless:
        some, none = evaluate(snapshot, ratios, [], filters), evaluate(spotless, ratios, [], filters)
        assert (some["denominator"] + some["excluded"]).equals(none["denominator"] + none["excluded"])
        assert (some["numerator"] <= none["numerator"]).all()


@given(register=registers(), filters=selections())
@SLOW
def test_quantiles_in_two_looks_equal_those_in_one(register: Register, filters: Filters) -> None:
    names = ["days_to_close", "days_to_close_p25", "days_to_close_p75"]
    with snapshot_of(register) as snapshot:
        for by in ([], ["place"], ["month"]):
            one = evaluate(snapshot, names, by, filters)
            with patch("queries.counting.quantiles.FEW_ROWS", 0):
                two = evaluate(snapshot, names, by, filters)
            assert_frame_equal(one, two)


@given(
    register=registers(),
    filters=selections(),
    names=halves,
    grain=st.sampled_from(["week", "month", "quarter", "year"]),
)
@SLOW
def test_periods_worked_out_for_each_row_equal_days_added_up(
    register: Register, filters: Filters, names: list[str], grain: str
) -> None:
    with snapshot_of(register) as snapshot:
        added = evaluate(snapshot, names, ["place", grain], filters)
        with patch("queries.counting.selection.MANY_GROUPS", 0):
            assert_frame_equal(added, evaluate(snapshot, names, ["place", grain], filters))


@given(day=st.dates(date(1900, 3, 1), date(2059, 9, 18)))
def test_months_by_arithmetic_are_those_of_the_calendar(day: date) -> None:
    frame = nw.from_native(pl.LazyFrame({"day": [day_number(day)]}, schema={"day": pl.Int32}))
    number = frame.select(_month(nw.col("day"))).collect().to_native().item()
    assert number == _month_number(day_number(day))
    assert pl.select(_month_start(pl.lit(number))).item() == day.replace(day=1)
