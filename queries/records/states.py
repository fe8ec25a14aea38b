"""A state of a record as the history keeps it: JSON of its row, and back; and who signed it, in words."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, Table

from queries.vocabulary import Text

DEMO, UPGRADE = "demo", "upgrade"  # signatures of what no person entered; see `signature`
_IMPORT = "import:"


def encode(row: Mapping[str, Any]) -> str:
    """A row as JSON; days and moments as ISO text, numbers so that they come back exactly."""
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False, sort_keys=True)


def decode(table: Table, content: str) -> dict[str, Any]:
    """The row again, every column of the table; a column younger than the state has its default."""
    kept = json.loads(content)
    row: dict[str, Any] = {}
    for column in table.columns:
        value = kept.get(column.name)
        if value is None and column.name not in kept and column.default is not None and column.default.is_scalar:
            value = column.default.arg  # type: ignore[attr-defined]  # a scalar default has one
        elif isinstance(value, str) and isinstance(column.type, DateTime):
            value = datetime.fromisoformat(value)
        elif isinstance(value, str) and isinstance(column.type, Date):
            value = date.fromisoformat(value)
        row[column.name] = value
    return row


def of_import(import_id: int) -> str:
    """How an import signs."""
    return f"{_IMPORT}{import_id}"


def signature(by: str) -> Text:
    """Who signed, in words; a person's own words as they are."""
    if by.startswith(_IMPORT):
        number = by.removeprefix(_IMPORT)
        return Text(f"第{number}次导入", f"import {number}")
    return {DEMO: Text("演示数据", "demo data"), UPGRADE: Text("升级前已有", "before the upgrade")}.get(
        by, Text(by, by)
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
