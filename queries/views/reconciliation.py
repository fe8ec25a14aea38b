"""Does a printed statistics table agree with the register, and where it does not, why?

Each group of columns that speaks of a measure is held against that measure over the period printed. A difference is
explained only by what the register can show: the same number under another reading (another date, another dimension,
the state at the end of the period), or rows that are left out and whose number is exactly the difference. What nothing
shows stays unexplained, and is said so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.measures import Ratio, measure
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.parts import made
from queries.vocabulary import Text
from queries.workbooks import PrintedColumn, PrintedRow, PrintedTable, Role

NotCounted = Mapping[tuple[str, str], int]
Pair = tuple[int | None, int | None]
"""Numerator and denominator; of a count the denominator is None."""

REASONS: dict[str, Text] = {
    "same": Text("一致", "the same"),
    "then": Text(
        "与期末时点的登记一致，差别为期后变化", "as the register stood at the end of the period; it changed later"
    ),
    "printed": Text(
        "与制表日的登记一致，差别为制表后登记或变更",
        "as the register stood on the day the table was made; the rest was registered or changed later",
    ),
    "rounding": Text("差额在表中数字的舍入范围内", "the difference is within the rounding of the printed figures"),
    "repeated": Text(
        "该单位在表中不止一行，无法逐行对账", "the office has more than one line, cannot be compared by line"
    ),
    "by_office": Text("按责任单位统计即一致", "the same when counted by responsible office"),
    "by_place": Text("按问题属地统计即一致", "the same when counted by place"),
    "registered": Text(
        "分母与按登记日期统计的件数一致：统计期所依日期不同",
        "the whole is that of the registration date: another cohort date",
    ),
    "excluded": Text("差额等于因日期矛盾未计入的{n}件", "the difference is the {n} left out for contradictory dates"),
    "not_counted": Text("差额等于登记中标明不纳入统计的{n}件", "the difference is the {n} marked as not to be counted"),
    "both": Text(
        "差额等于日期矛盾与不纳入统计的合计{n}件", "the difference is the {n} contradictory and uncounted ones"
    ),
    "rows": Text("差额为以上各单位差额之和", "the differences of the offices above, added up"),
    "unexplained": Text("未能说明", "unexplained"),
    "unmatched": Text("未匹配单位，无法对账", "no office of that name, cannot be compared"),
    "no_figure": Text("登记中没有可比数字", "the register has no figure to compare"),
    "not_printed": Text("表中未印出", "not printed"),
}

_SCHEMA = {
    "row": pl.Int64(), "label": pl.String(), "kind": pl.String(), "printed_numerator": pl.Int64(),
    "printed_denominator": pl.Int64(), "numerator": pl.Int64(), "denominator": pl.Int64(),
    "difference_numerator": pl.Int64(), "difference_denominator": pl.Int64(), "reason": pl.String(),
    "zh": pl.String(), "en": pl.String(),
}  # fmt: skip


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


def comparisons(table: PrintedTable) -> tuple[Comparison, ...]:
    """What of a table can be held against the register, in the order of its columns."""
    groups: dict[str, dict[Role, PrintedColumn]] = {}
    for column in table.columns:
        groups.setdefault(column.group, {}).setdefault(column.role, column)
    found = []
    for group, columns in groups.items():
        # what is done of a total says more than the total: 受理总数, 按期办结数, 按期率 is about what was done in time
        telling = sorted(columns.values(), key=lambda each: each.role not in ("rate", "on_time"))
        named = next((each.measure for each in telling if each.measure), None)
        if "evaluated" in columns and "satisfied" in columns:
            good = tuple(columns[role] for role in ("satisfied", "basic") if role in columns)
            found.append(Comparison(group, "satisfaction_rate", good, (columns["evaluated"],)))
        elif named and isinstance(measure(named), Ratio) and "on_time" in columns and "total" in columns:
            found.append(Comparison(group, named, (columns["on_time"],), (columns["total"],)))
        elif named and not isinstance(measure(named), Ratio) and "total" in columns:
            found.append(Comparison(group, named, (columns["total"],), ()))
    return tuple(found)


def reconciled(
    snapshot: Snapshot, filters: Filters, table: PrintedTable, comparison: Comparison, not_counted: NotCounted
) -> View:
    """Each line of a table beside the register.

    Args:
        filters: only its rules, conventions and as-of day are used; the period is the table's.
        not_counted: as `queries.register.not_counted` gives them for the table's period.

    Returns:
        row, label, kind; printed_numerator, printed_denominator; numerator, denominator (of the register; null where
        it has none); difference_numerator, difference_denominator (printed minus register); reason (REASONS) and it in
        words (zh, en). The finding counts the offices that agree, are explained, and are not.
    """
    chosen = Filters(
        start=table.starts_on, end=table.ends_on, as_of=filters.as_of or snapshot.as_of, rules=filters.rules,
        convention=filters.convention, evaluation_target=filters.evaluation_target,
    )  # fmt: skip
    readings = _Readings(snapshot, chosen, comparison.measure, table.printed_on)
    offices = [_line(table, comparison, readings, not_counted, row) for row in table.rows if row.kind == "office"]
    totals = [_total(table, comparison, row, offices) for row in table.rows if row.kind == "total"]
    frame = pl.DataFrame(sorted((*offices, *totals), key=lambda line: line["row"]), schema=_SCHEMA)
    notes = _outside(readings, offices)
    return made(snapshot, chosen, frame, (comparison.measure,), (), _finding(frame, comparison), notes)


class _Readings:
    """The register's numbers for a measure and period under each reading, counted once each."""

    def __init__(self, snapshot: Snapshot, filters: Filters, name: str, printed_on: date | None):
        self._snapshot, self._filters, self._name = snapshot, filters, name
        self._printed_on = printed_on
        self._known: dict[tuple[str, str], dict[str, tuple[Pair, int]]] = {}

    def dimension_of(self, row: PrintedRow) -> str | None:
        """Where a line is looked for first: a township among the places, another office among the offices."""
        if row.office_id is None:
            return None
        return "place" if row.office_id in self._snapshot.keys("place") else "office"

    def of(self, dimension: str, key: str, reading: str = "now") -> tuple[Pair, int] | None:
        """Numerator and denominator, and how many rows are left out; None where nothing is counted."""
        found = self._all(dimension, reading)
        return found.get(key)

    def _all(self, dimension: str, reading: str) -> dict[str, tuple[Pair, int]]:
        if (dimension, reading) not in self._known:
            filters, name = self._filters, self._name
            if reading == "then" and filters.end is not None:
                filters = replace(filters, as_of=min(filters.end, filters.as_of or filters.end))
            if reading == "printed" and self._printed_on is not None:
                filters = replace(filters, as_of=min(self._printed_on, filters.as_of or self._printed_on))
            if reading == "registered":
                name = "registered_count"
            by = (dimension,) if dimension else ()
            frame = evaluate(self._snapshot, name, by, filters)
            self._known[dimension, reading] = {
                row[dimension] if dimension else "": _pair(row)
                for row in frame.iter_rows(named=True)
                if row["value"] is not None or row["denominator"] == 0
            }
        return self._known[dimension, reading]


def _pair(row: dict[str, Any]) -> tuple[Pair, int]:
    is_count = row["denominator"] is None
    number = round(row["value"]) if is_count and row["value"] is not None else row["numerator"]
    return (number, row["denominator"]), row["excluded"] or 0


def _line(
    table: PrintedTable, comparison: Comparison, readings: _Readings, not_counted: NotCounted, row: PrintedRow
) -> dict[str, Any]:
    printed = _sum(table, row, comparison.numerator), _sum(table, row, comparison.denominator)
    line = {"row": row.row, "label": row.label, "kind": row.kind, "printed_numerator": printed[0],
            "printed_denominator": printed[1]}  # fmt: skip
    dimension = readings.dimension_of(row)
    if dimension is None:
        return line | _said("unmatched")
    key = str(row.office_id)
    own = readings.of(dimension, key)
    if printed[0] is None and printed[1] is None:
        return line | _said("not_printed")
    if own is None:
        return line | _said("no_figure")
    (numerator, denominator), excluded = own
    line |= {"numerator": numerator, "denominator": denominator}
    if key in table.repeated:  # the register's number stands in the first line alone, so the total counts it once
        first = next(each.row for each in table.rows if each.office_id == row.office_id)
        return (line if first == row.row else line | {"numerator": None, "denominator": None}) | _said("repeated")
    line |= {"difference_numerator": _minus(printed[0], numerator),
             "difference_denominator": _minus(printed[1], denominator)}  # fmt: skip
    slack = _slack(table, row, (*comparison.numerator, *comparison.denominator))
    if not _agrees(printed, own[0]) and _agrees(printed, own[0], slack):
        return line | _said("rounding")
    skipped = not_counted.get((dimension, key), 0)
    return line | _reason(readings, dimension, key, printed, own[0], excluded, skipped)


def _total(
    table: PrintedTable, comparison: Comparison, row: PrintedRow, offices: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """The printed total beside what the register has for the offices of the table."""
    line: dict[str, Any] = {"row": row.row, "label": row.label, "kind": row.kind}
    for name, columns in (("numerator", comparison.numerator), ("denominator", comparison.denominator)):
        known = [each[name] for each in offices if each.get(name) is not None]
        line |= {f"printed_{name}": _sum(table, row, columns), name: sum(known) if known else None}
        line[f"difference_{name}"] = _minus(line[f"printed_{name}"], line[name])
    differences = {name: line[f"difference_{name}"] for name in ("numerator", "denominator")}
    if all(each is None for each in differences.values()):
        return line | _said("no_figure")
    if not any(differences.values()):
        return line | _said("same")
    sums = {name: sum(each.get(f"difference_{name}") or 0 for each in offices) for name in differences}
    agree = all(each is None or each == sums[name] for name, each in differences.items())
    return line | _said("rows" if agree else "unexplained")


def _outside(readings: "_Readings", offices: Sequence[Mapping[str, Any]]) -> tuple[Text, ...]:
    """How many items of the register belong to no office of the table."""
    whole = readings.of("", "")
    if whole is None:
        return ()
    name = "denominator" if whole[0][1] is not None else "numerator"
    counted = whole[0][1] if whole[0][1] is not None else whole[0][0]
    outside = (counted or 0) - sum(each.get(name) or 0 for each in offices)
    if outside <= 0:
        return ()
    return (
        Text(
            f"登记中另有{wording.items(outside, 'zh')}不属于表中单位，未列入合计对比",
            f"The register has {wording.items(outside, 'en')} of offices that are not in the table; "
            "the total is compared without them",
        ),
    )


def _reason(
    readings: _Readings, dimension: str, key: str, printed: Pair, own: Pair, excluded: int, skipped: int
) -> dict[str, str]:
    if _agrees(printed, own):
        return _said("same")
    then = readings.of(dimension, key, "then")
    if then is not None and _agrees(printed, then[0]):
        return _said("then")
    made_then = readings.of(dimension, key, "printed")
    if made_then is not None and _agrees(printed, made_then[0]):
        return _said("printed")
    other = {"place": "office", "office": "place"}.get(dimension)
    elsewhere = readings.of(other, key) if other else None
    if elsewhere is not None and _agrees(printed, elsewhere[0]):
        return _said(f"by_{other}")
    whole = printed[1] if printed[1] is not None else printed[0]
    counted = own[1] if printed[1] is not None else own[0]
    difference = _minus(whole, counted)
    if difference:
        for name, count in (("excluded", excluded), ("not_counted", skipped), ("both", excluded + skipped)):
            if count and difference == count:
                return _said(name, count)
        registered = readings.of(dimension, key, "registered")
        if printed[1] is not None and registered is not None and whole == registered[0][0]:
            return _said("registered")
    return _said("unexplained")


def _agrees(printed: Pair, other: Pair, slack: Decimal = Decimal(0)) -> bool:
    pairs = [(mine, theirs) for mine, theirs in zip(printed, other, strict=True) if mine is not None]
    return bool(pairs) and all(theirs is not None and abs(mine - theirs) <= slack for mine, theirs in pairs)


def _said(reason: str, count: int = 0) -> dict[str, str]:
    words = REASONS[reason]
    return {
        "reason": reason,
        "zh": words.zh.format(n=wording.number(count, "zh")),
        "en": words.en.format(n=wording.number(count, "en")),
    }


def _sum(table: PrintedTable, row: PrintedRow, columns: tuple[PrintedColumn, ...]) -> int | None:
    numbers = [number.value for column in columns if (number := table.number(row, column)) is not None]
    return int(sum(numbers, Decimal(0))) if numbers and len(numbers) == len(columns) else None


def _slack(table: PrintedTable, row: PrintedRow, columns: Sequence[PrintedColumn]) -> Decimal:
    """How far apart rounding alone may put a line and the register; whole items are printed without rounding."""
    numbers = [number for column in columns if (number := table.number(row, column)) is not None]
    return max((each.slack for each in numbers if each.slack > 1), default=Decimal(0))


def _minus(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first - second


_AGREE = ("same",)
_OPEN = ("unexplained",)
_APART = ("unmatched", "repeated", "no_figure", "not_printed")


def _finding(frame: pl.DataFrame, comparison: Comparison) -> Text:
    label = measure(comparison.measure).label
    offices = frame.filter(pl.col("kind") == "office")
    agree = offices.filter(pl.col("reason").is_in(_AGREE)).height
    unexplained = offices.filter(pl.col("reason").is_in(_OPEN))
    apart = offices.filter(pl.col("reason").is_in(_APART)).height
    explained = offices.height - agree - unexplained.height - apart
    zh = [f"{label.zh}：{offices.height}个单位中{agree}个与登记一致"]
    en = [f"{label.en}: {agree} of {offices.height} offices agree with the register"]
    if explained:
        zh.append(f"{explained}个的差别有据可查")
        en.append(f"{explained} differ for a reason the register shows")
    if unexplained.height:
        names = unexplained["label"].to_list()
        zh.append(f"{unexplained.height}个未能说明（{wording.listing(names, 'zh')}）")
        en.append(f"{unexplained.height} unexplained ({wording.listing(names, 'en')})")
    if apart:
        zh.append(f"{apart}个无法对账")
        en.append(f"{apart} cannot be compared")
    return Text("，".join(zh), ", ".join(en))
