"""Entering records where they are shown: add, change, or go where all of them are."""

from collections.abc import Sequence

import streamlit as st

from dashboard.forms.record_form import add_record, pick_record
from dashboard.state.session import Session, open_page
from queries.records.kinds import kind_of
from queries.records.write import RecordId


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
