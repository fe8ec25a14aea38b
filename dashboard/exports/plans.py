"""What stands where in a chart on paper: positions, colours and words, prepared once for the picture and the slide.

A page's chart is drawn by Plotly for a screen. Here the same view becomes marks that Matplotlib draws into a document
and PowerPoint keeps as shapes that can be edited. Colours are those of the page on a light background.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, floor
from typing import Any, Literal

import polars as pl

from dashboard.briefing import Exhibit, legible, width_of
from dashboard.charts import Chart, Style, comparison, gap, goals, shared, signals, time_series
from dashboard.i18n import Words
from queries import wording
from queries.rules import CONVENTIONS
from queries.views import View

Goal = Literal["goal", "upper_goal", "lower_goal"]
"""A short upright across a row, across its upper or its lower half: where its mark should be."""
Shape = Literal["circle", "diamond", "open", "open_diamond"] | Goal
MOST_ROWS = 16  # rows there is room for with text that can be read
LONGEST_NAME = 24  # half characters; a Chinese character is two


@dataclass(frozen=True)
class Mark:
    """One mark of a row."""

    at: float
    shape: Shape
    colour: str


@dataclass(frozen=True)
class Span:
    """A line or, where it is thick, a bar along a row."""

    start: float
    end: float
    colour: str
    weight: float = 2.0  # points


@dataclass(frozen=True)
class Row:
    """One group: its name at the left, its marks, two texts at the right.

    Attributes:
        goals: its own targets, where not all rows share one.
    """

    name: str
    marks: tuple[Mark, ...]
    spans: tuple[Span, ...]
    value: str
    counts: str = ""
    pale: bool = False
    goals: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Upright:
    """A line through all rows, with its name on top."""

    at: float
    label: str
    dashed: bool = False


@dataclass(frozen=True)
class RowPlan:
    """Groups under each other on one scale.

    Attributes:
        ticks: places on the scale and their labels.
        legend: what the shapes are: shape, colour, words.
        hidden: groups of the view there was no room for.
    """

    rows: tuple[Row, ...]
    low: float
    high: float
    ticks: tuple[tuple[float, str], ...]
    uprights: tuple[Upright, ...] = ()
    legend: tuple[tuple[Shape, str, str], ...] = ()
    hidden: int = 0


@dataclass(frozen=True)
class Line:
    """One share by month; None where a month has no items.

    Attributes:
        complete: whether each month is over and settled; the others are open and dotted.
    """

    name: str
    colour: str
    values: tuple[float | None, ...]
    complete: tuple[bool, ...]

    @property
    def newest(self) -> tuple[int, float] | None:
        """Position and share of the newest month that is over."""
        over = [(at, value) for at, value in enumerate(self.values) if value is not None and self.complete[at]]
        return over[-1] if over else None


@dataclass(frozen=True)
class CoursePlan:
    """Shares month by month.

    Attributes:
        lower, upper: natural limits; empty without them.
        mean: of each month, a step where limits are drawn anew; empty where none is drawn.
        special: positions of months beyond ordinary variation.
    """

    months: tuple[date, ...]
    lines: tuple[Line, ...]
    low: float
    high: float
    step: float
    lower: tuple[float | None, ...] = ()
    upper: tuple[float | None, ...] = ()
    mean: tuple[float | None, ...] = ()
    special: tuple[int, ...] = ()
    mean_words: str = ""


Plan = RowPlan | CoursePlan


def plan(exhibit: Exhibit, language: str) -> Plan | None:
    """The plan of a chart; None where its view holds nothing to draw or its kind is known to the page alone."""
    make = _PLANS.get(exhibit.draw)
    return make(exhibit.view, Style(language)) if make and exhibit.view.frame.height else None


def note_on(exhibit: Exhibit, drawn: Plan, language: str) -> str:
    """Period, cohort, what the marks mean, and how many groups were not drawn."""
    words = Words(language)
    rest = drawn.hidden if isinstance(drawn, RowPlan) else 0
    parts = [exhibit.note, words("briefing.not_drawn", count=wording.number(rest, language)) if rest else ""]
    return words("briefing.and_then").join(part for part in parts if part)


def _course(view: View, style: Style) -> CoursePlan | None:
    frame = view.frame.sort("month")
    months = frame["month"].unique().sort().to_list()
    names = [each.name for each in view.measures] if "measure" in frame.columns else [view.measures[0].name]
    colours = (style.palette.data, style.palette.neutral, style.palette.third)
    parts = {name: frame.filter(pl.col("measure") == name) if len(names) > 1 else frame for name in names}
    lines = tuple(
        Line(
            each.label(style.language),
            colour,
            tuple(parts[each.name]["value"].to_list()),
            tuple(parts[each.name]["complete"].to_list()),
        )
        for each, colour in zip(view.measures, colours, strict=False)
    )
    first = parts[names[0]]
    known = [share for line in lines for share in line.values if share is not None]
    if not known:
        return None
    limited = "limit_lower" in frame.columns
    lower, upper = (tuple(first[name].to_list()) if limited else () for name in ("limit_lower", "limit_upper"))
    over = lines[0].complete
    drawn = [limit for limit, is_over in zip((*lower, *upper), (*over, *over), strict=False) if is_over]
    axis = time_series.share_axis([*known, *(limit for limit in drawn if limit is not None)])
    step = axis.get("dtick", 0.2)
    low, high = floor(axis["range"][0] / step + 1e-9) * step, axis["range"][1]  # so that its labels are round
    mean = tuple(first["mean"].to_list()) if "mean" in first.columns and first["mean"].is_not_null().any() else ()
    newest = mean[-1] if mean else None
    return CoursePlan(
        months=tuple(months),
        lines=lines,
        low=low,
        high=high,
        step=step,
        lower=lower,
        upper=upper,
        mean=mean,
        special=tuple(at for at, towards in enumerate(first["towards"].to_list()) if towards) if limited else (),
        mean_words="" if newest is None else style.words("charts.mean", share=wording.per_cent(newest, style.language)),
    )


@dataclass(frozen=True)
class _Targets:
    """The targets of a picture: a line for one that all rows share, marks on the rows for others, and what these are.

    Attributes:
        by_row: the marks of each row.
        known: all of them, for a scale that reaches them.
    """

    uprights: tuple[Upright, ...]
    by_row: tuple[tuple[Mark, ...], ...]
    legend: tuple[tuple[Shape, str, str], ...]
    known: tuple[float, ...]


def _targets(rows: pl.DataFrame, style: Style, *kinds: tuple[str, str, Goal]) -> _Targets:
    """The targets of the rows, by column, the word it has in the catalogue and the shape of a mark."""
    ink, found = style.palette.ink, [(goals(rows, column), word, shape) for column, word, shape in kinds]
    return _Targets(
        uprights=tuple(
            Upright(each.common, style.words(f"charts.{word}", share=wording.goal(each.common, style.language)), True)
            for each, word, _ in found
            if each.common is not None
        ),
        by_row=tuple(
            tuple(Mark(goal, shape, ink) for each, _, shape in found if (goal := each.own[at]) is not None)
            for at in range(rows.height)
        ),
        legend=tuple((shape, ink, style.words(f"charts.own_{word}")) for each, word, shape in found if each.has_own),
        known=tuple(goal for each, *_ in found for goal in each.known),
    )


def _dots(view: View, style: Style) -> RowPlan | None:
    known = view.frame.filter(pl.col("value").is_not_null())
    rows = known.head(MOST_ROWS)
    if not rows.height:
        return None
    whole, targets = shared(rows, "overall"), _targets(rows, style, ("target", "target", "goal"))
    said = style.words("charts.whole", share=wording.per_cent(whole, style.language))
    uprights = (*([] if whole is None else [Upright(whole, said)]), *targets.uprights)
    ample = rows.filter(pl.col("band") != "small") if (rows["band"] != "small").any() else rows
    ends = [name for name in ("lower", "upper", "wide_lower", "wide_upper") if name in ample.columns]
    reach = [share for name in ends for share in ample[name].drop_nulls().to_list()]
    low, high, ticks = _share_scale([*reach, *targets.known, *([] if whole is None else [whole])], style.language)
    made = tuple(
        replace(_dot(row, low, high, style), goals=own)
        for row, own in zip(rows.iter_rows(named=True), targets.by_row, strict=True)
    )
    return RowPlan(made, low, high, ticks, uprights, targets.legend, hidden=known.height - rows.height)


def _dot(row: dict[str, Any], low: float, high: float, style: Style) -> Row:
    language, palette = style.language, style.palette
    small = row["band"] == "small"
    colour = comparison.colour_of(row, style)
    spans = [Span(row["lower"], row["upper"], palette.faint if small else colour, 1.5 if small else 2.0)]
    if row.get("wide_lower") is not None and not small:
        spans.insert(0, Span(row["wide_lower"], row["wide_upper"], palette.neutral, 0.75))
    shape: Shape = "open" if small else "diamond" if row["worse"] else "circle"
    # the value of a small group may lie beyond a scale made for the others: then only its interval is seen
    marks = (Mark(row["value"], shape, colour),) if low <= row["value"] <= high else ()
    return Row(
        name=_short(row[language]),
        marks=marks,
        spans=tuple(_clipped(span, low, high) for span in spans if span.start <= high and span.end >= low),
        value=style.words("charts.too_few") if small else wording.per_cent(row["value"], language),
        counts=wording.fraction(row["numerator"], row["denominator"], language),
        pale=small,
    )


def _clipped(span: Span, low: float, high: float) -> Span:
    return replace(span, start=max(span.start, low), end=min(span.end, high))


def _gaps(view: View, style: Style) -> RowPlan | None:
    known = view.frame.filter(pl.col("participation").is_not_null() & pl.col("value").is_not_null())
    rows = known.head(MOST_ROWS)
    if not rows.height:
        return None
    words, language, palette = style.words, style.language, style.palette
    targets = _targets(
        rows, style, ("participation_target", "target_participation", "upper_goal"),
        ("satisfaction_target", "target_satisfaction", "lower_goal"),
    )  # fmt: skip
    shares = [*rows["participation"].to_list(), *rows["value"].to_list(), *targets.known]
    low, high, ticks = _share_scale(shares, language)
    convention = CONVENTIONS[view.filters.convention](language)
    return RowPlan(
        rows=tuple(
            Row(
                name=_short(row[language]),
                marks=(
                    Mark(row["participation"], "open_diamond", palette.ink),
                    Mark(row["value"], "open" if row["small"] else "circle", palette.data),
                ),
                spans=(_between(row["participation"], row["value"], palette.faint),),
                value=gap.gap_words(row, style),
                pale=row["small"],
                goals=own,
            )
            for row, own in zip(rows.iter_rows(named=True), targets.by_row, strict=True)
        ),
        low=low,
        high=high,
        ticks=ticks,
        uprights=targets.uprights,
        legend=(
            ("open_diamond", palette.ink, words("charts.participation")),
            ("circle", palette.data, words("charts.satisfaction", convention=convention)),
            *targets.legend,
        ),
        hidden=known.height - rows.height,
    )


def _bounds(view: View, style: Style) -> RowPlan | None:
    """From none to all of the silent being satisfied; the dot is the rate among those who answered."""
    known = view.frame.filter(pl.col("lower_bound").is_not_null())
    rows = known.head(MOST_ROWS)
    if not rows.height:
        return None
    language, palette = style.language, style.palette
    targets = _targets(rows, style, ("satisfaction_target", "target", "goal"))
    reach = [*rows["lower_bound"].to_list(), *rows["upper_bound"].to_list(), *targets.known]
    low, high, ticks = _share_scale(reach, language)
    made = tuple(
        Row(
            name=_short(row[language]),
            marks=()
            if row["satisfaction"] is None
            else (Mark(row["satisfaction"], "open" if row["small"] else "circle", palette.data),),
            spans=(Span(row["lower_bound"], row["upper_bound"], palette.faint, 4.5),),
            value=wording.interval(row["lower_bound"], row["upper_bound"], language),
            pale=row["small"],
            goals=own,
        )
        for row, own in zip(rows.iter_rows(named=True), targets.by_row, strict=True)
    )
    return RowPlan(made, low, high, ticks, targets.uprights, targets.legend, hidden=known.height - rows.height)


def _between(one: float, other: float, colour: str) -> Span:
    return Span(min(one, other), max(one, other), colour, 4.5)


def _usual(view: View, style: Style) -> RowPlan | None:
    """Counts beside their usual range, on a square-root scale as on the page."""
    rows = view.frame.sort("numerator", descending=True).head(MOST_ROWS).to_dicts()
    if not rows:
        return None
    palette, language = style.palette, style.language
    most = max(max(row["numerator"], row["upper"]) for row in rows) or 1
    return RowPlan(
        rows=tuple(
            Row(
                name=_short(row[language]),
                marks=(
                    Mark(
                        signals.root(row["numerator"]),
                        "diamond" if row["is_signal"] else "circle",
                        palette.signal if row["is_signal"] else palette.data,
                    ),
                ),
                spans=(Span(signals.root(row["lower"]), signals.root(row["upper"]), palette.faint, 4.5),),
                value=wording.number(row["numerator"], language),
                counts=style.words("charts.usually", usual=signals.usual_words(row["expected"], language)),
            )
            for row in rows
        ),
        low=-signals.root(most) * 0.03,
        high=signals.root(most) * 1.03,
        ticks=tuple((signals.root(tick), wording.number(tick, language)) for tick in signals.ticks(most)),
        hidden=view.frame.height - len(rows),
    )


def _short(name: str) -> str:
    """A name that leaves room for the figure; the table has it whole."""
    name = legible(name)
    if width_of(name) <= LONGEST_NAME:
        return name
    kept = ""
    for character in name:
        if width_of(kept + character) >= LONGEST_NAME - 1:
            break
        kept += character
    return f"{kept}…"


def _share_scale(shares: Sequence[float], language: str) -> tuple[float, float, tuple[tuple[float, str], ...]]:
    axis = time_series.share_axis(shares)
    low, high = axis["range"]
    step = axis.get("dtick", 0.2)
    first = ceil(low / step - 1e-9)  # labels stand on whole steps within the scale
    places = [step * number for number in range(first, int(high / step + 1e-9) + 1)]
    return low, high, tuple((place, f"{wording.number(place * 100, language)}%") for place in places)


_PLANS: dict[Chart, Callable[[View, Style], Plan | None]] = {
    time_series.monthly_share: _course,
    time_series.monthly_shares: _course,
    time_series.controlled_share: _course,
    time_series.narrow_controlled_share: _course,
    comparison.interval_dots: _dots,
    comparison.tall_interval_dots: _dots,
    gap.dumbbell: _gaps,
    gap.low_dumbbell: _gaps,
    gap.silence_bounds: _bounds,
    signals.against_usual: _usual,
}
