"""How is the city doing, and where should I look next?

A laptop shows the figures and the first two charts, a large screen the whole page.
"""

from functools import partial

import streamlit as st

from dashboard.charts import Chart
from dashboard.charts.comparison import interval_dots
from dashboard.charts.distribution import ages
from dashboard.charts.gap import low_dumbbell
from dashboard.charts.time_series import controlled_share
from dashboard.parts.briefing_menu import briefing_menu
from dashboard.parts.cards import Note, over_period, show
from dashboard.parts.components import heading
from dashboard.parts.headline_figures import (
    Figure,
    against_target,
    change_limits,
    is_small,
    metrics,
    printed_share,
    verdict,
)
from dashboard.screens import Page
from dashboard.state.session import Session
from queries import wording
from queries.rules import CONVENTIONS
from queries.views import View, closure, overview, repeats, satisfaction
from queries.views.overview import Headline
from queries.views.parts import title as title_of

CARDS = ("closure_rate", "on_time_reply_rate", "repeat_share", "satisfaction_rate")


def render(session: Session) -> None:
    """Four figures, the trend of repeats, the on-time rate by place."""
    heading(session, lambda there: there.answer(overview.headline), partial(briefing_menu, small=True))
    metrics(session, _cards, key="headlines")
    left, right = st.columns(2, gap="small")
    with left:
        show(session, session.view(repeats.course), controlled_share, key="repeats", quiet=True,
             note=session.words("overview.trend_note"))  # fmt: skip
    with right:
        show(session, session.view(overview.by_group), interval_dots, key="on-time", quiet=True,
             note=over_period("overview.places_note"))  # fmt: skip
    below = _below(session)
    for column, (key, view, chart, note) in zip(st.columns(2, gap="small"), below, strict=False):
        with column:
            show(session, view, chart, key=key, quiet=True, note=note)


def _below(session: Session) -> list[tuple[str, View, Chart, Note]]:
    """What is open and for how long; how many were heard, where the register asks anybody."""
    found: list[tuple[str, View, Chart, Note]] = [
        ("ages", session.view(closure.ages), ages, session.words("overview.ages_note"))
    ]
    known = session.answer(satisfaction.asked_whom)
    if known and session.snapshot.available("place"):
        view = session.view(satisfaction.widest, known[0], "place")
        found.append(("heard", view, low_dumbbell, _heard_note))
    return found


def _heard_note(session: Session) -> str:
    convention = CONVENTIONS[session.filters.convention](session.language)
    return session.words("overview.heard_note", period=session.period, convention=convention)


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    session.view(overview.headlines)
    session.answer(overview.headline)
    session.answer(overview.cards, CARDS)
    session.figure(session.view(repeats.course), controlled_share)
    session.figure(session.view(overview.by_group), interval_dots)
    for _, view, chart, _ in _below(session):
        session.figure(view, chart)


def _cards(session: Session) -> list[Figure]:
    return [_card(session, headline) for headline in session.answer(overview.cards, CARDS)]


def _card(session: Session, headline: Headline) -> Figure:
    words, language = session.words, session.language
    label = title_of(headline.measure, session.filters)(language)
    if headline.share is None:
        reason = headline.reason(language) if headline.reason else words("frame.nothing_found")
        return Figure(label, wording.MISSING, small_print=[reason], help=headline.measure.meaning(language))
    numerator, denominator = headline.numerator or 0, headline.denominator or 0
    value, counts = printed_share(session, numerator, denominator, (headline.lower, headline.upper))
    if is_small(session, denominator):
        return Figure(label, value, small_print=[counts], help=headline.measure.meaning(language),
                      cases={"of": headline.measure.name, "part": "denominator"})  # fmt: skip
    compared = (("last_year", headline.change_last_year), ("previous", headline.change_previous))
    changes = [
        words(f"overview.{name}", change=wording.change(change, language))
        for name, change in compared
        if change is not None and not (name == "previous" and headline.same_comparison)
    ]
    lines = [counts]
    goal = against_target(session, headline.share, headline.target, headline.measure.better)
    if goal and headline.beside is None:
        lines.append(goal)
    elif headline.target is not None:  # there is room for one of the two distances
        lines.append(words("overview.target", target=wording.goal(headline.target, language)))
    if headline.beside is not None:
        lines.append(words("overview.participation", share=wording.per_cent(headline.beside, language)))
    limits = change_limits(session, headline.change_limits) if changes else []
    more = [*lines[1:], *changes[1:]]
    return Figure(
        label,
        value,
        change=changes[0] if changes else "",
        verdict=verdict(session, headline.signal, headline.doubt),
        signal=bool(headline.signal),
        rising=(headline.signal or 0) > 0,
        small_print=[lines[0], *limits, *([" · ".join(more)] if more else [])],
        course=headline.course,
        help=headline.measure.meaning(language),
        cases={"of": headline.measure.name, "part": "denominator"},
    )


PAGE = Page(name="overview", order=0, render=render, icon="dashboard", warm=warm)
