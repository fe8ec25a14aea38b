"""One workbook: a sheet a view, and first of all the sheet that says what the figures stand on."""

from pathlib import Path
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs

from dashboard.exports import Exporter, Pack, Sheet
from dashboard.exports.tables import definition_lines

FRONT = {"zh": "数据口径", "en": "Definitions"}
NAME_LENGTH = 31  # characters Excel allows in the name of a sheet
TITLE, NOTE, HEADING = {"bold": True, "font_size": 14}, {"font_color": "#5B6775"}, {"bold": True, "bottom": 1}
WIDEST = 60  # characters; a column of long sentences wraps
# text stays text: a name from a register is never a formula, a link or a number
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def _write(pack: Pack, path: Path) -> list[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {**TEXT_ONLY, "remove_timezone": True}) as book:
        book.set_properties({"title": pack.title})
        _front(book, pack)
        for sheet in pack.sheets:
            _figures(book, sheet)
    return [path]


def _front(book: Any, pack: Pack) -> None:
    page = book.add_worksheet(FRONT[pack.language])
    page.write(0, 0, pack.title, book.add_format(TITLE))
    line = 2
    for cells in (*pack.selection, (), *definition_lines(pack)):
        page.write_row(line, 0, cells)
        line += 1
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 26)
    page.set_column(2, 2, WIDEST)
    page.set_column(3, 5, 22)


def _figures(book: Any, sheet: Sheet) -> None:
    page = book.add_worksheet(sheet.name[:NAME_LENGTH])
    page.write(0, 0, f"{sheet.page}　{sheet.finding}", book.add_format(TITLE))
    page.write_row(2, 0, sheet.frame.columns, book.add_format(HEADING))
    share = book.add_format({"num_format": "0.0%"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for at, name in enumerate(sheet.frame.columns):
        style = share if name in sheet.shares else day if sheet.frame[name].dtype.is_temporal() else None
        page.write_column(3, at, sheet.frame[name].to_list(), style)
    page.freeze_panes(3, 0)
    page.repeat_rows(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for at, note in enumerate(sheet.notes):
        page.write(4 + sheet.frame.height + at, 0, note, book.add_format(NOTE))
    for at, name in enumerate(sheet.frame.columns):
        cells = [name, *map(str, sheet.frame[name].head(100).to_list())]
        page.set_column(at, at, min(WIDEST, max(9, *(_width(cell) for cell in cells)) + 2))


def _width(text: str) -> int:
    return sum(2 if character > "\u2e7f" else 1 for character in text)  # Chinese characters are two wide


EXPORTER = Exporter("xlsx", "file", _write)
