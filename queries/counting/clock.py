"""Shares by the weekday and by the hour of registration, and how long forwarding takes.

They complete `queries.counting.evaluate`, which groups by dimensions and by dates: a weekday is neither. The
definitions are those of the measures; a row in which a check made a needed column unusable is left out and counted as
excluded.
"""

from collections.abc import Callable, Sequence

import narwhals as nw
import polars as pl

from queries.counting.conditions import counted_rows, usable_rows
from queries.counting.evaluate import NUMBERS, check_breakdown, keyed
from queries.counting.one_pass import Condition, Group, tally
from queries.counting.reasons import filters_apply
from queries.counting.selection import select
from queries.dimensions import dimension_name
from queries.engines import Engine, PolarsEngine
from queries.errors import UnknownName, UsageError
from queries.filters import Filters
from queries.measures import Basis, measure
from queries.measures.needs import CLOSED, FIRST, FORWARDED
from queries.measures.terms import REGISTERED, always, first, known
from queries.measures.timeliness import unforwarded
from queries.snapshot import Snapshot
from queries.stats.intervals import wilson

LONGEST_FORWARDING = 31  # calendar days; forwarding after more days is counted as this many
WAITING_BANDS = (0, 1, 3, 7, 15)  # calendar days since registration, upper ends; the last band is open
_MONDAY = 3 + 7 * 10_000  # day number 0 was a Thursday; whole weeks keep the sum positive for every day we hold

PARTS: dict[str, tuple[nw.Expr, int]] = {
    "weekday": ((nw.col("registered_day").cast(nw.Int32) + _MONDAY) % 7, 7),
    "hour": (nw.col("registered_minute").cast(nw.Int32) // 60, 24),
}
"""Parts of the clock: weekday 0 (Monday) to 6, hour 0 to 23."""


def by_clock(
    snapshot: Snapshot, name: str, part: str, filters: Filters | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """A share of cases by the weekday or the hour of their registration.

    Returns:
        One row for every part in which an item was counted, ascending: part (Int64, see PARTS), numerator,
        denominator, excluded, value, lower, upper (Wilson, 95 %).

    Raises:
        UnknownName: no such part.
        UsageError: a measure that is not one of cases, or filters its table does not carry.
    """
    if part not in PARTS:
        raise UnknownName("part of the clock", part, PARTS)
    each = measure(name)
    if each.table != "cases" or not filters_apply("cases", filters or Filters()):
        raise UsageError(f"'{name}' cannot be broken down by {part} of registration; only measures of cases can.")
    counter = engine or PolarsEngine()
    selection = select(snapshot, counter, "cases", [each.cohort], filters or Filters())
    rows = {role: condition for role, (_, condition) in counted_rows(each, selection.basis).items() if condition}
    conditions = {role: Condition(selection.within(each.cohort, rows[role].rows)) for role in rows}
    code, size = PARTS[part]
    frame = tally(counter, selection.frame, conditions, [Group("part", code, size)])
    for role in NUMBERS:
        if role not in frame.columns:
            frame = frame.with_columns(pl.lit(0, pl.Int64).alias(role))
    frame = frame.filter((pl.col("denominator") > 0) | (pl.col("excluded") > 0)).sort("part")
    lower, upper = wilson(frame["numerator"].to_numpy(), frame["denominator"].to_numpy())
    return frame.select(
        "part",
        *NUMBERS,
        pl.when(pl.col("denominator") > 0).then(pl.col("numerator") / pl.col("denominator")).alias("value"),
        pl.Series("lower", lower, pl.Float64).fill_nan(None),
        pl.Series("upper", upper, pl.Float64).fill_nan(None),
    )


def forwarding_days(snapshot: Snapshot, filters: Filters | None = None, engine: Engine | None = None) -> pl.DataFrame:
    """First petitions by calendar days from registration to forwarding (cohort: registered).

    Returns:
        days (0 to LONGEST_FORWARDING, which stands for so many or more; null for those not forwarded by the as-of
        day), items; ascending, null last.
    """

    def days(basis: Basis) -> nw.Expr:
        taken = nw.col("forwarded_day").cast(nw.Int32) - nw.col("registered_day").cast(nw.Int32)
        capped = nw.when(taken > LONGEST_FORWARDING).then(nw.lit(LONGEST_FORWARDING)).otherwise(taken)
        # forwarded before it was registered is impossible, and excluded by a check; without the check it is day 0
        counted = nw.when(capped > 0).then(capped).otherwise(nw.lit(0))
        return nw.when(known(nw.col("forwarded_day") <= basis.as_of)).then(counted).otherwise(LONGEST_FORWARDING + 1)

    frame = _first_petitions(
        snapshot, filters, engine, [], lambda basis: Group("days", days(basis), LONGEST_FORWARDING + 2)
    )
    waiting = pl.col("days") > LONGEST_FORWARDING
    return (
        frame.sort("days").with_columns(pl.when(~waiting).then("days").alias("days")).select("days", "items")
    )  # fmt: skip


def not_forwarded(
    snapshot: Snapshot, by: Sequence[str] = (), filters: Filters | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """The items of `unforwarded_count` by calendar days since registration (cohort: registered).

    Returns:
        by, then band (0: registered on the as-of day), low, high (days, both included; high null for the last), items.
    """

    def band(basis: Basis) -> Group:
        age = basis.as_of - nw.col("registered_day").cast(nw.Int32)
        place: nw.Expr = nw.lit(len(WAITING_BANDS))
        for number, end in reversed(list(enumerate(WAITING_BANDS))):
            place = nw.when(age <= end).then(nw.lit(number)).otherwise(place)
        return Group("band", place, len(WAITING_BANDS) + 1)

    def waiting(basis: Basis) -> nw.Expr:
        return usable_rows(unforwarded, (CLOSED,), basis)

    frame = _first_petitions(snapshot, filters, engine, by, band, waiting)
    bands = list(range(len(WAITING_BANDS) + 1))
    lows, highs = [0, *(end + 1 for end in WAITING_BANDS)], [*WAITING_BANDS, None]
    names = [dimension_name(name) for name in by]
    return frame.select(
        *names,
        "band",
        pl.col("band").replace_strict(bands, lows, return_dtype=pl.Int64).alias("low"),
        pl.col("band").replace_strict(bands, highs, return_dtype=pl.Int64).alias("high"),
        "items",
    )


def _first_petitions(
    snapshot: Snapshot,
    filters: Filters | None,
    engine: Engine | None,
    by: Sequence[str],
    group: Callable[[Basis], Group],
    among: Callable[[Basis], nw.Expr] = always,
) -> pl.DataFrame:
    """Count first petitions whose forwarding can be used, by dimensions and one further group."""
    names = [dimension_name(name) for name in by]
    check_breakdown("forwarding", "cases", tuple(names))
    counter = engine or PolarsEngine()
    selection = select(snapshot, counter, "cases", [REGISTERED], filters or Filters())
    basis = selection.basis
    rows = usable_rows(lambda basis: always(basis) & first(basis), (FIRST, FORWARDED), basis) & among(basis)
    last = group(basis)
    groups = [*(Group(name, nw.col(name), len(snapshot.dimension(name))) for name in names), last]
    counted = {"items": Condition(selection.within(REGISTERED, rows))}
    frame = tally(counter, selection.frame, counted, groups).filter(pl.col("items") > 0)
    return keyed(snapshot, frame, names, then=[last.name])
