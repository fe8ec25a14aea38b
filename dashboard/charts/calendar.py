"""A share day by day as a calendar: weeks across, weekdays down, darker where less was done; the share is printed."""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from dashboard.charts import Style, figure, month_axis, swatches
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View
from queries.views.forwarding import STEPS, WEEKDAYS

HEIGHT = 270  # CSS pixels
HALF_WEEK = timedelta(days=4)  # a cell stands around its Monday
LEGEND_STEP = 56  # CSS pixels of an entry of the legend
FEW = -1  # the step below the scale, without a shade


def calendar_shares(view: View, style: Style) -> Sketch:
    """A cell a day with its share in per cent; a day of few items has its counts and no shade.

    Expects the columns of `queries.views.forwarding.calendar`.
    """
    rows = view.frame.to_dicts()
    weeks = sorted({row["week"] for row in rows})
    by_day = {row["day"]: row for row in rows}
    grid = [[by_day.get(week + timedelta(days=weekday)) for week in weeks] for weekday in range(len(WEEKDAYS))]
    shades = style.palette.shades[::-1]  # the least done is the strongest: what needs a look stands out
    fig = figure(HEIGHT, margin={"t": 40, "b": 30})
    fig.add_heatmap(
        z=[[_shade(row) for row in line] for line in grid],
        # printed by the heat map itself: it fits the type to the cell and sets it off from its shade
        text=[[_text(row) for row in line] for line in grid],
        texttemplate="%{text}",
        x=[week.isoformat() for week in weeks],
        y=list(range(len(WEEKDAYS))),
        zmin=FEW - 0.5,
        zmax=len(shades) - 0.5,
        colorscale=_steps((style.palette.background, *shades)),
        showscale=False,
        xgap=2,
        ygap=2,
        customdata=[[_hover(row, style) for row in line] for line in grid],
        hovertemplate="%{customdata}<extra></extra>",
        hoverongaps=False,
    )
    ends = [weeks[0] - HALF_WEEK, weeks[-1] + HALF_WEEK]
    fig.update_layout(
        xaxis=month_axis([row["day"] for row in rows], style)
        | {"side": "top", "showgrid": False, "range": [day.isoformat() for day in ends]},
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


def _shade(row: dict[str, Any] | None) -> int | None:
    """A step of the scale; FEW where there are too few items for a share."""
    if row is None or row["value"] is None:
        return None
    return FEW if row["step"] is None else int(row["step"])


def _text(row: dict[str, Any] | None) -> str:
    if row is None or row["value"] is None:
        return ""
    if row["step"] is None:
        return f"{row['numerator']}/{row['denominator']}"
    return f"{row['value'] * 100:.0f}"


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


def _legend(fig: Sketch, shades: tuple[str, ...], style: Style) -> None:
    edges = [wording.per_cent(step, style.language, 0) for step in STEPS]
    between = (f"{low.removesuffix('%')}–{high}" for low, high in pairwise(edges))
    names = [f"<{edges[0]}", *between, f"≥{edges[-1]}"]
    swatches(fig, style, list(zip(shades, names, strict=True)), LEGEND_STEP)
