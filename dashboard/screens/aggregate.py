"""Do the printed statistics agree with themselves, and with the register?"""

from typing import Any, Literal

import streamlit as st

from dashboard.forms.record_fields import local, sign
from dashboard.parts.brought import brought
from dashboard.parts.components import card, choose, heading, notes, plain, table, title
from dashboard.screens import Page
from dashboard.state.controls import link_to, set_value
from dashboard.state.import_work import Upload
from dashboard.state.session import Session, recall, remember
from queries import wording
from queries.errors import HuiyinError
from queries.measures import measure
from queries.records.states import signature
from queries.views import reconciliation, statistics
from queries.workbooks import LINES, PrintedTable
from queries.workbooks.lines import Statement, statements

CONTRADICTION = ("row", "label", "column", "printed", "expected", "rule")
WHOLE = 40  # rows
LINE = ("label", "printed_numerator", "numerator", "difference_numerator", "printed_denominator", "denominator",
        "difference_denominator")  # fmt: skip


def render(session: Session) -> None:
    """One printed table: as printed, its arithmetic, beside the register; and the upload."""
    words, language = session.words, session.language
    above = st.container()
    kept = {str(each.table_id): each for each in session.statistics}
    if not kept:
        with above:
            heading(session, words("statistics.none"))
        _upload(session)
        return
    if recall("statistics-new"):  # what was just kept is what the reader wants to see
        remember("statistics-new", None)
        set_value("table", next(iter(kept)))
    key = choose(
        session, "table", list(kept), lambda name: statistics.titled(kept[name], language),
        label=words("statistics.choose"), menu=True, width=720,
    )  # fmt: skip
    shown = kept[key]
    with above:
        heading(session, statistics.finding(shown))
    _printed(session, shown)
    _register(session, shown)
    _arithmetic(session, shown)
    _upload(session)


def _printed(session: Session, shown: PrintedTable) -> None:
    words, language = session.words, session.language
    with card("printed"):
        note = words(
            "statistics.printed_note", file=shown.file, sheet=shown.sheet, who=signature(shown.imported_by)(language),
            when=local(session, shown.imported_at),
        )  # fmt: skip
        title(session, statistics.titled(shown, language), note)
        if shown.is_demo:
            st.markdown(f":blue-badge[{words('frame.demo')}]")
        frame = statistics.as_printed(shown, language)
        st.dataframe(
            frame,
            hide_index=True,
            key="table-printed",
            height=_height(frame.height),
            alt=words("frame.table_of", names=shown.title),
        )
        notes(session, statistics.cautions(shown))
        for line in shown.notes:
            st.caption(plain(line))
        with st.popover(words("statistics.withdraw"), icon=":material/block:"):
            sign(session, "statistics-withdraw")
            st.markdown(plain(words("statistics.withdraw_what")))
            if st.button(words("records.withdraw_sure"), key="withdraw-statistics", disabled=not session.signature):
                session.withdraw_statistics(shown.table_id)
                remember("records-said", words("statistics.withdrawn"))
                st.rerun()


def _arithmetic(session: Session, shown: PrintedTable) -> None:
    words = session.words
    found = statistics.contradictions(shown, session.language)
    with card("arithmetic"):
        title(session, words("statistics.arithmetic"), words("statistics.arithmetic_note"))
        if found.is_empty():
            st.info(words("statistics.agrees"), icon=":material/check:")
        else:
            table(
                session, found, {name: words(f"statistics.column_{name}") for name in CONTRADICTION}, key="arithmetic"
            )


def _register(session: Session, shown: PrintedTable) -> None:
    words = session.words
    with card("reconciliation"):
        possible = statements(shown, session.statistics)
        if shown.starts_on is None or shown.ends_on is None or not possible or session.is_empty:
            reason = "no_period" if shown.starts_on is None else "no_measure" if possible == () else "no_register"
            title(session, words("statistics.register"))
            st.info(words(f"statistics.{reason}"), icon=":material/info:")
            return
        skipped = session.not_counted(shown.starts_on, shown.ends_on)
        with st.spinner(words("changes.rebuilding")):
            found = [
                reconciliation.against_register(session.settings, session.snapshot, session.filters, each, skipped)
                for each in possible
            ]
        for statement, each in zip(possible, found, strict=True):
            _beside(session, statement, each)


def _beside(session: Session, statement: Statement, found: reconciliation.Reconciled) -> None:
    """Office by office, then what the difference of the total is made of."""
    words, language = session.words, session.language
    about, name = measure(statement.measure), statement.measure
    title(session, found.lines.finding, words(
        "statistics.register_note", period=wording.period(statement.starts_on, statement.ends_on, language),
        measure=about.meaning(language), cohort=about.cohort.label(language),
    ))  # fmt: skip
    headings = {each: words(f"statistics.column_{each}") for each in LINE}
    if len(statement.tables) > 1:
        lines = {each: LINES[each](language) for each in ("party", "government")}
        headings = {"label": headings.pop("label"), **lines, **headings}
    if not statement.is_share:
        headings = {each: text for each, text in headings.items() if "denominator" not in each}
    if statement.lacks:
        headings = {each: text for each, text in headings.items() if "difference" not in each}
    headings[language] = words("statistics.column_reason")
    table(
        session, found.lines.frame, headings, key=f"reconciled-{name}", height=_height(found.lines.frame.height),
        signed=[each for each in headings if each.startswith("difference")], sentences=(language,),
    )  # fmt: skip
    notes(session, found.lines.notes)
    _where_to_look(session, statement, found)
    if found.parts is None:
        return
    if found.parts.frame.is_empty():
        st.caption(plain(found.parts.finding(language) if found.parts.finding else ""))
        return
    title(session, found.parts.finding, words("statistics.parts_note"))
    headings = {language: words("statistics.column_reason"), "lines": words("statistics.column_lines")}
    headings |= {each: words(f"statistics.column_{each}_part") for each in ("numerator", "denominator")}
    if not statement.is_share:
        headings.pop("denominator")
    table(
        session, found.parts.frame, headings, key=f"parts-{name}", height="content",
        signed=[each for each in headings if each in ("numerator", "denominator")],
    )  # fmt: skip


def _where_to_look(session: Session, statement: Statement, found: reconciliation.Reconciled) -> None:
    """Links to the items of the register behind what nothing explains, for those who may list items."""
    if session.cases is None:
        return
    listed = {"of": statement.measure} | ({"part": "denominator"} if statement.is_share else {})
    with st.container(horizontal=True, gap="small"):
        for label, filters in found.unexplained[: reconciliation.MOST_TOLD]:
            link_to(session, "cases", filters, listed, label=session.words("statistics.look", name=plain(label)),
                    icon="list")  # fmt: skip


def _height(rows: int) -> Literal["content", "auto"]:
    """A table of a page's length is shown whole, its total included."""
    return "content" if rows <= WHOLE else "auto"


def _upload(session: Session) -> None:
    """A workbook is read and checked first; its tables are kept when the reader says so."""
    words = session.words
    desk = session.import_desk
    with card("upload"):
        title(session, words("statistics.upload"), words("statistics.upload_note"))
        if desk is None:
            st.caption(words("import.not_offered"))
            return
        sign(session, "statistics")
        file = st.file_uploader(
            words("statistics.file"), type=["xlsx", "xls", "csv"], key=f"statistics-{recall('statistics-round') or 0}"
        )
        if file is None:
            return
        upload = Upload(file.name, file.getbuffer())
        try:
            report = desk.statistics(upload, session.signature or "check", only_check=True)
            _brought(session, report)
            if report.brings and st.button(
                words("statistics.keep"), type="primary", icon=":material/save:", key="keep-statistics",
                disabled=not session.signature, help=None if session.signature else words("records.sign_first"),
            ):  # fmt: skip
                desk.statistics(upload, session.signature, only_check=False)
                remember("records-said", words("statistics.kept"))
                remember("statistics-new", True)
                remember("statistics-round", (recall("statistics-round") or 0) + 1)
                st.rerun()
        except HuiyinError as error:
            st.warning(plain(error.said(session.language)), icon=":material/error:")


def _brought(session: Session, report: Any) -> None:
    for name, said in brought(report, session.words):
        if name:
            st.markdown(f"**{plain(name)}**")
        for line in said:
            st.caption(plain(line))


PAGE = Page(
    name="statistics",
    order=69,
    render=render,
    icon="table_chart",
    filtered=False,
    section="programmes",
    bureau_only=True,
)
