"""Records: what the bureau itself keeps beside the register, such as targets, rosters, reports and decisions.

They are few, are entered or imported, and change while the register stands still. So they do not live in the files of
a snapshot: `Records` is one immutable state of them, named by the number of the last change, and travels with the
snapshot as `snapshot.records`. A view that shows records reads them there; a figure is then named by both versions.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache, cached_property
from types import MappingProxyType
from typing import Any

import polars as pl
from sqlalchemy import Boolean, Date, DateTime, Float, Integer, SmallInteger, Table
from sqlalchemy.types import TypeEngine

from queries.schema import RECORD_TABLES, metadata

_TYPES: tuple[tuple[type[TypeEngine[Any]], pl.DataType], ...] = (
    (Boolean, pl.Boolean()),
    (SmallInteger, pl.Int64()),
    (Integer, pl.Int64()),
    (Float, pl.Float64()),
    (DateTime, pl.Datetime("us")),
    (Date, pl.Date()),
)


_HAPPENED = (
    "assigned_on", "reported_on", "reviewed_on", "reflow_on", "found_on", "done_on", "listed_on", "opened_on",
    "closed_on", "decided_on", "held_on",
)  # fmt: skip
_PLANNED = ("starts_on", "day", "due_on", "valid_from")


@dataclass(frozen=True)
class Records:
    """One state of all records.

    Attributes:
        version: number of the last change; 0 before the first. Two states of one store with one number are equal.
        tables: rows by table of `queries.schema.RECORD_TABLES`, withdrawn ones too.
    """

    version: int = 0
    tables: Mapping[str, pl.DataFrame] = field(default_factory=lambda: MappingProxyType({}), repr=False, compare=False)

    def rows(self, kind: str) -> pl.DataFrame:
        """The records of one table that are in force: all columns of the table, in the order of its key."""
        return self.every(kind).filter(pl.col("withdrawn_at").is_null())

    @cached_property
    def newest_day(self) -> date | None:
        """The newest day something recorded took place; of what is only planned or set, its first day."""
        happened, planned = (
            [
                day
                for kind in self.tables
                for frame in (self.rows(kind),)
                for name in names
                if name in frame.columns and isinstance(day := frame[name].max(), date)
            ]
            for names in (_HAPPENED, _PLANNED)
        )
        return max(happened or planned, default=None)

    @cached_property
    def closing_times(self) -> tuple[tuple[date, time], ...]:
        """From which day on offices close when, by day; nothing where the bureau has not said."""
        rows = self.rows("closing_time").sort("valid_from").select("valid_from", "closes")
        return tuple((day, time.fromisoformat(closes)) for day, closes in rows.iter_rows())

    def every(self, kind: str) -> pl.DataFrame:
        """Like `rows`, with the withdrawn ones."""
        frame = self.tables.get(kind)
        return frame if frame is not None else _nothing(kind)


@cache
def _nothing(kind: str) -> pl.DataFrame:
    return pl.DataFrame(schema=frame_schema(metadata.tables[kind]))


def of_rows(tables: Mapping[str, Iterable[Mapping[str, Any]]], version: int = 0) -> Records:
    """Records of plain rows: dictionaries by column; what is missing is not given, a day may be ISO text."""
    frames = {}
    for name, rows in tables.items():
        schema = frame_schema(metadata.tables[name])
        frames[name] = pl.DataFrame(
            [{column: _day(row.get(column), kept) for column, kept in schema.items()} for row in rows], schema=schema
        )
    return Records(version, MappingProxyType(frames))


def _day(value: Any, kept: pl.DataType) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) and kept == pl.Date() else value


def frame_schema(table: Table) -> dict[str, pl.DataType]:
    """Columns of a table and how a frame holds them."""
    return {
        column.name: next((kept for kind, kept in _TYPES if isinstance(column.type, kind)), pl.String())
        for column in table.columns
    }


__all__ = ["RECORD_TABLES", "Records", "frame_schema", "of_rows"]
