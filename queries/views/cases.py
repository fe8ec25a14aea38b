"""Which items are behind a figure, and how does one of them stand against its statutory clocks?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from queries import wording
from queries.cases.case_clocks import STATES as CLOCK_STATES
from queries.cases.case_clocks import Clock, clocks
from queries.cases.case_list import (
    COLUMNS,
    DAY_COLUMNS,
    NUMBER_COLUMNS,
    STATES,
    WHOLE,
    Question,
    Role,
    batch_items,
)
from queries.cases.case_store import CaseRecord, Evaluation
from queries.coding import NOT_GIVEN, code
from queries.counting.evaluate import evaluate
from queries.counting.reasons import why_not
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.measures import Count, Duration, Measure, measure, measures
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.parts import both, in_both, made, reasons, seen
from queries.vocabulary import DICTIONARIES, Text

PARTS: dict[Role, Text] = {
    "numerator": Text("计入分子的件", "items in the numerator"),
    "denominator": Text("计入分母的件", "items in the denominator"),
    "rest": Text("计入分母、未计入分子的件", "items in the denominator, not in the numerator"),
    "excluded": Text(
        "因日期矛盾、缺失或登记不支持未计入的件",
        "items left out because of contradictory, missing or unsupported entries",
    ),
}
STEPS = {
    "petitioned_on": Text("信访", "Petitioned"),
    "registered_at": Text("登记", "Registered"),
    "forwarded_at": Text("转送（交办）", "Forwarded"),
    "received_by_office_at": Text("到达责任单位", "Received by the office"),
    "accepted_at": Text("受理（告知）", "Accepted"),
    "due_at": Text("办理期限", "Due"),
    "replied_at": Text("答复", "Replied"),
    "closed_at": Text("办结", "Closed"),
    "review_requested_at": Text("申请复查", "Review asked for"),
    "review_done_at": Text("复查办结", "Review answered"),
    "recheck_requested_at": Text("申请复核", "Re-review asked for"),
    "recheck_done_at": Text("复核办结", "Re-review answered"),
    "supervised_at": Text("督办", "Supervised"),
}
RELATED = ("case_id", "state", "registered", "due", "closed", "office", "topic_l1", "channel")


def offered(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """Names of the measures whose items can be listed."""
    chosen = seen(filters, snapshot)
    return tuple(
        each.name for each in measures().values() if each.table != "backlog" and why_not(each, snapshot, chosen) is None
    )


def headline(snapshot: Snapshot, filters: Filters, question: Question, shown: int) -> Text:
    """What is listed and how many, in one sentence that carries the figure the list was opened from.

    Args:
        shown: items of the list.
    """
    each = measure(question.measure)
    count = both(wording.items, shown)
    narrowed = bool(question.state or question.terms or question.due_within)
    if question.measure == WHOLE and question.role == "numerator" and not narrowed:
        return in_both("选定范围内共{count}", "{count} in the selection", count=count)
    state = STATES[question.state] if question.state else Text("符合查找条件", "found")
    if question.due_within:
        days = question.due_within
        state = Text(f"{days}天内到期", f"due within {days} days")
    figure = _figure(snapshot, filters, question.measure)
    if question.measure == WHOLE and question.role == "numerator":
        return in_both(
            "选定范围内{state}的{count}，共{whole}", "{count} {state}, of {whole} in the selection",
            count=count, state=(state.zh, state.en), whole=both(wording.items, figure["numerator"]),
        )  # fmt: skip
    part = PARTS[question.role]
    if isinstance(each, Count | Duration) and question.role == "numerator":
        part = Text("计入的件", "items counted")
    narrow = (f"，其中{state.zh}的", f", of these {state.en}:") if narrowed else ("", ":")
    return in_both(
        "{label} {value}：{part}{narrow} {count}", "{label} {value}: {part}{narrow} {count}",
        label=(each.label.zh, each.label.en), value=_value(each, figure), part=(part.zh, part.en), narrow=narrow,
        count=count,
    )  # fmt: skip


def _value(each: Measure, figure: Mapping[str, Any]) -> tuple[str, str]:
    """A figure in both languages, a share with its counts."""
    if isinstance(each, Duration):
        return both(wording.lasting, figure["value"])
    if isinstance(each, Count):
        zh, en = both(wording.number, figure["value"])
        return f"{zh} {each.unit.zh}", f"{en} {each.unit.en}"
    shares = both(wording.per_cent, figure["value"])
    counts = both(wording.fraction, figure["numerator"], figure["denominator"])
    return f"{shares[0]}（{counts[0]}）", f"{shares[1]} ({counts[1]})"


def _figure(snapshot: Snapshot, filters: Filters, name: str) -> dict[str, Any]:
    return evaluate(snapshot, name, (), seen(filters, snapshot)).row(0, named=True)


def listed(snapshot: Snapshot, filters: Filters, question: Question, shown: int) -> View:
    """What a list stands on, for a file of its items: `headline`, the measure, the selection; no figures."""
    chosen, finding = seen(filters, snapshot), headline(snapshot, filters, question, shown)
    return made(snapshot, chosen, pl.DataFrame(), (question.measure,), finding=finding)


def selected(snapshot: Snapshot, filters: Filters) -> int:
    """How many items a selection holds."""
    counted = evaluate(snapshot, WHOLE, (), seen(filters, snapshot))["numerator"]
    return int(counted[0] or 0) if counted.len() else 0


def why_none(snapshot: Snapshot, filters: Filters, question: Question) -> tuple[Text, ...]:
    """Why the figure a list is of cannot be computed; nothing where it can."""
    chosen = seen(filters, snapshot)
    frame = evaluate(snapshot, question.measure, (), chosen)
    return reasons(frame.filter(pl.col("reason").is_not_null() & (pl.col("reason") != "no_cases")), snapshot, chosen)


def columns(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """The columns a list of this register can show: those that hold something."""
    return tuple(name for name in COLUMNS if name not in DIMENSIONS or snapshot.available(name))


def table(
    rows: pl.DataFrame, ids: Mapping[int, str], snapshot: Snapshot, chosen: Sequence[str], language: str
) -> pl.DataFrame:
    """Rows of a list in words: the columns chosen that COLUMNS has, whatever else was asked for."""
    shown = [name for name in dict.fromkeys(chosen) if name in COLUMNS]
    if rows.is_empty():
        return pl.DataFrame(schema=dict.fromkeys(shown, pl.String))
    words: list[pl.Series] = []
    for name in shown:
        if name == "case_id":
            words.append(pl.Series(name, [ids.get(number, "") for number in rows["case_no"].to_list()], pl.String))
        elif name == "state":
            words.append(pl.Series(name, [STATES[state](language) for state in rows["state"].to_list()]))
        elif name in DAY_COLUMNS or name in NUMBER_COLUMNS:
            words.append(rows[name])
        else:
            labels = snapshot.dimension(name).select("code", label=language)
            coded = rows.select(pl.col(name).cast(labels["code"].dtype).alias("code"))
            label = coded.join(labels, on="code", how="left", maintain_order="left")["label"]
            given = pl.select(pl.when(rows[name] > 0).then(label).otherwise(None)).to_series()
            words.append(given.alias(name))
    return pl.DataFrame(words)


def longest(snapshot: Snapshot, filters: Filters, chosen: Sequence[str], language: str) -> dict[str, str]:
    """The longest text each column of a list can hold; of case numbers and numbers "", they are in no vocabulary."""
    found = dict.fromkeys(chosen, "")
    for name in chosen:
        if name == "state":
            found[name] = max((state(language) for state in STATES.values()), key=len)
        elif name in DAY_COLUMNS:
            found[name] = date.max.isoformat()
        elif name in DIMENSIONS:
            labels = snapshot.dimension(name).filter(pl.col("code") > NOT_GIVEN)[language]
            found[name] = max(labels.to_list(), key=len, default="")
    return found


def batch_table(snapshot: Snapshot, filters: Filters, question: Question, language: str) -> pl.DataFrame:
    """The items of batches a figure is made of, in words; they have no number in the figures' data."""
    frame = batch_items(snapshot, seen(filters, snapshot), question)
    named = frame
    for name in ("batch", "place", "office"):
        labels = dict(snapshot.dimension(name).select("code", language).iter_rows())
        named = named.with_columns(pl.Series(name, [labels.get(each) for each in frame[name].to_list()], pl.String))
    results = {code("review_result", key): DICTIONARIES["review_result"].label(key, language)
               for key in DICTIONARIES["review_result"].keys}  # fmt: skip
    return named.with_columns(
        pl.Series("result", [results.get(each) for each in frame["result"].to_list()], pl.String)
    ).select("batch", "place", "office", "assigned", "reported", "reviewed", "result", "reflow")


@dataclass(frozen=True)
class Case:
    """One item as it stood on the as-of day.

    Attributes:
        state: key of `case_list.STATES`.
        facts: what it is about, as label and words.
        clocks: its statutory clocks.
        steps: what happened, in order; a due date is no step.
        evaluations: how each evaluation stood, in words.
        batches, supervision: records of the bureau on it.
        findings: what the checks found in its row, newest import last.
    """

    case_id: str
    state: str
    facts: tuple[tuple[Text, Text], ...]
    clocks: tuple[Clock, ...]
    steps: tuple[tuple[Text, datetime], ...]
    evaluations: tuple[tuple[Text, Text], ...]
    batches: tuple[Text, ...]
    supervision: tuple[Text, ...]
    findings: tuple[Text, ...]


def case(snapshot: Snapshot, filters: Filters, row: pl.DataFrame, record: CaseRecord) -> Case:
    """One item from its row (`case_list.rows`) and its record, seen from the as-of day."""
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    one = row.row(0, named=True)
    procedure = snapshot.dimension("procedure")["key"][one["procedure"]]
    found = clocks(
        record.moments, chosen.rule_set, as_of,
        extended_days=record.extended_days or 0,
        timed=procedure in chosen.rule_set.timed_procedures,
        is_closed=one["state"] == "closed",
    )  # fmt: skip
    happened = sorted(
        (when, name) for name, when in record.moments.items() if name != "due_at" and when.date() <= as_of
    )
    return Case(
        case_id=record.case_id,
        state=one["state"],
        facts=_facts(snapshot, one),
        clocks=found,
        steps=tuple((STEPS[name], when) for when, name in happened),
        evaluations=tuple(
            (Text(*(DICTIONARIES["evaluation_target"].label(each.target, language) for language in ("zh", "en"))),
             _evaluation(each, as_of))
            for each in record.evaluations
        ),
        batches=_batches(snapshot, record.case_id, as_of),
        supervision=_supervision(snapshot, record.case_id, as_of),
        findings=tuple(each.reason for each in record.findings),
    )  # fmt: skip


def _facts(snapshot: Snapshot, one: Mapping[str, Any]) -> tuple[tuple[Text, Text], ...]:
    facts = []
    for name in (name for name in COLUMNS if name in DIMENSIONS and one[name]):
        words = snapshot.dimension(name).row(one[name], named=True)
        facts.append((COLUMNS[name], Text(words["zh"], words["en"])))
    return tuple(facts)


def _evaluation(each: Evaluation, as_of: date) -> Text:
    """How an evaluation stood on the as-of day."""
    given = each.evaluated_at or each.window_ends_at
    if each.status == "evaluated" and (given is None or given.date() <= as_of):
        labels = [DICTIONARIES["score"].label(each.score, language) if each.score else wording.MISSING
                  for language in ("zh", "en")]  # fmt: skip
        return in_both("{score}（{day}）", "{score} ({day})", score=(labels[0], labels[1]),
                       day=both(wording.day, given and given.date()))  # fmt: skip
    ended = each.window_ends_at.date() <= as_of if each.window_ends_at else each.status == "expired"
    day = both(wording.day, each.window_ends_at and each.window_ends_at.date())
    if ended:
        return in_both("逾期未评（{day}截止）", "expired without evaluation (until {day})", day=day)
    return in_both("待评价（{day}截止）", "open for evaluation (until {day})", day=day)


def _batches(snapshot: Snapshot, case_id: str, as_of: date) -> tuple[Text, ...]:
    found = []
    for row in _records(snapshot, "backlog_item", case_id, "assigned_on", as_of):
        steps = [in_both("第{batch}批，{day}交办", "batch {batch}, assigned {day}", batch=(row["batch"],) * 2,
                         day=both(wording.day, row["assigned_on"]))]  # fmt: skip
        for name, zh, en in (
            ("reported_on", "{day}上报办结", "reported settled {day}"),
            ("reviewed_on", "{day}审核", "reviewed {day}"),
            ("reflow_on", "{day}回流", "flowed back {day}"),
        ):
            if row[name] is not None and row[name] <= as_of:
                steps.append(in_both(zh, en, day=both(wording.day, row[name])))
        found.append(Text("，".join(step.zh for step in steps), ", ".join(step.en for step in steps)))
    return tuple(found)


def _supervision(snapshot: Snapshot, case_id: str, as_of: date) -> tuple[Text, ...]:
    found = []
    for row in _records(snapshot, "supervision_item", case_id, "listed_on", as_of):
        done = row["closed_on"] if row["closed_on"] is not None and row["closed_on"] <= as_of else None
        said = in_both("{day}列入{kind}", "{kind}, listed {day}", kind=(row["kind"],) * 2,
                       day=both(wording.day, row["listed_on"]))  # fmt: skip
        end = in_both("，{day}销号", ", closed {day}", day=both(wording.day, done)) if done else (
            in_both("，{day}到期，未销号", ", due {day}, not closed", day=both(wording.day, row["due_on"]))
            if row["due_on"] else Text("，未销号", ", not closed"))  # fmt: skip
        found.append(Text(said.zh + end.zh, said.en + end.en))
    return tuple(found)


def _records(snapshot: Snapshot, kind: str, case_id: str, day: str, as_of: date) -> list[dict[str, Any]]:
    rows = snapshot.records.rows(kind).filter((pl.col("case_id") == case_id) & (pl.col(day) <= as_of))
    return rows.sort(day).to_dicts()


def timeline(snapshot: Snapshot, filters: Filters, one: Case) -> View:
    """The clocks of one item as a view: name (zh, en), started_on, due_on, done_on, state (key), and its words."""
    frame = pl.DataFrame(
        [
            {
                "zh": each.label.zh, "en": each.label.en, "started_on": each.started_on, "due_on": each.due_on,
                "done_on": each.done_on, "state": each.state, "state_zh": CLOCK_STATES[each.state].zh,
                "state_en": CLOCK_STATES[each.state].en,
            }
            for each in one.clocks
        ],
        schema={"zh": pl.String, "en": pl.String, "started_on": pl.Date, "due_on": pl.Date, "done_on": pl.Date,
                "state": pl.String, "state_zh": pl.String, "state_en": pl.String},
    )  # fmt: skip
    return made(snapshot, seen(filters, snapshot), frame, (), finding=standing(one))


def standing(one: Case) -> Text:
    """How an item stands against its clocks, in one sentence."""
    over = [each for each in one.clocks if each.state == "overdue"]
    if over:
        return in_both(
            "{names}已超期 {days}", "{names} overdue by {days}",
            names=_names(over), days=both(wording.days, max(-(each.days_left or 0) for each in over)),
        )  # fmt: skip
    running = [each for each in one.clocks if each.state == "running" and not each.name.endswith("_request")]
    if running:
        first = min(running, key=lambda each: each.days_left or 0)
        return in_both("{names}计时中，还有{days}", "{names} running, {days} left", names=_names([first]),
                       days=both(wording.days, first.days_left))  # fmt: skip
    late = [each for each in one.clocks if each.state == "late"]
    if late:
        return in_both("{names}超期完成，其余按期", "{names} met late, the others in time", names=_names(late))
    return Text("各项时限均按期完成", "every period was met")


def _names(found: Sequence[Clock]) -> tuple[str, str]:
    names = tuple(wording.listing([each.label(language) for each in found], language, 9) for language in ("zh", "en"))
    return names[0], names[1]
