"""Put the demo register into the store: everything in one transaction, in place of an earlier demo."""

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

import polars as pl
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from queries.errors import StoreError
from queries.records.read import newest
from queries.records.states import DEMO
from queries.records.write import catch_up
from queries.schema import RECORD_TABLES, import_finding, import_run, meeting, metadata
from queries.settings import Settings
from queries.snapshot import current, pins, register_version
from queries.store import backup, open_store, raise_version, writing
from queries.vocabulary import Text
from seed.demo import truths
from seed.demo.cases import COLUMNS, DEFAULT_CASES, DEFAULT_SEED, SOURCE, SOURCE_FILE, register
from seed.demo.city import TOWNSHIPS
from seed.demo.files import beside_evaluations
from seed.demo.inspection import HEADINGS, Inspection
from seed.demo.meetings import closed
from seed.demo.programmes import programmes
from seed.demo.shapes import SHAPES_FILE
from seed.demo.statistics import statistics
from seed.load.bulk import insert_frame
from seed.load.cases import finish_run, start_run, write_cases
from seed.load.job import Job
from seed.load.report import ImportReport, reason_of
from seed.mapping import RegisterMapping
from seed.statistics_files import keep

KEPT = ("alembic_version", "store_state", "rule_set")
"""Tables a demo does not fill and does not empty."""


@dataclass(frozen=True)
class DemoReport:
    """What was written: the run's number, items, evaluations, newest date, findings by check."""

    import_id: int
    cases: int
    evaluations: int
    as_of: date
    checks: dict[str, int]


def load(
    settings: Settings,
    cases: int = DEFAULT_CASES,
    seed: int = DEFAULT_SEED,
    progress: Callable[[int, int], None] | None = None,
    *,
    places: int = len(TOWNSHIPS),
    force: bool = False,
) -> DemoReport:
    """Write a demo register and everything around it (offices, batches, targets, ...) in one transaction.

    Args:
        settings: which store.
        cases, seed, places: as in `register`.
        progress: called with the items written so far and in all.
        force: also where the store holds a real register, which is copied beside the database first.

    Raises:
        StoreError: the store holds a real register; nothing was changed.
        StoreBusy: another import is writing.
    """
    engine = open_store(settings)
    try:
        with writing(engine) as connection:
            if holds_real_register(connection):
                _set_aside(engine, connection, force)
            for table in reversed(metadata.sorted_tables):
                if table.name not in KEPT:
                    connection.execute(delete(table))
            report = _fill(connection, settings, cases, seed, places, progress or (lambda done, total: None))
        with writing(engine) as connection:  # what the earlier sessions were closed on, with its seal
            pins.keep(settings, current(settings, engine), connection)
    finally:
        engine.dispose()
    _lay_out_map(settings)
    return report


def _lay_out_map(settings: Settings) -> None:
    """Put the map of the demo's townships where the dashboard looks for one, unless there is another."""
    path = settings.map_file
    if settings.places_file is None and not path.exists():
        temporary = path.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(SHAPES_FILE.read_bytes())
        temporary.replace(path)


def holds_real_register(connection: Connection) -> bool:
    """Whether anything but a demo was ever imported."""
    real = select(func.count()).select_from(import_run).where(import_run.c.is_demo.is_(False))
    return bool(connection.execute(real).scalar())


def _set_aside(engine: Engine, connection: Connection, force: bool) -> None:
    if not force:
        raise StoreError(
            "This database holds an imported register, and the demo would replace it. Nothing was changed. "
            "Use another data folder (HUIYIN_DATA_DIR) for the demo, or force it if the register may go."
        )
    backup(engine, connection, "real")


def _fill(
    connection: Connection, settings: Settings, cases: int, seed: int, places: int, progress: Callable[[int, int], None]
) -> DemoReport:
    run = start_run(connection, source=SOURCE, is_demo=True)
    for name, rows in programmes(seed, places).items():
        of_run = {"import_id": run} if "import_id" in metadata.tables[name].c else {}
        connection.execute(insert(metadata.tables[name]), [row | of_run for row in rows])
        if name in RECORD_TABLES:
            catch_up(connection, name, by=DEMO)
    job = Job(
        connection, RegisterMapping(name=SOURCE), run, False, truths.LAST_DAY, settings.hash_key(), lambda _: None
    )
    inspection = Inspection(job)

    def frames() -> Iterator[pl.DataFrame]:
        done = 0
        for chunk in register(cases, seed, places=places):
            yield inspection.of(beside_evaluations(chunk))
            done += len(chunk.cases)
            progress(done, cases)

    written = write_cases(connection, frames(), import_id=run, source=SOURCE, rows=cases)
    inspection.finish()
    keep(connection, statistics(connection), by=DEMO, is_demo=True)
    report = ImportReport(
        import_id=run,
        source=SOURCE,
        files=({"name": SOURCE_FILE, "rows": cases, "seed": seed},),
        rows_read=cases,
        new=written.cases.new,
        quarantined=job.quarantined,
        evaluations=written.evaluations.new,
        checks=dict(sorted(job.findings.counts.items())),
        used={name: heading for name, heading in HEADINGS.items() if name in COLUMNS or "." in name},
        notes=(
            Text("演示数据：城市、单位和件均为虚构", "Demo data: the city, its offices and all items are invented"),
        ),
        as_of=truths.LAST_DAY,
        findings=job.findings.frame(),
    )
    _keep(connection, report)
    _close_sessions(connection, run, raise_version(connection))
    return DemoReport(run, report.new, report.evaluations, truths.LAST_DAY, dict(report.checks))


def _close_sessions(connection: Connection, run: int, store_version: int) -> None:
    """Close the earlier monthly sessions on the register just written and the records as they stand."""
    made = connection.execute(select(import_run.c.imported_at).where(import_run.c.import_id == run)).scalar_one()
    register_name = register_version(run, store_version, made.isoformat(timespec="seconds"))
    for row in closed(f"{register_name}.{newest(connection)}"):
        connection.execute(update(meeting).where(meeting.c.meeting_id == row["meeting_id"]).values(row))
    catch_up(connection, "meeting", by=DEMO)


def _keep(connection: Connection, report: ImportReport) -> None:
    """Complete the run's row and keep its findings, as an import does."""
    assert report.import_id is not None
    counts = {"rows_read": report.rows_read, "rows_new": report.new, "rows_quarantined": report.quarantined}
    texts = {
        "files": json.dumps(report.files, ensure_ascii=False),
        "checks": json.dumps(dict(report.checks)),
        "columns": report.columns_json(),
        "unsupported": report.unsupported_json(),
    }
    finish_run(connection, report.import_id, {**counts, **texts, "as_of": report.as_of})
    reasons = {name: reason_of(name) for name in report.checks}
    said = {name: json.dumps({"zh": why.zh, "en": why.en}, ensure_ascii=False) for name, why in reasons.items()}
    if said:
        reason = pl.col("check_name").replace_strict(said, return_dtype=pl.String).alias("reason")
        listed = report.findings.with_columns(reason, pl.lit(report.import_id).alias("import_id"))
        insert_frame(connection, import_finding, listed)
