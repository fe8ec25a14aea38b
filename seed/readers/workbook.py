"""XLSX, XLSM, XLSB, ODS and XLS workbooks through calamine: every cell as text, dates as ISO text."""

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import fastexcel
import polars as pl

from queries.errors import UnreadableFile
from queries.personal import masked
from queries.vocabulary import Text
from seed.readers import CHUNK_ROWS, Chunk, ReadOptions, Table, kept_name, without_blank_rows

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def recognises(path: Path, start: bytes) -> bool:
    """Whether the content is a workbook, whatever the file is called."""
    if start.startswith(_OLE):
        return True
    if not start.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return start[30:50].startswith((b"[Content_Types]", b"mimetype", b"_rels", b"xl/"))
    return bool(names & {"xl/workbook.xml", "xl/workbook.bin"}) or {"content.xml", "mimetype"} <= names


def tables(path: Path, options: ReadOptions) -> list[Table]:
    """The sheets that hold anything, hidden ones included; only the named ones when the mapping names some.

    Raises:
        UnreadableFile: damaged, protected by a password, or without the sheets named.
    """
    try:
        # by content: handed a path, the library trusts the extension
        reader = fastexcel.read_excel(path.read_bytes())
        names = reader.sheet_names
    except (fastexcel.FastExcelError, OSError) as error:
        raise UnreadableFile(
            f"The workbook '{path.name}' cannot be opened: it is damaged or protected by a password. Nothing was "
            "imported. Open it in a spreadsheet program, save a copy without a password and import that.",
            f"工作簿“{path.name}”打不开：文件损坏或有密码，未导入任何内容。请用表格软件打开，另存为没有密码的副本后再导入。",
        ) from error
    missing = [sheet for sheet in options.sheets if sheet not in names]
    if missing:
        raise UnreadableFile(
            f"'{path.name}' has no sheet '{missing[0]}'. There are: {', '.join(names)}.",
            f"“{path.name}”中没有工作表“{missing[0]}”。现有：{'、'.join(names)}。",
        )
    return [_Sheet(kept_name(path), name, reader) for name in options.sheets or names]


class _Sheet:
    notes: tuple[Text, ...] = ()

    def __init__(self, file: str, sheet: str, reader: fastexcel.ExcelReader):
        self.file, self.sheet, self._name, self._reader = file, masked(sheet), sheet, reader
        self._offset = 0  # columns left of the first one used
        self._kept: tuple[tuple[int, ...], pl.DataFrame] | None = None

    @property
    def is_hidden(self) -> bool:
        return bool(self._reader.load_sheet(self._name, n_rows=0, header_row=None).visible != "visible")

    def head(self, rows: int) -> list[list[str]]:
        frame = self._load(None, rows)
        return [[cell or "" for cell in row] for row in frame.rows()]

    def chunks(self, columns: Sequence[int], first_row: int, width: int) -> Iterator[Chunk]:
        # a workbook cannot be read in parts: parse it once, keep only the columns asked for
        key = tuple(columns)
        if self._kept is None or self._kept[0] != key:
            self._kept = (key, self._load(columns, None))
        frame = self._kept[1]
        for start in range(first_row - 1, frame.height, CHUNK_ROWS):
            part = frame.slice(start, CHUNK_ROWS)
            rows = pl.int_range(start + 1, start + 1 + part.height, dtype=pl.Int64, eager=True).alias("row")
            yield Chunk(without_blank_rows(part.insert_column(0, rows)))

    def _load(self, columns: Sequence[int] | None, rows: int | None) -> pl.DataFrame:
        wanted = None if columns is None else set(columns)
        try:
            sheet = self._reader.load_sheet(
                self._name,
                header_row=None,
                skip_rows=0,  # keeps empty rows at the top, so that numbers are those of the spreadsheet
                n_rows=rows,
                dtypes="string",
                use_columns=None if wanted is None else lambda column: column.index in wanted,
            )
        except fastexcel.FastExcelError as error:
            if wanted is not None and "column" in str(error).lower():
                return pl.DataFrame(schema={f"c{column}": pl.String for column in columns or ()})
            raise UnreadableFile(
                f"Sheet '{self.sheet}' of '{self.file}' cannot be read. Nothing was imported. Open the workbook in a "
                "spreadsheet program, save it again and import that.",
                f"“{self.file}”的工作表“{self.sheet}”无法读取，未导入任何内容。请用表格软件打开，重新保存后再导入。",
            ) from error
        frame = sheet.to_polars()
        indices = sorted(wanted) if wanted is not None else range(frame.width)
        return frame.rename({old: f"c{index}" for old, index in zip(frame.columns, indices, strict=True)})
