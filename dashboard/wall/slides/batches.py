"""What became of the batches of old items? Assigned, reported, recognised, come back: never one without the next."""

from dashboard.charts.concentration import ladder
from dashboard.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide
from dashboard.wall.parts import chart, is_empty, notes, said, why
from queries.views import repeats

BATCHES = 2  # the newest: eight steps can be read from five metres; four on a small screen


def make(session: Session, ask: Ask) -> Content | Skipped:
    """The newest batches."""
    view = session.view(repeats.ladder, 1 if ask.is_compact else BATCHES)
    if is_empty(view):
        return why(session, view)
    return Content(
        said(session, view.finding),
        session.words("wall.batches_note"),
        panels=[chart(session, view, ladder)],
        footnote=notes(session, view),
    )


SLIDE = Slide("batches", 70, make)
