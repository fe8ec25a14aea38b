"""Same-day forwarding (日清日结): how much is forwarded the day it is registered, where and when not, what waits now?

The official reading counts every first petition by calendar days and is what opens. Two other readings let days off, or
days off and evenings, count for the next working day; each is a measure of its own and always named.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time, timedelta

import polars as pl

from queries import wording
from queries.counting.clock import LONGEST_FORWARDING, by_clock, forwarding_days, not_forwarded
from queries.counting.evaluate import compare, evaluate
from queries.counting.reasons import reason_text, why_not
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats.intervals import COUNTS_ONLY_BELOW, newcombe
from queries.views import View, control
from queries.views.parts import (
    bands,
    both,
    change_words,
    excluded,
    goal,
    in_both,
    made,
    reasons,
    seen,
    share_words,
    with_change,
)
from queries.views.townships import dots, standing
from queries.vocabulary import Text
from queries.working_days import is_working_day

OFFICIAL = "same_day_forwarding_rate"
AFTER_HOURS = "forwarding_rate_after_hours"
READINGS = (OFFICIAL, "forwarding_rate_off_days", AFTER_HOURS)
GROUPS = ("register_level", "channel", "weekday", "hour", "place", "office")
CLOCK = ("weekday", "hour")
AMONG = {"register_level": "各级", "channel": "各种信访形式", "weekday": "一周各天", "hour": "各时段"}
DELAYS = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 7), (8, 15), (16, None))  # calendar days, both ends included
LONG = 5  # the first of DELAYS that is more than a week
WEEKS = 26  # of the calendar
STEPS = (0.5, 0.8, 0.9, 0.95)  # shares at which the calendar's shade changes
WEEKDAYS = tuple(
    Text(f"星期{zh}", en)
    for zh, en in zip("一二三四五六日", ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True)
)
SHORT = {
    OFFICIAL: Text("按登记当日（官方口径）", "Same calendar day (official)"),
    "forwarding_rate_off_days": Text("非工作日顺延", "Days off postponed"),
    AFTER_HOURS: Text("非工作日和下班后顺延", "Days off and evenings postponed"),
}


def offered(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """The readings this register can give, the official one first."""
    chosen = seen(filters, snapshot)
    return tuple(name for name in READINGS if why_not(measure(name), snapshot, chosen) is None)


def reading(snapshot: Snapshot, filters: Filters, name: str) -> Text:
    """What a reading lets count for the next working day, with the closing time where the period has one alone."""
    times = closing_times(snapshot, filters)
    if name != AFTER_HOURS or len(times) > 1:
        return SHORT[name]
    closing = f"{times[0][1]:%H:%M}"
    return Text(f"非工作日和{closing}后顺延", f"Days off and after {closing} postponed")


def closing_times(snapshot: Snapshot, filters: Filters) -> tuple[tuple[date | None, time], ...]:
    """When offices close in the period: the first day of each time, None for one that held before the period."""
    times = _all_times(snapshot, filters)
    end = filters.end or filters.as_of or snapshot.as_of
    reached = [each for each in times if each[0] is None or each[0] <= end]
    held = [each for each in reached if each[0] is None or (filters.start and each[0] <= filters.start)][-1]
    return ((None, held[1]), *reached[reached.index(held) + 1 :])


def _all_times(snapshot: Snapshot, filters: Filters) -> tuple[tuple[date | None, time], ...]:
    return ((None, filters.rule_set.closing_time), *snapshot.records.closing_times)


def _times_said(times: Sequence[tuple[date | None, time]], language: str) -> str:
    return wording.listing([_time_said(*each, language) for each in times], language, len(times))


def _time_said(day: date | None, at: time, language: str) -> str:
    if day is None:
        return f"{at:%H:%M}"
    since = wording.day(day, language)
    return f"{since}起{at:%H:%M}" if language == "zh" else f"from {since} at {at:%H:%M}"


def closing_said(snapshot: Snapshot, filters: Filters) -> Text:
    """Every closing time from its day on, and what it does, in one sentence."""
    return in_both(
        "下班时间：{times}。下班后登记的，按顺延口径计入下一工作日；上班前登记的仍计入当日。",
        "Offices close at {times}. Where evenings are postponed, what is registered later counts for the next working "
        "day; before opening it counts for the same day.",
        times=both(_times_said, _all_times(snapshot, filters)),
    )


def headline(snapshot: Snapshot, filters: Filters) -> View:
    """The rate in every reading, the official one first.

    Returns:
        One row a reading: columns of `evaluate.compare` and `parts.with_change`, target.
    """
    chosen = seen(filters, snapshot)
    frame = compare(snapshot, READINGS, (), chosen)
    for before in ("previous", "last_year"):
        frame = with_change(frame, before, snapshot, chosen)
    frame = frame.with_columns(
        # the target speaks of the official reading
        pl.when(pl.col("measure") == OFFICIAL)
        .then(pl.lit(goal(snapshot, OFFICIAL, chosen), pl.Float64))
        .alias("target"),
    )
    # items left out are named by the figures below, for the reading they show
    finding, why = _finding(snapshot, frame, chosen), reasons(frame, snapshot, chosen)
    return made(snapshot, chosen, frame, READINGS, (), finding, why)


def _finding(snapshot: Snapshot, frame: pl.DataFrame, filters: Filters) -> Text | None:
    official, other = frame.row(0, named=True), frame.row(-1, named=True)
    if official["value"] is None:
        return None
    label = measure(OFFICIAL).label
    smallest = filters.rule_set.small_sample
    if official["denominator"] < smallest:
        few = share_words(official["numerator"], official["denominator"], smallest)
        return Text(f"{label.zh} {few.zh}", f"{label.en}: {few.en}")
    said = in_both("{label} {share}（{counts}）", "{label} {share} ({counts})", label=(label.zh, label.en),
                   share=both(wording.per_cent, official["value"]),
                   counts=both(wording.fraction, official["numerator"], official["denominator"]))  # fmt: skip
    change = change_words(official["change_last_year"], official["signal_last_year"], "上年同期", "the year before")
    if change:
        said = Text(f"{said.zh}，{change.zh}", f"{said.en}, {change.en}")
    if other["value"] is None:
        return said
    name = reading(snapshot, filters, READINGS[-1])
    return in_both(
        "{said}；{name}为{share}",
        "{said}; {name} {share}",
        said=(said.zh, said.en),
        name=(name.zh, name.en[0].lower() + name.en[1:]),
        share=both(wording.per_cent, other["value"]),
    )


def course(snapshot: Snapshot, filters: Filters, name: str = OFFICIAL) -> View:
    """The rate by month with its natural limits (`control.course`)."""
    chosen = seen(filters, snapshot)
    why = reasons(evaluate(snapshot, name, (), chosen), snapshot, chosen)
    return control.course(snapshot, filters, name, "", why)


def by_group(snapshot: Snapshot, filters: Filters, name: str = OFFICIAL, group: str = "register_level") -> View:
    """Levels, channels, places or offices (`townships.dots`), weekdays or hours, beside the whole.

    Returns:
        As `townships.compared`; for weekdays and hours the columns its picture needs: the group (key), zh, en,
        numerator, denominator, excluded, value, lower, upper, band, worse, overall, target. Weekdays from Monday,
        hours from midnight; those without items are left out.
    """
    if group not in CLOCK:
        view = dots(snapshot, filters, name, group)
        if group in AMONG and view.finding:
            return replace(view, finding=standing(view.frame, measure(name).label, AMONG[group]))
        return view
    chosen = seen(filters, snapshot)
    each = measure(name)
    reason = why_not(each, snapshot, chosen)
    if reason or (group == "hour" and not snapshot.coverage.get("registered_time")):
        why = (
            reason_text(each, snapshot, reason, chosen)
            if reason
            else Text("登记时间没有时、分，看不出时段。", "Registrations have no time of day: hours cannot be told.")
        )
        return made(snapshot, chosen, pl.DataFrame(schema={"value": pl.Float64}), (name,), (group,), None, (why,))
    whole = evaluate(snapshot, name, (), chosen)
    frame = by_clock(snapshot, name, group, chosen).filter(pl.col("denominator") > 0)
    labels = [_clock_label(group, part) for part in frame["part"].to_list()]
    frame = frame.with_columns(
        pl.col("part").cast(pl.String).alias(group),
        zh=pl.Series([text.zh for text in labels], dtype=pl.String),
        en=pl.Series([text.en for text in labels], dtype=pl.String),
    )
    frame = bands(frame, whole["value"][0], each.better, chosen.rule_set.small_sample).with_columns(
        overall=pl.lit(whole["value"][0], pl.Float64), target=pl.lit(None, pl.Float64), measure=pl.lit(name)
    )
    finding = standing(frame, each.label, AMONG[group]) if frame.height else None
    return made(
        snapshot, chosen, frame, (name,), (group,), finding, (*reasons(whole, snapshot, chosen), *excluded(whole))
    )


def _clock_label(group: str, part: int) -> Text:
    if group == "weekday":
        return WEEKDAYS[part]
    return Text(f"{part}时", f"{part:02d}:00")


def delays(snapshot: Snapshot, filters: Filters) -> View:
    """First petitions of the period by calendar days until they were forwarded.

    Returns:
        One row for every band of DELAYS, and one with low and high null for those not forwarded: low, high, items, of,
        value (share of all).
    """
    chosen = seen(filters, snapshot)
    each = measure(OFFICIAL)
    reason = why_not(each, snapshot, chosen)
    schema = {"low": pl.Int64(), "high": pl.Int64(), "items": pl.Int64(), "of": pl.Int64(), "value": pl.Float64()}
    if reason:
        why = (reason_text(each, snapshot, reason, chosen),)
        return made(snapshot, chosen, pl.DataFrame(schema=schema), (), (), None, why)
    counted = forwarding_days(snapshot, chosen)
    total = int(counted["items"].sum())
    days = pl.col("days")
    found = [
        int(counted.filter(days.is_between(low, LONGEST_FORWARDING if high is None else high))["items"].sum())
        for low, high in DELAYS
    ]
    waits = int(counted.filter(days.is_null())["items"].sum())
    listed = [(*band, items) for band, items in zip(DELAYS, found, strict=True)] + [(None, None, waits)]
    rows = [(low, high, items, total, items / total) for low, high, items in listed if total]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    if not total:
        return made(snapshot, chosen, frame, (), (), None, (reason_text(each, snapshot, "no_cases", chosen),))
    late, long = sum(found[1:]), sum(found[LONG:])
    finding = in_both(
        "隔日及以后转送{late}，其中超过一周{long}",
        "{late} forwarded on a later day, {long} of them after more than a week",
        late=both(wording.items, late),
        long=(wording.items(long, "zh"), wording.number(long, "en")),
    )
    return made(snapshot, chosen, frame, (), (), finding)


def calendar(snapshot: Snapshot, filters: Filters, name: str = OFFICIAL) -> View:
    """The rate day by day over the newest WEEKS weeks of the period.

    Returns:
        One row a day: day, week (its Monday), weekday (0 Monday), numerator, denominator, value (null without items),
        step (0 to 4, see STEPS; null with fewer than COUNTS_ONLY_BELOW items, too few for a share), is_off_day.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    last = min(chosen.end or as_of, as_of)
    first = last - timedelta(days=last.weekday() + 7 * (WEEKS - 1))
    if chosen.start:
        first = max(first, chosen.start)
    counted = evaluate(snapshot, name, ("day",), replace(chosen, start=first, end=last))
    grid = pl.DataFrame({"day": pl.date_range(first, last, eager=True)}, schema={"day": pl.Date})
    frame = grid.join(counted.filter(pl.col("reason").is_null()), on="day", how="left", maintain_order="left")
    step = pl.sum_horizontal((pl.col("value") >= share).cast(pl.Int64) for share in STEPS)
    off = [not is_working_day(day) for day in frame["day"].to_list()]
    frame = frame.select(
        pl.lit(name).alias("measure"),
        "day",
        pl.col("day").dt.truncate("1w").alias("week"),
        (pl.col("day").dt.weekday() - 1).cast(pl.Int64).alias("weekday"),
        "numerator",
        "denominator",
        "value",
        pl.when(pl.col("denominator") >= COUNTS_ONLY_BELOW).then(step).alias("step"),
        pl.Series("is_off_day", off, dtype=pl.Boolean),
    )
    return made(
        snapshot, chosen, frame, (name,), ("day",), _calendar_finding(frame, name, chosen.rule_set.small_sample)
    )


def _calendar_finding(frame: pl.DataFrame, name: str, smallest: int) -> Text | None:
    """Days on which everything was forwarded; working days beside days off, and whether they differ beyond chance."""
    days = frame.filter(pl.col("denominator") > 0)
    if days.is_empty():
        return None
    whole = days.filter(pl.col("numerator") == pl.col("denominator")).height
    off, on = (days.filter(pl.col("is_off_day") == is_off) for is_off in (True, False))
    said = in_both(
        "{days}中有{whole}全部当日转送" if name == OFFICIAL else "{days}中有{whole}全部按时转送",
        "Everything in time on {whole} of {days}",
        days=both(wording.days, days.height),
        whole=(wording.days(whole, "zh"), wording.number(whole, "en")),
    )
    if on.is_empty() or off.is_empty():
        return said
    counts = [(int(part["numerator"].sum()), int(part["denominator"].sum())) for part in (on, off)]
    shares = [share_words(*pair, smallest) for pair in counts]
    verdict = Text("", "")
    if min(of for _, of in counts) >= smallest:
        apart = newcombe(*counts[0], *counts[1])
        reach = both(wording.signed_interval, float(apart.lower), float(apart.upper))
        verdict = (
            in_both("，相差{reach}，超出偶然", ", apart by {reach}: more than chance", reach=reach)
            if apart.direction
            else in_both("，差别可能只是偶然（{reach}）", ", which can be chance ({reach})", reach=reach)
        )
    return in_both(
        "{said}；工作日 {on}，休息日 {off}{verdict}", "{said}; {on} on working days, {off} on days off{verdict}",
        said=(said.zh, said.en), on=(shares[0].zh, shares[0].en), off=(shares[1].zh, shares[1].en),
        verdict=(verdict.zh, verdict.en),
    )  # fmt: skip


def waiting(snapshot: Snapshot, filters: Filters) -> View:
    """First petitions neither forwarded nor closed by the as-of day, whenever registered, by age and office.

    Returns:
        One row an office ("" where none is named yet), most items first: office, zh, en, items, and the bands
        today, one, few, week, fortnight, older (0, 1, 2–3, 4–7, 8–15, more days since registration).
    """
    chosen = replace(seen(filters, snapshot), start=None, end=None)
    each = measure(OFFICIAL)
    reason = why_not(each, snapshot, chosen)
    schema = dict.fromkeys(("office", "zh", "en"), pl.String()) | dict.fromkeys(("items", *BANDS), pl.Int64())
    if reason:
        return made(snapshot, chosen, pl.DataFrame(schema=schema), (), ("office",), None,
                    (reason_text(each, snapshot, reason, chosen),))  # fmt: skip
    counted = not_forwarded(snapshot, ("office",), chosen)
    names = {place: name for place, name in enumerate(BANDS)}
    frame = counted.with_columns(pl.col("band").replace_strict(names, return_dtype=pl.String).alias("name"))
    frame = frame.pivot("name", index="office", values="items", aggregate_function="sum")
    missing = [pl.lit(0, pl.Int64).alias(name) for name in BANDS if name not in frame.columns]
    frame = frame.with_columns(missing).with_columns(pl.col(BANDS).fill_null(0))
    frame = frame.with_columns(items=pl.sum_horizontal(BANDS))
    words = snapshot.dimension("office").select(pl.col("key").alias("office"), "zh", "en")
    frame = frame.join(words, on="office", how="left", maintain_order="left").select(list(schema))
    frame = frame.sort("items", "office", descending=[True, False])
    return made(snapshot, chosen, frame, (), ("office",), _waiting_finding(frame), ())


BANDS = ("today", "one", "few", "week", "fortnight", "older")
"""Columns of `waiting`, in the order of `clock.WAITING_BANDS`."""


def _waiting_finding(frame: pl.DataFrame) -> Text:
    total = int(frame["items"].sum())
    if not total:
        return Text("没有未转送的初次件", "No first petition waits to be forwarded")
    today = int(frame["today"].sum())
    return in_both(
        "尚未转送的初次件{total}，其中当日登记{today}",
        "{total} not forwarded yet, {today} of them registered today",
        total=(wording.items(total, "zh"), f"{wording.number(total, 'en')} first petition{'' if total == 1 else 's'}"),
        today=(wording.items(today, "zh"), wording.number(today, "en")),
    )


def total_waiting(view: View) -> int:
    """Items in all rows of `waiting`."""
    return int(view.frame["items"].sum())


def waiting_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `waiting` for reading."""
    return view.frame.select(pl.col(language).alias("name"), "items", *BANDS)


def delay_table(view: View, language: str) -> pl.DataFrame:
    """The rows of `delays` for reading."""
    waits = ("尚未转送", "not forwarded yet")[language != "zh"]

    def delay(low: int | None, high: int | None) -> str:
        if low is None:
            return waits
        if high is None:
            return f"≥{wording.days(low, language)}"
        return wording.days(low, language) if low == high else f"{low}–{wording.days(high, language)}"

    words = [delay(low, high) for low, high in view.frame.select("low", "high").rows()]
    return view.frame.select(pl.Series("delay", words, pl.String), "items", "of", "value")
