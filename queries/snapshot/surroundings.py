"""What a manifest keeps of the store besides cases: the newest import runs.

`queries.register` reads them.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from queries.schema import import_run

RUNS_SHOWN = 50  # newest import runs a snapshot remembers


def surroundings(connection: Connection, import_id: int | None = None) -> dict[str, Any]:
    """Entries of a manifest: `imports`, the newest import first, from the one of that number back."""
    query = select(import_run).order_by(import_run.c.import_id.desc()).limit(RUNS_SHOWN)
    if import_id is not None:
        query = query.where(import_run.c.import_id <= import_id)
    runs = connection.execute(query).mappings()
    return {"imports": [_plain_run(row) for row in runs]}


def _plain_run(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "import_id": row["import_id"],
        "imported_at": row["imported_at"].isoformat(timespec="seconds"),
        "source": row["source"],
        "files": [file.get("name", "") for file in json.loads(row["files"] or "[]")],
        "as_of": row["as_of"].isoformat() if row["as_of"] else None,
        "is_demo": bool(row["is_demo"]),
        "checks": json.loads(row["checks"] or "{}"),
        "columns": json.loads(row["columns"] or "{}"),
    } | {name: row[f"rows_{name}"] for name in ("read", "new", "changed", "same", "rejected", "quarantined")}
