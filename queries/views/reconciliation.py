"""Do printed statistics agree with the register, and where they do not, what is the difference made of?

What a table, or the party and the government line together, say of a measure (`queries.workbooks.lines`) is held
against that measure over the period printed. A difference is taken apart into signed parts that sum to it exactly
(`queries.workbooks.differences`); what nothing shows stays unexplained, and is said so. One line without the other is
no whole: no difference is claimed then, unless it alone says more than the register holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.measures import measure
from queries.register import ImportRun, imports
from queries.settings import Settings
from queries.snapshot import Snapshot
from queries.snapshot.versions import Earlier, earlier
from queries.views import View
from queries.views.parts import in_both, label, made
from queries.vocabulary import LANGUAGES, Text
from queries.workbooks import LINES
from queries.workbooks.differences import NOTHING, Amount, Known, Parts, explained, minus, total_of
from queries.workbooks.lines import Line, Pair, Statement

NotCounted = Mapping[tuple[str, str], int]

REASONS: dict[str, Text] = {
    "later": Text("制表之后的登记和办理", "registered or handled after the table was made"),
    "corrected": Text("制表之后的更正", "corrected after the table was made"),
    "late": Text("制表之后补登", "entered late, after the table was made"),
    "by_office": Text("表按责任单位统计", "the table counts by responsible office"),
    "by_place": Text("表按问题属地统计", "the table counts by place"),
    "excluded": Text("因日期矛盾未计入", "left out for contradictory dates"),
    "not_counted": Text("登记中标明不纳入统计", "marked in the register as not to be counted"),
    "both": Text("日期矛盾与不纳入统计", "contradictory dates, and marked as not to be counted"),
    "registered": Text("统计期所依日期不同：分母为登记件数", "another cohort date: the whole is that of registrations"),
    "rounding": Text("舍入", "rounding"),
    "lacks": Text("另一线缺表", "the other line is not here"),
    "over": Text("单此一线已多于登记全部", "this line alone is more than the register holds"),
    "not_printed": Text("表中未印出", "not printed"),
    "unmatched": Text("未匹配单位", "no office of that name"),
    "outside": Text("不属于表中单位的信访件", "items of offices that are not in the table"),
    "twice": Text("登记中同时属于表中两个单位的信访件", "items that belong to two offices of the table"),
    "total": Text("合计行与各单位之和不符", "the printed total is not the sum of its rows"),
    "unexplained": Text("未能说明", "unexplained"),
}
"""Why print and register differ, in the order in which the parts of a difference are listed."""
MOST_TOLD = 3  # offices of whose unexplained difference a note tells, and to whose items a link leads
_OF_TOTAL = ("outside", "twice", "total")  # of no single office
_OTHER: dict[str, Text] = {
    "same": Text("一致", "the same"),
    "unmatched": REASONS["unmatched"],
    "no_figure": Text("登记中没有可比数字", "the register has no figure to compare"),
    "difference": Text("合计减登记", "Total minus register"),
}
"""What else a row may say."""

_LINES = {
    "row": pl.Int64(), "label": pl.String(), "kind": pl.String(), "party": pl.String(), "government": pl.String(),
    "printed_numerator": pl.Int64(), "printed_denominator": pl.Int64(), "numerator": pl.Int64(),
    "denominator": pl.Int64(), "difference_numerator": pl.Int64(), "difference_denominator": pl.Int64(),
    "reasons": pl.List(pl.String()), "zh": pl.String(), "en": pl.String(),
}  # fmt: skip
_PARTS = {
    "reason": pl.String(), "zh": pl.String(), "en": pl.String(), "lines": pl.Int64(), "numerator": pl.Int64(),
    "denominator": pl.Int64(),
}  # fmt: skip


@dataclass(frozen=True)
class Reconciled:
    """A statement beside the register.

    Attributes:
        lines: a row an office, and the total. row, label, kind ("office", "total"); party, government: the numbers of
            each line in words where two are added; printed_*, numerator, denominator (of the register; null where it
            has none), difference_* (printed minus register); reasons, and they in words with their signed numbers
            (zh, en). The finding counts the offices that agree, are explained, and are not.
        parts: what the difference of the total is made of: reason, in words, lines (offices, or null), numerator,
            denominator: signed, the last row ("difference") being their sum. No rows where nothing differs; None where
            there is nothing to compare with.
        unexplained: offices whose difference nothing explains, in the order of the table, with what selects their items
            of the register.
    """

    lines: View
    parts: View | None
    unexplained: tuple[tuple[str, Filters], ...] = ()


def against_register(
    settings: Settings, snapshot: Snapshot, filters: Filters, statement: Statement, not_counted: NotCounted
) -> Reconciled:
    """A statement beside the register, the one of its day included where later imports changed it."""
    run = _import_before(snapshot, statement)
    before = earlier(settings, snapshot, run.import_id) if run else None
    return reconciled(snapshot, filters, statement, not_counted, before)


def _import_before(snapshot: Snapshot, statement: Statement) -> ImportRun | None:
    """The import whose register the table was made from; None where that is the newest, or no day is printed."""
    day = statement.printed_on
    runs = imports(snapshot)
    if day is None or not runs or runs[0].as_of is None or runs[0].as_of <= day:
        return None
    return next((run for run in runs[1:] if run.as_of is not None and run.as_of <= day), None)


def reconciled(
    snapshot: Snapshot, filters: Filters, statement: Statement, not_counted: NotCounted, before: Earlier | None = None
) -> Reconciled:
    """Each office of a statement beside the register, and the difference of the total in its parts.

    Args:
        filters: only its rules, conventions and as-of day are used; the period is the table's.
        not_counted: as `queries.register.not_counted` gives them for the table's period.
        before: the register the table was made from; without it late entries and corrections are not
            told apart from what nothing explains.
    """
    chosen = Filters(
        start=statement.starts_on, end=statement.ends_on, as_of=filters.as_of or snapshot.as_of, rules=filters.rules,
        convention=filters.convention, evaluation_target=filters.evaluation_target,
    )  # fmt: skip
    register = _Register(snapshot, chosen, statement, before)
    found = [_compared(line, register, statement, not_counted) for line in statement.lines]
    if _reads_elsewhere(found):
        found = [
            _compared(each.line, register, statement, not_counted, is_read_elsewhere=True)
            if "unexplained" in dict(each.parts)
            else each
            for each in found
        ]
    whole = register.whole
    parts = () if whole is None else _all_parts(found, statement, whole)
    rows = [_row(each, statement) for each in found]
    if statement.total_label:
        rows.append(_total(found, statement, parts, whole))
    named = (statement.measure,)
    frame = pl.DataFrame(rows, schema=_LINES)
    opened = [each for each in found if "unexplained" in dict(each.parts)]
    told = (*statement.notes, *(_rest_said(each, statement) for each in opened[:MOST_TOLD]))
    lines = made(snapshot, chosen, frame, named, (), _finding(found, statement), told)
    if whole is None or statement.lacks:
        return Reconciled(lines, None)
    frame = pl.DataFrame(_summed(parts), schema=_PARTS)
    of_register = tuple(
        (each.line.label, chosen.only(register.dimension_of(each.line), str(each.line.office_id))) for each in opened
    )
    behind = made(snapshot, chosen, frame, named, (), _behind(parts, statement))
    return Reconciled(lines, behind, of_register)


@dataclass(frozen=True)
class _Compared:
    """One office: the line, what the register has (None: nothing comparable), and the parts of the difference."""

    line: Line
    own: Pair | None
    parts: Parts = ()


class _Register:
    """The register's numbers for a measure and period under each reading, counted once each."""

    def __init__(self, snapshot: Snapshot, filters: Filters, statement: Statement, before: Earlier | None):
        self._snapshot, self._filters, self._name = snapshot, filters, statement.measure
        self._before = before
        self._known: dict[tuple[str, str], dict[str, tuple[Pair, int]]] = {}
        self.is_dated = statement.printed_on is not None
        self._day = statement.printed_on or statement.ends_on
        known = [line.office_id for line in statement.lines if line.office_id is not None]
        places, offices = (set(snapshot.keys(dimension)) for dimension in ("place", "office"))
        # a table of townships counts by place, one that has departments too by office: else items would count twice
        self._is_by_office = not places.issuperset(known) and offices.issuperset(known)
        self._places = places

    @property
    def whole(self) -> Pair | None:
        """The city's numbers; None where the register cannot support the measure."""
        found = self._all("", "now").get("")
        return found[0] if found else None

    def dimension_of(self, line: Line) -> str:
        """Where a line is looked for first."""
        return "place" if line.office_id in self._places and not self._is_by_office else "office"

    def of(self, dimension: str, key: str, reading: str = "now") -> tuple[Pair, int]:
        """Numerator and denominator, and how many rows are left out."""
        nothing: Pair = (0, 0 if self.whole and self.whole[1] is not None else None)
        return self._all(dimension, reading).get(key, (nothing, 0))

    def has(self, dimension: str, key: str) -> bool:
        """Whether anything of the period is counted there."""
        return key in self._all(dimension, "now")

    def steps(self, dimension: str, key: str) -> Parts:
        """What changed since the table was made."""
        readings = ["now", "later", *(("corrected", "late") if self._before else ())]
        pairs = [_amount(self.of(dimension, key, reading)[0]) for reading in readings]
        changes = zip(pairs[1:], pairs, strict=False)
        return tuple(zip(readings[1:], (minus(new, old) for new, old in changes), strict=True))

    def _all(self, dimension: str, reading: str) -> dict[str, tuple[Pair, int]]:
        if (dimension, reading) not in self._known:
            snapshot, filters, name = self._snapshot, self._filters, self._name
            if reading in ("later", "corrected", "late") and self._day is not None:
                filters = replace(filters, as_of=min(self._day, filters.as_of or self._day))
            if reading in ("corrected", "late") and self._before is not None:
                snapshot = self._before.filled if reading == "corrected" else self._before.then
            if reading == "registered":
                name = "registered_count"
            frame = evaluate(snapshot, name, (dimension,) if dimension else (), filters)
            self._known[dimension, reading] = {
                row[dimension] if dimension else "": _numbers(row)
                for row in frame.iter_rows(named=True)
                if row["value"] is not None or row["denominator"] == 0
            }
        return self._known[dimension, reading]


def _numbers(row: Mapping[str, Any]) -> tuple[Pair, int]:
    is_count = row["denominator"] is None
    number = round(row["value"]) if is_count and row["value"] is not None else row["numerator"]
    return (number, row["denominator"]), row["excluded"] or 0


def _reads_elsewhere(found: Sequence[_Compared]) -> bool:
    """Whether another reading alone explains most of the lines that differ."""
    reasons = [tuple(dict(each.parts)) for each in found if each.parts]
    return 2 * sum(each in (("by_place",), ("by_office",)) for each in reasons) > max(len(reasons), 3)


def _compared(
    line: Line, register: _Register, statement: Statement, not_counted: NotCounted, *, is_read_elsewhere: bool = False
) -> _Compared:
    if register.whole is None or line.office_id is None:
        return _Compared(line, None)
    dimension, key = register.dimension_of(line), line.office_id
    own, excluded = register.of(dimension, key)
    difference = minus(_amount(line.printed), _amount(own))
    if line.printed[0] is None or (statement.is_share and line.printed[1] is None):
        return _Compared(line, own, (("not_printed", difference),) if difference != NOTHING else ())
    if statement.lacks:
        reason = "over" if max(difference) > line.slack else "lacks"
        return _Compared(line, own, ((reason, difference),) if difference != NOTHING else ())
    other = "office" if dimension == "place" else "place"
    elsewhere: Parts = ()
    if register.has(other, key):
        elsewhere = ((f"by_{other}", minus(_amount(register.of(other, key)[0]), _amount(own))),)
    skipped = not_counted.get((dimension, key), 0)
    wholes: tuple[tuple[str, int], ...] = ()
    if statement.is_share:
        registered = register.of(dimension, key, "registered")[0][0] or 0
        wholes = (("registered", registered - (own[1] or 0)),)
    known = Known(
        register.steps(dimension, key), register.is_dated, elsewhere, is_read_elsewhere,
        (("excluded", excluded), ("not_counted", skipped), ("both", excluded + skipped if excluded and skipped else 0)),
        wholes, statement.is_share, line.slack,
    )  # fmt: skip
    return _Compared(line, own, explained(difference, known))


def _all_parts(found: Sequence[_Compared], statement: Statement, whole: Pair) -> Parts:
    """The parts of the difference between the printed total and the register: of each office, and of the total."""
    parts = [part for each in found for part in each.parts]
    parts += [("unmatched", _amount(each.line.printed)) for each in found if each.own is None]
    printed = _sum(each.line.printed for each in found)
    numerator, denominator = (
        0 if total is None else total - own for total, own in zip(statement.total, printed, strict=True)
    )
    outside = minus(_sum(each.own for each in found if each.own is not None), _amount(whole))
    parts += [("total", (numerator, denominator)), ("outside" if max(outside) <= 0 else "twice", outside)]
    return tuple(part for part in parts if part[1] != NOTHING)


def _rest_said(each: _Compared, statement: Statement) -> Text:
    """What nothing explains of an office, and where to look."""
    numerator, denominator = dict(each.parts)["unexplained"]
    sides = [("分母", "the whole", denominator), ("分子", "the part", numerator)] if statement.is_share else [
        ("", "", numerator)
    ]  # fmt: skip
    zh = "、".join(f"{of}{'多' if number > 0 else '少'}{abs(number)}件" for of, _, number in sides if number)
    en = " and ".join(
        f"{abs(number)} {'more' if number > 0 else 'fewer'}{f' in {of}' if of else ''}"
        for _, of, number in sides
        if number
    )
    undated = Text("", "")
    if statement.printed_on is None:
        undated = Text(
            "；表上没有制表日期，制表之后的补登和更正无法区分",
            "; it names no day on which it was made, so later entries and corrections cannot be told apart",
        )
    return Text(
        f"{each.line.label}：表比登记{zh}，登记中查不出原因{undated.zh}。请以登记清单逐件核对报表底稿。",
        f"{each.line.label}: the table has {en} than the register, which shows no reason{undated.en}. Compare the "
        "register's list with the list the table was made from, item by item.",
    )


def _row(each: _Compared, statement: Statement) -> dict[str, Any]:
    line = each.line
    row = _printed(line.row, line.label, "office", line.printed, line.parts)
    if each.own is not None:
        return row | _beside(each.own, each.parts, statement)
    reason = "unmatched" if line.office_id is None else "no_figure"
    return row | {"reasons": [reason], **_both(_OTHER[reason])}


def _total(found: Sequence[_Compared], statement: Statement, parts: Parts, whole: Pair | None) -> dict[str, Any]:
    """The printed total beside the whole register."""
    sides = [_sum(each.line.parts[at] for each in found) for at in range(len(statement.tables)) if found[0].line.parts]
    of_lines = tuple((side[0], side[1] if statement.is_share else None) for side in sides)
    row = _printed(0, statement.total_label, "total", statement.total, of_lines)
    if whole is None:
        return row | {"reasons": ["no_figure"], **_both(_OTHER["no_figure"])}
    return row | _beside(whole, parts, statement)


def _printed(row: int, label: str, kind: str, pair: Pair, of_lines: Sequence[Pair]) -> dict[str, Any]:
    named = dict(zip(("party", "government"), map(_fraction, of_lines), strict=False))
    numbers = {"printed_numerator": pair[0], "printed_denominator": pair[1]}
    return {"row": row, "label": label, "kind": kind} | numbers | named


def _beside(own: Pair, parts: Parts, statement: Statement) -> dict[str, Any]:
    """The register's columns of a row, the difference and what it is made of."""
    merged = _merged(parts)
    difference: Pair = total_of(parts)
    if statement.lacks and "over" not in merged:
        difference = None, None
    return {
        "numerator": own[0], "denominator": own[1], "difference_numerator": difference[0],
        "difference_denominator": difference[1] if statement.is_share else None,
        "reasons": list(merged) or ["same"],
        **{language: _in_words(merged, statement.is_share, language) for language in LANGUAGES},
    }  # fmt: skip


def _merged(parts: Parts) -> dict[str, Amount]:
    """By reason, in their order, the sum of its parts."""
    reasons = [reason for reason in REASONS if reason in dict(parts)]
    return {reason: total_of([part for part in parts if part[0] == reason]) for reason in reasons}


def _in_words(merged: Mapping[str, Amount], is_share: bool, language: str) -> str:
    """What a difference is made of; the numbers stand with it where there is more than one part."""
    if not merged:
        return _OTHER["same"](language)
    if len(merged) == 1:
        return REASONS[next(iter(merged))](language)
    said = (f"{REASONS[reason](language)} {_signed(amount, is_share)}" for reason, amount in merged.items())
    return ("；" if language == "zh" else "; ").join(said)


def _summed(parts: Parts) -> list[dict[str, Any]]:
    """A row a reason, the last one their sum."""
    rows = [
        {"reason": reason, **_both(REASONS[reason]),
         "lines": None if reason in _OF_TOTAL else sum(part[0] == reason for part in parts),
         "numerator": amount[0], "denominator": amount[1]}
        for reason, amount in _merged(parts).items()
    ]  # fmt: skip
    whole = total_of(parts)
    return [*rows, {"reason": "difference", **_both(_OTHER["difference"]), "numerator": whole[0],
                    "denominator": whole[1]}] if rows else []  # fmt: skip


def _behind(parts: Parts, statement: Statement) -> Text:
    """The difference of the total and its parts in one sentence: of a share its whole, where that differs."""
    at = int(statement.is_share and any(amount[1] for _, amount in parts))
    of = Text("（分子）" * (1 - at), " (part)" * (1 - at)) if statement.is_share else Text("", "")
    merged = {reason: amount[at] for reason, amount in _merged(parts).items() if amount[at]}
    if not merged:
        return in_both("{label}：合计与登记一致", "{label}: the total agrees with the register", label=_name(statement))
    listed = [
        sep.join(f"{REASONS[reason](language)} {wording.signed(number)}" for reason, number in merged.items())
        for language, sep in (("zh", "，"), ("en", ", "))
    ]
    return in_both(
        "{label}：合计减登记{of}为{number}，由此构成：{listed}",
        "{label}: print minus register{of} is {number}, made of: {listed}",
        label=_name(statement),
        of=(of.zh, of.en),
        number=(wording.signed(sum(merged.values())),) * 2,
        listed=(listed[0], listed[1]),
    )


def _finding(found: Sequence[_Compared], statement: Statement) -> Text:
    names = [reason for each in found for reason, _ in each.parts]
    if statement.lacks:
        return _half(names.count("over"), statement)
    apart = sum(each.own is None for each in found) + names.count("not_printed")
    agree = sum(each.own is not None and not each.parts for each in found)
    opened = [each.line.label for each in found if "unexplained" in dict(each.parts)]
    explained_ones = len(found) - agree - len(opened) - apart
    name = _name(statement)
    zh = [f"{name[0]}：{len(found)}个单位中{agree}个与登记一致"]
    en = [f"{name[1]}: {agree} of {len(found)} offices agree with the register"]
    if explained_ones:
        zh.append(f"{explained_ones}个的差别有据可查")
        en.append(f"{explained_ones} differ for reasons the register shows")
    if opened:
        zh.append(f"{len(opened)}个未能说明（{wording.listing(opened, 'zh')}）")
        en.append(f"{len(opened)} unexplained ({wording.listing(opened, 'en')})")
    if apart:
        zh.append(f"{apart}个无法对账")
        en.append(f"{apart} cannot be compared")
    return Text("，".join(zh), ", ".join(en))


def _half(over: int, statement: Statement) -> Text:
    """One line without the other: no difference, unless the one is more than the whole register."""
    lacks, name = LINES[statement.lacks], _name(statement)
    zh = f"{name[0]}：缺{lacks.zh}报表，登记含两线，不能判断是否一致"
    en = f"{name[1]}: the {lacks.en.lower()} is not here and the register holds both, so agreement cannot be judged"
    if over:
        zh += f"；{over}个单位单此一线已多于登记"
        en += f"; {over} office{'s have' if over > 1 else ' has'} more in this line alone than in the register"
    return Text(zh, en)


def _name(statement: Statement) -> tuple[str, str]:
    """The measure, and the lines it is of."""
    zh, en = label(measure(statement.measure))
    lines = [LINES[table.line] for table in statement.tables if table.line]
    if not lines:
        return zh, en
    return f"{zh}（{'＋'.join(each.zh for each in lines)}）", f"{en} ({' + '.join(each.en.lower() for each in lines)})"


def _both(words: Text) -> dict[str, str]:
    return {"zh": words.zh, "en": words.en}


def _sum(pairs: Iterable[Pair]) -> Amount:
    return total_of([("", _amount(pair)) for pair in pairs])


def _amount(pair: Pair) -> Amount:
    return pair[0] or 0, pair[1] or 0


def _fraction(pair: Pair) -> str:
    return "/".join(wording.MISSING if number is None else f"{number:,}" for number in pair[: 2 - (pair[1] is None)])


def _signed(amount: Amount, is_share: bool) -> str:
    return "/".join(wording.signed(number) for number in amount[: 1 + is_share])
