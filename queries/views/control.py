"""Is a month of a share more than ordinary variation? Natural limits, special causes and the sentence about them."""

from dataclasses import replace
from datetime import date
from typing import Literal

import numpy as np
import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.days import month_end
from queries.filters import Filters
from queries.measures import Measure, Ratio, measure
from queries.register import Rebaseline, SpecialPeriod, events_by_month, rebaselines, special_periods
from queries.snapshot import Snapshot
from queries.stats import control_rules
from queries.stats.control_charts import BASELINE, TRIAL_BELOW, expected_false_signals, p_chart, xmr
from queries.stats.control_rules import Assurance, Better, Variation
from queries.views import View, recording
from queries.views.parts import both, every_month, goal, in_both, label, made, months_until, seen
from queries.vocabulary import LANGUAGES, Text

FEWEST = 3  # whole months with items; fewer give no limits worth drawing
MOSTLY = 0.5  # share of a month's days in special periods from which it neither builds limits nor makes runs
CLAUSES = 2  # newest special causes in the sentence, the others are counted
PERIODS_NAMED = 4
COURSE_MONTHS = 24  # months shown of a course, at least
STRAY = 0.1  # of a usual month's items; leading months with fewer build no limits
METHODS = ("p_chart",)
VALUE_METHODS = ("xmr",)


def course(
    snapshot: Snapshot, filters: Filters, name: str, scope: str = "", notes: tuple[Text, ...] = (), charts: int = 1
) -> View:
    """A share or a count by month: the period and as many months before it as make two years, with its natural limits.

    Limits rest on the first months of the register, or since they were last drawn anew, and do not move with the months
    shown: a drift would otherwise carry its own limits along.

    Args:
        scope: key of the place or office the selection is narrowed to; "" for the whole.
        charts: how many charts of this kind the reader may open; the notes say how many false alarms they give.

    Returns:
        A row for every month shown: columns of `evaluate`, complete, mean, and those of `controlled`.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    first, last = months_until(chosen, as_of, COURSE_MONTHS)
    begun = snapshot.first_day.replace(day=1) if snapshot.first_day else first
    first = min(max(first, begun), last)
    whole = replace(chosen, start=min(begun, first), end=month_end(last))
    frame = every_month(evaluate(snapshot, name, ("month",), whole), (name,), min(begun, first), last, as_of)
    if not isinstance(measure(name), Ratio):  # no item registered in a month is a number too
        frame = frame.with_columns(pl.col("numerator").fill_null(0))
        frame = frame.with_columns(pl.col("numerator").cast(pl.Float64).alias("value"))
    shown = frame.filter(pl.col("complete") & (pl.col("month") >= first))
    counted, of = (int(shown[column].sum()) for column in ("numerator", "denominator"))
    mean = counted / of if of else shown["value"].mean()
    frame = _from_the_first_usual_month(frame, first).with_columns(pl.lit(mean, pl.Float64).alias("mean"))
    view = made(snapshot, chosen, frame, (name,), ("month",), None, notes)
    drawn = controlled(view, snapshot, scope=scope, shown_from=first)
    if not has_limits(drawn):
        return drawn
    alarms = false_alarms(charts) if isinstance(measure(name), Ratio) else false_alarms(of_values=charts)
    return replace(drawn, notes=(*drawn.notes, alarms))


def _from_the_first_usual_month(frame: pl.DataFrame, shown_from: date) -> pl.DataFrame:
    """Without leading months that hold next to nothing: a stray old date is no baseline."""
    items = pl.coalesce("denominator", "numerator")
    usual = frame.select(items.drop_nulls().median()).item()
    full = frame if usual is None else frame.filter(items >= max(1.0, STRAY * float(usual)))
    start = full["month"].min() if full.height else shown_from
    return frame.filter((pl.col("month") >= start) | (pl.col("month") >= shown_from))


def controlled(view: View, snapshot: Snapshot, *, scope: str = "", shown_from: date | None = None) -> View:
    """A share by month with its natural limits (p′ chart), or a count (XmR); the finding says which months stand out.

    Limits rest on the first 24 whole months given, and again on the first 24 from each month on from which somebody has
    drawn them anew (`rebaseline`). Months that are not over, without items, or mostly within special periods are drawn
    but neither build limits nor make runs. A phase of fewer than three months that count has no limits yet.

    Args:
        view: one measure, a row for every month: month, numerator, denominator, value, complete, mean.
        scope: key of the place or office whose own target and re-drawn limits apply beside the city's.
        shown_from: first month of the result; earlier ones only build limits and runs.

    Returns:
        The view with limit_lower, limit_upper (shares, null without items), cause, towards (1 above, −1 below, 0
        ordinary), counted (builds limits and runs), phase (from 0), based_on (months the limits of the phase rest on;
        limits and mean are null below three), left_out (mostly within special periods), target
        (null where none is set), special_zh, special_en, event_zh, event_en (special periods and context events of the
        month, empty if none); doubtful (the newest month that counts looks better, but the recording must be checked
        first, `recording`); mean is the centre line of the month's phase. Without limits where fewer than three
        months count.
    """
    frame = view.frame.sort("month")
    shown = pl.col("month") >= (shown_from or frame["month"].min())
    periods = special_periods(snapshot)
    months = frame["month"].to_list()
    special = [_within(month, periods) for month in months]
    mostly = pl.Series([_covered(month, periods) >= MOSTLY for month in months], dtype=pl.Boolean)
    each = view.measures[0]
    is_share = isinstance(each, Ratio)
    empty = frame["denominator"].fill_null(0) == 0 if is_share else frame["value"].is_null()
    left_out = ~frame["complete"] | mostly | empty
    if int((~left_out).sum()) < FEWEST:
        return replace(view, frame=frame.filter(shown))
    anew = rebaselines(snapshot, each.name, scope)
    starts = [months.index(change.month) for change in anew if change.month in months[1:]]
    base, out = _baseline(left_out), left_out.to_numpy()
    if is_share:
        counts = (frame[name].fill_null(0).to_numpy() for name in ("numerator", "denominator"))
        chart = p_chart(*counts, baseline=base, rebase_at=starts, left_out=out)
    else:
        chart = xmr(frame["value"].fill_null(float("nan")).to_numpy(), baseline=base, rebase_at=starts, left_out=out)
    limits = {"limit_lower": np.maximum(chart.lower, 0.0), "limit_upper": chart.upper, "mean": chart.centre}
    is_judged = chart.based_on >= FEWEST
    happened = events_by_month(snapshot)
    frame = frame.with_columns(
        *(pl.Series(name, np.where(is_judged, values, np.nan)).fill_nan(None) for name, values in limits.items()),
        pl.Series("cause", np.where(is_judged, chart.causes, "common")),
        pl.Series("towards", np.where(is_judged, chart.towards, 0).astype(np.int64)),
        pl.Series("phase", chart.phase),
        pl.Series("based_on", chart.based_on),
        pl.lit(goal(snapshot, each.name, view.filters, scope), pl.Float64).alias("target"),
        *_named("special", [[period.name for period in found] for found in special]),
        *_named("event", [happened.get(month, []) for month in months]),
        counted=~left_out,
        left_out=mostly,
    )
    doubt = _doubt(snapshot, view, frame)
    frame = frame.with_columns(doubtful=pl.lit(doubt is not None))
    seen_here = frame.filter(shown)
    notes = (
        *(() if doubt is None else (doubt,)),
        *_trial(frame),
        *_anew([change for change in anew if change.month in months[1:]]),
        *_special(seen_here["month"].to_list(), _from(special, shown, frame), seen_here["left_out"].to_list()),
        *view.notes,
    )
    finding = recording.with_check(standing(frame, each, shown_from), doubt)
    return replace(view, frame=seen_here, finding=finding, notes=notes, methods=METHODS if is_share else VALUE_METHODS)


def _doubt(snapshot: Snapshot, view: View, frame: pl.DataFrame) -> Text | None:
    """Why the newest month's improvement is none before the recording is checked: held against its limits' months."""
    each = view.measures[0]
    counted = frame.filter("counted")
    if each.name not in recording.BETTER or not counted.height:
        return None
    last = counted.row(-1, named=True)
    base = counted.filter((pl.col("phase") == last["phase"]) & (pl.col("month") < last["month"])).head(BASELINE)
    if not base.height:
        return None
    month, first = last["month"], base["month"][0]
    now = replace(view.filters, start=month, end=month_end(month), as_of=view.as_of)
    then = replace(now, start=first, end=month_end(base["month"][-1]))
    why = recording.doubt(snapshot, now, then, each.name, last["towards"])
    return why and in_both(
        "{month}低于平均，但与界限所据各月相比，{why}：请先核实登记，不作改进看待。"
        if each.better == "lower"
        else "{month}高于平均，但与界限所据各月相比，{why}：请先核实登记，不作改进看待。",
        "{month} looks better, but against the months its limits rest on {why}: check the recording before calling it "
        "an improvement.",
        month=both(wording.month, month),
        why=(why.zh, why.en),
    )


def _from(special: list[list[SpecialPeriod]], shown: pl.Expr, frame: pl.DataFrame) -> list[list[SpecialPeriod]]:
    kept = frame.select(shown).to_series().to_list()
    return [found for found, is_shown in zip(special, kept, strict=True) if is_shown]


def _named(column: str, names: list[list[Text]]) -> list[pl.Series]:
    """Names of each month as one text a language."""
    return [
        pl.Series(f"{column}_{language}", [_list_of(found, language) for found in names], dtype=pl.String)
        for language in LANGUAGES
    ]


def _list_of(names: list[Text], language: str) -> str:
    return wording.listing([name(language) for name in names], language, PERIODS_NAMED) if names else ""


def _baseline(left_out: pl.Series) -> int:
    """Points from the first on that hold the first 24 which count, or all of them."""
    counted = np.flatnonzero(~left_out.to_numpy())
    return max(2, int(counted[min(len(counted), BASELINE) - 1]) + 1)


def _anew(changes: list[Rebaseline]) -> tuple[Text, ...]:
    """From when on limits are drawn anew, and the reason given."""
    return tuple(
        in_both(
            "自{month}起按新的界限判断：{reason}", "New limits from {month} on: {reason}",
            month=both(wording.month, change.month), reason=(change.reason,) * 2,
        )
        for change in changes
    )  # fmt: skip


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


def standing(frame: pl.DataFrame, each: Measure, since: date | None = None) -> Text:
    """Which months of `controlled` are more than ordinary variation, newest first; else that none is.

    Args:
        since: first month spoken of; a run that began before is counted whole.
    """
    counted = frame.filter("counted")
    found = _episodes(counted)
    if since is not None:
        found = [episode for episode in found if episode["month"][-1] >= since]
        counted = counted.filter(pl.col("month") >= since)
    young = _young(frame)
    if young is not None:
        found_or_not = [_clause(episode) for episode in found] or _nothing_before(counted, young)
        return _told(each, [_too_few(counted, young), *found_or_not], CLAUSES + 1)
    if not counted.height:
        return Text(f"{each.label.zh}：尚无整月可判断", f"{each.label.en}: no whole month to judge yet")
    if found:
        return _told(each, [_clause(episode) for episode in found], CLAUSES)
    months = _whole_months(counted.height)
    if counted["value"].n_unique() == 1:
        write = wording.per_cent if isinstance(each, Ratio) else wording.number
        share = both(write, counted["value"][0])
        return in_both("{label}：{months}都是 {share}", "{label}: {share} in {each}{months}",
                       label=label(each), months=months, share=share,
                       each=("", "each of ") if counted.height > 1 else ("", ""))  # fmt: skip
    anew = _drawn_anew(frame, min(counted["month"].to_list()))
    if anew:
        return in_both(
            "{label}：{since}起重画控制限，{parts}{months}各属正常波动",
            "{label}: limits drawn anew from {since}; ordinary variation {parts}, {months}",
            label=label(each),
            since=both(lambda code: wording.listing([wording.month(month, code) for month in anew], code)),
            parts=("前后", "before and since") if len(anew) == 1 else ("其间前后", "before, between and since"),
            months=months,
        )
    return in_both(
        "{label}：{months}都属正常波动，看不出实质变化",
        "{label}: only ordinary variation in {months}",
        label=label(each),
        months=months,
    )


def _told(each: Measure, clauses: list[Text], most: int) -> Text:
    """The first clauses, and how many more there are."""
    rest = len(clauses) - most
    told = [*clauses[:most], *([Text(f"此前另有{rest}处", f"{rest} more before that")] if rest > 0 else [])]
    return Text(
        f"{each.label.zh}：{'；'.join(text.zh for text in told)}",
        f"{each.label.en}: {'; '.join(text.en for text in told)}",
    )


def _whole_months(count: int) -> tuple[str, str]:
    return (
        f"{wording.number(count, 'zh')}个整月",
        f"{wording.number(count, 'en')} whole month{'' if count == 1 else 's'}",
    )


def _young(frame: pl.DataFrame) -> date | None:
    """From when on limits are drawn anew, where fewer months than limits need count since then."""
    newest = frame.filter(pl.col("phase") == pl.col("phase").max())
    return newest["month"].to_list()[0] if newest["based_on"][0] < FEWEST else None


def _too_few(counted: pl.DataFrame, young: date) -> Text:
    since = counted.filter(pl.col("month") >= young).height
    return in_both(
        "{month}起重画控制限，此后{months}，还不能判断" if since else "{month}起重画控制限，此后尚无整月可判断",
        "limits drawn anew from {month}, {months} since: too few to judge"
        if since
        else "limits drawn anew from {month}, no whole month since to judge",
        month=both(wording.month, young),
        months=_whole_months(since),
    )


def _nothing_before(counted: pl.DataFrame, young: date) -> list[Text]:
    before = counted.filter(pl.col("month") < young).height
    said = in_both("此前{months}都属正常波动", "only ordinary variation in the {months} before",
                   months=_whole_months(before))  # fmt: skip
    return [said] if before else []


def _drawn_anew(frame: pl.DataFrame, since: date) -> list[date]:
    """The months from which on limits are drawn anew, after the first month spoken of."""
    starts = frame.group_by("phase").agg(pl.col("month").min()).filter(pl.col("month") > since)
    return sorted(starts["month"].to_list())


def _episodes(counted: pl.DataFrame) -> list[pl.DataFrame]:
    """Months in a row with a special cause towards the same side of the same limits, newest first."""
    numbered = counted.sort("month").with_columns(pl.struct("phase", "towards").rle_id().alias("_episode"))
    parts = numbered.filter(pl.col("towards") != 0).partition_by("_episode", maintain_order=True, include_key=False)
    return parts[::-1]


def _clause(months: pl.DataFrame) -> Text:
    first, last = months["month"][0], month_end(months["month"][-1])
    when = both(wording.period, first, last)
    skipped = (last.year - first.year) * 12 + last.month - first.month + 1 - months.height
    if skipped:  # such as those of special periods: they neither break a run nor belong to it
        when = (
            f"{when[0]}（其中{wording.number(skipped, 'zh')}个月不计）",
            f"{when[1]} ({wording.number(skipped, 'en')} not judged)",
        )
    above = months["towards"][0] > 0
    causes = set(months["cause"])
    if not causes & {"run", "outside"}:
        trend = "trend" in causes
        said = {
            (True, True): Text("逐月上升", "rising month after month"),
            (True, False): Text("逐月下降", "falling month after month"),
            (False, True): Text("三个月中有两个接近上限", "two of three months near the upper limit"),
            (False, False): Text("三个月中有两个接近下限", "two of three months near the lower limit"),
        }[trend, above]
        return in_both("{when}{said}，不是偶然", "{when} {said}: more than chance", when=when, said=(said.zh, said.en))
    if "run" not in causes:
        return in_both(
            "{when}{side}正常波动范围", "{when} {side} the natural limits",
            when=when, side=("高于", "above") if above else ("低于", "below"),
        )  # fmt: skip
    return in_both(
        "{when}连续{count}个月{side}平均，不是偶然",
        "{count} months in a row {side} the mean, {when}: more than chance",
        when=when,
        count=both(wording.number, months.height),
        side=("高于", "above") if above else ("低于", "below"),
    )


def assured(view: View) -> Assurance | None:
    """Whether ordinary variation keeps to the target, misses it, or does either.

    None without target, and as long as the limits are trial limits: it speaks of months to come, and the first points
    of a phase do not tell how far these will vary. None also where a month that counts contradicts it.
    """
    better: dict[str, Better] = {"higher": "higher", "lower": "lower"}
    each = view.measures[0]
    if not has_limits(view) or each.better not in better:
        return None
    phase = _judged_now(view)
    if phase is None or phase["based_on"][-1] < TRIAL_BELOW:
        return None
    row = phase.row(-1, named=True)
    if row["target"] is None or row["limit_upper"] <= row["limit_lower"]:
        return None
    found = control_rules.assurance(row["limit_lower"], row["limit_upper"], row["target"], better[each.better])
    value, target = pl.col("value"), pl.col("target")
    met = phase.select(value >= target if each.better == "higher" else value <= target).to_series()
    contradicted = {"passes": not met.all(), "fails": bool(met.any()), "hit_and_miss": False}
    return None if contradicted[found] else found


def _judged_now(view: View) -> pl.DataFrame | None:
    """The months that count since limits were last drawn, oldest first; None where they have no limits yet."""
    frame = view.frame.sort("month")
    phase = frame.filter(pl.col("counted") & (pl.col("phase") == pl.col("phase").max()))
    return phase if phase.height and phase["limit_upper"][-1] is not None else None


def false_alarms(charts: int = 0, *, of_values: int = 0) -> Text:
    """How often `charts` of shares and `of_values` of counts mark their newest month though nothing has happened."""
    expected = expected_false_signals(p_charts=charts, xmr_charts=of_values)
    charts += of_values
    if expected < 1 / 12:
        every = both(wording.number, round(1 / expected)) if expected else ("—", "—")
        one = ("a chart of this kind still marks" if charts == 1 else f"{charts} charts of this kind still mark",) * 2
        return in_both(
            "即使一切如常，{charts}张图平均约每{every}个月也会误标一次。",
            "With nothing happening, {one} one month in about {every} by chance.",
            one=one,
            charts=both(wording.number, charts),
            every=every,
        )
    return in_both(
        "即使一切如常，{charts}个单位的图合计每月也会误标约{expected}处。",
        "With nothing happening, the charts of {charts} groups together still mark about {expected} months by chance "
        "every month.",
        charts=both(wording.number, charts),
        expected=(wording.number(expected, "zh", 1), wording.number(expected, "en", 1)),
    )


def has_limits(view: View) -> bool:
    """Whether a course has natural limits."""
    return "counted" in view.frame.columns


def decisions(snapshot: Snapshot, filters: Filters, name: str, scope: str = "") -> tuple[int, ...]:
    """Numbers of the records that had limits of a chart drawn anew, newest month first."""
    rows = snapshot.records.rows("rebaseline").filter(
        (pl.col("measure") == name) & pl.col("scope").fill_null("").is_in(["", scope])
    )
    return tuple(rows.sort("month", descending=True)["rebaseline_id"].to_list())


def newest(view: View) -> Variation | Literal["check_recording"] | None:
    """What the newest month that counts is; None where it has no limits, or limits without width.

    An improvement that the recording speaks against is "check_recording".
    """
    if not has_limits(view):
        return None
    phase = _judged_now(view)
    if phase is None:
        return None
    last = phase.row(-1, named=True)
    if last["limit_upper"] <= last["limit_lower"]:
        return None
    better: dict[str, Better | None] = {"higher": "higher", "lower": "lower"}
    if last["doubtful"]:
        return "check_recording"
    return control_rules.variation(last["towards"], better.get(view.measures[0].better))


def _trial(frame: pl.DataFrame) -> tuple[Text, ...]:
    """That the newest limits are trial limits, or not drawn yet, and what is not said until then."""
    months = frame["based_on"][-1]
    if months >= TRIAL_BELOW:
        return ()
    least = both(wording.number, TRIAL_BELOW)
    target = Text("", "")
    if frame["target"].is_not_null().any():
        target = in_both(
            "，满{least}个整月前不判断能否达到目标",
            "; whether the target is kept is not said before there are {least}",
            least=least,
        )
    if months < FEWEST:
        zh, en = (
            "重画后的界限有{fewest}个整月才画出{target}。",
            "Limits drawn anew show from {fewest} whole months on{target}.",
        )
    else:
        zh, en = (
            "正常波动范围只依据{months}（不足{least}个），是试行界限，今后还会变动{target}。",
            "Trial limits: they rest on {months}, fewer than {least}, and may still move{target}.",
        )
    fewest = both(wording.number, FEWEST)
    return (in_both(zh, en, months=_whole_months(months), least=least, fewest=fewest, target=(target.zh, target.en)),)


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
