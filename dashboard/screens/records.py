"""What does the bureau keep, and what is to be entered or put right?"""

import streamlit as st

from dashboard.forms.record_exchange import record_files, record_import
from dashboard.forms.record_form import record_table
from dashboard.parts.components import card, choose, heading, title
from dashboard.screens import Page
from dashboard.state.session import Session
from queries import wording
from queries.records.kinds import KINDS

ENTERED = tuple(name for name, kind in KINDS.items() if kind.page not in ("views", "wall"))
"""Kinds kept here; saved views and slides are kept on the pages that use them."""
IN_FORCE, WITHDRAWN = "in_force", "withdrawn"


def render(session: Session) -> None:
    """The kind, then its records in force or withdrawn, each to be opened; files to take along and to read."""
    words, language = session.words, session.language
    above = st.container()
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        kind = choose(
            session, "kind", ENTERED, lambda name: KINDS[name].label(language), label=words("records.kind"), menu=True
        )
        state = choose(
            session,
            "state",
            (IN_FORCE, WITHDRAWN),
            lambda name: words(f"records.{name}"),
            label=words("records.state_of"),
        )
    count = session.snapshot.records.rows(kind).height
    with above:
        label = KINDS[kind].label(language)
        heading(session, words("records.headline", kind=label, count=wording.number(count, language)))
    with card("records"):
        title(session, KINDS[kind].label(language), words("records.note"))
        record_table(session, kind, key="entry", withdrawn=state == WITHDRAWN)
    left, right = st.columns((2, 3), gap="small")
    with left:
        record_files(session, kind, ENTERED, key="entry")
    with right:
        record_import(session, session.import_desk, key="entry")


PAGE = Page(
    name="records", order=68, render=render, icon="edit_note", filtered=False, section="programmes", bureau_only=True
)
