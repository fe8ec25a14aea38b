"""Two shares of one group and what lies between: satisfaction beside participation, and what silence leaves open."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.charts import FOOT, Style, escape, figure, goal_line, goals, own_goals
from dashboard.charts.comparison import name_axis, rows_span
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.rules import CONVENTIONS
from queries.views import View

ROW, LOW_ROW = 25, 20  # CSS pixels a row; twelve low ones stand beside a chart of usual height
ROOM = 74  # CSS pixels above and below the rows
LEAST = 190
BAR = 0.34  # of a row
ROWS_AS_HIGH = 4  # which fill the least height
OFF = 0.3  # of a row, from its middle to the line of an interval
TITLE = 13  # CSS pixels more below a plot for the name of its axis
UNIT = 20  # CSS pixels of the name of an axis
LINE = 18  # CSS pixels of a further line of a legend
PRINT_WIDTH = 126  # CSS pixels at the right


def dumbbell(view: View, style: Style) -> Sketch:
    """Participation (open diamond) and satisfaction (dot) of each group, the gap printed at the right.

    Thin lines are their 95 % intervals. Expects columns zh, en, participation and value (each with _lower and _upper),
    gap, evaluated, expired, content, dissatisfied, small, participation_target, satisfaction_target; first row on top.
    """
    return _dumbbell(view, style, ROW)


def low_dumbbell(view: View, style: Style) -> Sketch:
    """`dumbbell` with little room a row, for a page where it is one of several figures."""
    return _dumbbell(view, style, LOW_ROW)


def _dumbbell(view: View, style: Style, height: int) -> Sketch:
    rows = view.frame.filter(pl.col("participation").is_not_null() & pl.col("value").is_not_null())
    records, places = rows.to_dicts(), list(range(rows.height))[::-1]
    fig = figure(max(LEAST, height * rows.height + ROOM))
    x: list[float | None] = []
    y: list[int | None] = []
    for row, place in zip(records, places, strict=True):
        x += [row["participation"], row["value"], None]
        y += [place, place, None]
        _printed(fig, gap_words(row, style), place, style, pale=row["small"])
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": style.palette.faint, "width": 6}, hoverinfo="skip")
    hover = [_hover(row, view, style) for row in records]
    palette = style.palette
    off = OFF * min(1.0, rows.height / ROWS_AS_HIGH)  # a line stays near its mark where few rows share the height
    for name, colour, above in (("participation", palette.muted, off), ("value", palette.data, -off)):
        _intervals(fig, records, places, name, colour, above)
    count = len(records)
    fig.add_scatter(
        x=[row[name] for name in ("participation", "value") for row in records],
        y=places * 2,
        mode="markers",
        marker={
            "symbol": ["diamond"] * count + ["circle"] * count,
            "size": 11,
            "color": [palette.background] * count
            + [palette.background if row["small"] else palette.data for row in records],
            "line": {"color": [palette.ink] * count + [palette.data] * count, "width": [1.5] * count + [2] * count},
            "opacity": 1,
        },
        customdata=hover * 2,
        hovertemplate=_TEMPLATE,
    )
    targets = _targets(fig, rows, places, style)
    lines = _legend(fig, view, rows, style)
    lows = [low for name in ("participation_lower", "value_lower") for low in rows[name].drop_nulls()]
    fig.update_layout(
        xaxis=_axis([*lows, *targets], style),
        yaxis=name_axis(rows[style.language].to_list(), places, style, height),
        margin={"t": 28 + 18 * lines, "b": FOOT, "r": PRINT_WIDTH},
    )
    return fig


def _intervals(
    fig: Sketch, records: Sequence[dict[str, Any]], places: Sequence[int], name: str, colour: str, above: float
) -> None:
    """The 95 % interval of one of the two shares, a thin line a little off the row so that both are seen."""
    x: list[float | None] = []
    y: list[float | None] = []
    for row, place in zip(records, places, strict=True):
        x += [row[f"{name}_lower"], row[f"{name}_upper"], None]
        y += [place + above, place + above, None]
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": colour, "width": 1}, hoverinfo="skip")


def gap_parts(view: View, style: Style) -> Sketch:
    """How far each group's satisfied out of all asked lie from the whole: grey participation, blue satisfaction.

    Expects columns zh, en, value, numerator, denominator, gap, by_participation, by_satisfaction, worse; first row on
    top. The gap is a mark, amber where it is more than chance.
    """
    records = view.frame.to_dicts()
    places = list(range(len(records)))[::-1]
    fig = figure(max(LEAST, ROW * len(records) + ROOM + UNIT + LINE), barmode="relative")
    palette, language = style.palette, style.language
    hover = [_parts_hover(row, style) for row in records]
    for column, colour in (("by_participation", palette.faint), ("by_satisfaction", palette.data)):
        fig.add_bar(
            orientation="h", x=[row[column] for row in records], y=places, width=BAR * 1.4, marker={"color": colour},
            customdata=hover, hovertemplate="%{customdata}<extra></extra>",
        )  # fmt: skip
    colours = [palette.signal if row["worse"] else palette.ink for row in records]
    fig.add_scatter(
        x=[row["gap"] for row in records], y=places, mode="markers", customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
        marker={"symbol": "diamond", "size": 10, "color": colours, "line": {"color": palette.background, "width": 1}},
    )  # fmt: skip
    for row, place in zip(records, places, strict=True):
        _printed(fig, wording.signed_points(row["gap"], language), place, style, pale=not row["worse"])
    words = style.words
    participation, satisfaction, apart = (
        f'<span style="color:{colour}">{mark}</span> {words(word)}'
        for colour, mark, word in (
            (palette.neutral, "■", "charts.part_participation"), (palette.data, "■", "charts.part_satisfaction"),
            (palette.ink, "◆", "charts.part_gap"),
        )
    )  # fmt: skip
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=6, showarrow=False,
        align="left", text=f"{participation}    {satisfaction}<br>{apart}",
    )  # fmt: skip
    fig.add_vline(x=0, line={"color": palette.muted, "width": 1})
    columns = ("gap", "by_participation", "by_satisfaction")
    reach = max((abs(row[name]) for row in records for name in columns), default=0.1)
    fig.update_layout(
        xaxis=_points_axis(reach * 1.15, style),
        yaxis=name_axis([row[language] for row in records], places, style, ROW),
        margin={"t": 52, "b": FOOT + TITLE, "r": PRINT_WIDTH},
    )  # fmt: skip
    return fig


def _points_axis(reach: float, style: Style) -> dict[str, Any]:
    """An axis of differences of shares on both sides of none: percentage points, not per cent."""
    step = next((step for step in (1, 2, 5, 10, 20) if reach * 100 / step <= 3.5), 25)
    ticks = range(-int(reach * 100 / step) * step, int(reach * 100 / step) * step + 1, step)
    return {
        "range": [-reach, reach], "tickvals": [tick / 100 for tick in ticks],
        "title": {"text": style.words("charts.points")},
        "ticktext": [f"{wording.sign(tick)}{abs(tick)}" for tick in ticks],
        "showgrid": True, "gridcolor": style.palette.grid, "tickangle": 0,
    }  # fmt: skip


def _parts_hover(row: dict[str, Any], style: Style) -> str:
    words, language = style.words, style.language
    counts = wording.fraction(row["numerator"], row["denominator"], language)
    lines = [f"<b>{escape(row[language])}</b>", f"{wording.per_cent(row['value'], language)} {counts}"]
    for column, word in (("by_participation", "part_participation"), ("by_satisfaction", "part_satisfaction")):
        lines.append(f"{words(f'charts.{word}')} {wording.signed_points(row[column], language)}")
    return "<br>".join(lines)


def silence_bounds(view: View, style: Style) -> Sketch:
    """What the rate over all can be: a bar from "none of the silent satisfied" to "all of them", the dot as answered.

    Expects the columns of `dumbbell`, lower_bound, upper_bound, satisfaction.
    """
    rows = view.frame.filter(pl.col("lower_bound").is_not_null())
    records, places = rows.to_dicts(), list(range(rows.height))[::-1]
    fig = figure(max(LEAST, ROW * rows.height + ROOM), barmode="overlay")
    palette = style.palette
    hover = [_hover(row, view, style) for row in records]
    fig.add_bar(
        orientation="h",
        base=[row["lower_bound"] for row in records],
        x=[row["upper_bound"] - row["lower_bound"] for row in records],
        y=places,
        width=BAR,
        marker={"color": palette.band, "line": {"color": palette.neutral, "width": 1}},
        customdata=hover,
        hovertemplate=_TEMPLATE,
    )
    answered = [(row, place) for row, place in zip(records, places, strict=True) if row["satisfaction"] is not None]
    fig.add_scatter(
        x=[row["satisfaction"] for row, _ in answered],
        y=[place for _, place in answered],
        mode="markers",
        marker={
            "size": 11,
            "color": [palette.background if row["small"] else palette.data for row, _ in answered],
            "line": {"color": palette.data, "width": 2},
        },
        customdata=[_hover(row, view, style) for row, _ in answered],
        hovertemplate=_TEMPLATE,
    )
    for row, place in zip(records, places, strict=True):
        reach = wording.interval(row["lower_bound"], row["upper_bound"], style.language)
        _printed(fig, reach, place, style, pale=row["small"])
    target = goals(rows, "satisfaction_target")
    own_goals(fig, style, target.own, places)
    if target.common is not None:
        _goal_line(fig, target.common, "charts.target", rows.height, style)
    fig.update_layout(
        xaxis=_axis([*rows["lower_bound"].to_list(), *rows["upper_bound"].to_list(), *target.known], style),
        yaxis=name_axis(rows[style.language].to_list(), places, style, ROW),
        margin={"t": 46, "b": FOOT, "r": PRINT_WIDTH},
    )
    return fig


_TEMPLATE = (
    "<b>%{customdata[0]}</b><br>%{customdata[1]}<br>%{customdata[2]}<br>%{customdata[3]}<br>%{customdata[4]}"
    "<extra></extra>"
)


def _hover(row: dict[str, Any], view: View, style: Style) -> list[str]:
    words, language = style.words, style.language
    over, scored = row["evaluated"] + row["expired"], row["content"] + row["dissatisfied"]
    counts = [
        words(
            "charts.participation_of",
            share=wording.per_cent(row["participation"], language),
            counts=f"{wording.fraction(row['evaluated'], over, language)} · "
            f"{wording.interval(row['participation_lower'], row['participation_upper'], language)}",
        ),
        *(
            words(
                "charts.satisfaction_of",
                convention=CONVENTIONS[name](language),
                share=wording.per_cent(share, language),
                counts=wording.fraction(above, below, language),
            )
            for name, share, above, below in (
                ("observed", row["satisfaction"], row["content"], scored),
                ("silence_is_satisfied", row["with_silence"], row["content"] + row["expired"], scored + row["expired"]),
            )
        ),
        words("charts.bounds_of", reach=wording.interval(row["lower_bound"], row["upper_bound"], language)),
    ]
    return [escape(row[language]), *counts]


def gap_words(row: dict[str, Any], style: Style) -> str:
    """The gap as it is printed beside a row."""
    if row["small"]:
        return style.words("charts.too_few")
    sign = "charts.gap" if row["gap"] >= 0 else "charts.gap_reversed"
    return style.words(sign, points=wording.points(row["gap"], style.language))


def _printed(fig: Sketch, text: str, place: int, style: Style, *, pale: bool) -> None:
    fig.add_annotation(
        x=1,
        xref="paper",
        xanchor="left",
        xshift=10,
        y=place,
        text=text,
        showarrow=False,
        font={"size": 12 if pale else 13, "color": style.palette.muted if pale else style.palette.ink},
    )


def _targets(fig: Sketch, rows: pl.DataFrame, places: Sequence[int], style: Style) -> list[float]:
    """Draw the targets there are, and return them: a line that all groups share, else one across each row.

    Of the second kind, that of participation stands above its row's middle, that of satisfaction below.
    """
    common: dict[str, float] = {}
    known: list[float] = []
    for column, word, above in (
        ("participation_target", "charts.target_participation", OFF),
        ("satisfaction_target", "charts.target_satisfaction", -OFF),
    ):
        target = goals(rows, column)
        known += target.known
        own_goals(fig, style, target.own, [place + above for place in places], word, key="")
        if target.common is not None:
            common[word] = target.common
    # two names stand on either side of their lines, so that they never touch
    sides = ("right", "left") if len(common) == 2 else ("center",)
    for (word, goal), anchor in zip(sorted(common.items(), key=lambda pair: pair[1]), sides, strict=False):
        _goal_line(fig, goal, word, rows.height, style, anchor)
    return known


def _goal_line(fig: Sketch, goal: float, word: str, count: int, style: Style, anchor: str = "center") -> None:
    goal_line(fig, style, goal, "x", rows_span(count), 1)
    fig.add_annotation(
        x=goal,
        y=1,
        yref="paper",
        xanchor=anchor,
        xshift={"right": 3, "left": -3}.get(anchor, 0),
        yanchor="bottom",
        showarrow=False,
        text=style.words(word, share=wording.goal(goal, style.language)),
        font={"size": 12, "color": style.palette.muted},
    )


def _legend(fig: Sketch, view: View, rows: pl.DataFrame, style: Style) -> int:
    """What the two marks are, which convention the dot follows, and what lines across the rows are; lines of text."""
    words, palette = style.words, style.palette
    convention = CONVENTIONS[view.filters.convention](style.language)
    text = (
        f'<span style="color:{palette.ink}">◇</span> {words("charts.participation")}    '
        f'<span style="color:{palette.data}">●</span> {words("charts.satisfaction", convention=convention)}'
    )
    own = [
        f'<span style="color:{palette.ink}">{mark}</span> {words(f"charts.own_target_{name}")}'
        for mark, name in (("╹", "participation"), ("╻", "satisfaction"))
        if goals(rows, f"{name}_target").has_own
    ]
    text = "<br>".join([text, *(["    ".join(own)] if own else [])])
    # where names take half of the width, the room beside the rows is needed too
    end: dict[str, Any] = (
        {"x": 1, "xanchor": "right", "xshift": PRINT_WIDTH - 8} if style.narrow else {"x": 0, "xanchor": "left"}
    )
    fig.add_annotation(
        **end, xref="paper", y=1, yref="paper", yanchor="bottom", yshift=20, showarrow=False, text=text, align="left"
    )
    return 2 if own else 1


def _axis(shares: Sequence[float], style: Style) -> dict[str, Any]:
    low = max(0.0, int(min(shares, default=0.0) * 10 - 0.3) / 10)
    return {
        "range": [low, 1.02],
        "tickformat": ".0%",
        "dtick": None,
        "nticks": 5,  # as many as a phone has room for
        "showgrid": True,
        "gridcolor": style.palette.grid,
    }
