"""Ask: a line to type in, from any page, that finds measures, places, offices, topics and pages and goes there."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.i18n import Words
from dashboard.state.controls import reported
from dashboard.state.session import Session, open_page
from queries.dimensions import DIMENSIONS
from queries.search import Entry, Index, index
from queries.vocabulary import LANGUAGES, Text

_HERE = Path(__file__).parent
_draw = st.components.v2.component(
    "huiyin_ask",
    css=(_HERE / "ask.css").read_text(encoding="utf-8"),
    js=(_HERE / "ask.js").read_text(encoding="utf-8"),
)
DESTINATION = "explore"  # where a measure or a place is looked at


def page_entries(names: Sequence[str]) -> tuple[Entry, ...]:
    """The pages a reader has, by their titles in both languages."""
    words = [Words(language) for language in LANGUAGES]
    return tuple(Entry("page", name, Text(*(each(f"{name}.title") for each in words))) for name in names)


def index_for(session: Session, pages: Sequence[str]) -> Index:
    """What this reader can find."""
    return index(session.snapshot, page_entries(pages))


@st.fragment
def ask(session: Session, pages: Sequence[str]) -> None:
    """The button and the line behind it; typing draws nothing but the answers anew.

    Args:
        pages: names of the pages this reader has.
    """
    asked = reported("ask", "asked")
    found = index_for(session, pages).find(asked) if asked else []
    result = _draw(
        key="ask", data=_data(session, asked, found), default={"asked": ""}, on_asked_change=_nothing,
        on_go_change=_nothing, width="content",
    )  # fmt: skip
    chosen = getattr(result, "go", None)
    if isinstance(chosen, Mapping):
        _go(session, str(chosen.get("kind")), str(chosen.get("key")), pages)


def _nothing() -> None:
    """Without a callback the component would not report."""


def _data(session: Session, asked: str, found: Sequence[Entry]) -> dict[str, Any]:
    words = session.words
    return {
        "asked": asked,
        "found": [
            {"kind": each.kind, "key": each.key, "name": each.name(session.language), "where": _where(session, each)}
            for each in found
        ],
        "words": {name: words(f"ask.{name}") for name in ("open", "ask", "nothing", "hint")},
    }


def _where(session: Session, entry: Entry) -> str:
    """What kind of thing it is."""
    if entry.kind in DIMENSIONS:
        return DIMENSIONS[entry.kind].label(session.language)
    return session.words(f"ask.{entry.kind}")


def _go(session: Session, kind: str, key: str, pages: Sequence[str]) -> None:
    """Go to what was chosen, the rest of the selection kept."""
    if kind == "page" and key in pages:
        open_page(session, key, {})
    elif kind == "measure":
        open_page(session, DESTINATION, {}, controls={"m": key})
    elif kind in DIMENSIONS:
        open_page(session, DESTINATION, {kind: (key,)})
