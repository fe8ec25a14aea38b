"""Parquet files, row group by row group."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from queries.errors import UnreadableFile
from queries.vocabulary import Text
from seed.readers import CHUNK_ROWS, Chunk, ReadOptions, Table, kept_name, without_blank_rows


def recognises(_path: Path, start: bytes) -> bool:
    """Whether the first bytes are those of a Parquet file."""
    return start.startswith(b"PAR1")


def tables(path: Path, _options: ReadOptions) -> list[Table]:
    """The one table of the file."""
    try:
        file = pq.ParquetFile(path, memory_map=True)
    except (pa.ArrowInvalid, OSError) as error:
        raise UnreadableFile(
            f"'{path.name}' is a damaged Parquet file. Nothing was imported.",
            f"“{path.name}”是损坏的 Parquet 文件，未导入任何内容。",
        ) from error
    return [_ParquetTable(kept_name(path), file)]


class _ParquetTable:
    sheet = ""
    notes: tuple[Text, ...] = ()
    is_hidden = False

    def __init__(self, name: str, file: pq.ParquetFile):
        self.file, self._file = name, file
        self._names = list(file.schema_arrow.names)

    def head(self, rows: int) -> list[list[str]]:
        found = [self._names]
        for batch in self._file.iter_batches(batch_size=max(rows, 1)):
            frame = _texts(batch)
            found += [[cell or "" for cell in row] for row in frame.head(rows - 1).rows()]
            break
        return found

    def chunks(self, columns: Sequence[int], first_row: int, width: int) -> Iterator[Chunk]:
        names = [self._names[column] for column in columns if column < len(self._names)]
        row = 2  # the names count as row 1
        for batch in self._file.iter_batches(batch_size=CHUNK_ROWS, columns=names or self._names[:1]):
            frame = _texts(batch).select(
                pl.int_range(row, row + batch.num_rows, dtype=pl.Int64).alias("row"),
                *(pl.col(self._names[column]).alias(f"c{column}") for column in columns),
            )
            row += batch.num_rows
            yield Chunk(without_blank_rows(frame.filter(pl.col("row") >= first_row)))


def _texts(batch: pa.RecordBatch) -> pl.DataFrame:
    frame = cast(pl.DataFrame, pl.from_arrow(batch))
    # a whole number kept as a fraction by pandas ("12.0") is written without its point
    return frame.select(
        pl.when(pl.col(name) == pl.col(name).round(0))
        .then(pl.col(name).cast(pl.Int64, strict=False).cast(pl.String))
        .otherwise(pl.col(name).cast(pl.String))
        if dtype.is_float()
        else pl.col(name).cast(pl.String)
        for name, dtype in frame.schema.items()
        if not dtype.is_nested() and dtype != pl.Binary
    )
