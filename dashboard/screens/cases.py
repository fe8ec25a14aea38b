"""Which items are behind this figure, and how does one of them stand?"""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Literal
from urllib.parse import urlencode

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.parts.case_drawer import opened
from dashboard.parts.case_table import Column, Sheet, case_table, texts
from dashboard.parts.components import choose, empty, heading, notes, plain
from dashboard.parts.take_away import Card, Figures, take_away
from dashboard.screens import Page
from dashboard.state.case_reader import CaseReader
from dashboard.state.controls import control, page_choices, page_text, set_value
from dashboard.state.session import Session, current_link, note_control, recall, remember
from queries import wording
from queries.cases.case_list import (
    COLUMNS,
    DAY_COLUMNS,
    NUMBER_COLUMNS,
    SORTS,
    STATES,
    USUAL,
    WHOLE,
    Question,
    roles_of,
)
from queries.measures import measure
from queries.views import cases

ROWS = 50  # of one page of the list
ORDERS = ("registered", "due", "closed", "days", "office", "place", "topic_l1")  # always offered, beside what is shown
FIRST_SORT = "-registered"


def render(session: Session) -> None:
    """The figure the list is of, search and order, the list page by page, one item in a drawer."""
    reader = session.cases
    if reader is None:
        heading(session, session.words("cases.title"))
        st.info(session.words("cases.not_allowed"), icon=":material/lock:")
        return
    above = st.container()
    question, columns, corner = _question(session, reader)
    file: Figures
    if measure(question.measure).table == "backlog":
        shown = reader.answer(cases.batch_table, question, session.language)
        headings = {name: session.words(f"cases.{name}") for name in shown.columns}
        count, file = shown.height, shown.rename(headings)
    else:
        numbers = reader.found(question).numbers
        count, file = len(numbers), partial(reader.file, numbers, columns, session.language)
    view = reader.answer(cases.listed, question, count)
    with above:
        heading(session, view.finding or session.words("cases.title"))
    with corner:
        take_away(session, view, Card("cases", "", has_chart=False, figures=file, rows=count))
    if not count:
        said = reader.answer(cases.why_none, question)
        notes(session, said) if said else empty(session)
        opened(session)
    elif measure(question.measure).table == "backlog":
        st.dataframe(shown, hide_index=True, key="table-batches", column_config=headings, placeholder=wording.MISSING,
                     alt=session.words("cases.batches"), height="content")  # fmt: skip
        opened(session)
    else:
        _list(session, reader, question, columns)


def _question(session: Session, reader: CaseReader) -> tuple[Question, tuple[str, ...], DeltaGenerator]:
    """What to list and in which columns, from the controls above the list, and the corner beside them."""
    words, language = session.words, session.language
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="case-controls"):
        text = st.text_input(
            words("cases.search"), key=page_text("q"), placeholder=words("cases.search"), width=270, max_chars=80,
            label_visibility="collapsed", icon=":material/search:",
        )  # fmt: skip
        searched = " ".join((text or "").split())
        note_control("q", searched, "")
        stood = choose(session, "state", ("all", *STATES), lambda key: words("cases.all") if key == "all"
                       else STATES[key](language), label=words("cases.state"), default="all")  # fmt: skip
        st.space("stretch")
        before = st.container(width="content")
        columns = _columns(session, reader)
        names = dict.fromkeys((*ORDERS, *(name for name in columns if name in SORTS)))
        with before:
            order = choose(session, "sort", [f"{sign}{name}" for name in names for sign in ("-", "")],
                           partial(_order, session), label=words("cases.sort"), default=FIRST_SORT,
                           menu=True)  # fmt: skip
        corner = st.container(width="content")
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="case-figure"):
        offered = reader.answer(cases.offered)
        name = choose(session, "of", offered, lambda key: measure(key).label(language), label=words("cases.of"),
                      default=WHOLE, menu=True)  # fmt: skip
        each = measure(name)
        part = choose(session, "part", roles_of(each), lambda key: words(f"cases.part_{key}"),
                      label=words("cases.part"))  # fmt: skip
        st.caption(plain(words("cases.meaning", meaning=each.meaning(language), cohort=each.cohort.label(language))),
                   width="stretch")  # fmt: skip
    narrowed = "" if stood == "all" else stood
    within = _due_within(session)
    return Question(name, part, narrowed, within, searched, order), columns, corner


def _due_within(session: Session) -> int:
    """Days within which the items are due, as a card's link says; a button takes it back."""
    text = control("due")
    days = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
    note_control("due", str(days) if days else "", "")
    if days:
        st.button(session.words("cases.due_within", days=days), icon=":material/close:", key="case-due",
                  on_click=set_value, args=("due", ""))  # fmt: skip
    return days


def _order(session: Session, key: str) -> str:
    name = COLUMNS[key.removeprefix("-")](session.language)
    return session.words("cases.falling" if key.startswith("-") else "cases.rising", name=name)


def _columns(session: Session, reader: CaseReader) -> tuple[str, ...]:
    """Which columns the list shows; the choice is in the link."""
    words, language = session.words, session.language
    possible = reader.answer(cases.columns)
    usual = tuple(name for name in USUAL if name in possible)
    with st.popover(words("cases.columns"), icon=":material/view_column:", key="case-columns"):
        chosen = st.multiselect(words("cases.columns"), possible, key=page_choices("cols", usual, possible),
                                format_func=lambda key: COLUMNS[key](language), width=420)  # fmt: skip
    note_control("cols", ",".join(chosen), ",".join(usual))
    return tuple(chosen) or usual


@st.fragment(key="list")
def _list(session: Session, reader: CaseReader, question: Question, columns: tuple[str, ...]) -> None:
    """One page of the list; the only part that turning a page draws anew."""
    numbers = reader.found(question).numbers
    pages = -(-len(numbers) // ROWS)
    # another list begins at its first page; the one a link opens begins where the link says
    if recall("listed cases") not in (None, (question, session.filters)):
        set_value("page", "1")
    remember("listed cases", (question, session.filters))
    page = _page_number(control("page"), pages)
    note_control("page", str(page), "1")
    near = range(max(page - 1, 1), min(page + 1, pages) + 1)
    sheets = _sheets(session, reader, numbers, near, columns)
    told = repr((reader.kept_under, session.filters, question, columns, session.language))
    case_table(
        session, hashlib.blake2b(told.encode(), digest_size=8).hexdigest(),
        _headings(session, reader, columns, question.sort, sheets), sheets,
        page=page, pages=pages, sort=question.sort, link=_address(session),
    )  # fmt: skip
    opened(session)


def _sheets(
    session: Session, reader: CaseReader, numbers: pl.Series, near: range, columns: tuple[str, ...]
) -> list[Sheet]:
    """The page shown and those beside it, read at once."""
    words, language = session.words, session.language
    rows, ids = reader.rows(numbers[(near.start - 1) * ROWS : (near.stop - 1) * ROWS].to_list())
    cells = texts(cases.table(rows, ids, session.snapshot, columns, language), language)
    read = {number: row for number, row in zip(rows["case_no"].to_list(), cells, strict=True) if number in ids}
    pages = wording.number(-(-len(numbers) // ROWS), language)
    sheets = []
    for page in near:
        first = (page - 1) * ROWS
        here = [number for number in numbers[first : first + ROWS].to_list() if number in read]
        reach = {"first": first + 1, "last": first + len(here)}
        sheets.append(
            Sheet(
                page=page,
                reach=words("cases.range", all=wording.items(len(numbers), language),
                            **{name: wording.number(value, language) for name, value in reach.items()}),
                place=words("cases.page", page=wording.number(page, language), pages=pages),
                ids=[ids[number] for number in here],
                rows=[read[number] for number in here],
            )
        )  # fmt: skip
    return sheets


def _headings(
    session: Session, reader: CaseReader, columns: tuple[str, ...], sort: str, sheets: Sequence[Sheet]
) -> list[Column]:
    language = session.language
    number = max((text for sheet in sheets for text in sheet.ids), key=len, default="")
    longest = {**reader.answer(cases.longest, columns, language), "case_id": number}
    made = []
    for name in columns:
        label = COLUMNS[name](language)
        if sort.removeprefix("-") == name:
            label = _order(session, sort)
        order = name if name in SORTS else "registered"  # numbers of items follow registration
        order = f"-{order}" if sort == order else order
        kind: Literal["text", "day", "number"] = (
            "number" if name in NUMBER_COLUMNS else "day" if name in DAY_COLUMNS else "text"
        )
        made.append(Column(name, label, longest[name], order, kind))
    return made


def _address(session: Session) -> str:
    """The address of the list, for links to its items."""
    link = {name: values for name, values in current_link().items() if name not in ("page", "case")}
    return f"{PAGE.name}?{urlencode(link, doseq=True)}"


def _page_number(text: str, pages: int) -> int:
    return min(max(int(text), 1), pages) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def shown(session: Session) -> bool:
    """Whether this reader may list items."""
    return session.cases is not None


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    reader = session.cases
    if reader is not None:
        reader.rows(reader.found(Question()).numbers[: 2 * ROWS].to_list())


PAGE = Page(name="cases", order=59, render=render, icon="list_alt", section="analysis", shown=shown, warm=warm)
