"""The list of items: which part of it is shown, ways to other parts, and the rows of one page.

The browser has the pages beside the one shown, so that turning to one needs no run of the page; the run comes after it
and writes the address. Streamlit's own table is drawn on a canvas and only once a run has ended. Only text made here is
shown, as text: nothing from a register becomes markup.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboard.briefing import width_of
from dashboard.parts.scripts import source
from dashboard.state.controls import reported, set_value, take
from dashboard.state.narrowing import draw_all
from dashboard.state.session import Session, recall, remember
from queries import wording

KEY = "case-table"
_WIDEST, _PADDING, _HALF = 16, 1.4, 0.58  # em: of a text that is not cut, beside it, of half a Chinese character
_SHOWN, _TURN = "case table shown", "case table turned"

_draw = st.components.v2.component(
    "huiyin_case_table",
    css=source("case_table.css"),
    js=source("element.js", "table.js", "case_table.js"),
    isolate_styles=False,  # paper has rules for it too
)


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        label: its heading.
        longest: the longest text it can hold.
        order: the order of the whole list that a click on the heading asks for.
        kind: "day" and "number" are never broken, numbers stand on the right.
    """

    name: str
    label: str
    longest: str
    order: str
    kind: Literal["text", "day", "number"] = "text"


@dataclass(frozen=True)
class Sheet:
    """One page of the list.

    Attributes:
        reach: which part of the list it is, in words.
        place: its number among the pages, in words.
        ids: numbers of its items.
        rows: their texts by column; None where there is none.
    """

    page: int
    reach: str
    place: str
    ids: Sequence[str]
    rows: Sequence[Sequence[str | None]]


def case_table(
    session: Session, name: str, columns: Sequence[Column], sheets: Sequence[Sheet], *, page: int, pages: int,
    sort: str, link: str,
) -> None:  # fmt: skip
    """Draw one page of a list.

    A turn of the page becomes the page's control `page`, a click on a heading `sort`, one on a row `case`.

    Args:
        name: of the list; another one where anything but the page shown differs.
        sheets: the page shown and those beside it.
        page: number of the page shown, from 1.
        sort: the column the list is sorted by, "-" in front for descending.
        link: of this page, to which number of the page and item are added.
    """
    remember(_SHOWN, name)
    words = session.words
    places: dict[str, int] = {}  # each text travels once
    _draw(
        key=KEY,
        data={
            "list": name,
            "turn": recall(_TURN) or 0,
            "page": page,
            "pages": pages,
            "sort": sort,
            "link": link,
            "columns": [_column(each) for each in columns],
            "sheets": [_sheet(each, places) for each in sheets],
            "texts": list(places),
            "words": {
                "caption": words("cases.list"),
                "missing": wording.MISSING,
                "sort": words("cases.sort_by"),
                **{step: words(f"cases.{step}") for step in ("first", "previous", "next", "last")},
            },
        },
        on_turn_change=_turned,
        on_sort_change=_sorted,
        on_open_change=_opened,
    )


def _column(each: Column) -> dict[str, Any]:
    return {
        "name": each.name,
        "label": each.label,
        "next": each.order,
        "kind": each.kind,
        "width": round(min(max(width_of(each.longest), width_of(each.label)) * _HALF, _WIDEST) + _PADDING, 1),
    }


def _sheet(each: Sheet, places: dict[str, int]) -> dict[str, Any]:
    """A page with the places of its texts instead of them; texts not known yet are added to those that are."""

    def place(text: str | None) -> int | None:
        return None if text is None else places.setdefault(text, len(places))

    return {
        "page": each.page,
        "reach": each.reach,
        "place": each.place,
        "ids": [place(text) for text in each.ids],
        "rows": [[place(text) for text in row] for row in each.rows],
    }


def texts(frame: pl.DataFrame, language: str) -> list[tuple[str | None, ...]]:
    """The rows of a table as texts: days as ISO dates, numbers with separators of thousands; None stays."""
    columns = [
        frame[name].dt.to_string("iso") if kind == pl.Date
        else pl.Series([value if value is None else wording.number(value, language) for value in frame[name].to_list()],
                       dtype=pl.String) if kind.is_integer()
        else frame[name]
        for name, kind in frame.schema.items()
    ]  # fmt: skip
    return list(zip(*(each.to_list() for each in columns), strict=True))


def _turned() -> None:
    """Take the page turned to, unless it was turned in a list that is gone (a callback)."""
    name, _, said = reported(KEY, "turn").partition(" ")
    turn, _, page = said.partition(" ")
    if turn.isdigit():
        remember(_TURN, int(turn))
    if name == recall(_SHOWN):
        set_value("page", page)


def _sorted() -> None:
    take("sort", KEY, "sort")
    draw_all()


def _opened() -> None:
    take("case", KEY, "open")
