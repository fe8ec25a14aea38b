"""Can the figures be believed: what came in, what the checks found, what is left out, what is missing?"""

from datetime import UTC
from functools import partial

import polars as pl
import streamlit as st

from dashboard.parts import inspection
from dashboard.parts.components import card, heading, plain, title
from dashboard.parts.headline_figures import Figure, metrics
from dashboard.parts.inspection import Brought
from dashboard.screens import Page
from dashboard.state.session import CITY_ZONE, Session, note_control, page_control
from queries import wording
from queries.register import ImportRun
from queries.views import quality
from queries.views.quality import Standing


def render(session: Session) -> None:
    """The state of the data first, then one import in detail, what it means for figures, and the imports so far."""
    standing = session.answer(quality.standing)
    heading(session, standing.finding)
    runs = session.answer(quality.runs)
    if not runs and session.is_empty:
        st.info(session.words("quality.nothing_yet"), icon=":material/upload_file:")
        return
    metrics(session, lambda there: _cards(there, standing), key="quality")
    left, right = st.columns((4, 3), gap="small")
    with left:
        _missing(session)
        if runs:
            _one_import(session, {str(run.import_id): run for run in runs})
        _unlisted(session)
    with right:
        _left_out(session)
        _coverage(session)
    if runs:
        _imports(session, runs)


def _cards(session: Session, standing: Standing) -> list[Figure]:
    words, language = session.words, session.language
    newest = standing.newest
    share = wording.per_cent(standing.contradicted_share, language)
    left = wording.items(standing.not_counted, language)
    span = wording.period(session.snapshot.first_day, session.snapshot.last_day, language)
    return [
        Figure(
            words("quality.items"),
            wording.number(standing.items, language),
            small_print=[span, *([words("quality.not_counted", items=left)] if standing.not_counted else [])],
        ),
        Figure(
            words("quality.contradicted"),
            wording.number(standing.contradicted, language),
            small_print=[words("quality.contradicted_note", share=share)] if standing.contradicted else [],
            help=words("quality.contradicted_help"),
        ),
        Figure(
            words("quality.rejected"),
            wording.number(newest.rejected if newest else None, language),
            small_print=[words("quality.rejected_note", rows=wording.rows(newest.read if newest else None, language))],
            help=words("quality.rejected_help"),
        ),
        Figure(
            words("quality.computable"),
            wording.part_of(standing.computable, standing.measures, "zh"),
            small_print=[words("quality.computable_note")] if standing.computable < standing.measures else [],
        ),
    ]  # fmt: skip


@st.fragment
def _one_import(session: Session, runs: dict[str, ImportRun]) -> None:
    """What one import brought and what the checks found in it; the newest unless another is chosen."""
    words, language = session.words, session.language
    with card("one-import"):
        run = next(iter(runs.values()))
        if len(runs) > 1:
            run = runs[_choose(session, runs)]
        about = words("quality.import_note", rows=wording.rows(run.read, language))
        note = about if len(runs) > 1 else f"{_named(session, run)} · {about}"
        title(session, quality.checks_finding(run.checks, run.read, run.rejected), note)
        inspection.checks(session, run.checks, session.examples(run.import_id), key="quality")
        changed = quality.changed_values(session.changes(run.import_id)) if run.changed else None
        if changed is not None and changed.height:
            parts = [
                f"{name} {wording.number(count, language)}" for name, count in changed.select(language, "values").rows()
            ]
            listed = wording.listing(parts, language, 6)
            st.caption(words("quality.changed", items=wording.items(run.changed, language), columns=plain(listed)))
        notes = [note[language] for note in run.columns.get("notes", [])]
        given = {name: run.columns.get(name, ()) for name in ("ignored", "dropped_personal")}
        inspection.columns(
            session, Brought(run.columns.get("used", {}), run.columns.get("constants", {}), notes=notes, **given)
        )
        if run.checks:
            inspection.downloads(session, session.findings(run.import_id), f"huiyin_import-{run.import_id}")


def _choose(session: Session, runs: dict[str, ImportRun]) -> str:
    options = list(runs)
    state = page_control("import", options[0], options)
    chosen = st.selectbox(
        session.words("quality.which_import"),
        options,
        format_func=lambda number: _named(session, runs[number]),
        key=state,
        label_visibility="collapsed",
    )
    note_control("import", str(chosen), options[0])
    return str(chosen)


def _named(session: Session, run: ImportRun) -> str:
    return f"{_when(session, run)} · {_source(session, run)}"


def _when(session: Session, run: ImportRun) -> str:
    return wording.moment(run.imported_at.replace(tzinfo=UTC).astimezone(CITY_ZONE), session.language)


def _source(session: Session, run: ImportRun) -> str:
    if run.is_demo:
        return session.words("frame.demo")
    desk = session.import_desk
    title = desk.mappings().get(run.source) if desk else None
    own = session.words("quality.source_register") if run.source == "register" else run.source
    return title(session.language) if title else own


def _left_out(session: Session) -> None:
    """Which measures some rows are left out of."""
    words, language = session.words, session.language
    frame = session.answer(quality.left_out)
    with card("left-out"):
        title(session, words("quality.left_out_title"), words("quality.left_out_note"))
        if frame.is_empty():
            st.caption(f":material/check: {words('quality.nothing_left_out')}")
        else:
            counts = frame.select(language, "excluded", "share", f"because_{language}").rows()
            inspection.text_table(
                session,
                ("measure", "excluded", "share", "because"),
                [
                    (plain(name), wording.number(rows, language), wording.per_cent(share, language), plain(because))
                    for name, rows, share, because in counts
                ],
                words("quality.left_out_title"),
            )
        harmless = session.answer(quality.harmless)
        if harmless is not None:
            st.caption(plain(harmless(language)))


def _missing(session: Session) -> None:
    """Which measures cannot be computed at all, and why."""
    missing = session.answer(quality.not_computable)
    if missing:
        with card("missing"):
            title(session, session.words("quality.missing_title", count=len(missing)))
            st.markdown("\n".join(f"- {plain(sentence(session.language))}" for sentence in missing))


def _coverage(session: Session) -> None:
    """How far each column is filled, as bars in a table."""
    words, language = session.words, session.language
    frame = session.answer(quality.coverage)
    if frame.is_empty():
        return
    column = st.column_config.Column
    filled, blank = frame.filter(pl.col("filled") > 0), frame.filter(pl.col("filled") == 0)
    with card("coverage"):
        title(session, session.answer(quality.coverage_finding), words("quality.coverage_note"))
        st.dataframe(
            filled.select(pl.col(language).alias("column"), pl.col("share") * 100, "filled", "heading"),
            column_config={
                "column": column(words("quality.column_column")),
                "share": st.column_config.ProgressColumn(
                    words("quality.column_filled"), format="%.1f%%", min_value=0, max_value=100, width=110
                ),
                "filled": st.column_config.NumberColumn(words("quality.column_rows"), format="localized", width=70),
                "heading": column(words("quality.column_heading"), width=180),
            },
            hide_index=True,
            key="table-coverage",
            height=inspection.table_height(filled),
            alt=words("frame.table_of", names=words("quality.column_filled")),
        )
        if blank.height:
            listed = wording.listing(blank[language].to_list(), language, blank.height)
            st.caption(words("quality.blank", columns=plain(listed)))


def _unlisted(session: Session) -> None:
    """Names that are on no office list."""
    words, language = session.words, session.language
    frame = session.answer(quality.unlisted)
    with card("unlisted"):
        title(session, session.answer(quality.unlisted_finding), words("quality.unlisted_note"))
        if frame.height:
            column = st.column_config.Column
            st.dataframe(
                frame.select(pl.col(language).alias("kind"), "name", "items"),
                column_config={
                    "kind": column(words("quality.column_kind")),
                    "name": column(words("quality.column_name")),
                    "items": st.column_config.NumberColumn(words("quality.column_items"), format="localized"),
                },
                hide_index=True,
                key="table-unlisted",
                height=inspection.table_height(frame),
                alt=words("frame.table_of", names=words("quality.column_name")),
            )


def _imports(session: Session, runs: tuple[ImportRun, ...]) -> None:
    """Every import so far, newest first."""
    words, language = session.words, session.language
    rows = [
        {
            "when": _when(session, run),
            "source": _source(session, run),
            "files": "" if run.is_demo else ", ".join(run.files),
            "as_of": wording.day(run.as_of, language),
            "read": run.read,
            "new": run.new,
            "changed": run.changed,
            "same": run.same,
            "rejected": run.rejected,
            "quarantined": run.quarantined,
        }
        for run in runs
    ]
    frame = pl.DataFrame(rows)
    number = partial(st.column_config.NumberColumn, format="localized", width=80)
    plain_columns = ("when", "source", "files", "as_of")
    with card("imports"):
        title(session, words("quality.imports_title"), words("quality.imports_note"))
        st.dataframe(
            frame,
            column_config={
                name: (st.column_config.Column if name in plain_columns else number)(words(f"quality.column_{name}"))
                for name in frame.columns
            },
            hide_index=True,
            key="table-imports",
            height=inspection.table_height(frame),
            alt=words("frame.table_of", names=words("quality.imports_title")),
        )


def warm(session: Session) -> None:
    """What the first reader will ask for."""
    for question in (quality.standing, quality.left_out, quality.not_computable, quality.harmless, quality.coverage):
        session.answer(question)


PAGE = Page(
    name="quality",
    order=70,
    render=render,
    icon="fact_check",
    filtered=False,
    warm=warm,
    section="data",
    bureau_only=True,
)
