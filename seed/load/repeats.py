"""Repeats found by the matter link: an item is a repeat when its matter was registered a few days before."""

import polars as pl
from sqlalchemy import Connection, bindparam, select, update

from queries.schema import case_change, petition_case
from seed.load.bulk import insert_frame

_BATCH = 50_000
_READ: dict[str, pl.DataType] = {
    "case_no": pl.Int64(), "case_id": pl.String(), "matter": pl.Binary(), "at": pl.Datetime("us"),
    "old": pl.Boolean(), "is_known": pl.Boolean(),
}  # fmt: skip


def derive_repeats(connection: Connection, source: str, column: str, days: int, *, import_id: int) -> int:
    """Set `is_repeat` (or its opposite, `is_first_local`) for every case of a register that has a matter link.

    A case is a repeat when the previous case of its matter was registered 0 to `days` days (of 24 hours) before it.
    Cases without a link keep "not given". What changed in rows of earlier imports is recorded like any other change.

    Returns:
        How many cases changed.
    """
    table = petition_case
    query = select(
        table.c.case_no,
        table.c.case_id,
        table.c.matter_id,
        table.c.registered_at,
        table.c[column],
        table.c.first_import_id < import_id,
    ).where(table.c.source == source, table.c.matter_id.is_not(None))
    parts = [pl.DataFrame(schema=_READ)]
    result = connection.execute(query)
    for rows in result.partitions(_BATCH):
        parts.append(pl.DataFrame([tuple(row) for row in rows], schema=_READ, orient="row"))
    gap = pl.col("at") - pl.col("at").shift().over("matter")
    is_repeat = (gap <= pl.duration(days=days)).fill_null(False)
    changed = (
        pl.concat(parts)
        .sort("matter", "at", "case_no")
        .with_columns(new=is_repeat if column == "is_repeat" else ~is_repeat)
        .filter(pl.col("old").ne_missing(pl.col("new")))
    )
    _record(connection, changed.filter("is_known"), column, import_id)
    statement = update(table).where(table.c.case_no == bindparam("no")).values({column: bindparam("value")})
    for start in range(0, len(changed), _BATCH):
        part = changed.slice(start, _BATCH)
        connection.execute(statement, [{"no": no, "value": new} for no, new in part.select("case_no", "new").rows()])
    return len(changed)


def _record(connection: Connection, changed: pl.DataFrame, column: str, import_id: int) -> None:
    # the words of Python's own True and False, as the merge records them
    shown = [pl.col(name).cast(pl.String).str.to_titlecase().alias(f"{name}_value") for name in ("old", "new")]
    insert_frame(
        connection,
        case_change,
        changed.select(
            pl.lit(import_id, pl.Int64).alias("import_id"), "case_id", pl.lit(column).alias("column"), *shown
        ),
    )
