"""Write the files of a snapshot, and read them back without copying."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from queries.stats.repeats import next_petition

Written = dict[str, Any]
"""What the manifest says of one partition: table, month, file, rows, zones {column: [smallest, largest]}."""


def write_arrow(path: Path, table: pa.Table) -> None:
    """An Arrow file of one record batch; it reaches the disk when the snapshot is published."""
    with path.open("wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())


def read_partition(path: Path) -> pl.DataFrame:
    """The rows of an Arrow file, mapped into memory and shared by all processes."""
    return pl.DataFrame(pl.from_arrow(map_partition(path), rechunk=False))


def map_partition(path: Path) -> pa.Table:
    """The same as an Arrow table."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def write_partition(
    folder: Path, table: str, month: date | None, frame: pl.DataFrame, schema: dict[str, pl.DataType]
) -> Written:
    """Write the columns of `schema`, in its order and types.

    Args:
        month: first day of the month of the rows; None for a table that is not parted.
    """
    file = f"{table}/{month:%Y-%m}.arrow" if month else f"{table}.arrow"
    rows = frame.select(pl.col(name).cast(dtype) for name, dtype in schema.items())
    write_arrow(folder / file, rows.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest()))
    ends = rows.select(pl.all().min().name.suffix(" min"), pl.all().max().name.suffix(" max")).row(0, named=True)
    return {
        "table": table,
        "month": f"{month:%Y-%m}" if month else None,
        "file": file,
        "rows": len(rows),
        "zones": {name: [ends[f"{name} min"], ends[f"{name} max"]] for name in schema},
    }


def matter_links(items: list[pl.DataFrame]) -> pl.DataFrame:
    """Join the items of each matter in time.

    Args:
        items: frames of case_no, hash (of the matter), from and to (day numbers of registration and closing).

    Returns:
        case_no, matter (codes from 1 without gaps, in the order of each matter's first item), returned_day (Int16:
        from `next_petition`; null where there is none).
    """
    schema = {"case_no": pl.Int32, "matter": pl.Int32, "returned_day": pl.Int16}
    if not items:
        return pl.DataFrame(schema=schema)
    # numbered by what the register says, not by the hash: a rebuilt register must number them alike
    number = pl.col("case_no").min().over("hash").rank("dense").cast(pl.Int32)
    linked = pl.concat(items).with_columns(number.alias("matter")).drop("hash")
    again = linked.filter(pl.len().over("matter") > 1)
    closed = again["to"].cast(pl.Float64).fill_null(float("nan"))
    later = next_petition(again["matter"].to_numpy(), again["from"].to_numpy(), closed.to_numpy())
    returned = again.select("case_no", returned_day=pl.Series(later).fill_nan(None).cast(pl.Int16))
    return linked.join(returned, on="case_no", how="left").select(list(schema))
