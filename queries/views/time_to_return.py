"""Does it last? By which day after closing, or after recognition, a matter comes back, recent ones counted as far as
they go.

"Time at risk" matters: what was recognised last month had no time to come back, and is not praised for it.
"""

import numpy as np
import polars as pl

from queries import wording
from queries.counting import followup
from queries.counting.followup import Followed
from queries.counting.reasons import HEADINGS, filters_apply, reason_text, why_not
from queries.days import day_number
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats import repeats as repeat_stats
from queries.stats import survival
from queries.stats.intervals import CONFIDENCE, Rates, wilson
from queries.stats.survival import AT_RISK_TO_SHOW, Ended, follow_up
from queries.views import View
from queries.views.parts import both, in_both, made, other_registers, seen
from queries.vocabulary import Text

RETURN_DAYS = (90, 180)  # calendar days after closing at which returns are read, DOMAIN.md §3
STEP = 5  # days between two points of a curve
BACKFLOW_DAYS = 360  # of the curve of recognised old items
CURVE = {
    "day": pl.Int64, "value": pl.Float64, "lower": pl.Float64, "upper": pl.Float64, "at_risk": pl.Int64,
    "numerator": pl.Int64, "denominator": pl.Int64,
}  # fmt: skip


def returns(snapshot: Snapshot, filters: Filters) -> View:
    """A new petition on the same matter by which day after closing (cohort: closed), recent closings as far as they go.

    Returns:
        A row every fifth day from 0 to 180, as far as enough closings are followed: day, value (probability of a new
        petition by then; Kaplan–Meier), lower, upper, at_risk (still followed), numerator (come back by then),
        denominator (closings). Limits allow for several closings of one matter. followed and returned: closings whose
        follow-up of 90 and 180 days is complete, and those of them that came back, on these two days only.
    """
    chosen = seen(filters, snapshot)
    for name in ("repeat_share", "days_to_close"):
        reason = why_not(measure(name), snapshot, chosen)
        if reason:
            why = (reason_text(measure(name), snapshot, reason, chosen),)
            return made(snapshot, chosen, pl.DataFrame(schema=CURVE), (), (), None, why)
    if not snapshot.coverage.get("matter_id"):
        heading = HEADINGS["matter_id"]
        why = (
            Text(
                f"登记数据没有{heading.zh}，看不出办结后是否再次信访。",
                f"The register has no {heading.en}s, so returns cannot be seen.",
            ),
        )
        return made(snapshot, chosen, pl.DataFrame(schema=CURVE), (), (), None, why)
    found = followup.returns(snapshot, chosen)
    as_of = day_number(chosen.as_of or snapshot.as_of)
    frame = _return_frame(found, as_of)
    if not frame.height:
        return made(snapshot, chosen, frame, (), (), None, (_too_few_closed(),))
    complete = {days: repeat_stats.returns(found.start, found.event, as_of, days) for days in RETURN_DAYS}
    frame = frame.with_columns(
        _at_days(complete, "denominator").alias("followed"), _at_days(complete, "numerator").alias("returned")
    )
    coverage = snapshot.coverage["matter_id"] / snapshot.rows["cases"]
    notes = (
        in_both(
            "全部信访件中{share}有关联件编号；编号缺失会使再次信访显得偏少。曲线含观察未满的办结，"
            "与标题（只计观察满的）可能不同。",
            "{share} of all items carry a matter number; missing ones make returns look rarer. The curve includes "
            "closings not yet followed to the end, so it can differ from the title, which counts complete ones.",
            share=both(wording.per_cent, coverage),
        ),
        *_while_open(snapshot, chosen),
        *other_registers(snapshot, ("resolved_once_rate",)),
    )
    return made(
        snapshot,
        chosen,
        frame,
        (),
        (),
        return_words(frame, chosen.rule_set.small_sample),
        notes,
        methods=("return_curve",),
    )


def _while_open(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    """How many came again before the earlier item was closed: a delay, and no return after closing."""
    found = followup.petitions(snapshot, filters)
    again = repeat_stats.repeats_while_open(found.cluster, found.start, found.event)
    first, last = (None if day is None else day_number(day) for day in (filters.start, filters.end))
    inside = np.ones(found.start.shape, dtype=bool)
    if first is not None:
        inside &= found.start >= first
    if last is not None:
        inside &= found.start <= last
    items = int((again & inside).sum())
    if not items:
        return ()
    return (
        in_both(
            "期内另有{items}在同一事项的前一件尚未办结时又登记：属于办理拖延，不算办结后再次信访。",
            "Registered in the period while an earlier item of the same matter was still open: {items}. That is delay, "
            "not a return after closing.",
            items=both(wording.items, items),
        ),
    )


def _return_frame(found: Followed, as_of: int) -> pl.DataFrame:
    days = np.arange(0, RETURN_DAYS[-1] + 1, STEP)
    if not found.start.size:
        return pl.DataFrame(schema=CURVE)
    curve = repeat_stats.return_curve(found.start, found.event, found.cluster, as_of, days)
    share = curve.curve.share[0]
    lower, upper = survival.limits(share, curve.clustered_se[0], CONFIDENCE)
    seen_for = follow_up(found.start, found.event, Ended.CLOSED, as_of)
    back = np.array([((seen_for.ended == Ended.CLOSED) & (seen_for.days <= day)).sum() for day in days])
    frame = pl.DataFrame(
        {
            "day": days, "value": share, "lower": lower, "upper": upper, "at_risk": curve.curve.at_risk[0],
            "numerator": back, "denominator": np.full(days.size, found.start.size),
        },
        schema=CURVE,
    )  # fmt: skip
    return frame.fill_nan(None).filter(pl.col("at_risk") >= AT_RISK_TO_SHOW)


def _at_days(complete: dict[int, Rates], part: str) -> pl.Expr:
    counts = {days: int(getattr(rates, part).item()) for days, rates in complete.items()}
    return pl.col("day").replace_strict(list(counts), list(counts.values()), default=None, return_dtype=pl.Int64)


def _too_few_closed() -> Text:
    return in_both(
        "所选范围内办结的不足{fewest}件，不画曲线。", "Fewer than {fewest} closings in this selection: no curve.",
        fewest=both(wording.number, AT_RISK_TO_SHOW),
    )  # fmt: skip


def return_words(frame: pl.DataFrame, smallest: int) -> Text:
    """The share come back within 90 and 180 days, out of those followed for all of them; else that there are none."""
    told = []
    for row in frame.filter(pl.col("followed") > 0).iter_rows(named=True):
        back, followed = row["returned"], row["followed"]
        lower, upper = (float(limit) for limit in wilson(back, followed))
        said = (
            Text(
                "{days}内 {share}（{counts}，95%区间 {reach}）",
                "{share} within {days} ({counts}, 95% interval {reach})",
            )
            if followed >= smallest
            else Text("{days}内样本不足（{counts}）", "too few within {days} ({counts})")
        )
        told.append(
            in_both(
                said.zh, said.en,
                days=both(wording.days, row["day"]),
                share=both(wording.per_cent, back / followed),
                counts=both(wording.fraction, back, followed),
                reach=both(wording.interval, lower, upper),
            )
        )  # fmt: skip
    if not told:
        return in_both(
            "办结都未满{days}，暂不计算再次信访的比例", "No closing has been followed for {days} yet",
            days=both(wording.days, RETURN_DAYS[0]),
        )  # fmt: skip
    return Text(
        f"办结后再次信访：{'，'.join(text.zh for text in told)}",
        f"Came back after closing: {', '.join(text.en for text in told)}",
    )


def backflow(snapshot: Snapshot, filters: Filters, batch: str | None = None) -> View:
    """Recognised old items flowed back by which day after recognition, of all batches or of one, with time at risk.

    The period of the filters does not apply. The curve ends where fewer than five items are still followed.

    Returns:
        day, value, lower, upper, at_risk, numerator, denominator as in `returns`, every fifth day; days_at_risk
        (item-days watched, the same in every row), rate, rate_lower, rate_upper (flowed back in a hundred item-years,
        exact Poisson limits).
    """
    chosen = Filters(as_of=(filters.as_of or snapshot.as_of), where=filters.where, rules=filters.rules)
    each = measure("backlog_reflow_rate")
    reason = why_not(each, snapshot, chosen) if filters_apply("backlog", chosen) else "filter_not_applicable"
    if reason:
        why = (reason_text(each, snapshot, reason, chosen),)
        return made(snapshot, chosen, pl.DataFrame(schema=CURVE), (each.name,), ("batch",), None, why)
    found = followup.backflows(snapshot, chosen, batch)
    as_of = day_number(chosen.as_of or snapshot.as_of)
    frame = _backflow_frame(found, as_of)
    finding = (
        backflow_words(found, as_of)
        if found.start.size
        else Text("尚无认定化解的积案", "Nothing has been recognised yet")
    )
    notes = (
        () if frame.height else (Text("观察中的不足5件，不画曲线。", "Fewer than five items are followed: no curve."),)
    )
    return made(snapshot, chosen, frame, (each.name,), ("batch",), finding, notes, methods=("backflow_curve",))


def _backflow_frame(found: Followed, as_of: int) -> pl.DataFrame:
    days = np.arange(0, BACKFLOW_DAYS + 1, STEP)
    if not found.start.size:
        return pl.DataFrame(schema=CURVE)
    curve = repeat_stats.backflow_curve(found.start, found.event, as_of, days)
    seen_for = follow_up(found.start, found.event, Ended.CLOSED, as_of)
    back = np.array([((seen_for.ended == Ended.CLOSED) & (seen_for.days <= day)).sum() for day in days])
    frame = pl.DataFrame(
        {
            "day": days, "value": curve.share[0], "lower": curve.lower[0], "upper": curve.upper[0],
            "at_risk": curve.at_risk[0], "numerator": back, "denominator": np.full(days.size, found.start.size),
        },
        schema=CURVE,
    )  # fmt: skip
    batch = _batch(found, as_of)
    rate = batch.backflow_rate
    columns = {"rate": rate.rate, "rate_lower": rate.lower, "rate_upper": rate.upper}
    frame = frame.with_columns(
        pl.lit(int(batch.days_at_risk[0]), pl.Int64).alias("days_at_risk"),
        *(pl.lit(float(values[0]), pl.Float64).alias(name) for name, values in columns.items()),
    )
    return frame.fill_nan(None).filter(pl.col("at_risk") >= repeat_stats.AT_RISK_TO_SHOW)


def _batch(found: Followed, as_of: int) -> repeat_stats.Batch:
    return repeat_stats.batches(found.start, found.start, found.start, found.event, as_of)


def backflow_words(found: Followed, as_of: int) -> Text:
    """How many of the recognised flowed back, and in how much time."""
    batch = _batch(found, as_of)
    held, back, days = int(batch.recognised[0]), int(batch.backflow[0]), int(batch.days_at_risk[0])
    mean = days / held if held else 0.0
    return in_both(
        "认定化解{held}中回流{back}，平均已观察{days}",
        "{back} of {held} recognised flowed back; watched for {days} on average",
        held=both(wording.items, held),
        back=both(_plain_items, back),
        days=both(wording.days, round(mean)),
    )


def _plain_items(count: int, language: str) -> str:
    return wording.items(count, language) if language == "zh" else wording.number(count, language)
