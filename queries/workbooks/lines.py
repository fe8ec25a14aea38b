"""What printed tables say of a measure, office by office: one table, or the party and the government line added.

A bureau prints the two lines in separate files, while the register holds both. A line is therefore never the whole: it
is added to the newest table of the other line for the same period, and an office that only one of them names counts
as 0 in the other.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from queries import wording
from queries.measures import Ratio, measure
from queries.vocabulary import LANGUAGES, Text, fold
from queries.workbooks import LINES, PrintedColumn, PrintedRow, PrintedTable, Role

Pair = tuple[int | None, int | None]
"""Numerator and denominator; None where nothing is printed, and as the denominator of a count."""
_PERIOD = re.compile(r"20\d{2}年|[上下]半年|[一二三四1-4]季度|(?<!\d)\d{1,2}月(?!底)|Q[1-4]")
_CURRENT, _SO_FAR = re.compile(r"本月|当月|本期|本季|this month"), re.compile(r"累计|to date")
_OF_REPEATS = (None, "repeat_share", "registered_count")  # what the total beside a number of repeats may be of
OTHER_LINE = {"party": "government", "government": "party"}


@dataclass(frozen=True)
class Comparison:
    """A group of columns that says what a measure says.

    Attributes:
        numerator, denominator: columns whose numbers are added; the denominator of a count has none.
    """

    group: str
    measure: str
    numerator: tuple[PrintedColumn, ...]
    denominator: tuple[PrintedColumn, ...]


@dataclass(frozen=True)
class Line:
    """One office, all its rows added.

    Attributes:
        row: the first of its rows.
        label: its names as printed, each once.
        slack: how far rounding alone may put the numbers off; 0 where whole items are printed.
        parts: of two lines added, the numbers of the party and of the government line.
    """

    row: int
    label: str
    office_id: str | None
    printed: Pair
    slack: Decimal = Decimal(0)
    parts: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Statement:
    """What one table, or those of both lines together, say of a measure.

    Attributes:
        tables: the table; of both lines the party's, then the government's.
        total, total_label: as printed; None in the place of what is not printed.
        lacks: the line that is not there ("party", "government"), "" where nothing is lacking.
    """

    measure: str
    tables: tuple[PrintedTable, ...]
    lines: tuple[Line, ...]
    total: Pair
    total_label: str = ""
    lacks: str = ""
    notes: tuple[Text, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether there is a denominator."""
        return isinstance(measure(self.measure), Ratio)

    @property
    def starts_on(self) -> date | None:
        """First day of the period printed."""
        return self.tables[0].starts_on

    @property
    def ends_on(self) -> date | None:
        """Last day of the period printed."""
        return self.tables[0].ends_on

    @property
    def printed_on(self) -> date | None:
        """The day they were made, None where it is not said or differs."""
        days = {table.printed_on for table in self.tables}
        return days.pop() if len(days) == 1 else None


def comparisons(table: PrintedTable) -> tuple[Comparison, ...]:
    """What of a table can be held against the register, in the order of its columns."""
    groups: dict[str, dict[Role, PrintedColumn]] = {}
    apart = of_other_periods(table)
    for column in table.columns:
        if column not in apart:
            groups.setdefault(column.group, {}).setdefault(column.role, column)
    found = []
    for group, columns in groups.items():
        # what is done of a total says more than the total: 受理总数, 按期办结数, 按期率 is about what was done in time
        telling = sorted(columns.values(), key=lambda each: each.role not in ("rate", "on_time"))
        named = next((each.measure for each in telling if each.measure and each.role != "repeats"), None)
        if "repeats" in columns and columns.get("total", columns["repeats"]).measure in _OF_REPEATS:
            whole = tuple(columns[role] for role in ("total",) if role in columns)
            found += [Comparison(group, "repeat_share", (columns["repeats"],), whole)] if whole else []
        if "evaluated" in columns and "satisfied" in columns:
            good = tuple(columns[role] for role in ("satisfied", "basic") if role in columns)
            found.append(Comparison(group, "satisfaction_rate", good, (columns["evaluated"],)))
        elif named and isinstance(measure(named), Ratio) and "on_time" in columns and "total" in columns:
            found.append(Comparison(group, named, (columns["on_time"],), (columns["total"],)))
        elif named and not isinstance(measure(named), Ratio) and "total" in columns:
            found.append(Comparison(group, named, (columns["total"],), ()))
    return tuple(found)


def of_other_periods(table: PrintedTable) -> tuple[PrintedColumn, ...]:
    """Columns whose headings name several periods, or one so far beside the current one: which of them is the table's
    is not said.
    """
    named = {column: tuple(_PERIOD.findall(column.name)) for column in table.columns if column.role != "other"}
    several = len({periods for periods in named.values() if periods}) > 1
    has_current = any(_CURRENT.search(column.name) for column in named)
    return tuple(
        column
        for column, periods in named.items()
        if (periods and several) or (has_current and _SO_FAR.search(column.name))
    )


def statements(table: PrintedTable, kept: Sequence[PrintedTable] = ()) -> tuple[Statement, ...]:
    """What a table says of each measure it can be held against, together with the other line where it has one.

    Args:
        kept: the tables among which the other line is looked for, the newest first.
    """
    return tuple(_statement(table, each, kept) for each in comparisons(table))


def _statement(table: PrintedTable, comparison: Comparison, kept: Sequence[PrintedTable]) -> Statement:
    own = _alone(table, comparison)
    if table.line not in OTHER_LINE:
        return own
    line = OTHER_LINE[table.line]
    newest = {name: _newest(table, comparison.measure, kept, name) for name in OTHER_LINE}
    notes = own.notes
    if (newer := newest[table.line]) is not None and newer[0].table_id > table.table_id > 0:
        notes += (_newer(table),)
    if (found := newest[line]) is None:
        return replace(own, lacks=line, notes=notes)
    other = _alone(*found)
    both = (own, other) if table.line == "party" else (other, own)
    return _together(*both, notes)


def _newest(
    table: PrintedTable, name: str, kept: Sequence[PrintedTable], line: str
) -> tuple[PrintedTable, Comparison] | None:
    period = (table.starts_on, table.ends_on)
    found = (
        (each, comparison)
        for each in kept
        if each.line == line and (each.starts_on, each.ends_on) == period and each.is_demo == table.is_demo
        for comparison in comparisons(each)
        if comparison.measure == name
    )
    return next(found, None)


def _alone(table: PrintedTable, comparison: Comparison) -> Statement:
    columns = (*comparison.numerator, *comparison.denominator)
    rows: dict[str, list[PrintedRow]] = {}
    for row in table.rows:
        if row.kind == "office":
            rows.setdefault(_key(row), []).append(row)
    lines = []
    for own in rows.values():
        pairs = [_pair(table, row, comparison) for row in own]
        numbers = [number for row in own for column in columns if (number := table.number(row, column)) is not None]
        # whole items are printed without rounding
        slack = sum((each.slack for each in numbers if each.slack > 1), Decimal(0))
        label = " + ".join(dict.fromkeys(row.label for row in own))
        lines.append(Line(own[0].row, label, own[0].office_id, _added(pairs), slack))
    totals = [(_pair(table, row, comparison), row.label) for row in table.rows if row.kind == "total"]
    total, label = totals[-1] if totals else ((None, None), "")
    return Statement(comparison.measure, (table,), tuple(lines), total, label)


def _together(party: Statement, government: Statement, notes: tuple[Text, ...]) -> Statement:
    sides = [{_key(line): line for line in each.lines} for each in (party, government)]
    lines = []
    for number, key in enumerate(dict.fromkeys((*sides[0], *sides[1])), 1):
        found = [side.get(key) for side in sides]
        known = [line for line in found if line is not None]
        label = " + ".join(dict.fromkeys(line.label for line in known))
        parts = tuple(line.printed if line else (0, 0) for line in found)
        slack = sum((line.slack for line in known), Decimal(0))
        lines.append(Line(number, label, known[0].office_id, _added([line.printed for line in known]), slack, parts))
    for at, line in enumerate(OTHER_LINE):
        if alone := [each.label for key, each in sides[at].items() if key not in sides[1 - at]]:
            notes += (_only_in(line, alone),)
    total = _added([party.total, government.total], every=True)
    label = party.total_label if government.total_label else ""
    return Statement(party.measure, (*party.tables, *government.tables), tuple(lines), total, label, notes=notes)


def _key(row: PrintedRow | Line) -> str:
    """The same for every row of an office; a name nobody knows stands for itself."""
    return f"office {row.office_id}" if row.office_id is not None else f"name {fold(row.label)}"


def _pair(table: PrintedTable, row: PrintedRow, comparison: Comparison) -> Pair:
    return _sum(table, row, comparison.numerator), _sum(table, row, comparison.denominator)


def _sum(table: PrintedTable, row: PrintedRow, columns: tuple[PrintedColumn, ...]) -> int | None:
    numbers = [number.value for column in columns if (number := table.number(row, column)) is not None]
    return int(sum(numbers, Decimal(0))) if numbers and len(numbers) == len(columns) else None


def _added(pairs: Iterable[Pair], *, every: bool = False) -> Pair:
    """Sums of numerators and of denominators; None where none is there, or with `every` where one lacks."""
    sums: list[int | None] = []
    for side in zip(*pairs, strict=True):
        numbers = [number for number in side if number is not None]
        sums.append(None if not numbers or (every and len(numbers) < len(side)) else sum(numbers))
    return sums[0], sums[1]


def _only_in(line: str, labels: Sequence[str]) -> Text:
    zh, en = (wording.listing(labels, language) for language in LANGUAGES)
    verb = "stand" if len(labels) > 1 else "stands"
    return Text(
        f"只在{LINES[line].zh}出现、另一线按0计：{zh}",
        f"{en} {verb} in the {LINES[line].en.lower()} only and counts as 0 in the other",
    )


def _newer(table: PrintedTable) -> Text:
    line = LINES[table.line]
    return Text(
        f"同一统计期另有较新的{line.zh}报表，此处用的是本表",
        f"There is a newer table of the {line.en.lower()} for this period; this one is used here",
    )
