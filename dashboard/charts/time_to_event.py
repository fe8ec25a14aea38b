"""By which day has it happened? Shares that rise with the days, recent items counted as far as they were watched."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from dashboard.charts import Style, figure, month_axis
from dashboard.charts.sketch import Sketch
from dashboard.charts.time_series import share_axis
from queries import wording
from queries.stats.survival import CLOSED_BY_DAYS
from queries.views import View
from queries.views.time_to_close import CLOSING_DAYS
from queries.views.time_to_return import BACKFLOW_DAYS, RETURN_DAYS

HEIGHT = 290  # CSS pixels


def closing_curve(view: View, style: Style) -> Sketch:
    """Closed by each day with its band, the 60th day and the median marked; withdrawn ones as a thin line.

    Expects columns day, value, lower, upper, at_risk, otherwise, numerator, denominator.
    """
    fig = _curve(view.frame, style, CLOSING_DAYS, (CLOSED_BY_DAYS,), "charts.closed_by")
    rows = view.frame
    fig.add_scatter(
        x=rows["day"].to_list(),
        y=rows["otherwise"].to_list(),
        mode="lines",
        line={"color": style.palette.neutral, "width": 1.5, "dash": "dash", "shape": "hv"},
        hoverinfo="skip",
    )
    _names(fig, style, [(style.palette.data, "●", "charts.closed"), (style.palette.neutral, "┅", "charts.withdrawn")])
    fig.update_layout(xaxis={"title": {"text": style.words("charts.days_accepted")}}, yaxis={"range": [0, 1.02]})
    return fig


def return_curve(view: View, style: Style) -> Sketch:
    """Come back by each day after closing, the 90th and the 180th marked. Expects the columns of `time_to_return`."""
    fig = _curve(view.frame, style, RETURN_DAYS[-1], RETURN_DAYS, "charts.returned_by")
    fig.update_layout(xaxis={"title": {"text": style.words("charts.days_closed")}})
    return fig


def backflow_curve(view: View, style: Style) -> Sketch:
    """Flowed back by each day after recognition. Expects the columns of `time_to_return.backflow`."""
    fig = _curve(view.frame, style, BACKFLOW_DAYS, (90, 180), "charts.reflowed_by")
    fig.update_layout(xaxis={"title": {"text": style.words("charts.days_recognised")}})
    return fig


def _curve(rows: pl.DataFrame, style: Style, last: int, marks: Sequence[int], word: str) -> Sketch:
    fig = figure(HEIGHT, margin={"t": 30, "r": 16})
    palette, days = style.palette, rows["day"].to_list()
    limits = rows.with_columns(pl.col(name).fill_null(pl.col("value")) for name in ("lower", "upper"))
    for name, fill in (("upper", None), ("lower", "tonexty")):
        fig.add_scatter(
            x=days, y=limits[name].to_list(), mode="lines", line={"color": palette.band, "width": 1, "shape": "hv"},
            fill=fill, fillcolor=palette.band, hoverinfo="skip",
        )  # fmt: skip
    fig.add_scatter(
        x=days,
        y=rows["value"].to_list(),
        mode="lines",
        line={"color": palette.data, "width": 2, "shape": "hv"},
        customdata=[_hover(row, style, word) for row in rows.iter_rows(named=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    for day in marks:
        at = rows.filter(pl.col("day") == day)
        if at.height:
            _mark(fig, day, at["value"][0], style, to_the_right=day == marks[-1] and day <= last / 2)
    top = max((share for share in limits["upper"].to_list() if share is not None), default=1.0)
    fig.update_layout(
        xaxis={"range": [0, last], "dtick": 30, "tick0": 0, "title": {"standoff": 8}},
        yaxis={"range": [0, min(1.02, top * 1.35)], "tickformat": ".0%", "nticks": 6},
    )
    return fig


def _mark(fig: Sketch, day: int, share: float, style: Style, *, to_the_right: bool) -> None:
    """A day that is read off: a dot, and its share in words; two of them must not touch on a phone."""
    palette = style.palette
    fig.add_scatter(
        x=[day, day], y=[0, share], mode="lines", line={"color": palette.muted, "width": 1, "dash": "dot"},
        hoverinfo="skip",
    )  # fmt: skip
    fig.add_scatter(x=[day], y=[share], mode="markers", marker={"color": palette.data, "size": 9}, hoverinfo="skip")
    text = style.words(
        "charts.by_day", days=wording.days(day, style.language), share=wording.per_cent(share, style.language)
    )
    low = share < 0.6
    fig.add_annotation(
        x=day,
        y=share,
        text=f"<b>{text}</b>",
        showarrow=False,
        xanchor="right" if low and not to_the_right else "left",
        xshift=-4 if low and not to_the_right else 4 if low else 8,
        yshift=12 if low else -14,
        font={"size": 13},
    )


def _hover(row: dict[str, Any], style: Style, word: str) -> str:
    words, language = style.words, style.language
    share = wording.per_cent(row["value"], language)
    lines = [f"<b>{words(word, days=wording.days(row['day'], language), share=share)}</b>"]
    if row["lower"] is not None:
        lines.append(words("charts.interval", reach=wording.interval(row["lower"], row["upper"], language)))
    lines.append(words("charts.still_followed", items=wording.items(row["at_risk"], language)))
    return "<br>".join(lines)


def _names(fig: Sketch, style: Style, names: Sequence[tuple[str, str, str]]) -> None:
    text = "    ".join(
        f'<span style="color:{colour}">{mark}</span> {style.words(word)}' for colour, mark, word in names
    )
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=4, showarrow=False, text=text
    )


def closing_by_month(view: View, style: Style) -> Sketch:
    """Closed by day 60 of each month's items as dots with intervals; months too recent to say are named, not drawn low.

    Expects columns month, value, lower, upper, at_risk, numerator, denominator, shown.
    """
    rows = view.frame.sort("month")
    known = rows.filter("shown")
    fig = figure(HEIGHT)
    palette = style.palette
    values = known.with_columns(pl.col(name).fill_null(pl.col("value")) for name in ("lower", "upper"))
    x: list[str | None] = []
    y: list[float | None] = []
    for month, lower, upper in values.select("month", "lower", "upper").iter_rows():
        x += [month.isoformat(), month.isoformat(), None]
        y += [lower, upper, None]
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": palette.data, "width": 2}, hoverinfo="skip")
    fig.add_scatter(
        x=[month.isoformat() for month in known["month"]],
        y=known["value"].to_list(),
        mode="markers",
        marker={"color": palette.data, "size": 9},
        customdata=[_month_hover(row, style) for row in known.iter_rows(named=True)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    reach = [share for name in ("lower", "upper") for share in values[name].to_list()]
    fig.update_layout(xaxis=month_axis(rows["month"].to_list(), style), yaxis=share_axis(reach))
    _too_recent(fig, rows, style)
    return fig


def _month_hover(row: dict[str, Any], style: Style) -> str:
    language = style.language
    lines = [
        f"<b>{wording.month(row['month'], language)}</b>",
        wording.per_cent(row["value"], language),
        wording.fraction(row["numerator"], row["denominator"], language),
    ]
    if row["lower"] is not None:
        lines.append(style.words("charts.interval", reach=wording.interval(row["lower"], row["upper"], language)))
    return "<br>".join(lines)


def _too_recent(fig: Sketch, rows: pl.DataFrame, style: Style) -> None:
    """A grey ground under the months that cannot be judged yet, with the reason on it."""
    recent = rows.filter(~pl.col("shown")).tail(1)
    after = rows.filter("shown").tail(1)
    if not recent.height or (after.height and after["month"][0] > recent["month"][0]):
        return
    first = rows.filter(pl.col("month") > after["month"][0])["month"][0] if after.height else rows["month"][0]
    low, high = fig.range_of("xaxis")
    start = first.replace(day=1)
    middle = start if start == recent["month"][0] else start + (recent["month"][0] - start) / 2
    fig.add_vrect(
        x0=max(str(low), (start.fromordinal(start.toordinal() - 14)).isoformat()), x1=high,
        fillcolor=style.palette.band, line={"width": 0}, layer="below",
    )  # fmt: skip
    fig.add_annotation(
        x=middle.isoformat(), y=0.5, yref="paper", showarrow=False, text=style.words("charts.too_recent"),
        font={"size": 12, "color": style.palette.muted},
    )  # fmt: skip
