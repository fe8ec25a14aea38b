"""What became of the batches of old items? Assigned, reported, recognised, come back: never one without the next."""

from typing import Any

from dashboard.charts.concentration import ladder
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Line, Lines, Skipped, Slide
from dashboard.wall.parts import chart, is_empty, notes, said, why
from queries import wording
from queries.views import batches, repeats

BATCHES = 2  # the newest: eight steps can be read from five metres; four on a small screen
LISTED = 8  # states that wait; the screen leaves out what has no room
WIDTHS = (6, 4)  # ladder, what waits


def make(session: Session, ask: Ask) -> Content | Skipped:
    """The newest batches."""
    view = session.view(repeats.ladder, 1 if ask.is_compact else BATCHES)
    if is_empty(view):
        return why(session, view)
    waits = _waiting(session)
    return Content(
        said(session, view.finding),
        session.words("wall.batches_note"),
        panels=[chart(session, view, ladder, weight=WIDTHS[0], narrow=bool(waits) or ask.is_upright), *waits],
        footnote=notes(session, view),
    )


def _waiting(session: Session) -> list[Lines]:
    """What waits on whom, the longest first; nothing where nothing waits."""
    view = session.view(batches.waiting)
    if "waits_on" not in view.frame.columns or not view.frame.height:
        return []
    lines = [_line(session, row) for row in view.frame.head(LISTED).iter_rows(named=True)]
    return [Lines(lines, view.frame.height - len(lines), session.words("wall.batches_waiting"), WIDTHS[1])]


def _line(session: Session, row: dict[str, Any]) -> Line:
    language = session.language
    longest = session.words("wall.longest", days=wording.days(row["longest_days"], language))
    state = batches.STATES[row["state"]](language)
    text = f"{batches.WAITS_ON[row['waits_on']](language)} {wording.items(row['items'], language)}"
    return Line(text, f"{state} · {longest}" if row["longest_days"] is not None else state)


SLIDE = Slide("batches", 70, make)
