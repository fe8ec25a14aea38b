"""Records as files to fill in and to keep: a workbook with a sheet a kind, or a CSV file of one kind.

An exported workbook is a filled template: read again (`seed.record_files`) it changes nothing.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # it has no stubs

from dashboard.charts import LIGHT
from dashboard.exports.cells import csv_bytes
from dashboard.i18n import Words
from queries.measures import Ratio, measures
from queries.records.fields import Field, Kind, heading_of_number, heading_of_version
from queries.records.kinds import kind_of
from queries.rules import RULE_SETS
from queries.snapshot import Snapshot
from queries.views import records

ROOM = 2_000  # rows below the heading that have drop-down lists
_WIDTH = {"long": 44, "text": 24, "day": 13, "month": 13, "count": 12, "office": 22, "place": 18, "scope": 18}
# text stays text: what somebody typed is never a formula, a link or a number
_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
_DAY, _EXAMPLE_DAY = "yyyy-mm-dd", date(2022, 6, 13)

Names = Mapping[str, Sequence[str]]
"""Office names to choose from: under "office" all, under "place" the places."""


def record_book(snapshot: Snapshot, kinds: Sequence[str], names: Names, language: str, *, filled: bool) -> bytes:
    """A workbook to fill in.

    Args:
        kinds: one sheet each.
        filled: with the records in force; else with one example row that the import skips.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _TEXT_ONLY) as book:
        pages = {name: book.add_worksheet(kind_of(name).label(language)) for name in kinds}
        notes = book.add_worksheet(Words(language)("records.sheet_notes"))
        lists = _Lists(book, language)
        for name, page in pages.items():
            _sheet(book, page, snapshot, kind_of(name), lists, names, language, filled=filled)
        _notes(book, notes, [kind_of(name) for name in kinds], language)
        lists.hide()
    return out.getvalue()


def record_csv(snapshot: Snapshot, kind: str, language: str) -> bytes:
    """The records in force of one kind as CSV, with the headings and spellings the import reads."""
    found = kind_of(kind)
    lines: list[Sequence[Any]] = [_headings(found, language)]
    for row in snapshot.records.rows(kind).iter_rows(named=True):
        cells = [_cell(snapshot, field, row, language) for field in found.asked]
        lines.append(
            [
                row[found.id],
                row["version"],
                *(_as_text(cell, field) for cell, field in zip(cells, found.asked, strict=True)),
            ]
        )
    return csv_bytes(lines)


def rejected_book(report: Any, language: str) -> bytes:
    """The rows of a `RecordReport` that were not kept, to be put right and imported again.

    A sheet for each sheet of the file; the cells as they were read, then file and row and what is wrong with each.
    """
    out, words = io.BytesIO(), Words(language)
    with xlsxwriter.Workbook(out, _TEXT_ONLY) as book:
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        heading_format = book.add_format({"bold": True, "text_wrap": True, "bottom": 1})
        rows: dict[tuple[str, str], dict[int, list[Any]]] = {}
        for each in report.rejected:
            if each.row:  # of a sheet that is none of ours there is nothing to put right
                rows.setdefault((each.sheet, each.kind), {}).setdefault(each.row, []).append(each)
        for number, ((sheet, _), lines) in enumerate(rows.items(), 1):
            page = book.add_worksheet(_sheet_name(sheet, number, book))
            headings = max((list(problems[0].cells) for problems in lines.values()), key=len)
            about = [words(f"records.wrong_{name}") for name in ("place", "reasons")]
            for at, heading in enumerate([*headings, *about]):
                page.write_string(0, at, heading, heading_format)
            page.set_column(0, len(headings), 16)
            page.set_column(len(headings) + 1, len(headings) + 1, 60, wrap)
            for line, (row, problems) in enumerate(lines.items(), 1):
                said = [
                    words("frame.colon").join(part for part in (each.column, each.reason(language)) if part)
                    for each in problems
                ]
                place = words("records.wrong_at", file=report.file, row=row)
                cells = [problems[0].cells.get(heading, "") for heading in headings]
                for at, cell in enumerate([*cells, place, words("records.then").join(said)]):
                    page.write_string(line, at, cell)
    return out.getvalue()


def _sheet_name(sheet: str, number: int, book: Any) -> str:
    """The name of a sheet of the file, or a plain one where a workbook cannot have it again."""
    plain = sheet[:31].strip("'")
    taken = {page.get_name().casefold() for page in book.worksheets()}
    return str(number) if not plain or set(plain) & set("[]:*?/\\") or plain.casefold() in taken else plain


def _headings(kind: Kind, language: str) -> list[str]:
    return [heading_of_number(language), heading_of_version(language), *(each.label(language) for each in kind.asked)]


def _sheet(
    book: Any, page: Any, snapshot: Snapshot, kind: Kind, lists: "_Lists", names: Names, language: str, *, filled: bool
) -> None:
    other = "en" if language == "zh" else "zh"
    head = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
    needed = book.add_format(head | {"bg_color": LIGHT.tints[1]})
    free = book.add_format(head)
    small = book.add_format({"font_color": LIGHT.muted, "text_wrap": True, "valign": "top"})
    for at, (first, second) in enumerate(zip(_headings(kind, language), _headings(kind, other), strict=True)):
        is_needed = at > 1 and kind.asked[at - 2].required
        page.write_string(0, at, first, needed if is_needed else free)
        page.write_string(1, at, second, small)
    page.freeze_panes(2, 2)
    page.set_column(0, 1, 10)
    formats = {
        "day": book.add_format({"num_format": _DAY}), "month": book.add_format({"num_format": "yyyy-mm"}),
        "long": book.add_format({"text_wrap": True, "valign": "top"}),
        "amount": book.add_format({"num_format": "0.##%"}),
    }  # fmt: skip
    for at, field in enumerate(kind.asked, 2):
        # a number of an item may look like one: as text it keeps its leading zeros
        style = formats.get(field.type) if field.type != "amount" else None
        style = book.add_format({"num_format": "@"}) if field.type in ("text", "case", "clock") else style
        page.set_column(at, at, _WIDTH.get(field.type, 16), style)
        choices = _choices(snapshot, field, names, language)
        if choices:
            source = lists.of(field, choices)
            warn = {"validate": "list", "source": source, "error_type": "stop" if field.type == "choice" else "warning"}
            page.data_validation(2, at, ROOM, at, warn)
    rows = snapshot.records.rows(kind.name).to_dicts() if filled else []
    for line, row in enumerate(rows, 2):
        _key(page, line, row[kind.id])
        page.write_number(line, 1, row["version"])
        for at, field in enumerate(kind.asked, 2):
            cell = _cell(snapshot, field, row, language)
            is_share = field.type == "amount" and isinstance(measures().get(str(row.get("measure"))), Ratio)
            _write(page, line, at, cell, formats["amount"] if is_share else formats.get(field.type))
    if not filled:
        pale = {"italic": True, "font_color": LIGHT.muted}
        grey, grey_day = book.add_format(pale), book.add_format(pale | {"num_format": _DAY})
        page.write_string(2, 0, Words(language)("records.example"), grey)
        for at, field in enumerate(kind.asked, 2):
            cell = _example(field, _choices(snapshot, field, names, language))
            _write(page, 2, at, cell, grey_day if isinstance(cell, date) else grey)


def _key(page: Any, line: int, key: int | str) -> None:
    page.write_number(line, 0, key) if isinstance(key, int) else page.write_string(line, 0, key)


def _write(page: Any, line: int, at: int, cell: Any, style: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, date):
        page.write_datetime(line, at, cell, style)
    elif isinstance(cell, int | float):
        page.write_number(line, at, cell, style)
    else:
        page.write_string(line, at, str(cell), style)


def _cell(snapshot: Snapshot, field: Field, row: Mapping[str, Any], language: str) -> Any:
    """A value as it is written: days and numbers as they are, keys as the names the import knows."""
    value = row[field.name]
    if value is None or field.type in ("day", "month", "count", "amount", "text", "long", "case", "clock"):
        return value
    if field.type == "record":
        return f"{value} · {records.in_words(snapshot, field, value, language)}"
    return records.in_words(snapshot, field, value, language)


def _as_text(cell: Any, field: Field) -> Any:
    if isinstance(cell, date):
        return cell.strftime("%Y-%m") if field.type == "month" else cell.isoformat()
    return cell


def _choices(snapshot: Snapshot, field: Field, names: Names, language: str) -> list[str]:
    if field.type == "choice":
        return [term.label(language) for term in field.choices]
    if field.type == "yes_no":
        return [Words(language)("records.yes"), Words(language)("records.no")]
    if field.type == "measure":
        return [each.label(language) for each in measures().values()]
    if field.type == "rules":
        return [each.label(language) for each in RULE_SETS.values()]
    if field.type in ("office", "place"):
        return list(names[field.type])
    if field.type == "scope":
        return [records.office_name(snapshot, "", language), *names["office"]]
    return []


def _example(field: Field, choices: Sequence[str]) -> Any:
    if choices:
        return choices[0]
    if field.type in ("day", "month"):
        return _EXAMPLE_DAY
    return {"count": 1, "amount": "95%", "clock": "17:30", "case": None, "record": None}.get(field.type, "...")


class _Lists:
    """The sheet the drop-down lists take their entries from; in a cell's rule Excel takes 255 letters."""

    def __init__(self, book: Any, language: str):
        self._page = book.add_worksheet(Words(language)("records.sheet_lists"))
        self._name = Words(language)("records.sheet_lists")
        self._known: dict[tuple[str, ...], str] = {}

    def of(self, field: Field, choices: Sequence[str]) -> str:
        key = tuple(choices)
        if key not in self._known:
            at = len(self._known)
            self._page.write_string(0, at, field.type)
            for line, choice in enumerate(choices, 1):
                self._page.write_string(line, at, choice)
            letter = xlsxwriter.utility.xl_col_to_name(at)
            self._known[key] = f"='{self._name}'!${letter}$2:${letter}${len(choices) + 1}"
        return self._known[key]

    def hide(self) -> None:
        self._page.hide()


def _notes(book: Any, page: Any, kinds: Sequence[Kind], language: str) -> None:
    bold = book.add_format({"bold": True})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    page.set_column(0, 1, 22)
    page.set_column(2, 2, 70, wrap)
    line = 0
    words = Words(language)
    for name in _RULES:
        page.merge_range(line, 0, line, 2, words(f"records.rule_{name}"), wrap)
        page.set_row(line, 30)
        line += 1
    for kind in kinds:
        line += 1
        page.write_string(line, 0, kind.label(language), bold)
        for field in kind.asked:
            line += 1
            page.write_string(line, 0, field.label(language))
            page.write_string(line, 1, words("records.required" if field.required else "records.optional"))
            page.write_string(line, 2, _about(field, language))
        line += 1


def _about(field: Field, language: str) -> str:
    said = [field.help(language)] if field.help else []
    words = Words(language)
    if words.has(f"records.form_{field.type}"):
        said.append(words(f"records.form_{field.type}"))
    if field.choices:
        said.append(words("records.between").join(term.label(language) for term in field.choices))
    return words("records.then").join(said)


_RULES = ("rows", "number", "key", "posts")
