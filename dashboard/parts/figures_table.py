"""A table of figures a reader can sort and open: shades, small lines, arrows beyond chance, the whole at the foot.

Streamlit's own table is drawn on a canvas, which neither shades cells nor speaks to a screen reader. Only text made
here is shown, as text: nothing from a register becomes markup.
"""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from dashboard.parts.scripts import source
from dashboard.state.session import Session
from queries.views.explore_table import Cell, Grid, Line

_draw = st.components.v2.component(
    "huiyin_figures_table",
    css=source("figures_table.css"),
    js=source("element.js", "part.js", "table.js", "figures_table.js"),
    isolate_styles=False,  # it is found among the parts of the page
)


def draw_table(told: Mapping[str, Any], on_sort: Callable[[], None]) -> None:
    """Draw the table that `told` tells of; `controls.clicked` says which row or cell was opened.

    Args:
        on_sort: callback for a click on a heading (`controls.take` of "sort").
    """
    _draw(key=told["name"], data=told, on_sort_change=on_sort, on_open_change=_nothing)


def keys_at(grid: Grid, place: Mapping[str, Any]) -> dict[str, str]:
    """The keys of a row, or of a row and a column; empty for a place the table does not have."""
    row, column = place.get("row"), place.get("column")
    if not isinstance(row, int) or not 0 <= row < len(grid.lines):
        return {}
    keys = dict(grid.lines[row].keys)
    if isinstance(column, int) and 0 <= column < len(grid.columns):
        keys |= grid.columns[column].keys
    return keys


def _nothing() -> None:
    """Without a callback the component would not report its clicks."""


def told(
    session: Session, grid: Grid, *, name: str, sort: str, caption: str, pivot: bool, narrow: bool
) -> dict[str, Any]:
    """What the component is told of a table.

    Args:
        sort: the column it is sorted by, "-" in front for descending; the browser puts the rows in order.
        caption: what the table shows, for those who listen to it.
        pivot: counts under the figures instead of beside them, and cells that open.
        narrow: whether it leaves room for a chart beside it.
    """
    words, palette = session.words, session.style.palette
    return {
        "name": name,
        "heads": list(grid.heads),
        "columns": [
            {"name": each.name, "label": each.label, "kind": each.kind, "opens": bool(each.keys),
             "sorts": bool(grid.lines) and grid.total is not None and each.kind != "course"}
            for each in grid.columns
        ],
        "lines": [_line(line) for line in grid.lines],
        "total": _line(grid.total) if grid.total else None,
        "pivot": pivot,
        "narrow": narrow,
        "sort": sort,
        "colours": {
            "line": palette.neutral,
            "dot": palette.data,
            "shades": list(session.style.palette.tints),
        },
        "words": {
            "caption": caption,
            "small": words("charts.too_few"),
            "open": words("explore.open"),
            "sort": words("explore.sort"),
            "unsorted": words("explore.unsorted"),
        },
    }  # fmt: skip


def _line(line: Line) -> dict[str, Any]:
    opens = bool(line.keys) and "measure" not in line.keys
    return {"labels": list(line.labels), "opens": opens, "cells": [_cell(cell) for cell in line.cells]}


def _cell(cell: Cell) -> dict[str, Any]:
    said = {
        "text": cell.text,
        "counts": cell.counts,
        "step": cell.step,
        "small": cell.small,
        "arrow": cell.arrow,
        "worse": cell.worse,
        "difference": cell.difference,
        "line": list(cell.course),
        "says": cell.says,
    }
    said = {name: value for name, value in said.items() if value}
    return said if cell.order is None else said | {"order": cell.order}
