"""Groups side by side. A dot and its interval say what a rank hides: who can be told apart at all."""

from typing import Any

import plotly.graph_objects as go
import polars as pl

from dashboard.charts import Style, escape, figure
from dashboard.charts.time_series import share_axis
from queries import wording
from queries.views import View

ROW = 19  # CSS pixels a row
ROOM = 62  # CSS pixels above and below the rows
LEAST = 180


def interval_dots(view: View, style: Style, *, target: float | None = None) -> go.Figure:
    """Each group as a dot with its 95 % interval, the whole as a line; share and counts printed at the right.

    Expects columns zh, en, value, lower, upper, numerator, denominator, band, worse, overall; first row on top.
    """
    rows = view.frame.filter(pl.col("value").is_not_null())
    names = [escape(name) for name in rows[style.language].to_list()]
    places = list(range(rows.height))[::-1]
    fig = figure(style, max(LEAST, ROW * rows.height + ROOM))
    for row, name, place in zip(rows.iter_rows(named=True), names, places, strict=True):
        colour = _colour(row, style)
        fig.add_scatter(
            x=[row["lower"], row["upper"]],
            y=[place, place],
            mode="lines",
            line={"color": colour, "width": 2},
            hoverinfo="skip",
        )
        fig.add_scatter(
            x=[row["value"]],
            y=[place],
            mode="markers",
            marker=_mark(row, colour, style),
            customdata=[[name, *_words(row, style)]],
            hovertemplate="<b>%{customdata[0]}</b> %{customdata[1]}<br>%{customdata[2]}<br>%{customdata[3]}"
            "<br>%{customdata[4]}<extra></extra>",
        )
        _printed(fig, row, place, style)
    _whole(fig, rows, style)
    if target is not None:
        fig.add_vline(x=target, line={"color": style.palette.muted, "width": 1, "dash": "dash"})
    reach = [*rows["lower"].to_list(), *rows["upper"].to_list()]
    across = share_axis(reach) | {"domain": [0, 0.76], "showgrid": True, "gridcolor": style.palette.grid}
    fig.update_layout(
        xaxis=across,
        yaxis={
            "tickvals": places,
            "ticktext": names,
            "range": [-0.7, rows.height - 0.3],
            "showgrid": False,
            "tickfont": {"color": style.palette.ink, "size": 13},
        },
        margin={"t": 22, "r": 4},
    )
    return fig


def _colour(row: dict[str, Any], style: Style) -> str:
    if row["worse"]:
        return style.palette.signal
    return style.palette.data if row["band"] in ("high", "low") else style.palette.neutral


def _mark(row: dict[str, Any], colour: str, style: Style) -> dict[str, Any]:
    if row["band"] == "small":
        return {"size": 9, "color": style.palette.background, "line": {"color": colour, "width": 2}}
    return {"size": 10, "color": colour, "symbol": "diamond" if row["worse"] else "circle"}


def _words(row: dict[str, Any], style: Style) -> tuple[str, str, str, str]:
    language = style.language
    reach = style.words("charts.interval", reach=wording.interval(row["lower"], row["upper"], language))
    counts = wording.fraction(row["numerator"], row["denominator"], language)
    return wording.per_cent(row["value"], language), counts, reach, style.words(f"charts.band_{row['band']}")


def _printed(fig: go.Figure, row: dict[str, Any], place: int, style: Style) -> None:
    share, counts, _, _ = _words(row, style)
    common = {"xref": "paper", "y": place, "showarrow": False}
    fig.add_annotation(x=0.85, xanchor="right", text=share, font={"size": 13}, **common)
    fig.add_annotation(x=1, xanchor="right", text=counts, font={"size": 12, "color": style.palette.muted}, **common)


def _whole(fig: go.Figure, rows: pl.DataFrame, style: Style) -> None:
    share = rows["overall"].drop_nulls()
    if len(share) == 0:
        return
    fig.add_vline(x=share[0], line={"color": style.palette.muted, "width": 1.5})
    fig.add_annotation(
        x=share[0],
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        text=style.words("charts.whole", share=wording.per_cent(share[0], style.language)),
        font={"size": 12, "color": style.palette.muted},
    )
