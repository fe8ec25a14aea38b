"""A demo register as a file, with the headings and words a bureau's export has: something to try `huiyin import` on."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs

from queries.errors import UsageError
from queries.vocabulary import DICTIONARIES
from seed.columns import COLUMNS
from seed.demo.cases import DEFAULT_CASES, DEFAULT_SEED, Chunk, register

SHEET = "演示数据"
MOST_IN_WORKBOOK = 1_048_575  # rows below the heading in one sheet
TARGETS = ("bureau", "office")
EVALUATION = ("status", "score", "window_ends_at", "evaluated_at")
YES_NO = {True: "是", False: "否"}
MOMENT, DAY = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"


def write_file(
    path: Path | str, cases: int = DEFAULT_CASES, seed: int = DEFAULT_SEED, *, encoding: str = "utf-8-sig"
) -> Path:
    """Write the register of `register(cases, seed)` as CSV, TSV or XLSX, one row an item, evaluations beside it.

    Args:
        path: ends in .csv, .tsv or .xlsx.
        cases: at most 1,048,575 for XLSX.
        encoding: of CSV and TSV: "utf-8", "utf-8-sig" (with byte order mark) or "gb18030".

    Returns:
        The path written.

    Raises:
        UsageError: another ending or encoding, or too many rows for a workbook.
    """
    target = Path(path)
    kind = target.suffix.lower()
    if kind not in (".csv", ".tsv", ".xlsx"):
        raise UsageError(
            f"A demo register cannot be written as '{target.name}'. Use a name ending in .csv, .tsv or .xlsx."
        )
    if encoding not in ("utf-8", "utf-8-sig", "gb18030"):
        raise UsageError(f"'{encoding}' is not an encoding for a demo register. Use utf-8, utf-8-sig or gb18030.")
    if kind == ".xlsx" and cases > MOST_IN_WORKBOOK:
        raise UsageError(f"{cases} rows do not fit into one sheet of {MOST_IN_WORKBOOK}. Write a .csv instead.")
    frames = (wide(chunk) for chunk in register(cases, seed))
    if kind == ".xlsx":
        _write_workbook(target, frames)
    else:
        _write_text(target, frames, "," if kind == ".csv" else "\t", encoding)
    return target


def beside_evaluations(chunk: Chunk) -> pl.DataFrame:
    """One row an item, its evaluations as columns such as `bureau.status`."""
    frame = chunk.cases
    for target in TARGETS:
        asked = chunk.evaluations.filter(pl.col("target") == target)
        named = asked.select("case_id", *(pl.col(name).alias(f"{target}.{name}") for name in EVALUATION))
        frame = frame.join(named, on="case_id", how="left", maintain_order="left")
    return frame


def wide(chunk: Chunk) -> pl.DataFrame:
    """One row an item with its evaluations beside it, Chinese headings, Chinese words, dates as they are."""
    frame = beside_evaluations(chunk).drop("source_file", "source_row")
    said = frame.with_columns(*(_said(name, frame.schema[name]) for name in frame.columns))
    return said.rename({name: COLUMNS[name].headings[0] for name in said.columns})


def _said(name: str, kind: pl.DataType) -> pl.Expr:
    column, words = pl.col(name), COLUMNS[name].words
    if words:
        dictionary = DICTIONARIES[words]
        return column.replace({key: dictionary.label(key, "zh") for key in dictionary.keys})
    if kind == pl.Boolean:
        return column.replace_strict(YES_NO, return_dtype=pl.String)
    return column


def _write_text(path: Path, frames: Iterator[pl.DataFrame], separator: str, encoding: str) -> None:
    with path.open("wb") as file:
        if encoding == "utf-8-sig":
            file.write(b"\xef\xbb\xbf")
        for number, frame in enumerate(frames):
            text = frame.write_csv(
                separator=separator, include_header=not number, datetime_format=MOMENT, date_format=DAY
            )
            file.write(text.encode("gb18030" if encoding == "gb18030" else "utf-8"))


def _write_workbook(path: Path, frames: Iterator[pl.DataFrame]) -> None:
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet(SHEET)
        formats: dict[type, Any] = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        sheet.freeze_panes(1, 1)
        row = 1
        for frame in frames:
            if row == 1:
                sheet.write_row(0, 0, frame.columns)
            for values in frame.iter_rows():
                _write_row(sheet, row, values, formats)
                row += 1


def _write_row(sheet: Any, row: int, values: tuple[Any, ...], formats: dict[type, Any]) -> None:
    for column, value in enumerate(values):
        if isinstance(value, date):
            sheet.write_datetime(row, column, value, formats[type(value)])
        elif isinstance(value, str):
            sheet.write_string(row, column, value)
        elif value is not None:
            sheet.write_number(row, column, value)
