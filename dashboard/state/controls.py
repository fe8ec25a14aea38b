"""Controls of one page beyond a choice of one: several choices, a text, what is clicked in a table or a figure.

Like `session.page_control` they are seeded from the link, and `session.note_control` puts them there.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from dashboard.state.choices import Link
from dashboard.state.filter_widgets import LOCAL
from dashboard.state.links import elsewhere
from dashboard.state.session import Session, understood
from queries.filters import Filters


def page_choices(name: str, default: Sequence[str], options: Sequence[str], between: str = ",") -> str:
    """Like `page_control` for several choices at once; the link holds them with `between` in between."""
    state = LOCAL + name
    now = st.session_state.get(state, st.session_state.get("_locals", {}).get(name))
    chosen = now.split(between) if isinstance(now, str) else now or ()
    if all(each in options for each in chosen):
        understood(name)
    kept = [each for each in dict.fromkeys(chosen) if each in options] or list(default)
    if st.session_state.get(state) != kept:
        st.session_state[state] = kept
    if state in st.session_state.get("_values", {}):
        st.session_state["_values"][state] = kept  # the link's text and the widget's list are the same choice
    return state


def page_period(name: str, default: str) -> str:
    """Like `page_control` for a period of two days; the link holds it as `2021-01-01..2021-06-30`."""
    state = LOCAL + name
    now = st.session_state.get(state, st.session_state.get("_locals", {}).get(name))
    if isinstance(now, tuple) or _two_days(str(now or "")):
        understood(name)
    if not isinstance(now, tuple):
        now = _two_days(str(now or "")) or _two_days(default) or ()
        st.session_state[state] = now
    if state in st.session_state.get("_values", {}):
        st.session_state["_values"][state] = now
    return state


def _two_days(text: str) -> tuple[date, ...] | None:
    first, _, last = text.partition("..")
    try:
        return tuple(sorted((date.fromisoformat(first), date.fromisoformat(last))))
    except ValueError:
        return None


def page_text(name: str) -> str:
    """Name of the widget state of a text that belongs to one page, seeded from the link; see `note_control`."""
    state = LOCAL + name
    understood(name)
    if not isinstance(st.session_state.get(state), str):
        st.session_state[state] = st.session_state.get("_locals", {}).get(name, "")
    return state


def control(name: str) -> str:
    """The value of a page's control that no widget of Streamlit shows, such as the order of a table."""
    return str(st.session_state[page_text(name)])


def take(name: str, component: str, trigger: str) -> None:
    """Take what a component of ours reports as the value of the page's control `name` (a callback)."""
    value = st.session_state[component].get(trigger)
    if isinstance(value, str):
        st.session_state[LOCAL + name] = value


def reported(component: str, name: str) -> str:
    """What a component of ours reports as its state `name`; "" before it has."""
    state = st.session_state.get(component)
    return str(state.get(name) or "") if isinstance(state, Mapping) else ""


def clicked(figure: str, trigger: str = "click") -> Mapping[str, Any]:
    """The mark just clicked in a figure: its x, y, label and `customdata`; empty for none.

    Args:
        figure: or another component of ours. trigger: what it says when it is clicked.
    """
    said = st.session_state.get(figure)
    return (said.get(trigger) if isinstance(said, Mapping) else None) or {}


def pick(name: str, figure: str, fragment: str) -> None:
    """Take the mark clicked in a figure as the choice of the page's control `name` (a callback).

    Args:
        figure: key of the figure, whose marks carry their key first in `customdata`.
        fragment: key of the only part of the page that is drawn anew.
    """
    data = clicked(figure).get("customdata")
    if data:
        st.session_state[LOCAL + name] = data[0]
    st.rerun(fragment)


def marked(figure: str, axis: str = "") -> dict[str, str]:
    """The keys of the mark just clicked in a figure; empty for none.

    Args:
        axis: whose key stands first in the mark's `customdata`; without it lines `dimension=key` stand there.
    """
    data = clicked(figure).get("customdata")
    if not data:
        return {}
    if axis:
        return {axis: str(data[0])}
    return dict(line.split("=", 1) for line in str(data[0]).splitlines() if "=" in line)


def set_value(name: str, value: str) -> None:
    """Set the page's control `name` (a callback)."""
    st.session_state[LOCAL + name] = value


def picked_row(table: str) -> int | None:
    """The row chosen in a table; choosing is then undone, so that the same row can be chosen again (in a callback)."""
    chosen = st.session_state[table]["selection"]["rows"]
    if not chosen:
        return None
    st.session_state[table] = {"selection": {"rows": [], "columns": [], "cells": []}}
    return int(chosen[0])


def widget_value(key: str) -> Any:
    """What a widget holds; then it is emptied, so that the same can be chosen again (in a callback)."""
    value = st.session_state.get(key)
    st.session_state[key] = None
    return value


def link_to(
    session: Session, name: str, filters: Filters, controls: Mapping[str, str] | None = None, *, label: str, icon: str
) -> None:
    """A link to another page with exactly a selection, on the data of this session; Back leads here again."""
    link: Link = filters.to_query() | {control: [value] for control, value in (controls or {}).items()}
    if "lang" in session.frame:
        link["lang"] = [session.language]
    if session.is_pinned:
        link["data"] = [session.pinned]
    # pages are told apart by their address, so this stands for the one `app.py` made
    page = st.Page(elsewhere, title=name, url_path=name)
    st.page_link(page, label=label, icon=f":material/{icon}:", query_params=link)
