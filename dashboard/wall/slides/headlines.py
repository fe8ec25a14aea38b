"""How is the city doing? The headline measures, each with its target and its change, over the course of one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dashboard.charts.time_series import controlled_share
from dashboard.parts.headline_figures import is_small, verdict
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide, Tile
from dashboard.wall.parts import chart, is_empty, joined, marks, period, said, share_tile
from queries import wording
from queries.days import month_end
from queries.rules import CONVENTIONS
from queries.views import View, control, overview
from queries.views.overview import Headline
from queries.views.parts import title as title_of

MEASURES = ("closure_rate", "on_time_reply_rate", "repeat_share", "satisfaction_rate")


def make(session: Session, ask: Ask) -> Content | Skipped:
    """The headline measures that can be computed, and the course of the one chosen for the slide."""
    cards = _cards(session)
    if all(is_small(session, card.denominator) for card in cards):
        return Skipped(session.words("wall.nothing"))
    course = session.view(overview.course)
    months = sorted(set(course.frame["month"].to_list()))
    span = wording.period(months[0], month_end(months[-1]), session.language) if months else ""
    offered = _offered(cards)
    wanted = ask.options.get("measure", "")
    name = wanted if wanted in offered else offered[0]
    view = session.view(control.course, name)
    title = said(session, view.finding)
    has_course = bool(title) and not is_empty(view)
    return Content(
        session.answer(overview.headline)(session.language),
        joined(
            session,
            (
                session.words("wall.headlines_note", period=period(session)),
                _convention(session, cards),
                marks(session, view),
            ),
        ),
        tiles=[_tile(session, card, _course(course, card.measure.name), span) for card in cards],
        panels=[chart(session, view, controlled_share, title=title)] if has_course else [],
        tiles_at="square" if ask.is_compact and has_course else "above",
    )


def choices(session: Session) -> Mapping[str, Sequence[str]]:
    """The measures whose course can stand under the figures."""
    return {"measure": _offered(_cards(session))}


def _cards(session: Session) -> list[Headline]:
    return [card for card in session.answer(overview.cards, MEASURES) if card.share is not None]


def _offered(cards: Sequence[Headline]) -> tuple[str, ...]:
    """Names of the measures: first what changed beyond chance, then what has a target to reach."""
    ordered = sorted(cards, key=lambda card: (not card.signal, card.target is None))
    return tuple(card.measure.name for card in ordered)


def _course(course: View, name: str) -> list[float | None]:
    rows = course.frame.filter(course.frame["measure"] == name).sort("month")
    return list(rows["value"].to_list())


def _convention(session: Session, cards: Sequence[Headline]) -> str:
    """How satisfaction is counted, where it is among the figures; the usual way has no room in its tile."""
    if all(card.measure.name != "satisfaction_rate" for card in cards):
        return ""
    return session.words("wall.convention", convention=CONVENTIONS[session.filters.convention](session.language))


def _tile(session: Session, card: Headline, course: Sequence[float | None], span: str) -> Tile:
    words, language = session.words, session.language
    label = card.measure.label(language)
    if session.filters.convention != "observed":
        label = title_of(card.measure, session.filters)(language)
    change, name = card.change_last_year, "last_year"
    if change is None:
        change, name = card.change_previous, "previous"
    aside = ""
    if card.beside is not None:  # a satisfaction is not read without it
        aside = words("overview.participation", share=wording.per_cent(card.beside, language))
    numerator, denominator = card.numerator or 0, card.denominator or 0
    few = is_small(session, denominator)
    limits = (card.lower, card.upper)
    tile = share_tile(session, label, numerator, denominator, limits, card.target, card.measure.better)
    counts = wording.fraction(numerator, denominator, language)
    reach = wording.interval(*limits, language)
    return replace(
        tile,
        aside=aside,
        change=words(f"overview.{name}", change=wording.change(change, language))
        if change is not None and not few
        else "",
        verdict=verdict(session, card.signal, card.doubt) if card.signal else "",
        small_print=tile.small_print if few else [counts, words("wall.reach", reach=reach)],
        course=course,
        goal=card.target,
        span=span,
        tone="signal" if card.signal else "",
    )


SLIDE = Slide("headlines", 10, make, choices)
