"""What several views need: months in order, labels, comparisons with chance, sentences on a change."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import false_discovery_control

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.reasons import reason_text
from queries.days import add_months, month_end, month_start
from queries.filters import Filters
from queries.measures import QUANTILES, Measure, measure, quantile_name
from queries.register import targets_of
from queries.rules import CONVENTIONS
from queries.search.spelling import in_order
from queries.snapshot import Snapshot
from queries.stats.intervals import binomial_p, newcombe
from queries.views import View
from queries.vocabulary import LANGUAGES, Text

SETTLING_DAYS = {"closure_rate": 30} | {quantile_name("days_to_close", share): 90 for share in QUANTILES}
"""Calendar days after its end until a month's figure stands still enough to be compared.

Items are closed after their deadline too, so the newest months of the closure rate are always low: not a fall. Of the
items registered last only the quick ones are closed: their days are few until the longest handling period is over (60
days and 30 of extension, Art. 34).
"""
FALSE_DISCOVERIES = 0.05  # expected share of groups called different that are not (Benjamini & Hochberg 1995)


def seen(filters: Filters, snapshot: Snapshot) -> Filters:
    """The selection with its as-of day filled in."""
    return replace(filters, as_of=filters.as_of or snapshot.as_of)


def goal(snapshot: Snapshot, name: str, filters: Filters, scope: str = "") -> float | None:
    """The target a measure is held against: that of the office, else the city's; None where none is in force.

    Args:
        scope: key of a place or office; "" takes the only one that is selected.
    """
    chosen = filters.keys("office") or filters.keys("place")
    own = scope or (chosen[0] if len(chosen) == 1 else "")
    return goal_of_each(snapshot, name, filters, (own,))[0]


def goal_of_each(snapshot: Snapshot, name: str, filters: Filters, keys: Iterable[str]) -> list[float | None]:
    """The target of each group of a breakdown: its own, else the city's; None where none is in force."""
    found = targets_of(snapshot, name, filters.as_of or snapshot.as_of, keys)
    return [each.value if each else None for each in found]


def goals(snapshot: Snapshot, names: Iterable[str], filters: Filters) -> tuple[Text, ...]:
    """A sentence with the target of each measure that has one."""
    known = [(measure(name), value) for name in names if (value := goal(snapshot, name, filters)) is not None]
    if not known:
        return ()
    zh, en = (
        wording.listing([f"{each.label(of)} {wording.goal(value, of)}" for each, value in known], of, 9)
        for of in LANGUAGES
    )
    return (Text(f"目标：{zh}", f"Targets: {en}" if len(known) > 1 else f"Target: {en}"),)


def in_both(zh: str, en: str, **values: tuple[str, str]) -> Text:
    """A sentence of each language, its placeholders filled with the first or the second of each pair."""
    parts = [{name: pair[index] for name, pair in values.items()} for index in range(len(LANGUAGES))]
    return Text(zh.format(**parts[0]), en.format(**parts[1]))


def both(function: Callable[..., str], *values: object) -> tuple[str, str]:
    """A wording in both languages: `both(wording.per_cent, 0.92)`."""
    zh, en = (function(*values, language) for language in LANGUAGES)
    return zh, en


def others_below(hidden: int) -> Text:
    """The note of a picture that has room for some groups only: the others are in its table."""
    return in_both("其余{hidden}个见表。", "In the table only: {hidden} more.", hidden=both(wording.number, hidden))


def others_left_out(hidden: int) -> Text:
    """The note of a list that ends before its last group."""
    return in_both("其余{hidden}个未列出。", "{hidden} more not listed.", hidden=both(wording.number, hidden))


def reasons(frame: pl.DataFrame, snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    """A sentence for each measure of a frame that has a reason instead of a value, each once."""
    without = frame.filter(pl.col("reason").is_not_null()).select("measure", "reason").unique(maintain_order=True)
    said = tuple(reason_text(measure(name), snapshot, reason, filters) for name, reason in without.iter_rows())
    return (*said, *other_registers(snapshot, frame["measure"].unique(maintain_order=True)))


def other_registers(snapshot: Snapshot, names: Iterable[str]) -> tuple[Text, ...]:
    """A sentence for each measure that some registers cannot support: their items are left out."""
    partly = snapshot.unsupported_in
    return tuple(
        Text(
            f"{measure(name).label.zh}：来自“{source}”的件未计入（{why.zh}）。",
            f"{measure(name).label.en}: items from “{source}” are left out ({why.en}).",
        )
        for name in names
        for source, why in partly.get(name, {}).items()
    )


def excluded(frame: pl.DataFrame) -> tuple[Text, ...]:
    """A sentence on the rows left out of the measures of a frame; measures with equally many share one."""
    sums = frame.group_by("measure", maintain_order=True).agg(pl.col("excluded").sum())
    alike = sums.filter(pl.col("excluded") > 0).group_by("excluded", maintain_order=True).agg(pl.col("measure"))
    return tuple(
        in_both(
            "{label}：有{rows}因日期矛盾、缺失或登记不支持未计入，见“数据质量”。",
            "{label}: {rows} left out because of contradictory, missing or unsupported entries, see Data quality.",
            label=tuple(wording.listing([measure(name).label(each) for name in names], each, 9) for each in LANGUAGES),  # type: ignore[arg-type]  # as many as languages
            rows=both(wording.items, rows),
        )
        for rows, names in alike.iter_rows()
    )


def months_until(filters: Filters, as_of: date, most: int) -> tuple[date, date]:
    """First and last month of a course: the months of the period, at least `most`, none after the as-of day."""
    last = month_start(min(filters.end or as_of, as_of))
    wanted = add_months(last, 1 - most)
    return (min(month_start(filters.start), wanted) if filters.start else wanted), last


def every_month(frame: pl.DataFrame, names: Sequence[str], first: date, last: date, as_of: date) -> pl.DataFrame:
    """A frame by month with a row for every month and measure, and `complete`: the month has ended and settled."""
    months = pl.date_range(first, last, "1mo", eager=True).to_list()
    pairs = [(name, month) for name in names for month in months]
    complete = [month_end(month) + timedelta(days=SETTLING_DAYS.get(name, 0)) <= as_of for name, month in pairs]
    grid = pl.DataFrame(pairs, {"measure": pl.String, "month": pl.Date}, orient="row")
    joined = grid.join(frame, on=["measure", "month"], how="left", maintain_order="left")
    return joined.with_columns(pl.Series("complete", complete))


def with_labels(frame: pl.DataFrame, snapshot: Snapshot, dimension: str) -> pl.DataFrame:
    """The frame with the labels of a dimension's keys as columns `zh` and `en`."""
    words = snapshot.dimension(dimension).select(pl.col("key").alias(dimension), "zh", "en")
    return frame.join(words, on=dimension, how="left", maintain_order="left")


def with_change(frame: pl.DataFrame, before: str, snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    """The frame and how each share differs from the one `before` ("previous", "last_year").

    Returns:
        The frame with signal_<before>: 1 above, −1 below, 0 cannot be told; change_lower_<before> and
        change_upper_<before>: limits of the difference, now minus before (Newcombe, of so many independent items as
        those of the selection are worth: `clumping`). Null where either side is missing or a small sample.
    """
    smallest = filters.rule_set.small_sample
    names = ("numerator", "denominator", f"{before}_numerator", f"{before}_denominator")
    counts = [frame[name].cast(pl.Float64).to_numpy() for name in names]  # null as NaN, which is not enough of anything
    known = (counts[0] >= 0) & (counts[1] >= smallest) & (counts[2] >= 0) & (counts[3] >= smallest)
    measures = frame["measure"].to_list()
    effects = {name: clumping(snapshot, filters, name) for name in set(measures)}
    worth = np.array([effects[name] for name in measures])
    x1, n1, x2, n2 = (np.where(known, each, 1) / worth for each in counts)
    found = newcombe(x1, n1, x2, n2)
    columns: dict[str, np.ndarray] = {
        "signal": found.direction, "change_lower": found.lower, "change_upper": found.upper,
    }  # fmt: skip
    return frame.with_columns(
        pl.Series(f"{name}_{before}", np.where(known, values, np.nan), nan_to_null=True).cast(pl.Series(values).dtype)
        for name, values in columns.items()
    )


def limits_of_change(row: Mapping[str, Any], before: str) -> tuple[float, float] | None:
    """The limits of `with_change` in a row; None without a comparison."""
    lower, upper = row[f"change_lower_{before}"], row[f"change_upper_{before}"]
    return None if lower is None else (lower, upper)


def bands(frame: pl.DataFrame, share: float | None, better: str, smallest: int) -> pl.DataFrame:
    """How each group stands to the whole: columns `band` ("low", "same", "high", "small") and `worse`.

    Exact binomial tests against the whole's share with the false discovery rate held at 5 %, so that among equal groups
    hardly ever one is called different. Groups of fewer than `smallest` items are "small" and not compared. `worse` is
    true for a difference in the unwanted direction.
    """
    enough = (frame["denominator"].fill_null(0) >= smallest).to_numpy()
    band = np.where(enough, "same", "small").astype(object)
    if share is not None and 0 < share < 1 and enough.any():
        numerator, denominator = frame["numerator"].to_numpy()[enough], frame["denominator"].to_numpy()[enough]
        different = false_discovery_control(binomial_p(numerator, denominator, share)) < FALSE_DISCOVERIES
        side = np.where(numerator / denominator > share, "high", "low")
        band[enough] = np.where(different, side, "same")
    unwanted = {"higher": "low", "lower": "high"}.get(better)
    named = frame.with_columns(pl.Series("band", band.tolist(), dtype=pl.String))
    worse = pl.col("band") == unwanted if unwanted else pl.lit(False)
    return named.with_columns(worse.alias("worse"))


def change_words(change: float | None, signal: int | None, zh: str, en: str) -> Text | None:
    """What a change comes to: up 1.2 pp where it is beyond chance, else that it is not clearly different.

    Args:
        zh, en: names of the earlier period.

    Returns:
        None without a comparison.
    """
    if change is None or signal is None:
        return None
    if signal == 0:
        return Text(f"与{zh}没有明显差别", f"not clearly different from {en}")
    return Text(f"比{zh}{wording.change(change, 'zh')}", f"{wording.change(change, 'en')} on {en}")


TOO_FEW = Text("样本不足", "too few")  # in a cell in place of a share or its limits


def share_words(numerator: int, denominator: int, smallest: int) -> Text:
    """A share in a sentence: 92.0%; of fewer items than `smallest` it is none: 样本不足（3/4件）."""
    if denominator >= smallest:
        return Text(*both(wording.per_cent, numerator / denominator))
    counts = both(wording.fraction, numerator, denominator)
    return Text(f"样本不足（{counts[0]}）", f"too few items ({counts[1]})")


def label(each: Measure) -> tuple[str, str]:
    """Name of a measure in both languages."""
    return each.label.zh, each.label.en


def in_name_order() -> pl.Expr:
    """What rows with a column zh are sorted by to stand by name."""
    return pl.col("zh").map_elements(in_order, return_dtype=pl.String)


def title(each: Measure, filters: Filters) -> Text:
    """The name of a measure; the satisfaction rate with its convention, without which it says nothing."""
    if each.name != "satisfaction_rate":
        return each.label
    convention = CONVENTIONS[filters.convention]
    return Text(f"{each.label.zh}（{convention.zh}）", f"{each.label.en} ({convention.en})")


def made(
    snapshot: Snapshot,
    filters: Filters,
    frame: pl.DataFrame,
    names: tuple[str, ...],
    by: tuple[str, ...] = (),
    finding: Text | None = None,
    notes: tuple[Text, ...] = (),
    methods: tuple[str, ...] = (),
) -> View:
    """A view from its parts; `filters` with the as-of day filled in."""
    return View(
        frame=frame,
        measures=tuple(measure(name) for name in names),
        by=by,
        filters=filters,
        as_of=filters.as_of or snapshot.as_of,
        snapshot_id=snapshot.id,
        finding=finding,
        notes=notes,
        methods=methods,
    )
