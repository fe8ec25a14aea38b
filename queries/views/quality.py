"""How good is the data? What imports brought, what checks found, what is left out of figures, what cannot be computed.

Everything is generated from the import runs, the named checks (`queries.checks`) and the definitions of the measures;
no list here has to be kept in step with them. Filters do not apply: the page is about the whole register.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from queries import wording
from queries.checks import CHECKS, UNUSABLE
from queries.counting.evaluate import evaluate
from queries.counting.reasons import HEADINGS, reason_text, why_not
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.measures import Basis, Measure, Ratio, measure, measures
from queries.register import ImportRun, imports
from queries.snapshot import Snapshot
from queries.views.parts import both, in_both
from queries.vocabulary import LANGUAGES, Text

SEVERITIES = {"reject": 0, "quarantine": 1, "warn": 2}  # the severest first
NAMED = 3  # columns a sentence names
MOST_UNLISTED = 200  # names shown; the register itself has them all

_LABELS = HEADINGS | {
    "petitioned_on": Text("信访日期", "petition date"),
    "replied_at": Text("答复时间", "reply time"),
    "extended_days": Text("延期天数", "days of extension"),
    "confirmed_closed": Text("审核认定办结标志", "confirmed as closed"),
    "closed_stated": Text("状态为已办结", "status says closed"),
    "on_time_stated": Text("状态为按期", "status says on time"),
    "window_ends_at": Text("评价截止时间", "end of the evaluation window"),
    "evaluated_at": Text("评价时间", "evaluation time"),
    "assigned_on": Text("交办日期", "date assigned"),
    "reviewed_on": Text("审核日期", "date reviewed"),
    "first": Text("初次、重复标志", "first and repeat flags"),
    "review": Text("复查、复核时间", "review dates"),
    "case_id": Text("信访件编号", "case number"),
    "affected_count": Text("涉及人数", "people affected"),
    "counted": Text("是否纳入统计", "counted"),
    "review_requested_at": Text("复查申请时间", "review requested"),
    "review_done_at": Text("复查答复时间", "review done"),
    "recheck_requested_at": Text("复核申请时间", "re-review requested"),
    "recheck_done_at": Text("复核答复时间", "re-review done"),
    "supervised_at": Text("督办时间", "supervised"),
}
_NOT_GIVEN = Text("未填写", "not given")

COLUMNS = {
    "cases": (
        "registered_at", "registered_time", "petitioned_on", "register_level", "register_body", "channel",
        "petitioner_count", "is_group", "place_code", "topic_l1", "topic_l2", "topic_l3", "purpose", "procedure",
        "is_legal_matter", "is_first_national", "is_first_local", "is_repeat", "matter_id", "is_backlog",
        "handling_mode", "forwarded_at", "received_by_office_at", "responsible_office_id", "accepted_at", "due_at",
        "extended_days", "replied_at", "closed_at", "outcome", "confirmed_closed",
        "query_code_status", "closed_stated", "on_time_stated",
    ),
    "evaluations": ("score", "window_ends_at", "evaluated_at"),
    "backlog": ("assigned_on", "reported_on", "reviewed_on", "review_result", "reflow_on"),
}  # fmt: skip
"""Register columns in the order of DOMAIN.md §6, by the snapshot table whose rows should hold them."""
TABLES = {
    "cases": Text("信访件", "Petitions"),
    "evaluations": Text("满意度评价", "Evaluations"),
    "backlog": Text("积案批次", "Backlog batches"),
}
_STANDING_IN = ("closed_stated", "on_time_stated")  # only met in foreign registers: silent where they are not used

_VALUES = {
    "empty": Text("空", "empty"),
    "negative number": Text("负数", "a negative number"),
    "whole number": Text("整数", "a whole number"),
    "number with fraction": Text("小数", "a number with a fraction"),
    "number": Text("编号", "a number"),
    "date": Text("日期", "a date"),
    "text with digits": Text("含数字的文字", "text with digits"),
    "words": Text("文字", "words"),
    "text": Text("文字", "text"),
    "name": Text("名称", "a name"),
    "whole row": Text("整行", "the whole row"),
    "out of range": Text("超出范围的日期", "a date out of range"),
    "unreadable": Text("无法识别的日期", "an unreadable date"),
    "contradiction": Text("互相矛盾", "a contradiction"),
    "as stated": Text("如所填", "as stated"),
    "not in the files": Text("文件中没有", "not in the files"),
}
_CLUMPS = {
    re.compile(r"(\d+) closures in a minute"): Text("一分钟内办结{}件", "{} closed within a minute"),
    re.compile(r"(\d+) closures on days 59-60"): Text("第59–60天办结{}件", "{} closed on days 59–60"),
}


@dataclass(frozen=True)
class Standing:
    """The state of the data in a few numbers.

    Attributes:
        finding: the same in one sentence.
        contradicted: items of which some entry is left out of figures; contradicted_share of all items.
        newest: the newest import, None before the first; rejected_share of the rows it read.
        computable: measures that can be computed, of so many.
    """

    finding: Text
    items: int
    not_counted: int
    contradicted: int
    contradicted_share: float | None
    newest: ImportRun | None
    rejected_share: float | None
    computable: int
    measures: int


def standing(snapshot: Snapshot, filters: Filters) -> Standing:
    """What a reader must know of the data before believing a figure."""
    items = snapshot.rows["cases"]
    runs = imports(snapshot)
    newest = runs[0] if runs else None
    contradicted = _contradicted(snapshot)
    missing = len(not_computable(snapshot, filters))
    total = len(measures())
    parts = [_on_items(items, contradicted), *_on_rejected(newest), *_on_measures(items, missing, total)]
    return Standing(
        finding=Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts)),
        items=items,
        not_counted=int(snapshot.manifest.get("not_counted", 0)),
        contradicted=contradicted,
        contradicted_share=contradicted / items if items else None,
        newest=newest,
        rejected_share=newest.rejected / newest.read if newest and newest.read else None,
        computable=total - missing,
        measures=total,
    )


def _contradicted(snapshot: Snapshot) -> int:
    if not snapshot.unusable_values:
        return 0
    return sum(int((part.frame["unusable"] != 0).sum()) for part in snapshot.partitions("cases"))


def _on_items(items: int, contradicted: int) -> Text:
    if not items:
        return Text("还没有导入信访登记数据", "No register has been imported yet")
    known = both(wording.items, items)
    if not contradicted:
        return in_both("{items}中没有发现矛盾", "No contradictions in {items}", items=known)
    return in_both(
        "{items}中有{some}内容矛盾，只退出相关指标",
        "{some} of {items} contradict themselves",
        items=known,
        some=(wording.items(contradicted, "zh"), wording.number(contradicted, "en")),
    )


def _on_rejected(newest: ImportRun | None) -> list[Text]:
    if newest is None or not newest.rejected:
        return []
    count = both(wording.rows, newest.rejected)
    return [in_both("最近一次导入有{rows}未导入", "the newest import rejected {rows}", rows=count)]


def _on_measures(items: int, missing: int, total: int) -> list[Text]:
    if not items:
        return []
    if not missing:
        return [Text(f"{total}项指标都可以计算", f"all {total} measures can be computed")]
    return [Text(f"{total}项指标中{missing}项无法计算", f"{missing} of {total} measures cannot be computed")]


def runs(snapshot: Snapshot, filters: Filters) -> tuple[ImportRun, ...]:
    """The newest imports, newest first."""
    return imports(snapshot)


def not_computable(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    """One sentence for each measure this register cannot support."""
    plain = Filters(rules=filters.rules)
    found = ((each, why_not(each, snapshot, plain)) for each in measures().values())
    return tuple(reason_text(each, snapshot, reason, plain) for each, reason in found if reason)


def left_out(snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    """The measures some rows are left out of, over the whole register.

    Returns:
        Columns measure, zh, en, excluded, counted (rows that did count), share (excluded of both), because_zh,
        because_en; the most affected first.
    """
    chosen = Filters(rules=filters.rules, as_of=snapshot.as_of)
    names = [
        each.name
        for each in measures().values()
        if (_spoilt_behind(each, snapshot, chosen) or _may_be_unstated(each)) and not why_not(each, snapshot, chosen)
    ]
    if not names:
        return _left_out_rows([])
    frame = evaluate(snapshot, names, (), chosen).filter(pl.col("excluded") > 0)
    counts = frame.select("measure", "numerator", "denominator", "excluded").iter_rows()
    return _left_out_rows(
        [
            _left_out_row(measure(name), excluded, above if below is None else below, snapshot, chosen)
            for name, above, below, excluded in counts
        ]
    )


def _left_out_row(
    each: Measure, excluded: int, counted: int, snapshot: Snapshot, filters: Filters
) -> dict[str, object]:
    spoilt = _spoilt_behind(each, snapshot, filters)
    causes = [_LABELS[column] for column in spoilt]
    # more rows than contradictions can explain: some are left out because the register does not say
    if _may_be_unstated(each) and excluded > sum(snapshot.unusable[column] for column in spoilt):
        causes.append(_NOT_GIVEN)
    return {
        "measure": each.name,
        "zh": each.label.zh,
        "en": each.label.en,
        "excluded": excluded,
        "counted": counted,
        "share": excluded / (excluded + counted),
        "because_zh": "、".join(dict.fromkeys(cause.zh for cause in causes)),
        "because_en": ", ".join(dict.fromkeys(cause.en for cause in causes)),
    }


def _left_out_rows(rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = {"measure": pl.String(), "zh": pl.String(), "en": pl.String(), "excluded": pl.Int64(),
              "counted": pl.Int64(), "share": pl.Float64(), "because_zh": pl.String(),
              "because_en": pl.String()}  # fmt: skip
    return pl.DataFrame(rows, schema=schema).sort("share", "excluded", descending=True, maintain_order=True)


def _spoilt_behind(each: Measure, snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    behind = _columns_behind(each, filters)
    return tuple(column for column in _spoilt(snapshot) if column in behind)


def _may_be_unstated(each: Measure) -> bool:
    return isinstance(each, Ratio) and each.unknown is not None


def _spoilt(snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(column for column, rows in snapshot.unusable.items() if rows)


def _columns_behind(each: Measure, filters: Filters) -> set[str]:
    """Columns of UNUSABLE that matter to a measure: those whose bit alone makes one of its needs spoilt."""
    found = set()
    for column, bit in UNUSABLE.items():
        basis = Basis(as_of=0, rules=filters.rule_set, unusable=(bit,))
        if any(need.spoiled(basis) is not None for need in each.uses):
            found.add(column)
    return found


def harmless(snapshot: Snapshot, filters: Filters) -> Text | None:
    """The sentence on contradictions that no measure depends on; None when there are none."""
    used = set().union(*(_columns_behind(each, filters) for each in measures().values()))
    spare = [column for column in _spoilt(snapshot) if column not in used]
    if not spare:
        return None
    listed = {
        language: wording.listing(
            [f"{_LABELS[column](language)} ({wording.items(snapshot.unusable[column], language)})" for column in spare],
            language,
            9,
        )
        for language in LANGUAGES
    }
    return in_both(
        "另有不影响任何指标的矛盾：{columns}。",
        "Contradictions no figure depends on: {columns}.",
        columns=(listed["zh"].replace(" (", "（").replace(")", "）"), listed["en"]),
    )


def coverage(snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    """How far each column of the register is filled.

    Returns:
        Columns table, column, zh, en, filled, rows, share, heading (as the newest import that had
        the column called it, "" where it is not known); the emptiest first, tables without rows are left out.
    """
    headings = _headings(imports(snapshot))
    rows = [
        {
            "table": table,
            "column": column,
            **_column_label(table, column),
            "filled": _filled(snapshot, table, column),
            "rows": snapshot.rows[table],
            "heading": headings.get(column, ""),
        }
        for table, columns in COLUMNS.items()
        if snapshot.rows[table]
        for column in columns
    ]
    silent = pl.col("column").is_in(_STANDING_IN) & (pl.col("filled") == 0)
    schema = dict.fromkeys(("table", "column", "zh", "en"), pl.String())
    frame = pl.DataFrame(rows, schema=schema | {"filled": pl.Int64(), "rows": pl.Int64(), "heading": pl.String()})
    share = (pl.col("filled") / pl.col("rows")).alias("share")
    return frame.filter(~silent).with_columns(share).sort("share", maintain_order=True)


def coverage_finding(snapshot: Snapshot, filters: Filters) -> Text:
    """Which columns of the items are empty throughout, in one sentence."""
    frame = coverage(snapshot, filters).filter(pl.col("table") == "cases", pl.col("filled") == 0)
    if frame.is_empty():
        return Text("登记表的每一列都有内容", "Every column of the register holds something")
    names = {language: wording.listing(frame[language].to_list()[:NAMED], language) for language in LANGUAGES}
    if frame.height <= NAMED:
        return Text(f"全部为空的列：{names['zh']}", f"Empty throughout: {names['en']}")
    return Text(
        f"{frame.height}列全部为空，如{names['zh']}",
        f"{frame.height} columns are empty throughout, such as {names['en']}",
    )


def _column_label(table: str, column: str) -> dict[str, str]:
    said = label(column)
    if table == "cases":
        return {"zh": said.zh, "en": _sentence_case(said.en)}
    return {"zh": f"{TABLES[table].zh}：{said.zh}", "en": f"{TABLES[table].en}: {said.en}"}


def _sentence_case(words: str) -> str:
    return words[:1].upper() + words[1:]


def _filled(snapshot: Snapshot, table: str, column: str) -> int:
    # the coverage of a dimension adds up every table that carries it; its own table of values knows the items alone
    dimension = next((each for each in DIMENSIONS.values() if each.column == column), None)
    if table == "cases" and dimension is not None:
        return int(snapshot.dimension(dimension.name)["rows"][1:].sum())
    return snapshot.coverage.get(column, 0)


def _headings(newest_first: Iterable[ImportRun]) -> dict[str, str]:
    found: dict[str, str] = {}
    for run in newest_first:
        given = dict(run.columns.get("used", {})) | {
            name: f"= {value}" for name, value in run.columns.get("constants", {}).items()
        }
        for name, heading in given.items():
            found.setdefault(name, str(heading))
            found.setdefault(name.rsplit(".", 1)[-1], str(heading))
    return found


def label(column: str) -> Text:
    """What a register column is called; "office.score" and the like by their own word."""
    named = column.rsplit(".", 1)[-1]
    by_dimension = {each.column: each.label for each in DIMENSIONS.values()}
    return _LABELS.get(named) or by_dimension.get(named) or Text(column, column)


def unlisted(snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    """Places and offices that items name and no office list holds, the most frequent first.

    Returns:
        Columns zh, en (what it stands for: place or responsible office), name, items; no rows where there is no office
        list to hold them against (see `has_office_list`).
    """
    parts = [pl.DataFrame(schema={"zh": pl.String, "en": pl.String, "name": pl.String, "items": pl.Int64})]
    if has_office_list(snapshot, filters):
        for name in ("place", "office"):
            words = DIMENSIONS[name].label
            frame = snapshot.dimension(name).filter(pl.col("key") != "", pl.col("rows") > 0, ~pl.col("is_listed"))
            parts.append(
                frame.select(
                    pl.lit(words.zh).alias("zh"),
                    pl.lit(words.en).alias("en"),
                    pl.col("zh").alias("name"),
                    pl.col("rows").cast(pl.Int64).alias("items"),
                )
            )
    return pl.concat(parts).sort("items", descending=True, maintain_order=True).head(MOST_UNLISTED)


def has_office_list(snapshot: Snapshot, filters: Filters) -> bool:
    """Whether an office list was imported."""
    return any(bool(snapshot.dimension(name)["is_listed"].any()) for name in ("place", "office"))


def unlisted_finding(snapshot: Snapshot, filters: Filters) -> Text:
    """Whether every name is on the office list, in one sentence."""
    if not has_office_list(snapshot, filters):
        return Text(
            "没有导入单位名单，无法核对问题属地和责任单位",
            "No office list was imported, so places and offices cannot be matched",
        )
    frame = unlisted(snapshot, filters)
    if frame.is_empty():
        return Text("问题属地和责任单位都在单位名单中", "Every place and office is on the office list")
    return in_both(
        "{count}个名称不在单位名单中，单独成行，共{items}",
        "{count} names are not on the office list and stand on their own: {items}",
        count=both(wording.number, frame.height),
        items=both(wording.items, int(frame["items"].sum())),
    )


def found_by_checks(checks: Mapping[str, int]) -> pl.DataFrame:
    """The findings of one import by check.

    Args:
        checks: count by name of check, as in `ImportRun.checks`.

    Returns:
        Columns check, severity, zh, en, findings; the severest first, within it the most frequent.
    """
    known = [(CHECKS[name], count) for name, count in checks.items() if name in CHECKS]
    rows = [
        {
            "check": check.name,
            "severity": check.severity,
            "zh": check.label.zh,
            "en": _sentence_case(check.label.en),
            "findings": count,
        }
        for check, count in sorted(known, key=lambda pair: (SEVERITIES[pair[0].severity], -pair[1]))
    ]
    schema = dict.fromkeys(("check", "severity", "zh", "en"), pl.String()) | {"findings": pl.Int64()}
    return pl.DataFrame(rows, schema=schema)


def checks_finding(checks: Mapping[str, int], read: int, rejected: int) -> Text:
    """What the checks of one import found, in one sentence.

    Args:
        checks: findings by check; a row can have several.
        read, rejected: rows.
    """
    frame = found_by_checks(checks)
    if frame.is_empty():
        return in_both("{rows}全部通过检查", "All {rows} passed every check", rows=both(wording.rows, read))
    parts = [in_both("{rows}未导入", "{rows} not imported", rows=both(wording.rows, rejected))] if rejected else []
    for severity, zh, en in (("quarantine", "{n}处矛盾", "{n} in contradiction"),
                             ("warn", "{n}处需核实", "{n} to be verified")):  # fmt: skip
        count = int(frame.filter(pl.col("severity") == severity)["findings"].sum())
        if count:
            parts.append(in_both(zh, en, n=both(wording.number, count)))
    if not parts:
        return Text("有评价未导入，信访件都已保留", "Some evaluations were not imported; every item was")
    return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def value_class(said: str | None, language: str) -> str:
    """What kind of value a check met, in the reader's language; never the value itself."""
    if not said:
        return ""
    for pattern, words in _CLUMPS.items():
        if match := pattern.fullmatch(said):
            return words(language).format(match.group(1))
    return _VALUES[said](language) if said in _VALUES else said


def changed_values(changes: Mapping[str, int]) -> pl.DataFrame:
    """Values an import changed in known items, by column: columns zh, en, values."""
    # which entries are left out of figures follows from the others; the checks say it better
    told = {name: count for name, count in changes.items() if name != "unusable"}
    rows = [{"zh": label(name).zh, "en": label(name).en, "values": count} for name, count in told.items()]
    return pl.DataFrame(rows, schema={"zh": pl.String, "en": pl.String, "values": pl.Int64})
