"""Figures that are more than one number a group: ages, deadlines, days, matters, evaluations, batches.

Like the measures they count what is known at the end of the as-of day, under the same filters; the cohort date of each
is named. A row in which a check made a needed column unusable is left out. Every frame begins with one column a `by`
dimension (key, "" where not given), is ordered like the frames of `queries.counting.evaluate`, and leaves out what
never occurs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType

import narwhals as nw
import polars as pl

from queries.coding import NOT_GIVEN, code
from queries.counting.conditions import usable_rows
from queries.counting.evaluate import check_breakdown, keyed
from queries.counting.one_pass import Condition, Group, tally
from queries.counting.reasons import filters_apply
from queries.counting.selection import select
from queries.dimensions import DIMENSIONS, GRAINS, Table, dimension_name
from queries.engines import Engine, PolarsEngine
from queries.errors import UsageError
from queries.filters import Filters
from queries.kept import MOST_KEPT, column, keep
from queries.measures import Basis, Cohort
from queries.measures.backlog import assigned, decided_day, not_stated, recognised, reflowed
from queries.measures.needs import BACKLOG, CLOSED, CLOSED_AT, DUE
from queries.measures.satisfaction import WINDOW_END, evaluated, expired
from queries.measures.terms import ASSIGNED, REGISTERED, always, due_day, known, open_item
from queries.snapshot import Snapshot

AGE_BANDS = (15, 30, 60, 90, 180)  # calendar days since registration, upper ends; the last band is open
DUE_BANDS = (7, 14, 30)  # calendar days until the due date, upper ends: the horizons of the closure page
SCORES = ("satisfied", "basically_satisfied", "dissatisfied")
LONGEST = 366  # calendar days; closings after more days are counted as this many


def open_ages(
    snapshot: Snapshot, by: Sequence[str] = (), filters: Filters | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """Open items by calendar days since registration (cohort: registered).

    Returns:
        by, then band (0 the youngest), low, high (days, both included; high null for the last band), items, overdue
        (of the items, due date passed; 0 where the register knows no due dates).
    """
    frame = _tally(snapshot, engine, filters, "cases", REGISTERED, by, [_age], _open)
    return _with_ends(frame, AGE_BANDS, first=0)


def _age(basis: Basis) -> Group:
    return _bands("band", basis.as_of - nw.col("registered_day").cast(nw.Int32), AGE_BANDS)


def _open(basis: Basis) -> dict[str, nw.Expr]:
    return {
        "items": usable_rows(open_item, (CLOSED,), basis, "open_count"),
        "overdue": usable_rows(open_item, (CLOSED, DUE), basis, "overdue_count") & known(due_day(basis) <= basis.as_of),
    }


def open_by_due_date(
    snapshot: Snapshot, by: Sequence[str] = (), filters: Filters | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """Open items by calendar days left until their due date (cohort: registered).

    Returns:
        by, then state ("overdue", "due", "no_due_date"), low, high (days left, both included; null for other states
        than "due", high null for the last band), items. Bands do not overlap: due within 14 days is the first two.
    """
    frame = _tally(snapshot, engine, filters, "cases", REGISTERED, by, [_days_left], _open_with_due_date)
    band = pl.col("band")
    last = len(DUE_BANDS) + 1
    state = pl.when(band == 0).then(pl.lit("overdue")).when(band > last).then(pl.lit("no_due_date"))
    due = band.is_between(1, last)
    lows, highs = [None, 1, *(end + 1 for end in DUE_BANDS), None], [None, *DUE_BANDS, None, None]
    places = list(range(last + 2))
    return frame.with_columns(
        state.otherwise(pl.lit("due")).alias("state"),
        pl.when(due).then(band.replace_strict(places, lows, return_dtype=pl.Int64)).alias("low"),
        pl.when(due).then(band.replace_strict(places, highs, return_dtype=pl.Int64)).alias("high"),
    ).select(*_names(by), "state", "low", "high", "items")


def _days_left(basis: Basis) -> Group:
    return _bands("band", due_day(basis).cast(nw.Int32) - basis.as_of, (0, *DUE_BANDS), nulls=True)


def _open_with_due_date(basis: Basis) -> dict[str, nw.Expr]:
    return {"items": usable_rows(open_item, (CLOSED, DUE), basis, "overdue_count")}


def closing_days(
    snapshot: Snapshot, by: Sequence[str] = (), filters: Filters | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """Closed items by calendar days from registration to closing (cohort: registered).

    Returns:
        by, then days (0 to LONGEST; LONGEST stands for so many or more), items.
    """
    frame = _tally(snapshot, engine, filters, "cases", REGISTERED, by, [_days_taken], _closed_items)
    return frame.select(*_names(by), "days", "items")


def _days_taken(basis: Basis) -> Group:
    taken = nw.col("closed_day").cast(nw.Int32) - nw.col("registered_day").cast(nw.Int32)
    # closed before registered is impossible, and excluded by a check; without the check it is day 0
    days = nw.when(taken > LONGEST).then(nw.lit(LONGEST)).otherwise(nw.when(taken > 0).then(taken).otherwise(0))
    return Group("days", days.fill_null(0), LONGEST + 1)


def _closed_items(basis: Basis) -> dict[str, nw.Expr]:
    return {"items": usable_rows(_closed, (CLOSED_AT,), basis, "days_to_close")}


def _closed(basis: Basis) -> nw.Expr:
    return always(basis) & known(nw.col("closed_day") <= basis.as_of)


def matter_sizes(snapshot: Snapshot, filters: Filters | None = None, engine: Engine | None = None) -> pl.DataFrame:
    """How items gather on matters: counts only, no matter is named (cohort: registered).

    An item without a link is a matter of its own. A register without any link gives an empty frame.

    Returns:
        items_per_matter, matters, items (their product), ascending.
    """
    schema = dict.fromkeys(("items_per_matter", "matters", "items"), pl.Int64)
    selection = select(snapshot, engine or PolarsEngine(), "cases", [REGISTERED], filters or Filters())
    if selection.frame is None or not snapshot.coverage.get("matter_id"):
        return pl.DataFrame(schema=schema)
    rows = selection.frame.filter(always(selection.basis))
    linked = rows.filter(~nw.col("matter").is_null()).group_by("matter").agg(nw.len().alias("items_per_matter"))
    sizes = linked.group_by("items_per_matter").agg(nw.len().alias("matters"))
    counted = (engine or PolarsEngine()).collect(sizes).cast(pl.Int64)
    alone = tally(
        engine or PolarsEngine(),
        selection.frame,
        {"matters": Condition(always(selection.basis) & nw.col("matter").is_null())},
    )
    one = alone.select(pl.lit(1, pl.Int64).alias("items_per_matter"), "matters")
    sums = pl.concat([counted.select("items_per_matter", "matters"), one]).group_by("items_per_matter").sum()
    with_items = sums.filter(pl.col("matters") > 0).with_columns(items=pl.col("items_per_matter") * pl.col("matters"))
    return with_items.sort("items_per_matter").select(list(schema))


def satisfaction_components(
    snapshot: Snapshot, by: Sequence[str] = (), filters: Filters | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """The parts of participation and satisfaction (cohort: end of the evaluation window), of the chosen target.

    Returns:
        by, then satisfied, basically_satisfied, dissatisfied, content (S: the first two), evaluated (A), expired (X,
        in silence), open (O, still to be evaluated), asked (N = A + X + O). Conventions do not enter.
    """
    frame = _tally(snapshot, engine, filters, "evaluations", WINDOW_END, by, [], _heard)
    return frame.with_columns(
        content=pl.col("satisfied") + pl.col("basically_satisfied"),
        asked=pl.col("evaluated") + pl.col("expired") + pl.col("open"),
    ).select(*_names(by), *SCORES, "content", "evaluated", "expired", "open", "asked")


def _heard(basis: Basis) -> dict[str, nw.Expr]:
    answered, silent = always(basis) & evaluated(basis), always(basis) & expired(basis)
    given = {key: answered & (nw.col("score") == code("score", key)) for key in SCORES}
    rest = always(basis) & ~evaluated(basis) & ~expired(basis)
    return {**given, "evaluated": answered, "expired": silent, "open": rest}


def backlog_batches(
    snapshot: Snapshot, by: Sequence[str] = ("batch",), filters: Filters | None = None, engine: Engine | None = None
) -> pl.DataFrame:
    """What became of the assigned old items (cohort: assigned).

    Returns:
        by, then assigned, reported, recognised, returned (by the level above), under_review (reported, and the result
        came later or is not out yet), not_stated (reported, no result given), reflowed (petitioned again after
        recognition), excluded (dates contradict each other: in none of the other numbers), days_at_risk (days from
        recognition to reflow or to the as-of day, summed over the recognised). Batches by their first assignment:
        names in Chinese numerals do not sort.
    """
    frame = _tally(snapshot, engine, filters, "backlog", ASSIGNED, by, [], _became)
    if tuple(by) == ("batch",):
        first = _first_assigned(snapshot, filters, engine)
        frame = frame.join(first, on="batch", how="left", maintain_order="left")
        frame = frame.sort("first_day", maintain_order=True).drop("first_day")
    risk = _time_at_risk(snapshot, by, filters, engine)
    if by:
        return frame.join(risk, on=_names(by), how="left", maintain_order="left").with_columns(
            pl.col("days_at_risk").fill_null(0)
        )
    return frame.hstack(risk)


def _became(basis: Basis) -> dict[str, nw.Expr]:
    usable = usable_rows(assigned, (BACKLOG,), basis)
    settled = usable & recognised(basis)
    sent_back = usable & (nw.col("result") == code("review_result", "returned")) & (decided_day(basis) <= basis.as_of)
    # a result that came after the as-of day: until then a reported item was under review
    stated = usable & (nw.col("result") != NOT_GIVEN) & ~known(nw.col("reported_day") > basis.as_of)
    return {
        "assigned": usable,
        "reported": usable & known(nw.col("reported_day") <= basis.as_of),
        "recognised": settled,
        "returned": sent_back,
        "under_review": stated & ~known(recognised(basis)) & ~known(sent_back),
        "not_stated": usable & not_stated(basis),
        "reflowed": settled & reflowed(basis),
        "excluded": assigned(basis) & ~usable,
    }


def _first_assigned(snapshot: Snapshot, filters: Filters | None, engine: Engine | None) -> pl.DataFrame:
    """batch, first_day: days since 1970 of the first assignment."""
    frame = _tally(snapshot, engine, filters, "backlog", ASSIGNED, ("batch",), [_first_day], _assigned)
    return frame.group_by("batch").agg(pl.col("first_day").min())


def _first_day(basis: Basis) -> Group:
    return Group("first_day", nw.col("assigned_day").cast(nw.Int32), 2**16)


def _assigned(basis: Basis) -> dict[str, nw.Expr]:
    return {"items": assigned(basis)}


def _time_at_risk(
    snapshot: Snapshot, by: Sequence[str], filters: Filters | None, engine: Engine | None
) -> pl.DataFrame:
    frame = _tally(snapshot, engine, filters, "backlog", ASSIGNED, by, [_days_at_risk], _recognised)
    total = (pl.col("items") * pl.col("days")).sum().alias("days_at_risk")
    return frame.group_by(_names(by)).agg(total) if by else frame.select(total)


def _days_at_risk(basis: Basis) -> Group:
    come_back = nw.when(reflowed(basis)).then(nw.col("reflow_day").cast(nw.Int32))
    until = nw.coalesce(come_back, nw.lit(basis.as_of, dtype=nw.Int32))
    at_risk = until - decided_day(basis).cast(nw.Int32)
    return Group("days", nw.when(at_risk > 0).then(at_risk).otherwise(0), 2**16)


def _recognised(basis: Basis) -> dict[str, nw.Expr]:
    return {"items": usable_rows(assigned, (BACKLOG,), basis) & recognised(basis)}


def _tally(
    snapshot: Snapshot,
    engine: Engine | None,
    filters: Filters | None,
    table: Table,
    cohort: Cohort,
    by: Sequence[str],
    more: Sequence[Callable[[Basis], Group]],
    conditions: Callable[[Basis], dict[str, nw.Expr]],
) -> pl.DataFrame:
    """Count conditions by dimensions and further groups; rows in which nothing is counted are left out."""
    names = _names(by)
    check_breakdown(table, table, tuple(names))
    if any(name in GRAINS for name in names):
        raise UsageError(f"This cannot be broken down by {', '.join(names)}: choose dimensions, not a step of time.")
    chosen = filters or Filters()
    if not filters_apply(table, chosen):
        wrong = [name for name, _ in chosen.where if table not in DIMENSIONS[name].tables]
        raise UsageError(f"'{table}' cannot be filtered by {', '.join(wrong)}; remove that filter.")
    selection = select(snapshot, engine or PolarsEngine(), table, [cohort], chosen)
    groups = [Group(name, column(name), len(snapshot.dimension(name))) for name in names]
    further = [_group(make, selection.basis) for make in more]
    counted = _conditions(conditions, selection.basis)
    frame = tally(engine or PolarsEngine(), selection.frame, counted, [*groups, *further])
    if groups or further:
        frame = frame.filter(pl.any_horizontal(pl.col(name) > 0 for name in counted))
    return keyed(snapshot, frame, names, then=[group.name for group in further])


def _names(by: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(dimension_name(name) for name in by))


@lru_cache(maxsize=MOST_KEPT)
def _group(make: Callable[[Basis], Group], basis: Basis) -> Group:
    made = make(basis)
    return replace(made, code=keep(made.code))


@lru_cache(maxsize=MOST_KEPT)
def _conditions(make: Callable[[Basis], dict[str, nw.Expr]], basis: Basis) -> Mapping[str, Condition]:
    return MappingProxyType({name: Condition(keep(rows)) for name, rows in make(basis).items()})


def _bands(name: str, days: nw.Expr, ends: Sequence[int], *, nulls: bool = False) -> Group:
    """Bands 0, 1, ... with upper ends, the last one open; with `nulls` one more for rows without the number."""
    band: nw.Expr = nw.lit(len(ends))
    for place, end in reversed(list(enumerate(ends))):
        band = nw.when(days <= end).then(nw.lit(place)).otherwise(band)
    if nulls:
        band = nw.when(days.is_null()).then(nw.lit(len(ends) + 1)).otherwise(band)
    return Group(name, band, len(ends) + 2)


def _with_ends(frame: pl.DataFrame, ends: Sequence[int], first: int) -> pl.DataFrame:
    bands = list(range(len(ends) + 1))
    low = pl.col("band").replace_strict(bands, [first, *(end + 1 for end in ends)], return_dtype=pl.Int64)
    high = pl.col("band").replace_strict(bands, [*ends, None], return_dtype=pl.Int64)
    at = frame.columns.index("band") + 1
    columns = frame.columns
    return frame.with_columns(low=low, high=high).select(*columns[:at], "low", "high", *columns[at:])
