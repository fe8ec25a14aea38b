"""Workbooks: a sheet a table, and first of all the sheet that says what the figures stand on.

One writer for the figures of the pages (`Pack`) and for the tables of a briefing. Cells keep their types, a share is a
formula over its counts wherever both stand beside it, and text stays text.
"""

import io
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Any, cast

import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs
from xlsxwriter.utility import xl_rowcol_to_cell  # type: ignore[import-untyped]  # nor these

from dashboard.briefing import Briefing, Column, Kind, Table, Value, legible, width_of
from dashboard.charts import LIGHT
from dashboard.exports import Exporter, Pack, Sheet
from dashboard.exports.tables import definition_lines
from dashboard.i18n import Words

NAME_LENGTH = 31  # characters Excel allows in the name of a sheet
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))  # in the name of a sheet
TITLE, NOTE, HEADING = {"bold": True, "font_size": 14}, {"font_color": LIGHT.muted}, {"bold": True, "bottom": 1}
WIDEST = 60  # characters; a column of long sentences wraps
ROWS_MEASURED = 100  # for the width of a column
# text stays text: a name from a register is never a formula, a link or a number
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
FORMATS: dict[Kind, str] = {
    "count": "#,##0",
    "share": "0.0%",
    "points": '+0.0;"−"0.0;0.0',
    "interval": "0.0%",
    "number": "#,##0.0",
    "day": "yyyy-mm-dd",
    "month": "yyyy-mm",
}


def _write(pack: Pack, path: Path) -> list[Path]:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(workbook(pack))
    return [path]


def workbook(pack: Pack) -> bytes:
    """The figures of pages, a sheet a view."""
    out = io.BytesIO()
    with _book(out) as book:
        book.set_properties({"title": pack.title})
        headings = Words(pack.language)
        _front(book, headings("briefing.sheet_basis"), pack.title, pack.selection, definition_lines(pack))
        used = {headings("briefing.sheet_basis").casefold()}
        for sheet in pack.sheets:
            table, title = _typed(sheet), f"{sheet.page}　{sheet.finding}".strip("　")
            _figures(book, table, title, pack.language, _sheet_name(sheet.name, used))
    return out.getvalue()


def _typed(sheet: Sheet) -> Table:
    """The frame of a sheet as a table whose columns know what they hold."""
    columns = tuple(
        Column(name, "share" if name in sheet.shares else "day" if dtype.is_temporal() else "text")
        for name, dtype in sheet.frame.schema.items()
    )
    return Table(sheet.name, sheet.page, columns, tuple(sheet.frame.iter_rows()), sheet.notes)


def xlsx_bytes(briefing: Briefing) -> bytes:
    """The tables of a briefing with their definitions and findings."""
    out, words = io.BytesIO(), Words(briefing.language)
    with _book(out) as book:
        book.set_properties(
            {"title": legible(briefing.title), "author": legible(briefing.bureau or "Huiyin"),
             "subject": briefing.period, "comments": legible(briefing.footer),
             "created": datetime.combine(briefing.as_of, time())}
        )  # fmt: skip
        headings = tuple(words(f"briefing.{name}_heading")
                         for name in ("code", "measure", "definition", "cohort", "unit", "source"))  # fmt: skip
        lines = [(each.name, each.label, each.meaning, each.cohort, each.unit, each.source)
                 for each in briefing.definitions]  # fmt: skip
        _front(book, words("briefing.sheet_basis"), briefing.title, briefing.basis, [headings, *lines])
        _findings(book, briefing, words)
        used = {words("briefing.sheet_basis").casefold(), words("briefing.sheet_findings").casefold()}
        for table in briefing.tables:
            name = _sheet_name(table.title, used)
            sheet = _figures(book, table, table.title, briefing.language, name)
            sheet.set_footer(f"&L{_footer_text(briefing.footer)}&R&P / &N")
    return out.getvalue()


def _findings(book: Any, briefing: Briefing, words: Words) -> None:
    """Every finding in the order of the briefing."""
    page = book.add_worksheet(words("briefing.sheet_findings"))
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    page.write_string(0, 0, legible(briefing.title), book.add_format(TITLE))
    page.write_row(2, 0, (words("briefing.name_heading"), words("briefing.value_heading")), book.add_format(HEADING))
    line = 3
    for section in briefing.sections:
        for part in section.parts:
            for text in (part.finding, *part.paragraphs):
                if text:
                    page.write_string(line, 0, legible(section.heading), wrapped)
                    page.write_string(line, 1, legible(text), wrapped)
                    line += 1
    page.set_column(0, 0, 24)
    page.set_column(1, 1, 100)
    page.freeze_panes(3, 0)


def _book(target: io.BytesIO) -> Any:
    return xlsxwriter.Workbook(target, {**TEXT_ONLY, "remove_timezone": True, "in_memory": True})


def _front(
    book: Any, name: str, title: str, selection: Sequence[tuple[str, str]], definitions: Sequence[tuple[str, ...]]
) -> None:
    page = book.add_worksheet(name)
    page.write_string(0, 0, legible(title), book.add_format(TITLE))
    line = 2
    for cells in (*selection, (), *definitions):
        for at, cell in enumerate(cells):
            page.write_string(line, at, legible(cell))
        line += 1
    page.set_column(0, 0, 28)
    page.set_column(1, 1, 26)
    page.set_column(2, 2, WIDEST)
    page.set_column(3, 5, 22)
    page.set_landscape()
    page.fit_to_pages(1, 0)


def _figures(book: Any, table: Table, title: str, language: str, name: str) -> Any:
    """A table from its heading to its notes; limits of an interval have a column each."""
    page = book.add_worksheet(name)
    page.write_string(0, 0, legible(title), book.add_format(TITLE))
    first = 3
    widths: list[int] = []
    places = _places(table.columns)
    heading = book.add_format(HEADING | {"text_wrap": True, "valign": "top"})
    for at, column in enumerate(table.columns):
        style = book.add_format({"num_format": FORMATS[column.kind]}) if column.kind in FORMATS else None
        values = [row[at] for row in table.rows]
        place = places[at]
        if column.kind == "interval":
            for end, words in enumerate(("briefing.lower", "briefing.upper")):
                text = Words(language)(words, name=column.heading)
                page.write_string(2, place + end, legible(text), heading)
                ends = [None if pair is None else cast("tuple[float, float]", pair)[end] for pair in values]
                page.write_column(first, place + end, ends, style)
                widths.append(max(9, width_of(text) // 2 + 2))
            continue
        page.write_string(2, place, legible(column.heading), heading)
        for row, value in enumerate(values, start=first):
            _cell(page, row, place, value, column, [places[at] for at in column.ratio or ()], style)
        texts = [column.heading, *(str(value) for value in values[:ROWS_MEASURED] if value is not None)]
        widths.append(min(WIDEST, max(9, *(width_of(text) for text in texts)) + 2))
    for at, width in enumerate(widths):
        page.set_column(at, at, width)
    page.freeze_panes(first, 1 if table.columns and table.columns[0].kind == "text" else 0)
    page.repeat_rows(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, first + len(table.rows) + len(table.notes) + 1, max(len(widths) - 1, 0))
    for at, note in enumerate(table.notes):
        page.write_string(first + 1 + len(table.rows) + at, 0, legible(note), book.add_format(NOTE))
    return page


def _places(columns: Sequence[Column]) -> list[int]:
    """The sheet's column of each column of the table."""
    places, place = [], 0
    for column in columns:
        places.append(place)
        place += 2 if column.kind == "interval" else 1
    return places


def _cell(page: Any, row: int, place: int, value: Value, column: Column, ratio: list[int], style: Any) -> None:
    if value is None:
        return
    if isinstance(value, str):
        page.write_string(row, place, legible(value), style)
    elif column.kind == "points" and isinstance(value, float):
        page.write_number(row, place, value * 100, style)
    elif column.kind == "share" and ratio and isinstance(value, int | float):
        above, below = (xl_rowcol_to_cell(row, at) for at in ratio)
        page.write_formula(row, place, f'=IF({below}>0,{above}/{below},"")', style, value)
    elif column.kind in ("day", "month"):
        page.write_datetime(row, place, value, style)
    else:
        page.write(row, place, value, style)


def _sheet_name(title: str, used: set[str]) -> str:
    """A name Excel takes: short, without brackets and slashes, not used yet."""
    clean = legible(title).translate(FORBIDDEN).strip("' ") or "Sheet"
    name, number = clean[:NAME_LENGTH], 1
    while name.casefold() in used or name.casefold() == "history":
        number += 1
        ending = f" {number}"
        name = clean[: NAME_LENGTH - len(ending)] + ending
    used.add(name.casefold())
    return name


def _footer_text(text: str) -> str:
    """A footer as Excel takes it: an ampersand is written twice, 255 characters in all."""
    return text.replace("&", "&&")[:220]


EXPORTER = Exporter("xlsx", "file", _write)
