"""Read aggregate statistics workbooks as printed: title, period, two or three rows of headings, offices, totals, notes.

Merged cells come as one filled cell and empty ones: to the right they repeat the heading, below they have none. A sheet
that is no such table is left out with the reason; what is read is written in one transaction.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine

from queries.errors import UnreadableFile
from queries.personal import are_names_of_people, names_a_person
from queries.store import writing
from queries.vocabulary import Text, fold
from queries.workbooks import PrintedRow, PrintedTable, RowKind, printed
from queries.workbooks.arithmetic import disagreements
from queries.workbooks.kept import add
from seed.columns import is_personal
from seed.load.names import offices
from seed.readers import Table, open_tables
from seed.spellings import spelling_key

MOST_ROWS, HEAD = 2_000, 15  # rows of a table by office; rows in which its heading begins
MOST_HEADINGS = 4  # rows
_OFFICE = {fold(word) for word in (
    "单位", "单位名称", "责任单位", "承办单位", "办理单位", "镇街", "乡镇", "镇街名称", "乡镇街道", "属地",
    "地区", "部门", "责任部门",
    "office", "unit", "department", "township", "place",
)}  # fmt: skip
_TOTAL = {fold(word) for word in ("全市", "全县", "全区", "total", "sum", "grand total", "all")}
_TOTALS = re.compile(r"合\s*计|总\s*计")  # 全市合计, 合计（件）
_SUBTOTAL = re.compile(r"小计|subtotal", re.IGNORECASE)
_PARTY, _GOVERNMENT = re.compile(r"党委|党群|party", re.IGNORECASE), re.compile(r"政府|government", re.IGNORECASE)
_YEAR = r"(20\d{2})\s*年"
_DAYS = re.compile(
    _YEAR
    + r"\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?\s*[-—–－~～至到]+\s*(?:(20\d{2})\s*年)?\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
)
_MONTHS = re.compile(_YEAR + r"\s*(\d{1,2})\s*月?\s*[-—–－~～至到]+\s*(?:(20\d{2})\s*年)?\s*(\d{1,2})\s*月")
_MONTH = re.compile(_YEAR + r"\s*(\d{1,2})\s*月")
_PART = re.compile(_YEAR + r"\s*(上半年|下半年|第?[一二三四1-4]季度|全年|年度|度)")
_ISO = re.compile(r"(20\d{2})-(\d{1,2})-(\d{1,2})\s*(?:to|until|[–—~至])\s*(20\d{2})-(\d{1,2})-(\d{1,2})")
_QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True)
class StatisticsReport:
    """What a file brought, or would bring.

    Attributes:
        tables: those read; kept: whether each is new.
        unmatched: by title, labels that are no office.
        skipped: sheet and reason.
    """

    file: str
    tables: tuple[PrintedTable, ...]
    kept: tuple[bool, ...]
    skipped: tuple[tuple[str, Text], ...]
    is_check: bool

    @property
    def brings(self) -> int:
        """Tables that are new."""
        return sum(self.kept)

    def unmatched(self, table: PrintedTable) -> tuple[str, ...]:
        """Labels of a table that are no office's name."""
        return tuple(row.label for row in table.rows if row.kind == "office" and row.office_id is None)

    def disagreements(self, table: PrintedTable) -> int:
        """Cells of a table that contradict the others."""
        return len(disagreements(table))


class _Undo(Exception):
    """Ends a check: the transaction is taken back."""


def load_statistics(path: Path, store: Engine, *, by: str, only_check: bool = False) -> StatisticsReport:
    """Read a workbook or CSV file and keep its tables.

    Args:
        by: who signs.
        only_check: write nothing.

    Raises:
        UnreadableFile: it cannot be opened, or holds no table by office; nothing was written.
        StoreBusy: another writer did not finish in time.
    """
    read = [(table.sheet, HIDDEN if table.is_hidden else printed_table(table)) for table in open_tables(path)]
    found = [table for _, table in read if isinstance(table, PrintedTable)]
    skipped = tuple((sheet, reason) for sheet, reason in read if isinstance(reason, Text))
    if not found:
        raise UnreadableFile(
            f"'{path.name}' holds no table by office: no heading such as 单位 with numbers below it. "
            "Nothing was written.",
            f"“{path.name}”中没有分单位的统计表：未找到“单位”一类的表头及其下的数字。未写入任何内容。",
        )
    named: list[PrintedTable] = []
    kept: list[bool] = []
    with suppress(_Undo), writing(store) as connection:
        named, kept = keep(connection, found, by=by)
        if only_check:
            raise _Undo
    return StatisticsReport(path.name, tuple(named), tuple(kept), skipped, only_check)


def keep(
    connection: Connection, found: Sequence[PrintedTable], *, by: str, is_demo: bool = False
) -> tuple[list[PrintedTable], list[bool]]:
    """Find the offices of tables and keep those not there yet, within the writer's transaction.

    Returns:
        The tables with their offices, and of each whether it is new.
    """
    known = offices(connection)
    named = []
    for table in found:
        rows = (
            replace(row, office_id=known.get(spelling_key(row.label)) if row.kind == "office" else None)
            for row in table.rows
        )
        named.append(replace(table, rows=tuple(rows), is_demo=is_demo))
    return named, [add(connection, table, by=by) for table in named]


NO_TABLE = Text("没有分单位的统计表", "no table by office")
HIDDEN = Text("隐藏的工作表；如需导入请先取消隐藏", "a hidden sheet; unhide it to have it read")
TOO_LONG = Text(f"超过{MOST_ROWS}行", f"more than {MOST_ROWS} rows")
PERSONAL = Text("含证件号码或手机号，不是统计表", "holds identity or telephone numbers, so it is no statistics table")


def printed_table(source: Table) -> PrintedTable | Text:
    """The table of a sheet; why there is none."""
    lines = [[" ".join(cell.split()) for cell in line] for line in source.head(MOST_ROWS + HEAD + 1)]
    if len(lines) > MOST_ROWS + HEAD:
        return TOO_LONG
    if any(names_a_person(cell) for line in lines for cell in line if cell):
        return PERSONAL
    width = max((len(line) for line in lines), default=0)
    lines = [line + [""] * (width - len(line)) for line in lines]
    for first, line in enumerate(lines[:HEAD]):
        label = next((index for index, cell in enumerate(line) if fold(cell) in _OFFICE), None)
        if label is None or sum(bool(cell) for cell in line) < 2:
            continue
        start = _first_data(lines, first, label)
        if start is not None:
            return _table(source, lines, first, start, label)
    return NO_TABLE


def _first_data(lines: Sequence[Sequence[str]], first: int, label: int) -> int | None:
    """The first line below the heading that has a label and a number."""
    for at in range(first + 1, min(first + 1 + MOST_HEADINGS, len(lines))):
        line = lines[at]
        if line[label] and any(printed(cell) for index, cell in enumerate(line) if index != label):
            return at
    return None


def _table(source: Table, lines: Sequence[Sequence[str]], first: int, start: int, label: int) -> PrintedTable:
    above = [cell for line in lines[:first] for cell in line if cell]
    headed = headings(lines[first:start])
    about_people = _about_people(headed, lines[start:]) - {label}
    lines = [
        *lines[:start],
        *([_without(line, about_people) for line in lines[start:]] if about_people else lines[start:]),
    ]
    rows: list[PrintedRow] = []
    notes = above[1:]
    for number, line in enumerate(lines[start:], start + 1):
        has_number = any(printed(cell) for index, cell in enumerate(line) if index != label)
        name = line[label] or next((cell for cell in line[:label] if _kind(cell) != "office"), "")
        if name and has_number:
            rows.append(PrintedRow(number, name[:120], _kind(name), None, tuple(line)))
        elif any(line):
            notes.append(" ".join(cell for cell in line if cell))
    said = " ".join((source.file, source.sheet, *above))
    period = period_of(" ".join(above)) or period_of(said)
    is_party, is_government = bool(_PARTY.search(said)), bool(_GOVERNMENT.search(said))
    return PrintedTable(
        title=(above[0] if above else source.sheet or source.file)[:200],
        file=source.file,
        sheet=source.sheet,
        line="" if is_party == is_government else "party" if is_party else "government",
        starts_on=period[0] if period else None,
        ends_on=period[1] if period else None,
        headings=headed,
        label_column=label,
        first_row=first + 1,
        rows=tuple(rows),
        notes=tuple(notes),
    )


def _about_people(headed: Sequence[Sequence[str]], lines: Sequence[Sequence[str]]) -> set[int]:
    """Columns about people, by their headings or by the names in them."""
    return {
        index
        for index, heading in enumerate(headed)
        if is_personal(" / ".join(heading)) or are_names_of_people(line[index] for line in lines if line[index])
    }


def _without(line: Sequence[str], columns: set[int]) -> list[str]:
    return ["" if index in columns else cell for index, cell in enumerate(line)]


def headings(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Of each column its headings from the top row down, merged cells filled in.

    An empty cell belongs to the heading at its left where that spans further columns: in every row but the last, and
    only as long as the cell above both is the same.
    """
    filled: list[list[str]] = []
    for depth, row in enumerate(rows):
        line = list(row)
        if depth < len(rows) - 1:
            for index in range(1, len(line)):
                below = any(lower[index] for lower in rows[depth + 1 :])
                same_above = all(upper[index] == upper[index - 1] for upper in filled)
                if not line[index] and below and same_above:
                    line[index] = line[index - 1]
        filled.append(line)
    return tuple(tuple(line[index] for line in filled if line[index]) for index in range(len(rows[0])))


def period_of(text: str) -> tuple[date, date] | None:
    """The period some words speak of: 2022年1—6月, 2022年上半年, 2022年6月, 2022年1月1日至6月30日."""
    with suppress(ValueError):
        if found := _DAYS.search(text) or _ISO.search(text):
            year, month, day, *last = found.groups()
            end_year = last[0] or year
            return date(int(year), int(month), int(day)), date(int(end_year), int(last[1]), int(last[2]))
        if found := _MONTHS.search(text):
            year, month, other, until = found.groups()
            return date(int(year), int(month), 1), _month_end(int(other or year), int(until))
        if found := _PART.search(text):
            return _part(int(found[1]), found[2])
        if found := _MONTH.search(text):
            return date(int(found[1]), int(found[2]), 1), _month_end(int(found[1]), int(found[2]))
    return None


def _part(year: int, words: str) -> tuple[date, date]:
    if "季度" in words:
        quarter = next(number for sign, number in _QUARTERS.items() if sign in words)
        return date(year, 3 * quarter - 2, 1), _month_end(year, 3 * quarter)
    first, last = {"上半年": (1, 6), "下半年": (7, 12)}.get(words, (1, 12))
    return date(year, first, 1), _month_end(year, last)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _kind(label: str) -> RowKind:
    if fold(label) in _TOTAL or _TOTALS.search(label):
        return "total"
    return "subtotal" if _SUBTOTAL.search(label) else "office"
