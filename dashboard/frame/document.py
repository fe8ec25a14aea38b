"""What the browser is told about the page as a whole: its language, its title, and a few colours and sizes.

Streamlit always says that a page is English, so a screen reader would read Chinese with English sounds (WCAG 3.1.1).
On dark ground it writes white on the light blue that marks what is chosen (1.4.3), and the button that empties a list
of choices is smaller than a finger (2.5.8). Neither can be set in its theme. axe-core watches over both in the tests.
"""

import streamlit as st

_SAY = """
export default function ({ data }) {
    document.documentElement.lang = data.language;
    document.documentElement.dataset.huiyin = data.ground;
    document.title = data.title;
    if (!document.getElementById("huiyin-style")) {
        const style = document.createElement("style");
        style.id = "huiyin-style";
        style.textContent = data.style;
        document.head.append(style);
    }
}
"""
_STYLE = """
[data-testid=stMultiSelectTagsContainer] ~ button { min-width: 24px; min-height: 24px; }
[data-huiyin=dark] [data-testid=stMultiSelectTagsContainer] [data-tag] { background-color: #1F5A94; color: #FFFFFF; }
[data-huiyin=dark] button[kind^=primary] { background-color: #1F5A94; border-color: #5AA9F0; color: #FFFFFF; }
"""
_document = st.components.v2.component("huiyin.document", js=_SAY)


def describe(language: str, dark: bool, title: str) -> None:
    """Say language ("zh", "en"), ground and title of the page; draws nothing."""
    data = {"language": language, "ground": "dark" if dark else "light", "title": title, "style": _STYLE}
    _document(key="document", data=data, width="content", height="content")
