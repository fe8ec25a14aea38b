"""How much less do items say that come in clumps? Repeats do: one matter brings many of them or none.

A share of such items varies more from month to month and from place to place than one of independent items. Whoever
judges a difference of that share divides its counts by `clumping`: so many independent items would say as much.
"""

import narwhals as nw
import numpy as np
import polars as pl

from queries.counting.conditions import counted_rows
from queries.counting.reasons import filters_apply
from queries.counting.selection import select
from queries.engines import PolarsEngine
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import measure
from queries.snapshot import Snapshot

CLUMPED = ("repeat_share",)
"""Shares of which one matter brings several items; in the others a matter counts once."""


def clumping(snapshot: Snapshot, filters: Filters, name: str) -> float:
    """How many times more a share varies than if its items were independent: at least 1, 1 for most measures.

    With m items on a matter, r of them counted, and the share p, the ratio estimator's variance is Σ(r−pm)², that of
    independent items np(1−p) (Cochran, Sampling Techniques, 3rd ed., §6.3). It is read from all places together: one
    place has too few matters. Items without a link stand alone.
    """
    if name not in CLUMPED or not snapshot.coverage.get("matter_id"):
        return 1.0
    return _clumping(snapshot, filters.only("place"), name)


@by_snapshot(64)
def _clumping(snapshot: Snapshot, wide: Filters, name: str) -> float:
    each = measure(name)
    if not filters_apply(each.table, wide):
        return 1.0
    engine = PolarsEngine()
    selection = select(snapshot, engine, each.table, [each.cohort], wide)
    conditions = counted_rows(each, selection.basis)
    among, counted = conditions["denominator"][1], conditions["numerator"][1]
    if selection.frame is None or among is None or counted is None:
        return 1.0
    rows = selection.frame.filter(selection.within(each.cohort, among.rows)).select(
        nw.col("matter"), counted.rows.fill_null(False).cast(nw.Int64).alias("counted")
    )
    return design_effect(engine.collect(rows))


def design_effect(items: pl.DataFrame) -> float:
    """The ratio of variances of `clumping`.

    Args:
        items: one row an item: matter (its running number; null: no link), counted (1 or 0).
    """
    n, x = items.height, int(items["counted"].sum())
    if not 0 < x < n:
        return 1.0
    share = x / n
    linked = items.drop_nulls("matter")
    matters = linked["matter"].to_numpy() - (linked["matter"].min() or 0)
    m = np.bincount(matters)
    r = np.bincount(matters[linked["counted"].to_numpy() > 0], minlength=len(m))
    alone, counted = n - linked.height, x - int(r.sum())  # matters of one item, and how many of these are counted
    rr, rm, mm = int(r @ r) + counted, int(r @ m) + counted, int(m @ m) + alone
    return max(1.0, (rr - 2 * share * rm + share * share * mm) / (n * share * (1 - share)))
