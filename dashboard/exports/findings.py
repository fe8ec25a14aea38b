"""The findings of an import as a file: where each row stands that needs a person's eye, and why.

It names file, sheet, row, heading and kind of value, never the value: such a file is passed on.
"""

import io
from collections.abc import Iterator

import polars as pl
import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs

from dashboard.exports.cells import csv_bytes
from dashboard.i18n import Words
from queries.checks import CHECKS
from queries.views.quality import value_class

COLUMNS = ("severity", "check", "file", "sheet", "row", "column", "value", "case_id", "name")
MOST_ROWS = 1_048_000  # rows a worksheet holds, less some for the heading


def findings_csv(found: pl.DataFrame, language: str) -> bytes:
    """The findings as CSV that a spreadsheet opens in Chinese.

    Args:
        found: columns severity, check, file, sheet, row, column, value_class, case_id.
    """
    return csv_bytes(lines(found, language))


def findings_workbook(found: pl.DataFrame, language: str) -> bytes:
    """The findings as a workbook; arguments as in `findings_csv`."""
    out = io.BytesIO()
    # text stays text: a heading from a stranger's file is never a formula or a link
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(Words(language)("inspection.sheet"))
        bold = book.add_format({"bold": True, "bottom": 1})
        for number, line in enumerate(lines(found.head(MOST_ROWS), language)):
            sheet.write_row(number, 0, line, bold if number == 0 else None)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, min(found.height, MOST_ROWS), len(COLUMNS) - 1)
        for column, width in enumerate((30, 40, 24, 12, 8, 22, 18, 20, 26)):
            sheet.set_column(column, column, width)
    return out.getvalue()


def lines(found: pl.DataFrame, language: str) -> Iterator[tuple[str | int | None, ...]]:
    """Heading and rows of either file."""
    words = Words(language)
    yield tuple(words(f"inspection.column_{name}") for name in COLUMNS)
    said = {name: words(f"inspection.severity_{name}") for name in ("reject", "quarantine", "warn")}
    names = ("severity", "check", "file", "sheet", "row", "column", "value_class", "case_id")
    for severity, check, file, sheet, row, column, value, case in found.select(names).iter_rows():
        label = CHECKS[check].label(language) if check in CHECKS else check
        yield said[severity], label, file, sheet, row, column, value_class(value, language), case, check
