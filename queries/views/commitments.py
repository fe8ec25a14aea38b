"""What was promised and what became of it: the ledger of problems, decisions, and whether their measures moved.

A commitment is open, overdue (its day has ended, seen from the as-of day), done or dropped. Whether its measure moved
is asked of the office it concerns: the three months up to the decision against the whole months since, by Newcombe's
interval for a share and by the exact test for a number of items.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import polars as pl

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.evaluate import evaluate
from queries.counting.reasons import why_not
from queries.days import add_months, has_ended, month_end, month_start
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import Count, Ratio, measure, measures
from queries.snapshot import Snapshot
from queries.stats.intervals import newcombe, rate_ratio
from queries.views import View
from queries.views.meeting import last_before, newest_month
from queries.views.parts import both, in_both, made, seen
from queries.vocabulary import LANGUAGES, Text

Standing = Literal["overdue", "open", "closed", "dropped"]
STANDINGS: dict[Standing, Text] = {
    "overdue": Text("逾期", "Overdue"),
    "open": Text("在办", "Open"),
    "closed": Text("已办结", "Done"),
    "dropped": Text("不再办理", "Dropped"),
}
"""In the order in which commitments are gone through."""

MONTHS = 3  # compared on each side: fewer hold too few items of one office, more would hide what is new
SIGNIFICANT = 0.05  # two-sided, for a number of items; the same as the 95 % interval of a difference of shares
BUREAU = "信访"  # in the name of an office that keeps the register: 信访局, 信访工作联席会议办公室
WHOLE_CITY = Text("全市", "whole city")
FLOWS = ("registered_count",)
"""Numbers of items that arrive one by one; other counts are stocks or people and have no such test."""


@dataclass(frozen=True)
class Moved:
    """A measure before a decision and since.

    Attributes:
        direction: 1 or −1 where it rose or fell beyond chance, 0 where that cannot be told, None without a comparison.
        improved: whether that is the wanted direction; None where there is none, or it did not move.
        sentence: all of it, from the numbers.
    """

    direction: int | None
    improved: bool | None
    sentence: Text


def checkable(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """Measures a commitment can be checked by here: shares with a wanted direction, and numbers of items."""
    return tuple(
        name
        for name, each in measures().items()
        if ((isinstance(each, Ratio) and each.better != "neither" and each.table != "backlog") or name in FLOWS)
        and not why_not(each, snapshot, filters)
    )


def commitments(snapshot: Snapshot, filters: Filters) -> View:
    """Decisions of earlier sessions that are still open, and those ended since the last one.

    Args:
        filters: the month of the session.

    Returns:
        Columns decision_id, version, ledger_id; text, question (null without one); office_id, zh, en (the office, or
        the whole city); owner_post, decided_on, due_on, measure, evidence, closed_on; month (of the session it was made
        in, null for none); standing (`STANDINGS`); days (to the due day, negative past it); moved (1, −1, 0 or null,
        `Moved.direction`), improved; moved_zh, moved_en (null without a measure). Order: standing, then due day.
    """
    chosen = seen(filters, snapshot)
    month = _month(snapshot, chosen)
    last = last_before(snapshot, month)
    rows = _decisions(snapshot, chosen)
    earlier = (pl.col("month").is_not_null() & (pl.col("month") < month)) | (
        pl.col("month").is_null() & (pl.col("decided_on") <= chosen.as_of)
    )
    since = last.as_of if last is not None else add_months(chosen.as_of or snapshot.as_of, -1)
    ended = pl.col("standing").is_in(["closed", "dropped"])
    rows = rows.filter(earlier & (~ended | (pl.col("closed_on") >= since)))
    frame = _with_moves(rows, snapshot, chosen, month)
    return made(snapshot, chosen, frame, _measures(frame), (), _kept(frame), _notes(frame, snapshot, chosen))


def decided(snapshot: Snapshot, filters: Filters) -> View:
    """Decisions made in the session about the month of the selection; columns as in `commitments`, moved null."""
    chosen = seen(filters, snapshot)
    month = _month(snapshot, chosen)
    rows = _decisions(snapshot, chosen).filter(pl.col("month") == month)
    frame = _typed_moves(rows, [None] * rows.height)
    return made(snapshot, chosen, frame, _measures(frame), (), _decided(frame))


def ledger(snapshot: Snapshot, filters: Filters) -> View:
    """Every problem in the ledger, open ones first.

    Returns:
        Columns ledger_id, version, opened_on, question, office_id, zh, en, state ("open", "closed"), closed_on,
        decisions (number), open_decisions, agenda.
    """
    chosen = seen(filters, snapshot)
    items = _named(snapshot, snapshot.records.rows("ledger_item"))
    counted = (
        snapshot.records.rows("decision")
        .group_by("ledger_id")
        .agg(
            pl.len().cast(pl.Int64).alias("decisions"),
            (pl.col("state") == "open").sum().cast(pl.Int64).alias("open_decisions"),
        )
    )
    frame = items.join(counted, on="ledger_id", how="left", maintain_order="left").with_columns(
        pl.col("decisions", "open_decisions").fill_null(0)
    )
    frame = frame.sort((pl.col("state") == "closed"), pl.col("opened_on"), descending=[False, True])
    kept = ("ledger_id", "version", "opened_on", "question", "office_id", "zh", "en", "state", "closed_on", "decisions",
            "open_decisions", "agenda")  # fmt: skip
    still = frame.filter(pl.col("state") == "open").height
    finding = (
        Text("台账中没有问题", "The ledger is empty")
        if frame.is_empty()
        else Text(f"台账共{frame.height}项，在办{still}项", f"{frame.height} in the ledger, {still} open")
    )
    return made(snapshot, chosen, frame.select(kept), (), (), finding)


def moved(snapshot: Snapshot, filters: Filters, name: str, office: str | None, decided_in: date, until: date) -> Moved:
    """One measure of one office in the months up to a decision and in the whole months since.

    Args:
        filters: only the day, the rules and the conditions matter.
        office: key of the office or place; None for the whole city.
        decided_in: a day of the last month before the decision could work.
        until: a day of the newest month.
    """
    chosen = seen(filters, snapshot)
    return _moved(snapshot, replace(chosen, start=None, end=None), name, office, month_start(decided_in), until)


@by_snapshot(256)
def _moved(snapshot: Snapshot, filters: Filters, name: str, office: str | None, base: date, until: date) -> Moved:
    if name not in measures():
        return _untold(Text(f"没有名为“{name}”的指标", f"there is no measure '{name}'"))
    each, last = measure(name), month_start(until)
    if last <= base:
        return _untold(Text("议定后还没有满一个月的数据", "no whole month has passed since the decision"))
    first = max(add_months(base, 1), add_months(last, 1 - MONTHS))
    scope, where = _scope(snapshot, filters, office)
    now = replace(where, start=first, end=month_end(last))
    end = month_end(base)
    as_of = min(filters.as_of or snapshot.as_of, end + ((filters.as_of or snapshot.as_of) - month_end(last)))
    before = replace(where, start=add_months(base, 1 - MONTHS), end=end, as_of=max(as_of, end))
    rows = [evaluate(snapshot, name, (), each_side).row(0, named=True) for each_side in (before, now)]
    spans = [both(wording.period, side.start, side.end) for side in (before, now)]
    if isinstance(each, Ratio):
        return _share_moved(each.label, each.better, scope, rows, spans, clumping(snapshot, now, name))
    if isinstance(each, Count) and name in FLOWS:
        days = [(side.end - side.start).days + 1 for side in (before, now) if side.start and side.end]
        return _count_moved(each.label, scope, rows, spans, days)
    return _untold(Text("这一指标没有可用的检验", "there is no test for this measure"))


def _share_moved(
    name: Text,
    better: str,
    scope: Text,
    rows: Sequence[dict[str, Any]],
    spans: Sequence[tuple[str, str]],
    effect: float,
) -> Moved:
    if any(row["value"] is None or not row["denominator"] for row in rows):
        return _untold(
            in_both("{scope}{name}：前后两段时间中有一段没有件，无法比较",
                    "{name}, {scope}: one of the two periods has no items, no comparison",
                    scope=(scope.zh, scope.en), name=(name.zh, name.en))
        )  # fmt: skip
    before, now = rows
    counts = (row[part] / effect for row in (now, before) for part in ("numerator", "denominator"))
    direction = int(newcombe(*counts).direction)
    improved = None if direction == 0 or better == "neither" else (direction > 0) == (better == "higher")
    values = [
        in_both("{share}（{counts}）", "{share} ({counts})", share=both(wording.per_cent, row["value"]),
                counts=both(wording.fraction, row["numerator"], row["denominator"]))
        for row in rows
    ]  # fmt: skip
    return Moved(direction, improved, _told(name, scope, spans, values, _verdict(direction, improved, "share")))


def _count_moved(
    name: Text,
    scope: Text,
    rows: Sequence[dict[str, Any]],
    spans: Sequence[tuple[str, str]],
    days: Sequence[int],
) -> Moved:
    counts = [int(row["value"] or 0) for row in rows]
    if any(row["reason"] in ("column_empty", "unsupported") for row in rows) or not sum(counts):
        return _untold(Text("前后两段时间都没有件，无法比较", "neither period has items, no comparison"))
    found = rate_ratio(counts[1], days[1], counts[0], days[0])
    per_day = [count / length for count, length in zip(counts, days, strict=True)]
    direction = 0 if float(found.p) >= SIGNIFICANT else (1 if per_day[1] > per_day[0] else -1)
    values = [
        in_both("{items}（每30天{rate}件）", "{items} ({rate} per 30 days)", items=both(wording.items, count),
                rate=both(_per_month, rate))
        for count, rate in zip(counts, per_day, strict=True)
    ]  # fmt: skip
    return Moved(direction, None, _told(name, scope, spans, values, _verdict(direction, None, "count")))


def _per_month(rate: float, language: str) -> str:
    return wording.number(rate * 30, language, 1)


def _told(name: Text, scope: Text, spans: Sequence[tuple[str, str]], values: Sequence[Text], verdict: Text) -> Text:
    return in_both(
        "{scope}{name}：{before}为{old}，{since}为{new}，{verdict}",
        "{name}, {scope}: {old} in {before}, {new} in {since}: {verdict}",
        scope=(scope.zh, scope.en),
        name=(name.zh, name.en),
        before=spans[0],
        since=spans[1],
        old=(values[0].zh, values[0].en),
        new=(values[1].zh, values[1].en),
        verdict=(verdict.zh, verdict.en),
    )


_VERDICTS = {
    (0, None): Text("变化在偶然波动范围内", "no more than chance"),
    (1, True): Text("有改善，超出偶然波动", "better, beyond chance"),
    (-1, True): Text("有改善，超出偶然波动", "better, beyond chance"),
    (1, False): Text("变差，超出偶然波动", "worse, beyond chance"),
    (-1, False): Text("变差，超出偶然波动", "worse, beyond chance"),
}
_COUNT_VERDICTS = {
    1: Text("增加，超出偶然波动", "more, beyond chance"),
    -1: Text("减少，超出偶然波动", "fewer, beyond chance"),
}


def _verdict(direction: int, improved: bool | None, kind: str) -> Text:
    return _COUNT_VERDICTS[direction] if kind == "count" and direction else _VERDICTS[direction, improved]


def _untold(sentence: Text) -> Moved:
    return Moved(None, None, sentence)


def _scope(snapshot: Snapshot, filters: Filters, office: str | None) -> tuple[Text, Filters]:
    """An office's items: of a township those of its area, of a department those it has to answer; else all.

    The petition bureau itself, and the office of its joint conference, answer for the whole city.
    """
    if office and BUREAU in office:
        return WHOLE_CITY, filters
    for dimension in ("place", "office"):
        if office and office in snapshot.keys(dimension):
            row = snapshot.dimension(dimension).filter(pl.col("key") == office).row(0, named=True)
            if row["rows"]:
                return Text(row["zh"], row["en"]), filters.only(dimension, office)
    return WHOLE_CITY, filters


def _month(snapshot: Snapshot, filters: Filters) -> date:
    return month_start(filters.start or filters.end or newest_month(filters.as_of or snapshot.as_of))


def _decisions(snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    """Every decision with its question, the month of its session and its standing."""
    records = snapshot.records
    sessions = records.rows("meeting").select("meeting_id", "month")
    questions = records.rows("ledger_item").select("ledger_id", "question")
    rows = records.rows("decision").join(sessions, on="meeting_id", how="left", maintain_order="left")
    rows = rows.join(questions, on="ledger_id", how="left", maintain_order="left")
    late = has_ended(pl.col("due_on"), pl.lit(filters.as_of)).fill_null(False)
    standing = pl.when(pl.col("state") != "open").then("state").when(late).then(pl.lit("overdue")).otherwise("state")
    rows = _named(snapshot, rows).with_columns(
        standing.alias("standing"), (pl.col("due_on") - pl.lit(filters.as_of)).dt.total_days().alias("days")
    )
    order = pl.col("standing").replace_strict({name: n for n, name in enumerate(STANDINGS)}, default=9)
    return rows.sort(order, pl.col("due_on"), pl.col("decision_id"), nulls_last=True).select(_COLUMNS)


_COLUMNS = ("decision_id", "version", "ledger_id", "text", "question", "office_id", "zh", "en", "owner_post",
            "decided_on", "due_on", "measure", "evidence", "closed_on", "month", "agenda", "standing",
            "days")  # fmt: skip


def _named(snapshot: Snapshot, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the name of their office as zh and en; the key itself where the register does not know it."""
    offices = pl.concat([snapshot.dimension(name).select("key", *LANGUAGES) for name in ("place", "office")])
    labels = [dict(offices.select("key", language).iter_rows()) for language in LANGUAGES]
    keys = rows["office_id"].to_list()
    names = {
        language: [WHOLE_CITY(language) if not key else found.get(key, key) for key in keys]
        for language, found in zip(LANGUAGES, labels, strict=True)
    }
    return rows.with_columns(pl.Series(language, names[language], dtype=pl.String) for language in LANGUAGES)


def _with_moves(rows: pl.DataFrame, snapshot: Snapshot, filters: Filters, month: date) -> pl.DataFrame:
    found = [
        moved(snapshot, filters, row["measure"], row["office_id"], row["month"] or row["decided_on"], month)
        if row["measure"]
        else None
        for row in rows.iter_rows(named=True)
    ]
    return _typed_moves(rows, found)


def _typed_moves(rows: pl.DataFrame, found: Sequence[Moved | None]) -> pl.DataFrame:
    return rows.with_columns(
        pl.Series("moved", [each and each.direction for each in found], dtype=pl.Int64),
        pl.Series("improved", [each and each.improved for each in found], dtype=pl.Boolean),
        pl.Series("moved_zh", [each and each.sentence.zh for each in found], dtype=pl.String),
        pl.Series("moved_en", [each and each.sentence.en for each in found], dtype=pl.String),
    )


def _measures(frame: pl.DataFrame) -> tuple[str, ...]:
    known = measures()
    return tuple(name for name in frame["measure"].drop_nulls().unique(maintain_order=True) if name in known)


def _kept(frame: pl.DataFrame) -> Text:
    """How many commitments stand, and for how many the measure moved."""
    if frame.is_empty():
        return Text("没有待落实的议定事项", "No commitments to follow up")
    counts = {name: frame.filter(pl.col("standing") == name).height for name in STANDINGS}
    zh = "、".join(f"{STANDINGS[name].zh}{count}" for name, count in counts.items() if count)
    en = ", ".join(f"{count} {STANDINGS[name].en.lower()}" for name, count in counts.items() if count)
    said = Text(f"议定{frame.height}项：{zh}", f"{frame.height} commitment{'' if frame.height == 1 else 's'}: {en}")
    if frame["measure"].is_null().all():
        return said
    better, worse = (frame.filter(pl.col("improved") == side).height for side in (True, False))
    other = frame.filter((pl.col("moved").fill_null(0) != 0) & pl.col("improved").is_null()).height
    moves = [(better, "改善", "better"), (worse, "变差", "worse"), (other, "增减", "changed")]
    told = [(f"{word}{count}", f"{count} {how}") for count, word, how in moves if count]
    if not told:
        return Text(f"{said.zh}；指标变化都未超出偶然波动", f"{said.en}; no measure moved beyond chance")
    listed = ("、".join(word for word, _ in told), ", ".join(how for _, how in told))
    return Text(f"{said.zh}；指标超出偶然波动：{listed[0]}", f"{said.en}; measures beyond chance: {listed[1]}")


def _decided(frame: pl.DataFrame) -> Text:
    if frame.is_empty():
        return Text("本次尚未记录议定事项", "No decisions recorded yet")
    offices = frame.filter(pl.col("office_id").is_not_null())["office_id"].n_unique()
    if not offices:
        return Text(f"本次议定{frame.height}项", f"{frame.height} decided")
    plural = "" if offices == 1 else "s"
    return Text(
        f"本次议定{frame.height}项，涉及{offices}个单位", f"{frame.height} decided, concerning {offices} office{plural}"
    )


def _notes(frame: pl.DataFrame, snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    if frame.filter(pl.col("measure").is_not_null()).is_empty():
        return ()
    how = Text(
        f"指标比较：议定前{MONTHS}个月与议定后已满的月份（最多{MONTHS}个月），只看所涉单位。",
        f"Measures: the {MONTHS} months before the decision against the whole months since (at most {MONTHS}), for "
        "the office concerned.",
    )
    compared = frame["moved"].drop_nulls().len()
    if compared < 2:
        return (how,)
    return how, Text(
        f"共比较{compared}项，每项单独按5%的误报率判断，未作多重比较校正：即使都没有变化，平均每20项也约有1项显示为超出偶然波动。",
        f"{compared} were compared, each judged on its own at a 5% rate of false calls, not corrected for their "
        "number: where nothing changed, about one in 20 would still show as beyond chance.",
    )


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `commitments` or `decided` for reading: standing, text, office, owner, due, measure, moved."""
    rows = view.frame
    names = {name: measure(name).label(language) for name in _measures(rows)}
    return rows.select(
        pl.col("standing").replace_strict(
            {name: text(language) for name, text in STANDINGS.items()}, default=None, return_dtype=pl.String
        ),
        "text",
        pl.col(language).alias("office"),
        pl.col("owner_post").alias("owner"),
        pl.Series("due", [wording.day(day, language) for day in rows["due_on"]], dtype=pl.String),
        pl.col("measure").replace_strict(names, default=None, return_dtype=pl.String),
        pl.col(f"moved_{language}").alias("moved"),
    )


def ledger_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `ledger` for reading: opened, question, office, state, decisions."""
    rows = view.frame
    said = {"open": STANDINGS["open"](language), "closed": STANDINGS["closed"](language)}
    return rows.select(
        pl.Series("opened", [wording.day(day, language) for day in rows["opened_on"]], dtype=pl.String),
        "question",
        pl.col(language).alias("office"),
        pl.col("state").replace_strict(said, default=None, return_dtype=pl.String).alias("standing"),
        "decisions",
    )
