"""The session about a month and the reader of its figures: page, briefing and command line ask here, so they agree."""

from datetime import date

from dashboard.state.session import Session
from queries.views.meeting import Meeting, meeting_of


def held_session(session: Session, month: date) -> tuple[Meeting, Session | None]:
    """The session about a month as it is recorded now, or at the data version the reader is pinned to.

    A link to the very version a session was closed on shows the closed session.

    Returns:
        The session, and its reader: of a closed one on the data it was closed on, None where the store cannot give
        that any more or the rules it was closed with are no more.
    """
    held = meeting_of(session.newest, session.filters, month)
    if session.is_pinned and held.data_version != session.data_version:
        held = meeting_of(session.snapshot, session.filters, month)
    if held.is_closed and held.missing_rules:
        return held, None
    if not held.is_closed or held.data_version in (None, session.data_version):
        return held, session
    reader = session.on_version(held.data_version or "")
    return held, None if reader.is_lost else reader
