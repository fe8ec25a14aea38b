"""Tables of a briefing: the figures of a view as typed cells, so that a workbook can compute with them."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from dashboard.briefing import PRINTED_ROWS, Column, Kind, Table, Value
from dashboard.exports.sheets import sheet
from dashboard.i18n import Words
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.views import View, closure, signals
from queries.views.parts import title
from queries.views.townships import BANDS

Cells = tuple[tuple[Column, ...], list[tuple[Value, ...]]]
_SHARES: tuple[tuple[str, Kind], ...] = (
    ("target", "share"),
    ("last_value", "share"),
    ("change", "points"),
    ("change_previous", "points"),
    ("change_last_year", "points"),
)
"""What may stand beside a share, in this order."""
REVIEWED = "recognised"  # the step of a batch that the level above decides on


def table_of(
    view: View,
    name: str,
    title: str,
    snapshot: Snapshot,
    language: str,
    printed: int = PRINTED_ROWS,
) -> Table:
    """The figures of a view.

    Args:
        name, title: of the table.
        printed: rows there is room for on paper. Where there are more, those that differ from the whole come first,
            then those with the most items; the note says so.
    """
    if not view.frame.height:
        return Table(name, title, (), ())
    words = Words(language)
    make = _maker(view)
    columns, rows = make(view, words) if make else _as_it_is(view, snapshot, language)
    columns = tuple(replace(column, heading=wording.capital(column.heading)) for column in columns)
    notes = tuple(note(language) for note in view.notes)
    if len(rows) <= printed:
        return Table(name, title, columns, tuple(rows), notes)
    kept = sorted(_most_telling(view)[:printed]) if len(rows) == view.frame.height else list(range(printed))
    rule = words("briefing.printed_rows", shown=printed, all=wording.number(len(rows), language))
    return Table(name, title, columns, tuple(rows), (rule, *notes), tuple(rows[at] for at in kept))


def _holds_shares(view: View) -> bool:
    shares = all(each.unit.zh == "%" for each in view.measures) and bool(view.measures)
    return shares and {"numerator", "denominator", "value"} <= {*view.frame.columns}


def _most_telling(view: View) -> list[int]:
    """Positions of the rows: first those apart from the whole, then by number of items."""
    frame = view.frame.with_row_index("_at")
    by = [pl.col("band").is_in(["low", "high"])] if "band" in frame.columns else []
    sizes = [name for name in ("denominator", "asked", "due", "items", "numerator") if name in frame.columns]
    by += [pl.col(name).fill_null(0) for name in sizes[:1]]
    return frame.sort(by, descending=True, maintain_order=True)["_at"].to_list() if by else frame["_at"].to_list()


def _shares(view: View, words: Words) -> Cells:
    """Groups, measures or months with a share, its counts, its interval and what it is held against."""
    frame, language = view.frame, words.language
    columns: list[Column] = []
    cells: list[list[Value]] = []

    def add(column: Column, values: list[Any]) -> None:
        columns.append(column)
        cells.append(values)

    small = (frame["band"] == "small").to_list() if "band" in frame.columns else [False] * frame.height
    if "month" in frame.columns:
        add(Column(words("briefing.column_month"), "month"), frame["month"].to_list())
    if "measure" in frame.columns and frame["measure"].n_unique() > 1:
        labels = [measure(name).label(language) for name in frame["measure"]]
        add(Column(words("briefing.column_measure")), labels)
    elif language in frame.columns:
        by = view.by[0] if view.by else ""
        add(Column(DIMENSIONS[by].label(language) if by in DIMENSIONS else words("briefing.column_name")),
            frame[language].to_list())  # fmt: skip
    at = len(columns)
    add(Column(words("export.numerator"), "count"), frame["numerator"].to_list())
    add(Column(words("export.denominator"), "count"), frame["denominator"].to_list())
    named = (
        title(view.measures[0], view.filters)(language) if len(view.measures) == 1 else words("briefing.column_share")
    )
    add(Column(named, "share", ratio=(at, at + 1)), _unless(small, frame["value"].to_list()))
    if {"lower", "upper"} <= {*frame.columns}:
        pairs = [None if low is None or high is None else (low, high)
                 for low, high in frame.select("lower", "upper").rows()]  # fmt: skip
        add(Column(words("briefing.column_interval"), "interval"), pairs)
    if "band" in frame.columns and "overall" in frame.columns and frame["overall"].is_not_null().any():
        add(Column(words("briefing.column_band")), [BANDS[band](language) for band in frame["band"]])
    # one for all is in the picture
    left_out = {"target"} if view.by and view.by[0] in DIMENSIONS and not _differ(frame, "target") else set()
    if view.filters.previous() == view.filters.last_year():
        left_out.add("change_previous")
    for name, kind in _SHARES:
        if name not in left_out and name in frame.columns and frame[name].is_not_null().any():
            values = frame[name].to_list()
            add(Column(words(f"briefing.column_{name}"), kind), values if kind == "share" else _unless(small, values))
    if "signal" in frame.columns and "change" in frame.columns:
        add(Column(words("briefing.column_signal")), [_verdict(signal, words) for signal in frame["signal"]])
    return tuple(columns), list(zip(*cells, strict=True))


def _differ(frame: pl.DataFrame, target: str) -> bool:
    """Whether not all rows are held against the same target."""
    return target in frame.columns and frame[target].n_unique() > 1


def _unless(small: list[bool], values: list[Any]) -> list[Any]:
    """Values without those of groups too small to be compared, as on the pages."""
    return [None if few else value for few, value in zip(small, values, strict=True)]


def _verdict(signal: int | None, words: Words) -> str | None:
    return None if signal is None else words(f"overview.signal_{abs(signal)}")


def _deadlines(view: View, words: Words) -> Cells:
    labels = {"overdue": words("briefing.overdue")}
    rows = [
        (labels.get(horizon) or words("briefing.due", days=horizon), items)
        for horizon, items in view.frame.select("horizon", "items").rows()
    ]
    rows = [(wording.capital(label), items) for label, items in rows]
    return (Column(words("briefing.column_horizon")), Column(words("briefing.column_items"), "count")), list(rows)


def _ages(view: View, words: Words) -> Cells:
    rows: list[tuple[Value, ...]] = [
        (
            _span(row["low"], row["high"], words),
            row["items"],
            None if view.notes else row["overdue"],  # a note says that it cannot be told
        )
        for row in view.frame.iter_rows(named=True)
    ]
    columns = (
        Column(words("briefing.column_age")),
        Column(words("briefing.column_items"), "count"),
        Column(words("charts.overdue"), "count"),
    )
    return columns, rows


def _span(low: int, high: int | None, words: Words) -> str:
    return words("charts.days_more", low=low) if high is None else words("charts.days_between", low=low, high=high)


def _bands(view: View, words: Words) -> Cells:
    """Items by days past their deadline."""
    rows: list[tuple[Value, ...]] = [
        (
            words("charts.days_more", low=low) if high is None else words("charts.days_between", low=low, high=high),
            items,
        )
        for low, high, items in view.frame.select("low", "high", "items").rows()
    ]
    return (Column(words("briefing.column_days_over")), Column(words("briefing.column_items"), "count")), rows


def _matrix(view: View, words: Words) -> Cells:
    """What each office did by each day it was due, in words."""
    language, frame = words.language, view.frame
    days = dict(frame.sort("column").select("column", f"label_{language}").iter_rows())
    rows: list[tuple[Value, ...]] = []
    for (_, name), one in frame.group_by([*view.by, language], maintain_order=True):
        said = dict(one.select("column", "status").iter_rows())
        rows.append((str(name), *(words(f"charts.status_{said[day]}") if said.get(day) else None for day in days)))
    office = DIMENSIONS[view.by[0]].label(language) if view.by and view.by[0] in DIMENSIONS else ""
    return (Column(office or words("briefing.column_name")), *(Column(label) for label in days.values())), rows


def _ladder(view: View, words: Words) -> Cells:
    """A row a batch, a column a step; a step of which nothing is stated stays empty."""
    steps = list(dict.fromkeys(view.frame["step"]))
    rows: list[tuple[Value, ...]] = []
    for (_, name), batch in view.frame.group_by(["batch", words.language], maintain_order=True):
        by_step = {row["step"]: row for row in batch.iter_rows(named=True)}
        cells: list[Value] = [str(name)]
        for step in steps:
            row = by_step.get(step)
            known = row is not None and row["stated"]
            cells.append(row["items"] if row is not None and known else None)
            if step == REVIEWED:
                cells.append(row["under_review"] if row is not None and known else None)
        rows.append(tuple(cells))
    headings = [words("briefing.column_batch")]
    for step in steps:
        headings.append(words(f"charts.step_{step}"))
        if step == REVIEWED:
            headings.append(words("briefing.column_under_review"))
    return tuple(Column(text, "count" if at else "text") for at, text in enumerate(headings)), rows


def _heard(view: View, words: Words) -> Cells:
    """Participation and satisfaction with the counts behind each, and their targets where groups have their own."""
    by = view.by[0]
    own = [
        (name, Column(words("briefing.column_target_of", name=measure(each).label(words.language)), "share"))
        for name, each in (("participation_target", "participation_rate"), ("satisfaction_target", "satisfaction_rate"))
        if _differ(view.frame, name)
    ]
    columns = (
        Column(DIMENSIONS[by].label(words.language) if by in DIMENSIONS else words("briefing.column_name")),
        Column(words("briefing.column_evaluated"), "count"),
        Column(words("briefing.column_over"), "count"),
        Column(measure("participation_rate").label(words.language), "share", ratio=(1, 2)),
        Column(words("briefing.column_content"), "count"),
        Column(words("briefing.column_scored"), "count"),
        Column(title(measure("satisfaction_rate"), view.filters)(words.language), "share", ratio=(4, 5)),
        Column(words("briefing.column_bounds"), "interval"),
        *(column for _, column in own),
    )
    silent = view.filters.convention == "silence_is_satisfied"
    rows: list[tuple[Value, ...]] = []
    for row in view.frame.iter_rows(named=True):
        extra = row["expired"] if silent else 0
        scored = row["content"] + row["dissatisfied"] + extra
        bounds = None if row["lower_bound"] is None else (row["lower_bound"], row["upper_bound"])
        shares = (None, None) if row["small"] else (row["participation"], row["value"])
        rows.append((row[words.language], row["evaluated"], row["evaluated"] + row["expired"], shares[0],
                     row["content"] + extra, scored, shares[1], bounds, *(row[name] for name, _ in own)))  # fmt: skip
    return columns, rows


def _usual(view: View, words: Words) -> Cells:
    by = view.by[0]
    columns = (
        Column(DIMENSIONS[by].label(words.language)),
        Column(words("signals.table_seen"), "count"),
        Column(words("signals.table_expected"), "number"),
        Column(words("briefing.column_usual_low"), "number"),
        Column(words("briefing.column_usual_high"), "number"),
        Column(words("briefing.column_verdict")),
    )
    rows: list[tuple[Value, ...]] = [
        (name, seen, expected, low, high, words("briefing.above_usual") if is_signal else words("briefing.as_usual"))
        for name, seen, expected, low, high, is_signal in view.frame.select(
            words.language, "numerator", "expected", "lower", "upper", "is_signal"
        ).rows()
    ]
    return columns, rows


def _rises(view: View, words: Words) -> Cells:
    """Every rise beyond chance of the early warning."""
    language = words.language
    columns = (
        Column(words("signals.table_place")),
        Column(words("signals.table_topic")),
        Column(words("signals.table_seen"), "count"),
        Column(words("signals.table_expected"), "number"),
        Column(words("signals.table_excess"), "number"),
        Column(words("signals.table_since"), "day"),
        Column(words("signals.table_chance")),
    )
    rows: list[tuple[Value, ...]] = [
        (row[f"place_{language}"], row[f"topic_{language}"], row["numerator"], row["expected"], row["excess"],
         row["since"], wording.per_cent(row["chance"], language, signals.CHANCE_DECIMALS))
        for row in view.frame.iter_rows(named=True)
    ]  # fmt: skip
    return columns, rows


def _group_figures(view: View, words: Words) -> Cells:
    """Closure in numbers (`closure.table`)."""
    language, frame = words.language, view.frame
    by = view.by[0]
    columns = (
        Column(DIMENSIONS[by].label(language)),
        Column(words("closure.column_due"), "count"),
        Column(words("closure.column_on_time"), "count"),
        Column(words("closure.column_on_time_reply_rate"), "share", ratio=(2, 1)),
        Column(words("closure.column_on_time_limits")),
        Column(words("closure.column_closure_rate"), "share"),
        Column(words("closure.column_closure_limits")),
        Column(words("closure.column_days_to_close"), "number"),
        Column(words("closure.column_days_limits")),
        Column(words("closure.column_open"), "count"),
        Column(words("closure.column_overdue"), "count"),
    )
    named = closure.printed(view, language).with_columns(
        pl.when(frame["key"] == "").then(pl.lit(words("briefing.not_given"))).otherwise("name").alias("name")
    )
    return columns, list(named.rows())


_SHAPES: tuple[tuple[frozenset[str], Callable[[View, Words], Cells]], ...] = tuple(
    (frozenset(columns.split()), make)
    for columns, make in (
        ("horizon items", _deadlines),
        ("band low high items overdue", _ages),
        ("batch step items of stated under_review", _ladder),
        ("column label_zh status", _matrix),
        ("key due on_time open overdue", _group_figures),
        ("participation evaluated expired content dissatisfied lower_bound upper_bound", _heard),
        ("place_zh topic_zh numerator expected excess chance", _rises),
        ("numerator expected lower upper is_signal", _usual),
    )
)
"""Views with a table of their own shape, known by their columns."""


def _maker(view: View) -> Callable[[View, Words], Cells] | None:
    columns = set(view.frame.columns)
    for needed, make in _SHAPES:
        if needed <= columns:
            return make
    if columns == {"low", "high", "items", "value"}:
        return _bands
    return _shares if _holds_shares(view) else None


def _as_it_is(view: View, snapshot: Snapshot, language: str) -> Cells:
    """The frame of a view with headings in words and kinds by type; a column without words is not for readers."""
    words = Words(language)
    known = [name for name in view.frame.columns if name in DIMENSIONS or words.has(f"export.{name}")]
    found = sheet(replace(view, frame=view.frame.select(known)), "", "", snapshot, language)
    columns = tuple(
        Column(name, "share" if name in found.shares else _kind(dtype)) for name, dtype in found.frame.schema.items()
    )
    return columns, list(_plain_rows(found.frame))


def read_table(frame: pl.DataFrame, headings: Callable[[str], str]) -> Cells:
    """A frame made for reading as typed cells.

    Args:
        headings: words of a column.
    """
    flat = frame.select(name for name, dtype in frame.schema.items() if not dtype.is_nested())
    columns = tuple(Column(headings(name), _kind(dtype)) for name, dtype in flat.schema.items())
    return columns, list(_plain_rows(flat))


def _plain_rows(frame: pl.DataFrame) -> Iterator[tuple[Value, ...]]:
    for row in frame.iter_rows():
        yield tuple(str(value) if isinstance(value, bool) else value for value in row)


def _kind(dtype: pl.DataType) -> Kind:
    if dtype.is_temporal():
        return "day"
    if dtype.is_integer():
        return "count"
    return "number" if dtype.is_float() else "text"
