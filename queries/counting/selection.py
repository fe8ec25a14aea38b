"""Which rows a question is about: the partitions worth reading, the filters, the periods of its cohorts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import narwhals as nw
import polars as pl

from queries.coding import code
from queries.counting.one_pass import Frame, Group
from queries.days import day_number, from_day_number
from queries.dimensions import DIMENSIONS, GRAINS, Table
from queries.engines import Engine, Wanted
from queries.filters import Filters
from queries.kept import MOST_KEPT, by_snapshot, keep, kept, made_of
from queries.measures import Basis, Cohort
from queries.measures.terms import DERIVED
from queries.snapshot import Partition, Snapshot

EARLIEST, LATEST = -25567, 32767  # day numbers a snapshot can hold: 1900-01-01 to 2059-09-18
UNIVERSE = {"cases": "registered_day", "evaluations": "registered_day", "backlog": "assigned_day"}
"""The day from which a row of each table exists."""

MANY_GROUPS = 50_000  # by days; with more, months and weeks are worked out for every row instead
MARCH_1900 = -25508  # day number of 1900-03-01: from here to 2100 every fourth year has 366 days

Span = tuple[int, int]


@dataclass(frozen=True)
class Period:
    """The days a cohort can lie on within a selection.

    Attributes:
        first, last: day numbers.
        inside: condition for rows of the period; None where all rows of the frame lie in it, or were filtered.
    """

    first: int
    last: int
    inside: nw.Expr | None


@dataclass(frozen=True)
class Selection:
    """The rows of one table inside the filters.

    Attributes:
        frame: None when no partition can hold such a row.
        periods: of each cohort asked for.
        rows: of the partitions read, before filters.
    """

    frame: Frame | None
    basis: Basis
    periods: Mapping[Cohort, Period]
    rows: int

    def within(self, cohort: Cohort, rows: nw.Expr) -> nw.Expr:
        """Those of the rows that lie in the cohort's period."""
        inside = self.periods[cohort].inside
        return rows if inside is None else made_of([rows, inside], ("and",), lambda: rows & inside)

    def by_period(self, cohort: Cohort, grain: str, other_groups: int) -> tuple[Group, Callable[[pl.Expr], pl.Expr]]:
        """Group by the period of the cohort day, named like the grain.

        Args:
            other_groups: groups there are besides. Counting by days and adding days up is cheapest while groups are
                few; with many, days would multiply them.

        Returns:
            The group, in which an item without a day has the lowest code, and the first day (Date) of a code.
        """
        span, day = self.periods[cohort], kept(cohort.day, self.basis)
        by_days = (span.last - span.first + 2) * other_groups <= MANY_GROUPS or span.first < MARCH_1900
        if grain == "day" or by_days:
            return _group(grain, day, _day, span.first, span.last), lambda number: _start(
                number.cast(pl.Int32).cast(pl.Date), grain
            )
        if grain == "week":
            first, last = ((end + _TO_MONDAY) // 7 for end in (span.first, span.last))
            weeks = _group(grain, day, _week, first, last)
            return weeks, lambda number: (number.cast(pl.Int32) * 7 - _TO_MONDAY).cast(pl.Date)
        months = _group(grain, day, _month, _month_number(span.first), _month_number(span.last))
        return months, lambda number: _start(_month_start(number), grain)


_TO_MONDAY = -EARLIEST  # 1900-01-01 was a Monday, and days from there are never negative


def _group(name: str, day: nw.Expr, number: Callable[[nw.Expr], nw.Expr], first: int, last: int) -> Group:
    def make() -> nw.Expr:
        return (number(day.cast(nw.Int32)) - (first - 1)).fill_null(0)

    return Group(name, made_of([day], ("period", number, first), make), last - first + 2, first - 1)


def _start(day: pl.Expr, grain: str) -> pl.Expr:
    return day.dt.truncate(GRAINS[grain].step)


def _day(day: nw.Expr) -> nw.Expr:
    return day


def _week(day: nw.Expr) -> nw.Expr:
    return (day + _TO_MONDAY) // 7


def _month(day: nw.Expr) -> nw.Expr:
    """Months since March 1900, by whole-number arithmetic: casting a number to a date is not portable."""
    days = day - MARCH_1900
    year = (days * 4 + 3) // 1461
    day_of_year = days - (year * 1461) // 4
    return year * 12 + (day_of_year * 5 + 2) // 153


def _month_number(day: int) -> int:
    start = from_day_number(day)
    return (start.year - 1900) * 12 + start.month - 3


def _month_start(number: pl.Expr) -> pl.Expr:
    months = number + 2  # since January 1900
    return pl.date(months // 12 + 1900, months % 12 + 1, 1)


def basis_of(snapshot: Snapshot, filters: Filters) -> Basis:
    """What figures under these filters stand on."""
    as_of = day_number(filters.as_of or snapshot.as_of)
    return Basis(
        as_of, filters.rule_set, filters.convention, snapshot.unusable_values, snapshot.unsupported_codes,
        snapshot.unstated(as_of),
        tuple((day_number(day), at.hour * 60 + at.minute) for day, at in snapshot.records.closing_times),
    )  # fmt: skip


def evaluation_target(snapshot: Snapshot, filters: Filters) -> str:
    """Whose evaluation is meant: the one chosen, else the bureau's where there is any, else the office's."""
    return filters.evaluation_target or ("bureau" if snapshot.coverage.get("evaluation_bureau") else "office")


def select(snapshot: Snapshot, engine: Engine, table: Table, cohorts: Sequence[Cohort], filters: Filters) -> Selection:
    """The rows of a table inside the filters and the period of at least one cohort.

    Whole partitions are passed over by what the manifest knows of them.
    """
    basis = basis_of(snapshot, filters)
    start = day_number(filters.start) if filters.start else EARLIEST
    end = day_number(filters.end) if filters.end else LATEST
    wanted = wanted_rows(snapshot, table, filters)
    read: list[Partition] = []
    spans: list[tuple[Span, ...]] = []
    for part, here in zip(snapshot.partitions(table), _spans(snapshot, table, tuple(cohorts), basis), strict=True):
        meets = any(low <= end and high >= start for low, high in here)
        if meets and _exists(part, table, basis) and _can_hold(part, wanted):
            read.append(part)
            spans.append(here)
    if not read:
        return Selection(None, basis, dict.fromkeys(cohorts, Period(0, 0, None)), 0)
    all_parts = snapshot.partitions(table)
    frame = engine.scan(snapshot, table, read, tuple(each for each in wanted if not _all_have(all_parts, *each)))
    if table == "cases" and snapshot.other_returns:
        returned = snapshot.other_returns
        frame = frame.with_columns(
            nw.col("case_no")
            .replace_strict(list(returned), list(returned.values()), default=nw.col("returned_day"),
                            return_dtype=nw.Int16)
            .alias("returned_day")
        )  # fmt: skip
    if table in DERIVED:
        frame = frame.with_columns(*_derived(table, basis))
    periods = {
        cohort: _period(kept(cohort.day, basis), [here[at] for here in spans], start, end)
        for at, cohort in enumerate(cohorts)
    }
    if len(cohorts) == 1 and (inside := periods[cohorts[0]].inside) is not None:
        frame = frame.filter(inside)  # no other cohort needs the rows outside
        periods = {cohorts[0]: replace(periods[cohorts[0]], inside=None)}
    return Selection(frame, basis, periods, sum(part.rows for part in read))


def wanted_rows(snapshot: Snapshot, table: Table, filters: Filters) -> list[Wanted]:
    """What rows must have and must not have: filters, what a viewer may not see, whose evaluation is meant."""
    wanted = [(name, tuple(snapshot.codes(name, keys)), True) for name, keys in filters.where]
    hidden = [(name, codes, False) for name, codes in snapshot.hidden if table in DIMENSIONS[name].tables]
    if table == "evaluations":
        wanted.append(("target", (code("evaluation_target", evaluation_target(snapshot, filters)),), True))
    return [*wanted, *hidden]


@lru_cache(maxsize=MOST_KEPT)
def _derived(table: Table, basis: Basis) -> tuple[nw.Expr, ...]:
    return tuple(keep(make(basis).alias(name)) for name, make in DERIVED[table].items())


@by_snapshot(64)
def _spans(snapshot: Snapshot, table: Table, cohorts: tuple[Cohort, ...], basis: Basis) -> list[tuple[Span, ...]]:
    """Between which days each cohort lies in each partition."""
    return [tuple(_span(cohort, basis, part) for cohort in cohorts) for part in snapshot.partitions(table)]


def _span(cohort: Cohort, basis: Basis, part: Partition) -> Span:
    low, high = cohort.span(basis, part.zone)
    return EARLIEST if low is None else low, LATEST if high is None else high


def _period(day: nw.Expr, spans: Sequence[Span], start: int, end: int) -> Period:
    """What lies between start and end of days that lie in the spans of partitions."""
    first, last = min(low for low, _ in spans), max(high for _, high in spans)
    low, high = (start if start > first else None), (end if end < last else None)
    inside = None
    if low is not None or high is not None:
        inside = made_of([day], ("inside", low, high), lambda: _between(day, low, high))
    first, last = max(first, start), min(last, end)
    return Period(first, max(first, last), inside)


def _between(day: nw.Expr, low: int | None, high: int | None) -> nw.Expr:
    ends = ([] if low is None else [day >= low]) + ([] if high is None else [day <= high])
    return nw.all_horizontal(*ends, ignore_nulls=False)


def _exists(part: Partition, table: Table, basis: Basis) -> bool:
    low = part.zone(UNIVERSE[table])[0]
    return low is not None and low <= basis.as_of


def _can_hold(part: Partition, wanted: Sequence[Wanted]) -> bool:
    for name, codes, inside in wanted:
        low, high = part.zone(name)
        if low is None or high is None:
            return False
        if inside and not any(low <= number <= high for number in codes):
            return False
        if not inside and low == high and low in codes:
            return False
    return True


def _all_have(parts: Sequence[Partition], name: str, codes: tuple[int, ...], inside: bool) -> bool:
    zones = [part.zone(name) for part in parts]
    if inside:
        return all(low == high and low in codes for low, high in zones)
    return all(
        low is not None and high is not None and not any(low <= number <= high for number in codes)
        for low, high in zones
    )
