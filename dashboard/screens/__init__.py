"""Screens: one module a page with a value named `PAGE`. Drop a module in and it appears in the navigation.

A screen opens with its reader's question, asks for views and shows them: no frames, no arithmetic, no session state.
The folder must not be called "pages": Streamlit's older router would take it over before `app.py` runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

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
