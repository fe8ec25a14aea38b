"""The briefing a reader asks for: of a closed session on the data it is held to, as far as the reader may see it."""

from dataclasses import replace
from datetime import date

from dashboard.briefing import Briefing
from dashboard.briefing.compose import compose, file_stem
from dashboard.i18n import Words
from dashboard.session import Session, default_reader
from queries.access import visible_to
from queries.errors import StoreError
from queries.views.meeting import Meeting, meeting_of, newest_month


def usual_month(session: Session) -> date:
    """First day of the month a briefing is of when none is named: the newest of the selection that is over."""
    until = session.filters.end
    return newest_month(min(until, session.as_of) if until else session.as_of)


def file_stem_for(session: Session, month: date) -> str:
    """Name of the files without their ending; known before any of them is made."""
    held = meeting_of(session.snapshot, session.filters, month)
    return file_stem(session.settings.bureau, month, _version(session, held), session.language)


def briefing_for(session: Session, month: date) -> Briefing:
    """The briefing of a month with everything else the reader chose; it needs no page and no browser.

    Raises:
        StoreError: the session is closed on a state of the data that the store cannot give any more.
    """
    held = meeting_of(session.snapshot, session.filters, month)
    version = _version(session, held)
    snapshot = session.snapshot
    if version != session.data_version:
        # what was decided was decided on those figures
        earlier = default_reader(session.settings, session.language, version)
        if earlier.is_lost:
            said = (Words(each)("briefing.lost", month=f"{month:%Y-%m}", version=version) for each in ("en", "zh"))
            raise StoreError(*said)
        snapshot = visible_to(session.viewer, earlier.snapshot)
    return compose(
        snapshot,
        held,
        session.language,
        bureau=session.settings.bureau,
        data_version=version,
        base=replace(session.filters, start=None, end=None),
    )


def _version(session: Session, held: Meeting) -> str:
    return held.data_version if held.is_closed and held.data_version else session.data_version
