"""Register files as tables of texts: CSV and TSV in any usual encoding, XLSX, XLS, Parquet.

What a file is, its first bytes say, not its name: a workbook called `.csv` and an export called `.xls` that is text are
both opened. Rows are numbered as a person counts them in that file, starting at 1.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import polars as pl

from queries.errors import UnreadableFile
from queries.personal import masked
from queries.vocabulary import Text

CHUNK_ROWS = 100_000  # rows held at a time


@dataclass(frozen=True)
class ReadOptions:
    """What a mapping may say about reading; None lets the file itself decide."""

    encoding: str | None = None
    delimiter: str | None = None
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """Rows of a table.

    Attributes:
        frame: column `row` (number in the file) and one text column `c<index>` for each index asked for; "" and null
            both mean an empty cell.
        malformed: numbers of rows that have another number of cells than the heading; they are not in `frame`.
    """

    frame: pl.DataFrame
    malformed: tuple[int, ...] = ()


class Table(Protocol):
    """One sheet of a workbook, or a whole text or Parquet file."""

    file: str
    sheet: str
    notes: tuple[Text, ...]

    @property
    def is_hidden(self) -> bool:
        """Whether the spreadsheet program does not show it."""
        ...

    def head(self, rows: int) -> list[list[str]]:
        """The first rows as texts; shorter rows where cells at the end are missing."""
        ...

    def chunks(self, columns: Sequence[int], first_row: int, width: int) -> Iterator[Chunk]:
        """The rows from number `first_row` on, only the columns asked for; `width` is the length of the heading."""
        ...


def open_tables(path: Path, options: ReadOptions = ReadOptions()) -> list[Table]:
    """The tables in a file, in their order; empty sheets are left out.

    Raises:
        UnreadableFile: it is not there, is empty, protected, damaged or of another kind.
    """
    # imported here: each brings a library that the others do not need
    from seed.readers import parquet, text, workbook

    if not path.is_file():
        raise UnreadableFile(
            f"There is no file '{path}'. Nothing was imported. Check the name.",
            f"没有文件“{path}”，未导入任何内容。请检查文件名。",
        )
    with path.open("rb") as file:
        start = file.read(4096)
    if not start.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise UnreadableFile(
            f"'{path.name}' is empty. Nothing was imported.", f"“{path.name}”是空文件，未导入任何内容。"
        )
    if parquet.recognises(path, start):
        return parquet.tables(path, options)
    if workbook.recognises(path, start):
        return workbook.tables(path, options)
    if start.startswith((b"\x1f\x8b", b"PK\x03\x04", b"%PDF", b"7z\xbc\xaf", b"Rar!")):
        raise UnreadableFile(
            f"'{path.name}' is an archive or a document, not a register. Nothing was imported. Unpack it, or "
            "export the register as CSV, XLSX, XLS or Parquet.",
            f"“{path.name}”是压缩包或文档，不是登记表，未导入任何内容。请先解压，"
            "或将登记导出为 CSV、XLSX、XLS、Parquet。",
        )
    return text.tables(path, options)


def kept_name(path: Path) -> str:
    """The name of a file as it is kept: without a number that names a person."""
    return masked(path.name)


def without_blank_rows(frame: pl.DataFrame) -> pl.DataFrame:
    """Leave out rows in which every cell asked for is empty."""
    cells = pl.exclude("row")
    return frame.filter(pl.any_horizontal(cells.is_not_null() & (cells != ""))) if frame.width > 1 else frame
