"""Aggregate statistics workbooks: tables by office as a bureau prints them, kept cell by cell.

Many county bureaux hold only these (DOMAIN.md §6). They are a second input beside the register: stored as printed,
checked against their own arithmetic (`queries.workbooks.arithmetic`) and against the register
(`queries.views.reconciliation`). A table is never a source of the figures on other pages.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

from queries.vocabulary import Text

RowKind = Literal["office", "subtotal", "total", "other"]
Role = Literal[
    "total",
    "on_time",
    "overdue",
    "repeats",
    "rate",
    "evaluated",
    "satisfied",
    "basic",
    "dissatisfied",
    "silent",
    "participation",
    "other",
]

LINES = {"party": Text("党委线", "Party line"), "government": Text("政府线", "Government line"), "": Text("", "")}

_SATISFACTION: tuple[tuple[str, Role], ...] = (
    (r"不满意", "dissatisfied"), (r"基本满意", "basic"), (r"满意", "satisfied"),
    (r"未评|未参评|未评价", "silent"), (r"参评|评价", "evaluated"),
)  # fmt: skip
_ROLES: tuple[tuple[str, Role], ...] = (
    (r"参评率|participation rate", "participation"),
    (r"率|占比|%|rate|share", "rate"),
    *_SATISFACTION,
    (r"dissatisfied", "dissatisfied"), (r"basically satisfied", "basic"), (r"satisfied", "satisfied"),
    (r"evaluated", "evaluated"), (r"silent", "silent"),
    (r"超期|逾期|超时|未按期|未及时|不及时|overdue|late", "overdue"),
    (r"按期|及时|按时|期内|on.time|timely", "on_time"),
    (r"重复.*[件数量次]|repeat", "repeats"),
    (r"^应|总|合计|小计|件数|数量|受理|登记|total|items|due", "total"),
)  # fmt: skip
_MEASURES: tuple[tuple[str, str], ...] = (
    (r"日清日结|当日转送|same.day", "same_day_forwarding_rate"),
    (r"单位.*受理|office.*accept", "office_acceptance_rate"),
    (r"受理|accept", "timely_acceptance_rate"),
    (r"参评|participation", "participation_rate"),
    (r"满意|satisf", "satisfaction_rate"),
    (r"按期|按时|及时答复|及时办结|on.time", "on_time_reply_rate"),
    (r"办结率|closure rate", "closure_rate"),
    (r"重复|repeat", "repeat_share"),
    (r"登记|信访总量|件次|registered", "registered_count"),
)
_ANOTHER_PERIOD = re.compile(
    r"同期|上年|去年|上月|上季|上期|同比|环比|比上|增减|增幅|升降|last year|previous", re.IGNORECASE
)
_UNIT = re.compile(r"\s*(?:件次|人次|批次|件|人|批|次)$")
_TEN_THOUSANDS = re.compile(r"[（(]\s*(?:单位[：:])?\s*万")
_EMPTY = re.compile(r"[\s\-—–－/／\\.…·]*|无|n/?a", re.IGNORECASE)
PRINTED_ON = re.compile(
    r"(?:填表|制表|填报|上报|报送|统计|打印|印制|截止|截至)(?:日期|时间)?\s*[：:]?\s*"
    # the first day of a period is none: 统计时间：2022年1月1日至6月30日
    r"(20\d{2})\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*+(\d{1,2}+)\s*+日?+(?!\s*[-—–－~～至到])"
    r"|printed on (20\d{2})-(\d{1,2})-(\d{1,2})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Printed:
    """A number as printed.

    Attributes:
        value: of a rate, a share: 95.3% is 0.953.
        slack: half a unit of its last printed place.
    """

    value: Decimal
    slack: Decimal


@dataclass(frozen=True)
class PrintedRow:
    """One line of a table; `office_id` is None where no office is called so."""

    row: int
    label: str
    kind: RowKind
    office_id: str | None
    cells: tuple[str, ...]


@dataclass(frozen=True)
class PrintedTable:
    """One sheet as printed.

    Attributes:
        headings: of each column, from the top row down; equal neighbours were one merged cell.
        starts_on, ends_on: the period printed; None where the sheet does not say.
        notes: the lines above the table but for its title, and those below.
    """

    title: str
    file: str
    sheet: str
    line: str
    starts_on: date | None
    ends_on: date | None
    headings: tuple[tuple[str, ...], ...]
    label_column: int
    first_row: int
    rows: tuple[PrintedRow, ...]
    notes: tuple[str, ...] = ()
    is_demo: bool = False
    table_id: int = 0
    imported_at: datetime | None = None
    imported_by: str = ""

    @property
    def columns(self) -> tuple["PrintedColumn", ...]:
        """Every column but that of the offices, with what it holds."""
        found = (column_of(index, path) for index, path in enumerate(self.headings) if index != self.label_column)
        return tuple(each for each in found if any(self.number(row, each) is not None for row in self.rows))

    def number(self, row: PrintedRow, column: "PrintedColumn") -> Printed | None:
        """The number in a cell; None where there is none."""
        text = self.text(row, column)
        if not column.is_rate and text.rstrip().endswith(("%", "％")):
            return None  # a share among counts is none of them
        found = printed(text, is_rate=column.is_rate)
        if found is None or not _TEN_THOUSANDS.search(column.name):
            return found
        return Printed(found.value * 10_000, found.slack * 10_000)

    def text(self, row: PrintedRow, column: "PrintedColumn") -> str:
        """A cell as printed."""
        return row.cells[column.index] if column.index < len(row.cells) else ""

    @property
    def unreadable(self) -> tuple[tuple[PrintedRow, "PrintedColumn"], ...]:
        """Cells among numbers that hold something else than a number or a dash: they count as not printed."""
        return tuple(
            (row, column)
            for row in self.rows
            for column in self.columns
            if column.role != "other"
            and self.number(row, column) is None
            and not _EMPTY.fullmatch(self.text(row, column))
        )

    @property
    def repeated(self) -> tuple[str, ...]:
        """Offices with more than one line, each named once."""
        keys = [row.office_id or row.label for row in self.rows if row.kind == "office"]
        return tuple(key for key in dict.fromkeys(keys) if keys.count(key) > 1)

    @property
    def printed_on(self) -> date | None:
        """The day the table says it was made, None where it does not."""
        for words in self.notes:
            with suppress(ValueError):
                if found := PRINTED_ON.search(words):
                    return date(*(int(part) for part in found.groups() if part))
        return None


@dataclass(frozen=True)
class PrintedColumn:
    """One column: its index, the headings above the last one, the last one, what it holds."""

    index: int
    group: str
    heading: str
    role: Role

    @property
    def name(self) -> str:
        """Both in one line."""
        return f"{self.group} / {self.heading}" if self.group else self.heading

    @property
    def is_rate(self) -> bool:
        """Whether it holds shares."""
        return self.role in ("rate", "participation")

    @property
    def measure(self) -> str | None:
        """The measure this column's group is about, None where the headings do not say."""
        return measure_of(self.group) or measure_of(self.heading)


def column_of(index: int, path: tuple[str, ...]) -> PrintedColumn:
    """What a column is, by its headings."""
    parts = [part for part in dict.fromkeys(path) if part]
    heading = parts[-1] if parts else ""
    # what was printed for comparison is neither checked nor held against this period
    role = "other" if any(_ANOTHER_PERIOD.search(part) for part in parts) else _role(heading)
    return PrintedColumn(index, " / ".join(parts[:-1]), heading, role)


def measure_of(words: str) -> str | None:
    """The measure some headings speak of."""
    return next((name for pattern, name in _MEASURES if re.search(pattern, words, re.IGNORECASE)), None)


def printed(text: str, *, is_rate: bool = False) -> Printed | None:
    """A number out of a cell: 1,234 · 95.3% · 0.953; of a rate above 1, per cent are meant."""
    plain = text.strip().replace(",", "").replace("，", "").replace("％", "%").replace("\u2212", "-")
    plain = _UNIT.sub("", plain)
    is_percent = plain.endswith("%")
    try:
        value = Decimal(plain.removesuffix("%").strip())
    except InvalidOperation:
        return None
    if not value.is_finite():
        return None
    exponent = value.as_tuple().exponent
    slack = Decimal(1).scaleb(exponent if isinstance(exponent, int) else 0) / 2
    if is_percent or (is_rate and value > 1):
        return Printed(value / 100, slack / 100)
    if is_rate and value in (0, 1):
        return Printed(value, Decimal("0.0005"))  # a cell that holds 1 was shown as 100%: how exactly is not known
    return Printed(value, slack)


def _role(heading: str) -> Role:
    return next((role for pattern, role in _ROLES if re.search(pattern, heading, re.IGNORECASE)), "other")
