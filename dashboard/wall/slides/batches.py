"""What became of the batches of old items? Assigned, reported, recognised, come back: never one without the next."""

from dataclasses import replace
from typing import Any

from dashboard.charts.concentration import ladder
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Line, Lines, Skipped, Slide, Stack
from dashboard.wall.parts import chart, is_empty, notes, said, why
from queries import wording
from queries.views import batches, repeats

BATCHES = 2  # the newest: eight steps can be read from five metres
ROOM_FOR_BOTH = 3  # states that wait
LISTED = 8  # states that wait; the screen leaves out what has no room
WIDTHS = (6, 4)  # ladder, what waits


def make(session: Session, ask: Ask) -> Content | Skipped:
    """The newest batches."""
    view = session.view(repeats.ladder, BATCHES)
    if is_empty(view):
        return why(session, view)
    beside = _beside(session)
    return Content(
        said(session, view.finding),
        session.words("wall.batches_note"),
        panels=[chart(session, view, ladder, weight=WIDTHS[0], narrow=bool(beside) or ask.is_upright), *beside],
        footnote=notes(session, view),
    )


def _beside(session: Session) -> list[Lines | Stack]:
    """What waits on whom, the longest first, over what came back; nothing where neither is known."""
    lists = [each for each in (_waiting(session), _came_back(session)) if each is not None]
    if len(lists) == 2 and len(lists[0].rows) > ROOM_FOR_BOTH:
        lists.pop()
    return [Stack(lists, weight=WIDTHS[1])] if len(lists) == 2 else [replace(each, weight=WIDTHS[1]) for each in lists]


def _came_back(session: Session) -> Lines | None:
    finding = said(session, session.view(batches.no_reflow).finding)
    return Lines([Line(finding)], title=session.words("wall.batches_back")) if finding else None


def _waiting(session: Session) -> Lines | None:
    view = session.view(batches.waiting)
    if "waits_on" not in view.frame.columns or not view.frame.height:
        return None
    lines = [_line(session, row) for row in view.frame.head(LISTED).iter_rows(named=True)]
    return Lines(lines, view.frame.height - len(lines), title=session.words("wall.batches_waiting"))


def _line(session: Session, row: dict[str, Any]) -> Line:
    language = session.language
    longest = session.words("wall.longest", days=wording.days(row["longest_days"], language))
    state = batches.STATES[row["state"]](language)
    whom, items = batches.WAITS_ON[row["waits_on"]](language), wording.items(row["items"], language)
    text = session.words("wall.waits", whom=whom, items=items)
    return Line(text, f"{state} · {longest}" if row["longest_days"] is not None else state)


SLIDE = Slide("batches", 70, make)
