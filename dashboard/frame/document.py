"""What the browser is told about the page as a whole: its language, its title, its look, and names that are missing.

Streamlit always says that a page is English, so a screen reader would read Chinese with English sounds (WCAG 3.1.1);
it says some words of its own in English, and a button with a sign alone is called by the sign's name (4.1.2). None of
it can be set, nor some sizes and colours in its theme (`document.css`). axe-core watches over it in the tests.
"""

from functools import cache
from pathlib import Path

import streamlit as st

from dashboard.i18n import Words, catalogue

_HERE = Path(__file__).parent
_SIGNS = {
    "[class*=st-key-narrow-] [data-testid=stPopoverButton]": "frame.narrow_help",
    "[class*=st-key-take-] [data-testid=stPopoverButton]": "take.help",
    ".st-key-link-menu [data-testid=stPopoverButton]": "links.help",
    ".st-key-briefing-menu [data-testid=stPopoverButton]": "briefing.download_title",
}
"""Buttons with a sign alone, and what they are called."""

_STYLE = (_HERE / "document.css").read_text(encoding="utf-8")
_SCRIPT = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("document.js", "menus.js", "ahead.js"))
_document = st.components.v2.component("huiyin.document", js=_SCRIPT)


def describe(words: Words, dark: bool, title: str, ahead: str) -> None:
    """Say language, ground and title of the page, and where figures ahead of a run are asked for; draws nothing."""
    data = {
        "language": words.language,
        "ground": "dark" if dark else "light",
        "title": title,
        "ahead": ahead,
        "style": _STYLE,
        "names": {selector: words(key) for selector, key in _SIGNS.items()},
        "own": _own(words.language),
        "words": {name: words(f"frame.file_{name}") for name in ("choose", "drop")},
    }
    _document(key="document", data=data, width="content", height="content")


@cache
def _own(language: str) -> dict[str, str]:
    """What Streamlit says in English, to the same in the reader's language."""
    words = Words(language)
    names = [key.removeprefix("widget.") for key in catalogue("en") if key.startswith("widget.")]
    return {Words("en")(f"widget.{name}"): words(f"widget.{name}") for name in names}
