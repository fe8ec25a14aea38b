"""The answer of `explore` as a table to read: which figure stands where, in which words, in which order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.days import add_months, month_end
from queries.dimensions import BLANK, DIMENSIONS, GRAINS
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import Count, measure
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.beside import difference_words, other_selection
from queries.views.explore import (
    OTHERS,
    Question,
    answer,
    counts_words,
    figure_words,
    groups,
    limits_words,
    others_words,
)
from queries.views.parts import seen
from queries.vocabulary import Text

WHOLE = Text("全体", "Whole")
EVERY_GROUP = 10**9
PARTS = {
    "cell": Text("分组", "group"),
    "row": Text("行合计", "whole of the row"),
    "column": Text("列合计", "whole of the column"),
    "total": WHOLE,
}
SPARK_MONTHS = 12  # months of the small lines
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Cell:
    """One figure in words.

    Attributes:
        text, counts: the figure; numerator and denominator, or the items measured.
        step: shade 1 to STEPS, None for none.
        small: too few items for the figure; then only the counts are shown.
        arrow: 1 or −1 where the difference to the other selection is beyond chance.
        worse: whether that is the unwanted direction.
        difference: its size in words, where there is an arrow.
        course: values of the newest whole months, for a small line.
        says: everything in one line, for those who hover or listen.
        order: what a column is sorted by; None stays at the end, and so do the others.
    """

    text: str = ""
    counts: str = ""
    step: int | None = None
    small: bool = False
    arrow: int = 0
    worse: bool = False
    difference: str = ""
    course: tuple[float, ...] = ()
    says: str = ""
    order: float | None = None


@dataclass(frozen=True)
class Column:
    """One column: `name` sorts by it; `keys` is what it stands for, empty where it cannot be opened."""

    name: str
    label: str
    keys: Mapping[str, str]
    kind: str = "figure"


@dataclass(frozen=True)
class Line:
    """One row: the keys it stands for, its labels, its cells."""

    keys: Mapping[str, str]
    labels: tuple[str, ...]
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """A table: headings of the row labels, columns, rows, and the row of the whole."""

    heads: tuple[str, ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Line | None


def tabulate(snapshot: Snapshot, filters: Filters, question: Question, drawn: str, language: str) -> Grid:
    """The table of a question.

    Args:
        drawn: the measure shown where the columns are groups.
    """
    view = answer(snapshot, filters, question)
    label = labels(snapshot, filters, question, language)
    if not question.rows:
        return _of_measures(view, question, label, language)
    if question.column:
        return _pivot(view, question, drawn, label, language)
    return _by_measure(snapshot, filters, view, question, label, language)


def labels(snapshot: Snapshot, filters: Filters, question: Question, language: str) -> Callable[[str, Any], str]:
    """What a key of an axis is called; the others by their number."""
    together = {name: len(each.others) for name, each in groups(snapshot, seen(filters, snapshot), question).items()}

    def label(axis: str, key: Any) -> str:
        if axis in GRAINS:
            return wording.step(key, axis, language)
        if key == OTHERS:
            return others_words(together[axis], language)
        return snapshot.labels(axis, language).get(key, key) if key else BLANK(language)

    return label


def axis_label(name: str, language: str) -> str:
    """What an axis is called."""
    return (GRAINS[name].label if name in GRAINS else DIMENSIONS[name].label)(language)


def tidy(snapshot: Snapshot, filters: Filters, question: Question, language: str) -> pl.DataFrame:
    """Every group of a question, one row a figure, for a file.

    Returns:
        measure (name), part (in words), one labelled column an axis (steps of time as dates), and the numbers of
        `explore.answer`; without shades and marks of the page.
    """
    view = answer(snapshot, filters, replace(question, top=EVERY_GROUP, find=""))
    frame = view.frame.with_columns(pl.col("part").replace_strict({k: t(language) for k, t in PARTS.items()}))
    for axis in question.axes:
        if axis not in GRAINS:
            frame = frame.with_columns(pl.col(axis).replace(snapshot.labels(axis, language) | {"": BLANK(language)}))
    order = ["measure", "part", *question.axes]
    return frame.select(*order, pl.exclude(*order, "step", "small", "complete"))


def _key(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def cell_of(row: Row | None, language: str) -> Cell:
    """The words of one row of an answer; an empty cell where there is none."""
    if row is None:
        return Cell(wording.MISSING)
    each = measure(row["measure"])
    figure, counts = figure_words(each, row["value"], language), counts_words(each, dict(row), language)
    reach = limits_words(each, dict(row), language)
    says = [figure, *([counts] if counts != figure else []), *([reach] if reach else [])]
    signal, difference = row.get("signal") or 0, row.get("difference")
    if "then_value" in row:
        says.append(difference_words(each, difference, language))
    return Cell(
        text=wording.MISSING if row["small"] else figure,
        counts="" if isinstance(each, Count) or row["value"] is None else counts,
        step=row["step"],
        small=row["small"],
        arrow=signal,
        worse=signal * each.unwanted > 0,
        difference=difference_words(each, difference, language) if signal else "",
        says=" · ".join(says),
        order=None if row["small"] else row["value"],
    )


def _lookup(frame: pl.DataFrame, axes: Sequence[str]) -> dict[tuple[Any, ...], dict[str, Any]]:
    return {(row["measure"], *(row[name] for name in axes)): row for row in frame.iter_rows(named=True)}


def _part(view: View, name: str) -> pl.DataFrame:
    return view.frame.filter(pl.col("part") == name)


def ordered(frame: pl.DataFrame, axis: str) -> list[Any]:
    """The keys of an axis as they first come, the others at the end."""
    keys = frame[axis].unique(maintain_order=True).to_list()
    if axis in GRAINS:
        return sorted(keys)
    return sorted(keys, key=lambda key: key == OTHERS)


def _by_measure(
    snapshot: Snapshot, filters: Filters, view: View, question: Question, label: Callable[[str, Any], str],
    language: str,
) -> Grid:  # fmt: skip
    """Groups down, measures across, and with them the other selection and the course."""
    axis = question.rows[0] if question.rows else ""
    other = other_selection(snapshot, filters, question.versus, question.grain)
    courses = _courses(snapshot, view.filters, question.measures, axis) if axis and axis not in GRAINS else {}
    columns: list[Column] = []
    for name in question.measures:
        called = measure(name).label(language)
        columns.append(
            Column(name, called if not other else f"{called}：{other.names[0](language)}", {"measure": name})
        )
        if other:
            columns.append(Column(f"{name}.then", other.names[1](language), {}))
            columns.append(Column(f"{name}.difference", _difference_label(language), {}, "difference"))
        if courses:
            columns.append(Column(f"{name}.course", _course_label(language), {}, "course"))
    cells = _lookup(_part(view, "cell"), (axis,))
    reach = {name: [v for (m, _), line in courses.items() if m == name for v in line] for name in question.measures}

    def line(key: Any, keys: Mapping[str, str], called: str, found: Mapping[str, Row | None]) -> Line:
        shown: list[Cell] = []
        for name in question.measures:
            row = found.get(name)
            cell = cell_of(row, language)
            shown.append(cell)
            if other:
                shown[-1] = replace(cell, arrow=0, difference="")
                shown += _then(row, cell, language)
            if courses:
                shown.append(Cell(course=_within(courses.get((name, key), ()), reach[name])))
        return Line(keys, (called,), tuple(shown))

    lines = [
        line(key, {} if key == OTHERS else {axis: _key(key)}, label(axis, key),
             {name: cells.get((name, key)) for name in question.measures})
        for key in ordered(_part(view, "cell"), axis)
    ]  # fmt: skip
    whole = {row["measure"]: row for row in _part(view, "total").iter_rows(named=True)}
    return Grid((axis_label(axis, language),), tuple(columns), tuple(lines),
                line(None, {}, WHOLE(language), whole))  # fmt: skip


def _then(row: Row | None, cell: Cell, language: str) -> list[Cell]:
    """The other selection's figure and the difference, with an arrow only beyond chance."""
    if row is None:
        return [Cell(wording.MISSING), Cell(wording.MISSING)]
    each = measure(row["measure"])
    before = {"numerator": row["then_numerator"], "denominator": row["then_denominator"]}
    known = row["then_value"] is not None
    then = Cell(
        figure_words(each, row["then_value"], language),
        counts_words(each, before, language) if known and not isinstance(each, Count) else "",
        order=None if row["small"] else row["then_value"],
    )
    reach = ""
    if row["difference_lower"] is not None:
        low, high = (difference_words(each, row[f"difference_{end}"], language) for end in ("lower", "upper"))
        reach = f"{low} – {high}"
    text = wording.MISSING if row["small"] else difference_words(each, row["difference"], language)
    difference = None if row["small"] else row["difference"]
    return [then, Cell(text, "", None, row["small"], cell.arrow, cell.worse, says=reach, order=difference)]


def _within(values: Sequence[float], all_values: Sequence[float]) -> tuple[float, ...]:
    """Values as heights 0 to 1 on the scale all lines of a column share."""
    if len(values) < 2:
        return ()
    low, high = min(all_values), max(all_values)
    return tuple(round((value - low) / (high - low), 3) if high > low else 0.5 for value in values)


@by_snapshot(32)
def _courses(
    snapshot: Snapshot, filters: Filters, names: tuple[str, ...], axis: str
) -> dict[tuple[str, Any], tuple[float, ...]]:
    """Values of the newest whole months by measure and group."""
    as_of = filters.as_of or snapshot.as_of
    last = min(filters.end or as_of, as_of)
    whole = last if last == month_end(last) else month_end(add_months(last, -1))
    first = add_months(whole.replace(day=1), 1 - SPARK_MONTHS)
    try:
        chosen = replace(filters, start=first, end=whole)
    except ValueError:
        return {}
    frame = evaluate(snapshot, names, (axis, "month"), chosen).filter(pl.col("value").is_not_null())
    grouped = frame.group_by("measure", axis, maintain_order=True).agg("value")
    return {
        (name, key): tuple(values)
        for name, key, values in grouped.select("measure", axis, "value").iter_rows()
        if len(values) >= SPARK_MONTHS // 2
    }


def _pivot(view: View, question: Question, drawn: str, label: Callable[[str, Any], str], language: str) -> Grid:
    """Groups down and across, one measure, totals at the end of both."""
    cells = _part(view, "cell").filter(pl.col("measure") == drawn)
    axis, rows = question.column, question.rows
    across = ordered(cells, axis)
    columns = [Column(_key(key), label(axis, key), {} if key == OTHERS else {axis: _key(key)}) for key in across] + [
        Column("total", WHOLE(language), {}, "total")
    ]
    found = _lookup(cells, (*rows, axis))
    of_rows = _lookup(_part(view, "row"), rows)
    of_columns = _lookup(_part(view, "column"), (axis,))
    order = {name: {key: at for at, key in enumerate(ordered(cells, name))} for name in rows}
    keys = sorted(
        set(cells.select(rows).iter_rows()), key=lambda key: [order[n][k] for n, k in zip(rows, key, strict=True)]
    )
    lines = []
    for key in keys:
        shown = [found.get((drawn, *key, column)) for column in across] + [of_rows.get((drawn, *key))]
        names = {name: _key(part) for name, part in zip(rows, key, strict=True) if part != OTHERS}
        called = tuple(label(name, part) for name, part in zip(rows, key, strict=True))
        lines.append(Line(names, called, tuple(cell_of(row, language) for row in shown)))
    whole = next(_part(view, "total").filter(pl.col("measure") == drawn).iter_rows(named=True), None)
    below = [of_columns.get((drawn, column)) for column in across] + [whole]
    labels = (WHOLE(language), *("" for _ in rows[1:]))
    total = Line({}, labels, tuple(cell_of(row, language) for row in below))
    return Grid(tuple(axis_label(name, language) for name in rows), tuple(columns), tuple(lines), total)


def _of_measures(view: View, question: Question, label: Callable[[str, Any], str], language: str) -> Grid:
    """Measures down; across the groups of the only breakdown, or nothing but the whole."""
    axis = question.column
    cells = _part(view, "cell")
    across = ordered(cells, axis) if axis and cells.height else []
    columns = [Column(_key(key), label(axis, key), {} if key == OTHERS else {axis: _key(key)}) for key in across] + [
        Column("total", WHOLE(language), {}, "total")
    ]
    found = _lookup(cells, (axis,)) if axis else {}
    whole = {row["measure"]: row for row in _part(view, "total").iter_rows(named=True)}
    lines = [
        Line(
            {"measure": name},
            (measure(name).label(language),),
            tuple(cell_of(row, language) for row in [*(found.get((name, key)) for key in across), whole.get(name)]),
        )
        for name in question.measures
    ]
    return Grid((_measure_label(language),), tuple(columns), tuple(lines), None)


def _measure_label(language: str) -> str:
    return Text("指标", "Measure")(language)


def _difference_label(language: str) -> str:
    return Text("差异", "Difference")(language)


def _course_label(language: str) -> str:
    return Text("近12个月", "12 months")(language)
