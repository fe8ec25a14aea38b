"""Read the register from the system of record, in batches and in one consistent view."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, Select, func, select

from queries.records.write import IN_FIGURES
from queries.schema import backlog_item, case_evaluation, import_run, office, petition_case, record_change
from queries.snapshot.build import Builder, case_columns
from queries.snapshot.bulk import Garbled, text_batches
from queries.snapshot.surroundings import surroundings
from queries.store import store_version

BATCH = 50_000  # rows; with fewer, the calls cost more than the rows


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that sees one state of the store until it is closed, whatever is written meanwhile."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    with engine.connect().execution_options(**options) as connection:
        yield connection


def fingerprint(connection: Connection) -> str:
    """Names the state of the store: differs after every write of figures, and between two stores."""
    latest = connection.execute(
        select(import_run.c.import_id, import_run.c.imported_at).order_by(import_run.c.import_id.desc()).limit(1)
    ).first()
    state = [connection.engine.url.render_as_string(), store_version(connection), *map(str, latest or ())]
    return sha256(json.dumps(state).encode()).hexdigest()[:12]


def read_store(connection: Connection, builder: Builder) -> dict[str, Any]:
    """Give the builder every row.

    Returns:
        What the manifest says of where the rows came from: store_version, changes (`changes_of_figures`), sources,
        is_demo, unsupported, imports; and newest_file_date.
    """
    builder.add_offices(offices(connection))
    columns = ("case_no", "counted", *case_columns())
    case_query = select(*(petition_case.c[name] for name in columns)).order_by(petition_case.c.case_no)
    _read(connection, case_query, builder.add_cases)
    joined = select(
        petition_case.c.case_no,
        case_evaluation.c.target,
        case_evaluation.c.status,
        case_evaluation.c.score,
        case_evaluation.c.window_ends_at,
        case_evaluation.c.evaluated_at,
    ).join(petition_case, petition_case.c.case_id == case_evaluation.c.case_id)
    joined = joined.order_by(case_evaluation.c.case_id, case_evaluation.c.target)
    _read(connection, joined, builder.add_evaluations)
    backlog = backlog_in_force(connection)
    if len(backlog):
        builder.add_backlog(backlog)
    return about(connection)


def about(connection: Connection) -> dict[str, Any]:
    """What a manifest says of the store's state; `read_store` says what."""
    return {
        "store_version": store_version(connection),
        "changes": changes_of_figures(connection),
        **runs_until(connection),
        **surroundings(connection),
    }


def changes_of_figures(connection: Connection) -> int:
    """How often records that are in the figures were changed by hand or entered by a loader."""
    query = select(func.count()).select_from(record_change).where(record_change.c.kind.in_(IN_FIGURES))
    return connection.execute(query).scalar() or 0


def offices(connection: Connection) -> pl.DataFrame:
    """Every office."""
    return frame_of(connection, select(*(office.c[name] for name in OFFICES)))


def backlog_in_force(connection: Connection) -> pl.DataFrame:
    """Every item of a batch that is not withdrawn."""
    query = select(*(backlog_item.c[name] for name in BACKLOG)).where(backlog_item.c.withdrawn_at.is_(None))
    return frame_of(connection, query)


def _read(connection: Connection, query: Select[Any], add: Callable[[pl.DataFrame], None]) -> None:
    """Give every row to the builder, by lines of text, from the first odd one on by cells."""
    given = 0
    try:
        for batch in text_batches(connection, query):
            add(batch)
            given += len(batch)
    except Garbled:
        for batch in batches(connection, query):
            add(batch.tail(len(batch) - min(given, len(batch))))
            given -= min(given, len(batch))


OFFICES = ("office_id", "name", "kind", "parent_id", "population", "is_listed")
BACKLOG = (
    "unusable",
    "batch",
    "assigned_on",
    "office_id",
    "place_code",
    "reported_on",
    "reviewed_on",
    "review_result",
    "reflow_on",
)


def runs_until(connection: Connection, import_id: int | None = None) -> dict[str, Any]:
    """What the import runs up to and with one say of the register: sources, is_demo, newest_file_date, read, the
    columns its files had; by source, the measures unsupported and stated_on, the newest day its files speak of.
    """
    query = select(import_run).order_by(import_run.c.import_id)
    if import_id is not None:
        query = query.where(import_run.c.import_id <= import_id)
    runs = connection.execute(query).mappings().all()
    latest = {run["source"]: run for run in runs}  # one register has one source; its latest import speaks for it
    dates: list[date] = [run["as_of"] for run in runs if run["as_of"]]
    return {
        "sources": list(latest),
        "is_demo": any(run["is_demo"] for run in runs),
        "unsupported": {source: json.loads(run["unsupported"] or "{}") for source, run in latest.items()},
        "stated_on": {source: run["as_of"].isoformat() for source, run in latest.items() if run["as_of"]},
        "read": sorted({column for run in runs for column in json.loads(run["columns"] or "{}").get("used", {})}),
        "newest_file_date": max(dates, default=None),
    }


def frame_of(connection: Connection, query: Select[Any]) -> pl.DataFrame:
    """All rows of a query."""
    return pl.concat([*batches(connection, query)])


def batches(connection: Connection, query: Select[Any]) -> Iterator[pl.DataFrame]:
    """Rows in frames of BATCH; at least one frame, so that the columns are known.

    The driver's own cursor: building a Python date for every cell, which SQLAlchemy does, takes most of the time.
    """
    columns = list(query.selected_columns.keys())
    sql = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    driver = connection.connection.driver_connection
    assert driver is not None
    cursor = driver.cursor() if connection.dialect.name == "sqlite" else driver.cursor(name="huiyin_snapshot")
    with_rows = False
    try:
        cursor.execute(sql)
        while rows := cursor.fetchmany(BATCH):
            with_rows = True
            yield pl.DataFrame(list(zip(*rows, strict=True)), schema=columns, strict=False, orient="col")
        if not with_rows:
            yield pl.DataFrame(schema=dict.fromkeys(columns, pl.Null))
    finally:
        cursor.close()
