"""Does it last, or do petitions come back?"""

from collections.abc import Mapping
from functools import partial

import streamlit as st

from dashboard.charts import time_to_event
from dashboard.charts.comparison import interval_dots
from dashboard.charts.concentration import items_by_matter, ladder
from dashboard.charts.time_series import controlled_share
from dashboard.forms.rebasing import limits_and_baseline
from dashboard.parts.cards import Way, one_of, over_period, show, show_way
from dashboard.parts.components import choose, heading, variation
from dashboard.parts.headline_figures import Figure, change_limits, is_small, metrics, printed_share, verdict
from dashboard.parts.listings import listing
from dashboard.screens import Page
from dashboard.state.session import Session
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.views import recording, repeats, time_to_return
from queries.views.repeats import Gathering, Settled

BREAKDOWNS = ("place", "topic_l1", "office", "channel")
KINDS = {"repeat": ("repeat_share", 90), "once90": ("resolved_once_rate", 90), "once180": ("resolved_once_rate", 180)}


def render(session: Session) -> None:
    """Three shares and the gathering on matters; their course; who stands out; what became of the old items."""
    heading(session, lambda there: there.view(repeats.headline).finding or there.words("repeats.title"))
    metrics(session, _cards, key="repeats")
    left, right = st.columns(2, gap="small")
    with left:
        course = session.view(repeats.course)
        with st.container(border=True, key="card-trend", gap="small", height="stretch"):
            variation(session, course)
            show(session, course, controlled_share, key="trend", boxed=False,
                 note=session.words("repeats.trend_note"))  # fmt: skip
            limits_and_baseline(session, course, "", "trend")
    with right, st.container(border=True, key="card-returning", gap="small", height="stretch"):
        _returning(session)
    left, right = st.columns(2, gap="small")
    with left:
        _groups(session)
    with right, st.container(border=True, key="card-old", gap="small", height="stretch"):
        _old_items(session)
    _recording(session)


def _recording(session: Session) -> None:
    """What must stand beside the shares: registrations, higher levels, withdrawn or merged items, evaluations."""
    words, view = session.words, session.view(recording.companions)
    headings = {name: words(f"repeats.column_{name}") for name in ("name", "now", "before", "change", "verdict")}
    listing(session, view, recording.table(view, session.language), headings, key="recording",
            note=words("repeats.recording_note"))  # fmt: skip


@st.fragment
def _returning(session: Session) -> None:
    """How soon closed matters come back, or on how many matters items gather; only this card changes."""
    ways = {
        "returns": Way(time_to_return.returns, time_to_event.return_curve, over_period("repeats.returns_note")),
        "matters": Way(repeats.concentration, items_by_matter, over_period("repeats.matters_note")),
    }
    _one_of(session, "returning", ways)


@st.fragment
def _old_items(session: Session) -> None:
    """What became of the batches, or how soon the recognised ones flow back; only this card changes."""
    words = session.words
    ways = {
        "ladder": Way(repeats.ladder, ladder, words("repeats.ladder_note")),
        "backflow": Way(time_to_return.backflow, time_to_event.backflow_curve, words("repeats.backflow_note")),
    }
    _one_of(session, "old", ways)


def _one_of(session: Session, name: str, ways: Mapping[str, Way]) -> None:
    words = session.words
    way = one_of(session, name, ways, lambda each: words(f"repeats.{name}_{each}"), label=words(f"repeats.{name}"),
                 card=name)  # fmt: skip
    show_way(session, ways[way], name)


@st.fragment
def _groups(session: Session) -> None:
    """Who stands out, for the share and the breakdown chosen; only this card changes with the choice."""
    words = session.words
    offered = [name for name in BREAKDOWNS if session.snapshot.available(name)]
    if not offered:
        return
    with st.container(border=True, key="card-groups", gap="small", height="stretch"):
        with st.container(horizontal=True, gap="small"):
            lasting = session.answer(repeats.follow_ups)
            kinds = [name for name, (of, days) in KINDS.items() if of == "repeat_share" or days in lasting]
            kind = choose(session, "kind", kinds, lambda name: words(f"repeats.kind_{name}"),
                          label=words("repeats.kind"))  # fmt: skip
            note = over_period(f"repeats.groups_note_{KINDS[kind][0]}")
            ways = {
                name: Way(repeats.by_group, interval_dots, note, arguments=(*KINDS[kind], name)) for name in offered
            }
            by = one_of(session, "by", ways, lambda name: DIMENSIONS[name].label(session.language),
                        label=words("repeats.by"), card="groups")  # fmt: skip
        show_way(session, ways[by], "groups")


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    session.view(repeats.headline)
    session.answer(repeats.cards)
    session.answer(repeats.gathering)
    session.view(recording.companions)
    by_place = partial(session.view, repeats.by_group, *KINDS["repeat"], "place")
    for view, chart in (
        (session.view(repeats.course), controlled_share),
        (session.view(time_to_return.returns), time_to_event.return_curve),
        (session.view(repeats.concentration), items_by_matter),
        (session.view(repeats.ladder), ladder),
        *([(by_place(), interval_dots)] if session.snapshot.available("place") else []),
    ):
        if view.frame.height:
            session.figure(view, chart)


def _cards(session: Session) -> list[Figure]:
    cards = [_card(session, card) for card in session.answer(repeats.cards)]
    return [*cards, _gathering(session, session.answer(repeats.gathering))]


def _card(session: Session, card: Settled) -> Figure:
    words, language = session.words, session.language
    label = card.measure.label(language)
    if card.days is not None:
        label = words("repeats.within", label=label, days=card.days)
    if card.value is None:
        reason = card.reason(language) if card.reason else words("frame.nothing_found")
        return Figure(label, wording.MISSING, small_print=[reason], help=card.measure.meaning(language))
    value, counts = printed_share(session, card.numerator, card.denominator, (card.lower, card.upper))
    if is_small(session, card.denominator):
        return Figure(label, value, small_print=[counts], help=card.measure.meaning(language),
                      cases=_cases(session, card))  # fmt: skip
    compared = "last_year" if card.compared_with_last_year else "previous"
    change = (
        words(f"overview.{compared}", change=wording.change(card.change, language)) if card.change is not None else ""
    )
    return Figure(
        label,
        value,
        change=change,
        verdict=verdict(session, card.signal, card.doubt),
        signal=bool(card.signal),
        rising=(card.signal or 0) > 0,
        small_print=[counts, *(change_limits(session, card.change_limits) if change else [])],
        help=card.measure.meaning(language),
        cases=_cases(session, card),
    )


def _cases(session: Session, card: Settled) -> dict[str, str]:
    """The items of a card, under the rule set whose follow-up it has."""
    there = repeats.followed(session.filters, card.days) if card.days is not None else None
    under = {"rules": there.rules} if there and there.rules != session.filters.rules else {}
    return {"of": card.measure.name, "part": "denominator"} | under


def _gathering(session: Session, gathered: Gathering | None) -> Figure:
    words, language = session.words, session.language
    label = words("repeats.on_repeated")
    if gathered is None:
        return Figure(label, wording.MISSING, small_print=[words("repeats.no_matters")])
    return Figure(
        label,
        wording.per_cent(gathered.repeated_share, language),
        small_print=[
            words("repeats.gathered", counts=wording.fraction(gathered.repeated_items, gathered.items, language)),
            words("repeats.busiest", items=wording.items(gathered.largest, language)),
        ],
        help=words("repeats.on_repeated_help"),
    )


PAGE = Page(name="repeats", order=20, render=render, icon="replay", warm=warm)
