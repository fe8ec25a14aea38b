"""How long until something happens, when it has not happened yet for some: closing, coming back, flowing back.

Counts and days for the curves of `queries.stats.survival`, under the same filters and as-of day as the measures. A row
in which a check made a needed column unusable is left out.
"""

from collections.abc import Callable
from dataclasses import dataclass

import narwhals as nw
import numpy as np
import polars as pl

from queries.coding import NOT_GIVEN, YES, code, codes
from queries.counting.conditions import usable_rows
from queries.counting.one_pass import Condition, Group, tally
from queries.counting.selection import Selection, select
from queries.dimensions import Table
from queries.engines import Engine, PolarsEngine
from queries.filters import Filters
from queries.measures import Basis, Cohort, Predicate
from queries.measures.backlog import assigned, decided_day, recognised, reflowed
from queries.measures.needs import ACCEPTED as ACCEPTED_AT
from queries.measures.needs import BACKLOG, CLOSED, CLOSED_AT
from queries.measures.terms import ACCEPTED, ASSIGNED, REGISTERED, always, closed, known
from queries.measures.terms import CLOSED as CLOSING
from queries.snapshot import Snapshot
from queries.stats.intervals import Array
from queries.stats.repeats import UNLINKED
from queries.stats.survival import Ended, Integers

LONGEST = 366  # calendar days; whatever is followed longer counts as still followed on this day


def start_of_handling(snapshot: Snapshot) -> Cohort:
    """The day the handling period begins: acceptance, or registration where the register knows no acceptance."""
    return ACCEPTED if snapshot.coverage.get("accepted_at") else REGISTERED


def closings(
    snapshot: Snapshot, filters: Filters, *, by_month: bool = False, engine: Engine | None = None
) -> pl.DataFrame:
    """Items by calendar days followed since the handling period began, and how they then stood.

    Items on a procedure without the 60 days are left out, and those closed on an unknown day.

    Args:
        by_month: by month of the first day too.

    Returns:
        month (Date; with `by_month`), days (0 to LONGEST), ended (`survival.Ended`), items.
    """
    counter = engine or PolarsEngine()
    cohort = start_of_handling(snapshot)
    selection = select(snapshot, counter, "cases", [cohort], filters)

    def followed(basis: Basis) -> nw.Expr:
        start = cohort.day(basis)
        procedure = nw.col("procedure")
        timed = procedure.is_in([NOT_GIVEN, *codes("procedure", *basis.rules.timed_procedures)])
        undated = nw.col("closed_day").is_null() & (nw.col("closed_stated") == YES)
        return always(basis) & known(start <= basis.as_of) & timed & ~undated

    basis = selection.basis
    has_ended = known(nw.col("closed_day") <= basis.as_of)
    end = nw.when(has_ended).then(nw.col("closed_day").cast(nw.Int32)).otherwise(nw.lit(basis.as_of, dtype=nw.Int32))
    taken = end - cohort.day(basis).cast(nw.Int32)
    within = nw.when(taken > LONGEST).then(nw.lit(LONGEST)).otherwise(nw.when(taken > 0).then(taken).otherwise(0))
    withdrawn = nw.col("outcome") == code("outcome", "withdrawn")
    state = nw.when(has_ended & withdrawn).then(int(Ended.OTHERWISE)).otherwise(
        nw.when(has_ended).then(int(Ended.CLOSED)).otherwise(int(Ended.OPEN))
    )  # fmt: skip
    needs = (CLOSED_AT, ACCEPTED_AT) if cohort is ACCEPTED else (CLOSED_AT,)
    rows = selection.within(cohort, usable_rows(followed, needs, basis, "days_to_close"))
    groups = [Group("days", within.fill_null(0), LONGEST + 1), Group("ended", state, len(Ended))]
    months, start_of = selection.by_period(cohort, "month", (LONGEST + 1) * len(Ended)) if by_month else (None, None)
    if months is not None:
        groups.insert(0, months)
    frame = tally(counter, selection.frame, {"items": Condition(rows)}, groups).filter(pl.col("items") > 0)
    keys = [group.name for group in groups]
    if start_of is not None:
        frame = frame.with_columns(start_of(pl.col("month")).alias("month"))
    return frame.group_by(keys).agg(pl.col("items").sum()).sort(keys).select(*keys, "items")


@dataclass(frozen=True)
class Flow:
    """Open at the end of one day + registered since − ended since = open now, in items."""

    open_then: int
    registered: int
    ended: int
    open_now: int


def flow(snapshot: Snapshot, filters: Filters, since: int, engine: Engine | None = None) -> Flow:
    """What came and went between the end of day number `since` and the as-of day; the period of the filters is ignored.

    An item closed on an unknown day ends when it is registered: it was never seen open.
    """
    counter = engine or PolarsEngine()
    selection = select(snapshot, counter, "cases", [REGISTERED], _any_time(filters))
    basis = selection.basis
    registered, day = nw.col("registered_day"), nw.col("closed_day")
    undated = closed(basis) & day.is_null()
    before = registered <= since
    done_then = known(day <= since) | undated
    done_now = closed(basis)

    def rows(condition: nw.Expr) -> Condition:
        return Condition(usable_rows(lambda basis: always(basis) & condition, (CLOSED,), basis, "open_count"))

    counted = tally(
        counter,
        selection.frame,
        {
            "open_then": rows(before & ~done_then),
            "registered": rows(~before),
            "ended": rows(done_now & ~(before & done_then)),
            "open_now": rows(~done_now),
        },
    )
    return Flow(**counted.row(0, named=True))


def _any_time(filters: Filters) -> Filters:
    return Filters(
        where=filters.where,
        as_of=filters.as_of,
        rules=filters.rules,
        convention=filters.convention,
        evaluation_target=filters.evaluation_target,
    )


@dataclass(frozen=True)
class Followed:
    """Spans one by one: day numbers of start and event (NaN: not yet), and the cluster each belongs to.

    The cluster of closings is a code of the matter, `repeats.UNLINKED` where there is no link; it names nobody and is
    used for standard errors only.
    """

    start: Integers
    event: Array
    cluster: Integers


def returns(snapshot: Snapshot, filters: Filters, engine: Engine | None = None) -> Followed:
    """Every closing of the period and the next petition on its matter after that day (cohort: closed)."""

    def rows(selection: Selection) -> nw.Expr:
        done = usable_rows(lambda basis: always(basis) & known(nw.col("closed_day") <= basis.as_of), (CLOSED_AT,),
                           selection.basis, "resolved_once_rate")  # fmt: skip
        return selection.within(CLOSING, done)

    return _spans(
        snapshot, filters, "cases", CLOSING, rows,
        lambda basis: nw.col("closed_day"),
        lambda basis: nw.when(nw.col("returned_day") <= basis.as_of).then(nw.col("returned_day")),
        nw.col("matter").fill_null(UNLINKED), engine,
    )  # fmt: skip


def petitions(snapshot: Snapshot, filters: Filters, engine: Engine | None = None) -> Followed:
    """Every item registered by the as-of day, in any period, from registration to its closing."""
    return _spans(
        snapshot, _any_time(filters), "cases", REGISTERED,
        lambda selection: usable_rows(
            lambda basis: always(basis) & known(nw.col("registered_day") <= basis.as_of), (CLOSED,), selection.basis,
            "open_count",
        ),
        lambda basis: nw.col("registered_day"),
        lambda basis: nw.when(nw.col("closed_day") <= basis.as_of).then(nw.col("closed_day")),
        nw.col("matter").fill_null(UNLINKED), engine,
    )  # fmt: skip


def backflows(snapshot: Snapshot, filters: Filters, batch: str | None = None, engine: Engine | None = None) -> Followed:
    """Every recognised item of the batches, or of one batch, and the day it flowed back (cohort: assigned)."""
    chosen = filters.only("batch", batch) if batch is not None else filters
    return _spans(
        snapshot, chosen, "backlog", ASSIGNED,
        lambda selection: selection.within(
            ASSIGNED, usable_rows(assigned, (BACKLOG,), selection.basis) & recognised(selection.basis)
        ),
        decided_day,
        lambda basis: nw.when(reflowed(basis)).then(nw.col("reflow_day")),
        nw.lit(UNLINKED), engine,
    )  # fmt: skip


def _spans(
    snapshot: Snapshot,
    filters: Filters,
    table: Table,
    cohort: Cohort,
    rows: Callable[[Selection], nw.Expr],
    start: Predicate,
    event: Predicate,
    cluster: nw.Expr,
    engine: Engine | None,
) -> Followed:
    counter = engine or PolarsEngine()
    selection = select(snapshot, counter, table, [cohort], filters)
    if selection.frame is None:
        nothing = np.empty(0, dtype=np.int64)
        return Followed(nothing, np.empty(0), nothing)
    basis = selection.basis
    found = counter.collect(
        selection.frame.filter(rows(selection)).select(
            start(basis).cast(nw.Int64).alias("start"),
            event(basis).cast(nw.Float64).alias("event"),
            cluster.cast(nw.Int64).alias("cluster"),
        )
    ).sort("start", "event", "cluster")
    begun = found["start"].to_numpy()
    # an event dated before the span began happened on its first day: only its order is in doubt
    return Followed(begun, np.maximum(found["event"].fill_null(np.nan).to_numpy(), begun), found["cluster"].to_numpy())
