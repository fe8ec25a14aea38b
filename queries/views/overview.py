"""How is the city doing? The headline shares, their course, the trend of repeats, one measure by place."""

from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from queries import wording
from queries.counting.evaluate import compare, evaluate
from queries.counting.reasons import reason_text
from queries.days import month_end
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import Measure, measure
from queries.snapshot import Snapshot
from queries.views import View, recording
from queries.views.parts import (
    bands,
    both,
    change_words,
    every_month,
    excluded,
    goal,
    goal_of_each,
    in_both,
    in_name_order,
    label,
    limits_of_change,
    made,
    months_until,
    reasons,
    seen,
    share_words,
    title,
    with_change,
    with_labels,
)
from queries.vocabulary import LANGUAGES, Text

HEADLINES = ("closure_rate", "on_time_reply_rate", "repeat_share", "satisfaction_rate", "participation_rate")
SPARK_MONTHS = 13  # a month and the same month a year before are both in sight
TREND_MONTHS = 24
MOST_GROUPS = 12  # rows of a dot plot (UX.md §5)


@dataclass(frozen=True)
class Headline:
    """One headline share as a card shows it.

    Attributes:
        change_last_year, change_previous: differences of shares, None without a comparison.
        signal: 1 or −1 where the first of these there is differs by more than chance, 0 where that cannot be told.
        change_limits: 95 % limits of that difference.
        course: values of the newest whole months, months without items left out.
        reason: why there is no share.
        beside: the participation rate, for the satisfaction rate only.
        same_comparison: the period before is the same period last year.
        target: the share it should reach, None where none is set.
        doubt: why the change is no improvement before the recording is checked (`recording`), None without a doubt.
    """

    measure: Measure
    share: float | None
    numerator: int | None
    denominator: int | None
    lower: float | None
    upper: float | None
    change_last_year: float | None
    change_previous: float | None
    signal: int | None
    change_limits: tuple[float, float] | None
    course: tuple[float, ...]
    reason: Text | None
    beside: float | None = None
    same_comparison: bool = False
    target: float | None = None
    doubt: Text | None = None


def cards(snapshot: Snapshot, filters: Filters, names: tuple[str, ...]) -> tuple[Headline, ...]:
    """The headline shares named, each with its change and its course."""
    chosen = seen(filters, snapshot)
    rows = {row["measure"]: row for row in _compared(snapshot, chosen).iter_rows(named=True)}
    months = course(snapshot, filters).frame
    return tuple(_card(snapshot, chosen, rows, months, name) for name in names)


def _card(
    snapshot: Snapshot, filters: Filters, rows: dict[str, dict[str, Any]], months: pl.DataFrame, name: str
) -> Headline:
    row, each = rows[name], measure(name)
    before = "previous" if row["signal_last_year"] is None else "last_year"
    values = months.filter(pl.col("measure") == name)["value"].drop_nulls().to_list()
    target = goal(snapshot, name, filters)
    return Headline(
        measure=each,
        share=row["value"],
        numerator=row["numerator"],
        denominator=row["denominator"],
        lower=row["lower"],
        upper=row["upper"],
        change_last_year=row["change_last_year"],
        change_previous=row["change_previous"],
        signal=row[f"signal_{before}"],
        change_limits=limits_of_change(row, before),
        course=tuple(values),
        reason=reason_text(each, snapshot, row["reason"], filters) if row["reason"] else None,
        beside=rows["participation_rate"]["value"] if name == "satisfaction_rate" else None,
        same_comparison=filters.is_compared_once,
        target=target,
        doubt=recording.doubt_since(snapshot, filters, row),
    )


def headlines(snapshot: Snapshot, filters: Filters) -> View:
    """The headline shares of the period beside the previous period and the same period last year.

    Returns:
        One row a measure of HEADLINES; the columns of `evaluate.compare` and `parts.with_change`.
    """
    chosen = seen(filters, snapshot)
    frame = _compared(snapshot, chosen)
    doubts = {row["measure"]: recording.doubt_since(snapshot, chosen, row) for row in frame.iter_rows(named=True)}
    return made(
        snapshot,
        chosen,
        frame,
        HEADLINES,
        (),
        _headline(frame, doubts, chosen.rule_set.small_sample),
        reasons(frame, snapshot, chosen),
    )


def headline(snapshot: Snapshot, filters: Filters) -> Text:
    """The page in one sentence: what changed by more than chance, and which places are late by more than chance."""
    first = headlines(snapshot, filters).finding or Text("", "")
    view = by_group(snapshot, filters)
    late = view.frame.filter("worse")
    if late.height == 0 or view.frame.height == 1:
        return first
    names = [wording.listing(late[language].to_list(), language) for language in LANGUAGES]
    return Text(f"{first.zh}；{names[0]}按期答复明显偏低", f"{first.en}; {names[1]} clearly late in replying")


@by_snapshot(64)
def _compared(snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    # three views of one page rest on it
    frame = compare(snapshot, HEADLINES, (), filters)
    for before in ("previous", "last_year"):
        frame = with_change(frame, before, snapshot, filters)
    return frame


def _headline(frame: pl.DataFrame, doubts: dict[str, Text | None], smallest: int) -> Text:
    """What changed by more than chance, the on-time rate first; else the two main shares as they are."""
    before = "last_year" if frame["signal_last_year"].is_not_null().any() else "previous"
    names = ("上年同期", "the year before") if before == "last_year" else ("上一时段", "the period before")
    rows = {row["measure"]: row for row in frame.iter_rows(named=True)}
    moved = [rows[name] for name in ("on_time_reply_rate", "closure_rate", "repeat_share", "participation_rate",
                                     "satisfaction_rate") if rows[name][f"signal_{before}"]]  # fmt: skip
    comparable = [row for row in rows.values() if row[f"signal_{before}"] is not None]
    if moved:
        clauses = [
            clause and recording.with_check(clause, doubts[row["measure"]])
            for row in moved[:2]
            for clause in [change_words(row[f"change_{before}"], row[f"signal_{before}"], *names)]
        ]
        said = [
            (f"{measure(row['measure']).label.zh}{clause.zh}", f"{measure(row['measure']).label.en} {clause.en}")
            for row, clause in zip(moved, clauses, strict=False)
            if clause
        ]
        rest = len(moved) - 2
        more = (f"；另有{rest}项有变化", f"; {rest} more changed") if rest > 0 else ("", "")
        return Text("；".join(zh for zh, _ in said) + more[0], "; ".join(en for _, en in said) + more[1])
    if comparable:
        return Text(f"主要指标与{names[0]}没有明显差别", f"No headline measure clearly differs from {names[1]}")
    shown = [row for row in rows.values() if row["value"] is not None][:2]
    if not shown:
        return Text("所选范围内没有可计算的指标", "Nothing can be computed for this selection")
    shares = [
        (measure(row["measure"]).label, share_words(row["numerator"], row["denominator"], smallest)) for row in shown
    ]
    zh, en = ([f"{name(language)} {share(language)}" for name, share in shares] for language in LANGUAGES)
    return Text("，".join(zh), ", ".join(en))


def course(snapshot: Snapshot, filters: Filters) -> View:
    """The headline shares month by month, 13 whole months up to the end of the period.

    Returns:
        A row for every month and measure, value null where a month has no items; `complete` as in `every_month`.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    whole = min(chosen.end or as_of, as_of)
    first, last = months_until(replace(chosen, start=None), whole, SPARK_MONTHS + (whole != month_end(whole)))
    months = replace(chosen, start=first, end=month_end(last))
    frame = every_month(evaluate(snapshot, HEADLINES, ("month",), months), HEADLINES, first, last, as_of)
    return made(snapshot, months, frame.filter("complete"), HEADLINES, ("month",))


def repeat_trend(snapshot: Snapshot, filters: Filters) -> View:
    """The repeat share by month of registration: the period and as many months before it as make two years.

    Returns:
        A row for every month; `complete`; `mean`: the share over all months shown that are complete.
    """
    return trend(snapshot, filters, "repeat_share")


def trend(snapshot: Snapshot, filters: Filters, name: str) -> View:
    """One of HEADLINES by month of its cohort, at least two years; columns as in `repeat_trend`."""
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    first, last = months_until(chosen, as_of, TREND_MONTHS)
    if snapshot.first_day:
        first = min(max(first, snapshot.first_day.replace(day=1)), last)
    months = replace(chosen, start=first, end=month_end(last))
    frame = every_month(evaluate(snapshot, name, ("month",), months), (name,), first, last, as_of)
    whole = frame.filter("complete").select(pl.col("numerator", "denominator").sum())
    mean = whole["numerator"][0] / whole["denominator"][0] if whole["denominator"][0] else None
    frame = frame.with_columns(pl.lit(mean, pl.Float64).alias("mean"))
    now = _compared(snapshot, chosen).filter(pl.col("measure") == name)
    notes = (*reasons(now, snapshot, chosen), *excluded(now))
    return made(snapshot, chosen, frame, (name,), ("month",), share_and_change(snapshot, chosen, name), notes)


def share_and_change(snapshot: Snapshot, filters: Filters, name: str) -> Text:
    """One of HEADLINES in the period and how it stands to the earlier one."""
    row = _compared(snapshot, filters).filter(pl.col("measure") == name).row(0, named=True)
    each = measure(name)
    if row["value"] is None:
        return each.label
    change = change_words(row["change_last_year"], row["signal_last_year"], "上年同期", "the year before")
    change = change or change_words(row["change_previous"], row["signal_previous"], "上一时段", "the period before")
    found = share_words(row["numerator"], row["denominator"], filters.rule_set.small_sample)
    called = title(each, filters)
    share = in_both("{label} {share}", "{label} {share}", label=(called.zh, called.en), share=(found.zh, found.en))
    if change is None:
        return share
    change = recording.with_check(change, recording.doubt_since(snapshot, filters, row))
    return Text(f"{share.zh}，{change.zh}", f"{share.en}, {change.en}")


@by_snapshot(64)
def by_group(snapshot: Snapshot, filters: Filters, name: str = "on_time_reply_rate", dimension: str = "place") -> View:
    """One of HEADLINES by place (or another dimension), each held against the whole.

    Returns:
        At most twelve rows, ordered by band and then as the register orders them, which is no ranking; columns of
        `evaluate`, zh, en, band and worse (`parts.bands`), overall (the share of the whole), target (a group's own,
        else the city's; null where none is set). Rows left out are named in the notes.
    """
    chosen = seen(filters, snapshot)
    each = measure(name)
    # one chosen place is held against all places, not against itself
    whole = _compared(snapshot, chosen.only(dimension)).filter(pl.col("measure") == name)
    share = whole["value"][0]
    frame = evaluate(snapshot, name, (dimension,), chosen).filter(pl.col("denominator") > 0)
    unnamed = frame.filter(pl.col(dimension) == "")["denominator"].sum()
    frame = with_labels(frame.filter(pl.col(dimension) != ""), snapshot, dimension)
    frame = bands(frame, share, each.better, chosen.rule_set.small_sample)
    order = pl.col("band").replace_strict({"high": 0, "same": 1, "low": 2, "small": 3}, return_dtype=pl.Int8)
    finding = _standing(frame, name, share)
    notes = [*reasons(whole, snapshot, chosen)]
    if unnamed:
        notes.append(
            in_both(
                "另有{rows}未填属地或单位，未列出。",
                "{rows} without an entry are not listed.",
                rows=both(wording.items, unnamed),
            )
        )
    hidden = frame.height - MOST_GROUPS
    if hidden > 0:
        notes.append(
            in_both(
                "另有{hidden}个件数较少的未列出。",
                "Not listed: {hidden} more with fewer items.",
                hidden=both(wording.number, hidden),
            )
        )
    kept = frame.sort(pl.col("band").is_in(["low", "high"]).cast(pl.Int8), "denominator", descending=True)
    kept = kept.head(MOST_GROUPS).sort(order, in_name_order())
    goals = goal_of_each(snapshot, name, chosen, kept[dimension])
    kept = kept.with_columns(
        pl.lit(share, pl.Float64).alias("overall"),
        pl.Series("target", goals, pl.Float64),
    )
    return made(snapshot, chosen, kept, (name,), (dimension,), finding, tuple(notes))


def _standing(frame: pl.DataFrame, name: str, share: float | None) -> Text:
    """Which groups stand out from the whole, the unwanted direction first; else that none does."""
    each = measure(name)
    if frame.height == 1:
        return _one_standing(frame.row(0, named=True), each, share)
    compared = frame.filter(pl.col("band") != "small")
    if frame.height == 0:
        return each.label
    if compared.height == 0:
        return in_both("{label}：样本不足，无法比较", "{label}: too few items to compare", label=label(each))
    worse, better = compared.filter("worse"), compared.filter(~pl.col("worse") & (pl.col("band") != "same"))
    rest = compared.height - worse.height - better.height
    if worse.height == 0 and better.height == 0:
        return in_both(
            "{label}：各单位之间没有明显差别", "{label}: no clear difference between them", label=label(each)
        )
    told = worse if worse.height else better
    low = told["band"][0] == "low"
    names = [wording.listing(told[language].to_list(), language) for language in ("zh", "en")]
    others = both(wording.number, rest)
    zh = f"{each.label.zh}：{names[0]}明显{'低' if low else '高'}于全体；{others[0]}个分不出先后"
    en = f"{each.label.en}: {names[1]} clearly {'below' if low else 'above'} the whole; {others[1]} not separable"
    return Text(zh, en)


def _one_standing(row: dict[str, Any], each: Measure, share: float | None) -> Text:
    if row["band"] == "small":
        return in_both(
            "{label}：{name}样本不足（{counts}），无法比较", "{label}: {name} has too few items to compare ({counts})",
            label=label(each), name=(row["zh"], row["en"]),
            counts=both(wording.fraction, row["numerator"], row["denominator"]),
        )  # fmt: skip
    verdict = {
        "low": Text("明显低于全体", "clearly below the whole"),
        "high": Text("明显高于全体", "clearly above the whole"),
        "same": Text("与全体分不出高低", "not separable from the whole"),
    }[row["band"]]
    if row["value"] == share:  # it may be the only one there is
        return in_both(
            "{label}：{name} {value}，与全体相同", "{label}: {name} {value}, as the whole",
            label=label(each), name=(row["zh"], row["en"]), value=both(wording.per_cent, row["value"]),
        )  # fmt: skip
    return in_both(
        "{label}：{name} {value}，{verdict}（{share}）",
        "{label}: {name} {value}, {verdict} ({share})",
        label=label(each),
        name=(row["zh"], row["en"]),
        value=both(wording.per_cent, row["value"]),
        verdict=(verdict.zh, verdict.en),
        share=both(wording.per_cent, share),
    )
