"""Where are there more petitions than usual? Every rise beyond chance, on the map where there is one."""

from typing import Any

from dashboard.charts.map import rises_map
from dashboard.charts.signals import against_usual, course
from dashboard.state.session import Session
from dashboard.wall import Ask, Chart, Content, Line, Lines, Skipped, Slide, Stack
from dashboard.wall.parts import chart, said, why
from queries import wording
from queries.errors import UnreadableFile
from queries.views import signals
from queries.views.watching import watch

LISTED = 8  # signals with their words; the screen leaves out what has no room
ROOM_FOR_COURSE = 2  # signals
WIDTHS = (5, 6)  # words, map
NOW = {"place": signals.places_now, "topic_l1": signals.topics_now}


def make(session: Session, ask: Ask) -> Content | Skipped:
    """The rises; and where nothing rose, that everything is in its range."""
    view = session.view(signals.signals)
    watched = session.answer(watch)
    if not watched.levels:
        return why(session, view)
    rows = view.frame.head(LISTED).to_dicts()
    beside = _map(session, ask) or _range(session, ask)
    start, end = (wording.day(day, session.language) for day in watched.window)
    panels = _listed(session, ask, rows, view.frame.height - len(rows), is_alone=beside is None) if rows else []
    return Content(
        said(session, view.finding),
        session.words("wall.signals_note", start=start, end=end),
        panels=[*panels, *([beside] if beside else [])],
    )


def _listed(
    session: Session, ask: Ask, rows: list[dict[str, Any]], hidden: int, *, is_alone: bool
) -> list[Lines | Chart | Stack]:
    """The rises; of few also the course of the first, under them or, where nothing else is, beside them."""
    lines = Lines([_line(session, row) for row in rows], hidden, weight=WIDTHS[0])
    if len(rows) > ROOM_FOR_COURSE or (ask.is_compact and ask.is_upright):
        return [lines]
    view = session.view(signals.course, 0)
    title = session.words("wall.signals_course", name=signals.name_of(rows[0])(session.language))
    drawn = chart(session, view, course, title=title, weight=WIDTHS[1], narrow=True)
    return [lines, drawn] if is_alone else [Stack([lines, drawn], weight=WIDTHS[0])]


def _line(session: Session, row: dict[str, Any]) -> Line:
    language = session.language
    since = session.words("wall.since", day=wording.day(row["since"], language))
    return Line(signals.name_of(row)(language), signals.described(row)(language), since, "◆", "signal")


def _map(session: Session, ask: Ask) -> Chart | None:
    """The map of the rises; None without a map file, with one that cannot be read, or one of elsewhere."""
    file = session.settings.map_file
    if not session.snapshot.available("place") or not file.exists():
        return None
    try:
        view = session.view(signals.on_map, file)
    except UnreadableFile:  # the townships page says so, with what to do about it
        return None
    return chart(session, view, rises_map, weight=WIDTHS[1], narrow=ask.is_upright) if view.frame.height else None


def _range(session: Session, ask: Ask) -> Chart | None:
    """Every place beside its usual range, or every topic; None where there are not two of either."""
    views = (session.view(NOW[by], ask.rows) for by in NOW if session.snapshot.available(by))
    view = next((view for view in views if view.frame.height > 1), None)
    return chart(session, view, against_usual, weight=WIDTHS[1], narrow=ask.is_upright) if view else None


SLIDE = Slide("signals", 80, make)
