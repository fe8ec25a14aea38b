"""The bulk writer of cases: what the import and the demo both write through.

Use inside `queries.store.writing`, after `start_run`:

    with writing(engine) as connection:
        run = start_run(connection, source="demo", is_demo=True)
        written = write_cases(connection, frames, import_id=run, source="demo")
        finish_run(connection, run, rows_read=..., rows_new=written.cases.new, ...)
        raise_version(connection)

A frame holds typed columns of `petition_case` (any subset with `case_id` and `registered_at`; `matter_id` is the 16
bytes of the keyed hash) and may hold evaluations beside them as `bureau.status`, `bureau.score`,
`bureau.window_ends_at`, `bureau.evaluated_at` and the same for `office.`; a row without status has no evaluation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import polars as pl
from sqlalchemy import Connection, insert, update

from queries.schema import case_evaluation, import_run, petition_case
from seed.load.merge import Merge, Merged, indexes_built_later

TARGETS = ("bureau", "office")
EVALUATION_COLUMNS = ("status", "score", "window_ends_at", "evaluated_at")


@dataclass(frozen=True)
class Written:
    """Rows by what became of them, for cases and for evaluations."""

    cases: Merged = field(default_factory=Merged)
    evaluations: Merged = field(default_factory=Merged)

    def __add__(self, other: "Written") -> "Written":
        return Written(self.cases + other.cases, self.evaluations + other.evaluations)


class CaseWriter:
    """Writes frame after frame of one register within one transaction."""

    def __init__(self, connection: Connection, *, import_id: int, source: str):
        """Args: the open transaction, the run, the register's name."""
        self._import_id, self._source = import_id, source
        self.cases = Merge(connection, petition_case, ["case_id"], import_id=import_id, source=source)
        self.evaluations = Merge(connection, case_evaluation, ["case_id", "target"], import_id=import_id)

    def write(self, frame: pl.DataFrame, *, only_compare: bool = False) -> Written:
        """Merge the rows of a frame; see the module's text for its columns."""
        lineage = [pl.lit(self._import_id, pl.Int64).alias("import_id"), pl.lit(self._source).alias("source")]
        columns = [name for name in frame.columns if name in petition_case.c or name == "kept_bits"]
        cases = frame.select(columns).with_columns(lineage)
        defaults = {"counted": pl.lit(True), "unusable": pl.lit(0)}
        cases = cases.with_columns(value.alias(name) for name, value in defaults.items() if name not in columns)
        return Written(
            self.cases.write(cases, only_compare=only_compare),
            self.evaluations.write(
                evaluations_of(frame).with_columns(pl.lit(self._import_id, pl.Int64).alias("import_id")),
                only_compare=only_compare,
            ),
        )

    def learn(self, frame: pl.DataFrame) -> None:
        """Treat the cases of a frame as known: a later file of the same run may bring them again."""
        self.cases.learn(frame)
        self.evaluations.learn(evaluations_of(frame))

    def close(self) -> None:
        """Drop temporary tables."""
        self.cases.close()
        self.evaluations.close()


def write_cases(
    connection: Connection, frames: Iterable[pl.DataFrame], *, import_id: int, source: str, rows: int = 0
) -> Written:
    """Write frames of one register; no case_id may come twice among them.

    Args:
        frames: see the module's text; consumed one at a time.
        rows: how many to expect, if known: a large first load builds its indexes afterwards.
    """
    writer = CaseWriter(connection, import_id=import_id, source=source)
    written = Written()
    with indexes_built_later(connection, (petition_case, case_evaluation), rows):
        for frame in frames:
            written = written + writer.write(frame)
    writer.close()
    return written


def evaluations_of(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows for `case_evaluation` out of the evaluation columns of a frame of cases."""
    parts = [
        pl.DataFrame(
            schema={"case_id": pl.String, "target": pl.String, "status": pl.String, "score": pl.String}
            | {"window_ends_at": pl.Datetime("us"), "evaluated_at": pl.Datetime("us")}
        )
    ]
    for target in TARGETS:
        if f"{target}.status" in frame.columns:
            given = {name: f"{target}.{name}" for name in EVALUATION_COLUMNS if f"{target}.{name}" in frame.columns}
            parts.append(
                frame.filter(pl.col(f"{target}.status").is_not_null()).select(
                    "case_id",
                    pl.lit(target).alias("target"),
                    *(pl.col(column).cast(parts[0].schema[name]).alias(name) for name, column in given.items()),
                )
            )
    return pl.concat(parts, how="diagonal")


def start_run(connection: Connection, *, source: str, is_demo: bool = False, files: str = "[]", **values: Any) -> int:
    """Open a row of `import_run`, to be completed by `finish_run` in the same transaction.

    Returns:
        Its import_id.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    row = {"imported_at": now, "source": source, "is_demo": is_demo, "files": files, **values}
    key = connection.execute(insert(import_run).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def finish_run(connection: Connection, import_id: int, values: Mapping[str, Any]) -> None:
    """Complete the row of `import_run` with counts and report."""
    connection.execute(update(import_run).where(import_run.c.import_id == import_id).values(dict(values)))
