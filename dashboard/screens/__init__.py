"""Screens: one module a page with a value named `PAGE`. Drop a module in and it appears in the navigation.

A screen opens with its reader's question, asks for views and shows them: no frames, no arithmetic, no session state.
The folder must not be called "pages": Streamlit's older router would take it over before `app.py` runs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial

import streamlit as st

from dashboard.parts.components import linked, plain
from dashboard.state.links import link_to
from dashboard.state.session import Session
from queries.catalogue import collect


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes:
        name: its address, and the section of its words in the catalogues; the title is `<name>.title`.
        order: place in the navigation; 0 opens first.
        render: draws it.
        filtered: whether the filter bar stands above it.
        on_records: whether it says something without a register, from the records alone.
        icon: name of a Material symbol.
        section: the menu of the navigation it stands in (words `section.<name>`), "" directly in the bar.
        bureau_only: absent for offices: it shows items, findings, imports or forms.
        shown: whether this reader may open it at all; absent from the navigation where not.
        warm: asks for the views and figures the page opens with, so that the server makes them before the first reader.
    """

    name: str
    order: int
    render: Callable[[Session], None]
    icon: str
    filtered: bool = True
    on_records: bool = False
    section: str = ""
    bureau_only: bool = False
    shown: Callable[[Session], bool] = lambda session: True
    warm: Callable[[Session], None] | None = None

    def open_to(self, session: Session) -> bool:
        """Whether the reader may open it."""
        return self.shown(session) and not (self.bureau_only and session.viewer.kind != "bureau")


@cache
def pages() -> tuple[Page, ...]:
    """Every page in the order of the navigation."""
    return tuple(sorted(collect("dashboard.screens", "PAGE"), key=lambda page: page.order))


def doors(session: Session, asked: str) -> dict[str, Page]:
    """What a reader finds at every address, in the order of the navigation.

    A page that is not open to them is one line that says so; an address asked for that is no page's likewise. Both are
    not `open_to` them.
    """
    found = {
        page.name: page if page.open_to(session) else replace(page, render=partial(_closed, page), filtered=False)
        for page in pages()
    }
    if asked and asked not in found:
        found[asked] = Page("missing", 999, partial(_missing, asked), "", filtered=False, shown=lambda session: False)
    return found


def _closed(page: Page, session: Session) -> None:
    words = session.words
    _instead(session, words("missing.closed_heading", name=words(f"{page.name}.title")), words("missing.closed_reason"))


def _missing(asked: str, session: Session) -> None:
    _instead(session, session.words("missing.heading", name=linked(session, [asked])), session.words("missing.reason"))


def _instead(session: Session, heading: str, reason: str) -> None:
    st.markdown(f"# {heading}")
    st.markdown(plain(reason))
    front = pages()[0].name
    label = session.words("missing.to_front", name=session.words(f"{front}.title"))
    page, link = link_to(session, front)
    st.page_link(page, label=label, icon=":material/arrow_back:", query_params=link)
