"""What a screen reader says once the page shows another selection; draws nothing."""

from pathlib import Path

import streamlit as st

from dashboard.frame.link_menu import as_text
from dashboard.state.session import Session, current_link
from queries import wording
from queries.views import cases

_heard = st.components.v2.component("huiyin.heard", js=(Path(__file__).parent / "heard.js").read_text(encoding="utf-8"))


def heard(session: Session, page: str, *, filtered: bool) -> None:
    """Tell the browser what is selected now; call when the page is drawn and all its controls are known."""
    link = {name: values for name, values in current_link().items() if name != "lang"}
    items = wording.items(session.answer(cases.selected), session.language) if filtered else ""
    said = session.words("frame.selected", items=items) if filtered else ""
    data = {"selection": f"{page}?{as_text(link)}", "language": session.language, "items": items, "said": said}
    with st.container(key="heard"):
        _heard(key="said", data=data, width="content", height="content")
