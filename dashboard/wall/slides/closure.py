"""Are petitions closed in time, and what is still open? Shares by month beside the open items by age."""

from dashboard.charts.distribution import ages
from dashboard.charts.time_series import monthly_shares
from dashboard.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide
from dashboard.wall.parts import chart, is_empty, together, why
from queries.views import closure


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Both where both can be computed, else the one there is."""
    months, opened = session.view(closure.by_month), session.view(closure.ages)
    panels = []
    if not is_empty(months):
        panels.append(
            chart(session, months, monthly_shares, title=session.words("wall.closure_months"), weight=6, narrow=True)
        )
    if opened.frame.height:
        panels.append(chart(session, opened, ages, title=session.words("wall.closure_ages"), weight=5, narrow=True))
    if not panels:
        return why(session, months)
    shown = [view for view in (months, opened) if view.frame.height]
    return Content(together(session, [view.finding for view in shown]), "", panels=panels)


SLIDE = Slide("closure", 20, make)
