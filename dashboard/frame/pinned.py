"""The banner that says on which earlier state of the data everything stands, with one click to the newest."""

from datetime import UTC

import streamlit as st

from dashboard.parts.components import plain
from dashboard.state.session import CITY_ZONE, Session, unpin
from queries import register, wording


def pinned_banner(session: Session) -> None:
    """Say what is pinned, or that it is not to be had; nothing where nothing is."""
    if not session.pinned:
        return
    words = session.words
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="pinned", border=True):
        if session.is_lost:
            st.markdown(f":material/warning: {plain(words('pinned.lost', name=session.pinned[:40]))}")
        else:
            said = [_described(session)]
            if session.snapshot.version == session.newest.version:
                said.append(words("pinned.newest"))
            st.markdown(f":material/push_pin: {plain(' '.join(said))}")
        st.button(words("pinned.back"), on_click=unpin, key="unpin", type="tertiary", icon=":material/update:",
                  width="content")  # fmt: skip


def _described(session: Session) -> str:
    snapshot, language = session.snapshot, session.language
    runs = register.imports(snapshot)
    made = runs[0].imported_at.replace(tzinfo=UTC).astimezone(CITY_ZONE) if runs else None
    return session.words(
        "pinned.title",
        day=wording.day(snapshot.as_of, language),
        imported=wording.moment(made, language),
        records=wording.number(snapshot.records.version, language),
    )
