"""Another selection beside the first: an earlier period, or other keys of one dimension; and whether they differ.

The two never share items, so that their difference can be judged: where the first selection holds the second, it is
narrowed to the rest, and periods that overlap are shown without a verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.stats import false_discovery_control, norm

from queries import wording
from queries.dimensions import DIMENSIONS, GRAINS
from queries.filters import Filters
from queries.measures import Count, Duration, Measure, Ratio, measure
from queries.snapshot import Snapshot
from queries.stats.intervals import newcombe, rate_ratio
from queries.views.parts import FALSE_DISCOVERIES, both, in_both
from queries.vocabulary import Text

PERIODS = {
    "previous": Text("上一时段", "the period before"),
    "last_year": Text("上年同期", "the same period last year"),
}
GRAIN_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Other:
    """Two selections to be held against each other.

    Attributes:
        first, second: the selections; no item is in both unless `judged` is false.
        names: what to call them.
        months: whole months from the second period to the first, so that steps of time can be laid over one another;
            None where they cannot, 0 for the same period.
        judged: whether a difference may be called more than chance.
        days: length of both periods as far as they have passed, for counts; None where counts are not comparable.
    """

    first: Filters
    second: Filters
    names: tuple[Text, Text]
    months: int | None = 0
    judged: bool = True
    days: tuple[int, int] | None = None
    notes: tuple[Text, ...] = ()

    def verdict(self, each: Measure, row: dict[str, object]) -> Text | None:
        """How the first figure stands to the second, in words; only a difference beyond chance is called one."""
        difference, signal = row.get("difference"), row.get("signal")
        name = self.names[1]
        if not isinstance(difference, float):
            return None
        size = both(difference_words, each, difference)
        if signal:
            higher = difference > 0
            return in_both("{way}于{name}（{size}）", "{way} than {name} ({size})", name=(name.zh, name.en), size=size,
                           way=("明显高", "clearly higher") if higher else ("明显低", "clearly lower"))  # fmt: skip
        if signal == 0:
            return in_both("与{name}相比看不出实质差别（{size}）", "not clearly different from {name} ({size})",
                           name=(name.zh, name.en), size=size)  # fmt: skip
        return in_both("与{name}相差{size}", "{size} against {name}", name=(name.zh, name.en), size=size)


def difference_words(each: Measure, difference: float | None, language: str) -> str:
    """A difference with its sign: +3.2个百分点, −1.5 days."""
    if difference is None:
        return wording.MISSING
    if isinstance(each, Ratio):
        return wording.signed_points(difference, language)
    size = abs(difference)
    if isinstance(each, Duration):
        return wording.sign(round(difference, 1)) + wording.days(size, language, 1)
    return wording.sign(difference) + wording.number(size, language)


def other_selection(snapshot: Snapshot, filters: Filters, versus: str, grain: str = "") -> Other | None:
    """The other selection a question names.

    Args:
        versus: "" for none; "previous"; "last_year"; "2021-01-01..2021-06-30"; or "place:KEY" with one key or several
            separated by "|".
        grain: the step of time the figures are broken down by.

    Returns:
        None where nothing is asked, or what is asked has no meaning under the selection.
    """
    if not versus:
        return None
    dimension, _, keys = versus.partition(":")
    if dimension in DIMENSIONS and keys:
        return _of_keys(snapshot, filters, dimension, tuple(keys.split("|")))
    return _of_period(snapshot, filters, versus, grain)


def _of_period(snapshot: Snapshot, filters: Filters, versus: str, grain: str) -> Other | None:
    start, end = filters.start, filters.end
    if versus in PERIODS:
        second = filters.previous() if versus == "previous" else filters.last_year()
    else:
        second = _custom(filters, versus)
    if second is None or second.start is None or second.end is None:
        return None
    overlap = (start is None or start <= second.end) and (end is None or end >= second.start)
    months = _months_between(second.start, start) if start else None
    if grain and (grain not in GRAIN_MONTHS or months is None or months % GRAIN_MONTHS[grain]):
        months = None
    notes = []
    if overlap:
        notes.append(Text("两个时段有重叠，差异不作判断。", "The two periods overlap; differences are not judged."))
    if grain and months is None:
        unlike = "The periods cannot be laid over one another in these steps; only totals are compared."
        notes.append(Text("两个时段不能按此时间步长对齐，只比较合计。", unlike))
    names = (_period_name(filters), PERIODS.get(versus, _period_name(second)))
    return Other(filters, second, names, months, not overlap, _lengths(snapshot, filters, second), tuple(notes))


def _custom(filters: Filters, versus: str) -> Filters | None:
    first, dots, last = versus.partition("..")
    try:
        start, end = sorted((date.fromisoformat(first), date.fromisoformat(last)))
    except ValueError:
        return None
    return filters.during(start, end) if dots else None


def _period_name(filters: Filters) -> Text:
    return Text(*(wording.period(filters.start, filters.end, language) for language in ("zh", "en")))


def _months_between(then: date, now: date) -> int | None:
    """Whole months from one day to another; None where they are not on the same day of a month."""
    return (now.year - then.year) * 12 + now.month - then.month if now.day == then.day else None


def _lengths(snapshot: Snapshot, first: Filters, second: Filters) -> tuple[int, int] | None:
    lengths = []
    for each in (first, second):
        if each.start is None or each.end is None:
            return None
        lengths.append((min(each.end, each.as_of or snapshot.as_of) - each.start).days + 1)
    return (lengths[0], lengths[1]) if min(lengths) > 0 else None


def _of_keys(snapshot: Snapshot, filters: Filters, dimension: str, keys: tuple[str, ...]) -> Other | None:
    known = set(snapshot.keys(dimension)) | {""}
    wanted = tuple(key for key in keys if key in known)
    if not wanted:
        return None
    kept = filters.keys(dimension)
    apart = tuple(key for key in (kept or sorted(known)) if key not in wanted)
    if not apart:
        return None
    labels = {language: snapshot.labels(dimension, language) for language in ("zh", "en")}

    def named(chosen: tuple[str, ...]) -> Text:
        return Text(*(wording.listing([labels[each].get(key, key) for key in chosen], each) for each in ("zh", "en")))

    first = named(apart) if kept else Text("其他各项", "all others")
    return Other(filters.only(dimension, *apart), filters.only(dimension, *wanted), (first, named(wanted)))


def beside(
    frame: pl.DataFrame,
    then: pl.DataFrame,
    axes: Mapping[str, Sequence[str]],
    other: Other,
    effects: Mapping[str, float],
) -> pl.DataFrame:
    """The figures of the other selection beside each row; a group only the other one holds has a row too.

    Args:
        frame, then: part, measure, axes and the columns of `evaluate`.
        axes: what the figures are broken down by, each with its keys in order (of a step of time none).
        effects: `clumping` of each measure; a share is judged by its counts divided by it.

    Returns:
        The rows of the first selection and those of the second, groups in the order of their keys, with
        then_numerator, then_denominator, then_value, then_lower, then_upper, difference (first minus second; share,
        days or number), difference_lower, difference_upper (Newcombe, shares only), signal (1 or −1 beyond chance, 0
        not, null where it cannot be judged). Shares and counts of all cells are judged together with the false
        discovery rate held at 5 %.
    """
    keys = ["part", "measure", *axes]
    grain = next((name for name in axes if name in GRAINS), None)
    if grain:
        then = _laid_over(then, grain, other)
    numbers = ("numerator", "denominator", "value", "lower", "upper")
    second = then.select(*keys, *(pl.col(name).alias(f"then_{name}") for name in numbers))
    counts = [name for name in then["measure"].unique().to_list() if isinstance(measure(name), Count)]
    is_count = pl.col("measure").is_in(counts) & pl.col("value").is_not_null()
    joined = pl.concat([frame, _missing(frame, then, keys, counts)])
    joined = joined.join(second, on=keys, how="left", nulls_equal=True, maintain_order="left")
    joined = _in_order(joined, axes)
    comparable = pl.lit(value=grain is None or other.months is not None) | (
        pl.col(grain).is_null() if grain else pl.lit(value=True)
    )
    # a group without any item then had a count of 0
    joined = joined.with_columns(
        pl.when(is_count & comparable).then(pl.col(name).fill_null(0)).otherwise(name).alias(name)
        for name in ("then_numerator", "then_value")
    ).with_columns((pl.col("value") - pl.col("then_value")).alias("difference"))
    return _judged(joined, other, effects)


def _laid_over(then: pl.DataFrame, grain: str, other: Other) -> pl.DataFrame:
    """The other selection's steps of time as those of the first that they lie beside; none beyond its period."""
    if other.months is None:
        return then.filter(pl.col(grain).is_null())
    step = pl.col(grain)
    ends = [day for day in (other.first.end, other.first.as_of) if day]
    started = step <= min(ends) if ends else pl.lit(value=True)
    ended = step.dt.offset_by(GRAINS[grain].step) > other.first.start if other.first.start else pl.lit(value=True)
    moved = then.with_columns(step.dt.offset_by(f"{other.months}mo"))
    return moved.filter(step.is_null() | (started & ended))


def _missing(frame: pl.DataFrame, then: pl.DataFrame, keys: Sequence[str], counts: Sequence[str]) -> pl.DataFrame:
    """Rows of the first selection for groups of which it holds nothing: a count of 0, no share and no days."""
    is_count = pl.col("measure").is_in(counts)
    empty = {
        "numerator": pl.lit(0, pl.Int64),
        "denominator": pl.when(~is_count).then(pl.lit(0, pl.Int64)),
        "excluded": pl.lit(0, pl.Int64),
        "value": pl.when(is_count).then(0.0),
        "reason": pl.when(~is_count).then(pl.lit("no_cases")),
        "lower": pl.lit(None, pl.Float64),
        "upper": pl.lit(None, pl.Float64),
    }
    only = then.join(frame, on=keys, how="anti", nulls_equal=True).filter(pl.col("value").is_not_null())
    return only.with_columns(**empty).select(frame.columns)


def _in_order(frame: pl.DataFrame, axes: Mapping[str, Sequence[str]]) -> pl.DataFrame:
    """Parts and measures as they first come, then steps of time, then groups in the order of their keys."""
    known = dict(axes) | {name: frame[name].unique(maintain_order=True).to_list() for name in ("part", "measure")}
    times = [name for name in axes if name in GRAINS]
    named = ["part", "measure", *times, *(name for name in axes if name not in GRAINS)]
    return frame.sort(
        *(
            name if name in times
            else pl.col(name).replace_strict({key: at for at, key in enumerate(known[name])}, default=None,
                                             return_dtype=pl.Int64)
            for name in named
        ),
        maintain_order=True, nulls_last=True,
    )  # fmt: skip


def _judged(frame: pl.DataFrame, other: Other, effects: Mapping[str, float]) -> pl.DataFrame:
    height = frame.height
    p, lower, upper = (np.full(height, np.nan) for _ in range(3))
    kinds = np.array([type(measure(name)) for name in frame["measure"]], dtype=object)
    x1, n1, x2, n2 = (
        frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("numerator", "denominator", "then_numerator", "then_denominator")
    )
    shares = (kinds == Ratio) & (n1 > 0) & (n2 > 0)
    if shares.any():
        worth = np.array([effects[name] for name in frame["measure"]])[shares]
        counts_of_shares = [each[shares] / worth for each in (x1, n1, x2, n2)]
        found = newcombe(*counts_of_shares)
        lower[shares], upper[shares] = found.lower, found.upper
        p[shares] = _p_of_shares(*counts_of_shares)
    counts = (kinds == Count) & (x1 + x2 > 0)
    if counts.any() and other.days:
        p[counts] = rate_ratio(x1[counts], other.days[0], x2[counts], other.days[1]).p
    signal: list[int | None] = [None] * height
    known = np.flatnonzero(~np.isnan(p))
    if len(known) and other.judged:
        adjusted = _adjusted(
            p[known], frame["part"].gather(known).to_numpy(), frame["measure"].gather(known).to_numpy()
        )
        difference = frame["difference"].fill_null(0.0).to_numpy()
        for at, chance in zip(known, adjusted, strict=True):
            excludes = not shares[at] or lower[at] > 0 or upper[at] < 0
            signal[at] = int(np.sign(_per_day(difference[at], x1[at], x2[at], other, kinds[at]))) if (
                chance < FALSE_DISCOVERIES and excludes
            ) else 0  # fmt: skip
    return frame.with_columns(
        pl.Series("difference_lower", lower).fill_nan(None),
        pl.Series("difference_upper", upper).fill_nan(None),
        pl.Series("signal", signal, dtype=pl.Int8),
    )


def _per_day(difference: float, first: float, second: float, other: Other, kind: type[Measure]) -> float:
    """The direction of a count is that of its number a day: periods may differ in length."""
    if kind is Count and other.days:
        return float(first / other.days[0] - second / other.days[1])
    return difference


def _p_of_shares(x1: np.ndarray, n1: np.ndarray, x2: np.ndarray, n2: np.ndarray) -> np.ndarray:
    """Two-sided test of two shares with the pooled variance."""
    pooled = (x1 + x2) / (n1 + n2)
    variance = pooled * (1 - pooled) * (1 / n1 + 1 / n2)
    z = np.divide(x1 / n1 - x2 / n2, np.sqrt(variance), out=np.zeros_like(variance), where=variance > 0)
    return np.asarray(2 * norm.sf(np.abs(z)))


def _adjusted(p: np.ndarray, parts: np.ndarray, names: np.ndarray) -> np.ndarray:
    """Values of p of one measure and part of the table as one family."""
    out = np.empty_like(p)
    for part in np.unique(parts):
        for name in np.unique(names):
            family = (parts == part) & (names == name)
            if family.any():
                out[family] = false_discovery_control(p[family])
    return out
