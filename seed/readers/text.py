"""CSV and TSV: encoding and delimiter are found out, quoted line breaks kept, rows of another length reported.

Two ways to the same rows. The fast one parses blocks in Arrow. Where a quote that is never closed would swallow the
rest of the file, the careful one takes over: it gives such a quote up after QUOTE_LINES lines and goes on with the
next line, so that one broken row costs one row.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.csv as pa_csv

from queries.errors import UnreadableFile
from queries.vocabulary import Text
from seed.readers import CHUNK_ROWS, Chunk, ReadOptions, Table, kept_name, without_blank_rows

BLOCK_BYTES = 16 << 20
SAMPLE_ROWS = 200  # rows looked at for the delimiter and for spare ones at their ends
QUOTE_LINES = 200  # lines a quoted cell may span in the careful way
QUOTE_CHARS = 100_000  # and characters
SWALLOWED_LINES = 20  # line breaks in the last cell of a block from which on an unclosed quote is suspected
csv.field_size_limit(
    1 << 24
)  # characters in a cell of the careful way; the standard 128 Ki is too few for pasted letters
DELIMITERS = (",", "\t", ";", "|", "\x01")
_SAMPLE_BYTES = 256 << 10
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip


def tables(path: Path, options: ReadOptions) -> list[Table]:
    """The one table of the file.

    Raises:
        UnreadableFile: the mapping's encoding does not fit, or the content is not text.
    """
    encoding = options.encoding or find_encoding(path)
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise UnreadableFile(
            f"The mapping names the encoding '{encoding}', which is not known. Use for example utf-8 or gb18030.",
            f"映射文件写的编码“{encoding}”不存在。请用 utf-8 或 gb18030 等。",
        ) from None
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(_SAMPLE_BYTES)
    if "\x00" in sample[:4096]:
        raise UnreadableFile(
            f"'{path.name}' is neither text nor a workbook nor Parquet. Nothing was imported. Export the register "
            "as CSV or XLSX.",
            f"“{path.name}”既不是文本，也不是工作簿或 Parquet，未导入任何内容。请将登记导出为 CSV 或 XLSX。",
        )
    lowered = sample[:2000].lower()
    if "<table" in sample[:_SAMPLE_BYTES].lower() or "<html" in lowered or "<workbook" in lowered:
        raise UnreadableFile(
            f"'{path.name}' is a web page or XML named as a spreadsheet. Nothing was imported. Open it in a "
            "spreadsheet program and save it as XLSX or CSV.",
            f"“{path.name}”其实是网页或 XML，只是用了表格的扩展名，未导入任何内容。"
            "请用表格软件打开，另存为 XLSX 或 CSV。",
        )
    is_utf8 = options.encoding is None and encoding in ("utf-8", "utf-8-sig")
    return [_TextTable(path, encoding, options.delimiter or find_delimiter(sample), is_utf8=is_utf8)]


def find_encoding(path: Path) -> str:
    """The encoding of a text file: by its mark, else the first that fits every byte, else the likelier one."""
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, name in _BOMS:
        if start.startswith(mark):
            return name
    if start[1::2].count(0) > len(start) // 4:
        return "utf-16-le"
    if start[::2].count(0) > len(start) // 4:
        return "utf-16-be"
    if _fits(path, "utf-8"):
        return "utf-8"
    if _fits(path, "gb18030") and _looks_chinese(path):
        return "gb18030"
    return "gb18030" if _looks_chinese(path) else "cp1252"


def find_delimiter(sample: str) -> str:
    """The delimiter that cuts most rows of the sample into the same number of cells, more than one."""
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        if delimiter not in sample:
            continue
        rows = [
            len(row) for row in islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), 200) if row
        ]
        rows = rows[:-1] or rows  # the last one may be cut short
        width, times = Counter(rows).most_common(1)[0]
        score = times / len(rows) * min(width, 50) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    with path.open("rb") as file:
        try:
            while block := file.read(4 << 20):
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _count_quotes(path: Path, encoding: str) -> int:
    if encoding.startswith("utf-16") or encoding.startswith("utf-32"):
        with path.open(encoding=encoding, errors="replace", newline="") as file:
            return sum(block.count('"') for block in iter(lambda: file.read(4 << 20), ""))
    with path.open("rb") as raw:  # in the other encodings the byte of a quote is never part of another character
        return sum(block.count(b'"') for block in iter(lambda: raw.read(4 << 20), b""))


def _looks_chinese(path: Path) -> bool:
    """Whether bytes over 127 come in pairs, as in GB encodings, rather than alone, as accents do."""
    with path.open("rb") as file:
        data = np.frombuffer(file.read(4 << 20), dtype=np.uint8)
    high = np.flatnonzero(data > 0xA0)
    if not len(high):
        return False
    runs = np.split(high, np.flatnonzero(np.diff(high) > 1) + 1) if len(high) < 1_000_000 else None
    if runs is None:
        return bool((np.diff(high) == 1).mean() > 0.4)
    return sum(len(run) >= 2 for run in runs) > len(runs) / 2


class _TextTable:
    is_hidden = False
    sheet = ""

    def __init__(self, path: Path, encoding: str, delimiter: str, *, is_utf8: bool):
        self.file, self._path, self._encoding, self._delimiter = kept_name(path), path, encoding, delimiter
        self._is_utf8 = is_utf8  # found to be so to the last byte: Arrow reads the file itself
        self._fast_fits: bool | None = None
        self.notes: tuple[Text, ...] = (_written_in(encoding, delimiter),)

    def head(self, rows: int) -> list[list[str]]:
        return [cells for _, cells, _ in islice(_records(self._lines(), self._delimiter), rows)]

    def chunks(self, columns: Sequence[int], first_row: int, width: int) -> Iterator[Chunk]:
        if self._fast_fits is None:
            self._fast_fits = not self._has_spare_delimiters(width) and self._no_cell_swallows_rows(width)
        yield from (self._fast if self._fast_fits else self._careful)(columns, first_row, width)

    def _lines(self) -> Iterator[str]:
        with self._path.open(encoding=self._encoding, errors="replace", newline="") as file:
            yield from file

    def _has_spare_delimiters(self, width: int) -> bool:
        """Whether rows end in delimiters that the heading lacks; only the careful way forgives them."""
        sample = islice(_records(self._lines(), self._delimiter), SAMPLE_ROWS)
        return any(len(cells) > width and not any(cells[width:]) for _, cells, _ in sample)

    def _no_cell_swallows_rows(self, width: int) -> bool:
        quotes = _count_quotes(self._path, self._encoding)
        if quotes == 0:
            return True
        if quotes % 2:
            return False
        swallowed = False

        def see(row: Any) -> str:
            nonlocal swallowed
            swallowed = swallowed or "\n" in row.text or "\r" in row.text
            return "skip"

        try:
            for batch in self._batches(width, [width - 1], see):
                if swallowed or (batch.num_rows and batch.column(0)[-1].as_py().count("\n") > SWALLOWED_LINES):
                    return False
        except pa.ArrowInvalid:
            return False
        return not swallowed

    def _batches(self, width: int, columns: Sequence[int], see: Callable[[Any], str]) -> Iterator[pa.RecordBatch]:
        names = [f"c{index}" for index in range(width)]
        with self._path.open("rb") as raw:
            source = raw if self._is_utf8 else _Utf8(raw, self._encoding)
            reader = pa_csv.open_csv(
                source,
                read_options=pa_csv.ReadOptions(use_threads=False, block_size=BLOCK_BYTES, column_names=names),
                parse_options=pa_csv.ParseOptions(
                    delimiter=self._delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=see,
                ),
                convert_options=pa_csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()),
                    include_columns=[f"c{index}" for index in columns],
                    null_values=[],
                ),
            )
            yield from reader

    def _fast(self, columns: Sequence[int], first_row: int, width: int) -> Iterator[Chunk]:
        skipped: list[int] = []
        blank: list[int] = []

        def see(row: Any) -> str:
            (skipped if row.text.strip(self._delimiter + ' \t\r\n"') else blank).append(row.number)
            return "skip"

        numbers = _RowNumbers(skipped, blank)
        reported = 0
        for batch in self._batches(width, columns or [0], see):
            rows = numbers.next(batch.num_rows)
            frame = cast(pl.DataFrame, pl.from_arrow(batch)).select(f"c{column}" for column in columns)
            bad = tuple(number for number in skipped[reported:] if number >= first_row)
            reported = len(skipped)
            frame = frame.insert_column(0, pl.Series("row", rows, dtype=pl.Int64))
            frame = frame.filter(pl.col("row") >= first_row) if rows[0:1].size and rows[0] < first_row else frame
            yield Chunk(without_blank_rows(frame), bad)
        if reported < len(skipped):
            empty = pl.DataFrame(schema={"row": pl.Int64, **{f"c{column}": pl.String for column in columns}})
            yield Chunk(empty, tuple(number for number in skipped[reported:] if number >= first_row))

    def _careful(self, columns: Sequence[int], first_row: int, width: int) -> Iterator[Chunk]:
        records = _records(self._lines(), self._delimiter)
        while batch := list(islice(records, CHUNK_ROWS)):
            good, bad = [], []
            for number, cells, is_whole in batch:
                if number < first_row or not any(cells):
                    continue
                if len(cells) > width and not any(cells[width:]):
                    cells = cells[:width]
                if len(cells) == width and is_whole:
                    good.append((number, *(cells[column] for column in columns)))
                else:
                    bad.append(number)
            schema = {"row": pl.Int64, **{f"c{column}": pl.String for column in columns}}
            yield Chunk(without_blank_rows(pl.DataFrame(good, schema=schema, orient="row")), tuple(bad))


def _written_in(encoding: str, delimiter: str) -> Text:
    """How the file was read, for whoever looks for the cause of broken characters or columns."""
    name = encoding.upper().removesuffix("-SIG")
    by = _DELIMITERS.get(delimiter, Text(f"“{delimiter}”", f"“{delimiter}”"))
    return Text(f"{name}编码，以{by.zh}分隔", f"{name}, columns separated by {by.en}")


_DELIMITERS = {
    ",": Text("逗号", "commas"),
    "\t": Text("制表符", "tabs"),
    ";": Text("分号", "semicolons"),
    "|": Text("竖线", "bars"),
    "\x01": Text("控制符 A", "control-A"),
}


class _RowNumbers:
    """Numbers for the good rows, passing over those that were skipped."""

    def __init__(self, *skipped: list[int]):
        self._skipped, self._next = skipped, 1

    def next(self, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
        passed = np.sort(np.concatenate([np.asarray(numbers, dtype=np.int64) for numbers in self._skipped]))
        passed = passed[passed >= self._next]
        # the k-th good row stands after as many skipped rows as have a number below it
        rows = np.arange(self._next, self._next + count, dtype=np.int64)
        if len(passed):
            rows += np.searchsorted(passed - np.arange(len(passed)), rows, side="right")
        self._next = int(rows[-1]) + 1 if count else self._next
        return rows


class _Utf8(io.RawIOBase):
    """A file of another encoding, read as UTF-8."""

    def __init__(self, raw: io.BufferedReader, encoding: str):
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size or size < 0:
            block = self._raw.read(4 << 20)
            self._rest += self._decoder.decode(block, final=not block).encode("utf-8", "replace")
            if not block:
                break
        taken, self._rest = (self._rest, b"") if size < 0 else (self._rest[:size], self._rest[size:])
        return taken


def _records(lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, list[str], bool]]:
    """Rows by number with their cells; False where a quote had to be given up."""
    number = 0
    waiting: list[str] = []
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        number += 1
        taken = [line]
        while _is_open(taken, delimiter):
            following = waiting.pop(0) if waiting else next(lines, None)
            if following is None or len(taken) >= QUOTE_LINES or sum(map(len, taken)) > QUOTE_CHARS:
                # the quote was never closed: only this line is lost, the others are read again
                waiting = [*taken[1:], *([following] if following is not None else []), *waiting]
                taken = taken[:1]
                yield number, next(csv.reader([line.replace('"', "")], delimiter=delimiter), []), False
                break
            taken.append(following)
        else:
            cells = next(csv.reader(["".join(taken)] if len(taken) == 1 else taken, delimiter=delimiter), [])
            yield number, cells, True


def _is_open(taken: list[str], delimiter: str) -> bool:
    """Whether the text ends inside a quoted cell; an odd quote inside a plain cell (5" pipe) opens nothing."""
    if sum(line.count('"') for line in taken) % 2 == 0:
        return False
    inside = was_quote = False
    at_start = True  # of a cell
    for character in "".join(taken):
        if character == '"':
            if inside:
                inside, was_quote = False, True
            elif at_start or was_quote:
                inside, was_quote = True, False
            at_start = False
        else:
            was_quote = False
            at_start = not inside and (character == delimiter or character in "\r\n")
    return inside
