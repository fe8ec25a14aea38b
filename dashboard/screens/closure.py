"""Are petitions closed, and in time?"""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from dashboard.charts import distribution, time_to_event
from dashboard.charts.comparison import interval_dots
from dashboard.charts.time_series import controlled_share, monthly_shares
from dashboard.forms.rebasing import limits_and_baseline
from dashboard.parts.components import choose, empty, heading, show, table, variation
from dashboard.parts.headline_figures import Figure, deadline, metrics
from dashboard.screens import Page
from dashboard.state import narrowing
from dashboard.state.session import Session
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.views import closure, time_to_close


def render(session: Session) -> None:
    """Deadlines first, then the course, the open items, the days taken, and who stands out."""
    deadlines = session.view(closure.deadlines)
    ages = session.view(closure.ages)
    heading(session, deadlines.finding or ages.finding or session.words("closure.title"))
    if deadlines.frame.height:
        metrics(session, [_card(session, *row) for row in deadlines.frame.iter_rows()], key="deadlines")
    else:
        empty(session, deadlines)
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, key="card-months", gap="small", height="stretch"):
        _course(session)
    with right:
        flow = session.view(time_to_close.flow)
        extra = (flow.finding,) if flow.finding else ()
        show(session, replace(ages, notes=(*ages.notes, *extra)), distribution.ages, key="ages",
             note=session.words("closure.ages_note"))  # fmt: skip
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
    ways = {"shares": closure.by_month, "on_time": closure.on_time_course, "volume": closure.volume_course}
    way = choose(session, "course", list(ways), lambda name: words(f"closure.course_{name}"),
                 label=words("closure.course"))  # fmt: skip
    view = session.view(ways[way])
    if way == "shares":
        show(session, view, monthly_shares, key="months", boxed=False, note=words("closure.months_note"))
        return
    variation(session, view)
    cohort = view.measures[0].cohort.label(session.language)
    show(session, view, controlled_share, key=f"months-{way}", boxed=False,
         note=words("closure.course_limits_note", cohort=cohort))  # fmt: skip
    limits_and_baseline(session, view, "", way)


@st.fragment
def _how_long(session: Session) -> None:
    """How long closing takes, in one of three ways; only this card changes with the choice."""
    words = session.words
    period = wording.period(session.filters.start, session.filters.end, session.language)
    ways = {
        "curve": (time_to_close.closing, time_to_event.closing_curve, words("closure.curve_note", period=period)),
        "months": (
            time_to_close.closing_by_month,
            time_to_event.closing_by_month,
            words("closure.closing_months_note"),
        ),
        "closed": (closure.days_taken, distribution.days_taken, words("closure.days_note", period=period)),
    }
    way = choose(session, "days", list(ways), lambda name: words(f"closure.how_long_{name}"),
                 label=words("closure.how_long"))  # fmt: skip
    question, chart, note = ways[way]
    show(session, session.view(question), chart, key=f"days-{way}", boxed=False, note=note)


@st.fragment
def _groups(session: Session, offered: Sequence[str]) -> None:
    """Who stands out, by the breakdown chosen; only this card changes with the choice."""
    by = choose(session, "by", offered, lambda name: DIMENSIONS[name].label(session.language),
                label=session.words("closure.by"))  # fmt: skip
    view = session.view(closure.groups, by)
    show(session, view, interval_dots, key="groups", boxed=False, note=session.words("closure.groups_note"))
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


def _card(session: Session, horizon: str, items: int) -> Figure:
    which = {"of": "overdue_count"} if horizon == "overdue" else {"due": horizon}
    return replace(deadline(session, horizon, items), cases=which | {"period": "all"})


PAGE = Page(name="closure", order=10, render=render, icon="task_alt", warm=warm)
