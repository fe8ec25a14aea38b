"""What was promised at the last sessions, and did its measure move beyond chance?"""

from dataclasses import replace
from typing import Any

from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Line, Lines, Skipped, Slide, Tone
from dashboard.wall.parts import notes, said
from queries import wording
from queries.views import commitments, meeting
from queries.views.commitments import STANDINGS

COLUMNS = 2
LISTED = 12  # with what became of their measures; the screen leaves out what has no room


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Those of earlier sessions that are open, and those ended since the last one, the overdue first."""
    month = meeting.newest_month(session.snapshot.as_of)
    held = meeting.meeting_of(session.snapshot, session.filters, month)
    view = replace(session, filters=held.filters("month")).view(commitments.commitments)
    if not view.frame.height:
        return Skipped(said(session, view.finding))
    rows = view.frame.head(LISTED).to_dicts()
    return Content(
        said(session, view.finding),
        notes(session, view),
        panels=[Lines([_line(session, row) for row in rows], view.frame.height - len(rows), COLUMNS)],
    )


def _line(session: Session, row: dict[str, Any]) -> Line:
    language = session.language
    standing = STANDINGS[row["standing"]](language)
    due = session.words("wall.due_on", day=wording.day(row["due_on"], language)) if row["due_on"] else ""
    overdue = standing if row["standing"] == "overdue" else ""
    about = ["" if overdue else standing, due, row[language], row["owner_post"]]
    return Line(
        row["text"],
        row[f"moved_{language}"] or "",
        " · ".join(part for part in about if part),
        *_mark(row["improved"], overdue),
    )


def _mark(improved: bool | None, overdue: str) -> tuple[str, Tone]:
    """Mark and colour of a measure that moved beyond chance; a promise past its day is said, in no colour."""
    if improved is None:
        return overdue, ""
    return f"{'●' if improved else '◆'} {overdue}".strip(), "data" if improved else "signal"


SLIDE = Slide("commitments", 100, make)
