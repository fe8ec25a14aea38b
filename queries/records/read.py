"""Read the records of a store."""

from types import MappingProxyType
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table, func, select

from queries.records import Records, frame_schema
from queries.records.states import decode
from queries.schema import RECORD_TABLES, metadata, record_change


def newest(connection: Connection) -> int:
    """Number of the last change of any record; 0 before the first."""
    return connection.execute(select(func.max(record_change.c.change_id))).scalar() or 0


def read(connection: Connection, version: int | None = None) -> Records:
    """Every record as it stands now, or exactly as it stood after a change.

    Args:
        version: number of that change; 0 is before the first. None: now.
    """
    if version is not None:
        return _after(connection, version)
    frames = {}
    for name in RECORD_TABLES:
        table = metadata.tables[name]
        rows = connection.execute(select(table)).all()
        frames[name] = _frame(table, [tuple(row) for row in rows])
    return Records(newest(connection), MappingProxyType(frames))


def _after(connection: Connection, version: int) -> Records:
    change = record_change.c
    last = select(func.max(change.change_id)).where(change.change_id <= version).group_by(change.kind, change.record_id)
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in RECORD_TABLES}
    for kind, content in connection.execute(select(change.kind, change.content).where(change.change_id.in_(last))):
        rows[kind].append(tuple(decode(metadata.tables[kind], content).values()))
    frames = {name: _frame(metadata.tables[name], found) for name, found in rows.items()}
    return Records(version, MappingProxyType(frames))


def _frame(table: Table, rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    # sorted here: databases order texts by their own rules
    frame = pl.DataFrame(rows, schema=frame_schema(table), orient="row")
    return frame.sort([column.name for column in table.primary_key.columns])
