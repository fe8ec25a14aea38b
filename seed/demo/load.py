"""Put the demo register into the store: everything in one transaction, in place of an earlier demo."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import blake2b

import polars as pl
from sqlalchemy import Connection, Engine, delete, func, insert, select

from queries.checks import CHECKS, UNUSABLE
from queries.errors import StoreError
from queries.schema import import_finding, import_run, metadata
from queries.settings import Settings
from queries.store import backup, open_store, raise_version, writing
from seed.demo import truths
from seed.demo.cases import DEFAULT_CASES, DEFAULT_SEED, SOURCE, SOURCE_FILE, register
from seed.demo.city import TOWNSHIPS
from seed.demo.files import beside_evaluations
from seed.demo.programmes import programmes
from seed.demo.shapes import SHAPES_FILE
from seed.load.bulk import insert_frame
from seed.load.cases import finish_run, start_run, write_cases

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
    files = json.dumps([{"name": SOURCE_FILE, "rows": cases, "seed": seed}], ensure_ascii=False)
    run = start_run(connection, source=SOURCE, is_demo=True, files=files, as_of=truths.LAST_DAY)
    for name, rows in programmes(seed, places).items():
        of_run = {"import_id": run} if "import_id" in metadata.tables[name].c else {}
        connection.execute(insert(metadata.tables[name]), [row | of_run for row in rows])
    checks: Counter[str] = Counter()
    key = settings.hash_key()

    def frames() -> Iterator[pl.DataFrame]:
        done = 0
        for chunk in register(cases, seed, places=places):
            findings = _findings(chunk.cases)
            checks.update(dict(findings["check_name"].value_counts().iter_rows()))
            insert_frame(connection, import_finding, findings.drop("bit").with_columns(import_id=pl.lit(run)))
            spoilt = findings.group_by("case_id").agg(unusable=pl.col("bit").sum())
            yield (
                beside_evaluations(chunk)
                .join(spoilt, on="case_id", how="left", maintain_order="left")
                .with_columns(_hashed(chunk.cases["matter_id"], key), pl.col("unusable").fill_null(0))
            )
            done += len(chunk.cases)
            progress(done, cases)

    written = write_cases(connection, frames(), import_id=run, source=SOURCE, rows=cases)
    quarantined = sum(count for name, count in checks.items() if CHECKS[name].severity == "quarantine")
    counts = {"rows_read": cases, "rows_new": written.cases.new, "rows_quarantined": quarantined}
    finish_run(connection, run, counts | {"checks": json.dumps(checks)})
    raise_version(connection)
    return DemoReport(run, written.cases.new, written.evaluations.new, truths.LAST_DAY, dict(checks))


def _hashed(matters: pl.Series, key: bytes) -> pl.Series:
    """The matter numbers as keyed hashes of 16 bytes."""
    known = matters.unique(maintain_order=True)
    hashes = [blake2b(matter.encode(), digest_size=16, key=key).digest() for matter in known]
    table = pl.DataFrame({"matter_id": known, "hash": pl.Series(hashes, dtype=pl.Binary)})
    joined = matters.to_frame().join(table, on="matter_id", how="left", maintain_order="left")
    return joined["hash"].rename("matter_id")


def _findings(cases: pl.DataFrame) -> pl.DataFrame:
    """The planted faults as the import would list them."""
    serial = pl.col("source_row") - 2
    parts = []
    for name, (every, offset) in truths.FLAWS.items():
        check = CHECKS[name]
        reason = json.dumps({"zh": check.label.zh, "en": check.label.en}, ensure_ascii=False)
        parts.append(
            cases.filter(serial % every == offset).select(
                pl.lit(name).alias("check_name"),
                pl.lit(check.severity).alias("severity"),
                pl.lit(SOURCE_FILE).alias("file"),
                pl.col("source_row").alias("row"),
                pl.lit(reason).alias("reason"),
                "case_id",
                pl.lit(UNUSABLE.get(_SPOILS.get(name, ""), 0), pl.Int32).alias("bit"),
            )
        )
    return pl.concat(parts)


_SPOILS = {
    "dates_out_of_order": "forwarded_at",
    "due_before_accepted": "due_at",
    "extension_out_of_range": "due_at",
    "petitioner_count_below_one": "petitioner_count",
    "first_and_repeat": "first",
    "recheck_before_review": "review",
    "confirmed_but_open": "confirmed_closed",
}
