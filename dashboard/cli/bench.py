"""`huiyin bench`: how fast, beside DuckDB and pandas on the same answers."""

from pathlib import Path

from queries.errors import UsageError


def bench(cases: str, json_file: Path | None) -> None:
    """Measure import, snapshot and pages."""
    raise UsageError("not yet")
