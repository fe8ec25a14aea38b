"""Tables on cards: what a page lists, with its finding, its notes and its download, like a figure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

import polars as pl
import streamlit as st

from dashboard.parts.components import empty, notes, title
from dashboard.parts.take_away import Card, take_away
from dashboard.state import narrowing
from dashboard.state.session import Session
from queries import wording
from queries.views import View
from queries.vocabulary import Text

DAY_WIDTH, WORDS_WIDTH = 90, 132  # CSS pixels of a date, of a few words
MEASURED = 10  # rows by which Streamlit sets the width of a column
LETTER, PADDING, WIDEST = 6.6, 20, 320  # CSS pixels of half a Chinese character, beside a text, of a column
Format = Literal["whole", "percent", "decimal", "half", "day", "words", "long"]
_FORMATS: Mapping[Format, Any] = {
    "whole": lambda heading: st.column_config.NumberColumn(heading, format="localized"),
    "percent": lambda heading: st.column_config.NumberColumn(heading, format="%.1f%%"),
    "decimal": lambda heading: st.column_config.NumberColumn(heading, format="%.1f"),
    "half": lambda heading: st.column_config.NumberColumn(heading, format="%g"),
    "day": lambda heading: st.column_config.DateColumn(heading, format="YYYY-MM-DD", width=DAY_WIDTH),
    "words": lambda heading: st.column_config.TextColumn(heading, width=WORDS_WIDTH),
    "long": lambda heading: st.column_config.TextColumn(heading, width="large"),
}
MOST = 14  # rows: a city and its townships shown without scrolling
HEIGHT = 530  # CSS pixels of a longer table


def listing(
    session: Session,
    view: View,
    frame: pl.DataFrame,
    headings: Mapping[str, str],
    *,
    key: str,
    note: str = "",
    sentence: Text | str | None = None,
    formats: Mapping[str, Format] | None = None,
    boxed: bool = True,
    quiet: bool = False,
    rows: Sequence[narrowing.Row] = (),
    picked: Callable[[int], None] | None = None,
) -> None:
    """A frame as a table on a card; where it has no rows, the view's reasons.

    Args:
        frame: the view's rows for reading; the download has the same rows under the same headings.
        headings: column to heading; also the order of the columns.
        key: stable name of the card on its page.
        sentence: the heading, instead of the view's finding.
        formats: of columns that are not plain text or whole numbers; "percent" of shares 0 to 1.
        quiet: without the view's notes, which then stand elsewhere on the page.
        rows: what each row stands for (`narrowing.rows`); a click on it narrows the page to that.
        picked: what a click on a row does instead, called with its number (a callback).
    """
    headings = {name: wording.capital(heading) for name, heading in headings.items()}
    shown = frame.select(list(headings))
    finding = sentence if sentence is not None else view.finding
    with st.container(
        border=boxed, key=f"card-{key}" if boxed else None, gap="small", height="stretch" if boxed else "content"
    ):
        with st.container(horizontal=True, gap="small", vertical_alignment="top"):
            title(session, finding, note)
            if shown.height:
                files = shown.rename(dict(headings))
                take_away(session, view, Card(key, "", has_chart=False, figures=files))
        if shown.is_empty():
            empty(session, view)
            return
        made: dict[str, Format] = {name: "whole" for name in headings if shown.schema[name].is_integer()}
        made |= formats or {}
        scaled = [pl.col(name) * 100 for name, form in made.items() if form == "percent"]
        st.dataframe(
            shown.with_columns(scaled),
            column_config={
                name: _FORMATS[made[name]](heading)
                if name in made
                else st.column_config.Column(heading, width=_width(shown[name]))
                for name, heading in headings.items()
            },
            hide_index=True,
            key=f"table-{key}",
            height="content" if shown.height <= MOST else HEIGHT,
            alt=session.words("frame.table_of", names="、".join(headings.values())),
            placeholder=wording.MISSING,
            **narrowing.by_row(session, rows, f"table-{key}", picked),
        )
        if any(rows):
            st.caption(session.words("frame.rows_narrow"))
        if not quiet:
            notes(session, view.notes)


def _width(cells: pl.Series) -> int | None:
    """CSS pixels of a column whose longest text lies below the rows that are measured by themselves; None of others."""
    if cells.dtype != pl.String:
        return None
    rooms = [len((text or "").encode("gb18030")) for text in cells]
    longest = max(rooms, default=0)
    if longest <= max(rooms[:MEASURED], default=0):
        return None
    return min(WIDEST, round(longest * LETTER) + PADDING)
