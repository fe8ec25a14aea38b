"""A page on paper: what Ctrl+P prints of it, whatever the size of the window and the ground it is read on.

The browser prints what is on the screen, so `paper.css` takes away what only a screen needs and keeps cards whole, and
`paper.js` does what no style can: it lays the page out at one width before printing, fits charts into the paper, puts
dark ground back to light, and makes pictures of tables that are drawn on a canvas. Nothing is sent anywhere.
"""

from pathlib import Path

import streamlit as st

from dashboard.charts import DARK, LIGHT
from dashboard.exports.sheets import selection_lines
from dashboard.state.session import Session
from queries import wording

_HERE = Path(__file__).parent
_STYLE = (_HERE / "paper.css").read_text(encoding="utf-8")
_draw = st.components.v2.component("huiyin.paper", js=(_HERE / "paper.js").read_text(encoding="utf-8"))


def on_paper(session: Session, page: str, *, filtered: bool) -> None:
    """Have the page ready to be printed with who prints what, seen from which day; draws nothing.

    Args:
        filtered: the page shows the reader's selection.
    """
    words = session.words
    data = {
        "style": _STYLE,
        "title": [each for each in (session.settings.bureau, words(f"{page}.title")) if each],
        "selection": _selection(session) if filtered else [],
        "foot": [] if session.is_empty else _foot(session),
        "beyond": words("frame.paper_beyond"),
        "ground": "dark" if session.dark else "light",
        "colours": {dark: light for dark, light in zip(DARK.colours, LIGHT.colours, strict=True) if dark != light},
    }
    _draw(key="paper", data=data, width="content", height="content")


def _selection(session: Session) -> list[str]:
    lines = selection_lines(session.snapshot, session.filters, session.language)
    return [session.words("frame.paper_line", name=name, value=value) for name, value in lines]


def _foot(session: Session) -> list[str]:
    demo = [session.words("frame.demo")] if session.snapshot.is_demo else []
    return [session.words("frame.as_of", day=wording.day(session.as_of, session.language)), *demo]
