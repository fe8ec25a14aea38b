"""What became of the old matters assigned in batches, and what waits on whom?"""

import streamlit as st

from dashboard.charts.concentration import ladder
from dashboard.charts.curves import event_curve
from dashboard.charts.ratios import reported_and_recognised
from dashboard.charts.time_to_event import backflow_curve
from dashboard.forms.entries import entry, nothing_entered
from dashboard.parts.cards import Way, one_of, show, show_way
from dashboard.parts.components import heading, notes
from dashboard.parts.listings import listing
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.session import Session
from queries.dimensions import DIMENSIONS
from queries.views import batches

KIND = "backlog_item"
COUNTS = ("assigned", "named", "reported", "under_review", "recognised", "returned", "not_stated", "reflowed",
          "excluded")  # fmt: skip
ITEM_DAYS = ("assigned_on", "reported_on", "reviewed_on", "reflow_on")


def render(session: Session) -> None:
    """The ladder, both shares by group, how long it takes and whether it lasts, what waits on whom, each item."""
    words = session.words
    whole = session.view(batches.ladder)
    heading(session, whole.finding or words("batches.title"))
    if not whole.frame.height:
        nothing_entered(session, KIND, key="batches")
        notes(session, whole.notes)
        return
    left, right = st.columns(2, gap="small")
    with left:
        show(session, session.view(batches.rungs), ladder, key="ladder", sentence=words("batches.ladder_title"),
             note=words("batches.ladder_note"))  # fmt: skip
    with right:
        _shares(session)
        _waiting(session)
    left, right = st.columns(2, gap="small")
    with left:
        show(session, session.view(batches.to_recognition), event_curve, key="recognition",
             note=words("batches.recognition_note"))  # fmt: skip
    with right:
        show(session, session.view(batches.no_reflow), backflow_curve, key="reflow", note=words("batches.reflow_note"))
    _items(session)


@st.fragment
def _shares(session: Session) -> None:
    """Reported and recognised side by side, for the breakdown chosen."""
    words, language = session.words, session.language
    with st.container(border=True, key="card-shares", gap="small", height="stretch"):
        title, note = words("batches.shares_title"), words("batches.shares_note")
        ways = {
            name: Way(batches.shares, reported_and_recognised, note, title, arguments=(name,))
            for name in batches.GROUPS
        }
        by = one_of(session, "by", ways, lambda name: DIMENSIONS[name].label(language), label=words("batches.by"),
                    card="shares")  # fmt: skip
        view = session.view(batches.ladder, by)
        figures = batches.table(view, language)
        show_way(session, ways[by], "shares", table=figures)
        headings = {"name": DIMENSIONS[by].label(language)} | {name: words(f"batches.{name}") for name in COUNTS}
        with st.expander(words("batches.table")):
            listing(
                session,
                view,
                figures,
                headings,
                key="ladder-table",
                boxed=False,
                quiet=True,
                sentence="",
                rows=narrowing.rows(session, **{by: view.frame[by]}) if by != "batch" else (),
            )


def _waiting(session: Session) -> None:
    words = session.words
    view = session.view(batches.waiting)
    headings = {
        name: words(f"batches.{name}")
        for name in ("waits_on", "state", "items", "median_days", "median_limits", "longest_days")
    }
    listing(session, view, batches.waiting_table(view, session.language), headings, key="waiting",
            note=words("batches.waiting_note"), formats={"median_days": "half"}, quiet=True)  # fmt: skip


def _items(session: Session) -> None:
    """Every item with its dates, longest waiting first within a batch; to be changed below the table.

    Offices see the counts alone: an item may be a complaint about officials.
    """
    if session.viewer.kind != "bureau":
        return
    words = session.words
    view = session.view(batches.items)
    names = ("batch", "item_id", "state", "waits_on", "waiting_days", "place", "office", "lead_post", *ITEM_DAYS)
    headings = {name: words(f"batches.{name}") for name in names}
    with st.container(border=True, key="card-items", gap="small"):
        listing(session, view, batches.item_table(view, session.language), headings, key="items", boxed=False,
                sentence=words("batches.items_title"), note=words("batches.items_note"),
                formats={**dict.fromkeys(ITEM_DAYS, "day"), "state": "words", "waits_on": "words"})  # fmt: skip
        entry(session, KIND, key="batches", ids=view.frame["item_id"].to_list())


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    whole = session.view(batches.ladder)
    session.view(batches.items)
    session.view(batches.waiting)
    if not whole.frame.height:
        return
    for view, chart in (
        (session.view(batches.rungs), ladder),
        (session.view(batches.shares, "batch"), reported_and_recognised),
        (session.view(batches.to_recognition), event_curve),
        (session.view(batches.no_reflow), backflow_curve),
    ):
        if view.frame.height:
            session.figure(view, chart)


PAGE = Page(name="batches", order=61, render=render, icon="stairs", section="programmes", warm=warm, on_records=True)
