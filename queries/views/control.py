"""Is a month of a share more than ordinary variation? Natural limits, special causes and the sentence about them."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl

from queries import wording
from queries.days import month_end
from queries.measures import Measure
from queries.register import SpecialPeriod, special_periods
from queries.snapshot import Snapshot
from queries.stats import control_rules
from queries.stats.control_charts import BASELINE, TRIAL_BELOW, p_chart
from queries.stats.control_rules import Better, Variation
from queries.views import View
from queries.views.parts import both, in_both, label
from queries.vocabulary import Text

FEWEST = 3  # whole months with items; fewer give no limits worth drawing
MOSTLY = 0.5  # share of a month's days in special periods from which it neither builds limits nor makes runs
CLAUSES = 2  # newest special causes in the sentence, the others are counted
PERIODS_NAMED = 4


def controlled(view: View, snapshot: Snapshot) -> View:
    """A share month by month with its natural limits (p′ chart); the finding says which months stand out, if any.

    Limits rest on the first 24 whole months shown. Months that are not over, without items, or mostly within special
    periods are drawn but neither build limits nor make runs.

    Args:
        view: one measure, a row for every month: month, numerator, denominator, value, complete, mean.

    Returns:
        The view with limit_lower, limit_upper (shares, null without items), cause, towards (1 above, −1 below, 0
        ordinary), counted (builds limits and runs), special_zh, special_en (special periods of the month, empty if
        none); mean is the centre line. Unchanged where fewer than three months count.
    """
    frame = view.frame.sort("month")
    periods = special_periods(snapshot)
    months = frame["month"].to_list()
    special = [_within(month, periods) for month in months]
    mostly = pl.Series([_covered(month, periods) >= MOSTLY for month in months], dtype=pl.Boolean)
    left_out = ~frame["complete"] | mostly | (frame["denominator"].fill_null(0) == 0)
    if int((~left_out).sum()) < FEWEST:
        return view
    counts = (frame[name].fill_null(0).to_numpy() for name in ("numerator", "denominator"))
    chart = p_chart(*counts, baseline=_baseline(left_out), left_out=left_out.to_numpy())
    limits = {"limit_lower": chart.lower, "limit_upper": chart.upper, "mean": chart.centre}
    frame = frame.with_columns(
        *(pl.Series(name, values).fill_nan(None) for name, values in limits.items()),
        pl.Series("cause", chart.causes),
        pl.Series("towards", chart.towards.astype(np.int64)),
        counted=~left_out,
        special_zh=pl.Series([wording.listing([p.name.zh for p in found], "zh") if found else "" for found in special]),
        special_en=pl.Series([wording.listing([p.name.en for p in found], "en") if found else "" for found in special]),
    )
    base = int(chart.based_on[-1])
    notes = (*_trial(base), *_special(months, special, mostly.to_list()), *view.notes)
    return replace(view, frame=frame, finding=standing(frame, view.measures[0]), notes=notes)


def _baseline(left_out: pl.Series) -> int:
    """Points from the first on that hold the first 24 which count, or all of them."""
    counted = np.flatnonzero(~left_out.to_numpy())
    return max(2, int(counted[min(len(counted), BASELINE) - 1]) + 1)


def _within(month: date, periods: tuple[SpecialPeriod, ...]) -> list[SpecialPeriod]:
    return [each for each in periods if each.starts_on <= month_end(month) and each.ends_on >= month]


def _covered(month: date, periods: tuple[SpecialPeriod, ...]) -> float:
    """Share of the days of a month that lie in special periods."""
    last = month_end(month)
    days = {
        day
        for each in _within(month, periods)
        for day in range(max(each.starts_on, month).toordinal(), min(each.ends_on, last).toordinal() + 1)
    }
    return len(days) / last.day


def standing(frame: pl.DataFrame, each: Measure) -> Text:
    """Which months of `controlled` are more than ordinary variation, newest first; else that none is."""
    counted = frame.filter("counted")
    found = _episodes(counted)
    months = both(wording.number, counted.height)
    if not found and counted["value"].n_unique() == 1:
        share = both(wording.per_cent, counted["value"][0])
        return in_both("{label}：{months}个整月都是 {share}", "{label}: {share} in each of {months} whole months",
                       label=label(each), months=months, share=share)  # fmt: skip
    if not found:
        return in_both(
            "{label}：{months}个整月都属正常波动，看不出实质变化",
            "{label}: ordinary variation in all {months} whole months, no real change to be seen",
            label=label(each),
            months=months,
        )
    told = [_clause(episode) for episode in found[:CLAUSES]]
    rest = len(found) - len(told)
    if rest:
        told.append(Text(f"此前另有 {rest} 处", f"{rest} more before that"))
    return Text(
        f"{each.label.zh}：{'；'.join(text.zh for text in told)}",
        f"{each.label.en}: {'; '.join(text.en for text in told)}",
    )


def _episodes(counted: pl.DataFrame) -> list[pl.DataFrame]:
    """Months in a row with a special cause towards the same side, newest first."""
    numbered = counted.sort("month").with_columns(pl.col("towards").rle_id().alias("_episode"))
    parts = numbered.filter(pl.col("towards") != 0).partition_by("_episode", maintain_order=True, include_key=False)
    return parts[::-1]


def _clause(months: pl.DataFrame) -> Text:
    first, last = months["month"][0], month_end(months["month"][-1])
    when = both(wording.period, first, last)
    above = months["towards"][0] > 0
    if not (months["cause"] == "run").any():
        return in_both(
            "{when}{side}正常波动范围", "{when} {side} the natural limits",
            when=when, side=("高于", "above") if above else ("低于", "below"),
        )  # fmt: skip
    return in_both(
        "{when}连续 {count} 个月{side}平均，不是偶然",
        "{count} months in a row {side} the mean, {when}: more than chance",
        when=when,
        count=both(wording.number, months.height),
        side=("高于", "above") if above else ("低于", "below"),
    )


def newest(view: View) -> Variation | None:
    """What the newest month that counts is; None where there are no limits, or limits without width."""
    if "counted" not in view.frame.columns:
        return None
    counted = view.frame.sort("month").filter("counted")
    last = counted.row(-1, named=True)
    if last["limit_upper"] is None or last["limit_upper"] <= last["limit_lower"]:
        return None
    better: dict[str, Better | None] = {"higher": "higher", "lower": "lower"}
    return control_rules.variation(last["towards"], better.get(view.measures[0].better))


def _trial(months: int) -> tuple[Text, ...]:
    if months >= TRIAL_BELOW:
        return ()
    return (
        Text(
            f"正常波动范围只依据 {months} 个整月（不足 {TRIAL_BELOW} 个），是试行界限，今后还会变动。",
            f"Trial limits: they rest on {months} whole months, fewer than {TRIAL_BELOW}, and may still move.",
        ),
    )


def _special(months: list[date], special: list[list[SpecialPeriod]], mostly: list[bool]) -> tuple[Text, ...]:
    """Names the special periods of the months shown, and the months left out because of them."""
    shown = list(dict.fromkeys(each for found in special for each in found))
    if not shown:
        return ()
    names = [wording.listing([each.name(language) for each in shown], language, PERIODS_NAMED)
             for language in ("zh", "en")]  # fmt: skip
    out = [month for month, is_out in zip(months, mostly, strict=True) if is_out]
    if not out:
        return (Text(f"期间有特殊时期：{names[0]}。", f"Special periods in these months: {names[1]}."),)
    left = [wording.listing([wording.month(month, language) for month in out], language) for language in ("zh", "en")]
    return (
        Text(
            f"期间有特殊时期：{names[0]}；{left[0]}大半属于特殊时期，只画出，不参与判断。",
            f"Special periods in these months: {names[1]}; drawn but not judged, as mostly within them: {left[1]}.",
        ),
    )
