"""Why a figure cannot be computed, in one sentence for the reader."""

from collections.abc import Sequence

from queries.days import day_number
from queries.dimensions import DIMENSIONS, Table
from queries.filters import Filters
from queries.measures import Duration, Measure, Need
from queries.measures.needs import CLOSED
from queries.rules import RuleSet
from queries.snapshot import Snapshot
from queries.vocabulary import Text

UNDATED_MOST = 0.01
"""Of all items; with more closed on an unknown day, leaving them out would bend a share seen from an earlier day."""
HEADINGS = {
    "registered_at": Text("登记时间", "registration time"),
    "registered_time": Text("登记时间（时、分）", "time of day of the registration"),
    "forwarded_at": Text("转送（交办）时间", "forwarding time"),
    "received_by_office_at": Text("到达责任单位时间", "receipt by the office"),
    "petitioned_on": Text("信访日期", "petition date"),
    "replied_at": Text("答复时间", "reply time"),
    "evaluated_at": Text("评价时间", "evaluation time"),
    "accepted_at": Text("受理（告知）时间", "acceptance time"),
    "due_at": Text("办理期限", "due date"),
    "closed_at": Text("办结时间", "closing time"),
    "petitioner_count": Text("信访人数", "number of petitioners"),
    "register_level": Text("登记机构级别", "level of registration"),
    "outcome": Text("办理意见", "outcome"),
    "matter_id": Text("关联件编号", "matter number"),
    "is_first_national": Text("全国初次", "first nationally"),
    "evaluation": Text("满意度评价", "evaluation"),
    "score": Text("评价结果", "evaluation score"),
    "backlog": Text("积案批次", "backlog batch"),
    "reported_on": Text("上报日期", "date reported"),
    "review_result": Text("审核结果", "review result"),
    "reflow_on": Text("回流日期", "date of backflow"),
}
"""Headings by which a reader knows the columns a measure rests on."""


def covered(snapshot: Snapshot, column: str, rules: RuleSet) -> bool:
    """Whether the register holds anything in a column; "timed_procedure" asks for items on a timed procedure.

    A column of closings that is there and empty is covered while every item can still be open by right.
    """
    if column == "timed_procedure":
        procedures = snapshot.dimension("procedure")
        rows = dict(zip(procedures["key"], procedures["rows"], strict=True))
        return any(rows.get(key) for key in rules.timed_procedures)
    return snapshot.coverage.get(column, 0) > 0 or (column == "closed_at" and _may_be_all_open(snapshot, rules))


def _may_be_all_open(snapshot: Snapshot, rules: RuleSet) -> bool:
    """Whether an empty column of closings can mean that nothing is closed yet.

    Once the first item is past the longest time the rules allow, an empty column says that closings are not entered,
    and 0 % closed would accuse every office of what nobody wrote down.
    """
    if not snapshot.was_read("closed_at") or snapshot.coverage.get("closed_stated"):
        return False
    longest = rules.register_days + rules.office_acceptance_days + rules.handling_days + rules.max_extension_days
    return snapshot.first_day is None or (snapshot.as_of - snapshot.first_day).days <= longest


def missing_columns(need: Need, snapshot: Snapshot, rules: RuleSet) -> tuple[str, ...]:
    """Empty columns of the first way to meet a need; none when any way is open."""
    gaps = [tuple(column for column in way if not covered(snapshot, column, rules)) for way in need.ways]
    return () if () in gaps else gaps[0]


def filters_apply(table: Table, filters: Filters) -> bool:
    """Whether the rows of a table carry every dimension that is filtered; batches of old items have no topic."""
    return all(table in DIMENSIONS[name].tables for name, _ in filters.where)


def why_not(measure: Measure, snapshot: Snapshot, filters: Filters) -> str | None:
    """The reason why a measure cannot be computed at all; None when it can."""
    if measure.name in snapshot.unsupported:
        return "unsupported"
    as_of = day_number(filters.as_of or snapshot.as_of)
    if CLOSED in measure.uses and snapshot.undated_share(as_of) > UNDATED_MOST:
        return "undated"
    if any(missing_columns(need, snapshot, filters.rule_set) for need in measure.uses):
        return "column_empty"
    if not filters_apply(measure.table, filters):
        return "filter_not_applicable"
    return None


def reason_text(measure: Measure, snapshot: Snapshot, reason: str, filters: Filters | None = None) -> Text:
    """The sentence for a reason code of `evaluate`.

    Args:
        filters: the selection, where the rule set or the filters bear on the reason.
    """
    selected = filters or Filters()
    zh, en = measure.label.zh, measure.label.en
    if reason == "unsupported":
        why = snapshot.unsupported[measure.name]
        return Text(f"{zh}无法计算：{why.zh}", f"{en} cannot be computed: {why.en}")
    if reason == "undated":
        return Text(
            f"{zh}不能回看：登记数据中有些件只写明已办结、没有办结时间，当时是否已办结无从得知。",
            f"{en} cannot be seen from so early a day: some items are said to be closed without a closing time.",
        )
    if reason == "column_empty":
        empty = [column for need in measure.uses for column in missing_columns(need, snapshot, selected.rule_set)]
        why = _nothing_in(measure, snapshot, [column for column in dict.fromkeys(empty) if column in HEADINGS])
        return Text(f"{zh}无法计算：{why.zh}", f"{en} cannot be computed: {why.en}")
    if reason == "filter_not_applicable":
        names = [DIMENSIONS[name].label for name, _ in selected.where if measure.table not in DIMENSIONS[name].tables]
        return Text(
            f"{zh}不能按{'、'.join(name.zh for name in names)}筛选，请取消这一条件。",
            f"{en} cannot be filtered by {' or '.join(name.en.lower() for name in names)}; remove that filter.",
        )
    if reason == "all_excluded":
        return Text(
            f"{zh}无法计算：符合条件的件都因日期矛盾、缺失或登记不支持未计入，见“数据质量”。",
            f"{en} cannot be computed: every item that fits is left out, for dates that contradict one another or are "
            "missing; see “Data quality”.",
        )
    if reason == "not_stated":
        return Text(f"{zh}无法计算：结果尚未填报。", f"{en} cannot be computed: the result has not been stated.")
    if reason == "not_reached" and isinstance(measure, Duration):
        share = round(measure.quantile * 100)
        return Text(
            f"{zh}还不能得出：截至统计日，已到达的不足{share}%。",
            f"{en} cannot be told yet: fewer than {share} % had got there by the as-of day.",
        )
    by = measure.cohort.label
    return Text(
        f"没有符合条件的件，{zh}无从计算；件按{by.zh}归入时段。",
        f"No item fits the selection, so there is no {en.lower()}; items belong to a period by their {by.en}.",
    )


def _nothing_in(measure: Measure, snapshot: Snapshot, columns: Sequence[str]) -> Text:
    """That columns are empty, and whose they are: the register's, or an account's kept by hand."""
    is_kept = measure.table == "backlog"
    if is_kept and not snapshot.coverage.get("backlog"):
        return Text(
            "“积案批次”台账还没有记录，请在“台账”页录入或导入。",
            "the account “Backlog batches” holds no record yet; enter or import it on the Records page.",
        )
    absent = [] if is_kept else [column for column in columns if _is_absent(snapshot, column)]
    empty = [column for column in columns if column not in absent]
    said = [_no_column(absent)] if absent else []
    if empty:
        whose = Text("“积案批次”台账", "the backlog's") if is_kept else Text("登记数据", "the register's")
        said.append(_no_cell(empty, whose))
    return Text("；".join(each.zh for each in said) + "。", "; ".join(each.en for each in said) + ".")


def _is_absent(snapshot: Snapshot, column: str) -> bool:
    """Whether the files of the register had no such column; False where nothing says so."""
    return all(snapshot.was_read(name) is False for name in _READ_AS.get(column, (column,)))


_READ_AS = {
    "registered_time": ("registered_at",),
    "evaluation": ("bureau.status", "bureau.score", "office.status", "office.score"),
    "score": ("bureau.score", "office.score"),
    "evaluated_at": ("bureau.evaluated_at", "office.evaluated_at"),
}
"""Columns as imports name them, where that is otherwise."""


def _no_column(columns: Sequence[str]) -> Text:
    zh, en = _named(columns)
    what = "column" if len(columns) == 1 else "columns"
    return Text(f"登记数据中没有{zh}{_COLUMNS[len(columns)]}列", f"the register has no {what} for {en}")


def _no_cell(columns: Sequence[str], whose: Text) -> Text:
    zh, en = _named(columns)
    are = "is" if len(columns) == 1 else "are"
    return Text(f"{whose.zh}中{zh}{_COLUMNS[len(columns)]}列全部为空", f"{whose.en} {en} {are} empty throughout")


def _named(columns: Sequence[str]) -> tuple[str, str]:
    zh = "、".join(f"“{HEADINGS[column].zh}”" for column in columns)
    return zh, " and ".join(f"“{HEADINGS[column].en}”" for column in columns)


_COLUMNS = dict(enumerate("零一两三四五六"))  # as columns are counted
