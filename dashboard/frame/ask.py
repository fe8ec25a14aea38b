"""Ask: a line to type in, from any page, that finds measures, places, offices, topics and pages and goes there.

A case number, or how it begins, leads to its item; a part of one to the list of those that hold it. Both as far as the
reader may list items.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import streamlit as st

from dashboard.i18n import Words
from dashboard.state.controls import reported
from dashboard.state.links import open_page
from dashboard.state.session import Session
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
LIST = "cases"  # where items are
NUMBER_FROM = 3  # letters, a digit among them, from which what is typed may be of a case number
MOST_ITEMS = 3  # answers


class Found(NamedTuple):
    """An answer: what kind of thing it is, its key there, its name, and in words what it is."""

    kind: str
    key: str
    name: str
    where: str


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
    found = found_for(session, pages, asked)
    result = _draw(
        key="ask", data=_data(session, asked, found), default={"asked": ""}, on_asked_change=_nothing,
        on_go_change=_nothing, width="content",
    )  # fmt: skip
    chosen = getattr(result, "go", None)
    if isinstance(chosen, Mapping):
        _go(session, str(chosen.get("kind")), str(chosen.get("key")), pages)


def found_for(session: Session, pages: Sequence[str], asked: str) -> list[Found]:
    """What fits what is typed, as far as this reader may see it."""
    names = [
        Found(each.kind, each.key, each.name(session.language), _where(session, each))
        for each in (index_for(session, pages).find(asked) if asked else [])
    ]
    term = " ".join(asked.split())
    if session.cases is None or len(term) < NUMBER_FROM or not any(letter.isdigit() for letter in term):
        return names
    items = [Found("case", each, each, session.words("ask.case")) for each in session.cases.numbered(term, MOST_ITEMS)]
    listed = Found("cases", term, session.words("ask.listed", text=term), session.words(f"{LIST}.title"))
    return [*items, *names, listed]


def _nothing() -> None:
    """Without a callback the component would not report."""


def _data(session: Session, asked: str, found: Sequence[Found]) -> dict[str, Any]:
    words = session.words
    said = {name: words(f"ask.{name}") for name in ("open", "ask", "nothing", "hint")}
    if session.cases is not None:
        said["ask"] = words("ask.ask_items")
    return {"asked": asked, "found": [each._asdict() for each in found], "words": said}


def _where(session: Session, entry: Entry) -> str:
    """What kind of thing it is."""
    if entry.kind in DIMENSIONS:
        return DIMENSIONS[entry.kind].label(session.language)
    return session.words(f"ask.{entry.kind}")


def _go(session: Session, kind: str, key: str, pages: Sequence[str]) -> None:
    """Go to what was chosen, the rest of the selection kept."""
    if kind == "page" and key in pages:
        open_page(session, key, {})
    elif kind == "case":
        open_page(session, LIST, {}, controls={"case": key})
    elif kind == "cases":
        open_page(session, LIST, {}, controls={"q": key})
    elif kind == "measure":
        open_page(session, DESTINATION, {}, controls={"m": key})
    elif kind in DIMENSIONS:
        open_page(session, DESTINATION, {kind: (key,)})
