"""From a mark of a figure or an entry of a menu to the selection it stands for; the same everywhere.

What a figure's marks stand for follows from what its view is broken down by, so a chart need not know of it. A choice
taken twice is taken back, and each step is a step of the browser's Back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from dashboard.choices import Choices
from dashboard.filter_widgets import WIDGET
from dashboard.session import Session, link_to, narrow, recall, remember
from queries import wording
from queries.days import add_months, month_end
from queries.dimensions import DIMENSIONS, GRAINS
from queries.filters import Filters
from queries.measures import Count, Ratio
from queries.views import View

MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Mark:
    """What one mark stands for: a key of a dimension, or a period.

    Attributes:
        dimension: name of the dimension; of a period the name of the step of time.
        key: key of the dimension; of a period the ISO date of its first day.
    """

    dimension: str
    key: str

    @property
    def period(self) -> tuple[date, date] | None:
        """First and last day, where it is a period."""
        if self.dimension not in MONTHS_OF:
            return None
        start = date.fromisoformat(self.key)
        return start, month_end(add_months(start, MONTHS_OF[self.dimension] - 1))


def can_narrow(view: View) -> bool:
    """Whether the rows of a view stand for selections."""
    return bool(_axes(view))


def marks(session: Session, view: View) -> dict[Mark, str]:
    """Every mark of a view with its words, a period's newest first."""
    found: dict[Mark, str] = {}
    for axis in _axes(view):
        values = view.frame[axis].drop_nulls().unique(maintain_order=True).to_list()
        if axis in GRAINS:
            for day in sorted(values, reverse=True):
                found[Mark(axis, day.isoformat())] = _period_words(axis, day, session.language)
        else:
            labels = session.snapshot.labels(axis, session.language)
            found |= {Mark(axis, key): labels.get(key, key) for key in values if key in labels}
    return found


def marked(session: Session, view: View, point: Mapping[str, Any]) -> Mark | None:
    """The mark a point clicked in the view's figure stands for: by its key, its position or its label."""
    data = point.get("customdata")
    said = [*(data if isinstance(data, list) else [data]), point.get("x"), point.get("y"), point.get("label")]
    texts = [str(each) for each in said if each is not None]
    known = marks(session, view)
    for text in texts:
        for mark, words in known.items():
            if mark.key == text or words == text or (mark.period and text[:10] == mark.key):
                return mark
    return None


def apply(mark: Mark) -> None:
    """Narrow the selection to a mark, or take that back where it is what is chosen (a callback).

    The whole page is drawn anew, also where the click was within a part that is drawn alone.
    """
    period = mark.period
    if period is None:
        narrow(mark.dimension, mark.key)
        st.rerun()
    names = ("period", "start", "end")
    chosen = tuple(st.session_state.get(WIDGET + name) for name in names)
    now = ("last12", None, None) if chosen == ("custom", *period) else ("custom", *period)
    st.session_state.update({WIDGET + name: value for name, value in zip(names, now, strict=True)})
    st.rerun()


def release(*names: str) -> None:
    """Put parts of the filter bar back to what they are when nothing was chosen (a callback)."""
    usual = Choices()
    st.session_state.update({WIDGET + name: getattr(usual, name) for name in names})


def click(session: Session, view: View, figure: str) -> None:
    """Narrow to the mark clicked in a figure (a callback)."""
    points = st.session_state[figure]["selection"]["points"]
    # a second click on a mark unselects it: what it stood for is taken back, or chosen again where it was taken back
    mark = marked(session, view, points[0]) if points else recall(f"mark of {figure}")
    if isinstance(mark, Mark):
        remember(f"mark of {figure}", mark)
        apply(mark)


def menu(session: Session, view: View, key: str) -> None:
    """The same without a mouse, and the way to the items: a menu in the head of a card."""
    known = marks(session, view)
    counted = [each for each in view.measures if isinstance(each, Count | Ratio) and each.table != "backlog"]
    if session.cases is None:
        counted = []
    if not known and not counted:
        return
    words = session.words
    with st.popover("", icon=":material/filter_alt:", type="tertiary", help=words("frame.narrow_help"),
                    key=f"narrow-{key}"):  # fmt: skip
        if known:
            state = f"narrow-to-{key}"
            st.selectbox(words("frame.narrow"), list(known), index=None, format_func=known.__getitem__, key=state,
                         placeholder=words("frame.narrow_any"), on_change=partial(_chosen, state))  # fmt: skip
        for each in counted:
            label = words("frame.cases_of", name=each.label(session.language))
            part = "numerator" if isinstance(each, Count) else "denominator"
            page, link = link_to(session, "cases", controls={"of": each.name, "part": part})
            st.page_link(page, label=label, icon=":material/list_alt:", query_params=link)


def _chosen(state: str) -> None:
    mark = st.session_state.get(state)
    st.session_state[state] = None
    if isinstance(mark, Mark):
        apply(mark)


def _axes(view: View) -> list[str]:
    """What marks of a view stand for; of two breakdowns at once none can be told from a position."""
    axes = [name for name in view.by if name in MONTHS_OF or (name in DIMENSIONS and name != "batch")]
    return [name for name in axes if name in view.frame.columns] if len(axes) == 1 else []


def _period_words(grain: str, day: date, language: str) -> str:
    start, end = Mark(grain, day.isoformat()).period or (day, day)
    return wording.period(start, end, language)


def next_level(filters: Filters, offered: Sequence[str]) -> str:
    """By what to break down first: below a single place its offices, else what is offered first."""
    return "office" if len(filters.keys("place")) == 1 and "office" in offered else offered[0]
