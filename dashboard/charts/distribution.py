"""How items spread: over ages, over the days they took. Use for "how long?", where an average would mislead."""

from typing import Any

from dashboard.charts import Style, figure
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View

HEIGHT = 290  # CSS pixels
ABOVE = 0.017  # of the highest bar, from a bar to its number
LEAST_BARS = 5  # bars the width has room for: one alone is no wall


def ages(view: View, style: Style) -> Sketch:
    """Open items by age, those past their deadline as a part of each bar in red and with their number.

    Expects columns low, high (days), items, overdue.
    """
    rows = view.frame.to_dicts()
    names = [f"≥{row['low']}" if row["high"] is None else f"{row['low']}–{row['high']}" for row in rows]
    within = [row["items"] - row["overdue"] for row in rows]
    late = [row["overdue"] for row in rows]
    fig = figure(HEIGHT, barmode="stack")
    words, language = style.words, style.language
    hover = [
        [_band(row, style), wording.items(row["items"], language), wording.items(row["overdue"], language)]
        for row in rows
    ]
    late_line = f"{words('charts.overdue')} %{{customdata[2]}}"
    template = f"<b>%{{customdata[0]}}</b><br>%{{customdata[1]}}<br>{late_line}<extra></extra>"
    shared: dict[str, Any] = {"x": names, "customdata": hover, "hovertemplate": template}
    fig.add_bar(y=within, marker={"color": style.palette.data}, **shared)
    fig.add_bar(y=late, marker={"color": style.palette.breach}, **shared)
    top = max((row["items"] for row in rows), default=1)
    printed = [wording.number(row["items"], language) + _late(row, style) for row in rows]
    fig.add_scatter(
        x=names, y=[row["items"] + top * ABOVE for row in rows], mode="text", text=printed, textposition="top center",
        textfont={"size": 13, "color": style.palette.ink}, cliponaxis=False, hoverinfo="skip",
    )  # fmt: skip
    if any(late):
        fig.add_annotation(
            x=1, xref="paper", xanchor="right", y=1, yref="paper", yanchor="bottom", yshift=4, showarrow=False,
            text=f'<span style="color:{style.palette.breach}">■ ! {words("charts.overdue")}</span>',
        )  # fmt: skip
        fig.update_layout(margin={"t": 28})  # above every bar
    spare = max(LEAST_BARS - len(rows), 0) / 2
    fig.update_layout(
        xaxis={
            "title": {"text": words("charts.age_axis"), "standoff": 8},
            "type": "category",
            "tickangle": 0,
            "range": [-0.5 - spare, len(rows) - 0.5 + spare],
        },
        yaxis={"range": [0, top * 1.25], "showticklabels": False, "showgrid": False},
    )
    return fig


def _late(row: dict[str, Any], style: Style) -> str:
    if not row["overdue"]:
        return ""
    count = wording.number(row["overdue"], style.language)
    return f'<br><span style="color:{style.palette.breach}">!{count}</span>'


def days_taken(view: View, style: Style) -> Sketch:
    """Closed items by days to close, the middle half shaded and the median marked.

    Expects columns low, high (days), items, lower_quartile, median, upper_quartile, median_lower, median_upper;
    the limits of the median are a bar across its line.
    """
    rows = view.frame.to_dicts()
    fig = figure(HEIGHT, bargap=0.08)
    words, language, palette = style.words, style.language, style.palette
    width = rows[1]["low"] - rows[0]["low"] if len(rows) > 1 else 1
    hover = [[_band(row, style), wording.items(row["items"], language)] for row in rows]
    fig.add_bar(
        x=[row["low"] + width / 2 for row in rows],
        y=[row["items"] for row in rows],
        marker={"color": [palette.data if row["high"] is not None else palette.neutral for row in rows]},
        customdata=hover,
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )
    top = max((row["items"] for row in rows), default=1)
    low, middle, high = (rows[0][name] for name in ("lower_quartile", "median", "upper_quartile"))
    fig.add_vrect(x0=low, x1=high, fillcolor=palette.band, line={"width": 0}, layer="below")
    fig.add_vline(x=middle, line={"color": palette.ink, "width": 1.5})
    if None not in (ends := [rows[0]["median_lower"], rows[0]["median_upper"]]):
        fig.add_scatter(x=ends, y=[top * 1.03] * 2, mode="lines", line={"color": palette.ink, "width": 4},
                        hoverinfo="skip")  # fmt: skip
    fig.add_annotation(
        x=middle,
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        text=words("charts.median", days=wording.lasting(middle, language)),
        font={"size": 13},
    )
    ticks = [row["low"] for row in rows if row["low"] % (6 * width) == 0]
    last = rows[-1]["low"] if rows[-1]["high"] is None else None
    labels = [f"≥{tick}" if tick == last else wording.number(tick, language) for tick in ticks]
    fig.update_layout(
        xaxis={"title": {"text": words("charts.days_axis"), "standoff": 8}, "tickvals": ticks, "ticktext": labels},
        yaxis={"range": [0, top * 1.06], "rangemode": "tozero", "tickformat": ",d", "nticks": 5},
        margin={"t": 26},
    )
    return fig


def _band(row: dict[str, Any], style: Style) -> str:
    if row["high"] is None:
        return style.words("charts.days_more", low=row["low"])
    if row["high"] == row["low"]:
        return wording.days(row["low"], style.language)
    return style.words("charts.days_between", low=row["low"], high=row["high"])
