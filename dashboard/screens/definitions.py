"""What does each figure mean, and where does it come from?"""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import polars as pl
import streamlit as st

import queries
from dashboard.parts.components import choose, heading, plain, table
from dashboard.screens import Page
from dashboard.state.kept import spec_sentences
from dashboard.state.session import Session
from queries import wording
from queries.dimensions import DIMENSIONS, GRAINS
from queries.methods import Method, methods
from queries.rules import CONVENTIONS, RULE_SETS
from queries.views import definitions, forwarding
from queries.views.definitions import Definition

SPECS = Path(queries.__file__).parent.parent / "tests" / "spec"


def render(session: Session) -> None:
    """Measures, rule sets, ways to break down: generated from the definitions the figures are computed with."""
    words = session.words
    heading(session, words("definitions.headline"))
    part = choose(
        session, "part", list(PARTS), lambda name: words(f"definitions.tab_{name}"), label=words("definitions.part")
    )
    PARTS[part](session)


def _measures(session: Session) -> None:
    found = session.answer(definitions.definitions)
    for theme in definitions.THEMES.values():
        st.markdown(f"## {plain(theme(session.language))}")
        _side_by_side([partial(_measure, session, each) for each in found if each.theme == theme])


def _side_by_side(cards: Sequence[Callable[[], None]]) -> None:
    """Cards two in a row, those of a row equally high."""
    for first in range(0, len(cards), 2):
        for column, card in zip(st.columns(2, gap="small"), cards[first : first + 2], strict=False):
            with column:
                card()


def _measure(session: Session, definition: Definition) -> None:
    words, language, each = session.words, session.language, definition.measure
    with st.container(border=True, gap=None, height="stretch", key=f"definition-{each.name}"):
        badges = [definition.kind(language), each.unit(language), words(f"definitions.better_{each.better}")]
        st.markdown(
            f"**{plain(each.label(language))}** " + " ".join(f":gray-badge[{plain(badge)}]" for badge in badges)
        )
        st.markdown(plain(each.meaning(language)))
        facts = (
            ("definitions.cohort", each.cohort.label(language)),
            ("definitions.source", wording.cited(each.source, language)),
            ("definitions.name", each.name),
        )
        st.caption(" · ".join(f"{words(key)} {plain(text)}" for key, text in facts if text))
        if definition.reason is not None:
            st.caption(f":material/info: {plain(definition.reason(language))}")
        sentences = spec_sentences(str(SPECS)).get(each.name, ())
        if sentences:
            with st.expander(words("definitions.examples", count=len(sentences)), key=f"examples-{each.name}"):
                for sentence in sentences:
                    st.markdown(f"- {plain(sentence)}")


def _rules(session: Session) -> None:
    words, language = session.words, session.language
    days = definitions.rule_days()
    frame = pl.DataFrame(
        [{"rule": words(f"definitions.{name}"), **counts} for name, counts in days.items()],
        schema={"rule": pl.String, **dict.fromkeys(RULE_SETS, pl.Int64)},
    )
    headings = {name: rules.label(language) for name, rules in RULE_SETS.items()}
    table(session, frame, {"rule": words("definitions.rule"), **headings}, key="rules")
    for rules in RULE_SETS.values():
        st.caption(f"{plain(rules.label(language))}: {plain(wording.cited(rules.source, language))}")
    st.caption(plain(session.answer(forwarding.closing_said)(language)))
    st.markdown(f"## {plain(words('filters.convention'))}")
    for name, label in CONVENTIONS.items():
        st.markdown(f"- **{plain(label(language))}** {plain(words(f'definitions.convention_{name}'))}")


def _breakdowns(session: Session) -> None:
    words, language = session.words, session.language
    rows = [
        {
            "label": each.label(language),
            "name": name,
            "values": len(session.snapshot.keys(name)),
            "given": words("definitions.yes" if session.snapshot.available(name) else "definitions.no"),
        }
        for name, each in DIMENSIONS.items()
    ]
    frame = pl.DataFrame(rows, schema={"label": pl.String, "name": pl.String, "values": pl.Int64, "given": pl.String})
    table(session, frame, {name: words(f"definitions.column_{name}") for name in frame.columns}, key="dimensions")
    grains = "、".join(f"{grain.label(language)} ({name})" for name, grain in GRAINS.items())
    st.caption(plain(words("definitions.grains", names=grains)))


def _methods(session: Session) -> None:
    """Every method beyond plain counting, theme by theme."""
    language = session.language
    for theme in dict.fromkeys(each.theme for each in methods()):
        st.markdown(f"## {plain(theme(language))}")
        _side_by_side([partial(_method, session, each) for each in methods() if each.theme == theme])


def _method(session: Session, each: Method) -> None:
    words, language = session.words, session.language
    with st.container(border=True, gap=None, height="stretch", key=f"method-{each.name}"):
        st.markdown(f"**{plain(each.label(language))}** :gray[{plain(each.question(language))}]")
        st.markdown(plain(each.meaning(language)))
        st.caption(plain(words("definitions.method_limits") + each.limits(language)))
        st.caption(plain(f"{words('definitions.method_source')}{each.source}"))


def _reading(session: Session) -> None:
    for number in range(1, 7):
        st.markdown(f"- {plain(session.words(f'definitions.reading_{number}'))}")


PARTS: dict[str, Callable[[Session], None]] = {
    "measures": _measures,
    "methods": _methods,
    "rules": _rules,
    "breakdowns": _breakdowns,
    "reading": _reading,
}


PAGE = Page(name="definitions", order=80, render=render, icon="menu_book", filtered=False, section="data")
