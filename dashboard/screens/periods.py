"""Was somebody on duty every day of a special period, what came, and was it more than usual?"""

import streamlit as st

from dashboard.charts.matrix import status_matrix
from dashboard.charts.ratios import usual_ratios
from dashboard.forms.entries import entry, gap_filler, nothing_entered, open_asked
from dashboard.parts.cards import show
from dashboard.parts.components import card, choose, heading, notes, title
from dashboard.parts.listings import listing
from dashboard.screens import Page
from dashboard.state.session import Session
from queries.views import periods

ROSTER = "reception_day"
GAPS = ("unknown", "absent")
OVERVIEW = ("name", "kind", "dates", "days", "duty", "settled", "count", "expected", "verdict")


def render(session: Session) -> None:
    """All periods, petitions against usual; then one of them day by day and place by place."""
    words, language = session.words, session.language
    view = session.view(periods.overview)
    heading(session, view.finding or words("periods.title"))
    if not view.frame.height:
        notes(session, view.notes)
        nothing_entered(session, "special_period", key="periods")
        return
    with st.container(border=True, key="card-periods", gap="small"):
        headings = {name: words(f"periods.{name}") for name in OVERVIEW}
        listing(session, view, periods.table(view, language), headings, key="overview", boxed=False,
                sentence=words("periods.overview_title"), note=words("periods.overview_note"),
                formats={"expected": "decimal"})  # fmt: skip
        entry(session, "special_period", key="periods")
    names = {each.key: each.name(language) for each in session.answer(periods.listed)}
    key = choose(session, "at", list(names), names.__getitem__, label=words("periods.at"), menu=True)
    left, right = st.columns([7, 5], gap="small")
    with left:
        matrix = session.view(periods.matrix, key)
        note = words("periods.matrix_note")
        if session.may_write(ROSTER):
            note = f"{note}{words('periods.matrix_fill')}"
        show(session, matrix, status_matrix, key="matrix", note=note,
             on_click=gap_filler(session, matrix, ROSTER, "figure-matrix", GAPS, ("place_code", "day")),
             table=periods.roster_table(session.view(periods.coverage, key), language))  # fmt: skip
        show(session, view, usual_ratios, key="usual", sentence=words("periods.usual_title"),
             note=words("periods.usual_note"))  # fmt: skip
    with right:
        _receptions(session, key)
    with card("entry"):
        title(session, words("periods.entry_title"), words("periods.entry_note"))
        entry(session, ROSTER, key="roster", ids=session.answer(periods.roster_ids, key))
    open_asked(session, ROSTER, key="gap")


def _receptions(session: Session, key: str) -> None:
    words = session.words
    view = session.view(periods.receptions, key)
    names = ("place", "days_on_duty", "received", "settled_share")
    listing(session, view, periods.reception_table(view, session.language),
            {name: words(f"periods.{name}") for name in names}, key="receptions",
            note=words("periods.receptions_note"))  # fmt: skip


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    view = session.view(periods.overview)
    if not view.frame.height:
        return
    session.figure(view, usual_ratios)
    newest = session.answer(periods.listed)[0].key
    session.view(periods.coverage, newest)
    session.view(periods.receptions, newest)
    session.figure(session.view(periods.matrix, newest), status_matrix)


PAGE = Page(
    name="periods", order=63, render=render, icon="event_available", section="programmes", warm=warm, on_records=True
)
