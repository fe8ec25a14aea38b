"""Is what was found put right, and are the listed matters closed in time?"""

import streamlit as st

from dashboard.charts.curves import day_bands, event_curve
from dashboard.forms.entries import entry, nothing_entered
from dashboard.forms.record_form import open_record
from dashboard.parts.cards import show
from dashboard.parts.components import choose, heading
from dashboard.parts.listings import listing
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.session import Session, recall, remember
from queries.views import View, supervision

KINDS = ("rectification_item", "supervision_item")
MATTER = ("state", "kind", "matter", "office", "owner_post", "due_on", "closed_on", "days_over", "plan",
          "opened_on", "evidence")  # fmt: skip
OFFICE = ("name", "items", "closed", "closed_late", "open", "overdue", "longest_over", "median_days",
          "median_limits")  # fmt: skip
DAYS = ("opened_on", "due_on", "closed_on")


def render(session: Session) -> None:
    """One list of findings and listed matters; how overdue, how long to close, who owes what."""
    words, language = session.words, session.language
    above = st.container()
    offered = session.answer(supervision.kinds)
    if len(offered) == 1:
        with above:
            heading(session, words("supervision.title"))
        for kind in KINDS:
            nothing_entered(session, kind, key=kind)
        return
    kind = choose(session, "kind", offered, lambda name: _kind(session, name), label=words("supervision.kind"))
    view = session.view(supervision.matters, kind)
    with above:
        heading(session, view.finding or words("supervision.title"))
    left, right = st.columns(2, gap="small")
    with left:
        show(session, session.view(supervision.ages, kind), day_bands, key="ages", note=words("supervision.ages_note"))
    with right:
        show(session, session.view(supervision.closing_time, kind), event_curve, key="closing",
             note=words("supervision.closing_note"))  # fmt: skip
    _matters(session, view)
    offices = session.view(supervision.by_office, kind)
    listing(session, offices, supervision.office_table(offices, language),
            {name: words(f"supervision.{name}") for name in OFFICE}, key="offices",
            sentence=words("supervision.offices_title"), note=words("supervision.offices_note"),
            formats={"median_days": "half"}, quiet=True,
            rows=narrowing.rows(session, office=offices.frame["office_id"]))  # fmt: skip


def _matters(session: Session, view: View) -> None:
    """Every finding and matter; offices see the counts alone, as one may be a complaint about officials."""
    words, language = session.words, session.language
    if session.viewer.kind != "bureau":
        return
    records = view.frame.select("table", "record_id").rows()
    with st.container(border=True, key="card-matters", gap="small"):
        listing(session, view, supervision.table(view, language),
                {name: words(f"supervision.{name}") for name in MATTER}, key="matters", boxed=False,
                sentence=words("supervision.matters_title"), note=words("supervision.matters_note"),
                formats=dict.fromkeys(DAYS, "day"),
                picked=lambda row: remember("matter", records[row]))  # fmt: skip
        if (chosen := recall("matter")) and session.may_write(chosen[0]):
            open_record(session, *chosen, key=chosen[0])
        remember("matter", None)
        for each in KINDS:  # as in the list, the most urgent first
            entry(session, each, key=each, ids=view.frame.filter(table=each)["record_id"].to_list())


def _kind(session: Session, name: str) -> str:
    if name == supervision.ALL:
        return session.words("supervision.all")
    return supervision.kind_label(name)(session.language)


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    session.view(supervision.matters, supervision.ALL)
    session.view(supervision.by_office, supervision.ALL)
    for question, chart in ((supervision.ages, day_bands), (supervision.closing_time, event_curve)):
        view = session.view(question, supervision.ALL)
        if view.frame.height:
            session.figure(view, chart)


PAGE = Page(name="supervision", order=65, render=render, icon="rule", section="programmes", warm=warm, on_records=True)
