"""Who did it on which day: a mark in each cell of a grid. Shape and word carry the status, colour only doubles it."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from dashboard.charts import Palette, Style, escape, figure
from dashboard.charts.comparison import name_axis
from dashboard.charts.sketch import Sketch
from queries import wording
from queries.views import View

ROW = 24  # CSS pixels a row
ROOM = 60  # CSS pixels above the rows, for the days and the legend
LINE = 15  # CSS pixels a line of the days
MARK = 11
PHONE_COLUMNS = 8  # with more of them a phone has no room for a mark and its number: the number stands alone
ALONE = ("on_time", "covered")  # statuses a number can stand for
GAP = "\u2009"  # between a mark and its number: on a phone the next mark is near

Ink = Literal["data", "neutral", "ink"]


@dataclass(frozen=True)
class Mark:
    """How a status is drawn: Plotly symbol, the same as a character for the legend, colour by meaning."""

    symbol: str
    character: str
    ink: Ink
    size: int = MARK


MARKS = {
    "on_time": Mark("circle", "●", "data"),
    "covered": Mark("circle", "●", "data"),
    "late": Mark("diamond-open", "◇", "ink", 9),
    "missing": Mark("x-thin-open", "✕", "ink"),
    "absent": Mark("x-thin-open", "✕", "ink"),
    "unknown": Mark("circle-open", "○", "neutral"),
    "planned": Mark("circle-dot-open", "◉", "neutral"),
    "future": Mark("line-ew-open", "–", "neutral"),
}


def status_matrix(view: View, style: Style) -> Sketch:
    """Rows by columns, a mark a cell and beside it its number.

    Expects columns of the key (the view's dimension), zh, en, column (date), label_zh, label_en, status (a key of
    MARKS), text, about_zh, about_en, faint (the column's ground is grey). First row on top. A click
    gives the key of its row, first, and its day (ISO), last.
    """
    cells = view.frame.rename({view.by[0]: "row"}).to_dicts()
    rows = list(dict.fromkeys(cell["row"] for cell in cells))
    columns = sorted({cell["column"] for cell in cells})
    name = {cell["row"]: cell[style.language] for cell in cells}
    # of "13 Apr" the month stands above the day, so that all days are in one line: on a phone the next is near
    label = {cell["column"]: "<br>".join(reversed(cell[f"label_{style.language}"].split(" "))) for cell in cells}
    lower = LINE if any("<br>" in text for text in label.values()) else 0
    at_row = {key: len(rows) - 1 - place for place, key in enumerate(rows)}
    at_column = {key: place for place, key in enumerate(columns)}
    fig = figure(ROW * len(rows) + ROOM + lower, margin={"t": 48 + lower, "r": 8, "b": 4})
    for column in sorted({cell["column"] for cell in cells if cell["faint"]}):
        x = at_column[column]
        fig.add_shape(
            type="rect", x0=x - 0.5, x1=x + 0.5, y0=0, y1=1, yref="y domain", layer="below",
            fillcolor=style.palette.band, line={"width": 0},
        )  # fmt: skip
    is_crowded = len(columns) > PHONE_COLUMNS
    _cells(fig, cells, at_row, at_column, style, is_crowded=is_crowded)
    _legend(fig, cells, style, 24 + lower)
    if is_crowded:
        fig.update_layout(meta={"crowd": _crowd(cells, columns, style, 0 if lower else LINE)})
    fig.update_layout(
        xaxis={
            "range": [-0.6, len(columns) - 0.4], "tickvals": list(at_column.values()),
            "ticktext": [label[column] for column in columns], "side": "top", "tickangle": 0, "showgrid": False,
        },
        yaxis=name_axis([name[row] for row in rows], list(at_row.values()), style, ROW),
    )  # fmt: skip
    return fig


def _crowd(cells: list[dict[str, Any]], columns: list[date], style: Style, line: int) -> dict[str, Any]:
    """What a phone changes where there are many days: their labels, the legend, and how much higher the labels are."""
    days = []
    for before, day in zip([None, *columns], columns, strict=False):
        is_first = before is None or before.month != day.month
        days.append(f"{wording.month_alone(day, style.language) if is_first else GAP}<br>{day.day}")
    return {"days": days, "legend": _legend_text(cells, style, is_crowded=True), "line": line}


def _cells(
    fig: Sketch, cells: list[dict[str, Any]], at_row: dict[str, int], at_column: dict[Any, int], style: Style,
    *, is_crowded: bool,
) -> None:  # fmt: skip
    """One trace a status: fewer traces are drawn faster."""
    words, language, palette = style.words, style.language, style.palette
    for status, mark in MARKS.items():
        here = [cell for cell in cells if cell["status"] == status]
        if not here:
            continue
        said = words(f"charts.status_{status}")
        fig.add_scatter(
            x=[at_column[cell["column"]] for cell in here],
            y=[at_row[cell["row"]] for cell in here],
            mode="markers+text",
            marker={"symbol": mark.symbol, "size": mark.size, "color": _colour(mark, palette), "opacity": 1,
                    "line": {"color": _colour(mark, palette), "width": 1.8 if "open" in mark.symbol else 0}},
            text=[f"{GAP}{cell['text']}" for cell in here],
            textposition="middle right",
            textfont={"size": 11, "color": palette.muted},
            cliponaxis=False,
            meta={"alone": [cell["text"] or mark.character for cell in here]}
            if is_crowded and status in ALONE
            else None,
            selected={"marker": {"opacity": 1}},
            unselected={"marker": {"opacity": 1}},
            customdata=[
                [cell["row"], escape(cell[language]), wording.day(cell["column"], language),
                 escape(cell[f"about_{language}"]), cell["column"].isoformat()]
                for cell in here
            ],
            hovertemplate=f"<b>%{{customdata[1]}}</b> %{{customdata[2]}}<br>{said}<br>%{{customdata[3]}}"
            "<extra></extra>",
        )  # fmt: skip


def _colour(mark: Mark, palette: Palette) -> str:
    return {"data": palette.data, "neutral": palette.neutral, "ink": palette.ink}[mark.ink]


def _legend(fig: Sketch, cells: list[dict[str, Any]], style: Style, above: int) -> None:
    fig.add_annotation(
        x=0, xref="paper", xanchor="left", y=1, yref="paper", yanchor="bottom", yshift=above, showarrow=False,
        text=_legend_text(cells, style), font={"size": 12, "color": style.palette.muted},
    )  # fmt: skip


def _legend_text(cells: list[dict[str, Any]], style: Style, *, is_crowded: bool = False) -> str:
    there = {cell["status"] for cell in cells}
    signs = {
        status: style.words("charts.a_number") if is_crowded and status in ALONE else mark.character
        for status, mark in MARKS.items()
    }
    return "   ".join(
        f'<span style="color:{_colour(MARKS[status], style.palette)}">{sign}</span> '
        f"{style.words(f'charts.status_{status}')}"
        for status, sign in signs.items()
        if status in there
    )
