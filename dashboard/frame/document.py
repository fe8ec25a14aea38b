"""What the browser is told about the page as a whole: its language, its title, and a few colours and sizes.

Streamlit always says that a page is English, so a screen reader would read Chinese with English sounds (WCAG 3.1.1).
The words on its control for files and in the corner of text fields ("Press Enter to apply") are English and cannot be
set either: the first are replaced, the others left out. On a phone the numbers in the cells of a heat map are too
small to be read; the shades stay.
On dark ground it writes white on the light blue that marks what is chosen (1.4.3), and the button that empties a list
of choices is smaller than a finger (2.5.8). Neither can be set in its theme. axe-core watches over both in the tests.
"""

import streamlit as st

from dashboard.i18n import Words

_SAY = """
export default function ({ data }) {
    document.documentElement.lang = data.language;
    document.documentElement.dataset.huiyin = data.ground;
    document.title = data.title;
    for (const [name, text] of Object.entries(data.words))
        document.documentElement.style.setProperty("--huiyin-" + name, JSON.stringify(text));
    if (!document.getElementById("huiyin-style")) {
        const style = document.createElement("style");
        style.id = "huiyin-style";
        style.textContent = data.style;
        document.head.append(style);
    }
}
"""
_STYLE = """
[data-testid=InputInstructions] { display: none; }
[data-testid=stFileUploaderDropzone] button p { font-size: 0; }
[data-testid=stFileUploaderDropzone] button p::after { content: var(--huiyin-choose); font-size: 0.9375rem; }
[data-testid=stFileUploaderDropzoneInstructions] > * { display: none; }
[data-testid=stFileUploaderDropzoneInstructions]::after { content: var(--huiyin-drop); font-size: 0.875rem; }
@media (max-width: 640px) { .js-plotly-plot .heatmap-label { display: none; } }
[data-testid=stTable] th, [data-testid=stTable] th * { white-space: nowrap; }
[data-testid=stTable] td, [data-testid=stTable] td * { word-break: keep-all; overflow-wrap: break-word; }
[data-testid=stMultiSelectTagsContainer] ~ button { min-width: 24px; min-height: 24px; }
[data-huiyin=dark] [data-testid=stMultiSelectTagsContainer] [data-tag] { background-color: #1F5A94; color: #FFFFFF; }
[data-huiyin=dark] button[kind^=primary] { background-color: #1F5A94; border-color: #5AA9F0; color: #FFFFFF; }
"""
_document = st.components.v2.component("huiyin.document", js=_SAY)


def describe(words: Words, dark: bool, title: str) -> None:
    """Say language, ground and title of the page, and the words of the control for files; draws nothing."""
    data = {
        "language": words.language, "ground": "dark" if dark else "light", "title": title, "style": _STYLE,
        "words": {name: words(f"frame.file_{name}") for name in ("choose", "drop")},
    }  # fmt: skip
    _document(key="document", data=data, width="content", height="content")
