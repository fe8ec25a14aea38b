"""Do petitions come back more often, by more than chance? The repeat share with its natural limits."""

from dashboard.charts.time_series import controlled_share
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide
from dashboard.wall.parts import chart, is_empty, joined, marks, notes, said, why
from queries.views import repeats


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Month by month; without enough months for limits, the line alone."""
    view = session.view(repeats.course)
    if is_empty(view) or view.finding is None:
        return why(session, view)
    return Content(
        said(session, view.finding),
        joined(session, (session.words("wall.repeats_note"), marks(session, view))),
        panels=[chart(session, view, controlled_share, narrow=ask.is_upright)],
        footnote=notes(session, view),
    )


SLIDE = Slide("repeats", 30, make)
