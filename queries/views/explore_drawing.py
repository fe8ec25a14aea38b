"""What of an answer is drawn, and how: one measure, with the labels, verdicts and the whole a chart needs."""

from dataclasses import replace
from typing import Literal

import polars as pl

from queries.dimensions import GRAINS
from queries.filters import Filters
from queries.measures import Ratio, measure
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.beside import other_selection
from queries.views.explore import OTHERS, Question, answer, meant
from queries.views.explore_table import labels, ordered
from queries.views.parts import others_below, title
from queries.views.townships import banded, standing
from queries.vocabulary import LANGUAGES, Text

Kind = Literal["nothing", "intervals", "dots", "pairs", "lines", "multiples", "heat"]

ROOM = {"intervals": 24, "dots": 24, "pairs": 24, "multiples": 12, "heat": 12}
"""Groups each chart has room for; the table has all of them."""


def kind(question: Question, name: str) -> Kind:
    """The chart that suits a question: what is compared decides, not taste."""
    grains = [axis for axis in question.axes if axis in GRAINS]
    groups = [axis for axis in question.axes if axis not in GRAINS]
    if not question.axes:
        return "nothing"
    if not groups:
        return "lines"
    if grains:
        return "multiples"
    if len(groups) == 2:
        return "heat"
    if question.versus:
        return "pairs"
    return "intervals" if isinstance(measure(name), Ratio) else "dots"


def drawn(snapshot: Snapshot, filters: Filters, question: Question, name: str) -> View:
    """The cells of one measure, labelled.

    Returns:
        The columns of `explore.answer` for cells of the measure; zh, en (labels of the first breakdown) and across_zh,
        across_en (of the second, where there are two); group (all breakdowns as one key, for small charts); overall
        (the whole's value); band, worse (`townships.banded`; groups put together are not compared); and for two
        selections name_zh, name_en, then_zh, then_en.
        As many rows as the chart has room for; a note says how many are left out.
    """
    question = meant(snapshot, filters, question)
    view = answer(snapshot, filters, question)
    cells = view.frame.filter((pl.col("part") == "cell") & (pl.col("measure") == name))
    whole = view.frame.filter((pl.col("part") == "total") & (pl.col("measure") == name))
    overall = whole["value"][0] if whole.height else None
    groups = [axis for axis in question.axes if axis not in GRAINS]
    frame, hidden = _roomy(_in_order(cells, question), groups, kind(question, name))
    label_in = {language: labels(snapshot, filters, question, language) for language in LANGUAGES}
    for place, axis in enumerate(groups):
        names = ("zh", "en") if place == 0 else ("across_zh", "across_en")
        for language, column in zip(LANGUAGES, names, strict=True):
            called = {key: label_in[language](axis, key) for key in frame[axis].unique()}
            frame = frame.with_columns(pl.col(axis).replace_strict(called, return_dtype=pl.String).alias(column))
    frame = frame.with_columns(pl.lit(overall, pl.Float64).alias("overall"))
    each = measure(name)
    finding: Text | None = None
    judged: tuple[Text, ...] = ()
    if kind(question, name) == "intervals":
        frame = frame.filter(pl.col("denominator") > 0)
        is_own = pl.col(question.axes[0]) != OTHERS
        own, judged = banded(frame.filter(is_own), overall, snapshot, filters, each)
        together = frame.filter(~is_own).with_columns(pl.lit("same").alias("band"), pl.lit(False).alias("worse"))
        frame = pl.concat([own, together], how="diagonal_relaxed")
        finding = _with_others(standing(own, title(each, filters)), together) if own.height else None
    other = other_selection(snapshot, filters, question.versus, question.grain)
    if other:
        said = {"name": other.names[0], "then": other.names[1]}
        frame = frame.with_columns(
            pl.lit(text(language)).alias(f"{part}_{language}") for part, text in said.items() for language in LANGUAGES
        )
    return replace(
        view,
        frame=frame,
        measures=(each,),
        by=question.axes,
        finding=finding or _said(view, name),
        notes=(*judged, *hidden),
    )


def _with_others(found: Text, together: pl.DataFrame) -> Text:
    """Groups put together are no group: they are drawn, but neither compared nor counted."""
    if not together.height:
        return found
    row = together.row(0, named=True)
    return Text(f"{found.zh}；{row['zh']}合并，不作比较", f"{found.en}; {row['en']} put together, not compared")


def _roomy(frame: pl.DataFrame, groups: list[str], chart: Kind) -> tuple[pl.DataFrame, tuple[Text, ...]]:
    """The groups with the most items that a chart has room for, and a note on the others."""
    keys = groups[:1] if chart == "heat" else groups
    if chart not in ROOM or not frame.height:
        return frame, ()
    size = pl.coalesce("denominator", "numerator").sum()
    sizes = frame.group_by(keys, maintain_order=True).agg(size.alias("_size"))
    hidden = sizes.height - ROOM[chart]
    if hidden <= 0:
        return frame, ()
    largest = sizes.sort("_size", descending=True, maintain_order=True).head(ROOM[chart])
    return frame.join(largest, on=keys, how="semi", maintain_order="left"), (others_below(hidden),)


def _said(view: View, name: str) -> Text | None:
    return view.finding if view.measures[0].name == name else None


def _in_order(cells: pl.DataFrame, question: Question) -> pl.DataFrame:
    """Rows as the table has them: the others last."""
    if not cells.height:
        return cells
    ranks = [
        pl.col(axis).replace_strict({key: at for at, key in enumerate(ordered(cells, axis))}, return_dtype=pl.Int32)
        for axis in question.axes
    ]
    return cells.sort(ranks)
