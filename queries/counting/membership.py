"""Which rows a figure rests on, so that two figures can be compared row by row.

For counting what moved between two figures only: rows are named by the register's running number, and no page shows
any of them.
"""

from dataclasses import dataclass

import polars as pl

from queries.counting.conditions import counted_rows
from queries.counting.one_pass import Condition
from queries.counting.reasons import why_not
from queries.counting.selection import select
from queries.engines import PolarsEngine
from queries.filters import Filters
from queries.measures import Count, Ratio, measure
from queries.snapshot import Snapshot

MEMBERS = {"case_no": pl.Int32(), "counts": pl.Boolean()}


@dataclass(frozen=True)
class Moves:
    """Items that a change of a figure is made of.

    Attributes:
        entered, entered_counting: came into the denominator; of these, into the numerator too.
        left, left_counting: no longer in the denominator; of these, were in the numerator.
        turned_to, turned_from: in the denominator before and after; came into the numerator, went out of it.
    """

    entered: int
    entered_counting: int
    left: int
    left_counting: int
    turned_to: int
    turned_from: int

    @property
    def items(self) -> int:
        """All of them."""
        return self.entered + self.left + self.turned_to + self.turned_from


def members(snapshot: Snapshot, name: str, filters: Filters) -> pl.DataFrame | None:
    """The items of a count, or of a ratio's denominator.

    Returns:
        case_no, unique, and `counts`: in the numerator (for a count always). None for a table whose rows have no
        number (batches of old items) and for durations.
    """
    each = measure(name)
    if each.table == "backlog" or not isinstance(each, Count | Ratio):
        return None
    if why_not(each, snapshot, filters):
        return pl.DataFrame(schema=MEMBERS)
    engine = PolarsEngine()
    selection = select(snapshot, engine, each.table, [each.cohort], filters)
    if selection.frame is None:
        return pl.DataFrame(schema=MEMBERS)
    roles = counted_rows(each, selection.basis)
    counting, base = _rows(roles["numerator"]), _rows(roles.get("denominator", roles["numerator"]))
    inside = selection.frame.filter(selection.within(each.cohort, base.rows))
    frame = engine.collect(inside.select("case_no", counting.rows.fill_null(False).alias("counts")))
    return frame.select(pl.col(column).cast(dtype) for column, dtype in MEMBERS.items())


def _rows(keyed: tuple[object, Condition | None]) -> Condition:
    condition = keyed[1]
    assert condition is not None  # only what is excluded may hold for no row
    return condition


def moves(before: pl.DataFrame, after: pl.DataFrame) -> Moves:
    """What became of the items between two answers of `members`."""
    both = before.join(after, on="case_no", how="full", coalesce=True, suffix="_now")
    was, now = pl.col("counts"), pl.col("counts_now")
    found = both.select(
        entered=was.is_null().sum(),
        entered_counting=(was.is_null() & now).sum(),
        left=now.is_null().sum(),
        left_counting=(now.is_null() & was).sum(),
        turned_to=(~was & now).sum(),
        turned_from=(was & ~now).sum(),
    )
    return Moves(**{name: int(number) for name, number in found.row(0, named=True).items()})
