"""The filter bar as widgets of one browser window: what they hold, and how they are filled."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.i18n import Words
from dashboard.state.choices import PERIODS, TARGETS, Choices
from queries.dimensions import DIMENSIONS
from queries.rules import CONVENTIONS, RULE_SETS
from queries.snapshot import Snapshot

WIDGET = "filter."
LOCAL = "local."
_PLAIN = ("period", "start", "end", "as_of", "rules", "convention", "target")


def labels(name: str, snapshot: Snapshot, words: Words) -> dict[str, str]:
    """What a filter can hold, each with its words; nothing for a filter that is a day."""
    language = words.language
    match name:
        case "period":
            return {each: words(f"filters.{each}") for each in PERIODS}
        case "convention":
            return {each: label(language) for each, label in CONVENTIONS.items()}
        case "target":
            return {each: words(f"filters.target_{each}") for each in ("any", *TARGETS)}
        case "rules":
            return {each: rules.label(language) for each, rules in RULE_SETS.items()}
        case _:
            return snapshot.labels(name, language) if name in DIMENSIONS else {}


def from_widgets(before: Choices, snapshot: Snapshot, state: Mapping[Any, Any]) -> Choices:
    """What the widgets of the filter bar hold; what none of them shows stays as it was.

    Args:
        state: values of widgets by key, with keys of options, such as Streamlit's session state.
    """
    plain = {name: state[WIDGET + name] for name in _PLAIN if WIDGET + name in state}
    where = dict(before.where)
    for name in DIMENSIONS:
        if WIDGET + name in state:
            chosen = set(state[WIDGET + name])
            where[name] = tuple(sorted(chosen & {*snapshot.keys(name), ""})) if chosen else ()
    if plain.get("target") == "any":
        plain["target"] = None
    return replace(before, **plain).within(where)


def fill_widgets(choices: Choices, language: str, controls: Mapping[str, str], *, everything: bool) -> None:
    """Give the widgets their values before they are drawn: all of them, or those that have none."""
    values: dict[str, Any] = {WIDGET + name: getattr(choices, name) for name in _PLAIN}
    values[WIDGET + "target"] = choices.target or "any"
    values |= {WIDGET + name: list(choices.where.get(name, ())) for name in DIMENSIONS}
    values["language"] = language
    if everything:
        for name in [key for key in st.session_state if str(key).startswith(LOCAL)]:
            del st.session_state[name]
        values |= {LOCAL + name: value for name, value in controls.items()}
    for name, value in values.items():
        if everything or name not in st.session_state:
            st.session_state[name] = value
