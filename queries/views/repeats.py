"""Does it last? Repeats, first petitions settled in one go, how items gather on matters, the backlog batches."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from queries import wording
from queries.counting import followup
from queries.counting.distributions import backlog_batches, matter_sizes
from queries.counting.evaluate import compare, evaluate
from queries.counting.reasons import reason_text, why_not
from queries.days import day_number
from queries.errors import UsageError
from queries.filters import Filters
from queries.measures import Measure, measure
from queries.rules import RULE_SETS
from queries.snapshot import Snapshot
from queries.stats.repeats import MATTER_DAYS, gini, repeats_within
from queries.views import View, recording
from queries.views.control import course as by_month
from queries.views.parts import (
    both,
    change_words,
    excluded,
    in_both,
    limits_of_change,
    made,
    reasons,
    seen,
    share_words,
    with_change,
)
from queries.views.townships import dots
from queries.vocabulary import Text

FOLLOW_UPS = (90, 180)  # calendar days, DOMAIN.md §3
SIZES = ((1, 1), (2, 2), (3, 3), (4, 5), (6, None))  # items on one matter, both ends included
STEPS = ("assigned", "reported", "recognised", "reflowed")
MOST_BATCHES = 4  # the newest; older ones are in the download
TOP_SHARE = 100  # "the busiest hundredth of the matters"


@dataclass(frozen=True)
class Settled:
    """A share with its counts and change, as a card shows it.

    Attributes:
        reason: why there is no share. doubt: as in `overview.Headline`.
    """

    measure: Measure
    days: int | None
    value: float | None
    numerator: int
    denominator: int
    lower: float | None
    upper: float | None
    change: float | None
    signal: int | None
    change_limits: tuple[float, float] | None
    compared_with_last_year: bool
    reason: Text | None
    doubt: Text | None = None


def followed(filters: Filters, days: int) -> Filters | None:
    """The same selection under the rule set that follows a closed item for `days`; None where there is none."""
    now = replace(filters.rule_set, name="", label=Text("", ""), follow_up_days=days)
    same = (name for name, rules in RULE_SETS.items() if replace(rules, name="", label=Text("", "")) == now)
    name = next(same, None)
    return replace(filters, rules=name) if name else None


def follow_ups(snapshot: Snapshot, filters: Filters) -> tuple[int, ...]:
    """The follow-ups in use that a rule set like the one chosen has, in days."""
    return tuple(days for days in FOLLOW_UPS if followed(filters, days))


def headline(snapshot: Snapshot, filters: Filters) -> View:
    """Repeat share, and the share settled in one go for each follow-up.

    Returns:
        Three rows: columns of `evaluate.compare` and `parts.with_change`, days (null for the repeat share).
    """
    chosen = seen(filters, snapshot)
    parts = [compare(snapshot, "repeat_share", (), chosen).with_columns(days=pl.lit(None, pl.Int64))]
    for days in FOLLOW_UPS:
        if there := followed(chosen, days):
            frame = compare(snapshot, "resolved_once_rate", (), there)
            parts.append(frame.with_columns(days=pl.lit(days, pl.Int64)))
    frame = pl.concat(parts)
    for before in ("previous", "last_year"):
        frame = with_change(frame, before, snapshot, chosen)
    notes = (*reasons(frame, snapshot, chosen), *excluded(frame.head(2)))
    doubts = [recording.doubt_since(snapshot, chosen, row) for row in frame.iter_rows(named=True)]
    finding = _finding(frame, doubts, chosen.rule_set.small_sample)
    return made(snapshot, chosen, frame, ("repeat_share", "resolved_once_rate"), (), finding, notes)


def _finding(frame: pl.DataFrame, doubts: list[Text | None], smallest: int) -> Text:
    repeat, settled = frame.row(0, named=True), frame.row(1, named=True)
    if repeat["value"] is None and settled["value"] is None:
        return Text("重复信访情况无法计算", "Repeats cannot be computed")
    parts = []
    if repeat["value"] is not None:
        parts.append(_share("重复信访率", "repeat share", repeat, smallest))
        change = _change(repeat)
        if change:
            parts.append(recording.with_check(change, doubts[0]))
    if settled["value"] is not None:
        days = settled["days"]
        parts.append(_share(f"一次性化解率（{days}天）", f"resolved once within {days} days", settled, smallest))
    zh = parts[0].zh + "".join(f"，{part.zh}" if part.zh[0] in "比与" else f"；{part.zh}" for part in parts[1:])
    en = parts[0].en + "".join(
        f"; {part.en}" if part.en.startswith("resolved") else f", {part.en}" for part in parts[1:]
    )
    return Text(zh, en[0].upper() + en[1:])


def _share(zh: str, en: str, row: dict[str, Any], smallest: int) -> Text:
    share = share_words(row["numerator"], row["denominator"], smallest)
    return Text(f"{zh} {share.zh}", f"{en} {share.en}")


def _change(row: dict[str, Any]) -> Text | None:
    last_year = change_words(row["change_last_year"], row["signal_last_year"], "上年同期", "the year before")
    return last_year or change_words(row["change_previous"], row["signal_previous"], "上一时段", "the period before")


def course(snapshot: Snapshot, filters: Filters) -> View:
    """The repeat share by month with its natural limits and the sentence about them (`control.course`)."""
    now = evaluate(snapshot, "repeat_share", (), seen(filters, snapshot))
    notes = (*reasons(now, snapshot, filters), *excluded(now))
    return by_month(snapshot, filters, "repeat_share", "", notes)


def cards(snapshot: Snapshot, filters: Filters) -> tuple[Settled, ...]:
    """The rows of `headline` as cards."""
    chosen = seen(filters, snapshot)
    return tuple(_card(row, snapshot, chosen) for row in headline(snapshot, filters).frame.iter_rows(named=True))


def _card(row: dict[str, Any], snapshot: Snapshot, filters: Filters) -> Settled:
    last_year = row["change_last_year"] is not None
    before = "last_year" if last_year else "previous"
    each = measure(row["measure"])
    return Settled(
        measure=each,
        days=row["days"],
        change=row[f"change_{before}"],
        signal=row[f"signal_{before}"],
        change_limits=limits_of_change(row, before),
        compared_with_last_year=last_year,
        reason=_why(row, snapshot, filters),
        doubt=recording.doubt_since(snapshot, filters, row),
        **{name: row[name] for name in ("value", "numerator", "denominator", "lower", "upper")},
    )


def _why(row: dict[str, Any], snapshot: Snapshot, filters: Filters) -> Text | None:
    if row["reason"] == "no_cases" and row["days"]:
        days = row["days"]
        return Text(f"没有随访满{days}天的办结件", f"nothing closed has been followed for {days} days yet")
    return reason_text(measure(row["measure"]), snapshot, row["reason"], filters) if row["reason"] else None


def by_group(snapshot: Snapshot, filters: Filters, name: str, days: int, dimension: str) -> View:
    """`townships.dots` of the repeat share, or of the share settled in one go with a follow-up of `days`."""
    there = followed(filters, days) if name == "resolved_once_rate" else filters
    if there is None:
        raise UsageError(f"No rule set like '{filters.rules}' follows closed items for {days} days.")
    return dots(snapshot, there, name, dimension)


@dataclass(frozen=True)
class Gathering:
    """How items gather on matters: counts only.

    Attributes:
        top_matters, top_items: the busiest hundredth of the matters (at least one) and the items on them.
        gini: 0 when every matter has as many items.
        largest: items on the busiest matter.
    """

    matters: int
    items: int
    top_matters: int
    top_items: int
    repeated_items: int
    gini: float
    largest: int

    @property
    def repeated_share(self) -> float:
        """Share of the items that belong to matters with two items or more in the period."""
        return self.repeated_items / self.items


def gathering(snapshot: Snapshot, filters: Filters) -> Gathering | None:
    """How items of the period gather on matters; None where the register links none or none is selected."""
    sizes = matter_sizes(snapshot, seen(filters, snapshot))
    if sizes.height == 0:
        return None
    matters, items = int(sizes["matters"].sum()), int(sizes["items"].sum())
    top = max(1, matters // TOP_SHARE)
    return Gathering(
        matters=matters,
        items=items,
        top_matters=top,
        top_items=_items_on_busiest(sizes, top),
        repeated_items=int(sizes.filter(pl.col("items_per_matter") > 1)["items"].sum()),
        gini=_gini(sizes),
        largest=int(sizes["items_per_matter"].max() or 0),  # type: ignore[arg-type]  # an integer column
    )


def _items_on_busiest(sizes: pl.DataFrame, matters: int) -> int:
    left, items = matters, 0
    for size, count in sizes.select("items_per_matter", "matters").sort("items_per_matter", descending=True).rows():
        taken = min(left, count)
        left, items = left - taken, items + taken * size
    return items


def _gini(sizes: pl.DataFrame) -> float:
    return gini(sizes["items_per_matter"].repeat_by(sizes["matters"]).explode().to_numpy())


def concentration(snapshot: Snapshot, filters: Filters) -> View:
    """How many items belong to matters with one, two, three, four or five, six and more items in the period.

    Returns:
        One row a size class (low, high; high null for the last): matters, items, value (share of all items), of_matters
        (share of all matters). No row where the register links no items.
    """
    chosen = seen(filters, snapshot)
    sizes = matter_sizes(snapshot, chosen)
    rows = [
        {
            "low": low,
            "high": high,
            "matters": int(found["matters"].sum()),
            "items": int(found["items"].sum()),
        }
        for low, high in SIZES
        for found in [sizes.filter(pl.col("items_per_matter").is_between(low, high or 10**9))]
    ]
    frame = pl.DataFrame(
        rows if sizes.height else [], schema=dict.fromkeys(("low", "high", "matters", "items"), pl.Int64)
    )
    frame = frame.with_columns(
        value=pl.col("items") / pl.col("items").sum(), of_matters=pl.col("matters") / pl.col("matters").sum()
    )
    notes = _came_again(snapshot, chosen) if sizes.height else (_no_matters(snapshot, chosen),)
    found = gathering(snapshot, filters)
    said = _gathered(found) if found else None
    return made(snapshot, chosen, frame, (), (), said, notes, methods=("concentration",))


def _came_again(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    """How many matters are petitioned again within half a year of their first item, out of those watched so long."""
    found = followup.petitions(snapshot, filters)
    as_of = day_number(filters.as_of or snapshot.as_of)
    again = repeats_within(found.cluster, found.start, as_of).two_or_more
    back, watched = int(again.numerator), int(again.denominator)
    if watched < filters.rule_set.small_sample:
        return ()
    return (
        in_both(
            "首件登记已满{days}的{watched}个事项（统计日前一年内）中，{share}（95%区间 {reach}）在{days}内再次信访。",
            "Of {watched} matters whose first item is at least {days} old (one year), {share} (95% interval {reach}) "
            "were petitioned again within {days}.",
            days=both(wording.days, MATTER_DAYS),
            watched=both(wording.number, watched),
            share=both(wording.per_cent, back / watched),
            reach=both(wording.interval, float(again.lower), float(again.upper)),
        ),
    )


def _gathered(found: Gathering) -> Text:
    if found.repeated_items == 0:
        return Text("所选范围内每件事项只有1件信访件", "Every matter has one item in this selection")
    share = found.top_items / found.items
    several = found.top_matters > 1  # one matter of a few is more than a hundredth of them
    return in_both(
        "件数最多的{matters}个事项（1%）占全部信访件的{share}" if several else "件数最多的事项占全部信访件的{share}",
        "The busiest {matters} matters (1%) hold {share} of all items"
        if several
        else "The busiest matter holds {share} of all items",
        matters=both(wording.number, found.top_matters),
        share=both(wording.per_cent, share),
    )


def _no_matters(snapshot: Snapshot, filters: Filters) -> Text:
    if snapshot.coverage.get("matter_id"):
        return reason_text(measure("repeat_share"), snapshot, "no_cases", filters)
    return Text(
        "登记数据中没有关联件编号，看不出哪些件属于同一事项。",
        "The register has no matter numbers, so it cannot be told which items belong together.",
    )


def ladder(snapshot: Snapshot, filters: Filters, most: int = MOST_BATCHES) -> View:
    """What became of each batch of old items, assigned at any time up to the as-of day.

    Returns:
        Four rows a batch, oldest batch first: batch, zh, en, step (STEPS), items, of (`rung_of`), stated (False where
        no item has a result or can have none yet), value (items, null where not stated),
        under_review, days_at_risk.
    """
    chosen = replace(seen(filters, snapshot), start=None, end=None)
    each = measure("backlog_reported_rate")
    reason = why_not(each, snapshot, chosen)
    if reason:
        nothing = pl.DataFrame(schema={"value": pl.Float64})
        why = (reason_text(each, snapshot, reason, chosen),)
        return made(snapshot, chosen, nothing, (), ("batch",), None, why)
    counted = backlog_batches(snapshot, ("batch",), chosen)
    labels = {language: snapshot.labels("batch", language) for language in ("zh", "en")}
    rows = [
        _step(batch, step, {language: labels[language].get(batch["batch"], batch["batch"]) for language in labels})
        for batch in counted.iter_rows(named=True)
        for step in STEPS
    ]
    kept = rows[-most * len(STEPS) :]
    notes: tuple[Text, ...] = ()
    if len(rows) > len(kept):
        older = (len(rows) - len(kept)) // len(STEPS)
        notes = (
            Text(
                f"另有较早的{older}批未画出。",
                f"{older} older {'batch is' if older == 1 else 'batches are'} not drawn.",
            ),
        )
    schema = {"value": pl.Float64, "under_review": pl.Int64, "days_at_risk": pl.Int64}
    frame = pl.DataFrame(kept, schema_overrides=schema, infer_schema_length=None)
    names = ("backlog_reported_rate", "backlog_recognised_rate", "backlog_reflow_rate")
    return made(snapshot, chosen, frame, names, ("batch",), batches_said(counted.tail(2), labels), notes)


def _step(batch: dict[str, Any], step: str, labels: dict[str, str]) -> dict[str, Any]:
    stated = step in ("assigned", "reported") or recognition_is_stated(batch)
    return {
        "batch": batch["batch"],
        **labels,
        "step": step,
        "items": batch[step],
        "of": rung_of(batch, step),
        "stated": stated,
        "value": float(batch[step]) if stated else None,
        "under_review": batch["under_review"],
        "not_stated": batch["not_stated"],
        "days_at_risk": batch["days_at_risk"],
    }


def rung_of(batch: Mapping[str, int], step: str) -> int:
    """What a step of a batch is counted out of, as its measure does."""
    if step == "reflowed":
        return batch["recognised"]
    return batch["assigned"] - (batch["not_stated"] if step == "recognised" else 0)


def recognition_is_stated(batch: Mapping[str, int | None]) -> bool:
    """Whether `backlog_recognised_rate` has a value for a row of `distributions.backlog_batches`.

    It leaves out what was reported without a stated result, so it has none only where that is every item.
    """
    unstated, assigned = batch["not_stated"] or 0, batch["assigned"] or 0
    return not unstated or unstated < assigned


def batches_said(counted: pl.DataFrame, labels: dict[str, dict[str, str]]) -> Text | None:
    """Reported and recognised side by side, for each row of `distributions.backlog_batches`; None without any."""
    if counted.height == 0:
        return None
    said = [_batch(row, labels) for row in counted.iter_rows(named=True)]
    return Text("；".join(text.zh for text in said), "; ".join(text.en for text in said))


def _batch(row: dict[str, Any], labels: dict[str, dict[str, str]]) -> Text:
    zh, en = (labels[language].get(row["batch"], row["batch"]) for language in ("zh", "en"))
    if not any(row[name] for name in ("reported", "recognised", "returned", "under_review")):
        return Text(f"{zh}{row['assigned']}件尚未上报", f"{en}: none of {row['assigned']} reported yet")
    said = Text(
        f"{zh}{row['assigned']}件上报{row['reported']}件", f"{en}: {row['reported']} of {row['assigned']} reported"
    )
    if not recognition_is_stated(row):
        return Text(f"{said.zh}、认定未说明", f"{said.en}, recognition not stated")
    said = Text(f"{said.zh}、认定{row['recognised']}件", f"{said.en}, {row['recognised']} recognised")
    if row["not_stated"]:
        return Text(f"{said.zh}（另{row['not_stated']}件未说明）", f"{said.en} ({row['not_stated']} more not stated)")
    return said
