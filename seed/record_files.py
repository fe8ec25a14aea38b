"""Read records from a filled template, or from any table with its headings, and write them: all of a file or nothing.

A row is a new record, a change of a known one (by its number, else by its key), or the same as what is there. What
cannot be kept is left out and listed with sheet, row, column and reason; the other rows are written. A row exported at
an earlier version than the record has now is left out too: nothing is overwritten unseen.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import polars as pl
from sqlalchemy import Connection, Engine, and_, select

from queries.errors import Conflict, InvalidRecord, UnreadableFile
from queries.measures import measures
from queries.records.fields import Content, Field, Kind, amount_of, heading_of_number, heading_of_version
from queries.records.kinds import KINDS, kind_of
from queries.records.read import newest
from queries.records.states import signature
from queries.records.validate import checked
from queries.records.write import RecordId, put, written_key
from queries.rules import RULE_SETS
from queries.store import writing
from queries.vocabulary import FALSE_WORDS, LANGUAGES, TRUE_WORDS, Text, fold
from seed.columns import plain_heading
from seed.dates import NEVER, DateStyle, read_dates
from seed.layout import HEAD_ROWS
from seed.load.names import offices
from seed.readers import Table, open_tables
from seed.spellings import spelling_key

MOST_ROWS = 10_000  # of one sheet; more is no account kept by hand
_NUMBER, _VERSION = "#number", "#version"
_MONTH = re.compile(r"^(\d{4})[-/.年](\d{1,2})月?$")
_ISO = re.compile(r"^\d{4}-\d{2}-\d{2}( 00:00:00)?$")
# a cell that holds a time comes with the day such cells begin with
_CLOCK = re.compile(r"(?:(?:1899-12-3[01]|1900-01-0[01]) )?(\d{1,2})[:：时点](\d{2})(?:分|[:：]00)?")
_BLANKS = " \t\r\n\u3000\u00a0\u200b\ufeff"
_EXAMPLE = ("示例", "example")


@dataclass(frozen=True)
class Rejected:
    """A row that was not kept, or a sheet that is none of ours (row 0).

    Attributes:
        column: its heading in the file, "" where the row as a whole is meant.
        cells: the row as it was read, by heading, so that it can be put right and imported again.
    """

    sheet: str
    row: int
    column: str
    reason: Text
    kind: str = ""
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Brought:
    """A row that is kept, or would be.

    Attributes:
        change: what it makes of the record.
        content: the record as it then stands, by field.
    """

    sheet: str
    row: int
    kind: str
    change: Literal["new", "changed"]
    content: Content


@dataclass(frozen=True)
class Counted:
    """What became of the rows of one kind."""

    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0


@dataclass(frozen=True)
class RecordReport:
    """What a file brought, or would bring.

    Attributes:
        file: its name.
        counts: by kind.
        brought: the rows that are new or changed, in the order of the file.
        rejected: one entry a problem; a row may have several.
        is_check: whether nothing was written.
    """

    file: str
    counts: Mapping[str, Counted]
    brought: tuple[Brought, ...]
    rejected: tuple[Rejected, ...]
    is_check: bool

    @property
    def brings(self) -> int:
        """Rows that are new or changed."""
        return sum(each.new + each.changed for each in self.counts.values())


def load_records(
    path: Path, store: Engine, *, by: str, kind: str | None = None, only_check: bool = False
) -> RecordReport:
    """Read a file and write its records in one transaction.

    Args:
        by: who signs.
        kind: of every sheet; None recognises each by its name and headings.
        only_check: count, write nothing.

    Raises:
        UnreadableFile: it cannot be opened, or no sheet of it is one of ours; nothing was written.
        StoreBusy: another writer did not finish in time.
    """
    tables = [(table, _layout(table, kind)) for table in open_tables(path)]
    if not any(found for _, found in tables):
        raise UnreadableFile(
            f"'{path.name}' holds none of the accounts kept here. Nothing was written. Download a template and keep "
            "its headings.",
            f"“{path.name}”中没有可识别的台账，未写入任何内容。请下载模板填写，不要改动表头。",
        )
    with suppress(_Undo), writing(store) as connection:
        work = _Work(connection, by)
        for table, found in tables:
            if found is not None:
                work.read(table, *found)
            elif fold(table.sheet) not in _OTHER_SHEETS:
                work.rejected.append(Rejected(table.sheet, 0, "", NO_SUCH_SHEET))
        if only_check:
            raise _Undo
    counts = {name: Counted(**found) for name, found in work.counts.items()}
    return RecordReport(path.name, counts, tuple(work.brought), tuple(work.rejected), only_check)


class _Undo(Exception):
    """Ends a check: the transaction is taken back."""


NO_SUCH_SHEET = Text("未识别为任何一种台账，未读取", "not one of the accounts kept here, not read")
TWICE = Text("文件中同一条记录出现多次", "the same record occurs twice in the file")
NO_SUCH_RECORD = Text("没有这个系统编号的记录", "there is no record of this number")
TOO_MANY = Text(f"一张表最多{MOST_ROWS}行", f"a sheet may have at most {MOST_ROWS} rows")
_OTHER_SHEETS = {fold(name) for name in ("填写说明", "Notes", "选项", "Lists")}

_Layout = tuple[Kind, int, dict[str, int], dict[str, str]]
"""Kind, number of the heading row, index of each field, heading of each field."""


def _layout(table: Table, wanted: str | None) -> _Layout | None:
    """The heading of a sheet; the kind named like the sheet wins, then the one most of whose fields are there."""
    if fold(table.sheet) in _OTHER_SHEETS:
        return None
    kinds = [kind_of(wanted)] if wanted else list(KINDS.values())
    best: tuple[tuple[bool, int], _Layout] | None = None
    for number, cells in enumerate(table.head(HEAD_ROWS), 1):
        for kind in kinds:
            known = _headings(kind)
            columns: dict[str, int] = {}
            for index, cell in enumerate(cells):
                name = known.get(fold(cell)) or known.get(plain_heading(cell)) if cell else None
                if name:
                    columns.setdefault(name, index)
            needed = {each.name for each in kind.asked if each.required and each.default is None}
            if not (needed <= columns.keys() or (_NUMBER in columns and len(columns) > 1)):
                continue
            named = any(fold(table.sheet) in (fold(kind.label(each)), fold(kind.name)) for each in LANGUAGES)
            rank = (named, len(columns))
            if best is None or rank > best[0]:
                headings = {name: cells[index] for name, index in columns.items()}
                best = rank, (kind, number, columns, headings)
    return best[1] if best else None


def _headings(kind: Kind) -> dict[str, str]:
    known: dict[str, str] = {}
    for each in kind.asked:
        for heading in (each.label.zh, each.label.en, each.name, *each.aliases):
            known.setdefault(fold(heading), each.name)
    for each in kind.asked:
        for heading in (each.label.zh, each.label.en, *each.aliases):
            known.setdefault(plain_heading(heading), each.name)
    for language in LANGUAGES:
        known[fold(heading_of_number(language))] = _NUMBER
        known[fold(heading_of_version(language))] = _VERSION
    return known


class _Work:
    """Reads sheets and puts their rows into the store, within one transaction."""

    def __init__(self, connection: Connection, by: str):
        self._connection, self._by = connection, by
        self._offices = offices(connection)
        self._seen: set[tuple[str, RecordId]] = set()
        self.counts: dict[str, dict[str, int]] = {}
        self.brought: list[Brought] = []
        self.rejected: list[Rejected] = []

    def read(
        self, table: Table, kind: Kind, heading_row: int, columns: dict[str, int], headings: dict[str, str]
    ) -> None:
        """Every row below the heading."""
        counts = self.counts.setdefault(kind.name, {"new": 0, "changed": 0, "same": 0, "rejected": 0})
        width = max(columns.values()) + 1
        known = _headings(kind)
        rows = 0
        for chunk in table.chunks(sorted(columns.values()), heading_row + 1, width):
            for number in chunk.malformed:
                counts["rejected"] += 1
                self.rejected.append(
                    Rejected(
                        table.sheet,
                        number,
                        "",
                        Text("单元格数与表头不符", "has another number of cells than the heading"),
                        kind.name,
                    )
                )
            for line in chunk.frame.iter_rows(named=True):
                cells = {name: (line[f"c{index}"] or "").strip(_BLANKS) for name, index in columns.items()}
                given = {name: text for name, text in cells.items() if text}
                is_heading = all(known.get(fold(text)) == name for name, text in given.items())
                if not given or is_heading or given.get(_NUMBER, "").lower().startswith(_EXAMPLE):
                    continue
                rows += 1
                if rows > MOST_ROWS:
                    self.rejected.append(Rejected(table.sheet, line["row"], "", TOO_MANY, kind.name))
                    return
                problems = self._put(kind, cells, counts, (table.sheet, line["row"]))
                counts["rejected"] += bool(problems)
                shown = {headings[name]: text for name, text in cells.items()}
                for name, reason in problems:
                    column = headings.get(name) or _label(kind, name)
                    self.rejected.append(Rejected(table.sheet, line["row"], column, reason, kind.name, shown))

    def _put(
        self, kind: Kind, cells: Mapping[str, str], counts: dict[str, int], place: tuple[str, int]
    ) -> list[tuple[str, Text]]:
        """Write one row; what is wrong with it, by field."""
        content: dict[str, Any] = {}
        problems: list[tuple[str, Text]] = []
        for name, text in cells.items():
            if name in (_NUMBER, _VERSION):
                continue
            value, problem = self._value(kind.field(name), text)
            content[name] = value
            if problem is not None:
                problems.append((name, problem))
        if problems:
            return problems
        row, unclear = self._known(kind, cells, content)
        if unclear is not None:
            return [unclear]
        before = newest(self._connection)
        version = None
        if row is not None:
            content.pop(kind.id, None)
            version = _whole(cells.get(_VERSION, "")) or row["version"]
        try:
            key = put(
                self._connection, kind.name, content, by=self._by, version=version,
                record_id=None if row is None else row[kind.id],
            )  # fmt: skip
        except InvalidRecord as error:
            return [(name, sentence) for name, found in error.problems.items() for sentence in found]
        except Conflict as error:
            return [("", _changed_by(error))]
        if (kind.name, key) in self._seen:
            return [("", TWICE)]
        self._seen.add((kind.name, key))
        if row is not None and newest(self._connection) == before:
            counts["same"] += 1
            return []
        change: Literal["new", "changed"] = "new" if row is None else "changed"
        counts[change] += 1
        stands = self._connection.execute(select(kind.table).where(kind.table.c[kind.id] == key)).mappings().one()
        self.brought.append(Brought(*place, kind.name, change, {name: stands[name] for name in kind.names}))
        return []

    def _known(
        self, kind: Kind, cells: Mapping[str, str], content: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any] | None, tuple[str, Text] | None]:
        """The record a row is about, None for a new one; or why that cannot be said."""
        table = kind.table
        number = cells.get(_NUMBER, "")
        if number:
            key: RecordId | None = _whole(number) if kind.is_numbered else number
            found = self._connection.execute(select(table).where(table.c[kind.id] == key)).mappings().first()
            problem = (_NUMBER, NO_SUCH_RECORD) if found is None else None
        elif kind.key and set(kind.key) <= content.keys():
            values, _ = checked(kind, content)
            if not kind.is_numbered:
                values[kind.id] = written_key(self._connection, kind, values)
            same = and_(*(table.c[name].is_not_distinct_from(values[name]) for name in kind.key))
            found = self._connection.execute(
                select(table).where(same, table.c.withdrawn_at.is_(None))
            ).mappings().first()  # fmt: skip
            problem = None
        else:
            found, problem = None, None
        if found is None or problem is not None:
            return None, problem
        return dict(found), ("", TWICE) if (kind.name, found[kind.id]) in self._seen else None

    def _value(self, each: Field, text: str) -> tuple[Any, Text | None]:
        """A cell as a value, or what is wrong with it."""
        if not text:
            return ("" if each.type == "scope" else None), None
        if text.startswith("'") and text[1:2] in ("=", "+", "-", "@"):
            text = text[1:]  # the guard an export puts before what looks like a formula
        if each.type in ("day", "month"):
            return _day(each, text)
        if each.type in ("office", "place", "scope"):
            return self._office(each, text)
        return _READERS[each.type](each, text)

    def _office(self, each: Field, text: str) -> tuple[str | None, Text | None]:
        if each.type == "scope" and fold(text) in {fold("全市"), fold("whole city")}:
            return "", None
        found = self._offices.get(spelling_key(text))
        if found is not None:
            return found, None
        close = get_close_matches(text, set(self._offices.values()), n=2, cutoff=0.6)
        zh = f"未匹配单位“{text}”" + (f"，是否为{'、'.join(close)}？" if close else "，请核对或先导入单位名单")
        en = f"no office '{text}'" + (
            f"; did you mean {', '.join(close)}?"
            if close
            else "; choose one from the template's sheet “Lists”, or import the list of offices"
        )
        return None, Text(zh, en)


def _label(kind: Kind, name: str) -> str:
    """What a field is called in both languages, where the file has no column for it."""
    return f"{kind.field(name).label.zh} / {kind.field(name).label.en}" if name in kind.names else ""


def _changed_by(error: Conflict) -> Text:
    if error.is_withdrawn:
        return Text("这条记录已撤销，须先恢复", "the record is withdrawn; restore it first")
    who = signature(error.who)
    return Text(
        f"导出后已由{who.zh or '他人'}修改（现为第{error.version}版），请重新导出再改",
        f"changed by {who.en or 'someone'} since it was exported (now version {error.version}); export it again",
    )


def _whole(text: str) -> int | None:
    plain = text.strip().removesuffix(".0")
    return int(plain) if plain.isdigit() and len(plain) < 10 else None


def _day(each: Field, text: str) -> tuple[Any, Text | None]:
    month = _MONTH.match(text) if each.type == "month" else None
    if month:
        text = f"{month[1]}-{int(month[2]):02d}-01"
    if _ISO.match(text):  # as a cell of a workbook comes; the general reader takes a hundred times as long
        with suppress(ValueError):
            return date.fromisoformat(text[:10]), None
    read = read_dates(pl.Series([text]), DateStyle(missing=frozenset((*NEVER, "-", "/", "无", "—"))))
    if read["problem"][0] is not None:
        return None, Text(
            f"“{text}”不是日期，请按2022-06-13的样子填写", f"'{text}' is not a day; write it as 2022-06-13"
        )
    moment = read["value"][0]
    return (None if moment is None else moment.date()), None


def _clock(each: Field, text: str) -> tuple[Any, Text | None]:
    found = _CLOCK.fullmatch(text.strip())
    if found and int(found[1]) < 24 and int(found[2]) < 60:
        return f"{int(found[1]):02d}:{found[2]}", None
    return None, Text(f"“{text}”不是时刻，请按17:30的样子填写", f"'{text}' is not a time of day; write it as 17:30")


def _count(each: Field, text: str) -> tuple[Any, Text | None]:
    value = _whole(text.replace(",", "").replace("，", ""))
    wrong = Text(
        f"“{text}”不是0或更大的整数，请填数字", f"'{text}' is not a whole number of 0 or more; write it in digits"
    )
    return value, None if value is not None else wrong


def _amount(each: Field, text: str) -> tuple[Any, Text | None]:
    value = amount_of(text)
    wrong = isinstance(value, str)
    return (None if wrong else value), (
        Text(f"“{text}”不是数字，请填如95%或60", f"'{text}' is not a number; write it as 95% or 60") if wrong else None
    )


def _yes_no(each: Field, text: str) -> tuple[Any, Text | None]:
    word = fold(text)
    if word in TRUE_WORDS or word in FALSE_WORDS:
        return word in TRUE_WORDS, None
    return None, Text(f"“{text}”应为“是”或“否”", f"'{text}' should be yes or no")


def _choice(each: Field, text: str) -> tuple[Any, Text | None]:
    key = each.dictionary.find(text)
    zh, en = (
        ("、" if each_language == "zh" else ", ").join(term.label(each_language) for term in each.choices)
        for each_language in LANGUAGES
    )
    return key, None if key else Text(f"“{text}”不在可选范围：{zh}", f"'{text}' is none of {en}")


def _named(known: Mapping[str, Any], text: str) -> tuple[Any, Text | None]:
    for name, each in known.items():
        if fold(text) in {fold(name), fold(each.label.zh), fold(each.label.en)}:
            return name, None
    return None, Text(f"没有“{text}”", f"there is no '{text}'")


def _record(each: Field, text: str) -> tuple[Any, Text | None]:
    number = _whole(text.split("·", 1)[0].strip())
    return number, None if number else Text("应填系统编号", "should be a record number")


_READERS = {
    "text": lambda each, text: (text, None), "long": lambda each, text: (text, None),
    "case": lambda each, text: (text, None), "count": _count, "amount": _amount, "clock": _clock, "yes_no": _yes_no,
    "choice": _choice,
    "measure": lambda each, text: _named(measures(), text), "rules": lambda each, text: _named(RULE_SETS, text),
    "record": _record,
}  # fmt: skip
