"""Which places stand out on which of the headline measures? Everything at a glance, one row a place."""

from typing import Any

import polars as pl

from queries import wording
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.overview import HEADLINES
from queries.views.parts import both, in_both, in_name_order, made, others_left_out, seen
from queries.views.townships import compared, offered
from queries.vocabulary import Text

NAMED = 3  # places in the sentence


def tartan(snapshot: Snapshot, filters: Filters, dimension: str = "place", most: int | None = None) -> View:
    """Every place on every headline measure the register can give, each held against the whole of its own measure.

    Args:
        most: rows kept, those that stand out unfavourably on most measures and then those with the most items; the
            others are counted in the notes. None keeps all.

    Returns:
        One row a place and measure, places in the order of their names, measures in that of HEADLINES: the dimension,
        zh, en, measure, value, numerator, denominator, lower, upper, band, worse (`townships.compared`), overall (the
        whole's share). A place without items of a measure has no row for it.
    """
    chosen = seen(filters, snapshot)
    possible = offered(snapshot, filters)
    names = tuple(name for name in HEADLINES if name in possible)
    columns = [dimension, "zh", "en", "measure", "value", "numerator", "denominator", "lower", "upper", "band", "worse",
               "overall"]  # fmt: skip
    frames = [compared(snapshot, filters, name, dimension).frame.select(columns) for name in names]
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    if not frame.height:
        return made(snapshot, chosen, frame, names, (dimension,))
    order = _order(frame, dimension)
    finding = _finding(order, len(names))
    notes: tuple[Text, ...] = ()
    kept = order if most is None or order.height <= most else order.head(most)
    if kept.height < order.height:
        notes = (others_left_out(order.height - kept.height),)
    by_name = kept.sort(in_name_order())
    shown = by_name.select(dimension).join(frame, on=dimension, how="left", maintain_order="left_right")
    return made(snapshot, chosen, shown, names, (dimension,), finding, notes)


def _order(frame: pl.DataFrame, dimension: str) -> pl.DataFrame:
    """One row a place: how many measures it stands out on unfavourably, then how many items it has."""
    return (
        frame.group_by(dimension, "zh", "en", maintain_order=True)
        .agg(
            pl.col("worse").sum().cast(pl.Int64).alias("times"),
            pl.col("denominator").max().alias("items"),
            pl.col("measure").filter("worse").alias("which"),
        )
        .sort("times", "items", descending=True, maintain_order=True)
    )


def _finding(order: pl.DataFrame, measures: int) -> Text:
    """Who stands out unfavourably, and on how many of the measures; else that nobody does."""
    worse = order.filter(pl.col("times") > 0)
    count = both(wording.number, measures)
    if not worse.height:
        return in_both(
            "所列{count}项指标上，没有哪一个明显劣于全体",
            "None is clearly worse than the whole on any of the {count} measures",
            count=count,
        )
    shown = worse.head(NAMED if worse.height <= NAMED else NAMED - 1)
    rest = worse.height - shown.height
    zh = "、".join(f"{row['zh']}（{_which(row, 'zh')}）" for row in shown.iter_rows(named=True))
    en = ", ".join(f"{row['en']} ({_which(row, 'en')})" for row in shown.iter_rows(named=True))
    others = both(wording.number, rest)
    more = (f"，另有{others[0]}个各有至少1项", f", {others[1]} more on at least one") if rest else ("", "")
    return Text(
        f"明显劣于全体的：{zh}{more[0]}",
        f"Clearly worse than the whole: {en}{more[1]}",
    )


def _which(row: dict[str, Any], language: str) -> str:
    """The measure a place stands out on, or how many they are."""
    if row["times"] == 1:
        return measure(row["which"][0]).label(language)
    return f"{row['times']}项指标" if language == "zh" else f"{row['times']} measures"
