"""What would this register bring? Upload, see what would happen, decide."""

import logging
import secrets
from collections.abc import Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from dashboard.parts import inspection
from dashboard.parts.components import card, heading, plain, title
from dashboard.parts.headline_figures import Figure, metrics
from dashboard.parts.inspection import Brought
from dashboard.screens import Page
from dashboard.state.import_work import ImportDesk, ImportWork, Upload
from dashboard.state.session import Session, note_control, page_control, recall, remember
from queries import wording
from queries.errors import HuiyinError, InputError, StoreBusy
from queries.measures import measure
from queries.views import quality

log = logging.getLogger("huiyin")

AUTOMATIC, OWN = "auto", "own"
GLANCE = 0.4  # seconds a click waits for a small file, so that no progress bar flashes up
LOOK = 0.5  # seconds between two looks at work under way
Asked = tuple[tuple[str, ...], str]
"""What was checked: ids of the uploads, and the mapping."""


def render(session: Session) -> None:
    """Left what is uploaded, right what it would do, is doing, or has done."""
    above = st.container()
    desk = session.import_desk
    if desk is None:
        with above:
            heading(session, session.words("import.not_offered"))
        return
    left, right = st.columns((2, 3), gap="small")
    with left:
        files, mapping, asked = _choose(session, desk)
    work = _work(asked)
    with above:
        heading(session, _headline(session, work))
    with right:
        if work is None:
            _nothing_yet(session, desk.running)
        elif work.is_running:
            with card("running"):
                _watch(session, work)
        elif work.error is not None:
            _failed(session, work)
        else:
            _outcome(session, desk, work, files, mapping)


def _choose(session: Session, desk: ImportDesk) -> tuple[list[UploadedFile], str | UploadedFile | None, Asked]:
    """The files and the mapping, and the button that starts a check."""
    words = session.words
    with card("files"):
        files = st.file_uploader(
            words("import.files"), accept_multiple_files=True, key=f"import-files-{recall('import-round') or 0}",
            help=words("import.files_help"),
        )  # fmt: skip
        shipped = desk.mappings()
        options = [AUTOMATIC, *shipped, OWN]
        said = {AUTOMATIC: words("import.mapping_auto"), OWN: words("import.mapping_own")}
        said |= {name: text(session.language) for name, text in shipped.items()}
        chosen = st.selectbox(
            words("import.mapping"), options, format_func=lambda name: said[name],
            key=page_control("mapping", AUTOMATIC, options), help=words("import.mapping_help"),
        )  # fmt: skip
        note_control("mapping", str(chosen), AUTOMATIC)
        own = None
        if chosen == OWN:
            own = st.file_uploader(words("import.mapping_file"), type=["toml"], key="import-mapping")
            st.download_button(
                words("import.guide"), desk.guide(), "huiyin_mapping.md", "text/markdown", on_click="ignore",
                type="tertiary", icon=":material/help:", key="import-guide",
            )  # fmt: skip
        mapping: str | UploadedFile | None = {AUTOMATIC: None, OWN: own}.get(str(chosen), str(chosen))
        # own mapping files of the same name are told apart by their upload
        asked = tuple(file.file_id for file in files), own.file_id if own is not None else str(chosen)
        work = recall("import-work")
        ready = bool(files) and not (chosen == OWN and own is None)
        st.button(
            words("import.check"),
            on_click=_start_check,
            args=(desk, files, mapping, asked),
            disabled=not ready or (work is not None and work.is_running),
            type="secondary" if work is not None and recall("import-asked") == asked else "primary",
            icon=":material/fact_check:",
            key="import-check",
        )
        st.caption(words("import.privacy"))
    return files, mapping, asked


def _work(asked: Asked) -> ImportWork | None:
    """This reader's check or import; a check of other files than those now chosen is forgotten."""
    work: ImportWork | None = recall("import-work")
    if work is None or work.is_running:
        return work
    is_other = recall("import-asked") != asked and (work.kind == "check" or asked[0])
    return None if is_other else work


def _start_check(desk: ImportDesk, files: Sequence[UploadedFile], mapping: Any, asked: Asked) -> None:
    _keep(desk.check(*_uploads(files, mapping)), asked)


def _start_import(desk: ImportDesk, files: Sequence[UploadedFile], mapping: Any, asked: Asked) -> None:
    work = recall("import-work")
    if work is not None and work.kind == "import" and recall("import-asked") == asked:
        return  # the second click of a double click
    _keep(desk.run(*_uploads(files, mapping)), asked)


def _keep(work: ImportWork, asked: Asked) -> None:
    remember("import-work", work)
    remember("import-asked", asked)
    work.wait(GLANCE)


def _uploads(files: Sequence[UploadedFile], mapping: Any) -> tuple[list[Upload], str | Upload | None]:
    own = Upload(mapping.name, mapping.getbuffer()) if isinstance(mapping, UploadedFile) else mapping
    return [Upload(file.name, file.getbuffer()) for file in files], own


def _headline(session: Session, work: ImportWork | None) -> str:
    words = session.words
    if work is None:
        return words("import.headline")
    if work.is_running:
        return words(f"import.running_{work.kind}")
    if work.error is not None:
        return words("import.headline_failed")
    return _sentence(session, work.report, work.kind)


def _sentence(session: Session, report: Any, kind: str) -> str:
    words, language = session.words, session.language
    if not report.kept:
        return words("import.nothing_kept")
    count = wording.rows(report.rejected, language)
    rejected = [words(f"import.rejected_rows_{kind}", rows=count)] if report.rejected else []
    if not report.new and not report.changed:
        same = words(f"import.all_same_{kind}", rows=wording.rows(report.same, language))
        return words("import.comma").join([same, *rejected])
    parts = [
        words(f"import.{name}_rows", rows=wording.rows(count, language))
        for name, count in (("new", report.new), ("changed", report.changed), ("same", report.same))
        if count
    ]
    return words(f"import.headline_{kind}", parts=words("import.comma").join([*parts, *rejected]))


def _nothing_yet(session: Session, running: ImportWork | None) -> None:
    words = session.words
    if running is not None:
        with card("running"):
            title(session, words("import.someone_else"))
            _watch(session, running)
        return
    with card("steps"):
        for number in (1, 2, 3):
            st.markdown(f"**{number}** {plain(words(f'import.step_{number}'))}")
        st.caption(words("import.kinds"))
        if session.snapshot.is_demo:
            st.info(words("import.demo_will_go"), icon=":material/info:")


@st.fragment(run_every=LOOK)
def _watch(session: Session, work: ImportWork) -> None:
    """How far the work is; when it has ended the whole page is drawn anew."""
    if not work.is_running:
        st.rerun()
    st.progress(work.share, text=plain(_progress(session, work)))
    st.caption(session.words(f"import.meanwhile_{work.kind}"))


def _progress(session: Session, work: ImportWork) -> str:
    words, language = session.words, session.language
    if work.phase == "publishing":
        return words("import.publishing")
    if work.total is None:
        return words("import.reading", rows=wording.rows(work.done, language))
    done = words("import.done_of", done=wording.number(work.done, language), rows=wording.rows(work.total, language))
    left = work.seconds_left
    return done if left is None else done + words("import.comma") + words("import.left", seconds=left)


def _failed(session: Session, work: ImportWork) -> None:
    """What was wrong, what was kept, what to do: one calm sentence; the log has the rest."""
    words, error = session.words, work.error
    if isinstance(error, StoreBusy | InputError):
        said = words("import.busy") if isinstance(error, StoreBusy) else plain(error.said(session.language))
        st.warning(said, icon=":material/info:")
        return
    if isinstance(error, HuiyinError):
        said = f"{words('import.store_error')}\n\n{plain(error.said(session.language))}"
    else:
        number = secrets.token_hex(4)
        if not recall(f"import-logged-{id(work)}"):
            remember(f"import-logged-{id(work)}", number)
            log.error("Error %s in a %s", number, work.kind, exc_info=error)
        said = words("import.unexpected", number=recall(f"import-logged-{id(work)}"))
    st.error(said, icon=":material/error:")


def _outcome(
    session: Session, desk: ImportDesk, work: ImportWork, files: list[UploadedFile], mapping: str | UploadedFile | None
) -> None:
    """The report, and under a dry run the button that makes it happen."""
    words, language, report = session.words, session.language, work.report
    assert report is not None
    if work.kind == "check":
        _confirm(session, desk, report, files, mapping)
    else:
        st.info(words("import.pages_show_it"), icon=":material/check_circle:")
    metrics(session, lambda there: _cards(there, report, work.kind), key="import")
    with card("report"):
        title(
            session,
            quality.checks_finding(report.checks, report.rows_read, report.rejected),
            words("import.checks_note"),
        )
        found = report.findings.rename({"check_name": "check"})
        inspection.checks(session, report.checks, found, key="import")
        if found.height:
            with st.expander(words("inspection.rows_title"), key="import-rows"):
                inspection.rows_found(session, found, key="import")
            name = "huiyin_check" if report.import_id is None else f"huiyin_import-{report.import_id}"
            inspection.downloads(session, lambda: found, name)
    with card("columns"):
        title(session, words("import.columns_title"))
        notes = [note(language) for note in report.notes]
        inspection.columns(
            session, Brought(report.used, report.constants, report.ignored, report.dropped_personal, notes)
        )
        if report.unsupported:
            st.markdown(f"**{words('quality.missing_title', count=len(report.unsupported))}**")
            said = (
                words("import.because", name=measure(name).label(language), why=why(language))
                for name, why in report.unsupported.items()
            )
            st.markdown("\n".join(f"- {plain(line)}" for line in said))


def _confirm(
    session: Session, desk: ImportDesk, report: Any, files: list[UploadedFile], mapping: str | UploadedFile | None
) -> None:
    words = session.words
    replaces = session.snapshot.is_demo and report.kept
    if replaces:
        st.warning(words("import.replaces_demo"), icon=":material/warning:")
    if report.rejected > report.kept > 0:
        st.warning(words("import.mostly_rejected"), icon=":material/warning:")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.button(
            words("import.confirm_replacing" if replaces else "import.confirm"),
            on_click=_start_import,
            args=(desk, files, mapping, recall("import-asked")),
            disabled=not report.kept,
            type="primary",
            icon=":material/download_done:",
            key="import-confirm",
        )
        st.caption(words("import.nothing_written"), width="content")


def _cards(session: Session, report: Any, kind: str) -> list[Figure]:
    words, language = session.words, session.language
    names = wording.listing([str(file["name"]) for file in report.files], language)
    newest = words("import.newest", day=wording.day(report.as_of, language))
    return [
        Figure(words("import.card_read"), wording.number(report.rows_read, language), small_print=[names]),
        Figure(
            words(f"import.card_kept_{kind}"),
            wording.number(report.kept, language),
            small_print=[newest],
        ),
        Figure(
            words(f"import.card_rejected_{kind}"),
            wording.number(report.rejected, language),
            help=words("quality.rejected_help"),
        ),
        Figure(
            words("import.card_quarantined"),
            wording.number(report.quarantined, language),
            help=words("quality.contradicted_help"),
        ),
    ]


PAGE = Page(
    name="import", order=90, render=render, icon="upload_file", filtered=False, section="data", bureau_only=True
)
