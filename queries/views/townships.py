"""Which places or offices differ from the whole by more than chance? One measure, every group, no ranks."""

from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.evaluate import compare, evaluate
from queries.days import add_months, month_end
from queries.filters import Filters
from queries.measures import Measure, Ratio, measure, measures
from queries.snapshot import Snapshot
from queries.stats.classes import natural_breaks
from queries.stats.intervals import wilson
from queries.views import View, recording
from queries.views.control import course as by_month
from queries.views.outlines import not_on_map, outlines
from queries.views.parts import (
    bands,
    both,
    excluded,
    goal_of_each,
    in_both,
    in_name_order,
    limits_of_change,
    made,
    others_below,
    reasons,
    seen,
    title,
    with_change,
    with_labels,
)
from queries.vocabulary import Text

SPARK_MONTHS = 12  # months of the small line in the table
MOST_DOTS = 16  # rows of a dot plot on a laptop; the table has all of them
NAME_LETTER, NAME_ROOM = 7, 18  # CSS pixels of a letter (a Chinese one is two) and around a name in the table
NAME_LEAST, NAME_MOST = 90, 190
STEPS = 5  # shades of the map
SHADES = {1: (3,), 2: (1, 5), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}  # of STEPS, for so many classes
PRINTED = 1000  # shares are classed as they are printed, in tenths of a per cent: the legend and the print agree
BANDS = {
    "high": Text("明显偏高", "clearly high"),
    "same": Text("无法区分", "not separable"),
    "low": Text("明显偏低", "clearly low"),
    "small": Text("样本不足", "too few items"),
}
METHODS = ("wilson", "bands", "difference", "design_effect")
MAP_METHODS = (*METHODS, "natural_breaks")
WIDE = ("wide_lower", "wide_upper")
BAND_ORDER = {"high": 0, "same": 1, "low": 2, "small": 3}


def offered(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """Names of the measures that can be compared between groups: the three most asked for, then as they are defined."""
    names = [each.name for each in measures().values() if isinstance(each, Ratio) and each.better != "neither"]
    frame = evaluate(snapshot, names, (), seen(filters, snapshot))
    possible = frame.filter(pl.col("reason").is_null() | pl.col("reason").is_in(["no_cases", "all_excluded"]))
    usual = possible["measure"].to_list()
    first = [name for name in ("on_time_reply_rate", "closure_rate", "repeat_share") if name in usual]
    return tuple(dict.fromkeys([*first, *usual]))


def missing(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    """A sentence for each share that this register cannot give."""
    names = [each.name for each in measures().values() if isinstance(each, Ratio) and each.better != "neither"]
    chosen = seen(filters, snapshot)
    frame = evaluate(snapshot, names, (), chosen)
    return reasons(frame.filter(pl.col("reason").is_in(["column_empty", "unsupported"])), snapshot, chosen)


def compared(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> View:
    """Every group of a dimension beside the whole, the previous period and the same period last year.

    Returns:
        Columns of `evaluate.compare`; zh, en (labels; an office outside the office list says so); band, worse
        (`parts.bands`); the columns of `parts.with_change`; gap (share minus the whole's);
        overall (the whole's share); target (a group's own, else the city's; null where none is set); course (shares of
        those of the newest SPARK_MONTHS whole months that have items, null where fewer than half have any). Order:
        band, then name.
        Groups without items in the period are left out, items without an entry are counted in the notes.
    """
    chosen = seen(filters, snapshot)
    each = measure(name)
    whole = evaluate(snapshot, name, (), chosen.only(dimension))
    frame = compare(snapshot, name, (dimension,), chosen.only(dimension)).filter(pl.col("denominator") > 0)
    rows = named(frame.filter(pl.col(dimension) != ""), snapshot, dimension)
    rows, note = banded(rows, whole["value"][0], snapshot, chosen, each)
    kept = chosen.keys(dimension)
    if kept:
        rows = rows.filter(pl.col(dimension).is_in(kept))
    goals = goal_of_each(snapshot, name, chosen, rows[dimension])
    for before in ("previous", "last_year"):
        rows = with_change(rows, before, snapshot, chosen)
    rows = rows.with_columns(
        pl.Series("target", goals, pl.Float64),
        gap=pl.col("value") - whole["value"][0],
        overall=pl.lit(whole["value"][0], pl.Float64),
    )
    rows = rows.join(_courses(snapshot, chosen, name, dimension), on=dimension, how="left", maintain_order="left")
    rows = in_order(rows)
    unnamed = int(frame.filter(pl.col(dimension) == "")["denominator"].sum())
    notes = (*reasons(whole, snapshot, chosen), *note, *items_unnamed(unnamed), *excluded(whole))
    finding = standing(rows, title(each, chosen)) if rows.height else None
    return made(snapshot, chosen, rows, (name,), (dimension,), finding, notes, methods=METHODS)


def dots(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place", most: int = MOST_DOTS) -> View:
    """The rows of `compared` that a picture has room for: those that stand out, then those with the most items."""
    return with_room(compared(snapshot, filters, name, dimension), most)


def with_room(view: View, most: int = MOST_DOTS) -> View:
    """A view of groups cut to the rows a picture has room for, in their order, and a note on the others."""
    hidden = view.frame.height - most
    if hidden <= 0:
        return view
    first = view.frame.with_row_index("_order").sort(
        pl.col("band").is_in(["low", "high"]), "denominator", descending=True
    )
    note = others_below(hidden)
    return replace(view, frame=first.head(most).sort("_order").drop("_order"), notes=(note, *view.notes))


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Groups by band, then by name as it is pronounced: there is no ranking."""
    return rows.sort(pl.col("band").replace_strict(BAND_ORDER, return_dtype=pl.Int8), in_name_order())


def standing(frame: pl.DataFrame, name: Text, among: str = "各单位") -> Text:
    """Which groups stand out from the whole, those in the unwanted direction first; else that none does.

    Args:
        among: what the groups are called in Chinese.
    """
    comparable = frame.filter(pl.col("band") != "small")
    if comparable.height == 0:
        return Text(f"{name.zh}：样本不足，无法比较", f"{name.en}: too few items to compare")
    clauses = [
        _clause(comparable.filter("worse")),
        _clause(comparable.filter(~pl.col("worse") & (pl.col("band") != "same"))),
    ]
    told = [clause for clause in clauses if clause]
    if not told and frame.height == 1:
        only = frame.row(0, named=True)
        return Text(
            f"{name.zh}：只有{only['zh']}，没有可比的", f"{name.en}: only {only['en']}, nothing to compare it with"
        )
    if not told and comparable.height == 1:
        only = comparable.row(0, named=True)
        return Text(f"{name.zh}：{only['zh']}与全体无法区分", f"{name.en}: {only['en']} cannot be told from the whole")
    if not told:
        return Text(f"{name.zh}：{among}之间没有明显差别", f"{name.en}: no clear differences")
    same = comparable.filter(pl.col("band") == "same").height
    if same:
        told.append(Text(f"{same}个与全体无法区分", f"{same} other{'s' if same > 1 else ''} not separable"))
    return Text(f"{name.zh}：{'；'.join(c.zh for c in told)}", f"{name.en}: {'; '.join(c.en for c in told)}")


def _clause(rows: pl.DataFrame) -> Text | None:
    if rows.height == 0:
        return None
    zh, en = wording.listing(rows["zh"].to_list(), "zh"), wording.listing(rows["en"].to_list(), "en")
    if rows["band"][0] == "low":
        return Text(f"{zh}明显低于全体", f"{en} clearly below the whole")
    return Text(f"{zh}明显高于全体", f"{en} clearly above the whole")


def banded(
    frame: pl.DataFrame, share: float | None, snapshot: Snapshot, filters: Filters, each: Measure
) -> tuple[pl.DataFrame, tuple[Text, ...]]:
    """`parts.bands`; repeats with as many items fewer as items of one matter say the same thing twice.

    Then the columns wide_lower and wide_upper are the limits that such a number of independent items would give.
    """
    smallest = filters.rule_set.small_sample
    effect = clumping(snapshot, filters, each.name)
    if round(effect, 1) == 1.0:
        return bands(frame, share, each.better, smallest), ()
    fewer = frame.with_columns((pl.col(name) / effect).round().cast(pl.Int64) for name in ("numerator", "denominator"))
    judged = bands(fewer, share, each.better, 1)
    few = pl.col("denominator") < smallest
    banded = frame.with_columns(
        pl.when(few).then(pl.lit("small")).otherwise(judged["band"]).alias("band"),
        pl.when(few).then(pl.lit(False)).otherwise(judged["worse"]).alias("worse"),
    )
    limits = wilson(fewer["numerator"].to_numpy(), fewer["denominator"].to_numpy())
    ends = [pl.Series(limit).fill_nan(None).alias(name) for limit, name in zip(limits, WIDE, strict=True)]
    banded = banded.with_columns(ends)
    times = (f"{effect:.1f}",) * 2
    return banded, (
        in_both(
            "同一事项的多件并不独立，按{times}倍的方差判断是否明显偏差，细线为相应放宽的区间。",
            "Items of one matter are not independent: {times} times the variance is allowed for (thin lines).",
            times=times,
        ),
    )


def named(frame: pl.DataFrame, snapshot: Snapshot, dimension: str) -> pl.DataFrame:
    """Labels; where there is an office list, a group outside it is marked."""
    labelled = with_labels(frame, snapshot, dimension)
    words = snapshot.dimension(dimension)
    if "is_listed" not in words.columns or not words["is_listed"].any():
        return labelled
    unknown = words.filter(~pl.col("is_listed"))["key"].to_list()
    outside = pl.col(dimension).is_in(unknown)
    return labelled.with_columns(
        pl.when(outside).then(pl.format("{}（未匹配）", "zh")).otherwise("zh").alias("zh"),
        pl.when(outside).then(pl.format("{} (unmatched)", "en")).otherwise("en").alias("en"),
    )


def items_unnamed(items: int) -> tuple[Text, ...]:
    """A sentence on items without an entry, where there are any."""
    if not items:
        return ()
    return (
        in_both("另有{rows}未填，未列出。", "{rows} without an entry are not listed.", rows=both(wording.items, items)),
    )


def _courses(snapshot: Snapshot, filters: Filters, name: str, dimension: str) -> pl.DataFrame:
    """Shares of the newest whole months by group, as one list a group."""
    as_of = filters.as_of or snapshot.as_of
    last = min(filters.end or as_of, as_of)
    whole = last if last == month_end(last) else month_end(add_months(last, -1))
    first = add_months(whole.replace(day=1), 1 - SPARK_MONTHS)
    frame = evaluate(snapshot, name, (dimension, "month"), replace(filters.only(dimension), start=first, end=whole))
    months = pl.date_range(first, whole, "1mo", eager=True).alias("month").to_frame()
    grid = frame.select(dimension).unique().join(months, how="cross")
    return (
        grid.join(frame, on=[dimension, "month"], how="left")
        .sort(dimension, "month")
        .group_by(dimension, maintain_order=True)
        .agg(pl.col("value").drop_nulls().alias("course"))
        .with_columns(pl.when(pl.col("course").list.len() >= SPARK_MONTHS // 2).then("course"))
    )


def course(snapshot: Snapshot, filters: Filters, name: str, key: str, dimension: str = "place") -> View:
    """One group month by month, the period and as many months before it as make two years.

    Returns:
        A row for every month (`control.course`). The notes say how many false alarms the charts of all groups give.
    """
    chosen = seen(filters, snapshot)
    counted = evaluate(snapshot, name, (dimension,), chosen.only(dimension))
    charts = counted.filter((pl.col("denominator") > 0) & (pl.col(dimension) != "")).height
    return by_month(snapshot, chosen.only(dimension, key), name, key, charts=max(1, charts))


@dataclass(frozen=True)
class Standing:
    """One group as its card shows it.

    Attributes:
        band: "low", "same", "high" or "small"; `is_worse` for the unwanted direction.
        gap: its share minus the whole's.
        needed: further items on the wanted side that would reach the target, all else equal; None without a target,
            0 where it is reached, and None for measures where lower is better.
        limits_previous, limits_last_year: 95 % limits of the changes.
        doubt_previous, doubt_last_year: why the change is no improvement before the recording is checked, else None.
    """

    key: str
    name: Text
    band: str
    is_worse: bool
    numerator: int
    denominator: int
    value: float
    lower: float
    upper: float
    gap: float
    overall: float
    target: float | None
    needed: int | None
    change_previous: float | None
    signal_previous: int | None
    limits_previous: tuple[float, float] | None
    change_last_year: float | None
    signal_last_year: int | None
    limits_last_year: tuple[float, float] | None
    doubt_previous: Text | None
    doubt_last_year: Text | None

    @property
    def side(self) -> str:
        """Of the whole as it is printed: "higher", "lower" or "level"."""
        return "level" if round(abs(self.gap) * 100, 1) == 0 else "higher" if self.gap > 0 else "lower"


def one(snapshot: Snapshot, filters: Filters, name: str, key: str, dimension: str = "place") -> Standing | None:
    """The row of `compared` for one group; None where it has no items in the period."""
    rows = compared(snapshot, filters, name, dimension).frame.filter(pl.col(dimension) == key)
    if rows.height == 0:
        return None
    row = rows.row(0, named=True)
    here = seen(filters, snapshot).only(dimension, key)
    return Standing(
        key=key,
        name=Text(row["zh"], row["en"]),
        is_worse=row["worse"],
        needed=_needed(measure(name), row["numerator"], row["denominator"], row["target"]),
        doubt_previous=recording.doubt(snapshot, here, here.previous(), name, row["signal_previous"]),
        doubt_last_year=recording.doubt(snapshot, here, here.last_year(), name, row["signal_last_year"]),
        limits_previous=limits_of_change(row, "previous"),
        limits_last_year=limits_of_change(row, "last_year"),
        **{field: row[field] for field in _STANDING},
    )


_STANDING = (
    "band", "numerator", "denominator", "value", "lower", "upper", "gap", "overall", "target", "change_previous",
    "signal_previous", "change_last_year", "signal_last_year",
)  # fmt: skip


def _needed(each: Measure, numerator: int, denominator: int, target: float | None) -> int | None:
    """How many of the counted items would have to be on the wanted side in addition: ⌈target × n⌉ − x, exact."""
    if target is None or each.better != "higher":
        return None
    thousandths = round(target * 1000)
    return max(0, -(-thousandths * denominator // 1000) - numerator)


def on_map(snapshot: Snapshot, filters: Filters, name: str, places_file: Path) -> View:
    """The places of `compared` with their shapes.

    Args:
        places_file: GeoJSON with polygons (`queries.places`).

    Returns:
        One row a shape: place (the key; null where the register knows no such place), zh, en, value, numerator,
        denominator, band, step (shade 1 to STEPS of `shades`, null with too few items), x, y (outline, parts separated
        by null), at_x, at_y (where the name goes). The notes name places without a shape.
    """
    view = compared(snapshot, filters, name, "place")
    drawn = outlines(snapshot, places_file)
    figures = view.frame.select(
        "place", "value", "numerator", "denominator", "lower", "upper", "band", "worse", "overall"
    )
    frame = _shaded(drawn.join(figures, on="place", how="left", maintain_order="left"))
    return replace(view, frame=frame, notes=not_on_map(drawn, view.frame), finding=None, methods=MAP_METHODS)


@dataclass(frozen=True)
class Reach:
    """What the shades of a map span.

    Attributes:
        places: with a shade, so with enough items.
        lowest, highest: their shares.
        worse: names of those clearly off in the unwanted direction.
        unwanted: that direction, "low" or "high".
    """

    places: tuple[Text, ...]
    lowest: float
    highest: float
    worse: tuple[Text, ...]
    unwanted: str


def reach(view: View) -> Reach | None:
    """What `on_map` shows; None where no place on the map has enough items."""
    rows = view.frame.filter(pl.col("step").is_not_null())
    if not rows.height:
        return None
    values = rows["value"].to_list()
    names, worse = ([Text(*pair) for pair in each.select("zh", "en").rows()] for each in (rows, rows.filter("worse")))
    unwanted = "high" if view.measures[0].better == "lower" else "low"
    return Reach(tuple(names), min(values), max(values), tuple(worse), unwanted)


@dataclass(frozen=True)
class Shade:
    """One class of the map: its shade, 1 to STEPS, the lowest and the highest share in it, in tenths of a per cent."""

    step: int
    lowest: float
    highest: float


def shades(frame: pl.DataFrame) -> tuple[Shade, ...]:
    """Classes of the places with enough items, lowest first: natural breaks, so one far off leaves the others apart."""
    tenths = [round(share * PRINTED) for share in frame.filter(pl.col("band") != "small")["value"]]
    classes = natural_breaks(tenths, STEPS)
    return tuple(
        Shade(step, low / PRINTED, high / PRINTED)
        for step, (low, high) in zip(SHADES.get(len(classes), ()), classes, strict=True)
    )


def _shaded(frame: pl.DataFrame) -> pl.DataFrame:
    step = pl.lit(None, pl.Int8)
    tenths = (pl.col("value") * PRINTED).round(mode="half_to_even")
    for shade in reversed(shades(frame)):
        step = pl.when(tenths <= round(shade.highest * PRINTED)).then(pl.lit(shade.step, pl.Int8)).otherwise(step)
    return frame.with_columns(step=pl.when(pl.col("band") != "small").then(step))


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `compared` for reading: name, band (in words), value (per cent), counts, interval (text),
    change_previous, change_last_year (percentage points), course (shares).
    """
    rows = view.frame
    few = pl.col("band") == "small"
    return rows.select(
        pl.col(language).alias("name"),
        pl.col("band").replace_strict({name: text(language) for name, text in BANDS.items()}, return_dtype=pl.String),
        pl.when(~few).then(pl.col("value") * 100).alias("value"),
        pl.Series(
            "counts", [wording.fraction(x, n, language) for x, n in rows.select("numerator", "denominator").rows()]
        ),
        pl.Series("interval", [wording.interval(a, b, language) for a, b in rows.select("lower", "upper").rows()]),
        *(pl.when(~few).then(pl.col(name) * 100).alias(name) for name in ("change_previous", "change_last_year")),
        "course",
    )


def name_width(table: pl.DataFrame) -> int:
    """CSS pixels that the longest name of a table takes, within what a narrow screen has room for."""
    longest = max((len(name.encode("gb18030")) for name in table["name"]), default=0)
    return min(max(NAME_LEAST, NAME_ROOM + NAME_LETTER * longest), NAME_MOST)


def course_reach(view: View) -> tuple[float, float]:
    """Lowest and highest monthly share of all rows of `compared`: one scale for all small lines."""
    shares = view.frame["course"].drop_nulls().explode().drop_nulls().to_list()
    low, high = (min(shares), max(shares)) if shares else (0.0, 1.0)
    return (low, high) if low < high else (0.0, 1.0)  # a scale has two ends
