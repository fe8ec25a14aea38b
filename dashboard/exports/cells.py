"""Cells and CSV files that a spreadsheet opens safely: Chinese is read as Chinese, text never as a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import polars as pl

BYTE_ORDER_MARK = b"\xef\xbb\xbf"  # without it Excel takes UTF-8 for the local code page
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # wide signs start a formula in Chinese Excel


def safe_cell(value: Any) -> Any:
    """The value; text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def csv_bytes(lines: Iterable[Sequence[Any]]) -> bytes:
    """Lines of cells as a CSV file."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([safe_cell(cell) for cell in line] for line in lines)
    return BYTE_ORDER_MARK + out.getvalue().encode("utf-8")


def frame_csv(frame: pl.DataFrame, below: Iterable[Sequence[Any]] = ()) -> bytes:
    """A frame under its headings as a CSV file, with lines of cells below it."""
    starts = f"^[{re.escape(''.join(_FORMULA))}]"
    text = pl.col(pl.String)
    safe = frame.with_columns(pl.when(text.str.contains(starts)).then("'" + text).otherwise(text).name.keep())
    head = csv_bytes([frame.columns])
    rows = safe.write_csv(include_header=False, line_terminator="\r\n")
    return head + rows.encode("utf-8") + csv_bytes(below).removeprefix(BYTE_ORDER_MARK)
