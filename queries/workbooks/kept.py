"""The printed tables of a store."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy import Connection, Engine, insert, select, update

from queries.schema import statistics_row, statistics_table
from queries.store import writing
from queries.workbooks import PrintedRow, PrintedTable


def tables(engine: Engine) -> tuple[PrintedTable, ...]:
    """Every table in force, the newest period first."""
    with engine.connect() as connection:
        query = select(statistics_table).where(statistics_table.c.withdrawn_at.is_(None))
        heads = connection.execute(query).mappings().all()
        lines = connection.execute(select(statistics_row).order_by(statistics_row.c.row_id)).mappings().all()
    rows: dict[int, list[PrintedRow]] = {}
    for line in lines:
        rows.setdefault(line["table_id"], []).append(
            PrintedRow(line["row"], line["label"], line["kind"], line["office_id"], tuple(json.loads(line["cells"])))
        )
    names = ("table_id", "title", "file", "sheet", "line", "starts_on", "ends_on", "label_column", "first_row",
             "is_demo", "imported_at", "imported_by")  # fmt: skip
    found = [
        PrintedTable(
            **{name: head[name] for name in names},
            headings=tuple(tuple(path) for path in json.loads(head["headings"])),
            notes=tuple(json.loads(head["notes"])),
            rows=tuple(rows.get(head["table_id"], ())),
        )
        for head in heads
    ]
    return tuple(sorted(found, key=lambda each: (str(each.ends_on or ""), each.table_id), reverse=True))


def add(connection: Connection, table: PrintedTable, *, by: str) -> bool:
    """Keep a table, within the writer's transaction; False where the very same one is in force already."""
    digest = _digest(table)
    same = select(statistics_table.c.table_id).where(
        statistics_table.c.digest == digest, statistics_table.c.withdrawn_at.is_(None)
    )
    if connection.execute(same).first() is not None:
        return False
    row = {
        "title": table.title, "file": table.file[:200], "sheet": table.sheet[:80], "line": table.line,
        "starts_on": table.starts_on, "ends_on": table.ends_on, "headings": _json(table.headings),
        "label_column": table.label_column, "first_row": table.first_row, "notes": _json(table.notes),
        "digest": digest, "is_demo": table.is_demo, "imported_at": datetime.now(UTC).replace(tzinfo=None),
        "imported_by": by,
    }  # fmt: skip
    key = connection.execute(insert(statistics_table).returning(statistics_table.c.table_id), row).scalar_one()
    lines = [
        {"table_id": key, "row": each.row, "label": each.label, "kind": each.kind, "office_id": each.office_id,
         "cells": _json(each.cells)}
        for each in table.rows
    ]  # fmt: skip
    connection.execute(insert(statistics_row), lines)
    return True


def withdraw(engine: Engine, table_id: int, *, by: str) -> None:
    """Take a table out of force; it stays in the store."""
    with writing(engine) as connection:
        connection.execute(
            update(statistics_table)
            .where(statistics_table.c.table_id == table_id, statistics_table.c.withdrawn_at.is_(None))
            .values(withdrawn_at=datetime.now(UTC).replace(tzinfo=None), withdrawn_by=by)
        )


def _digest(table: PrintedTable) -> str:
    content = [table.title, table.line, table.headings, [each.cells for each in table.rows]]
    return sha256(_json(content).encode()).hexdigest()


def _json(value: Sequence[object]) -> str:
    return json.dumps(value, ensure_ascii=False)
