"""Is what comes in forwarded the same day, and what still waits?"""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from dashboard.charts import Style
from dashboard.charts.calendar import calendar_shares
from dashboard.charts.comparison import interval_dots, tall_interval_dots
from dashboard.charts.curves import day_bands
from dashboard.charts.sketch import Sketch
from dashboard.charts.time_series import controlled_share
from dashboard.forms.entries import entry
from dashboard.forms.rebasing import limits_and_baseline
from dashboard.parts.cards import Way, one_of, over_period, show, show_way
from dashboard.parts.components import choose, empty, heading, notes, plain, title, variation
from dashboard.parts.headline_figures import Figure, change_limits, metrics, printed_share, verdict
from dashboard.parts.listings import listing
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.links import open_page
from dashboard.state.session import Session
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.views import View, forwarding
from queries.views.parts import limits_of_change

FEW = 8  # groups
OPEN_CASES = {"of": "unforwarded_count", "part": "numerator"}  # the list behind the figure, on the page of the items


def render(session: Session) -> None:
    """The rate in every reading; its course, where and when it is lower, the calendar, delays, what waits now."""
    words = session.words
    view = session.view(forwarding.headline)
    heading(session, lambda there: there.view(forwarding.headline).finding or words("forwarding.title"))
    offered = session.answer(forwarding.offered)
    waiting = session.view(forwarding.waiting)
    if not offered:
        empty(session, view)
        return
    metrics(session, _cards, key="forwarding")
    name = choose(
        session, "reading", offered, lambda each: _reading(session, each),
        label=words("forwarding.reading"),
    )  # fmt: skip
    if name == forwarding.AFTER_HOURS:
        st.caption(plain(session.answer(forwarding.closing_said)(session.language)))
        entry(session, "closing_time", key="closing")
    left, right = st.columns(2, gap="small")
    with left:
        course = session.view(forwarding.course, name)
        with st.container(border=True, key="card-course", gap="small", height="stretch"):
            variation(session, course)
            show(session, course, controlled_share, key="course", boxed=False, note=words("forwarding.course_note"))
            limits_and_baseline(session, course, "", "course")
    with right, st.container(border=True, key="card-groups", gap="small", height="stretch"):
        _groups(session, name)
    show(session, session.view(forwarding.calendar, name), calendar_shares, key="calendar",
         note=words("forwarding.calendar_note", reading=_reading(session, name)))  # fmt: skip
    left, right = st.columns(2, gap="small")
    with left:
        delays = session.view(forwarding.delays)
        show(session, delays, day_bands, key="delays", note=over_period("forwarding.delays_note"),
             table=forwarding.delay_table(delays, session.language))  # fmt: skip
    with right:
        _waiting(session, waiting)
    if len(offered) < len(forwarding.READINGS):  # why the others cannot be told
        notes(session, view.notes)


def _cards(session: Session) -> list[Figure]:
    offered = session.answer(forwarding.offered)
    rows = session.view(forwarding.headline).frame.iter_rows(named=True)
    cards = [_card(session, row) for row in rows if row["measure"] in offered]
    return [*cards, _waiting_card(session, session.view(forwarding.waiting))]


@st.fragment
def _groups(session: Session, name: str) -> None:
    """By level, channel, weekday, hour, place or office; only this card changes with the choice."""
    words = session.words
    offered = [group for group in forwarding.GROUPS if group in forwarding.CLOCK or session.snapshot.available(group)]
    ways = {
        group: Way(forwarding.by_group, _dots, over_period("forwarding.groups_note"), arguments=(name, group))
        for group in offered
    }
    by = one_of(session, "by", ways, lambda group: _group(session, group), label=words("forwarding.by"), card="groups")
    show_way(session, ways[by], "groups")


def _dots(view: View, style: Style) -> Sketch:
    """Rows with more room where there are few of them."""
    return (tall_interval_dots if view.frame.height <= FEW else interval_dots)(view, style)


def _group(session: Session, group: str) -> str:
    if group in forwarding.CLOCK:
        return session.words(f"forwarding.{group}")
    return DIMENSIONS[group].label(session.language)


def _waiting(session: Session, view: View) -> None:
    """Unforwarded items by office and age, and the way to the items themselves."""
    words = session.words
    headings = {"name": words("forwarding.office"), "items": words("forwarding.items")}
    headings |= {name: words(f"forwarding.{name}") for name in forwarding.BANDS}
    with st.container(border=True, key="card-waiting", gap="small", height="stretch"):
        if view.frame.is_empty() and view.finding:  # nothing waits: that is an answer, not an empty selection
            title(session, view.finding, words("forwarding.waiting_note"))
            return
        listing(session, view, forwarding.waiting_table(view, session.language), headings, key="waiting", boxed=False,
                note=words("forwarding.waiting_note"),
                rows=narrowing.rows(session, office=view.frame["office"]))  # fmt: skip
        if view.frame.height and st.button(words("forwarding.open"), icon=":material/list:", key="open-waiting"):
            open_page(session, "cases", {}, controls=OPEN_CASES)


def _card(session: Session, row: Mapping[str, Any]) -> Figure:
    words, language = session.words, session.language
    is_official = row["measure"] == forwarding.OFFICIAL
    value, small = wording.MISSING, [words("frame.nothing_found")]
    if row["value"] is not None:
        value, counts = printed_share(session, row["numerator"], row["denominator"], (row["lower"], row["upper"]))
        small = [counts]
        if is_official and row["signal_last_year"] is not None:
            small += change_limits(session, limits_of_change(row, "last_year"))
    if row["target"] is not None:
        small.append(words("forwarding.target", share=wording.goal(row["target"], language)))
    signal, change = row["signal_last_year"], row["change_last_year"]
    told = words("overview.last_year", change=wording.change(change, language)) if change is not None else ""
    return Figure(
        _reading(session, row["measure"]),
        value,
        change=told if is_official and signal is not None else "",
        verdict=verdict(session, signal) if is_official else "",
        signal=bool(is_official and signal),
        rising=(signal or 0) > 0,
        small_print=small,
    )


def _waiting_card(session: Session, view: View) -> Figure:
    words = session.words
    total = wording.number(forwarding.total_waiting(view), session.language)
    day = words("forwarding.waiting_day", day=wording.day(view.as_of, session.language))
    return Figure(words("forwarding.waiting"), total, small_print=[day])


def _reading(session: Session, name: str) -> str:
    return session.answer(forwarding.reading, name)(session.language)


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    session.view(forwarding.headline)
    session.view(forwarding.waiting)
    if not session.answer(forwarding.offered):
        return
    for view, chart in (
        (session.view(forwarding.course, forwarding.OFFICIAL), controlled_share),
        (session.view(forwarding.calendar, forwarding.OFFICIAL), calendar_shares),
        (session.view(forwarding.delays), day_bands),
    ):
        if view.frame.height:
            session.figure(view, chart)
    for group in ("register_level", "channel", *forwarding.CLOCK):
        if group in forwarding.CLOCK or session.snapshot.available(group):
            view = session.view(forwarding.by_group, forwarding.OFFICIAL, group)
            if view.frame.height:
                session.figure(view, _dots)


PAGE = Page(name="forwarding", order=62, render=render, icon="today", section="programmes", warm=warm)
