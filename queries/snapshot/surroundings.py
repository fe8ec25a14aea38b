"""What a manifest keeps of the store besides cases: targets, special periods, the newest import runs.

`queries.register` reads them.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from queries.schema import import_run, special_period, target

RUNS_SHOWN = 50  # newest import runs a snapshot remembers


def surroundings(connection: Connection) -> dict[str, Any]:
    """Entries of a manifest: `targets`, `special_periods`, and `imports`, the newest import first."""
    runs = connection.execute(select(import_run).order_by(import_run.c.import_id.desc()).limit(RUNS_SHOWN)).mappings()
    wanted = select(target).order_by(target.c.measure, target.c.scope, target.c.valid_from)
    special = select(special_period).order_by(special_period.c.starts_on, special_period.c.period_id)
    return {
        "targets": [_plain_target(row) for row in connection.execute(wanted).mappings()],
        "special_periods": [_plain_period(row) for row in connection.execute(special).mappings()],
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


def _plain_period(row: Mapping[Any, Any]) -> dict[str, Any]:
    days = {name: row[name].isoformat() for name in ("starts_on", "ends_on")}
    return {name: row[name] for name in ("name_zh", "name_en", "kind")} | days


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
