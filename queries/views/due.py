"""Who has to answer soon? The open items of every office by what is left of their time."""

from dataclasses import replace

import polars as pl

from queries.counting.distributions import open_by_due_date
from queries.counting.reasons import reason_text, why_not
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.closure import deadlines
from queries.views.parts import made, others_left_out, seen
from queries.views.townships import named
from queries.vocabulary import Text

HORIZONS = (7, 14, 30)  # calendar days, the shorter included in the longer


def due_by_group(snapshot: Snapshot, filters: Filters, dimension: str, most: int | None = None) -> View:
    """The open items on the as-of day by office or place: overdue, and due within 7, 14 and 30 days.

    The period of the selection does not apply.

    Args:
        most: rows kept, those with the most overdue, then soonest due; the others are counted in the notes.

    Returns:
        One row a group with any: the dimension, zh, en, overdue, within_7, within_14, within_30; most pressing first.
        No rows where the register knows no deadlines; the notes say why.
    """
    chosen = replace(seen(filters, snapshot), start=None, end=None)
    reason = why_not(measure("overdue_count"), snapshot, chosen)
    if reason:
        said = (reason_text(measure("overdue_count"), snapshot, reason, chosen),)
        return made(snapshot, chosen, pl.DataFrame(schema={dimension: pl.String}), ("overdue_count",), (dimension,),
                    None, said)  # fmt: skip
    frame = open_by_due_date(snapshot, (dimension,), chosen).filter(pl.col("state") != "no_due_date")
    late = pl.col("state") == "overdue"
    rows = frame.group_by(dimension).agg(
        pl.when(late).then("items").sum().cast(pl.Int64).alias("overdue"),
        *(
            pl.when((pl.col("high") <= days) & ~late).then("items").sum().cast(pl.Int64).alias(f"within_{days}")
            for days in HORIZONS
        ),
    )
    rows = rows.filter((pl.col("overdue") > 0) | (pl.col(f"within_{HORIZONS[-1]}") > 0))
    rows = named(rows.filter(pl.col(dimension) != ""), snapshot, dimension)
    rows = rows.sort("overdue", "within_7", "within_30", "zh", descending=[True, True, True, False])
    notes: tuple[Text, ...] = ()
    if most is not None and rows.height > most:
        notes = (others_left_out(rows.height - most),)
        rows = rows.head(most)
    return made(snapshot, chosen, rows, ("overdue_count",), (dimension,), deadlines(snapshot, filters).finding, notes)
