"""Targets over time: for whom, from when to when, how high."""

from dashboard.charts import Style, escape, figure
from dashboard.charts.comparison import name_axis
from dashboard.charts.sketch import Sketch
from queries.views import View

ROW, ROOM = 38, 72  # CSS pixels


def target_spans(view: View, style: Style) -> Sketch:
    """One row a measure and scope, each target a line over its time with its value above; the as-of day upright.

    Expects columns zh, en, valid_from, valid_to, in_force, shown_zh, shown_en.
    """
    rows = view.frame.to_dicts()
    names = list(dict.fromkeys(row[style.language] for row in rows))
    places = {name: len(names) - 1 - index for index, name in enumerate(names)}
    fig = figure(ROW * len(names) + ROOM)
    first = min(row["valid_from"] for row in rows)
    last = max([view.as_of, *(row["valid_to"] or row["valid_from"] for row in rows)])
    beyond = last + (last - first) / 20
    for in_force in (False, True):
        colour = style.palette.data if in_force else style.palette.faint
        x: list[object] = []
        y: list[float | None] = []
        for row in rows:
            if row["in_force"] == in_force:
                x += [row["valid_from"], row["valid_to"] or beyond, None]
                y += [places[row[style.language]], places[row[style.language]], None]
        fig.add_scatter(x=x, y=y, mode="lines", line={"color": colour, "width": 5}, hoverinfo="skip")
    for row in rows:
        fig.add_annotation(
            x=row["valid_from"], y=places[row[style.language]], text=escape(row[f"shown_{style.language}"]),
            xanchor="left", yanchor="bottom", yshift=3, showarrow=False,
            font={"size": 13, "color": style.palette.ink if row["in_force"] else style.palette.muted},
        )  # fmt: skip
    fig.add_vline(x=view.as_of, line={"color": style.palette.muted, "width": 1, "dash": "dot"})
    fig.update_layout(
        yaxis=name_axis(names, list(places.values()), style, ROW),
        xaxis={
            "type": "date",
            "range": [first, beyond],
            "showgrid": True,
            "gridcolor": style.palette.grid,
            "tickformat": style.words("charts.month_tick"),
            "tickangle": 0,
        },
        margin={"t": 12, "r": 16},
    )
    return fig
