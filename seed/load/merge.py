"""Rows into a table by key: new ones are added, changed ones updated and their changes recorded, the rest untouched."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import polars as pl
from sqlalchemy import Column, ColumnElement, Connection, MetaData, Table, and_, or_, select, update
from sqlalchemy.schema import CreateIndex, DropIndex

from queries.schema import case_change
from seed.load.bulk import fetch_frame, insert_frame

INDEX_LATER_ROWS = 100_000  # from here on it pays to build the indexes of an empty table after the rows are in
_UNCOMPARED = frozenset({"source", "source_file", "source_row", "import_id", "kept_bits"})  # lineage, not content
_SECRET = "（已变更）"  # what the record of changes says of a keyed hash


@dataclass(frozen=True)
class Merged:
    """What became of some rows; `changed_columns` counts rows by column whose value differs."""

    new: int = 0
    changed: int = 0
    same: int = 0
    changed_columns: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "Merged") -> "Merged":
        names = {*self.changed_columns, *other.changed_columns}
        columns = {name: self.changed_columns.get(name, 0) + other.changed_columns.get(name, 0) for name in names}
        return Merged(self.new + other.new, self.changed + other.changed, self.same + other.same, columns)


class Merge:
    """Merges frames into one table.

    Attributes:
        known: keys that were in the table before, for `source` where the table has sources.
        seen: keys of `known` met so far.
    """

    def __init__(self, connection: Connection, table: Table, keys: Sequence[str], *, import_id: int, source: str = ""):
        """Args: inside a transaction; key columns; the run that writes; the register whose rows may be updated."""
        self._connection, self._table, self._keys = connection, table, list(keys)
        self._import_id, self._source = import_id, source
        quoted = source.replace("'", "''")
        where = f" WHERE source = '{quoted}'" if "source" in table.c and source else ""
        listed = ", ".join(self._keys)
        self.known = fetch_frame(connection, f"SELECT {listed} FROM {table.name}{where}", self._keys)
        self._seen: list[pl.DataFrame] = []
        self._staging: dict[tuple[str, ...], Table] = {}

    @property
    def seen(self) -> pl.DataFrame:
        """Keys of earlier rows that came again."""
        return pl.concat([self.known.head(0), *self._seen])

    def write(self, frame: pl.DataFrame, *, only_compare: bool = False) -> Merged:
        """Add or update rows; each key at most once a call, and at most once as a new row overall.

        Args:
            frame: columns of the table, typed; columns it lacks are left alone in rows that exist.
            only_compare: count, write nothing (temporary tables aside).
        """
        if self.known.is_empty():
            new, old = frame, frame.head(0)
        else:
            new = frame.join(self.known, on=self._keys, how="anti", maintain_order="left")
            old = frame.join(self.known, on=self._keys, how="semi", maintain_order="left")
        if not only_compare:
            first = pl.lit(self._import_id, pl.Int64).alias("first_import_id")
            insert_frame(self._connection, self._table, new.drop("kept_bits", strict=False).with_columns(first))
        if old.is_empty():
            return Merged(new=len(new))
        self._seen.append(old.select(self._keys))
        changes = self._update(old, only_compare)
        return Merged(len(new), changes.changed, len(old) - changes.changed, changes.changed_columns)

    def learn(self, frame: pl.DataFrame) -> None:
        """Count the keys of a frame as known from now on: the next file may bring them again."""
        self.known = pl.concat([self.known, frame.select(self._keys)]).unique(maintain_order=True)

    def close(self) -> None:
        """Drop what was needed only for the work."""
        for staging in self._staging.values():
            staging.drop(self._connection)
        self._staging = {}

    def _update(self, old: pl.DataFrame, only_compare: bool) -> Merged:
        staging = self._staged(old)
        table = self._table
        compared = [name for name in old.columns if name not in _UNCOMPARED and name not in self._keys]
        new_value: dict[str, ColumnElement[Any]] = {name: staging.c[name] for name in compared}
        if "unusable" in new_value:
            new_value["unusable"] = staging.c.unusable.bitwise_or(table.c.unusable.bitwise_and(staging.c.kept_bits))
        same_key = and_(*(table.c[key] == staging.c[key] for key in self._keys))
        differs = or_(*(table.c[name].is_distinct_from(new_value[name]) for name in compared))
        columns: list[ColumnElement[Any]] = [*(table.c[key] for key in self._keys)]
        columns += [table.c[name].label(f"old_{name}") for name in compared]
        columns += [new_value[name].label(f"new_{name}") for name in compared]
        result = self._connection.execute(select(*columns).where(same_key, differs))
        merged = Merged()
        changes: list[dict[str, Any]] = []
        for rows in iter(lambda: result.fetchmany(10_000), []):
            merged = merged + self._record(rows, compared, changes)
        if not only_compare and merged.changed:
            lineage = {name: staging.c[name] for name in old.columns if name in _UNCOMPARED and name in table.c}
            self._connection.execute(update(table).values(new_value | lineage).where(same_key, differs))
            insert_frame(self._connection, case_change, pl.DataFrame(changes, infer_schema_length=None))
        return merged

    def _staged(self, old: pl.DataFrame) -> Table:
        frame = old
        if "unusable" in old.columns and "kept_bits" not in old.columns:
            frame = old.with_columns(kept_bits=pl.lit(0))
        names = tuple(frame.columns)
        if names not in self._staging:
            columns = [
                Column(name, self._table.c[name if name in self._table.c else "unusable"].type) for name in names
            ]
            name = f"staged_{self._table.name}_{len(self._staging)}"
            staging = Table(name, MetaData(), *columns, prefixes=["TEMPORARY"])
            staging.create(self._connection)
            self._staging[names] = staging
        staging = self._staging[names]
        self._connection.execute(staging.delete())
        insert_frame(self._connection, staging, frame)
        return staging

    def _record(self, rows: Sequence[Any], compared: list[str], changes: list[dict[str, Any]]) -> Merged:
        width, first = len(compared), len(self._keys)
        counts: dict[str, int] = {}
        for row in rows:
            target = f"{row[1]}." if first > 1 else ""  # evaluations are recorded as "bureau.score"
            for place, name in enumerate(compared):
                old, new = row[first + place], row[first + width + place]
                if old == new:
                    continue
                counts[name] = counts.get(name, 0) + 1
                changes.append(
                    {"import_id": self._import_id, "case_id": row[0], "column": target + name}
                    | {"old_value": _shown(old), "new_value": _shown(new)}
                )
        return Merged(changed=len(rows), changed_columns=counts)


@contextmanager
def indexes_built_later(connection: Connection, tables: Sequence[Table], rows: int) -> Iterator[None]:
    """Within the block empty SQLite tables have no secondary indexes; readers keep seeing the old state.

    PostgreSQL is left alone: dropping an index there would make readers wait.

    Args:
        rows: expected; below INDEX_LATER_ROWS nothing is done.
    """
    dropped = []
    if connection.dialect.name == "sqlite" and rows >= INDEX_LATER_ROWS:
        empty = [table for table in tables if connection.execute(select(table).limit(1)).first() is None]
        dropped = [index for table in empty for index in sorted(table.indexes, key=lambda index: str(index.name))]
    for index in dropped:
        connection.execute(DropIndex(index))
    yield
    for index in dropped:
        connection.execute(CreateIndex(index))


def _shown(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bytes | memoryview):
        return _SECRET
    return str(value)[:200]
