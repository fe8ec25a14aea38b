"""How satisfied, and how many were heard? Both shares, and what the silence leaves open."""

from dashboard.charts.gap import dumbbell
from dashboard.parts.components import against_target
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide, Tile
from dashboard.wall.parts import breakdown, chart, is_empty, others, period, said
from queries import wording
from queries.rules import CONVENTIONS
from queries.views import satisfaction
from queries.views.satisfaction import Heard


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Of those the register asks first; groups where it has any."""
    known = session.answer(satisfaction.asked_whom)
    if not known:
        return Skipped(session.words("wall.no_evaluations"))
    heard = session.answer(satisfaction.heard, known[0])
    if heard.participation is None:
        return Skipped(said(session, session.answer(satisfaction.headline, known[0])))
    by = breakdown(session)
    panels, hidden = [], 0
    if by is not None:
        view = session.view(satisfaction.widest, known[0], by, ask.few)
        if not is_empty(view):
            panels.append(chart(session, view, dumbbell, title=said(session, view.finding), narrow=ask.is_upright))
            hidden = session.view(satisfaction.by_group, known[0], by).frame.height - view.frame.height
    return Content(
        said(session, session.answer(satisfaction.headline, known[0])),
        session.words("wall.satisfaction_note", period=period(session)),
        tiles=_tiles(session, heard),
        panels=panels,
        footnote=others(session, hidden),
        column=bool(panels),
    )


def _tiles(session: Session, heard: Heard) -> list[Tile]:
    words, language = session.words, session.language
    silent = session.filters.convention == "silence_is_satisfied"
    share = heard.satisfaction_with_silence if silent else heard.satisfaction
    above = heard.satisfied + heard.expired if silent else heard.satisfied
    below = heard.scored + heard.expired if silent else heard.scored
    convention = CONVENTIONS[session.filters.convention](language)
    reach = wording.interval(*heard.bounds, language) if heard.bounds else wording.MISSING
    return [
        Tile(
            words("satisfaction.participation"),
            wording.per_cent(heard.participation, language).removesuffix("%"),
            "%",
            target=against_target(session, heard.participation, heard.participation_target),
            small_print=[wording.fraction(heard.evaluated, heard.over, language)],
        ),
        Tile(
            words("satisfaction.satisfaction", convention=convention),
            wording.per_cent(share, language).removesuffix("%"),
            "%" if share is not None else "",
            target=against_target(session, share, heard.satisfaction_target),
            small_print=[wording.fraction(above, below, language)],
        ),
        Tile(
            words("satisfaction.bounds"),
            reach.removesuffix("%"),
            "%" if heard.bounds else "",
            small_print=[words("satisfaction.silent", items=wording.items(heard.expired, language))],
        ),
    ]


SLIDE = Slide("satisfaction", 60, make)
