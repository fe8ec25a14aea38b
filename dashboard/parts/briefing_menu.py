"""The briefing of a month to download from a page, in each of its formats; nothing is made before it is asked for."""

from collections.abc import Callable
from datetime import date

import streamlit as st

from dashboard.briefing.request import briefing_for, file_stem_for, usual_month
from dashboard.exports.briefings import FORMATS, Format
from dashboard.parts.components import plain
from dashboard.state.held import held_session
from dashboard.state.session import Session
from queries import wording


def briefing_menu(session: Session, month: date | None = None, *, small: bool = False) -> None:
    """A menu with the formats of the briefing of a month, without one the newest that is over; made when it is opened.

    Args:
        small: only its sign, for a line that is full.
    """
    if session.is_empty:
        return
    with st.container(width="content"):
        _menu(session, month or usual_month(session), small=small)


@st.fragment
def _menu(session: Session, month: date, *, small: bool) -> None:
    words = session.words
    name, period = words("briefing.download_title"), wording.month(month, session.language)
    opened = st.popover(
        ":material/description:" if small else name,
        icon=None if small else ":material/description:",
        help=name if small else None,
        type="tertiary" if small else "secondary",
        key="briefing-menu",
        on_change="rerun",
    )
    if not opened.open:
        return
    stem = file_stem_for(session, month)
    with opened:
        if stem is None:
            rules = held_session(session, month)[0].missing_rules
            why = "briefing.lost_rules_short" if rules else "briefing.lost_short"
            st.warning(plain(words(why, period=period, rules=rules)), icon=":material/warning:")
            return
        st.caption(plain(words("briefing.download_help", period=period)))
        for each in FORMATS.values():
            st.download_button(
                words(f"briefing.download_{each.name}"),
                data=_made(session, month, each),
                file_name=f"{stem}.{each.name}",
                mime=each.mime,
                on_click="ignore",
                icon=":material/download:",
                key=f"briefing-{each.name}",
                width="stretch",
            )


def _made(session: Session, month: date, form: Format) -> Callable[[], bytes]:
    return lambda: form.write(briefing_for(session, month))
