"""The words of a card as one part of the page: its finding, what its figure shows, how it is made, its notes.

A component of ours, because words must change in the same moment as the figure they are about
(`dashboard.frame.ahead`). What is said is text, never markup: names from a register are shown as they are.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard.parts.scripts import source
from dashboard.state.session import Session

_draw = st.components.v2.component(
    "huiyin_card_words",
    css=source("help.css", "card_words.css"),
    js=source("element.js", "part.js", "help.js", "card_words.js"),
    isolate_styles=False,  # paper has rules for them too
)


def words_of_card(
    session: Session,
    name: str,
    finding: str = "",
    note: str = "",
    help: Sequence[str | Mapping[str, str]] = (),
    lines: Sequence[str] = (),
    level: int = 2,
) -> dict[str, Any]:
    """What the component is told.

    Args:
        finding: the heading. note: the line below it.
        help: paragraphs behind a sign at the end of that line; a link as `text` and `href`.
        lines: smaller sentences, one each.
        level: of the heading.
    """
    return {
        "name": name,
        "finding": finding,
        "note": note,
        "help": list(help),
        "ask": session.words("frame.method_of", name=finding or note) if help else "",
        "lines": list(lines),
        "level": level,
    }


def draw_words(told: Mapping[str, Any]) -> None:
    """Draw what `words_of_card` says."""
    _draw(key=told["name"], data=told)
