"""Read aggregate statistics workbooks as printed: title, period, two or three rows of headings, offices, totals, notes.

Merged cells come as one filled cell and empty ones: to the right they repeat the heading, below they have none. A sheet
that is no such table is left out with the reason; what is read is written in one transaction.
"""

import re
from calendar import monthrange
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from queries.errors import UnreadableFile
from queries.personal import are_names_of_people, names_a_person
from queries.schema import office
from queries.store import writing
from queries.vocabulary import Text, fold
from queries.workbooks import PRINTED_ON, PrintedRow, PrintedTable, RowKind, printed
from queries.workbooks.arithmetic import disagreements
from queries.workbooks.kept import add
from seed.columns import is_personal
from seed.load.names import is_short_for, office_of_label
from seed.readers import Table, open_tables

MOST_ROWS, HEAD = 2_000, 15  # rows of a table by office; rows in which its heading begins
MOST_HEADINGS = 4  # rows
Grid = list[list[str]]
_OFFICE = {fold(word) for word in (
    "单位", "单位名称", "责任单位", "承办单位", "办理单位", "镇街", "乡镇", "镇街名称", "乡镇街道", "属地",
    "地区", "部门", "责任部门",
    "office", "unit", "department", "township", "place",
)}  # fmt: skip
_TOTAL = {fold(word) for word in ("全市", "全县", "全区", "total", "sum", "grand total", "all")}
_TOTALS = re.compile(r"合\s*计|总\s*计")  # 全市合计, 合计（件）
_SUBTOTAL = re.compile(r"小计|subtotal", re.IGNORECASE)
_OTHER = re.compile(r"平均|均值|同期|同比|环比|增减|average|last year", re.IGNORECASE)  # rows that are no office
_SERIAL = {fold(word) for word in ("序号", "名次", "排名", "编号", "no", "no.", "rank")}
_PARTY, _GOVERNMENT = re.compile(r"党委|党群|party", re.IGNORECASE), re.compile(r"政府|government", re.IGNORECASE)
_YEAR = r"(20\d{2})\s*年"
_DAYS = re.compile(
    _YEAR
    + r"\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日?\s*[-—–－~～至到]+\s*(?:(20\d{2})\s*年)?\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日"
)
_DOTTED = re.compile(
    r"(20\d{2})[./](\d{1,2})[./](\d{1,2})\s*[-—–－~～至到]+\s*(?:(20\d{2})[./])?(\d{1,2})[./](\d{1,2})"
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
        shortened: labels that are short for an office's name, and that name.
    """

    file: str
    tables: tuple[PrintedTable, ...]
    kept: tuple[bool, ...]
    skipped: tuple[tuple[str, Text], ...]
    is_check: bool
    shortened: Mapping[str, str] = field(default_factory=dict)

    @property
    def brings(self) -> int:
        """Tables that are new."""
        return sum(self.kept)

    def unmatched(self, table: PrintedTable) -> tuple[str, ...]:
        """Labels of a table that are no office's name."""
        return tuple(row.label for row in table.rows if row.kind == "office" and row.office_id is None)

    def short_labels(self, table: PrintedTable) -> tuple[str, ...]:
        """Labels of a table that are short for an office's name."""
        return tuple(row.label for row in table.rows if row.label in self.shortened)

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
    read = [(table.sheet, HIDDEN if table.is_hidden else printed_tables(table)) for table in open_tables(path)]
    found = [table for _, tables in read if not isinstance(tables, Text) for table in tables]
    skipped = tuple((sheet, reason) for sheet, reason in read if isinstance(reason, Text))
    if not found:
        raise UnreadableFile(
            f"'{path.name}' holds no table by office: no heading such as 单位 with numbers below it. "
            "Nothing was written.",
            f"“{path.name}”中没有分单位的统计表：未找到“单位”一类的表头及其下的数字。未写入任何内容。",
        )
    named: list[PrintedTable] = []
    kept: list[bool] = []
    shortened: dict[str, str] = {}
    with suppress(_Undo), writing(store) as connection:
        named, kept = keep(connection, found, by=by)
        shortened = _shortened(connection, named)
        if only_check:
            raise _Undo
    return StatisticsReport(path.name, tuple(named), tuple(kept), skipped, only_check, shortened)


def _shortened(connection: Connection, found: Sequence[PrintedTable]) -> dict[str, str]:
    """Labels that are short for the name of their office, with the county before them or without."""
    names = {key: name for key, name in connection.execute(select(office.c.office_id, office.c.name))}
    named = ((row.label, names[row.office_id]) for table in found for row in table.rows if row.office_id is not None)
    return {
        label: name
        for label, name in named
        if not label.endswith(name) and any(is_short_for(label[at:], name) for at in range(len(label)))
    }


def keep(
    connection: Connection, found: Sequence[PrintedTable], *, by: str, is_demo: bool = False
) -> tuple[list[PrintedTable], list[bool]]:
    """Find the offices of tables and keep those not there yet, within the writer's transaction.

    Returns:
        The tables with their offices, and of each whether it is new.
    """
    of_label = office_of_label(connection)
    named = []
    for table in found:
        rows = (replace(row, office_id=of_label(row.label) if row.kind == "office" else None) for row in table.rows)
        named.append(replace(table, rows=tuple(rows), is_demo=is_demo))
    return named, [add(connection, table, by=by) for table in named]


NO_TABLE = Text("没有分单位的统计表", "no table by office")
HIDDEN = Text("隐藏的工作表；如需导入请先取消隐藏", "a hidden sheet; unhide it to have it read")
TOO_LONG = Text(f"超过{MOST_ROWS}行", f"more than {MOST_ROWS} rows")
PERSONAL = Text("含证件号码或手机号，不是统计表", "holds identity or telephone numbers, so it is no statistics table")


def printed_tables(source: Table) -> list[PrintedTable] | Text:
    """The tables of a sheet, below one another or side by side; why there is none."""
    lines = [[" ".join(cell.split()) for cell in line] for line in source.head(MOST_ROWS + HEAD + 1)]
    if len(lines) > MOST_ROWS + HEAD:
        return TOO_LONG
    if any(names_a_person(cell) for line in lines for cell in line if cell):
        return PERSONAL
    width = max((len(line) for line in lines), default=0)
    lines = [line + [""] * (width - len(line)) for line in lines]
    found: list[PrintedTable] = []
    begin = 0
    while (head := _heading(lines, begin)) is not None:
        first, start, label = head
        following = _heading(lines, start + 1, len(lines))
        end = len(lines) if following is None else _title_row(lines, start, following[0])
        for part in _side_by_side([*lines[begin:end]], first - begin, label):
            found.append(_table(source, part, first - begin, start - begin, _label_of(part[first - begin]), begin))
        begin = end
    return _told_apart(found) or NO_TABLE


def _heading(lines: Grid, begin: int, within: int = HEAD) -> tuple[int, int, int] | None:
    """The row a heading begins in, the first row of data, and the column of the offices."""
    for first in range(begin, min(begin + within, len(lines))):
        label = _label_of(lines[first])
        if label is None or sum(bool(cell) for cell in lines[first]) < 2:
            continue
        start = _first_data(lines, first, label)
        if start is not None:
            return first, start, label
    return None


def _label_of(line: Sequence[str]) -> int | None:
    return next((index for index, cell in enumerate(line) if fold(cell) in _OFFICE), None)


def _title_row(lines: Grid, start: int, heading: int) -> int:
    """Where a table that follows another one begins: with the lines right above its heading."""
    at = heading
    while at - 1 > start and any(lines[at - 1]) and not _has_numbers(lines[at - 1]):
        at -= 1
    return at


def _has_numbers(line: Sequence[str]) -> bool:
    return sum(printed(cell) is not None for cell in line) > 1


def _side_by_side(lines: Grid, first: int, label: int) -> list[Grid]:
    """Tables beside one another, each as lines of its own; a long table in two columns is one."""
    word = fold(lines[first][label])
    starts = [index for index, cell in enumerate(lines[first]) if fold(cell) == word]
    starts = [at - 1 if at and fold(lines[first][at - 1]) in _SERIAL else at for at in starts]
    if len(starts) < 2:
        return [lines]
    # what stands above and below is of the whole sheet; it stays with each
    ends = [*starts[1:], len(lines[first])]
    parts = [
        [line[begin:end] if at >= first else list(line) for at, line in enumerate(lines)]
        for begin, end in zip((0, *starts[1:]), ends, strict=True)
    ]
    totals = sum(any(_kind(cell) == "total" for cell in line) for part in parts for line in part[first:])
    shapes = {tuple(fold(cell) for cell in part[first] if cell) for part in parts}
    if len(shapes) == 1 and totals < len(parts):
        below = first + next(
            (depth for depth, line in enumerate(parts[0][first:]) if _has_numbers(line) or any(map(printed, line))), 1
        )
        width = len(parts[0][first])
        more = (line for part in parts[1:] for line in part[below:])
        return [[*parts[0], *((line + [""] * width)[:width] for line in more)]]
    return parts


def _told_apart(found: Sequence[PrintedTable]) -> list[PrintedTable]:
    """Tables of one sheet that share a title are numbered."""
    titles = [table.title for table in found]
    return [
        replace(table, title=f"{table.title}（{titles[: at + 1].count(table.title)}）")
        if titles.count(table.title) > 1
        else table
        for at, table in enumerate(found)
    ]


def _first_data(lines: Grid, first: int, label: int) -> int | None:
    """The first line below the heading that has a label and a number."""
    for at in range(first + 1, min(first + 1 + MOST_HEADINGS, len(lines))):
        line = lines[at]
        if line[label] and any(printed(cell) for index, cell in enumerate(line) if index != label):
            return at
    return None


def _table(source: Table, lines: Grid, first: int, start: int, label: int | None, offset: int) -> PrintedTable:
    """Args: offset: rows of the sheet above these lines."""
    assert label is not None
    above = [cell for line in lines[:first] for cell in line if cell]
    headed = headings(lines[first:start])
    about_people = _about_people(headed, lines[start:]) - {label}
    lines = [
        *lines[:start],
        *([_without(line, about_people) for line in lines[start:]] if about_people else lines[start:]),
    ]
    rows: list[PrintedRow] = []
    notes = above[1:]
    for number, line in enumerate(lines[start:], start + 1 + offset):
        has_number = any(printed(cell) for index, cell in enumerate(line) if index != label)
        name, kind = _named(line, label, rows)
        if name and has_number:
            rows.append(PrintedRow(number, name[:120], kind, None, tuple(line)))
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
        first_row=first + 1 + offset,
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


def _named(line: Sequence[str], label: int, above: Sequence[PrintedRow]) -> tuple[str, RowKind]:
    """The name of a row and what it is; in merged cells the office stands in the first of its rows only."""
    if line[label]:
        return line[label], _kind(line[label])
    sums = next((cell for cell in line if _kind(cell) != "office"), "")
    if sums and (sums in line[:label] or not above):
        return sums, _kind(sums)
    last = above[-1] if above else None
    parts = [cell for index, cell in enumerate(line) if index > label and cell and printed(cell) is None]
    if last is None or last.kind not in ("office", "subtotal") or not parts:
        return sums, _kind(sums)
    office_name = last.label
    return (f"{office_name} {sums}", "subtotal") if sums else (office_name, "office")


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
    text = PRINTED_ON.sub(" ", text)
    with suppress(ValueError):
        if found := _DAYS.search(text) or _DOTTED.search(text) or _ISO.search(text):
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
    if _OTHER.search(label):
        return "other"
    if fold(label) in _TOTAL or _TOTALS.search(label):
        return "total"
    return "subtotal" if _SUBTOTAL.search(label) else "office"
