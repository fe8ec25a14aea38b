"""The monthly session (研判会): which month, seen from which day, and what its headline shares came to.

A session looks at one month of petitions. It may have a record (`meeting` of `queries.schema`) or not yet: the session
of the newest month needs no setting up.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, Literal

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.counting.selection import evaluation_target
from queries.days import add_months, month_end, month_start
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import measure
from queries.rules import RULE_SETS
from queries.snapshot import Snapshot
from queries.stats.intervals import against
from queries.views import View, recording, satisfaction, supervision
from queries.views.overview import HEADLINES
from queries.views.parts import both, excluded, goal, in_both, made, reasons, seen, title, with_change
from queries.vocabulary import LANGUAGES, Text

Span = Literal["month", "year"]
YEAR = 12  # months, up to and with the month of the session: fewer hold too few items to tell offices apart

ITEMS = {
    "commitments": Text("上次议定事项", "Commitments"),
    "headlines": Text("总体情况", "Headlines"),
    "signals": Text("弱信号", "Weak signals"),
    "offices": Text("镇街和部门", "Offices"),
    "deadlines": Text("超期与临期", "Deadlines"),
    "repeats": Text("重复信访与积案", "Repeats, batches"),
    "satisfaction": Text("满意度与参评", "Satisfaction"),
    "reports": Text("13日、28日报告", "Reports"),
    "supervision": Text("督查督办", "Supervision"),
    "decisions": Text("议定事项", "Decisions"),
}
"""The agenda: key to name, in the order in which the session goes through it."""


@dataclass(frozen=True)
class Meeting:
    """One session.

    Attributes:
        month: first day of the month looked at.
        as_of, rules, convention, evaluation_target: how its figures are seen, as in `Filters`; of a closed one, as
            when it was closed.
        state: "open", or "closed": held to `data_version`.
        meeting_id, version: of its record, None before there is one.
        data_version: the register and records of a closed session.
        discussed: keys of ITEMS marked as dealt with.
        missing_rules: the rule set it is recorded with where that is no more; `rules` is the usual one then.
    """

    month: date
    as_of: date
    rules: str
    convention: str = "observed"
    evaluation_target: str | None = None
    state: Literal["open", "closed"] = "open"
    meeting_id: int | None = None
    version: int | None = None
    held_on: date | None = None
    data_version: str | None = None
    note: str = ""
    discussed: tuple[str, ...] = ()
    missing_rules: str = ""

    @property
    def is_closed(self) -> bool:
        """Whether its figures are fixed."""
        return self.state == "closed"

    def filters(self, span: Span, base: Filters | None = None) -> Filters:
        """The selection of an item of the agenda: the month, or the year up to it; whatever else `base` chose stays."""
        seen_by = replace(
            base or Filters(),
            rules=self.rules,
            convention=self.convention,
            evaluation_target=self.evaluation_target,
        )
        return span_filters(self.month, self.as_of, span, seen_by)


def span_filters(month: date, as_of: date, span: Span, base: Filters | None = None) -> Filters:
    """The month, or the twelve months up to and with it, seen from a day."""
    start = month if span == "month" else add_months(month, 1 - YEAR)
    return replace(base or Filters(), start=start, end=month_end(month), as_of=as_of)


def newest_month(as_of: date) -> date:
    """First day of the newest month that was over on a day, the day's own month if the day is its last."""
    return month_start(as_of) if as_of == month_end(as_of) else add_months(month_start(as_of), -1)


def months(snapshot: Snapshot, filters: Filters) -> tuple[date, ...]:
    """Months a session can be about, newest first: those of the register that are over, and those with a record."""
    last = newest_month(snapshot.as_of)
    first = month_start(snapshot.first_day) if snapshot.first_day else last
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    known = {add_months(last, -back) for back in range(max(count, 1))}
    return tuple(sorted(known | set(snapshot.records.rows("meeting")["month"].to_list()), reverse=True))


def meeting_of(snapshot: Snapshot, filters: Filters, month: date) -> Meeting:
    """The session about a month: as recorded, else as it would be; an open one is seen from the selection's day."""
    rows = snapshot.records.rows("meeting").filter(pl.col("month") == month)
    if rows.height:
        found = _recorded(rows.row(0, named=True))
        return found if found.is_closed else replace(found, as_of=filters.as_of or found.as_of)
    usual = snapshot.as_of if month == newest_month(snapshot.as_of) else min(month_end(month), snapshot.as_of)
    return Meeting(month, filters.as_of or usual, filters.rules, filters.convention, filters.evaluation_target)


def _recorded(row: dict[str, Any]) -> Meeting:
    is_known = row["rules"] in RULE_SETS
    return Meeting(
        month=row["month"],
        as_of=row["as_of"],
        rules=row["rules"] if is_known else Filters().rules,
        convention=row.get("convention") or "observed",
        evaluation_target=row.get("evaluation_target"),
        state="closed" if row["state"] == "closed" else "open",
        meeting_id=row["meeting_id"],
        version=row["version"],
        held_on=row["held_on"],
        data_version=row["data_version"],
        note=row["note"] or "",
        discussed=tuple(key for key in (row.get("discussed") or "").split(",") if key in ITEMS),
        missing_rules="" if is_known else str(row["rules"]),
    )


def last_before(snapshot: Snapshot, month: date) -> Meeting | None:
    """The newest recorded session about an earlier month; None where there is none."""
    rows = snapshot.records.rows("meeting").filter(pl.col("month") < month).sort("month")
    return _recorded(rows.row(-1, named=True)) if rows.height else None


def headlines(snapshot: Snapshot, filters: Filters) -> View:
    """The headline shares of the month beside their targets and what they were at the last session.

    The last session is the newest recorded one about an earlier month, seen from its own day; without a record it is
    the month before, seen from an equally earlier day. Both are counted on one register, so that a difference is not
    one of late registrations or corrections (`queries.views.changes` tells those).

    Returns:
        One row a measure of HEADLINES that the register supports; columns of `evaluate`; zh, en; target (null where
        none is set); against_target: 1 or −1 where the whole interval lies above or below it, else 0, null without
        one; doubtful: a change that is no improvement before the recording is checked (`recording`);
        band ("same", "small") and worse: on the unwanted side of the target beyond chance; overall: null;
        last_value, last_numerator, last_denominator, change (now minus last), signal: 1 or −1 where the change is
        beyond chance (Newcombe), 0 where that cannot be told, null without a comparison; change_lower, change_upper
        (its 95 % limits); last_month, last_as_of.
    """
    chosen = seen(filters, snapshot)
    return _headlines(snapshot, chosen)


@by_snapshot(32)
def _headlines(snapshot: Snapshot, chosen: Filters) -> View:
    then = last_filters(snapshot, chosen)
    now = evaluate(snapshot, HEADLINES, (), chosen)
    before = evaluate(snapshot, HEADLINES, (), then).select(
        "measure", *(pl.col(name).alias(f"last_{name}") for name in ("value", "numerator", "denominator"))
    )
    frame = now.join(before, on="measure", how="left", maintain_order="left")
    frame = with_change(frame, "last", snapshot, chosen).rename(
        {"signal_last": "signal", "change_lower_last": "change_lower", "change_upper_last": "change_upper"}
    )
    doubts = [
        recording.doubt(snapshot, chosen, then, name, moved)
        for name, moved in frame.select("measure", "signal").iter_rows()
    ]
    goals = [goal(snapshot, name, chosen) for name in frame["measure"]]
    frame = frame.with_columns(
        pl.Series("target", goals, dtype=pl.Float64),
        change=pl.col("value") - pl.col("last_value"),
        last_month=pl.lit(then.start),
        last_as_of=pl.lit(then.as_of),
        overall=pl.lit(None, pl.Float64),
        doubtful=pl.Series([doubt is not None for doubt in doubts], dtype=pl.Boolean),
        **{
            language: pl.Series([title(measure(name), chosen)(language) for name in frame["measure"]], dtype=pl.String)
            for language in LANGUAGES
        },
    )
    small = pl.col("denominator").fill_null(0) < chosen.rule_set.small_sample
    known = pl.col("target").is_not_null() & pl.col("value").is_not_null()
    filled = frame.select(pl.col("target", "lower", "upper").fill_null(0.5))
    side = against(*(filled[name].to_numpy() for name in ("target", "lower", "upper")))
    frame = frame.with_columns(pl.Series("side", side, dtype=pl.Int8)).with_columns(
        against_target=pl.when(known).then(pl.col("side")),
        band=pl.when(small).then(pl.lit("small")).otherwise(pl.lit("same")),
        unwanted=pl.Series([measure(name).unwanted for name in frame["measure"]], dtype=pl.Int8),
    )
    frame = frame.with_columns(
        worse=(pl.col("against_target") == pl.col("unwanted")).fill_null(False) & (pl.col("unwanted") != 0) & ~small
    ).drop("side", "unwanted")
    notes = (_compared_with(then), *reasons(frame, snapshot, chosen), *excluded(frame))
    return made(snapshot, chosen, frame, HEADLINES, ("measure",), _finding(frame), notes)


def last_filters(snapshot: Snapshot, filters: Filters) -> Filters:
    """The selection of the last session, with everything but period, day and rules as in this one."""
    chosen = seen(filters, snapshot)
    month = month_start(chosen.start or chosen.end or newest_month(chosen.as_of or snapshot.as_of))
    last = last_before(snapshot, month)
    if last is not None:
        return span_filters(last.month, last.as_of, "month", chosen)
    earlier = replace(chosen, start=month, end=month_end(month)).previous()
    assert earlier is not None  # a whole month has one before it
    return earlier


def _compared_with(then: Filters) -> Text:
    return in_both(
        "上次指{month}，当时截至{day}。",
        "Last session: {month}, as of {day}.",
        month=both(wording.month, then.start),
        day=both(wording.day, then.as_of),
    )


def _finding(frame: pl.DataFrame) -> Text:
    """Which measures miss their target and which changed since the last session, each by more than chance."""
    rows = frame.filter(pl.col("value").is_not_null())
    if rows.is_empty():
        return Text("本月没有可计算的主要指标", "No headline measure can be computed for this month")
    clauses = [_missed(rows), _changed(rows)]
    return Text("；".join(clause.zh for clause in clauses), "; ".join(clause.en for clause in clauses))


def _missed(rows: pl.DataFrame) -> Text:
    missed, with_target = rows.filter("worse"), rows.filter(pl.col("target").is_not_null())
    if missed.height:
        names = {language: wording.listing(missed[language].to_list(), language) for language in LANGUAGES}
        return Text(f"{names['zh']}明显未达目标", f"{names['en']} clearly short of target")
    if with_target.height:
        return Text("没有指标明显未达目标", "no measure clearly short of its target")
    return Text("没有设定目标", "no targets are set")


def _changed(rows: pl.DataFrame) -> Text:
    moved = rows.filter(pl.col("signal").fill_null(0) != 0).head(2)
    if moved.is_empty():
        if rows["signal"].is_null().all():
            return Text("与上次无法比较", "no comparison with last session")
        return Text("与上次相比没有明显变化", "no clear change since last session")
    said = [
        _checked(
            in_both("{label}比上次{change}", "{label} {change} since last session",
                    label=(row["zh"], row["en"]), change=both(wording.change, row["change"])),
            row,
        )
        for row in moved.iter_rows(named=True)
    ]  # fmt: skip
    return Text("，".join(each.zh for each in said), ", ".join(each.en for each in said))


def change_since_last(snapshot: Snapshot, filters: Filters, name: str) -> Text | None:
    """One share of the month, and how it stands to the last session, as one sentence; None where it has no value.

    Raises:
        UnknownName: there is no such measure.
    """
    view = headlines(snapshot, filters)
    row = next((row for row in view.frame.iter_rows(named=True) if row["measure"] == name), None)
    if row is None or row["value"] is None:
        return None
    if row["band"] == "small":
        few = both(wording.fraction, row["numerator"], row["denominator"])
        return in_both(
            "{label} 样本不足（{few}）", "{label}: too few items ({few})", label=(row["zh"], row["en"]), few=few
        )
    said = partial(
        in_both,
        label=(row["zh"], row["en"]),
        share=both(wording.per_cent, row["value"]),
        counts=both(wording.fraction, row["numerator"], row["denominator"]),
    )
    if row["signal"] is None:
        return said(
            "{label} {share}（{counts}），与上次无法比较", "{label} {share} ({counts}), no comparison with last session"
        )
    last = both(wording.per_cent, row["last_value"])
    reach = both(wording.signed_interval, row["change_lower"], row["change_upper"])
    if row["signal"] == 0:
        return said(
            "{label} {share}（{counts}），与上次的{last}没有明显差别（{reach}）",
            "{label} {share} ({counts}), not clearly different from {last} last session ({reach})",
            last=last,
            reach=reach,
        )
    moved = said(
        "{label} {share}（{counts}），比上次的{last}{change}（{reach}），超出偶然波动",
        "{label} {share} ({counts}), {change} from {last} last session ({reach}), beyond chance",
        last=last,
        reach=reach,
        change=both(wording.change, row["change"]),
    )
    return _checked(moved, row)


def _checked(said: Text, row: dict[str, Any]) -> Text:
    return recording.with_check(said, recording.CHECK if row["doubtful"] else None)


def changes_since_last(snapshot: Snapshot, filters: Filters, names: tuple[str, ...]) -> tuple[Text, ...]:
    """What became of some shares since the last session: a sentence each that moved, one for those that did not."""
    rows = {row["measure"]: row for row in headlines(snapshot, filters).frame.iter_rows(named=True)}
    there = [name for name in names if name in rows and rows[name]["value"] is not None]
    still = [name for name in there if rows[name]["signal"] == 0]
    alone = still if len(still) < 2 else []  # one sentence holds its counts, several would not be read
    told = [change_since_last(snapshot, filters, name) for name in there if name not in still or name in alone]
    said = [each for each in told if each]
    if len(still) > 1:
        listed = [
            wording.listing([f"{rows[name][each]} {wording.per_cent(rows[name]['value'], each)}"
                             for name in still], each, len(still))
            for each in LANGUAGES
        ]  # fmt: skip
        said.append(Text(f"{listed[0]}，与上次没有明显差别", f"{listed[1]}: not clearly different from last session"))
    return tuple(said)


def silence_by_place(snapshot: Snapshot, filters: Filters) -> View:
    """Participation beside satisfaction by place, of those evaluations the selection means (`satisfaction.widest`)."""
    return satisfaction.widest(snapshot, filters, evaluation_target(snapshot, filters), "place")


def silence_bounds(snapshot: Snapshot, filters: Filters) -> View:
    """What silence leaves open, by place (`satisfaction.bounds`)."""
    return satisfaction.bounds(snapshot, filters, evaluation_target(snapshot, filters), "place")


def satisfaction_sentence(snapshot: Snapshot, filters: Filters) -> Text:
    """Satisfaction, participation and what is missing to the targets (`satisfaction.headline`)."""
    if not satisfaction.asked_whom(snapshot, filters):
        return Text("登记数据中没有评价", "The register holds no evaluations")
    return satisfaction.headline(snapshot, filters, evaluation_target(snapshot, filters))


def due_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `due.due_by_group` for reading: name, overdue, within_7, within_14, within_30."""
    if view.frame.is_empty():
        return pl.DataFrame()
    return view.frame.select(pl.col(language).alias("name"), "overdue", "within_7", "within_14", "within_30")


def open_matters_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `supervision.matters` still open: standing, matter, office, owner, due, days_over."""
    rows = supervision.table(view, language).filter(view.frame["closed_on"].is_null())
    return rows.select(
        pl.col("state").alias("standing"),
        "matter",
        "office",
        pl.col("owner_post").alias("owner"),
        pl.Series("due", [wording.day(day, language) for day in rows["due_on"]], dtype=pl.String),
        "days_over",
    )
