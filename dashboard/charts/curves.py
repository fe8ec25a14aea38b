"""How long until it ends, what has not ended counted as far as it was watched; how many fall into bands of days."""

from typing import Any

from dashboard.charts import Style, figure
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View

HEIGHT = 270  # CSS pixels
HALF = 0.5
LABEL_LEFT_FROM = 0.6  # of the axis: further right the label stands at the left of its line


def event_curve(view: View, style: Style) -> Sketch:
    """The share that has ended by each day as steps with its band, the day by which half have ended marked.

    Expects the columns of `queries.views.recorded.curve`.
    """
    rows = view.frame.to_dicts()
    fig = figure(HEIGHT, margin={"t": 14, "r": 16})
    palette, days = style.palette, [row["day"] for row in rows]
    for name, fill in (("upper", None), ("lower", "tonexty")):
        fig.add_scatter(
            x=days, y=[row["value"] if row[name] is None else row[name] for row in rows], mode="lines",
            line={"color": palette.band, "width": 1, "shape": "hv"}, fill=fill, fillcolor=palette.band,
            hoverinfo="skip",
        )  # fmt: skip
    fig.add_scatter(
        x=days,
        y=[row["value"] for row in rows],
        mode="lines",
        line={"color": palette.data, "width": 2, "shape": "hv"},
        customdata=[_hover(row, style) for row in rows],
        hovertemplate="%{customdata}<extra></extra>",
    )
    half = rows[0]["median"] if rows else None
    if half is not None and half <= days[-1]:
        beyond = half > LABEL_LEFT_FROM * days[-1]
        fig.add_scatter(
            x=[0, half, half], y=[HALF, HALF, 0], mode="lines",
            line={"color": palette.muted, "width": 1, "dash": "dot"}, hoverinfo="skip",
        )  # fmt: skip
        fig.add_annotation(
            # left of the median the curve runs below the half, right of it above: the label stands on the free side
            x=half, y=HALF, yanchor="bottom" if beyond else "top", showarrow=False,
            xanchor="right" if beyond else "left", xshift=-6 if beyond else 6,
            text=f"<b>{style.words('charts.half_by', days=wording.days(half, style.language))}</b>",
        )  # fmt: skip
    fig.update_layout(
        xaxis={
            "range": [0, max(days, default=1) * 1.04],
            "title": {"text": style.words("charts.days_since"), "standoff": 8},
            "nticks": 8,
            "ticklabelstandoff": 4,
        },
        yaxis={"range": [0, 1.03], "tickformat": ".0%", "dtick": 0.25, "ticklabelstandoff": 6},
    )
    return fig


def _hover(row: dict[str, Any], style: Style) -> str:
    words, language = style.words, style.language
    days, share = wording.days(row["day"], language), wording.per_cent(row["value"], language)
    lines = [f"<b>{words('charts.ended_by', days=days, share=share)}</b>"]
    if row["lower"] is not None:
        lines.append(words("charts.interval", reach=wording.interval(row["lower"], row["upper"], language)))
    lines.append(words("charts.still_followed", items=wording.items(row["at_risk"], language)))
    return "<br>".join(lines)


def day_bands(view: View, style: Style) -> Sketch:
    """Items by bands of days, each with its number and, where there is one, its share; those still waiting outlined.

    Expects columns low, high (days; low null for what still waits, high null for the last band), items, and where
    there is one value (share).
    """
    rows = view.frame.to_dicts()
    names = [_band(row, style) for row in rows]
    fig = figure(HEIGHT, margin={"t": 18})
    palette, language = style.palette, style.language
    waits = [row["low"] is None for row in rows]
    fig.add_bar(
        x=names,
        y=[row["items"] for row in rows],
        marker={
            "color": [palette.background if waiting else palette.data for waiting in waits],
            "line": {"color": palette.data, "width": [1.5 if waiting else 0 for waiting in waits]},
        },
        customdata=[[name, wording.items(row["items"], language)] for name, row in zip(names, rows, strict=True)],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )
    for name, row in zip(names, rows, strict=True):
        text = wording.number(row["items"], language)
        if row.get("of"):
            share = wording.per_cent(row["value"], language)
            text += f'<br><span style="color:{palette.muted};font-size:11px">{share}</span>'
        fig.add_annotation(x=name, y=row["items"], yanchor="bottom", showarrow=False, text=text)
    top = max((row["items"] for row in rows), default=1)
    fig.update_layout(
        xaxis={"tickangle": 0}, yaxis={"range": [0, top * 1.3], "showticklabels": False, "showgrid": False}
    )
    return fig


def _band(row: dict[str, Any], style: Style) -> str:
    low, high = row["low"], row["high"]
    if low is None:
        return style.words("charts.still_waiting")
    if high is None:
        return style.words("charts.from_days", low=low)
    if low == high:
        return style.words("charts.same_day") if low == 0 else wording.days(low, style.language)
    return style.words("charts.days_between", low=low, high=high)
