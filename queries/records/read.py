"""Read the records of a store."""

from types import MappingProxyType

import polars as pl
from sqlalchemy import Connection, func, select

from queries.records import Records, frame_schema
from queries.schema import RECORD_TABLES, metadata, record_change


def version(connection: Connection) -> int:
    """Number of the last change of any record; 0 before the first."""
    return connection.execute(select(func.max(record_change.c.change_id))).scalar() or 0


def read(connection: Connection) -> Records:
    """Every record as it stands now."""
    frames = {}
    for name in RECORD_TABLES:
        table = metadata.tables[name]
        rows = connection.execute(select(table).order_by(*table.primary_key.columns)).all()
        frames[name] = pl.DataFrame([tuple(row) for row in rows], schema=frame_schema(table), orient="row")
    return Records(version(connection), MappingProxyType(frames))
