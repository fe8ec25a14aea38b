"""How satisfied, and how many were heard? Both shares, and what the silence leaves open."""

from dashboard.charts.gap import dumbbell
from dashboard.charts.time_series import controlled_share
from dashboard.parts.headline_figures import is_small
from dashboard.state.session import Session
from dashboard.wall import Ask, Chart, Content, Skipped, Slide, Tile
from dashboard.wall.parts import breakdown, chart, is_empty, others, period, said, share_tile
from queries import wording
from queries.rules import CONVENTIONS
from queries.views import control, satisfaction
from queries.views.satisfaction import Heard

LOW = 9  # groups on an upright screen of large type, under tiles in two rows


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Of those the register asks first; groups where it has several, else the months."""
    known = session.answer(satisfaction.asked_whom)
    if not known:
        return Skipped(session.words("wall.no_evaluations"))
    heard = session.answer(satisfaction.heard, known[0])
    if heard.participation is None or is_small(session, heard.took_part.denominator):
        return Skipped(said(session, session.answer(satisfaction.headline, known[0])))
    by = breakdown(session)
    panels, hidden = [], 0
    if by is not None:
        most = LOW if ask.is_compact and ask.is_upright else ask.few
        view = session.view(satisfaction.widest, known[0], by, most)
        if view.frame.height > 1 and not is_empty(view):
            panels.append(chart(session, view, dumbbell, title=said(session, view.finding), narrow=ask.is_upright))
            hidden = session.view(satisfaction.by_group, known[0], by).frame.height - view.frame.height
    if not panels:
        panels = _course(session, ask)
    return Content(
        said(session, session.answer(satisfaction.headline, known[0])),
        session.words(
            "wall.satisfaction_note",
            period=period(session),
            convention=CONVENTIONS[session.filters.convention](session.language),
        ),
        tiles=_tiles(session, heard),
        panels=panels,
        footnote=others(session, hidden),
        tiles_at="beside" if panels else "above",
    )


def _course(session: Session, ask: Ask) -> list[Chart]:
    """The satisfaction by month, where no groups can be told apart."""
    view = session.view(control.course, "satisfaction_rate")
    if is_empty(view):
        return []
    return [chart(session, view, controlled_share, title=said(session, view.finding), narrow=ask.is_upright)]


def _tiles(session: Session, heard: Heard) -> list[Tile]:
    words, language = session.words, session.language
    rated = heard.rated(session.filters.convention)
    convention = CONVENTIONS[session.filters.convention](language)
    reach = wording.interval(*heard.bounds, language) if heard.bounds else wording.MISSING
    shares = (
        (words("satisfaction.participation"), heard.took_part, heard.participation_target),
        (words("satisfaction.satisfaction", convention=convention), rated, heard.satisfaction_target),
    )
    return [
        *(
            share_tile(session, label, found.numerator, found.denominator, found.limits, target)
            for label, found, target in shares
        ),
        Tile(
            words("satisfaction.bounds"),
            reach.removesuffix("%"),
            "%" if heard.bounds else "",
            small_print=[words("satisfaction.silent", items=wording.items(heard.expired, language))],
        ),
    ]


SLIDE = Slide("satisfaction", 60, make)
