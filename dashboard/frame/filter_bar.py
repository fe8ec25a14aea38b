"""The filter bar all pages share: one row of the main filters, the others behind a button, the active ones as pills."""

from collections.abc import Callable, Sequence
from typing import Literal

import streamlit as st

from dashboard.frame import ahead
from dashboard.frame.ask import ask
from dashboard.frame.document import describe
from dashboard.frame.link_menu import link_menu
from dashboard.frame.paper import on_paper
from dashboard.parts.components import plain
from dashboard.state import narrowing
from dashboard.state import session as state
from dashboard.state.filter_widgets import WIDGET, labels
from dashboard.state.session import Session
from queries import wording
from queries.days import FIRST_DAY, LAST_DAY
from queries.dimensions import DIMENSIONS
from queries.vocabulary import LANGUAGES

MAIN = ("place", "office", "topic_l1", "channel")
MORE = (
    "register_level",
    "is_first_national",
    "is_first_local",
    "is_repeat",
    "purpose",
    "procedure",
    "handling_mode",
    "topic_l2",
    "topic_l3",
    "is_group",
    "is_backlog",
    "is_legal_matter",
    "outcome",
)


def filter_bar(session: Session, page: str, pages: Sequence[str] = (), *, filtered: bool = True) -> None:
    """Draw the bar of a page; where nothing is filtered only the search, the link and the language switch.

    Args:
        pages: names of the pages the reader has, for the search.
    """
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter-bar"):
        if filtered:
            _period(session)
            for name in MAIN:
                _dimension(session, name, width=156, collapsed=True)
            with st.container(width="content"):
                _more(session)
        title = session.words("frame.tab", page=session.words(f"{page}.title"))
        describe(session.words, session.dark, title, ahead.address(session))
        on_paper(session, page, filtered=filtered)
        st.space("stretch")
        _tools(session, page, pages)
    if filtered:
        _trail(session)


def _tools(session: Session, page: str, pages: Sequence[str]) -> None:
    """The search, the link and the language; on a wide screen they stand beside the navigation (`document`)."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content", key="page-tools"):
        with st.container(width="content"):
            ask(session, tuple(pages))
        if page in pages and not session.is_empty:
            link_menu(session, page)
        st.segmented_control(
            session.words("frame.language"),
            LANGUAGES,
            format_func=lambda name: session.words(f"frame.language_{name}"),
            key="language",
            required=True,
            label_visibility="collapsed",
        )


def _period(session: Session) -> None:
    words = session.words

    start, end = session.choices.span(session.snapshot.as_of)
    known = labels("period", session.snapshot, words)
    st.selectbox(
        words("filters.period"),
        list(known),
        format_func=known.__getitem__,
        key=WIDGET + "period",
        label_visibility="collapsed",
        width=164,
        icon=":material/calendar_month:",
        help=wording.period(start, end, session.language),
    )


def _dimension(
    session: Session,
    name: str,
    *,
    width: int | Literal["stretch"] = "stretch",
    collapsed: bool = False,
    on_change: Callable[[], None] | None = None,
) -> None:
    chosen = session.choices.where.get(name)
    if not chosen and not session.snapshot.available(name):
        return
    label = DIMENSIONS[name].label(session.language)
    offered = session.snapshot.offered(name)
    blank = [""] if "" in (chosen or ()) and "" not in offered else []
    st.multiselect(
        label,
        [*offered, *blank],
        format_func=_label(labels(name, session.snapshot, session.words)),
        key=WIDGET + name,
        placeholder=label if collapsed else session.words("filters.any"),
        label_visibility="collapsed" if collapsed else "visible",
        width=width,
        wrap=not collapsed,
        select_all=False,
        on_change=on_change,
    )


def _label(known: dict[str, str]) -> Callable[[str], str]:
    return lambda key: known.get(key, key)


@st.fragment
def _more(session: Session) -> None:
    """The filters seldom asked for. They are drawn when they are opened; a choice draws the whole page."""
    words, choices = session.words, session.choices
    opened = st.popover(words("filters.more"), icon=":material/tune:", key="more-filters", on_change="rerun")
    if not opened.open:
        return
    with opened:
        if choices.period == "custom":
            with st.container(horizontal=True):
                for name, end in (("from", "start"), ("to", "end")):
                    st.date_input(words(f"filters.{name}"), value=None, key=WIDGET + end, format="YYYY-MM-DD",
                                  min_value=FIRST_DAY, max_value=LAST_DAY, on_change=narrowing.draw_all)  # fmt: skip
        st.date_input(
            words("filters.as_of"),
            value=None,
            key=WIDGET + "as_of",
            format="YYYY-MM-DD",
            min_value=FIRST_DAY,  # Streamlit's own earliest day is ten years before today
            max_value=max(session.snapshot.as_of, choices.as_of or session.snapshot.as_of),
            help=words("filters.as_of_help"),
            on_change=narrowing.draw_all,
        )
        for name in MORE:
            _dimension(session, name, on_change=narrowing.draw_all)
        for name in ("convention", "target", "rules"):
            known = labels(name, session.snapshot, words)
            st.selectbox(words(f"filters.{name}"), list(known), format_func=known.__getitem__, key=WIDGET + name,
                         on_change=narrowing.draw_all)  # fmt: skip


def _before_the_first(session: Session) -> None:
    """Say so where the period ends before the register begins, as whole months do within a first month."""
    first, end = session.snapshot.first_day, session.filters.end
    if first is None or end is None or end >= first:
        return
    days = {"first": wording.day(first, session.language), "end": wording.day(end, session.language)}
    st.caption(f":material/info: {plain(session.words('filters.before_first', **days))}", width="content")


def _trail(session: Session) -> None:
    """One line that says where the reader stands: everything chosen, each with a way to take it back."""
    choices, words, language = session.choices, session.words, session.language
    pills: dict[str, str] = {}
    for name in (name for name in (*MAIN, *MORE, *choices.where) if name in choices.where):
        known = session.snapshot.labels(name, language)
        chosen = wording.listing([known.get(key, key) for key in choices.where[name]], language)
        pills[name] = f"{DIMENSIONS[name].label(language)}: {chosen}"
    if choices.period == "custom":
        start, end = choices.span(session.snapshot.as_of)
        pills["period"] = wording.period(start, end, language) if start or end else words("filters.choose_dates")
    if choices.as_of:
        pills["as_of"] = words("filters.as_of_chosen", day=wording.day(choices.as_of, language))
    # drawn when empty too: a part more or less above the page would make the browser build the whole of it anew
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="trail"):
        if not choices.is_default:
            st.button(words("filters.everything"), on_click=state.clear, type="tertiary", key="clear-filters",
                      icon=":material/filter_alt_off:", help=words("filters.clear"))  # fmt: skip
            for name, said in pills.items():
                st.caption("›", width="content")
                st.button(plain(said), on_click=narrowing.release, args=(name,), icon=":material/close:",
                          key=f"remove-{name}", help=words("filters.take_back"))  # fmt: skip
        _before_the_first(session)
