"""What is each measure held to, and where does it stand?"""

import streamlit as st

from dashboard.charts.comparison import tall_interval_dots
from dashboard.charts.target_spans import target_spans
from dashboard.forms.record_form import record_table
from dashboard.parts.cards import show
from dashboard.parts.components import card, heading, table, title
from dashboard.screens import Page
from dashboard.state.session import Session
from queries.views import targets

COLUMNS = ("name", "target", "value", "counts", "interval", "gap", "verdict", "period", "source")


def render(session: Session) -> None:
    """Targets in force beside the figures, all of them over time, and the form."""
    words = session.words
    view = session.view(targets.held)
    heading(session, view.finding or words("targets.title"))
    if view.frame.height:
        left, right = st.columns(2, gap="small")
        with left:
            show(session, session.view(targets.shares), tall_interval_dots, key="held",
                 sentence=words("targets.held"), note=words("targets.held_note"),
                 table=targets.table(view, session.language))  # fmt: skip
        with right:
            show(session, session.view(targets.timeline), target_spans, key="spans",
                 sentence=words("targets.spans"), note=words("targets.spans_note"))  # fmt: skip
        with card("standing"):
            title(session, words("targets.table"), words("targets.table_note"))
            headings = {name: words(f"targets.column_{name}") for name in COLUMNS}
            table(session, targets.table(view, session.language), headings, key="targets")
    else:
        st.info(words("targets.none"), icon=":material/info:")
    with card("entry"):
        title(session, words("targets.entry"), words("targets.entry_note"))
        if session.viewer.kind == "bureau":
            record_table(session, "target", key="targets")


def warm(session: Session) -> None:
    """The views the page opens with."""
    for question in (targets.held, targets.shares, targets.timeline):
        session.view(question)


PAGE = Page(
    name="targets",
    order=66,
    render=render,
    icon="flag",
    filtered=False,
    section="programmes",
    bureau_only=True,
    warm=warm,
)
