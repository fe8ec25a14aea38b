"""What a group's size, or its mix of items, explains of its distance from the whole."""

from typing import Any

import polars as pl

from dashboard.charts import FOOT, Style, escape, figure
from dashboard.charts.comparison import LEAST, ROOM, TALL_ROW, name_axis
from dashboard.charts.sketch import Sketch
from dashboard.charts.time_series import share_axis
from queries import wording
from queries.views import View

FUNNEL_HEIGHT = 440  # CSS pixels
NAMES = 6  # groups named in the funnel
PRINTED = 104  # CSS pixels at the right


def funnel(view: View, style: Style) -> Sketch:
    """Share against number of items, with the limits of chance: solid plain ones, dashed with the spread there is.

    Expects the columns of `funnels.by_size`. A click gives the key of its group (`customdata[0]`).
    """
    fig = figure(FUNNEL_HEIGHT, margin={"t": 52, "r": 20})
    lines = view.frame.filter(pl.col("kind") == "line")
    groups = view.frame.filter(pl.col("kind") == "group")
    _limits(fig, lines, style)
    whole = view.frame["overall"][0]
    fig.add_hline(y=whole, line={"color": style.palette.muted, "width": 1.5}, layer="below")
    _groups(fig, groups, view.by[0], style)
    ample = groups.filter(pl.col("denominator") >= view.filters.rule_set.small_sample)
    shares = (ample if ample.height else groups)["value"].to_list()
    near = lines.filter(pl.col("denominator") >= groups["denominator"].median())
    reach = [*shares, whole, *near["far_lower"].to_list(), *near["far_upper"].to_list()]
    words, language = style.words, style.language
    fig.update_layout(
        xaxis={
            "title": {"text": words("chance.items"), "standoff": 8}, "range": [0, lines["denominator"].max()],
            "tickformat": ",d", "nticks": 7, "tickangle": 0,
        },
        yaxis=share_axis(reach),
    )  # fmt: skip
    legend = "<br>".join(
        f'<span style="color:{style.palette.muted}">{mark}</span> {words(word)}'
        for mark, word in (("──", "chance.plain"), ("╌╌", "chance.wide"))
    )
    whole_words = words("charts.whole", share=wording.per_cent(whole, language))
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=6, showarrow=False,
        text=f"{legend}    {whole_words}", align="left", font={"size": 12, "color": style.palette.muted},
    )  # fmt: skip
    return fig


def _limits(fig: Sketch, lines: pl.DataFrame, style: Style) -> None:
    sizes = lines["denominator"].to_list()
    for name, width, dash in (
        ("lower", 0.8, None), ("upper", 0.8, None), ("far_lower", 1.6, None), ("far_upper", 1.6, None),
        ("wide_far_lower", 1.2, "dash"), ("wide_far_upper", 1.2, "dash"),
    ):  # fmt: skip
        fig.add_scatter(
            x=sizes, y=lines[name].to_list(), mode="lines", hoverinfo="skip",
            line={"color": style.palette.neutral, "width": width, "dash": dash},
        )  # fmt: skip


def _groups(fig: Sketch, groups: pl.DataFrame, key: str, style: Style) -> None:
    rows = groups.to_dicts()
    colours = [_colour(row, style) for row in rows]
    fig.add_scatter(
        x=groups["denominator"].to_list(),
        y=groups["value"].to_list(),
        mode="markers",
        marker={
            "size": 10, "color": colours, "line": {"color": style.palette.background, "width": 1},
            "symbol": ["diamond" if row["worse"] else "circle" for row in rows], "opacity": 1,
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=[[row[key], _funnel_hover(row, style)] for row in rows],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )  # fmt: skip
    named = sorted((row for row in rows if row["position"]), key=lambda row: -abs(row["position"]))[:NAMES]
    for row in named:
        below = row["position"] < 0
        fig.add_annotation(
            x=row["denominator"], y=row["value"], yshift=-15 if below else 15, showarrow=False,
            text=escape(row[style.language]), font={"size": 12, "color": style.palette.ink},
        )  # fmt: skip


def _colour(row: dict[str, Any], style: Style) -> str:
    if row["worse"]:
        return style.palette.signal
    return style.palette.data if abs(row["position"]) == 2 else style.palette.neutral


def _funnel_hover(row: dict[str, Any], style: Style) -> str:
    language = style.language
    share = wording.per_cent(row["value"], language)
    counts = wording.fraction(row["numerator"], row["denominator"], language)
    place = style.words(f"chance.position_{abs(row['position'])}")
    return f"<b>{escape(row[language])}</b> {share}<br>{counts}<br>{place}"


def adjusted_dots(view: View, style: Style) -> Sketch:
    """Each group as counted (open circle) and at the city's mix (dot with its interval), the whole as a line.

    Expects the columns of `adjusted.dots`; first row on top. A click gives the key of its group.
    """
    rows = view.frame.to_dicts()
    places = list(range(len(rows)))[::-1]
    fig = figure(max(LEAST, TALL_ROW * len(rows) + ROOM))
    palette, language = style.palette, style.language
    whole = rows[0]["overall"]
    fig.add_vline(x=whole, line={"color": palette.muted, "width": 1.5}, layer="below")
    x: list[float | None] = []
    y: list[int | None] = []
    for row, place in zip(rows, places, strict=True):
        x += [row["lower"], row["upper"], None]
        y += [place, place, None]
        fig.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=10, y=place, showarrow=False, font={"size": 13},
            text=f"{wording.per_cent(row['raw'], language)} → <b>{wording.per_cent(row['value'], language)}</b>",
        )  # fmt: skip
    fig.add_scatter(x=x, y=y, mode="lines", line={"color": palette.neutral, "width": 2}, hoverinfo="skip")
    shared: dict[str, Any] = {
        "y": places, "mode": "markers", "cliponaxis": False,
        "selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}},
        "customdata": [[row[view.by[0]], _adjusted_hover(row, style)] for row in rows],
        "hovertemplate": "%{customdata[1]}<extra></extra>",
    }  # fmt: skip
    colours = [
        palette.signal if row["worse"] else palette.data if row["band"] != "same" else palette.neutral for row in rows
    ]
    symbols = ["diamond" if row["worse"] else "circle" for row in rows]
    fig.add_scatter(
        x=[row["raw"] for row in rows],
        marker={"size": 11, "color": palette.background, "line": {"color": palette.ink, "width": 1.5}, "opacity": 1},
        **shared,
    )
    fig.add_scatter(
        x=[row["value"] for row in rows],
        marker={"size": 9, "color": colours, "symbol": symbols, "opacity": 1},
        **shared,
    )
    reach = [share for row in rows for share in (row["lower"], row["upper"], row["raw"], whole) if share is not None]
    legend = f"○ {style.words('chance.raw')}    ● {style.words('chance.adjusted')}    " + style.words(
        "charts.whole", share=wording.per_cent(whole, language)
    )
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", showarrow=False, text=legend,
        font={"size": 12, "color": palette.muted},
    )  # fmt: skip
    fig.update_layout(
        xaxis=share_axis(reach) | {"showgrid": True, "gridcolor": palette.grid, "dtick": None, "tickangle": 0},
        yaxis=name_axis([row[language] for row in rows], places, style, TALL_ROW),
        margin={"t": 24, "b": FOOT, "r": 10 + PRINTED},
    )
    return fig


def _adjusted_hover(row: dict[str, Any], style: Style) -> str:
    language = style.language
    lines = [
        f"<b>{escape(row[language])}</b>",
        f"{style.words('chance.raw')} {wording.per_cent(row['raw'], language)} "
        f"({wording.fraction(row['numerator'], row['denominator'], language)})",
        f"{style.words('chance.adjusted')} {wording.per_cent(row['value'], language)} "
        f"({wording.interval(row['lower'], row['upper'], language)})",
        style.words(f"charts.band_{row['band']}"),
    ]
    return "<br>".join(lines)
