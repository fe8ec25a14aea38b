"""Which townships differ from the whole by more than chance? One measure, dots with intervals and bands."""

from collections.abc import Mapping, Sequence

from dashboard.charts.comparison import interval_dots
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide
from dashboard.wall.parts import alone, breakdown, chart, is_empty, others, period, said, why
from queries.measures import measure
from queries.views import townships


def make(session: Session, ask: Ask) -> Content | Skipped:
    """The measure chosen for the slide, else the first that can be compared."""
    by, offered = breakdown(session), session.answer(townships.offered)
    if by is None or not offered:
        return Skipped(session.words("townships.no_groups" if by is None else "townships.no_measures"))
    wanted = ask.options.get("measure", "")
    name = wanted if wanted in offered else offered[0]
    view = session.view(townships.compared, name, by)
    if is_empty(view):
        return why(session, view)
    if skipped := alone(session, view, by):
        return skipped
    shown = session.view(townships.dots, name, by, ask.rows)
    cohort = measure(name).cohort.label(session.language)
    return Content(
        said(session, view.finding),
        session.words("wall.townships_note", period=period(session), cohort=cohort),
        panels=[chart(session, shown, interval_dots, narrow=ask.is_upright)],
        footnote=others(session, view.frame.height - shown.frame.height),
    )


def choices(session: Session) -> Mapping[str, Sequence[str]]:
    """The measures that can be compared."""
    return {"measure": session.answer(townships.offered)}


SLIDE = Slide("townships", 40, make, choices)
