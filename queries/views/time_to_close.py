"""How long does closing take, with the open items counted as far as they go? And how did the backlog come about?

A share read off a curve at day 60 uses every item for as long as it could be watched; recent items are in it and
cannot make it look worse than it is. Where too few items were watched so long, the curve ends.
"""

from dataclasses import replace
from datetime import date, timedelta
from math import hypot
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from queries import wording
from queries.counting import followup
from queries.counting.reasons import reason_text, why_not
from queries.days import add_months, day_number, month_start
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats import survival
from queries.stats.survival import AT_RISK_TO_SHOW, CLOSED_BY_DAYS, Ended, Integers, LifeTable
from queries.views import View
from queries.views.parts import both, in_both, made, other_registers, seen
from queries.vocabulary import Text

CLOSING_DAYS = 120  # of the curve: twice the handling period
MONTHS = 13
METHODS = ("closing_curve", "quantile_interval")
NOTHING = {"day": pl.Int64, "value": pl.Float64}


def closing(snapshot: Snapshot, filters: Filters) -> View:
    """Closed by which day after acceptance, open items followed as far as they go (cohort: accepted).

    Returns:
        A row a day from 0 to the last on which enough items are still followed: day, value (probability of being
        closed by then; Aalen–Johansen), lower, upper, at_risk (still followed), otherwise (share withdrawn or
        transferred by then), numerator (closed by then), denominator (items of the cohort).
    """
    chosen = seen(filters, snapshot)
    missing = _why_no_closing(snapshot, chosen)
    if missing:
        return made(snapshot, chosen, pl.DataFrame(schema=NOTHING), (), (), None, missing)
    counted = followup.closings(snapshot, chosen)
    table = _life_table(counted)
    curve = survival.aalen_johansen(table)
    shown = int(watched(table)[0].sum())  # once too few, never enough again
    otherwise = survival.aalen_johansen(LifeTable(table.at_risk, table.otherwise, table.closed))
    frame = pl.DataFrame(
        {
            "day": curve.day, "value": curve.share[0], "lower": curve.lower[0], "upper": curve.upper[0],
            "at_risk": curve.at_risk[0], "otherwise": otherwise.share[0], "numerator": table.closed[0].cumsum(),
            "denominator": np.full(curve.day.size, table.at_risk[0, 0]),
        }
    ).head(shown).fill_nan(None)  # fmt: skip
    if not frame.height:
        return made(snapshot, chosen, frame, (), (), None, (_too_few(),))
    finding = closing_words(frame)
    return made(
        snapshot,
        chosen,
        frame,
        (),
        (),
        finding,
        (
            *_of_the_rest(counted, frame, snapshot),
            *_other_procedures(snapshot, chosen),
            *other_registers(snapshot, ("days_to_close",)),
        ),
        methods=METHODS,
    )


def _other_procedures(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    """That items on procedures without the 60 days are not counted, where the register has any."""
    known = snapshot.dimension("procedure").filter((pl.col("key") != "") & (pl.col("rows") > 0))
    others = known.filter(~pl.col("key").is_in(filters.rule_set.timed_procedures))
    if others.is_empty():
        return ()
    return (
        in_both(
            "只计办理期限为{days}天的程序；走其他程序（{others}）的件不计。",
            "Only procedures with the {days} days to handle an item; those on others ({others}) are not counted.",
            days=both(wording.number, CLOSED_BY_DAYS),
            others=both(lambda code: wording.listing(others[code].to_list(), code)),
        ),
    )


def _life_table(counted: pl.DataFrame, group: Integers | None = None, groups: int = 1) -> LifeTable:
    days, ended, items = (counted[name].to_numpy() for name in ("days", "ended", "items"))
    return survival.counted_life_table(days, ended, items, group, groups, last_day=CLOSING_DAYS)


def watched(table: LifeTable) -> npt.NDArray[np.bool_]:
    """Days up to which enough items were followed, shape (groups, days): ten still are, or none was lost sight of.

    Where every item was watched to its end or to that day, the share is a plain count and needs nobody left.
    """
    ended = (table.closed + table.otherwise).cumsum(axis=1)
    accounted = table.at_risk + ended - (table.closed + table.otherwise)  # still there at dawn, or ended before
    complete = (accounted == table.at_risk[:, :1]) & (table.at_risk[:, :1] >= AT_RISK_TO_SHOW)
    return np.asarray(complete | (table.at_risk >= AT_RISK_TO_SHOW))


def _half(frame: pl.DataFrame, column: str) -> float | None:
    """The day by which half are closed, where the curve shown (or one of its limits) gets there."""
    reached = frame.filter(pl.col(column) >= 0.5 - 1e-8)
    return float(reached["day"][0]) if reached.height else None


def closing_words(frame: pl.DataFrame) -> Text:
    """The share closed by day 60 and the median with their intervals, each where enough items were followed."""
    median, earliest, latest = (_half(frame, column) for column in ("value", "upper", "lower"))
    at = frame.filter(pl.col("day") == CLOSED_BY_DAYS)
    days = both(wording.number, CLOSED_BY_DAYS)
    if not at.height:
        said = in_both(
            "办理满{days}天的件太少，暂不估计{days}天办结的比例",
            "Too few items have been followed for {days} days: no share closed by then yet",
            days=days,
        )
    else:
        share, lower, upper = at.select("value", "lower", "upper").row(0)
        reach = both(wording.interval, lower, upper)
        limits = (
            in_both("（95%区间 {reach}）", " (95% interval {reach})", reach=reach)
            if lower is not None
            else Text("", "")
        )
        said = in_both(
            "{days}天内办结 {share}{limits}", "{share} closed within {days} days{limits}",
            share=both(wording.per_cent, share), days=days, limits=(limits.zh, limits.en),
        )  # fmt: skip
    if median is None:
        last = both(wording.number, int(frame["day"][-1]))
        return in_both("{said}；到第{last}天尚未办结一半", "{said}; fewer than half by day {last}",
                       said=(said.zh, said.en), last=last)  # fmt: skip
    return in_both(
        "{said}，一半{within}办结（{reach}）", "{said}, half {within} ({reach})", said=(said.zh, said.en),
        within=both(wording.within, median), reach=both(wording.days_interval, earliest, latest),
    )  # fmt: skip


def _of_the_rest(counted: pl.DataFrame, frame: pl.DataFrame, snapshot: Snapshot) -> tuple[Text, ...]:
    still = int(counted.filter(pl.col("ended") == int(Ended.OPEN))["items"].sum())
    notes = []
    if still:
        said = in_both(
            "其中{items}仍在办，按已办天数计入，因此近期的件不会使比例显得偏低。",
            "With {items} still open, counted as far as they go, so recent ones do not make the share look low.",
            items=both(wording.items, still),
        )
        notes.append(said)
    other = frame["otherwise"][-1]
    if other:
        notes.append(
            in_both(
                "另有{share}在{days}内撤回或转出，单独计算，不算办结。",
                "Another {share} are withdrawn or transferred within {days}: counted apart, not as closed.",
                share=both(wording.per_cent, other),
                days=both(wording.days, int(frame["day"][-1])),
            )
        )
    if followup.start_of_handling(snapshot).name == "registered":
        notes.append(
            Text("登记数据没有受理日期，从登记之日起算。", "Without acceptance dates, days run from registration.")
        )
    return tuple(notes)


def _why_no_closing(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    each = measure("days_to_close")
    reason = why_not(each, snapshot, filters)
    return (reason_text(each, snapshot, reason, filters),) if reason else ()


def _too_few() -> Text:
    return in_both(
        "所选范围内受理的不足{fewest}件，不画曲线。", "Fewer than {fewest} items in this selection: no curve.",
        fewest=both(wording.number, AT_RISK_TO_SHOW),
    )  # fmt: skip


def closing_by_month(snapshot: Snapshot, filters: Filters) -> View:
    """Closed by day 60, by month of acceptance; a month with too few items followed so long shows no share at all.

    Returns:
        A row a month of the 13 up to the as-of day: month, value, lower, upper (null where not shown), at_risk (items
        still followed on day 60), numerator (closed by day 60 so far), denominator (items accepted), shown.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    last = month_start(as_of)
    months = [add_months(last, at + 1 - MONTHS) for at in range(MONTHS)]
    schema = {"month": pl.Date, "value": pl.Float64}
    missing = _why_no_closing(snapshot, chosen)
    if missing:
        return made(snapshot, chosen, pl.DataFrame(schema=schema), (), ("month",), None, missing)
    counted = followup.closings(snapshot, _of_months(chosen, months[0]), by_month=True)
    if not counted.height:
        return made(snapshot, chosen, pl.DataFrame(schema=schema), (), ("month",), None, (_too_few(),))
    months = [month for month in months if month >= counted["month"].min()]  # type: ignore[operator]  # a date column with rows
    group = counted["month"].replace_strict(months, range(len(months)), return_dtype=pl.Int64).to_numpy()
    table = _life_table(counted, group, len(months))
    found = survival.closed_by_day(
        LifeTable(*(part[:, : CLOSED_BY_DAYS + 1] for part in (table.at_risk, table.closed, table.otherwise)))
    )
    shown = pl.Series("shown", watched(table)[:, CLOSED_BY_DAYS])
    columns = {"value": found.share, "lower": found.lower, "upper": found.upper}
    frame = pl.DataFrame(
        {
            "month": months, **columns, "at_risk": found.at_risk,
            "numerator": table.closed[:, : CLOSED_BY_DAYS + 1].sum(axis=1), "denominator": table.at_risk[:, 0],
        }
    ).with_columns(shown).fill_nan(None)  # fmt: skip
    frame = frame.with_columns(pl.when("shown").then(name).alias(name) for name in columns)
    return made(snapshot, chosen, frame, (), ("month",), months_words(frame),
                (*_recent(frame), *_other_procedures(snapshot, chosen)), methods=METHODS)  # fmt: skip


def _of_months(filters: Filters, first: date) -> Filters:
    return replace(filters, start=first, end=None)


def months_words(frame: pl.DataFrame) -> Text:
    """Whether the newest month that can be judged differs from the one a year, or the most months, before it."""
    shown = frame.filter("shown")
    if shown.height == 0:
        return Text("各月受理的件办满60天的太少，暂不估计", "No month has enough items followed for 60 days yet")
    last, first = shown.row(-1, named=True), shown.row(0, named=True)
    said = in_both(
        "{month}受理的件60天内办结 {share}", "Accepted in {month}: {share} closed within 60 days",
        month=both(wording.month, last["month"]), share=both(wording.per_cent, last["value"]),
    )  # fmt: skip
    if shown.height == 1:
        return said
    apart = _apart(first, last)
    verb = {1: ("高于", "higher than"), -1: ("低于", "lower than"), 0: ("没有明显差别", "not clearly different from")}[
        apart
    ]
    when = both(wording.month, first["month"])
    if apart == 0:
        return Text(f"{said.zh}，与{when[0]}{verb[0]}", f"{said.en}, {verb[1]} {when[1]}")
    return Text(f"{said.zh}，{verb[0]}{when[0]}", f"{said.en}, {verb[1]} {when[1]}")


def _apart(first: dict[str, Any], last: dict[str, Any]) -> int:
    """1 or −1 where the interval of the difference (square and add of both limits) leaves 0 out."""
    (share, lower, upper), (before, low, high) = (_with_limits(row) for row in (last, first))
    difference = share - before
    if difference > hypot(share - lower, high - before):
        return 1
    return -1 if -difference > hypot(upper - share, before - low) else 0


def _with_limits(row: dict[str, Any]) -> tuple[float, float, float]:
    """Share and limits; a share of exactly none or all has no limits of this kind and stands for itself."""
    share = float(row["value"])
    lower, upper = (share if row[name] is None else float(row[name]) for name in ("lower", "upper"))
    return share, lower, upper


def _recent(frame: pl.DataFrame) -> tuple[Text, ...]:
    hidden = frame.filter(~pl.col("shown"))
    if not hidden.height:
        return ()
    names = [
        wording.listing([wording.month(month, language) for month in hidden["month"]], language)
        for language in ("zh", "en")
    ]
    return (
        Text(
            f"{names[0]}受理的件大多未满60天，不显示比例：这不是下降。",
            f"No share for {names[1]}: too few of these items are 60 days old yet. That is not a fall.",
        ),
    )


def flow(snapshot: Snapshot, filters: Filters) -> View:
    """Open before the period + registered since − ended since = open now, exactly; "now" is the as-of day.

    Returns:
        Four rows: step ("open_then", "registered", "ended", "open_now"), items. None where the period has no start;
        no sentence where nothing came, went or was open.
    """
    chosen = seen(filters, snapshot)
    each = measure("open_count")
    reason = why_not(each, snapshot, chosen)
    schema = {"step": pl.String, "items": pl.Int64}
    start = chosen.start
    as_of = chosen.as_of or snapshot.as_of
    if reason or start is None or start > as_of:
        notes = (reason_text(each, snapshot, reason, chosen),) if reason else ()
        return made(snapshot, chosen, pl.DataFrame(schema=schema), (each.name,), (), None, notes)
    found = followup.flow(snapshot, chosen, day_number(start) - 1)
    rows = {
        "open_then": found.open_then,
        "registered": found.registered,
        "ended": found.ended,
        "open_now": found.open_now,
    }
    frame = pl.DataFrame({"step": list(rows), "items": list(rows.values())}, schema=schema)
    said = flow_words(found, start) if any(rows.values()) else None
    return made(snapshot, chosen, frame, (each.name,), (), said, methods=("backlog_identity",))


def flow_words(found: followup.Flow, start: date) -> Text:
    """The four numbers in one sentence; they add up as they are printed."""
    return in_both(
        "{day}在办{then}件，此后登记{new}件、办结{done}件，现在办{now}件（{then}+{new}−{done}={now}）",
        "{then} open on {day}, {new} registered since, {done} ended, {now} open now ({then} + {new} − {done} = {now})",
        day=both(wording.day, start - timedelta(days=1)),
        then=both(wording.number, found.open_then),
        new=both(wording.number, found.registered),
        done=both(wording.number, found.ended),
        now=both(wording.number, found.open_now),
    )
