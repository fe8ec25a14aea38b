"""Where the counting is done: Polars by default, DuckDB or PostgreSQL for those who keep their data there.

An engine offers the rows of a snapshot as a Narwhals frame and brings a small result back as a Polars frame. The
definitions, the plan and the finishing are the same for all of them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import narwhals as nw
import polars as pl
import pyarrow as pa

from queries.dimensions import Table


class Rows(Protocol):
    """The rows of one partition (`queries.snapshot.Partition`)."""

    @property
    def path(self) -> Path:
        """Its file."""

    @property
    def frame(self) -> pl.DataFrame:
        """As a Polars frame."""

    @property
    def arrow(self) -> pa.Table:
        """As an Arrow table."""


class Engine(Protocol):
    """One way to count."""

    name: str

    def scan(self, table: Table, partitions: Sequence[Rows]) -> nw.LazyFrame[Any]:
        """The rows of some partitions (at least one) of a table, nothing read yet."""

    def collect(self, frame: nw.LazyFrame[Any]) -> pl.DataFrame:
        """Count."""

    def close(self) -> None:
        """Give back what the engine holds."""


class PolarsEngine:
    """In this process, on the mapped files."""

    name = "polars"

    def scan(self, table: Table, partitions: Sequence[Rows]) -> nw.LazyFrame[Any]:
        """See `Engine`."""
        frames = [part.frame for part in partitions]
        return nw.from_native(pl.concat(frames, rechunk=False).lazy())

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

    def scan(self, table: Table, partitions: Sequence[Rows]) -> nw.LazyFrame[Any]:
        """See `Engine`."""
        return nw.from_native(self.connection.from_arrow(pa.concat_tables([part.arrow for part in partitions])))

    def collect(self, frame: nw.LazyFrame[Any]) -> pl.DataFrame:
        """See `Engine`."""
        return frame.collect(backend="polars").to_native()  # type: ignore[no-any-return]  # the backend asked for

    def close(self) -> None:
        """See `Engine`."""
        self.connection.close()
