"""What the browser is told about the page as a whole: its language and its title.

Streamlit always says that a page is English, so a screen reader would read Chinese with English sounds (WCAG 3.1.1).
"""

import streamlit as st

_SAY = """
export default function ({ data }) {
    document.documentElement.lang = data.language;
    document.title = data.title;
}
"""
_document = st.components.v2.component("huiyin.document", js=_SAY)


def describe(language: str, title: str) -> None:
    """Say the language ("zh", "en") and the title of the page; draws nothing."""
    _document(key="document", data={"language": language, "title": title}, width="content", height="content")
