"""Do the printed statistics agree with themselves, and with the register?"""

from typing import Any, Literal

import streamlit as st

from dashboard.forms.record_fields import local, sign
from dashboard.parts.components import card, choose, heading, notes, plain, table, title
from dashboard.screens import Page
from dashboard.state.controls import set_value
from dashboard.state.import_work import Upload
from dashboard.state.session import Session, recall, remember
from queries import wording
from queries.errors import HuiyinError
from queries.measures import measure
from queries.records.states import signature
from queries.views import reconciliation, statistics
from queries.workbooks import PrintedTable

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
        label=words("statistics.choose"), menu=True,
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
    words, language = session.words, session.language
    with card("reconciliation"):
        possible = reconciliation.comparisons(shown)
        if shown.starts_on is None or shown.ends_on is None or not possible or session.is_empty:
            reason = "no_period" if shown.starts_on is None else "no_measure" if possible == () else "no_register"
            title(session, words("statistics.register"))
            st.info(words(f"statistics.{reason}"), icon=":material/info:")
            return
        skipped = session.not_counted(shown.starts_on, shown.ends_on)
        for each in possible:
            view = reconciliation.reconciled(session.snapshot, session.filters, shown, each, skipped)
            title(session, view.finding, words(
                "statistics.register_note", period=wording.period(shown.starts_on, shown.ends_on, language),
                measure=measure(each.measure).meaning(language), cohort=measure(each.measure).cohort.label(language),
            ))  # fmt: skip
            headings = {name: words(f"statistics.column_{name}") for name in LINE}
            if not each.denominator:
                headings = {name: text for name, text in headings.items() if "denominator" not in name}
            headings[language] = words("statistics.column_reason")
            table(session, view.frame, headings, key=f"reconciled-{each.measure}", height=_height(view.frame.height))
            notes(session, view.notes)


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
    words, language = session.words, session.language
    for each, is_new in zip(report.tables, report.kept, strict=True):
        st.markdown(f"**{plain(statistics.titled(each, language))}**")
        state = words("statistics.is_new" if is_new else "statistics.is_known")
        st.caption(plain(f"{state} · {statistics.finding(each)(language)}"))
        notes(session, statistics.cautions(each))
        unmatched = report.unmatched(each)
        if unmatched:
            st.caption(plain(words("statistics.unmatched", names=wording.listing(unmatched, language, 9))))
    for sheet, reason in report.skipped:
        st.caption(plain(words("statistics.skipped", sheet=sheet, reason=reason(language))))


PAGE = Page(
    name="statistics",
    order=69,
    render=render,
    icon="table_chart",
    filtered=False,
    section="programmes",
    bureau_only=True,
)
