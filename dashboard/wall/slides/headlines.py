"""How is the city doing? The headline measures, each with its target, its change and its course."""

from collections.abc import Sequence

from dashboard.parts.components import against_target, verdict
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide, Tile
from dashboard.wall.parts import period
from queries import wording
from queries.rules import CONVENTIONS
from queries.views import View, overview
from queries.views.overview import Headline

MEASURES = ("closure_rate", "on_time_reply_rate", "repeat_share", "satisfaction_rate")


def make(session: Session, ask: Ask) -> Content | Skipped:
    """The headline measures that can be computed."""
    cards = [card for card in session.answer(overview.cards, MEASURES) if card.share is not None]
    if not cards:
        return Skipped(session.words("wall.nothing"))
    course = session.view(overview.course)
    months = sorted(set(course.frame["month"].to_list()))
    ends = tuple(wording.month(month, session.language) for month in (months[0], months[-1])) if months else ("", "")
    return Content(
        session.answer(overview.headline)(session.language),
        session.words("wall.headlines_note", period=period(session)),
        tiles=[_tile(session, card, _course(course, card.measure.name), ends) for card in cards],
    )


def _course(course: View, name: str) -> list[float | None]:
    rows = course.frame.filter(course.frame["measure"] == name).sort("month")
    return list(rows["value"].to_list())


def _tile(session: Session, card: Headline, course: Sequence[float | None], ends: tuple[str, ...]) -> Tile:
    words, language = session.words, session.language
    label = card.measure.label(language)
    change, name = card.change_last_year, "last_year"
    if change is None:
        change, name = card.change_previous, "previous"
    small = [wording.fraction(card.numerator, card.denominator, language)]
    if card.measure.name == "satisfaction_rate":
        small.append(CONVENTIONS[session.filters.convention](language))
    if card.beside is not None:
        small[1:] = [
            " · ".join([*small[1:], words("overview.participation", share=wording.per_cent(card.beside, language))])
        ]
    return Tile(
        label,
        wording.per_cent(card.share, language).removesuffix("%"),
        "%",
        change=words(f"overview.{name}", change=wording.change(change, language)) if change is not None else "",
        verdict=verdict(session, card.signal, card.doubt),
        target=against_target(session, card.share, card.target, card.measure.better) or words("wall.no_target"),
        small_print=small,
        course=course,
        goal=card.target,
        first=ends[0],
        last=f"{ends[1]} {wording.per_cent(course[-1], language)}" if course else "",
        tone="signal" if card.signal else "",
    )


SLIDE = Slide("headlines", 10, make)
