"""Count many conditions by many groups in one pass over the rows of a snapshot.

Every condition becomes one bit. A row's bits and the codes of its groups make one integer, and the engine counts how
often each integer occurs: exact, the same in every engine, and cheaper than one sum a condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from math import prod
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from queries.engines import Engine
from queries.kept import MOST_KEPT, keep, made_of

Frame = nw.LazyFrame[Any]

_WIDE = 1 << 40
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


def tally(
    engine: Engine, frame: Frame | None, conditions: Mapping[str, Condition], groups: Sequence[Group] = ()
) -> pl.DataFrame:
    """Count every condition in every group.

    Returns:
        One column a group (Int64, its code plus its offset) and one column a condition (Int64); one row a group that
        occurs, exactly one row without groups. Columns bear the names given.
    """
    schema = dict.fromkeys([*(group.name for group in groups), *conditions], pl.Int64)
    if frame is None:
        return pl.DataFrame(schema=schema) if groups else pl.DataFrame([dict.fromkeys(schema, 0)], schema=schema)
    if not groups:
        return _totals(engine, frame, conditions).select(pl.col(list(schema)).cast(pl.Int64).fill_null(0))
    room = _BITS - prod(group.size for group in groups).bit_length()
    names = list(conditions)
    parts = [
        _by_group(engine, frame, {name: conditions[name] for name in names[at : at + room]}, groups)
        for at in range(0, len(names), room)
    ]
    counted = parts[0]
    for part in parts[1:]:
        counted = counted.join(part, on=[group.name for group in groups], how="full", coalesce=True).fill_null(0)
    return counted


def _totals(engine: Engine, frame: Frame, conditions: Mapping[str, Condition]) -> pl.DataFrame:
    ones = [
        made_of([condition.rows], ("one", name, condition.weight), partial(_one, name, condition))
        for name, condition in conditions.items()
    ]
    return engine.collect(frame.select(*ones).select(*(_sum(name) for name in conditions)))


@lru_cache(maxsize=MOST_KEPT)
def _sum(name: str) -> nw.Expr:
    return keep(nw.col(name).sum())


def _one(name: str, condition: Condition) -> nw.Expr:
    one = nw.col(condition.weight) if condition.weight else nw.lit(1, dtype=nw.Int8)
    nought = nw.lit(0, dtype=nw.Int32 if condition.weight else nw.Int8)
    return nw.when(condition.rows).then(one).otherwise(nought).alias(name)


def _by_group(
    engine: Engine, frame: Frame, conditions: Mapping[str, Condition], groups: Sequence[Group]
) -> pl.DataFrame:
    parts = [*(group.code for group in groups), *(condition.rows for condition in conditions.values())]
    sizes = tuple(group.size for group in groups)
    key = made_of(parts, ("key", sizes), partial(_key, groups, [condition.rows for condition in conditions.values()]))
    weights = sorted({condition.weight for condition in conditions.values() if condition.weight})
    keyed = frame.select(key, *(nw.col(weight) for weight in weights))
    counted = engine.collect(
        keyed.group_by("_key").agg(
            nw.len().alias("_rows"), *(nw.col(weight).sum().alias(f"_{weight}") for weight in weights)
        )
    )
    return _decoded(counted, conditions, groups)


def _key(groups: Sequence[Group], conditions: Sequence[nw.Expr]) -> nw.Expr:
    """A row's groups and conditions as one integer."""
    size = prod(group.size for group in groups)
    whole = nw.Int32 if size << len(conditions) < 2**31 else nw.Int64
    # a server reads small literals as four-byte integers and would work in them: a nought of eight bytes widens all
    place: nw.Expr = nw.lit(0, dtype=whole) if whole is nw.Int32 else nw.lit(_WIDE, dtype=whole) - _WIDE
    for group in groups:
        place = place * nw.lit(group.size, dtype=whole) + group.code.cast(whole)
    key = place * nw.lit(1 << len(conditions), dtype=whole)
    for bit, rows in enumerate(conditions):
        key = key + nw.when(rows).then(nw.lit(1 << bit, dtype=whole)).otherwise(nw.lit(0, dtype=whole))
    return key.alias("_key")


def _decoded(counted: pl.DataFrame, conditions: Mapping[str, Condition], groups: Sequence[Group]) -> pl.DataFrame:
    """From one row an integer to one row a group."""
    counted = counted.drop_nulls("_key")  # rows of no group
    key = counted["_key"].to_numpy().astype(np.int64)
    places, at = np.unique(key >> len(conditions), return_inverse=True)
    codes, place = {}, places
    for group in reversed(groups):
        codes[group.name] = place % group.size + group.offset
        place = place // group.size
    sums = {}
    for bit, (name, condition) in enumerate(conditions.items()):
        # a server's sum of nothing is null
        rows = counted[f"_{condition.weight}"].fill_null(0) if condition.weight else counted["_rows"]
        sums[name] = np.zeros(len(places), np.int64)
        np.add.at(sums[name], at, (key >> bit & 1) * rows.to_numpy().astype(np.int64))
    return pl.DataFrame({group.name: codes[group.name] for group in groups} | sums)


def histogram(
    engine: Engine, frame: Frame | None, rows: nw.Expr, value: nw.Expr, groups: Sequence[Group] = ()
) -> pl.DataFrame:
    """How often each value of an integer expression occurs, by group.

    Returns:
        One column a group, then value and rows (Int64).
    """
    names = [group.name for group in groups]
    if frame is None:
        return pl.DataFrame(schema=dict.fromkeys([*names, "value", "rows"], pl.Int64))
    keys = [(group.code.cast(nw.Int64) + group.offset).alias(group.name) for group in groups]
    values = frame.filter(rows).select(*keys, value.alias("value"))
    counted = engine.collect(values.group_by(*names, "value").agg(nw.len().alias("rows")))
    return counted.select(pl.col([*names, "value", "rows"]).cast(pl.Int64))
