"""What a manifest keeps of the store besides cases: the targets, and the newest import runs (see `queries.register`)."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from queries.schema import import_run, target

RUNS_SHOWN = 50  # newest import runs a snapshot remembers


def surroundings(connection: Connection) -> dict[str, Any]:
    """Entries of a manifest: `targets` and `imports`, the newest import first."""
    runs = connection.execute(select(import_run).order_by(import_run.c.import_id.desc()).limit(RUNS_SHOWN)).mappings()
    wanted = select(target).order_by(target.c.measure, target.c.scope, target.c.valid_from)
    return {
        "targets": [_plain_target(row) for row in connection.execute(wanted).mappings()],
        "imports": [_plain_run(row) for row in runs],
    }


def _plain_target(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        "measure": row["measure"],
        "scope": row["scope"],
        "value": row["value"],
        "valid_from": row["valid_from"].isoformat(),
        "valid_to": row["valid_to"].isoformat() if row["valid_to"] else None,
        "source": row["source"],
    }


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
