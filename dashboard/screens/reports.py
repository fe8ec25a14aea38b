"""Who reported on the 13th and the 28th, and what was found?"""

import streamlit as st

from dashboard.charts.matrix import status_matrix
from dashboard.forms.entries import entry, gap_filler, nothing_entered, open_asked
from dashboard.parts.cards import show
from dashboard.parts.components import card, heading, plain, title
from dashboard.parts.listings import listing
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.session import Session
from queries.views import reports

KIND = "problem_report"


def render(session: Session) -> None:
    """The newest due date and the next one; the matrix; problems by date and kind; each office."""
    words, language = session.words, session.language
    view = session.view(reports.reports)
    heading(session, view.finding or words("reports.title"))
    if not view.frame.height:
        nothing_entered(session, KIND, key="reports")
        return
    st.markdown(f":blue-badge[:material/event: {plain(session.answer(reports.deadline)(language))}]")
    left, right = st.columns([7, 5], gap="small")
    with left:
        _matrix(session)
    with right:
        _tables(session)
    _offices(session)
    with card("entry"):
        title(session, words("reports.entry_title"), words("reports.entry_note"))
        entry(session, KIND, key="reports")
    open_asked(session, KIND, key="gap")


def _matrix(session: Session) -> None:
    """Offices by due date; where a report is missing the bureau may enter it by a click."""
    words, view = session.words, session.view(reports.matrix)
    note = words("reports.matrix_note")
    if session.may_write(KIND):
        note = f"{note}{words('reports.matrix_fill')}"
    show(session, view, status_matrix, key="matrix", sentence=words("reports.matrix_title"), note=note,
         table=session.view(reports.reports).frame,
         on_click=gap_filler(session, view, KIND, "figure-matrix", ("missing",), ("office_id", "due_on")))  # fmt: skip


def _tables(session: Session) -> None:
    """Problems by due date and by kind, over the period."""
    words, language = session.words, session.language
    period = session.period
    dates, kinds = session.view(reports.by_date), session.view(reports.kinds)
    listing(
        session,
        dates,
        dates.frame,
        {name: words(f"reports.{name}") for name in ("due_on", "on_time", "late", "missing", "zero", "problems")},
        key="dates",
        note=words("reports.dates_note", period=period),
        formats={"due_on": "day"},
        quiet=True,
    )
    listing(
        session,
        kinds,
        kinds.frame,
        {
            language: words("reports.kind"),
            "items": words("reports.items"),
            "offices": words("reports.offices"),
            "value": words("reports.of_reports"),
        },
        key="kinds",
        note=words("reports.kinds_note", period=period),
        formats={"value": "percent"},
    )


def _offices(session: Session) -> None:
    """How each office reported over the period."""
    words = session.words
    offices = session.view(reports.by_office)
    names = ("name", "share", "late", "missing", "zero", "problems")
    listing(
        session,
        offices,
        reports.table(offices, session.language),
        {name: words(f"reports.{name}") for name in names},
        key="offices",
        note=words("reports.offices_note", period=session.period),
        quiet=True,
        rows=narrowing.rows(session, office=offices.frame["office"]),
    )


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    for question in (reports.reports, reports.by_date, reports.by_office, reports.kinds):
        session.view(question)
    view = session.view(reports.matrix)
    if view.frame.height:
        session.figure(view, status_matrix)


PAGE = Page(
    name="reports",
    order=64,
    render=render,
    icon="assignment_turned_in",
    section="programmes",
    warm=warm,
    on_records=True,
)
