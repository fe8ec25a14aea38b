"""The briefing a reader asks for: of a closed session on the data it is held to, as far as the reader may see it."""

from dataclasses import replace
from datetime import date

from dashboard.briefing import Briefing
from dashboard.briefing.compose import compose, file_stem
from dashboard.i18n import Words
from dashboard.state.held import held_session
from dashboard.state.session import Session
from queries.errors import StoreError
from queries.views.meeting import newest_month


def usual_month(session: Session) -> date:
    """First day of the month a briefing is of when none is named: the newest of the selection that is over."""
    until = session.filters.end
    return newest_month(min(until, session.as_of) if until else session.as_of)


def file_stem_for(session: Session, month: date) -> str | None:
    """Name of the files without their ending, known before any of them is made; None where there can be none."""
    held, reader = held_session(session, month)
    if reader is None:
        return None
    return file_stem(session.settings.bureau, held.month, reader.data_version, session.language)


def briefing_for(session: Session, month: date) -> Briefing:
    """The briefing of a month with everything else the reader chose; it needs no page and no browser.

    Raises:
        StoreError: the session is closed on a state of the data that the store cannot give any more, or with rules
            that are no more.
    """
    held, reader = held_session(session, month)
    if reader is None:  # what was decided was decided on those figures
        why = "briefing.lost_rules" if held.missing_rules else "briefing.lost"
        about = {"month": f"{month:%Y-%m}", "version": held.data_version or "", "rules": held.missing_rules}
        raise StoreError(*(Words(each)(why, **about) for each in ("en", "zh")))
    return compose(
        reader.snapshot,
        held,
        session.language,
        bureau=session.settings.bureau,
        data_version=reader.data_version,
        base=replace(session.filters, start=None, end=None),
    )
