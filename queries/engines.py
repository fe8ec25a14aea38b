"""Where the counting is done: Polars by default, DuckDB or PostgreSQL for those who keep their data there.

An engine offers the rows of a snapshot as a Narwhals frame and brings a small result back as a Polars frame. The
definitions, the plan and the finishing are the same for all of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol

import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa

from queries.dimensions import Table
from queries.kept import by_snapshot

FEW_ROWS = 1 << 19
"""Up to so many rows that a selection leaves of a table are held apart: at most some 40 MB, and eight times."""

Wanted = tuple[str, tuple[int, ...], bool]
"""A column, codes, and whether rows must have one of them (or none)."""


class Rows(Protocol):
    """The rows of one partition (`queries.snapshot.Partition`)."""

    @property
    def path(self) -> Path:
        """Its file."""

    @property
    def rows(self) -> int:
        """How many they are."""

    @property
    def frame(self) -> pl.DataFrame:
        """As a Polars frame."""

    @property
    def arrow(self) -> pa.Table:
        """As an Arrow table."""


class Tables(Protocol):
    """The rows of all partitions (`queries.snapshot.Snapshot`)."""

    def partitions(self, table: Table) -> Sequence[Rows]:
        """Those of one table."""


class Engine(Protocol):
    """One way to count."""

    name: str

    def scan(
        self, tables: Tables, table: Table, partitions: Sequence[Rows], wanted: tuple[Wanted, ...]
    ) -> nw.LazyFrame[Any]:
        """The rows of some partitions (at least one) of a table that have what is wanted."""

    def collect(self, frame: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Count."""

    def close(self) -> None:
        """Give back what the engine holds."""


class PolarsEngine:
    """In this process, on the mapped files."""

    name = "polars"

    def scan(
        self, tables: Tables, table: Table, partitions: Sequence[Rows], wanted: tuple[Wanted, ...]
    ) -> nw.LazyFrame[Any]:
        """See `Engine`."""
        apart = _held_apart(tables, table, wanted) if wanted else None
        if apart:
            return nw.from_native(apart.of(partitions).lazy())
        return _having(nw.from_native(_together(partitions).lazy()), wanted)

    def collect(self, frame: nw.LazyFrame[Any]) -> pl.DataFrame:
        """See `Engine`."""
        return frame.collect().to_native()  # type: ignore[no-any-return]  # what was lazy Polars is a Polars frame

    def close(self) -> None:
        """See `Engine`; nothing is held."""


class DuckDBEngine:
    """In this process, by DuckDB over the same mapped files."""

    name = "duckdb"

    def __init__(self, threads: int | None = None) -> None:
        import duckdb

        self.connection = duckdb.connect()
        if threads:
            self.connection.execute(f"SET threads = {int(threads)}")

    def scan(
        self, tables: Tables, table: Table, partitions: Sequence[Rows], wanted: tuple[Wanted, ...]
    ) -> nw.LazyFrame[Any]:
        """See `Engine`."""
        rows = pa.concat_tables([part.arrow for part in partitions])
        return _having(nw.from_native(self.connection.from_arrow(rows)), wanted)

    def collect(self, frame: nw.LazyFrame[Any]) -> pl.DataFrame:
        """See `Engine`."""
        return frame.collect(backend="polars").to_native()  # type: ignore[no-any-return]  # the backend asked for

    def close(self) -> None:
        """See `Engine`."""
        self.connection.close()


class PostgreSQLEngine:
    """In a PostgreSQL server, on a copy of the coded tables in a schema of their own.

    For those who keep everything on a server: the figures are the same as of the mapped files. One engine serves one
    snapshot; its tables are loaded when it is made and dropped when it is closed.
    """

    name = "postgresql"

    def __init__(self, url: str, tables: Mapping[Table, Sequence[Rows]], schema: str) -> None:
        """Args: url as in Settings.database_url; partitions by table; name of a schema that does not exist yet."""
        import ibis
        import psycopg

        self._url, self.schema = url.replace("+psycopg", "", 1), schema
        self._places: dict[Path, int] = {}
        with psycopg.connect(self._url) as connection:
            connection.execute(f'CREATE SCHEMA "{schema}"')
            for table, partitions in tables.items():
                if partitions:
                    self._load(connection, table, partitions)
        self._ibis = ibis.postgres.connect(**_address(self._url))

    def _load(self, connection: Any, table: Table, partitions: Sequence[Rows]) -> None:
        columns = {name: _SQL_TYPES[dtype] for name, dtype in partitions[0].frame.schema.items()}
        listed = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        connection.execute(f'CREATE TABLE "{self.schema}"."{table}" ({listed}, part smallint)')
        with connection.cursor().copy(f'COPY "{self.schema}"."{table}" FROM STDIN (FORMAT csv)') as copy:
            for place, part in enumerate(partitions):
                self._places[part.path] = place
                copy.write(part.frame.with_columns(part=pl.lit(place)).write_csv(include_header=False))

    def scan(
        self, tables: Tables, table: Table, partitions: Sequence[Rows], wanted: tuple[Wanted, ...]
    ) -> nw.LazyFrame[Any]:
        """See `Engine`."""
        frame: nw.LazyFrame[Any] = nw.from_native(self._ibis.table(table, database=self.schema))
        return _having(frame, (("part", tuple(self._places[part.path] for part in partitions), True), *wanted))

    def collect(self, frame: nw.LazyFrame[Any]) -> pl.DataFrame:
        """See `Engine`."""
        # the server adds whole numbers to decimals; they are whole numbers still
        counted: pl.DataFrame = frame.collect(backend="polars").to_native()
        return counted.with_columns(pl.selectors.decimal().cast(pl.Int64))

    def close(self) -> None:
        """See `Engine`; drops the schema."""
        self._ibis.raw_sql(f'DROP SCHEMA "{self.schema}" CASCADE')
        self._ibis.disconnect()


_SQL_TYPES: dict[Any, str] = {pl.Int8: "smallint", pl.Int16: "smallint", pl.Int32: "integer"}


def _address(url: str) -> dict[str, Any]:
    from psycopg.conninfo import conninfo_to_dict

    given = conninfo_to_dict(url)
    return {"host": given.get("host"), "port": given.get("port"), "user": given.get("user"),
            "password": given.get("password"), "database": given.get("dbname")}  # fmt: skip


def _having(frame: nw.LazyFrame[Any], wanted: tuple[Wanted, ...]) -> nw.LazyFrame[Any]:
    return frame.filter(*(_has(*each) for each in wanted)) if wanted else frame


def _has(name: str, codes: tuple[int, ...], inside: bool) -> nw.Expr:
    among = nw.col(name) == codes[0] if len(codes) == 1 else nw.col(name).is_in(list(codes))
    return among if inside else ~among


def _together(partitions: Sequence[Rows]) -> pl.DataFrame:
    return pl.concat([part.frame for part in partitions], rechunk=False)


@dataclass(frozen=True)
class _Apart:
    """Rows of all partitions of a table, in one piece and in their order, and where those of each file lie."""

    frame: pl.DataFrame
    places: Mapping[Path, tuple[int, int]]

    def of(self, partitions: Sequence[Rows]) -> pl.DataFrame:
        """Those of some partitions."""
        spans: list[tuple[int, int]] = []
        for start, end in (self.places[part.path] for part in partitions):
            if spans and spans[-1][1] == start:
                start = spans.pop()[0]
            spans.append((start, end))
        pieces = [self.frame.slice(start, end - start) for start, end in spans]
        return pieces[0] if len(pieces) == 1 else pl.concat(pieces, rechunk=True)


@by_snapshot(8)
def _held_apart(tables: Tables, table: Table, wanted: tuple[Wanted, ...]) -> _Apart | None:
    """The rows of a table that have what is wanted; None where they are too many to be held twice.

    A page asks a selection a dozen questions, and each would look for its rows again in the pieces of all months.
    """
    partitions = tables.partitions(table)
    everything = nw.from_native(_together(partitions).lazy().with_row_index("_row"))
    engine, found = PolarsEngine(), _having(everything, wanted)
    is_large = sum(part.rows for part in partitions) > FEW_ROWS
    if is_large and engine.collect(found.select(nw.len()))["len"][0] > FEW_ROWS:
        return None
    frame = engine.collect(found).rechunk()
    ends = np.searchsorted(frame["_row"].to_numpy(), list(accumulate(part.rows for part in partitions))).tolist()
    spans = zip([0, *ends[:-1]], ends, strict=True)
    places = {part.path: span for part, span in zip(partitions, spans, strict=True)}
    return _Apart(frame.drop("_row"), places)
