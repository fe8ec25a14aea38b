"""From one figure to another, step by step: totals are positions, what lies between them are bars."""

from typing import Any

from dashboard.charts import Style, figure
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View
from queries.views.why_changed import signed
from queries.vocabulary import Text

ROW = 50  # CSS pixels a step
ROOM = 16  # CSS pixels above and below the rows
BAR = 0.46  # of a row
PRINTED = 132  # CSS pixels at the right for the figures
AROUND = 0.12  # of the reach of the values, free at both sides
LONGEST_NAME = {"zh": 8, "en": 13}  # letters of a line
DASH = 0.006  # of the reach: a part without effect is a thin line, so that it is seen to have none


def waterfall(view: View, style: Style) -> Sketch:
    """Then, the four reasons, now, first step on top; beside each its figure with counts, or its effect.

    Totals are dots, not bars, so the axis need not begin at 0. Grey: how the old figure reads today; blue: what really
    changed. Expects the columns of `queries.views.changes.waterfall`.
    """
    rows = view.frame.to_dicts()
    places = list(range(len(rows)))[::-1]
    fig = figure(ROW * len(rows) + ROOM)
    ends = [end for row in rows for end in (row["value"], row["before"]) if end is not None]
    reach = (max(ends) - min(ends)) or abs(max(ends)) * 0.1 or 1.0
    hover = [_hover(row, view, style) for row in rows]
    _levels(fig, rows, places, style)
    _parts(fig, rows, places, hover, reach, style)
    _totals(fig, rows, places, hover, style)
    for row, place in zip(rows, places, strict=True):
        _printed(fig, row, place, view, style)
    fig.update_layout(
        xaxis={
            "range": [min(ends) - reach * AROUND, max(ends) + reach * AROUND],
            "showticklabels": False,  # every position is printed at the right
        },
        yaxis={
            "tickvals": places,
            "ticktext": [_name(row, style) for row in rows],
            "range": [-0.6, len(rows) - 0.4],
            "showgrid": False,
            "ticklabelstandoff": 8,
            "tickfont": {"color": style.palette.ink, "size": 13},
        },
        margin={"r": PRINTED},
    )
    return fig


def _levels(fig: Sketch, rows: list[dict[str, Any]], places: list[int], style: Style) -> None:
    """Thin lines from each step's value down to the next step."""
    x: list[float | None] = []
    y: list[float | None] = []
    value = None
    for row, place in zip(rows, places, strict=True):
        value = row["value"] if row["value"] is not None else value
        if place and value is not None:
            x += [value, value, None]
            y += [place, place - 1, None]
    fig.add_scatter(
        x=x, y=y, mode="lines", line={"color": style.palette.neutral, "width": 1, "dash": "dot"}, hoverinfo="skip"
    )


def _parts(
    fig: Sketch, rows: list[dict[str, Any]], places: list[int], hover: list[str], reach: float, style: Style
) -> None:
    parts = [index for index, row in enumerate(rows) if not row["is_total"]]
    least = reach * DASH
    palette = style.palette
    fig.add_bar(
        orientation="h",
        base=[rows[i]["before"] if rows[i]["effect"] else rows[i]["before"] - least / 2 for i in parts],
        x=[rows[i]["effect"] or least for i in parts],
        y=[places[i] for i in parts],
        width=BAR,
        marker={"color": [palette.data if rows[i]["step"] == "real" else palette.neutral for i in parts]},
        customdata=[hover[i] for i in parts],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _totals(fig: Sketch, rows: list[dict[str, Any]], places: list[int], hover: list[str], style: Style) -> None:
    totals = [index for index, row in enumerate(rows) if row["is_total"]]
    palette = style.palette
    fig.add_scatter(
        x=[rows[i]["value"] for i in totals],
        y=[places[i] for i in totals],
        mode="markers",
        marker={
            "size": 13,
            "color": [palette.background if rows[i]["step"] == "restated" else palette.ink for i in totals],
            "line": {"color": palette.ink, "width": 2},
        },
        customdata=[hover[i] for i in totals],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _printed(fig: Sketch, row: dict[str, Any], place: int, view: View, style: Style) -> None:
    """The figure and its counts; of a part its effect and the counts after it."""
    counts = _counts(row, view, style)
    text = f"<b>{_value(row, view, style) if row['is_total'] else _effect(row, style)}</b>"
    if counts:
        muted = f'<span style="color:{style.palette.muted};font-size:12px">{counts}</span>'
        text = f"{text}<br>{muted}"
    fig.add_annotation(
        x=1, xref="paper", xanchor="left", xshift=10, y=place, align="left", text=text, showarrow=False,
        font={"size": 14, "color": style.palette.ink},
    )  # fmt: skip


def _effect(row: dict[str, Any], style: Style) -> str:
    return signed(row["shown"], row["effect"], row["denominator"] is not None, style.language)


def _value(row: dict[str, Any], view: View, style: Style) -> str:
    if row["denominator"] is None:
        return wording.number(row["numerator"], style.language)
    return wording.per_cent(row["value"], style.language)


def _counts(row: dict[str, Any], view: View, style: Style) -> str:
    if row["numerator"] is None:  # a part that is no selection of items
        return ""
    if row["denominator"] is not None:
        return wording.fraction(row["numerator"], row["denominator"], style.language)
    if row["is_total"]:
        return view.measures[0].unit(style.language)
    return style.words("charts.waterfall_after", count=wording.number(row["numerator"], style.language))


def _hover(row: dict[str, Any], view: View, style: Style) -> str:
    name = Text(row["zh"], row["en"])(style.language)
    if row["is_total"]:
        return f"<b>{name}</b><br>{_value(row, view, style)}<br>{_counts(row, view, style)}"
    words, language = style.words, style.language
    moved = [
        words(f"charts.waterfall_{each}", items=wording.items(row[each], language))
        for each in ("entered", "left", "turned_to", "turned_from")
        if row[each]
    ]
    lines = [f"<b>{name} {_effect(row, style)}</b>", *moved, _counts(row, view, style)]
    return "<br>".join(line for line in lines if line)


def _name(row: dict[str, Any], style: Style) -> str:
    """In two lines where it is long."""
    name = str(row[style.language])
    if len(name) <= LONGEST_NAME[style.language]:
        return name
    for sign, kept in (("（", ""), (", ", ","), (" ", "")):
        first, found, rest = name.partition(sign)
        if found:
            return f"{first}{kept}<br>{sign.strip(', ')}{rest}"
    return name
