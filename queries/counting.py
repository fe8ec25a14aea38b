"""Count many conditions by many groups in one pass over the rows of a snapshot.

Every condition becomes one bit. A row's bits and the codes of its groups make one integer, and the engine counts how
often each integer occurs: exact, the same in every engine, and cheaper than one sum a condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import polars as pl

from queries.coding import code
from queries.days import day_number
from queries.dimensions import GRAINS, Table
from queries.engines import Engine
from queries.filters import Filters
from queries.measures import Basis, Cohort
from queries.measures.terms import DERIVED
from queries.snapshot import Partition, Snapshot

EARLIEST, LATEST = -25567, 32767  # day numbers a snapshot can hold: 1900-01-01 to 2059-09-18
UNIVERSE = {"cases": "registered_day", "evaluations": "registered_day", "backlog": "assigned_day"}
"""The day from which a row of each table exists."""

_BITS = 62  # of the integer that holds a row's groups and conditions


@dataclass(frozen=True)
class Condition:
    """Rows to be counted, or the sum of a column over them."""

    rows: nw.Expr
    weight: str | None = None


@dataclass(frozen=True)
class Group:
    """What rows are grouped by: a code from 0 to size - 1, and what code 0 stands for."""

    name: str
    code: nw.Expr
    size: int
    offset: int = 0


@dataclass(frozen=True)
class Selection:
    """The rows of one table inside the filters, and where their cohort days can lie.

    Attributes:
        frame: None when no partition can hold such a row.
        first, last: day numbers between which every cohort day lies.
    """

    frame: nw.LazyFrame[Any] | None
    cohort: Cohort
    basis: Basis
    first: int
    last: int

    def by_day(self, name: str = "day") -> Group:
        """Group by cohort day; an item without one has code 0."""
        day = self.cohort.day(self.basis).cast(nw.Int32)
        shifted = (day - (self.first - 1)).fill_null(0)
        return Group(name, shifted, self.last - self.first + 2, self.first - 1)


def basis_of(snapshot: Snapshot, filters: Filters) -> Basis:
    """What figures under these filters stand on."""
    as_of = day_number(filters.as_of or snapshot.as_of)
    return Basis(as_of, filters.rule_set, filters.convention, snapshot.unusable_values)


def evaluation_target(snapshot: Snapshot, filters: Filters) -> str:
    """Whose evaluation is meant: the one chosen, else the bureau's where there is any, else the office's."""
    return filters.evaluation_target or ("bureau" if snapshot.coverage.get("evaluation_bureau") else "office")


def select(snapshot: Snapshot, engine: Engine, table: Table, cohort: Cohort, filters: Filters) -> Selection:
    """The rows of a table inside the filters; whole partitions are passed over by what the manifest knows of them."""
    basis = basis_of(snapshot, filters)
    start = day_number(filters.start) if filters.start else EARLIEST
    end = day_number(filters.end) if filters.end else LATEST
    wanted = [(name, snapshot.codes(name, keys), True) for name, keys in filters.where]
    wanted += [(name, list(codes), False) for name, codes in snapshot.hidden if codes]
    if table == "evaluations":
        wanted.append(("target", [code("evaluation_target", evaluation_target(snapshot, filters))], True))
    kept: list[Partition] = []
    first, last = LATEST, EARLIEST
    for part in snapshot.partitions(table):
        low, high = _span(cohort, basis, part)
        if _exists(part, table, basis) and low <= end and high >= start and _can_hold(part, wanted):
            kept.append(part)
            first, last = min(first, low), max(last, high)
    if not kept:
        return Selection(None, cohort, basis, 0, 0)
    frame = engine.scan(table, kept)
    derived = [make(basis).alias(name) for name, make in DERIVED.get(table, {}).items()]
    frame = frame.with_columns(*derived) if derived else frame
    conditions = [
        _has(name, codes, inside) for name, codes, inside in wanted if not _all_have(kept, name, codes, inside)
    ]
    if start > first or end < last:
        day = cohort.day(basis)
        conditions += [day >= start] if start > first else []
        conditions += [day <= end] if end < last else []
        first, last = max(first, start), min(last, end)
    return Selection(frame.filter(*conditions) if conditions else frame, cohort, basis, first, last)


def _span(cohort: Cohort, basis: Basis, part: Partition) -> tuple[int, int]:
    low, high = cohort.span(basis, part.zone)
    return EARLIEST if low is None else low, LATEST if high is None else high


def _exists(part: Partition, table: Table, basis: Basis) -> bool:
    low = part.zone(UNIVERSE[table])[0]
    return low is not None and low <= basis.as_of


def _can_hold(part: Partition, wanted: Sequence[tuple[str, list[int], bool]]) -> bool:
    for name, codes, inside in wanted:
        low, high = part.zone(name)
        if low is None or high is None:
            return False
        if inside and not any(low <= number <= high for number in codes):
            return False
        if not inside and low == high and low in codes:
            return False
    return True


def _all_have(parts: Sequence[Partition], name: str, codes: list[int], inside: bool) -> bool:
    zones = [part.zone(name) for part in parts]
    if inside:
        return all(low == high and low in codes for low, high in zones)
    return all(
        low is not None and high is not None and not any(low <= number <= high for number in codes)
        for low, high in zones
    )


def _has(name: str, codes: list[int], inside: bool) -> nw.Expr:
    column = nw.col(name)
    among = column == codes[0] if len(codes) == 1 else column.is_in(codes)
    return among if inside else ~among


def tally(
    engine: Engine, selection: Selection, conditions: Mapping[str, Condition], groups: Sequence[Group] = ()
) -> pl.DataFrame:
    """Count every condition in every group.

    Returns:
        One column a group (Int64, its code plus its offset) and one column a condition (Int64); one row a group that
        occurs, exactly one row without groups. Columns bear the names given.
    """
    schema = dict.fromkeys([*(group.name for group in groups), *conditions], pl.Int64)
    if selection.frame is None:
        return pl.DataFrame(schema=schema) if groups else pl.DataFrame([dict.fromkeys(schema, 0)], schema=schema)
    if not groups:
        return _totals(engine, selection.frame, conditions).select(pl.col(list(schema)).cast(pl.Int64).fill_null(0))
    size = 1
    for group in groups:
        size *= group.size
    room = _BITS - size.bit_length()
    names = list(conditions)
    parts = [
        _by_group(engine, selection.frame, {name: conditions[name] for name in names[at : at + room]}, groups)
        for at in range(0, len(names), room)
    ]
    counted = parts[0]
    for part in parts[1:]:
        counted = counted.join(part, on=[group.name for group in groups], how="full", coalesce=True)
    return counted.select(pl.col(list(schema)).cast(pl.Int64)).fill_null(0)


def _totals(engine: Engine, frame: nw.LazyFrame[Any], conditions: Mapping[str, Condition]) -> pl.DataFrame:
    ones = [_one(condition, nw.Int8).alias(name) for name, condition in conditions.items()]
    return engine.collect(frame.select(*ones).select(*(nw.col(name).sum() for name in conditions)))


def _one(condition: Condition, dtype: type[nw.Int8] | type[nw.Int64]) -> nw.Expr:
    then = nw.col(condition.weight) if condition.weight else nw.lit(1, dtype=dtype)
    return nw.when(condition.rows).then(then).otherwise(nw.lit(0, dtype=nw.Int32 if condition.weight else dtype))


def _by_group(
    engine: Engine, frame: nw.LazyFrame[Any], conditions: Mapping[str, Condition], groups: Sequence[Group]
) -> pl.DataFrame:
    size = 1
    for group in groups:
        size *= group.size
    whole = nw.Int32 if size << len(conditions) < 2**31 else nw.Int64
    place: nw.Expr = nw.lit(0, dtype=whole)
    for group in groups:
        place = place * nw.lit(group.size, dtype=whole) + group.code.cast(whole)
    key = place * nw.lit(1 << len(conditions), dtype=whole)
    for bit, condition in enumerate(conditions.values()):
        key = key + nw.when(condition.rows).then(nw.lit(1 << bit, dtype=whole)).otherwise(nw.lit(0, dtype=whole))
    weights = sorted({condition.weight for condition in conditions.values() if condition.weight})
    keyed = frame.select(key.alias("_key"), *(nw.col(weight) for weight in weights))
    counted = engine.collect(
        keyed.group_by("_key").agg(
            nw.len().alias("_rows"), *(nw.col(weight).sum().alias(f"_{weight}") for weight in weights)
        )
    )
    return _decoded(counted, conditions, groups)


def _decoded(counted: pl.DataFrame, conditions: Mapping[str, Condition], groups: Sequence[Group]) -> pl.DataFrame:
    """From one row an integer to one row a group."""
    key = pl.col("_key").cast(pl.Int64)
    place = key // (1 << len(conditions))
    codes = []
    for group in reversed(groups):
        codes.append((place % group.size + group.offset).alias(group.name))
        place = place // group.size
    sums = []
    for bit, (name, condition) in enumerate(conditions.items()):
        rows = pl.col(f"_{condition.weight}" if condition.weight else "_rows").cast(pl.Int64).fill_null(0)
        sums.append((rows * ((key // (1 << bit)) % 2)).alias(name))
    names = [group.name for group in groups]
    return counted.select(*codes, *sums).group_by(names).agg(pl.col(list(conditions)).sum())


def histogram(
    engine: Engine, selection: Selection, rows: nw.Expr, value: nw.Expr, groups: Sequence[Group] = ()
) -> pl.DataFrame:
    """How often each value of an integer expression occurs, by group.

    Returns:
        One column a group, then seconds (Int64, the value) and rows (Int64).
    """
    names = [group.name for group in groups]
    if selection.frame is None:
        return pl.DataFrame(schema=dict.fromkeys([*names, "seconds", "rows"], pl.Int64))
    keys = [(group.code.cast(nw.Int64) + group.offset).alias(group.name) for group in groups]
    values = selection.frame.filter(rows).select(*keys, value.alias("seconds"))
    counted = engine.collect(values.group_by(*names, "seconds").agg(nw.len().alias("rows")))
    return counted.select(pl.col([*names, "seconds", "rows"]).cast(pl.Int64))


def period_start(day: pl.Expr, grain: str) -> pl.Expr:
    """The first day (Date) of the period in which a day number lies; weeks start on Monday."""
    step = {"day": "1d", "week": "1w", "month": "1mo", "quarter": "1q", "year": "1y"}[GRAINS[grain].name]
    return day.cast(pl.Int32).cast(pl.Date).dt.truncate(step)
