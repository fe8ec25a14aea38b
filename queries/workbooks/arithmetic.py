"""Does a printed table agree with itself? Totals with their rows, parts with their whole, rates with their counts."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from queries.vocabulary import Text
from queries.workbooks import PrintedColumn, PrintedRow, PrintedTable, Role

Rule = Literal["sum_of_rows", "parts", "evaluations", "rate", "repeats", "satisfaction", "participation"]

RULES: dict[str, Text] = {
    "sum_of_rows": Text("合计行应为各单位之和", "a total is the sum of its rows"),
    "parts": Text("按期数与超期数之和应为总数", "on time and overdue add up to the total"),
    "evaluations": Text("满意、基本满意、不满意之和应为参评数", "the three answers add up to the evaluations"),
    "rate": Text("率应为按期数除以总数", "the rate is on time by total"),
    "repeats": Text("重复率应为重复件数除以总数", "the rate is repeats by total"),
    "satisfaction": Text(
        "满意率应为满意与基本满意之和除以参评数", "the rate is satisfied and basically satisfied by evaluations"
    ),
    "participation": Text("参评率应为参评数除以应评数", "participation is evaluations by evaluations and silent ones"),
}


@dataclass(frozen=True)
class Disagreement:
    """A cell that does not follow from the others.

    Attributes:
        expected: what the other cells give; of a rate a share.
    """

    rule: Rule
    row: PrintedRow
    column: PrintedColumn
    printed: Decimal
    expected: Decimal

    @property
    def is_share(self) -> bool:
        """Whether both numbers are shares."""
        return self.column.is_rate


def disagreements(table: PrintedTable) -> tuple[Disagreement, ...]:
    """Every cell that contradicts the others, by row and column; a rate within its printed places does not."""
    found = [*_sums(table), *_within_rows(table)]
    return tuple(sorted(found, key=lambda each: (each.row.row, each.column.index)))


def _sums(table: PrintedTable) -> Iterator[Disagreement]:
    unreadable = {column for _, column in table.unreadable}
    for column in table.columns:
        if column.is_rate or column in unreadable or _is_serial(table, column):
            continue
        every = since = Decimal(0)
        # a table may give its total first
        totals_first = bool(table.rows) and table.rows[0].kind == "total"
        whole = sum((_value(table, row, column) for row in table.rows if row.kind == "office"), Decimal(0))
        for row in table.rows:
            if row.kind == "office":
                every += _value(table, row, column)
                since += _value(table, row, column)
            if row.kind in ("office", "other"):
                continue
            number = table.number(row, column)
            expected = whole if totals_first or row.kind == "total" else since
            if row.kind == "subtotal":
                since = Decimal(0)
            if number is not None and number.value != expected:
                yield Disagreement("sum_of_rows", row, column, number.value, expected)


def _within_rows(table: PrintedTable) -> Iterator[Disagreement]:
    groups: dict[str, dict[Role, PrintedColumn]] = {}
    for column in table.columns:
        groups.setdefault(column.group, {}).setdefault(column.role, column)
    for columns in groups.values():
        for row in table.rows:
            values = {
                role: number.value
                for role, column in columns.items()
                if (number := table.number(row, column)) is not None
            }
            if "rate" in columns and columns["rate"].measure != "repeat_share":
                values.pop("repeats", None)  # the rate beside them is another one
            for rule, role, expected in _expected(values):
                number = table.number(row, columns[role])
                slack = number.slack if number is not None and columns[role].is_rate else Decimal(0)
                if number is not None and abs(number.value - expected) > slack:
                    yield Disagreement(rule, row, columns[role], number.value, expected)


def _expected(values: dict[Role, Decimal]) -> Iterator[tuple[Rule, Role, Decimal]]:
    """What some cells of a row and group say of another."""

    def given(*roles: Role) -> bool:
        return all(role in values for role in roles)

    if given("on_time", "overdue", "total"):
        yield "parts", "total", values["on_time"] + values["overdue"]
    if given("satisfied", "basic", "dissatisfied", "evaluated"):
        yield "evaluations", "evaluated", values["satisfied"] + values["basic"] + values["dissatisfied"]
    if given("rate", "on_time", "total") and values["total"]:
        yield "rate", "rate", values["on_time"] / values["total"]
    elif given("rate", "repeats", "total") and values["total"]:
        yield "repeats", "rate", values["repeats"] / values["total"]
    if given("rate", "satisfied", "evaluated") and values["evaluated"]:
        good = values["satisfied"] + values.get("basic", Decimal(0))
        yield "satisfaction", "rate", good / values["evaluated"]
    if given("participation", "evaluated", "silent") and values["evaluated"] + values["silent"]:
        yield "participation", "participation", values["evaluated"] / (values["evaluated"] + values["silent"])


def _value(table: PrintedTable, row: PrintedRow, column: PrintedColumn) -> Decimal:
    number = table.number(row, column)
    return number.value if number is not None else Decimal(0)


def _is_serial(table: PrintedTable, column: PrintedColumn) -> bool:
    """Whether a column only counts the lines."""
    return column.role == "other" and column.index < table.label_column
