"""A count over what would be usual, and two rates of one group side by side."""

from math import log2
from typing import Any

from dashboard.charts import Style, escape, figure
from dashboard.charts.comparison import name_axis
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View

ROW, ROOM, LEAST = 34, 70, 170  # CSS pixels: a row, above and below the rows, at least
PRINT = 150  # CSS pixels at the right
PAIR_PRINT = 190
FARTHEST = 3.0  # powers of two: eight times as many


def usual_ratios(view: View, style: Style) -> Sketch:
    """Each row's count over the usual one as a dot with its interval on a doubling scale, "as usual" as a line.

    A diamond is beyond chance; amber where there were more. Expects columns zh, en, count, expected, ratio, lower,
    upper, direction; rows without a ratio are left out.
    """
    rows = [row for row in view.frame.to_dicts() if row["ratio"] is not None and row["ratio"] > 0]
    places = list(range(len(rows)))[::-1]
    fig = figure(max(LEAST, ROW * len(rows) + ROOM), margin={"t": 24, "r": PRINT, "b": 34})
    palette, words = style.palette, style.words
    fig.add_vline(x=0, line={"color": palette.muted, "width": 1.5}, layer="below")
    fig.add_annotation(
        x=0, y=1, yref="paper", yanchor="bottom", showarrow=False, text=words("charts.as_usual"),
        font={"size": 12, "color": palette.muted},
    )  # fmt: skip
    colours = [_colour(row, style) for row in rows]
    for row, place, colour in zip(rows, places, colours, strict=True):
        ends = [_place(row["lower"], -FARTHEST), _place(row["upper"], FARTHEST)]
        fig.add_scatter(
            x=ends, y=[place, place], mode="lines", line={"color": colour, "width": 2}, hoverinfo="skip"
        )  # fmt: skip
        fig.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=10, y=place, showarrow=False, align="left",
            text=_printed(row, style), font={"size": 12},
        )  # fmt: skip
    fig.add_scatter(
        x=[_place(row["ratio"], 0.0) for row in rows],
        y=places,
        mode="markers",
        marker={
            "size": 11,
            "color": colours,
            "symbol": ["diamond" if row["direction"] else "circle" for row in rows],
            "opacity": 1,
        },
        customdata=[[escape(row[style.language]), _hover(row, style)] for row in rows],
        hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
    )
    reach = max([1.0, *(abs(_place(row[end], 0.0)) for row in rows for end in ("lower", "upper") if row[end])])
    reach = min(reach * 1.1, FARTHEST)
    ticks = [tick for tick in (0.25, 0.5, 1, 2, 4, 8) if abs(log2(tick)) <= reach]
    fig.update_layout(
        xaxis={
            "range": [-reach, reach], "tickvals": [log2(tick) for tick in ticks],
            "ticktext": [words("charts.times", count=f"{tick:g}") for tick in ticks], "showgrid": True,
            "tickangle": 0,
        },
        yaxis=name_axis([row[style.language] for row in rows], places, style, ROW),
    )  # fmt: skip
    return fig


def _place(ratio: float | None, otherwise: float) -> float:
    if not ratio:
        return otherwise
    return max(-FARTHEST, min(FARTHEST, log2(ratio)))


def _colour(row: dict[str, Any], style: Style) -> str:
    if row["direction"] == 1:
        return style.palette.signal
    return style.palette.data if row["direction"] == -1 else style.palette.neutral


def _printed(row: dict[str, Any], style: Style) -> str:
    language = style.language
    usual = style.words("charts.usual_about", count=wording.number(row["expected"], language, 1))
    return f'<b>{wording.items(row["count"], language)}</b> <span style="color:{style.palette.muted}">{usual}</span>'


def _hover(row: dict[str, Any], style: Style) -> str:
    language = style.language

    def times(value: float | None) -> str:
        return wording.MISSING if value is None else wording.number(value, language, 2)

    said = style.words("charts.times", count=times(row["ratio"]))
    reach = style.words("charts.interval", reach=f"{times(row['lower'])}–{times(row['upper'])}")
    verdict = style.words(f"charts.usual_{ {1: 'more', -1: 'fewer', 0: 'same'}[row['direction']] }")
    return f"{said}<br>{reach}<br>{verdict}"


def reported_and_recognised(view: View, style: Style) -> Sketch:
    """Reported (open diamond) and recognised (dot) of each group on one line, both counts printed; never one alone.

    Expects the columns of `queries.views.batches.ladder`; first row on top.
    """
    rows = [row for row in view.frame.to_dicts() if row["reported_rate"] is not None]
    places = list(range(len(rows)))[::-1]
    fig = figure(max(LEAST, ROW * len(rows) + ROOM), margin={"t": 34, "r": PAIR_PRINT, "b": 30})
    palette, language = style.palette, style.language
    x: list[float | None] = []
    y: list[int | None] = []
    for row, place in zip(rows, places, strict=True):
        if row["recognised_rate"] is not None:
            x += [row["reported_rate"], row["recognised_rate"], None]
            y += [place, place, None]
        fig.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=12, y=place, showarrow=False, align="left",
            text=_pair(row, style), font={"size": 12},
        )  # fmt: skip
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": palette.faint, "width": 6}, hoverinfo="skip")
    for which, marker in (
        ("recognised", {"size": 11, "color": palette.data}),
        ("reported", {"symbol": "diamond-open", "size": 13, "color": palette.ink, "line": {"width": 1.8}}),
    ):
        shown = [(row, place) for row, place in zip(rows, places, strict=True) if row[f"{which}_rate"] is not None]
        fig.add_scatter(
            x=[row[f"{which}_rate"] for row, _ in shown],
            y=[place for _, place in shown],
            mode="markers",
            marker={**marker, "opacity": 1},
            cliponaxis=False,
            customdata=[[escape(row[language]), _share(row, which, style)] for row, _ in shown],
            hovertemplate="<b>%{customdata[0]}</b><br>%{customdata[1]}<extra></extra>",
        )
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=8, showarrow=False,
        text=f"◇ {style.words('charts.step_reported')}   "
             f'<span style="color:{palette.data}">●</span> {style.words("charts.step_recognised")}',
        font={"size": 12, "color": palette.muted},
    )  # fmt: skip
    fig.update_layout(
        xaxis={"range": [-0.02, 1.02], "tickformat": ".0%", "dtick": 0.5, "showgrid": True, "tickangle": 0},
        yaxis=name_axis([row[language] for row in rows], places, style, ROW),
    )
    return fig


def _pair(row: dict[str, Any], style: Style) -> str:
    """Both counts behind a row."""
    language = style.language
    recognised = (
        style.words("charts.not_stated")
        if row["recognised_rate"] is None
        else wording.fraction(row["recognised"], row["recognised_of"], language)
    )
    reported = wording.fraction(row["reported"], row["reported_of"], language)
    return f"◇ {reported}  ● {recognised}"


def _share(row: dict[str, Any], which: str, style: Style) -> str:
    language = style.language
    share = wording.per_cent(row[f"{which}_rate"], language)
    counts = wording.fraction(row[which], row[f"{which}_of"], language)
    reach = style.words(
        "charts.interval", reach=wording.interval(row[f"{which}_lower"], row[f"{which}_upper"], language)
    )
    return f"{style.words(f'charts.step_{which}')} {share} ({counts})<br>{reach}"
