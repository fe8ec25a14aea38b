"""The only place where a measure meets data: plan, count, then finish shares, intervals, quantiles and reasons."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import prod

import numpy as np
import polars as pl

from queries.counting.conditions import Keyed, counted_rows, measured_rows
from queries.counting.one_pass import Condition, Group, tally
from queries.counting.quantiles import LIMITS, Durations, quantiles
from queries.counting.reasons import reason_text, why_not
from queries.counting.selection import Selection, select
from queries.days import month_start
from queries.dimensions import DIMENSIONS, GRAINS, Table, dimension_name
from queries.engines import Engine, PolarsEngine
from queries.errors import UsageError
from queries.filters import Filters
from queries.kept import column, kept
from queries.measures import Cohort, Count, Duration, Measure, Ratio, measure
from queries.snapshot import Snapshot
from queries.stats.intervals import rates

KINDS = (Ratio, Count, Duration)
NUMBERS = ("numerator", "denominator", "excluded")
DAYS = ("_days", *LIMITS)


def evaluate(
    snapshot: Snapshot,
    names: str | Sequence[str],
    by: Sequence[str] = (),
    filters: Filters | None = None,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """Measures, in groups, under filters.

    Args:
        names: one measure or several.
        by: dimensions and at most one grain of time (of each measure's own cohort date).
        engine: where to count; Polars when not given.

    Returns:
        One row a measure and group, in the order of `names`, groups by time and then in the order of their labels,
        "not given" last. Columns: measure; one a `by` (key, "" where not given; a grain is the first day of its
        period, a Date); numerator, denominator (Int64; null for counts), excluded (rows that belong in the denominator
        but cannot be used); value (share 0 to 1, days, or the count; null when it cannot be computed); reason
        ("no_cases", "all_excluded", "column_empty", "unsupported", "undated", "not_stated", "not_reached",
        "filter_not_applicable"; null with a value); lower, upper (95 %: of ratios Wilson's, of durations those of
        the quantile in days, null where too few items bound it on that side). For durations the denominator is the
        number of items measured, and the numerator those of them whose wait has ended.
        Groups without any case are left out; without `by` there is one row a measure.

    Raises:
        UnknownName: a measure, dimension or key that does not exist.
        UsageError: a measure that cannot be broken down so.
    """
    chosen = [measure(name) for name in ([names] if isinstance(names, str) else names)]
    dimensions = tuple(dict.fromkeys(dimension_name(name) for name in by))
    selected = filters or Filters()
    for each in chosen:
        check_breakdown(each.name, each.table, dimensions)
    counter = engine or PolarsEngine()
    passes: dict[tuple[Table, Cohort | None], list[tuple[int, Measure]]] = {}
    in_time = any(name in GRAINS for name in dimensions)
    counted = [_no_rows(dimensions)]
    for order, each in enumerate(chosen):
        reason = why_not(each, snapshot, selected)
        if reason and not dimensions:
            counted.append(pl.DataFrame([{"_order": order, **dict.fromkeys(_roles(each), 0), "_reason": reason}]))
        elif not reason:
            # by time each cohort has groups of its own; otherwise one pass over a table does for all
            passes.setdefault((each.table, each.cohort if in_time else None), []).append((order, each))
    for ordered in passes.values():
        counted += _count(snapshot, counter, selected, ordered, dimensions)
    frame = pl.concat(counted, how="diagonal")
    if dimensions:
        frame = frame.filter(pl.any_horizontal(pl.col(NUMBERS) != 0))
    frame = keyed(snapshot, _finished(frame, chosen), dimensions, first=["_order"])
    names_in_order = pl.Series("measure", [each.name for each in chosen], pl.String)
    return frame.select(names_in_order.gather(frame["_order"]), *_columns(dimensions)[1:])


def check_breakdown(what: str, table: Table, by: tuple[str, ...]) -> None:
    """See that a table can be broken down so.

    Raises:
        UsageError: two grains of time, or a dimension the table does not carry.
    """
    if sum(name in GRAINS for name in by) > 1:
        raise UsageError(f"Two steps of time at once ({', '.join(by)}). Choose one of: {', '.join(GRAINS)}.")
    wrong = [name for name in by if name not in GRAINS and table not in DIMENSIONS[name].tables]
    if wrong:
        can = ", ".join([*(name for name, each in DIMENSIONS.items() if table in each.tables), *GRAINS])
        raise UsageError(f"'{what}' cannot be broken down by {wrong[0]}. It can by: {can}.")


def _columns(by: tuple[str, ...]) -> list[str]:
    return ["measure", *by, *NUMBERS, "value", "reason", "lower", "upper"]


@cache
def _no_rows(by: tuple[str, ...]) -> pl.DataFrame:
    """Counted measures as `_finished` takes them: `_order` is a measure's place among those asked for."""
    codes = {name: pl.Date() if name in GRAINS else pl.Int64() for name in by}
    numbers = dict.fromkeys(("_order", *NUMBERS), pl.Int64()) | dict.fromkeys(DAYS, pl.Float64())
    return pl.DataFrame(schema={**codes, **numbers, "_reason": pl.String()})


def _roles(each: Measure) -> tuple[str, ...]:
    return tuple(name for name in NUMBERS if name != "denominator" or not isinstance(each, Count))


def _may_be_unstated(each: Measure) -> bool:
    """Whether a result that has not been entered leaves an item out, rather than dates that contradict one another."""
    return isinstance(each, Ratio) and each.unknown is not None and each.table == "backlog"


def _count(
    snapshot: Snapshot, engine: Engine, filters: Filters, ordered: Sequence[tuple[int, Measure]], by: tuple[str, ...]
) -> list[pl.DataFrame]:
    """Measures of one table in one pass, the quantiles of durations in one more."""
    chosen = [each for _, each in ordered]
    cohorts = list(dict.fromkeys(each.cohort for each in chosen))
    selection = select(snapshot, engine, chosen[0].table, cohorts, filters)
    breakdown = _breakdown(snapshot, selection, cohorts[0], by)
    rows = {each.name: _rows(each, selection) for each in chosen}
    # definitions share conditions (the three quartiles, matured): each is counted once
    unique = {key: condition for roles in rows.values() for key, condition in roles.values()}
    names = {key: f"c{at}" for at, key in enumerate(unique)}
    conditions = {names[key]: condition for key, condition in unique.items() if condition}
    tallied = breakdown.joined(tally(engine, selection.frame, conditions, breakdown.groups), list(conditions), ())
    quantiles = _quantiles(engine, selection, chosen, breakdown)
    counted = []
    for order, each in ordered:
        columns = {
            role: tallied[names[key]] if condition else np.zeros(tallied.height, np.int64)
            for role, (key, condition) in rows[each.name].items()
        }
        groups = {name: tallied[name] for name in by}
        frame = pl.DataFrame({"_order": np.full(tallied.height, order), **groups, **columns})
        if each.name in quantiles:
            found = quantiles[each.name]
            frame = frame.join(found, on=by, how="left") if by else frame.hstack(found)
        counted.append(frame)
    return counted


@dataclass(frozen=True)
class Breakdown:
    """What rows are grouped by, and how codes of time become dates."""

    by: tuple[str, ...]
    groups: list[Group]
    starts: dict[str, Callable[[pl.Expr], pl.Expr]]

    def joined(self, frame: pl.DataFrame, counted: list[str], keep: Sequence[str]) -> pl.DataFrame:
        """Put dates for codes of time, and add up what falls into one period."""
        if not self.starts:
            return frame
        dated = frame.with_columns(start(pl.col(name)).alias(name) for name, start in self.starts.items())
        return dated.group_by(*self.by, *keep).agg(pl.col(counted).sum())


def _breakdown(snapshot: Snapshot, selection: Selection, cohort: Cohort, by: tuple[str, ...]) -> Breakdown:
    sizes = {name: len(snapshot.dimension(name)) for name in by if name not in GRAINS}
    groups, starts = [], {}
    for name in by:
        if name in GRAINS:
            group, starts[name] = selection.by_period(cohort, name, prod(sizes.values()))
        else:
            group = Group(name, column(name), sizes[name])
        groups.append(group)
    return Breakdown(by, groups, starts)


def _rows(each: Measure, selection: Selection) -> Mapping[str, Keyed]:
    """The conditions of a measure, confined to the period of its cohort."""
    found = counted_rows(each, selection.basis)
    if selection.periods[each.cohort].inside is None:
        return found
    return {
        role: ((*key, each.cohort), rows and Condition(selection.within(each.cohort, rows.rows), rows.weight))
        for role, (key, rows) in found.items()
    }


def _finished(frame: pl.DataFrame, chosen: Sequence[Measure]) -> pl.DataFrame:
    """Add values, reasons and intervals to counted groups (`_no_rows`)."""
    order = frame["_order"].to_numpy()
    is_ratio, is_count, is_duration = (
        np.array([isinstance(each, kind) for each in chosen], bool)[order] for kind in KINDS
    )
    unstated = np.array([_may_be_unstated(each) for each in chosen], bool)[order]
    numerator, cases, excluded, days = (frame[name].to_numpy().astype(float) for name in (*NUMBERS, "_days"))
    given = frame["_reason"]
    some = ~(cases <= 0)  # a count of nothing is a number too
    found = {
        "not_reached": some & is_duration & np.isnan(days),  # fewer have got there than the quantile asks for
        None: some,
        "not_stated": (excluded > 0) & unstated,
        "all_excluded": excluded > 0,
    }
    computed = np.select(list(found.values()), [np.array(why, object) for why in found], "no_cases")
    why = np.where(given.is_null().to_numpy(), computed, given.to_numpy())
    reason = pl.Series("reason", why.tolist(), pl.String)
    shares = rates(np.where(is_ratio, numerator, 0), np.where(is_ratio, cases, 0))
    value = np.select([is_ratio, is_count], [shares.rate, numerator], days)
    columns = {
        "value": np.where(reason.is_null().to_numpy(), value, np.nan),
        "lower": np.where(is_ratio, shares.lower, frame["_lower"].to_numpy()),
        "upper": np.where(is_ratio, shares.upper, frame["_upper"].to_numpy()),
    }
    numbers = [pl.Series(name, values, nan_to_null=True) for name, values in columns.items()]
    return frame.hstack([reason, *numbers])


def added_up(frame: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Rows of `evaluate` put together: numbers are added, shares and intervals made anew from the sums.

    Args:
        frame: counts and ratios; `by` columns may hold other keys than they were evaluated with.
        by: columns that stay apart.

    Returns:
        The columns of `evaluate`, groups in the order of their first row.

    Raises:
        UsageError: a duration; a median of groups is not made of their medians.
    """
    if not frame.height:
        return frame.select(_columns(tuple(by)))
    kinds = {name: type(measure(name)) for name in frame["measure"].unique()}
    wrong = sorted(name for name, kind in kinds.items() if kind is Duration)
    if wrong:
        raise UsageError(f"'{wrong[0]}' cannot be added up. Evaluate it for the groups together instead.")
    sums = frame.group_by("measure", *by, maintain_order=True).agg(
        *(pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()) for name in NUMBERS),
        pl.col("reason")
        .filter(~pl.col("reason").is_in(["no_cases", "not_stated", "all_excluded"]))
        .first()
        .alias("_reason"),
    )
    places = {name: at for at, name in enumerate(kinds)}
    order = pl.col("measure").replace_strict(places, return_dtype=pl.Int64).alias("_order")
    marked = sums.with_columns(order, *(pl.lit(None, pl.Float64).alias(name) for name in DAYS))
    return _finished(marked, [measure(name) for name in kinds]).select(_columns(tuple(by)))


def keyed(
    snapshot: Snapshot, frame: pl.DataFrame, by: Sequence[str], first: Sequence[str] = (), then: Sequence[str] = ()
) -> pl.DataFrame:
    """Put keys for the codes of the `by` columns, in the order promised: `first`, time, labels ("not given" last)."""
    coded = [name for name in by if name not in GRAINS]
    blank_last = [pl.when(pl.col(name) == 0).then(2**31).otherwise(pl.col(name)) for name in coded]
    times = (name for name in by if name in GRAINS)
    order = [*first, *times, *blank_last, *then]
    ordered = frame.sort(order) if order else frame
    keys = [pl.Series(name, snapshot.dimension(name)["key"].gather(ordered[name])) for name in coded]
    return ordered.with_columns(keys) if keys else ordered


def _quantiles(
    engine: Engine, selection: Selection, chosen: Sequence[Measure], breakdown: Breakdown
) -> dict[str, pl.DataFrame]:
    """Days at each duration's quantile, by group; quantiles of one duration are read together."""
    families: dict[tuple[object, ...], list[Duration]] = {}
    for each in chosen:
        if isinstance(each, Duration):
            families.setdefault((each.cohort, each.where, each.seconds, each.ended, each.uses), []).append(each)
    found: dict[str, pl.DataFrame] = {}
    for family in families.values():
        one = family[0]
        rows = selection.within(one.cohort, measured_rows(one, selection.basis))
        seconds = kept(one.seconds, selection.basis)
        ended = kept(one.ended, selection.basis) if one.ended else None
        spread = Durations(selection.frame, rows, seconds, ended, breakdown.groups, breakdown.by, breakdown.joined)
        frames = quantiles(engine, spread, [each.quantile for each in family], selection.rows)
        found |= {each.name: frame for each, frame in zip(family, frames, strict=True)}
    return found


def labelled(frame: pl.DataFrame, snapshot: Snapshot, by: Sequence[str], language: str) -> pl.DataFrame:
    """Put words for the keys of a result's `by` columns; grains of time stay dates."""
    names = [dimension_name(name) for name in by]
    return frame.with_columns(
        pl.col(name).replace_strict(snapshot.labels(name, language), default=pl.col(name), return_dtype=pl.String)
        for name in names
        if name not in GRAINS
    )


def compare(
    snapshot: Snapshot,
    names: str | Sequence[str],
    by: Sequence[str] = (),
    filters: Filters | None = None,
    engine: Engine | None = None,
) -> pl.DataFrame:
    """As `evaluate`, with the previous period of equal length and the same period last year beside.

    Both are seen as long after their end as the period itself is after its own, and a period that still runs on the
    same day after its start: like is compared with like. A period that begins before the month of the first
    registration has no figures: the register does not reach so far back.

    Returns:
        The columns of `evaluate`, then previous_value, previous_numerator, previous_denominator, last_year_value,
        last_year_numerator, last_year_denominator, change_previous, change_last_year (differences of the values; null
        where either is missing).

    Raises:
        UsageError: broken down by time, where the rows themselves are the comparison.
    """
    if any(dimension_name(name) in GRAINS for name in by):
        raise UsageError("A comparison with earlier periods cannot be broken down by time; evaluate by time instead.")
    now = replace(filters or Filters(), as_of=(filters.as_of if filters else None) or snapshot.as_of)
    keys = ["measure", *(dimension_name(name) for name in by)]
    frame = evaluate(snapshot, names, by, now, engine)

    figures: dict[Filters | None, pl.DataFrame | None] = {None: None}
    for label, earlier in (("previous", now.previous()), ("last_year", now.last_year())):
        if earlier not in figures:  # for a period of a year both are the same
            figures[earlier] = (
                evaluate(snapshot, names, by, earlier, engine) if earlier and _reaches(snapshot, earlier) else None
            )
        frame = _beside(frame, label, figures[earlier], keys)
    return frame.with_columns(
        (pl.col("value") - pl.col("previous_value")).alias("change_previous"),
        (pl.col("value") - pl.col("last_year_value")).alias("change_last_year"),
    )


def _beside(frame: pl.DataFrame, label: str, then: pl.DataFrame | None, keys: list[str]) -> pl.DataFrame:
    """The frame with the figures of an earlier period beside; a group that had no item then had a count of 0."""
    columns = [pl.col(name).alias(f"{label}_{name}") for name in ("value", "numerator", "denominator")]
    if then is None:
        types = {"value": pl.Float64, "numerator": pl.Int64, "denominator": pl.Int64}
        return frame.with_columns(pl.lit(None, dtype).alias(f"{label}_{name}") for name, dtype in types.items())
    frame = frame.join(then.select(*keys, *columns), on=keys, how="left", maintain_order="left")
    counted = pl.col("measure").is_in([name for name in frame["measure"].unique() if isinstance(measure(name), Count)])
    none_then = counted & pl.col("reason").is_null()
    return frame.with_columns(
        pl.when(none_then)
        .then(pl.col(f"{label}_{name}").fill_null(0))
        .otherwise(f"{label}_{name}")
        .alias(f"{label}_{name}")
        for name in ("value", "numerator")
    )


def _reaches(snapshot: Snapshot, filters: Filters) -> bool:
    return bool(filters.start and snapshot.first_day and filters.start >= month_start(snapshot.first_day))


__all__ = ["compare", "evaluate", "labelled", "reason_text"]
