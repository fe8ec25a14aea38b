"""Read many rows quickly: the database writes lines of text, Polars reads them, Python sees one object a line or block.

A row of 36 cells as Python objects costs twice as much as all the rest of building a snapshot. SQLite formats the row
with printf, PostgreSQL sends it by COPY; both give text columns that `queries.snapshot.encode` understands.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import polars as pl
from sqlalchemy import Boolean, Connection, DateTime, LargeBinary, Select

CELL, LINE = "\x1f", "\x1e"  # the characters made for this; no register has them, and one that had is read cell by cell
BATCH = 50_000  # lines of SQLite
BLOCK = 16_000_000  # bytes of PostgreSQL
TIMED = ("registered_at", "closed_at")  # of other moments only the day is kept


class Garbled(Exception):
    """A text holds one of the separators; never leaves this package, the reader falls back to cells."""


def text_batches(connection: Connection, query: Select[Any]) -> Iterator[pl.DataFrame]:
    """Rows of a query in frames of text columns, "" as null; no frame for no rows.

    Raises:
        Garbled: a text in the table holds a separator; rows given so far are right.
    """
    sql = str(query.compile(connection.engine, compile_kwargs={"literal_binds": True}))
    lines = _sqlite_lines if connection.dialect.name == "sqlite" else _postgresql_lines
    columns = list(query.selected_columns.keys())
    for block, rows in lines(connection, query, sql):
        try:
            frame = pl.read_csv(
                block, separator=CELL, eol_char=LINE, has_header=False, new_columns=columns, quote_char=None,
                schema=dict.fromkeys(columns, pl.String),
            )  # fmt: skip
        except pl.exceptions.ComputeError as error:
            raise Garbled from error
        if len(frame) != rows:
            raise Garbled
        yield frame


def _sqlite_lines(connection: Connection, query: Select[Any], sql: str) -> Iterator[tuple[BytesIO, int]]:
    cells = []
    for name, column in query.selected_columns.items():
        if isinstance(column.type, LargeBinary):
            cells.append(("%s", f"nullif(hex(\"{name}\"), '')"))
        elif isinstance(column.type, DateTime):
            cells.append(("%.19s" if name in TIMED else "%.10s", f'"{name}"'))
        else:
            cells.append(("%s", f'"{name}"'))
    form = CELL.join(form for form, _ in cells)
    driver = connection.connection.driver_connection
    assert driver is not None
    cursor = driver.cursor()
    try:
        cursor.execute(f"SELECT printf('{form}', {', '.join(cell for _, cell in cells)}) FROM ({sql})")
        while rows := cursor.fetchmany(BATCH):
            yield BytesIO(LINE.join(line for (line,) in rows).encode()), len(rows)
    finally:
        cursor.close()


def _postgresql_lines(connection: Connection, query: Select[Any], sql: str) -> Iterator[tuple[BytesIO, int]]:
    cells = []
    for name, column in query.selected_columns.items():
        if isinstance(column.type, LargeBinary):
            cells.append(f"encode(\"{name}\", 'hex')")
        elif isinstance(column.type, DateTime):
            cells.append(f"to_char(\"{name}\", 'YYYY-MM-DD{' HH24:MI:SS' if name in TIMED else ''}')")
        else:
            cells.append(f'"{name}"::int' if isinstance(column.type, Boolean) else f'"{name}"::text')
    # one text a row, so that COPY's own escapes are the only ones
    line = f"concat_ws('{CELL}', {', '.join(f'coalesce(({cell})::text, {chr(39) * 2})' for cell in cells)})"
    driver: Any = connection.connection.driver_connection
    rest = b""
    with driver.cursor().copy(f"COPY (SELECT {line} FROM ({sql}) AS rows) TO STDOUT") as copy:
        for part in copy:
            rest += bytes(part)
            if len(rest) >= BLOCK:
                whole, _, rest = rest.rpartition(b"\n")
                yield _unescaped(whole)
    if rest:
        yield _unescaped(rest.removesuffix(b"\n"))


def _unescaped(block: bytes) -> tuple[BytesIO, int]:
    rows = block.count(b"\n") + 1
    text = block.replace(b"\n", LINE.encode())
    if b"\\" in text:
        text = text.replace(b"\\\\", b"\x00")
        for escape, meant in ((b"\\n", b"\n"), (b"\\r", b"\r"), (b"\\t", b"\t")):
            text = text.replace(escape, meant)
        text = text.replace(b"\x00", b"\\")
    return BytesIO(text), rows
