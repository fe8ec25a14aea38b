"""Are petitions closed, and in time? Closure by month, the open items by age and deadline, days to close, by group."""

from dataclasses import replace
from typing import Any

import polars as pl

from queries import wording
from queries.counting.distributions import closing_days, open_ages, open_by_due_date
from queries.counting.evaluate import evaluate
from queries.counting.reasons import reason_text, why_not
from queries.days import month_end
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.control import course
from queries.views.overview import TREND_MONTHS, by_group, share_and_change
from queries.views.parts import (
    TOO_FEW,
    both,
    every_month,
    excluded,
    goal,
    in_both,
    made,
    months_until,
    other_registers,
    reasons,
    seen,
)
from queries.vocabulary import Text

SHARES = ("on_time_reply_rate", "closure_rate")
QUARTILES = ("lower_quartile", "median", "upper_quartile", "median_lower", "median_upper")
DAYS = ("days_to_close_p25", "days_to_close", "days_to_close_p75")
BINS = ((10, 1, 30), (60, 5, 120), (None, 15, 360))
"""Bars of the histogram in calendar days: up to which upper quartile, width of a bar, start of the last, open bar."""
BREAKDOWNS = ("place", "office", "topic_l1")


def by_month(snapshot: Snapshot, filters: Filters) -> View:
    """On-time reply and closure by month of the due date: the period and what is missing to two years before it.

    Returns:
        A row for every month and measure; columns of `evaluate`, `complete` (`parts.every_month`) and target, the
        share to reach on the as-of day.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    first, last = months_until(chosen, as_of, TREND_MONTHS)
    frame = evaluate(snapshot, SHARES, ("month",), replace(chosen, start=first, end=month_end(last)))
    if frame.height:
        first = max(first, min(frame["month"].to_list()))
    whole = evaluate(snapshot, SHARES, (), chosen)
    notes = (*reasons(whole, snapshot, chosen), *excluded(whole))
    goals = {name: goal(snapshot, name, chosen) for name in SHARES}
    target = pl.col("measure").replace_strict(goals, default=None, return_dtype=pl.Float64).alias("target")
    frame = every_month(frame, SHARES, first, last, as_of).with_columns(target)
    return made(snapshot, chosen, frame, SHARES, ("month",), share_and_change(snapshot, chosen, SHARES[0]), notes)


def on_time_course(snapshot: Snapshot, filters: Filters) -> View:
    """On-time reply by month with its natural limits (`control.course`)."""
    whole = evaluate(snapshot, SHARES[0], (), seen(filters, snapshot))
    notes = (*reasons(whole, snapshot, filters), *excluded(whole))
    return course(snapshot, filters, SHARES[0], "", notes)


def volume_course(snapshot: Snapshot, filters: Filters) -> View:
    """Items registered by month with their natural limits (XmR): workload, never a ranking."""
    return course(snapshot, filters, "registered_count")


def ages(snapshot: Snapshot, filters: Filters) -> View:
    """The items open on the as-of day by days since registration; the period does not apply.

    Returns:
        Columns band, low, high (days), items, overdue.
    """
    chosen = _open_ones(seen(filters, snapshot))
    names = ("open_count", "overdue_count")
    missing = _why(snapshot, chosen, names)
    if why_not(measure("open_count"), snapshot, chosen):
        return made(snapshot, chosen, _no_rows("band", "low", "high", "items", "overdue"), names, notes=missing)
    frame = open_ages(snapshot, (), chosen)
    return made(
        snapshot,
        chosen,
        frame,
        names,
        ("band",),
        _standing_open(snapshot, chosen, frame),
        (*missing, *other_registers(snapshot, names)),
    )


def _standing_open(snapshot: Snapshot, filters: Filters, frame: pl.DataFrame) -> Text:
    items, overdue = int(frame["items"].sum()), int(frame["overdue"].sum())
    if items == 0:
        return Text("没有未办结件", "Nothing open")
    if why_not(measure("overdue_count"), snapshot, filters):
        return in_both("未办结{items}", "{items} open", items=both(wording.items, items))
    if overdue == 0:
        return in_both("未办结{items}，没有超期", "{items} open, none overdue", items=both(wording.items, items))
    return in_both(
        "未办结{items}，其中{overdue}已超过办理期限",
        "{items} open, {overdue} of them past the deadline",
        items=both(wording.items, items),
        overdue=(wording.items(overdue, "zh"), wording.number(overdue, "en")),
    )


def deadlines(snapshot: Snapshot, filters: Filters) -> View:
    """The items open on the as-of day by what is left of their time; the period does not apply.

    Returns:
        Rows "overdue", "7", "14", "30" (due within so many days, the shorter included in the longer) in column
        horizon, with items; no rows where the register knows no deadlines.
    """
    chosen = _open_ones(seen(filters, snapshot))
    missing = _why(snapshot, chosen, ("overdue_count",))
    if missing:
        return made(snapshot, chosen, _no_rows("horizon", "items"), ("overdue_count",), notes=missing)
    frame = open_by_due_date(snapshot, (), chosen)
    due = frame.filter(pl.col("state") == "due")
    counts = {"overdue": int(frame.filter(pl.col("state") == "overdue")["items"].sum())}
    for days in (7, 14, 30):
        counts[str(days)] = int(due.filter(pl.col("high") <= days)["items"].sum())
    rows = pl.DataFrame({"horizon": list(counts), "items": list(counts.values())})
    return made(
        snapshot,
        chosen,
        rows,
        ("overdue_count",),
        finding=_urgency(counts),
        notes=other_registers(snapshot, ("overdue_count",)),
    )


def _urgency(counts: dict[str, int]) -> Text:
    overdue, soon = counts["overdue"], counts["7"]
    if not any(counts.values()):
        return Text("没有超期件，30天内也没有到期件", "Nothing overdue and nothing due within 30 days")
    if overdue == 0 and soon == 0:
        return Text("没有超期件，7天内也没有到期件", "Nothing overdue and nothing due within 7 days")
    late = (
        in_both("{items}超过办理期限仍未办结", "{items} open past the deadline", items=both(wording.items, overdue))
        if overdue
        else Text("没有超期件", "Nothing overdue")
    )
    due = (
        in_both("7天内{items}到期", "{items} due within 7 days", items=both(wording.items, soon))
        if soon
        else Text("7天内没有到期件", "nothing due within 7 days")
    )
    return Text(f"{late.zh}；{due.zh}", f"{late.en}; {due.en}")


def days_taken(snapshot: Snapshot, filters: Filters) -> View:
    """Closed items of the period by days from registration to closing.

    Returns:
        A row a bar: low, high (days, both included; high null for the last), items; lower_quartile, median,
        upper_quartile, median_lower, median_upper (days; limits of the median) the same in every row.
    """
    chosen = seen(filters, snapshot)
    missing = _why(snapshot, chosen, ("days_to_close",))
    found = evaluate(snapshot, DAYS, (), chosen)
    quartiles = found["value"].to_list()
    items = int(found["denominator"][1] or 0)
    if missing or quartiles[1] is None:
        notes = missing or (reason_text(measure("days_to_close"), snapshot, "no_cases", chosen),)
        return made(snapshot, chosen, _no_rows("low", "high", "items"), DAYS, notes=notes)
    width, last_bar = next((wide, last) for most, wide, last in BINS if most is None or quartiles[2] <= most)
    bar = (pl.col("days").clip(upper_bound=last_bar) // width * width).alias("low")
    counted = closing_days(snapshot, (), chosen).group_by(bar).agg(pl.col("items").sum())
    longest = max(counted["low"].to_list(), default=0)
    bars = pl.DataFrame({"low": range(0, longest + 1, width)}, schema={"low": pl.Int64})
    frame = bars.join(counted.cast(pl.Int64), on="low", how="left").with_columns(
        pl.col("items").fill_null(0),
        pl.when(pl.col("low") < last_bar).then(pl.col("low") + width - 1).alias("high"),
        *(
            pl.lit(value, pl.Float64).alias(name)
            for name, value in zip(QUARTILES, (*quartiles, found["lower"][1], found["upper"][1]), strict=True)
        ),
    )
    limits = found.select("lower", "upper").rows()
    finding = in_both(
        "已办结的{items}中一半在{median}内办结（95%区间 {median_limits}），四分之三在{upper}内（{upper_limits}）",
        "Half of the {items} closed took at most {median} (95% interval {median_limits}), three quarters {upper} "
        "({upper_limits})",
        items=both(wording.items, items),
        median=both(wording.lasting, quartiles[1]),
        median_limits=both(wording.days_interval, *limits[1]),
        upper=both(wording.lasting, quartiles[2]),
        upper_limits=both(wording.days_interval, *limits[2]),
    ) if items >= chosen.rule_set.small_sample else in_both(
        "办理天数：样本不足（已办结{items}）", "Days to close: too few items ({items} closed)",
        items=both(wording.items, items),
    )  # fmt: skip
    return made(
        snapshot,
        chosen,
        frame,
        DAYS,
        ("low",),
        finding,
        (*_still_open(snapshot, chosen), *other_registers(snapshot, ("days_to_close",))),
        methods=("quantile_interval",),
    )


def _still_open(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    count = evaluate(snapshot, "open_count", (), filters)["value"][0]
    if not count:
        return ()
    return (
        in_both(
            "同期登记的另有{items}尚未办结，不在图中；越近的月份越显得快。",
            "Not shown: {items} registered in the period and still open; recent months look faster than they are.",
            items=both(wording.items, count),
        ),
    )


def groups(snapshot: Snapshot, filters: Filters, dimension: str) -> View:
    """The on-time reply rate by place, office or topic; columns as in `overview.by_group`."""
    return by_group(snapshot, filters, SHARES[0], dimension)


def table(snapshot: Snapshot, filters: Filters, dimension: str) -> View:
    """Closure in numbers by place, office or topic.

    Returns:
        One row a group: key, zh, en, due, on_time, on_time_reply_rate, closure_rate, days_to_close, open, overdue;
        null where a figure cannot be computed, and where it rests on a small sample; the 95 % limits of the three as
        <name>_lower and <name>_upper.
    """
    chosen = seen(filters, snapshot)
    names = (*SHARES, "days_to_close")
    rated = evaluate(snapshot, names, (dimension,), chosen)
    enough = pl.col("denominator") >= chosen.rule_set.small_sample
    rated = rated.with_columns(pl.when(enough).then(name).alias(name) for name in ("value", "lower", "upper"))
    standing = evaluate(snapshot, ("open_count", "overdue_count"), (dimension,), _open_ones(chosen))
    words = snapshot.dimension(dimension).select("key", "zh", "en")
    frame = words
    for name, column, called in (
        (SHARES[0], "denominator", "due"),
        (SHARES[0], "numerator", "on_time"),
        (SHARES[0], "value", SHARES[0]),
        (SHARES[1], "value", SHARES[1]),
        ("days_to_close", "value", "days_to_close"),
        ("open_count", "value", "open"),
        ("overdue_count", "value", "overdue"),
        *((name, end, f"{name}_{end}") for name in names for end in ("lower", "upper")),
    ):
        source = standing if name.endswith("_count") else rated
        one = source.filter(pl.col("measure") == name).select(
            pl.col(dimension).alias("key"), pl.col(column).alias(called)
        )
        frame = frame.join(one, on="key", how="left", maintain_order="left")
    shown = frame.filter(pl.any_horizontal(pl.col(name).is_not_null() for name in frame.columns[3:]))
    counts = [pl.col(name).cast(pl.Int64) for name in ("open", "overdue")]
    return made(snapshot, chosen, shown.with_columns(counts), (*names, "open_count", "overdue_count"), (dimension,),
                methods=("wilson", "quantile_interval"))  # fmt: skip


PRINTED = ("due", "on_time", SHARES[0], "on_time_limits", SHARES[1], "closure_limits", "days_to_close", "days_limits",
           "open", "overdue")  # fmt: skip
"""Columns of `printed` after the name."""


def printed(view: View, language: str) -> pl.DataFrame:
    """The rows of `table` for reading: name, then PRINTED; limits in words, 样本不足 where a figure has none."""
    rows = view.frame
    limits = {
        called: pl.Series(
            [_limits_words(row, name, language) for row in rows.iter_rows(named=True)], dtype=pl.String
        )
        for called, name in (
            ("on_time_limits", SHARES[0]), ("closure_limits", SHARES[1]), ("days_limits", "days_to_close"),
        )
    }  # fmt: skip
    return rows.with_columns(**limits).select(pl.col(language).alias("name"), *PRINTED)


def _limits_words(row: dict[str, Any], name: str, language: str) -> str:
    write = wording.days_interval if name == "days_to_close" else wording.interval
    if row[name] is None:
        return TOO_FEW(language)
    return write(row[f"{name}_lower"], row[f"{name}_upper"], language)


def _open_ones(filters: Filters) -> Filters:
    return replace(filters, start=None, end=None)


def _why(snapshot: Snapshot, filters: Filters, names: tuple[str, ...]) -> tuple[Text, ...]:
    found = [(name, why_not(measure(name), snapshot, filters)) for name in names]
    return tuple(reason_text(measure(name), snapshot, reason, filters) for name, reason in found if reason)


def _no_rows(*columns: str) -> pl.DataFrame:
    return pl.DataFrame(schema=dict.fromkeys(columns, pl.Int64))
