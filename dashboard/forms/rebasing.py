"""Drawing the limits of a chart anew: a named decision with a reason, never the computer's."""

import streamlit as st

from dashboard.forms.record_form import add_record, pick_record
from dashboard.parts.components import plain
from dashboard.state.session import Session
from queries.days import month_start
from queries.views import View, control


def limits_and_baseline(session: Session, view: View, scope: str, key: str) -> None:
    """What the limits of a monthly share rest on, the decisions that moved them, and a form for a new one.

    Shown to the bureau only; whoever looks at an earlier version of the data cannot decide anything in it.

    Args:
        view: of `control.course`. scope: place or office of the chart, "" for the whole city.
        key: stable name of the part on its page.
    """
    if session.viewer.kind != "bureau" or session.is_pinned or not control.has_limits(view):
        return
    words = session.words
    name = view.measures[0].name
    with st.expander(words("control.limits"), icon=":material/tune:"):
        st.caption(plain(words("control.limits_help")))
        decided = session.answer(control.decisions, name, scope)
        if decided:
            pick_record(session, "rebaseline", decided, key=f"rebase-{key}")
        start = {"measure": name, "scope": scope, "month": month_start(session.as_of)}
        add_record(session, "rebaseline", key=f"rebase-{key}", content=start, label=words("control.redraw"))
