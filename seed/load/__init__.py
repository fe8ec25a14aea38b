"""Registers into the store: `check` says what would happen, `run` does it in one transaction.

    files -> readers -> importers -> survey, convert, check rows -> merge -> report

A killed import leaves the store as it was: everything up to the raised version is one transaction, and readers see
the old state until it is committed. Beside the store only a report file may remain; the next import replaces it.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, create_engine, delete, select, text
from sqlalchemy.engine import make_url

from queries.errors import UnreadableFile
from queries.places import is_of_demo
from queries.schema import import_finding, import_run, metadata
from queries.settings import Settings
from queries.store import open_store, raise_version, writing
from seed.importers import Importer, askers, importers
from seed.layout import missing_registration
from seed.load.bulk import insert_frame
from seed.load.cases import finish_run, start_run
from seed.load.job import Job
from seed.load.report import ImportReport, Progress, reason_of
from seed.mapping import AUTOMATIC, RegisterMapping
from seed.readers import ReadOptions, Table, kept_name, open_tables

__all__ = ["ImportReport", "Progress", "check", "run"]

KEPT_WITH_DEMO = frozenset({"store_state", "rule_set"})
"""Tables that stay when the first real register replaces the demo."""
_EARLIEST_ZONE = timedelta(hours=14)  # somewhere it is already this much later than UTC

Paths = str | Path | Sequence[str | Path]
Found = list[tuple[Importer, list[Any]]]


def check(
    paths: Paths,
    settings: Settings,
    mapping: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ImportReport:
    """What `run` would do; writes nothing.

    Args:
        paths: one file or several, read in this order.
        mapping: name of a shipped mapping, path of a mapping file, or None to recognise headings.
        progress: told how far it is.

    Raises:
        InputError: a file or the mapping needs correction.
        StoreError: the store cannot be opened.
    """
    rules = _mapping(mapping)
    found = _recognise(paths, rules)
    engine, is_new = _readable_store(settings)
    key = secrets.token_bytes(32) if is_new or not _has_key(settings) else settings.hash_key()
    replaces_demo = not is_new and _engine_holds_demo(engine)
    if replaces_demo:
        engine.dispose()
        engine = _empty_store()  # what the import will find once the demo has gone
    try:
        with engine.connect() as connection, connection.begin() as transaction:
            job = _job(connection, rules, 0, key, only_check=True, progress=progress)
            if replaces_demo:
                _note_demo(job)
            _load(job, found)
            report = _report(job, paths, None)
            transaction.rollback()
    finally:
        engine.dispose()
    return report


def run(
    paths: Paths,
    settings: Settings,
    mapping: str | Path | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ImportReport:
    """Import files in one transaction.

    Args:
        paths, mapping: as in `check`.
        progress: told how far it is.

    Raises:
        InputError: a file or the mapping needs correction; nothing was imported.
        StoreBusy: another import is writing.
        StoreError: the store cannot be opened.
    """
    rules = _mapping(mapping)
    found = _recognise(paths, rules)
    engine = open_store(settings)
    try:
        with writing(engine) as connection:
            replaces_demo = _holds_demo(connection)
            if replaces_demo:
                _remove_demo(connection)
            import_id = start_run(connection, source=rules.name, mapping=rules.text or None)
            job = _job(connection, rules, import_id, settings.hash_key(), only_check=False, progress=progress)
            if replaces_demo:
                _note_demo(job)
            _load(job, found)
            report = _report(job, paths, import_id)
            if _store_report(connection, report, settings, job.other_changes) or replaces_demo:
                raise_version(connection)
    finally:
        engine.dispose()
    if replaces_demo:
        _remove_demo_map(settings)
    return report


def _mapping(mapping: str | Path | None) -> RegisterMapping:
    return RegisterMapping(name=AUTOMATIC, automatic=True) if mapping is None else RegisterMapping.load(mapping)


def _recognise(paths: Paths, mapping: RegisterMapping) -> Found:
    """The tables of all files with the importer of each, in loading order."""
    options = ReadOptions(mapping.encoding, mapping.delimiter, mapping.sheets)
    tables = [table for path in _listed(paths) for table in open_tables(path, options)]
    found: Found = [(importer, []) for importer in importers()]
    by_kind = {importer.kind: recognised for importer, recognised in found}
    for table in tables:
        for importer in askers():
            layout = importer.recognises(table, mapping)
            if layout is not None:
                by_kind[importer.kind].append(layout)
                break
    _all_files_used(tables, found, mapping)
    return [(importer, recognised) for importer, recognised in found if recognised]


def _all_files_used(tables: Sequence[Table], found: Found, mapping: RegisterMapping) -> None:
    used = {layout.table.file for _, recognised in found for layout in recognised}
    for file in {table.file: None for table in tables}:
        if file not in used:
            raise missing_registration([table for table in tables if table.file == file], mapping)


def _listed(paths: Paths) -> list[Path]:
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(path) for path in paths]
    if not listed:
        raise UnreadableFile("No file was given. Name one or several register files.")
    return listed


def _readable_store(settings: Settings) -> tuple[Engine, bool]:
    """The store for a check; one in memory stands in for a file that is not there yet."""
    address = make_url(settings.database_url)
    if address.get_backend_name() == "sqlite" and address.database and not Path(address.database).exists():
        return _empty_store(), True
    return open_store(settings), False


def _empty_store() -> Engine:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    return engine


def _has_key(settings: Settings) -> bool:
    return (settings.data_dir / "matter.key").exists()


def _job(
    connection: Connection,
    mapping: RegisterMapping,
    import_id: int,
    key: bytes,
    *,
    only_check: bool,
    progress: Callable[[Progress], None] | None = None,
) -> Job:
    last_day = mapping.as_of or (datetime.now(UTC) + _EARLIEST_ZONE).date()
    return Job(connection, mapping, import_id, only_check, last_day, key, progress or (lambda _: None))


def _load(job: Job, found: Found) -> None:
    for importer, recognised in found:
        importer.load(job, recognised)
    if not any(job.rows_by_file.values()):
        files = sorted({layout.table.file for _, recognised in found for layout in recognised})
        raise UnreadableFile(
            f"{', '.join(files)}: the heading was found, and no row below it. Nothing was imported.",
            f"“{'”、“'.join(files)}”只有表头，下面没有一行数据，未导入任何内容。",
        )


def _report(job: Job, paths: Paths, import_id: int | None) -> ImportReport:
    return ImportReport(
        import_id=import_id,
        source=job.mapping.name,
        files=tuple(_described(path, job.rows_by_file.get(kept_name(path), 0)) for path in _listed(paths)),
        rows_read=job.new + job.changed + job.same + job.rejected,
        new=job.new,
        changed=job.changed,
        same=job.same,
        rejected=job.rejected,
        quarantined=job.quarantined,
        evaluations=job.evaluations,
        checks=dict(sorted(job.findings.counts.items())),
        used=job.used,
        ignored=tuple(job.ignored),
        dropped_personal=tuple(job.dropped),
        constants=dict(job.mapping.constants),
        notes=tuple(job.notes),
        unsupported=job.mapping.unsupported,
        as_of=job.as_of,
        findings=job.findings.frame(),
    )


def _described(path: Path, rows: int) -> dict[str, Any]:
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"name": kept_name(path), "bytes": path.stat().st_size, "sha256": digest, "rows": rows}


def _store_report(connection: Connection, report: ImportReport, settings: Settings, other_changes: int) -> bool:
    """Complete the run's row and keep its findings; returns whether any figure may have changed."""
    assert report.import_id is not None
    before = _previous(connection, report)
    file_name = f"import-{report.import_id}.csv" if len(report.findings) else None
    values = {
        "files": json.dumps(report.files, ensure_ascii=False),
        "as_of": report.as_of,
        "rows_read": report.rows_read,
        "rows_new": report.new,
        "rows_changed": report.changed,
        "rows_same": report.same,
        "rows_rejected": report.rejected,
        "rows_quarantined": report.quarantined,
        "checks": json.dumps(dict(report.checks)),
        "columns": report.columns_json(),
        "unsupported": report.unsupported_json(),
        "report_file": file_name,
    }
    finish_run(connection, report.import_id, values)
    _store_findings(connection, report)
    if file_name:
        report.to_csv(settings.report_dir / file_name)
    is_changed = bool(report.new or report.changed or other_changes)
    return is_changed or before != (report.as_of, values["unsupported"])


def _store_findings(connection: Connection, report: ImportReport) -> None:
    checks = report.findings["check_name"].unique()
    reasons = {name: reason_of(name) for name in checks}
    said = {name: json.dumps({"zh": why.zh, "en": why.en}, ensure_ascii=False) for name, why in reasons.items()}
    if said:
        frame = report.findings.with_columns(
            pl.lit(report.import_id).alias("import_id"),
            pl.col("check_name").replace_strict(said, return_dtype=pl.String).alias("reason"),
            pl.col("column").str.slice(0, 120),
            pl.col("file").str.slice(0, 200),
            pl.col("sheet").str.slice(0, 80),
            pl.col("value_class").str.slice(0, 60),
        )
        insert_frame(connection, import_finding, frame)


def _previous(connection: Connection, report: ImportReport) -> tuple[date | None, str] | None:
    last = connection.execute(
        select(import_run.c.as_of, import_run.c.unsupported)
        .where(import_run.c.source == report.source, import_run.c.import_id != report.import_id)
        .order_by(import_run.c.import_id.desc())
    ).first()
    return None if last is None else (last.as_of, last.unsupported)


def _holds_demo(connection: Connection) -> bool:
    return connection.execute(select(import_run.c.import_id).where(import_run.c.is_demo).limit(1)).first() is not None


def _engine_holds_demo(engine: Engine) -> bool:
    with engine.connect() as connection:
        return _holds_demo(connection)


def _remove_demo(connection: Connection) -> None:
    tables: Iterable[Any] = (table for table in reversed(metadata.sorted_tables) if table.name not in KEPT_WITH_DEMO)
    for table in tables:
        if table.name == "office":  # a tree: children may not lose their parents first
            connection.execute(text("UPDATE office SET parent_id = NULL"))
        connection.execute(delete(table))


def _remove_demo_map(settings: Settings) -> None:
    """The map laid out for the demo goes with it; one that the bureau put there stays."""
    path = settings.data_dir / "places.geojson"
    if is_of_demo(path):
        path.unlink()


def _note_demo(job: Job) -> None:
    job.note("演示数据由本次导入取代", "The demo data is replaced by this import.")
