"""Where are there more petitions than usual? Every rise beyond chance, on the map where there is one."""

from typing import Any

from dashboard.charts.map import rises_map
from dashboard.charts.signals import against_usual, course
from dashboard.state.session import Session
from dashboard.wall import Ask, Chart, Content, Line, Lines, Skipped, Slide, Stack
from dashboard.wall.parts import breakdown, chart, said, why
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
    lines = Lines([_line(session, row) for row in rows], view.frame.height - len(rows), weight=WIDTHS[0])
    listed = _with_course(session, lines, rows) if 0 < len(rows) <= ROOM_FOR_COURSE and not ask.is_compact else lines
    beside = _map(session, ask) or _range(session, ask)
    start, end = (wording.day(day, session.language) for day in watched.window)
    panels = [*([listed] if rows else []), *([beside] if beside else [])]
    return Content(
        said(session, view.finding),
        session.words("wall.signals_note", start=start, end=end),
        panels=panels,
    )


def _with_course(session: Session, lines: Lines, rows: list[dict[str, Any]]) -> Stack:
    """The rises, and under them the course of the first."""
    view = session.view(signals.course, 0)
    title = session.words("wall.signals_course", name=signals.name_of(rows[0])(session.language))
    return Stack([lines, chart(session, view, course, title=title, narrow=True)], weight=WIDTHS[0])


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
    """Every place, or every topic, beside its usual range."""
    by = breakdown(session, ("place", "topic_l1"))
    if by is None:
        return None
    view = session.view(NOW[by], ask.rows)
    return chart(session, view, against_usual, weight=WIDTHS[1], narrow=ask.is_upright) if view.frame.height else None


SLIDE = Slide("signals", 80, make)
