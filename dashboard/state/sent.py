"""What a browser's message that sets off a run says of the controls, read before the run (`dashboard.frame.ahead`).

Streamlit sends the value of every control with each message; of a choice it sends the words shown.
"""

import json
from collections.abc import Mapping
from typing import Any

from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # it comes without types
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.runtime.state.common import user_key_from_element_id

from dashboard.state.choices import Choices
from dashboard.state.filter_widgets import LOCAL, WIDGET, from_widgets, labels
from dashboard.state.narrowing import MENU, marks, narrowed, narrowed_to_row
from dashboard.state.session import Session
from dashboard.state.stage import Make
from queries.dimensions import DIMENSIONS


def said(message: bytes) -> dict[str, Any]:
    """The values of the controls that have a key, by key; of a control that was not touched yet there is none.

    Raises:
        ValueError: it is no message of Streamlit's.
    """
    found: dict[str, Any] = {}
    try:
        read = BackMsg.FromString(message)
    except DecodeError as error:
        raise ValueError("Not a message of Streamlit's") from error
    for each in read.rerun_script.widget_states.widgets:
        key, kind = user_key_from_element_id(each.id), each.WhichOneof("value")
        if key and kind:
            value = getattr(each, kind)
            found[key] = list(value.data) if kind == "string_array_value" else value
    return found


def switched(session: Session, controls: Mapping[str, Any]) -> Make | None:
    """What makes the parts that the run will change where one switch of the page alone is another; None elsewhere.

    Args:
        controls: as `said` has them.
    """
    found: list[Make] = []
    for name, switch in session.stage.switches.items():
        options = {words: option for option, words in switch.words.items()}
        option = options.get(str(controls.get(LOCAL + name)))
        if option not in (None, switch.chosen):
            found.append(switch.ways[str(option)])
    return found[0] if len(found) == 1 else None


def meant(session: Session, controls: Mapping[str, Any]) -> Choices:
    """The selection that the run will have, as far as the controls tell.

    Args:
        controls: as `said` has them.
    """
    barred = from_widgets(session.choices, session.snapshot, _in_keys(session, controls))
    if barred != session.choices:
        return barred
    for key, value in controls.items():
        row = _row(value) if key in session.stage.rows else None
        if row is not None and row < len(session.stage.rows[key]):
            return narrowed_to_row(session.choices, session.stage.rows[key][row])
        view = session.stage.views.get(f"figure-{key.removeprefix(MENU)}") if key.startswith(MENU) else None
        mark = next((mark for mark, words in marks(session, view).items() if words == value), None) if view else None
        if mark:
            return narrowed(session.choices, mark)
    return session.choices


def with_option(session: Session, name: str, words: str) -> Choices:
    """The selection after an option of the filter bar is chosen: beside those chosen before where there may be several.

    Args:
        name: of the filter. words: the option as it is shown.
    """
    if name not in DIMENSIONS:
        return from_widgets(session.choices, session.snapshot, _in_keys(session, {WIDGET + name: words}))
    known = labels(name, session.snapshot, session.words)
    chosen = [known.get(key, key) for key in session.choices.where.get(name, ())]
    return from_widgets(session.choices, session.snapshot, _in_keys(session, {WIDGET + name: [*chosen, words]}))


def _row(value: str) -> int | None:
    """The row chosen in a table, from what Streamlit sends of it; None where none is."""
    rows = json.loads(value).get("selection", {}).get("rows", ())
    return rows[0] if rows else None


def _in_keys(session: Session, controls: Mapping[str, Any]) -> dict[str, Any]:
    """The controls of the filter bar with keys in place of words; without those that hold something else."""
    found: dict[str, Any] = {}
    for key, value in controls.items():
        name = key.removeprefix(WIDGET)
        known = labels(name, session.snapshot, session.words) if key.startswith(WIDGET) else {}
        keys = {words: key for key, words in reversed(known.items())}  # of two that are called alike the first
        if isinstance(value, list) and known:
            found[key] = [keys.get(each, each) for each in value]
        elif isinstance(value, str) and value in keys:
            found[key] = keys[value]
    return found
