"""Entering records where they are shown: add, change, fill a gap, or go where all of them are."""

from collections.abc import Callable, Container, Sequence
from datetime import date
from functools import partial

import polars as pl
import streamlit as st

from dashboard.forms.record_form import add_record, open_record, pick_record
from dashboard.state import narrowing
from dashboard.state.controls import clicked
from dashboard.state.links import open_page
from dashboard.state.session import Session, recall, remember
from queries.records.kinds import kind_of
from queries.records.write import RecordId
from queries.views import View, records


def entry(session: Session, kind: str, *, key: str, ids: Sequence[RecordId] | None = None) -> None:
    """One line: a button for a new record, and one of those shown to change.

    Args:
        ids: which records can be chosen, in this order; None: all, newest first.

    Records are kept by the bureau: for an office there is nothing here.
    """
    if session.viewer.kind != "bureau":
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key=f"entry-{key}"):
        add_record(session, kind, key=key)
        pick_record(session, kind, ids, key=key)


def gap_filler(
    session: Session, view: View, kind: str, figure: str, gaps: Container[str], names: tuple[str, str]
) -> Callable[[], None]:
    """What a click in a `charts.matrix` does: a gap asks for its record (`open_asked`), any other mark narrows.

    Args:
        figure: key of the figure.
        gaps: statuses of the marks for which something is to be entered.
        names: fields of the kind that hold the row and the day of a mark.
    """
    return partial(_filled, session, view, kind, figure, gaps, names)


def _filled(session: Session, view: View, kind: str, figure: str, gaps: Container[str], names: tuple[str, str]) -> None:
    data = clicked(figure).get("customdata") or ["", ""]
    row, day = str(data[0]), str(data[-1])
    cells = view.frame.filter(pl.col(view.by[0]) == row, pl.col("column").cast(pl.String) == day)
    if cells.height and cells["status"][0] in gaps and session.may_write(kind):
        remember(f"asked-{kind}", dict(zip(names, (row, date.fromisoformat(day)), strict=True)))
    else:
        narrowing.click(session, view, figure)


def open_asked(session: Session, kind: str, *, key: str) -> None:
    """Open what the last click on a gap asked for: the record where there is one, else a form that says which."""
    content = recall(f"asked-{kind}")
    if content:
        remember(f"asked-{kind}", None)
        # a form for every gap: what was written for one never stands in the form of the next
        form = "-".join([key, *map(str, content.values())])
        open_record(session, kind, records.same(session.snapshot, kind, content), key=form, content=content)


def nothing_entered(session: Session, kind: str, *, key: str) -> None:
    """Where a kind has no records: how to enter or import some."""
    words, found = session.words, kind_of(kind)
    if session.viewer.kind != "bureau":
        st.info(words("entry.none_yet", kind=found.label(session.language)), icon=":material/edit_note:")
        return
    st.info(words("entry.none", kind=found.label(session.language)), icon=":material/edit_note:")
    with st.container(horizontal=True, gap="small"):
        add_record(session, kind, key=f"first-{key}")
        if st.button(words("entry.all"), icon=":material/list:", key=f"all-{key}"):
            open_page(session, "records", {}, controls={"kind": kind})
