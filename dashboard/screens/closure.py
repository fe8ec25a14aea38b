"""Are petitions closed, and in time?"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from dashboard.charts import distribution, time_to_event
from dashboard.charts.comparison import interval_dots
from dashboard.charts.time_series import controlled_share, monthly_shares
from dashboard.forms.rebasing import limits_and_baseline
from dashboard.parts.cards import Way, one_of, over_period, show, show_way
from dashboard.parts.components import empty, heading, table, variation
from dashboard.parts.headline_figures import Figure, deadline, metrics
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.session import Session
from queries.dimensions import DIMENSIONS
from queries.measures import measure
from queries.views import closure, time_to_close
from queries.vocabulary import Text


def render(session: Session) -> None:
    """Deadlines first, then the course, the open items, the days taken, and who stands out."""
    deadlines = session.view(closure.deadlines)
    ages = session.view(closure.ages)
    heading(session, _headline)
    if deadlines.frame.height:
        metrics(session, _deadlines, key="deadlines")
    else:
        empty(session, deadlines)
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, key="card-months", gap="small", height="stretch"):
        _course(session)
    with right:
        show(session, ages, distribution.ages, key="ages", note=session.words("closure.ages_note"), more=_flow)
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, key="card-days", gap="small", height="stretch"):
        _how_long(session)
    offered = [name for name in closure.BREAKDOWNS if session.snapshot.available(name)]
    if offered:
        with right, st.container(border=True, key="card-groups", gap="small", height="stretch"):
            _groups(session, offered)


@st.fragment
def _course(session: Session) -> None:
    """Month by month: both rates, the on-time rate or the registrations with their limits; only this card changes."""
    words = session.words
    ways = {
        "shares": Way(closure.by_month, monthly_shares, words("closure.months_note")),
        "on_time": Way(closure.on_time_course, controlled_share, partial(_of_cohort, "on_time_reply_rate")),
        "volume": Way(closure.volume_course, controlled_share, partial(_of_cohort, "registered_count")),
    }
    name = one_of(session, "course", ways, lambda name: words(f"closure.course_{name}"), label=words("closure.course"),
                  card="months")  # fmt: skip
    way = ways[name]
    if name == "shares":
        show_way(session, way, "months")
        return
    view = way.asked(session)
    variation(session, view)
    show_way(session, way, "months")
    limits_and_baseline(session, view, "", name)


def _of_cohort(name: str, session: Session) -> str:
    return session.words("closure.course_limits_note", cohort=measure(name).cohort.label(session.language))


@st.fragment
def _how_long(session: Session) -> None:
    """How long closing takes, in one of three ways; only this card changes with the choice."""
    words = session.words
    months = words("closure.closing_months_note")
    ways = {
        "curve": Way(time_to_close.closing, time_to_event.closing_curve, over_period("closure.curve_note")),
        "months": Way(time_to_close.closing_by_month, time_to_event.closing_by_month, months),
        "closed": Way(closure.days_taken, distribution.days_taken, over_period("closure.days_note")),
    }
    way = one_of(session, "days", ways, lambda name: words(f"closure.how_long_{name}"), label=words("closure.how_long"),
                 card="days")  # fmt: skip
    show_way(session, ways[way], "days")


@st.fragment
def _groups(session: Session, offered: Sequence[str]) -> None:
    """Who stands out, by the breakdown chosen; only this card changes with the choice."""
    note = session.words("closure.groups_note")
    ways = {name: Way(closure.groups, interval_dots, note, arguments=(name,)) for name in offered}
    by = one_of(session, "by", ways, lambda name: DIMENSIONS[name].label(session.language),
                label=session.words("closure.by"), card="groups")  # fmt: skip
    show_way(session, ways[by], "groups")
    if st.toggle(session.words("closure.table"), key="closure-all-figures"):  # a closed table costs nothing
        figures = session.view(closure.table, by)
        table(session, closure.printed(figures, session.language), {
            "name": DIMENSIONS[by].label(session.language),
            **{name: session.words(f"closure.column_{name}") for name in closure.PRINTED},
        }, shares=closure.SHARES, decimals=("days_to_close",), key="closure-table",
           rows=narrowing.rows(session, **{by: figures.frame["key"]}))  # fmt: skip


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    session.figure(session.view(closure.by_month), monthly_shares)
    session.view(closure.deadlines)
    for view, chart in ((closure.ages, distribution.ages), (time_to_close.closing, time_to_event.closing_curve)):
        found = session.view(view)
        if found.frame.height:
            session.figure(found, chart)
    if session.snapshot.available("place"):
        session.figure(session.view(closure.groups, "place"), interval_dots)


def _headline(session: Session) -> Text | str:
    found = (session.view(view).finding for view in (closure.deadlines, closure.ages))
    return next(filter(None, found), session.words("closure.title"))


def _flow(session: Session) -> list[Text]:
    finding = session.view(time_to_close.flow).finding
    return [finding] if finding else []


def _deadlines(session: Session) -> list[Figure]:
    return [_card(session, *row) for row in session.view(closure.deadlines).frame.iter_rows()]


def _card(session: Session, horizon: str, items: int) -> Figure:
    which = {"of": "overdue_count"} if horizon == "overdue" else {"due": horizon}
    return replace(deadline(session, horizon, items), cases=which | {"period": "all"})


PAGE = Page(name="closure", order=10, render=render, icon="task_alt", warm=warm)
