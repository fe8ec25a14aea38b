"""Frames into tables at the speed of the database: tuples on SQLite, COPY on PostgreSQL.

SQLite is written through the standard library's driver, values in exactly the form SQLAlchemy reads back (text dates
with six decimals of a second); another form would compare wrongly and silently.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl
from sqlalchemy import Connection, Table

BATCH_ROWS = 50_000  # Python objects alive at once


def insert_frame(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    """Append the rows of a frame; its columns are columns of the table, the others take the database's default.

    Args:
        connection: inside a transaction.
        frame: typed columns (String, Boolean, integers, Date, Datetime without zone, Binary).
    """
    if frame.is_empty():
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, frame)
    else:
        _insert_tuples(connection, table, frame)


def fetch_frame(connection: Connection, statement: str, columns: Sequence[str]) -> pl.DataFrame:
    """Text columns of a query without parameters as a frame."""
    parts = [pl.DataFrame(schema=dict.fromkeys(columns, pl.String))]
    # for this statement only: `Connection.execution_options` would change the connection for all that follow
    result = connection.exec_driver_sql(statement, execution_options={"stream_results": True})
    while rows := result.fetchmany(BATCH_ROWS):
        by_column = dict(zip(columns, zip(*rows, strict=True), strict=True))
        parts.append(pl.DataFrame(by_column, schema=dict.fromkeys(columns, pl.String)))
    return pl.concat(parts)


def _insert_tuples(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    cursor: Any = connection.connection.cursor()
    for start in range(0, frame.height, BATCH_ROWS):
        part = frame.slice(start, BATCH_ROWS)
        # what is the same in every row stands in the statement: binding it a million times costs more than the rest
        constant = {column.name: literal for column in part if (literal := _literal(column)) is not None}
        varying = [column for column in part if column.name not in constant]
        if not varying:
            varying = [part.to_series(0)]
            constant.pop(varying[0].name)
        names = ", ".join(f'"{name}"' for name in (*(column.name for column in varying), *constant))
        values = ", ".join((*("?" for _ in varying), *constant.values()))
        statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({values})'
        # column lists zipped, straight to the driver: several times faster than DataFrame.rows()
        cursor.executemany(statement, zip(*(_as_sqlite(column).to_list() for column in varying), strict=True))
    cursor.close()


def _literal(column: pl.Series) -> str | None:
    """The one value of a column as SQL, None when it has several or cannot be written so."""
    if column.null_count() == len(column):
        return "NULL"
    if column.null_count() or not (column.dtype.is_integer() or column.dtype in (pl.Boolean, pl.String)):
        return None
    value = column[0]
    if not (column == value).all() or (isinstance(value, str) and not value.isprintable()):
        return None
    return "'" + value.replace("'", "''") + "'" if isinstance(value, str) else str(int(value))


def _as_sqlite(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime):
        return column.cast(pl.Datetime("us")).cast(pl.String)  # 2022-06-03 14:05:00.000000, as SQLAlchemy writes it
    if column.dtype == pl.Date:
        return column.cast(pl.String)
    return column.cast(pl.Int8) if column.dtype == pl.Boolean else column


def _copy(connection: Connection, table: Table, frame: pl.DataFrame) -> None:
    names = ", ".join(f'"{name}"' for name in frame.columns)
    binary = [name for name, dtype in frame.schema.items() if dtype == pl.Binary]
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT csv)') as copy:
        for start in range(0, frame.height, BATCH_ROWS):
            part = frame.slice(start, BATCH_ROWS).with_columns(
                pl.concat_str(pl.lit("\\x"), pl.col(name).bin.encode("hex")).alias(name) for name in binary
            )
            # every text is quoted, so that an unquoted nothing can only be NULL
            copy.write(part.write_csv(include_header=False, quote_style="non_numeric").encode())
    cursor.close()
