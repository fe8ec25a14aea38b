"""Are petitions closed in time, and what is still open? Shares by month beside the open items by age."""

from dashboard.charts.distribution import ages
from dashboard.charts.time_series import monthly_shares
from dashboard.state.session import Session
from dashboard.wall import Ask, Content, Skipped, Slide
from dashboard.wall.parts import chart, is_empty, period, together, why
from queries.views import closure, overview
from queries.vocabulary import Text


def make(session: Session, ask: Ask) -> Content | Skipped:
    """Both where both can be computed, else the one there is."""
    months, opened = session.view(closure.by_month), session.view(closure.ages)
    panels, sentences = [], []
    if not is_empty(months):
        panels.append(
            chart(session, months, monthly_shares, title=session.words("wall.closure_months"), weight=6, narrow=True)
        )
        sentences.append(_share(session))
    if opened.frame.height:
        panels.append(chart(session, opened, ages, title=session.words("wall.closure_ages"), weight=5, narrow=True))
        sentences.append(opened.finding)
    if not panels:
        return why(session, months)
    return Content(
        together(session, sentences), session.words("wall.closure_note", period=period(session)), panels=panels
    )


def _share(session: Session) -> Text | None:
    """What became of the first of the two shares that the register can give."""
    known = [card.measure.name for card in session.answer(overview.cards, closure.SHARES) if card.share is not None]
    return session.answer(overview.share_and_change, known[0]) if known else None


SLIDE = Slide("closure", 20, make)
