"""Records as files: a template to fill in, what is in force to take along, and a filled file to read back.

A file is first only checked: what it would bring, and every row that cannot be kept with the reason. Nothing is written
until the reader has seen that and says so.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import streamlit as st

from dashboard.exports.record_books import record_book, record_csv, rejected_book
from dashboard.forms.record_fields import sign
from dashboard.parts.components import card, plain, title
from dashboard.state.import_work import ImportDesk, Upload
from dashboard.state.session import Session, recall, remember
from queries import wording
from queries.errors import HuiyinError
from queries.records.kinds import kind_of
from queries.views import records

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 50  # rows of a file on the page


def record_files(session: Session, kind: str, every: Sequence[str], *, key: str) -> None:
    """Templates and exports of a kind and of all kinds."""
    words, language = session.words, session.language
    label = kind_of(kind).label(language)
    # made when asked for, in a thread without a session: all they need is bound here
    snapshot, names = session.snapshot, _names(session)
    day = session.snapshot.as_of.isoformat()
    book = partial(record_book, snapshot, names=names, language=language)
    files = (
        ("template", f"{kind}_template.xlsx", XLSX, partial(book, [kind], filled=False)),
        ("xlsx", f"{kind}_{day}.xlsx", XLSX, partial(book, [kind], filled=True)),
        ("csv", f"{kind}_{day}.csv", "text/csv", partial(record_csv, snapshot, kind, language)),
        ("templates", "templates.xlsx", XLSX, partial(book, every, filled=False)),
        ("everything", f"records_{day}.xlsx", XLSX, partial(book, every, filled=True)),
    )
    with card(f"files-{key}", height="stretch"):
        title(session, words("records.files_title"), words("records.files_note"))
        for name, file, mime, make in files:
            st.download_button(
                words(f"records.file_{name}", kind=label), make, f"huiyin_{file}", mime, on_click="ignore",
                type="tertiary", key=f"{name}-{key}",
                icon=":material/description:" if "template" in name else ":material/download:",
            )  # fmt: skip


def record_import(session: Session, desk: ImportDesk | None, *, key: str) -> None:
    """Upload a filled file, see what it would bring, write it."""
    words = session.words
    with card(f"import-{key}", height="stretch"):
        title(session, words("records.import_title"), words("records.import_note"))
        if desk is None:
            st.caption(words("import.not_offered"))
            return
        sign(session, f"import-{key}")
        file = st.file_uploader(
            words("records.import_file"),
            type=["xlsx", "xls", "csv"],
            key=f"upload-{key}-{recall('records-round') or 0}",
        )
        if file is None:
            return
        upload = Upload(file.name, file.getbuffer())
        report = _check(session, desk, upload, file.file_id)
        if report is None:
            return
        _outcome(session, report, key)
        if report.brings and st.button(
            words("records.import_write"), type="primary", icon=":material/save:", key=f"write-{key}",
            disabled=not session.signature,
            help=None if session.signature else words("records.sign_first"),
        ):  # fmt: skip
            try:
                written = desk.records(upload, session.signature, only_check=False)
            except HuiyinError as error:
                st.warning(plain(error.said(session.language)))
                return
            remember(
                "records-said", words("records.import_done", count=wording.number(written.brings, session.language))
            )
            remember("records-round", (recall("records-round") or 0) + 1)
            st.rerun()


def _check(session: Session, desk: ImportDesk, upload: Upload, file_id: str) -> Any:
    """What the file would bring, read once an upload and state of the records; None when it cannot be read."""
    asked = file_id, session.data_version
    known = recall("records-check")
    if known is None or known[0] != asked:
        try:
            # what signs a check is never kept
            known = asked, desk.records(upload, session.signature or "check", only_check=True), None
        except HuiyinError as error:
            known = asked, None, error
        remember("records-check", known)
    if known[2] is not None:
        st.warning(plain(known[2].said(session.language)), icon=":material/error:")
    return known[1]


def _outcome(session: Session, report: Any, key: str) -> None:
    words, language = session.words, session.language
    heads = [wording.capital(words(f"records.count_{name}")) for name in ("kind", "new", "changed", "same", "rejected")]
    st.table(
        [
            dict(zip(heads, [kind_of(name).label(language), *(wording.number(each, language) for each in
                 (found.new, found.changed, found.same, found.rejected))], strict=True))
            for name, found in report.counts.items()
        ],
        border="horizontal", hide_index=True, alt=words("records.count_kind"),
    )  # fmt: skip
    if not report.brings:
        st.info(words("records.import_nothing"), icon=":material/info:")
    for kind in dict.fromkeys(each.kind for each in report.brought):
        lines = brought_lines(session, report, kind)
        label = kind_of(kind).label(language)
        said = words("records.brought_title", kind=label, count=wording.number(len(lines), language))
        _first_rows(session, said, lines, f"brought-{key}-{kind}")
    if report.rejected:
        names = ("sheet", "row", "column", "reason")
        labels = {name: words(f"records.rejected_{name}") for name in names}
        lines = [
            {labels["sheet"]: each.sheet, labels["row"]: each.row, labels["column"]: each.column,
             labels["reason"]: each.reason(language)}
            for each in report.rejected
        ]  # fmt: skip
        said = words("records.rejected_title", file=report.file, count=wording.number(len(lines), language))
        _first_rows(session, said, lines, f"rejected-{key}")
        st.download_button(
            words("records.rejected_file"), lambda: rejected_book(report, language),
            f"huiyin_rejected_{report.file.rsplit('.', 1)[0]}.xlsx", XLSX, on_click="ignore", type="tertiary",
            icon=":material/download:", key=f"rejected-file-{key}",
        )  # fmt: skip


def _first_rows(session: Session, said: str, lines: Sequence[dict[str, Any]], key: str) -> None:
    """Rows of a file under their heading, and that there are more where not all are listed."""
    st.markdown(plain(said))
    st.dataframe(lines[:SHOWN], hide_index=True, key=key, alt=said)
    if len(lines) > SHOWN:
        st.caption(session.words("records.first_shown", count=SHOWN))


def brought_lines(session: Session, report: Any, kind: str) -> list[dict[str, Any]]:
    """What the good rows of a kind bring, in words: where each stands in the file, new or changed, its values."""
    words, language = session.words, session.language
    found = kind_of(kind)
    rows = [each for each in report.brought if each.kind == kind]
    fields = [field for field in found.asked if any(each.content[field.name] not in (None, "") for each in rows)]
    return [
        {
            words("records.rejected_sheet"): each.sheet,
            words("records.rejected_row"): each.row,
            words("records.brought_as"): words(f"records.count_{each.change}"),
        }
        | {
            field.label(language): records.in_words(
                session.snapshot, field, each.content[field.name], language, str(each.content.get("measure") or "")
            )
            for field in fields
        }
        for each in rows
    ]


def _names(session: Session) -> dict[str, list[str]]:
    return {
        "office": [each.name for each in session.offices],
        "place": [each.name for each in session.offices if each.kind != "department"],
    }
