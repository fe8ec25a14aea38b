"""A share day by day as a calendar: weeks across, weekdays down, darker where less was done; the share is printed."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

from dashboard.charts import Style, figure
from queries import wording
from queries.views import View
from queries.views.forwarding import STEPS, WEEKDAYS

HEIGHT = 270  # CSS pixels
LIGHT = ("#1B5A9E", "#5F93C9", "#A3C4E6", "#D3E3F3", "#EEF4FA")  # least first: what needs a look stands out
DARK = ("#5AA9F0", "#3F7DBA", "#2C5884", "#203E5E", "#172C44")


def calendar_shares(view: View, style: Style) -> go.Figure:
    """A cell a day with its share in per cent; a day of few items has its counts and no shade.

    Expects the columns of `queries.views.forwarding.calendar`.
    """
    rows = view.frame.to_dicts()
    weeks = sorted({row["week"] for row in rows})
    by_day = {row["day"]: row for row in rows}
    grid = [[by_day.get(week + timedelta(days=weekday)) for week in weeks] for weekday in range(len(WEEKDAYS))]
    shades = DARK if style.dark else LIGHT
    fig = figure(style, HEIGHT, margin={"t": 24, "b": 30})
    fig.add_heatmap(
        z=[[row["step"] if row else None for row in line] for line in grid],
        x=list(range(len(weeks))),
        y=list(range(len(WEEKDAYS))),
        zmin=-0.5,
        zmax=len(shades) - 0.5,
        colorscale=_steps(shades),
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=[[_hover(row, style) for row in line] for line in grid],
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    for weekday, line in enumerate(grid):
        _printed(fig, weekday, line, style)
    months = [(place, _month_of(week, place, max(by_day))) for place, week in enumerate(weeks)]
    fig.update_layout(
        xaxis={
            "tickvals": [place for place, month in months if month],
            "ticktext": [wording.month(month, style.language) for _, month in months if month],
            "side": "top", "tickangle": 0, "showgrid": False, "range": [-0.6, len(weeks) - 0.4], "ticks": "",
        },
        yaxis={
            "tickvals": list(range(len(WEEKDAYS))), "ticktext": [day(style.language) for day in WEEKDAYS],
            "autorange": "reversed", "showgrid": False, "ticks": "",
        },
    )  # fmt: skip
    _legend(fig, shades, style)
    return fig


def _steps(shades: tuple[str, ...]) -> list[list[Any]]:
    width = 1 / len(shades)
    return [[edge, shade] for place, shade in enumerate(shades) for edge in (place * width, (place + 1) * width)]


def _printed(fig: go.Figure, weekday: int, line: list[dict[str, Any] | None], style: Style) -> None:
    """The shares of one weekday as text, light on dark shades; of few items the counts instead."""
    there = [(place, row) for place, row in enumerate(line) if row and row["value"] is not None]
    fig.add_scatter(
        x=[place for place, _ in there],
        y=[weekday] * len(there),
        mode="text",
        text=[_text(row) for _, row in there],
        textfont={"size": 11, "color": [_ink(row, style) for _, row in there]},
        hoverinfo="skip",
    )


def _text(row: dict[str, Any]) -> str:
    if row["step"] is None:
        return f"{row['numerator']}/{row['denominator']}"
    return f"{row['value'] * 100:.0f}"


def _ink(row: dict[str, Any], style: Style) -> str:
    if row["step"] is None:
        return style.palette.muted
    return style.palette.background if row["step"] <= 1 else style.palette.ink


def _month_of(week: date, place: int, last: date) -> date | None:
    """The month that begins in a week, of the first week its own; None where none does."""
    sunday = week + timedelta(days=6)
    if place == 0:
        return week
    return sunday if sunday.day <= 7 and sunday.replace(day=1) <= last else None


def _hover(row: dict[str, Any] | None, style: Style) -> str:
    if row is None:
        return ""
    words, language = style.words, style.language
    lines = [f"<b>{wording.day(row['day'], language)}</b> {WEEKDAYS[row['weekday']](language)}"]
    if row["is_off_day"]:
        lines.append(words("charts.day_off"))
    if row["value"] is None:
        return "<br>".join([*lines, words("charts.no_items")])
    counts = wording.fraction(row["numerator"], row["denominator"], language)
    return "<br>".join([*lines, f"{wording.per_cent(row['value'], language)} ({counts})"])


def _legend(fig: go.Figure, shades: tuple[str, ...], style: Style) -> None:
    edges = [wording.per_cent(step, style.language, 0) for step in STEPS]
    names = [f"<{edges[0]}", *(f"{low}–{high}" for low, high in pairwise(edges)), f"≥{edges[-1]}"]
    text = "  ".join(f'<span style="color:{shade}">■</span> {name}' for shade, name in zip(shades, names, strict=True))
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=0, yref="paper", yanchor="top", yshift=-8, showarrow=False, text=text,
        font={"size": 12, "color": style.palette.muted},
    )  # fmt: skip
