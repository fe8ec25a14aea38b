"""How is the city doing, and where should I look next?"""

from functools import partial

import streamlit as st

from dashboard.briefing_menu import briefing_menu
from dashboard.charts.comparison import interval_dots
from dashboard.charts.time_series import monthly_share
from dashboard.components import Figure, heading, metrics, show, verdict
from dashboard.screens import Page
from dashboard.session import Session
from queries import wording
from queries.rules import CONVENTIONS
from queries.views import overview
from queries.views.overview import Headline

CARDS = ("closure_rate", "on_time_reply_rate", "repeat_share", "satisfaction_rate")


def render(session: Session) -> None:
    """Four figures, the trend of repeats, the on-time rate by place."""
    heading(session, session.answer(overview.headline), partial(briefing_menu, small=True))
    metrics(session, [_card(session, headline) for headline in session.answer(overview.cards, CARDS)], key="headlines")
    left, right = st.columns(2, gap="small")
    with left:
        show(session, session.view(overview.repeat_trend), monthly_share, key="repeats", quiet=True,
             note=session.words("overview.trend_note"))  # fmt: skip
    with right:
        show(session, session.view(overview.by_group), interval_dots, key="on-time", quiet=True,
             note=session.words("overview.places_note", period=_period(session)))  # fmt: skip


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    session.view(overview.headlines)
    session.answer(overview.headline)
    session.answer(overview.cards, CARDS)
    session.figure(session.view(overview.repeat_trend), monthly_share)
    session.figure(session.view(overview.by_group), interval_dots)


def _card(session: Session, headline: Headline) -> Figure:
    words, language = session.words, session.language
    label = headline.measure.label(language)
    if headline.measure.name == "satisfaction_rate" and session.filters.convention != "observed":
        label = f"{label}（{CONVENTIONS[session.filters.convention](language)}）"
    if headline.share is None:
        reason = headline.reason(language) if headline.reason else words("frame.nothing_found")
        return Figure(label, wording.MISSING, small_print=[reason], help=headline.measure.meaning(language))
    counts = wording.fraction(headline.numerator, headline.denominator, language)
    reach = wording.interval(headline.lower, headline.upper, language)
    compared = (("last_year", headline.change_last_year), ("previous", headline.change_previous))
    changes = [
        words(f"overview.{name}", change=wording.change(change, language))
        for name, change in compared
        if change is not None and not (name == "previous" and headline.same_comparison)
    ]
    lines = [words("overview.counts", counts=counts, reach=reach)]
    if headline.beside is not None:
        lines.append(words("overview.participation", share=wording.per_cent(headline.beside, language)))
    return Figure(
        label,
        wording.per_cent(headline.share, language),
        change=changes[0] if changes else "",
        verdict=verdict(session, headline.signal, headline.doubt),
        signal=bool(headline.signal),
        rising=(headline.signal or 0) > 0,
        small_print=[lines[0], " · ".join([*lines[1:], *changes[1:]])],
        course=headline.course,
        help=headline.measure.meaning(language),
        cases={"of": headline.measure.name, "part": "denominator"},
    )


def _period(session: Session) -> str:
    return wording.period(session.filters.start, session.filters.end, session.language)


PAGE = Page(name="overview", order=0, render=render, icon="dashboard", warm=warm)
