"""Are there more petitions of one kind in one place than usual?"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from dashboard.charts.signals import against_usual
from dashboard.charts.signals import course as course_chart
from dashboard.parts.cards import Way, one_of, show, show_way
from dashboard.parts.components import empty, heading, notes, plain, table, title
from dashboard.parts.plot import plot
from dashboard.screens import Page
from dashboard.state.links import open_page
from dashboard.state.session import Session
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.views import View, signals
from queries.views.watching import watch

BREAKDOWNS = {"topic_l1": signals.topics_now, "place": signals.places_now}
CARDS = 4  # signals drawn; all of them are in the table
FEW = 2  # signals: beside every topic or place there is room for their table too
CARD_WIDTHS = (5, 6)  # words, course
PAGE_WIDTHS = (7, 5)  # signals, every topic or place


def render(session: Session) -> None:
    """How many signals there are and how many to expect by chance; each with its course; everything in its range."""
    view = session.view(signals.signals)
    heading(session, view.finding or session.words("signals.title"))
    watched = session.answer(watch)
    if not watched.levels:
        empty(session, view)
        return
    language = session.language
    start, end = (wording.day(day, language) for day in watched.window)
    st.caption(plain(session.words("signals.lead", start=start, end=end)))
    if view.frame.is_empty():
        _nothing(session)
        notes(session, view.notes)
        return
    left, right = st.columns(PAGE_WIDTHS, gap="small")
    with left:
        for index, row in enumerate(view.frame.head(CARDS).iter_rows(named=True)):
            _signal(session, row, index)
        st.caption(plain(session.words("signals.course_note")))
        notes(session, view.notes)
        if view.frame.height <= FEW:
            _table(session, view)
    with right:
        _now(session)
    if view.frame.height > FEW:
        _table(session, view)


def _nothing(session: Session) -> None:
    """In so many words, and every topic and place in its range to see it by."""
    st.info(plain(session.words("signals.none")), icon=":material/check_circle:")
    offered = [name for name in BREAKDOWNS if session.snapshot.available(name)]
    for column, name in zip(st.columns(len(offered), gap="small"), offered, strict=True):
        with column:
            show(session, session.view(BREAKDOWNS[name]), against_usual, key=f"now-{name}", note=_note(session, name))


def _signal(session: Session, row: Mapping[str, Any], index: int) -> None:
    """One rise: where, how much, since when, what another method says, its course, and the way to its items."""
    words, language = session.words, session.language
    view = session.view(signals.course, index)
    with st.container(border=True, key=f"card-signal-{index}", gap="small"):
        said, drawn = st.columns(CARD_WIDTHS, gap="small", vertical_alignment="center")
        with said, st.container(gap=None):
            st.markdown(f"## {plain(signals.name_of(row)(language))}")
            st.markdown(f":orange-badge[◆ {words('signals.signal')}] {plain(signals.described(row)(language))}")
            st.caption(plain(_since(session, row)))
            upper = wording.items(row["farrington_upper"], language)
            st.caption(plain(words(f"signals.farrington_{row['farrington']}", upper=upper)))
            lists = session.cases is not None  # whether this reader may see items one by one
            if st.button(
                words("signals.open"), key=f"open-signal-{index}", icon=":material/filter_alt:", type="tertiary",
                help=words("signals.open_help" if lists else "signals.open_help_overview"),
            ):  # fmt: skip
                _open(session, row)
        with drawn:
            alt = f"{signals.name_of(row)(language)}: {signals.described(row)(language)}"
            plot(session, session.figure(view, course_chart), key=f"figure-signal-{index}", alt=alt)


def _open(session: Session, row: Mapping[str, Any]) -> None:
    """The items of a signal; the overview of them where the reader may not see items one by one."""
    lists = session.cases is not None
    controls = {"of": "registered_count", "part": "numerator"} if lists else {}
    window = session.answer(watch).window
    open_page(session, "cases" if lists else "overview", signals.items_of(row), period=window, controls=controls)


def _since(session: Session, row: Mapping[str, Any]) -> str:
    language = session.language
    since = partial(
        session.words, day=wording.day(row["since"], language), weeks=wording.number(row["weeks"], language)
    )
    if row["repeats"] is None:
        return since("signals.since")
    return since("signals.since_repeats", repeats=wording.items(row["repeats"], language))


@st.fragment
def _now(session: Session) -> None:
    """Every topic, or every place, beside its usual range."""
    words = session.words
    offered = [name for name in BREAKDOWNS if session.snapshot.available(name)]
    with st.container(border=True, key="card-now", gap="small", height="stretch"):
        ways = {name: Way(BREAKDOWNS[name], against_usual, partial(_note, by=name)) for name in offered}
        by = one_of(session, "by", ways, lambda name: DIMENSIONS[name].label(session.language),
                    label=words("signals.now_by"), card="now")  # fmt: skip
        show_way(session, ways[by], "now")


def _note(session: Session, by: str) -> str:
    note = session.words("signals.now_note")
    if session.view(BREAKDOWNS[by]).frame.height < signals.MOST_GROUPS:
        return note
    return session.words("signals.now_note_some", note=note, count=signals.MOST_GROUPS)


def _table(session: Session, view: View) -> None:
    words = session.words
    with st.container(border=True, key="card-all", gap="small"):
        frame = signals.listed(view.frame, session.language, lambda name: words(f"signals.verdict_{name}"))
        columns = ("place", "topic", "seen", "expected", "excess", "times", "since", "chance", "farrington")
        title(session, words("signals.all_title"), words("signals.all_note"))
        table(session, frame, {name: words(f"signals.table_{name}") for name in columns}, key="signals",
              decimals=("expected", "excess"),
              opens=lambda at: _open(session, view.frame.row(at, named=True)))  # fmt: skip


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    view = session.view(signals.signals)
    for index in range(min(view.frame.height, CARDS)):
        session.figure(session.view(signals.course, index), course_chart)
    now = session.view(signals.topics_now)
    if now.frame.height:
        session.figure(now, against_usual)


PAGE = Page(name="signals", order=50, render=render, icon="notifications_active", warm=warm)
