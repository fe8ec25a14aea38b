"""Every group in one table: as counted, at the city's mix, seen with the others, and the places it could have."""

import polars as pl

from queries import wording
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.adjusted import adjusted, can_be_adjusted_here
from queries.views.parts import made, seen
from queries.views.ranks import every_place
from queries.views.townships import compared
from queries.views.townships import table as plain_table

METHODS = ("wilson", "bands", "shrunk", "rank_interval", "case_mix", "rank_sets")


def every_group(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> View:
    """The rows of `townships.compared` in their order (band, then name) with what else can be said of each.

    Returns:
        The columns of `townships.compared`, and adjusted, adjusted_lower, adjusted_upper; shrunk, shrunk_lower,
        shrunk_upper; first, last, chance_worst (`ranks.every_place`); null where it cannot be said.
    """
    view = compared(snapshot, filters, name, dimension)
    places = every_place(snapshot, filters, name, dimension)
    frame = view.frame.join(places, on=dimension, how="left", maintain_order="left")
    blank = dict.fromkeys(("adjusted", "adjusted_lower", "adjusted_upper"), pl.lit(None, pl.Float64))
    if can_be_adjusted_here(snapshot, filters, name, dimension):
        mix = adjusted(snapshot, filters, name, dimension).frame
        if dimension in mix.columns:
            columns = {"adjusted": "value", "adjusted_lower": "lower", "adjusted_upper": "upper"}
            mix = mix.select(dimension, *(pl.col(column).alias(new) for new, column in columns.items()))
            frame = frame.join(mix, on=dimension, how="left", maintain_order="left")
    frame = frame.with_columns(**{new: value for new, value in blank.items() if new not in frame.columns})
    chosen = seen(filters, snapshot)
    return made(snapshot, chosen, frame, (name,), (dimension,), view.finding, view.notes, methods=METHODS)


def table(view: View, rows: pl.DataFrame, language: str) -> pl.DataFrame:
    """`townships.table` with adjusted, shrunk (per cent), places and worst (both text) before the changes (text).

    Where the period before is the same period last year, there is one change, not the same one twice.

    Args:
        view: of `townships.compared`. rows: the frame of `every_group`, the same groups in the same order.
    """
    few = pl.col("band") == "small"
    more = rows.select(
        pl.when(~few).then(pl.col("adjusted") * 100).alias("adjusted"),
        (pl.col("shrunk") * 100).alias("shrunk"),
        pl.when(pl.col("first") == pl.col("last"))
        .then(pl.col("first").cast(pl.String))
        .otherwise(pl.format("{}–{}", "first", "last"))
        .alias("places"),
        pl.Series("worst", [wording.per_cent(chance, language, 0) for chance in rows["chance_worst"]], pl.String),
    )
    figures = pl.concat([plain_table(view, language), more], how="horizontal")
    order = [
        "name",
        "band",
        "value",
        "counts",
        "interval",
        *more.columns,
        *([] if view.filters.is_compared_once else ["change_previous"]),
        "change_last_year",
        "course",
    ]
    changes = [name for name in order if name.startswith("change_")]
    return figures.select(order).with_columns(
        pl.Series(name, [wording.signed_tenths(points, language) for points in figures[name]]) for name in changes
    )
