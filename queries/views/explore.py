"""Any measures by any two breakdowns and a step of time: the cells, their totals, and another selection beside them.

A question (`Question`) is what the page's controls say and a link carries. Totals are asked of the register, not added
up from what is shown, so they hold for medians too; the cells of shares and counts add up to them. What falls below
the first N groups is one group of its own, counted from its items.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

import polars as pl

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.evaluate import added_up, evaluate
from queries.counting.reasons import why_not
from queries.dimensions import DIMENSIONS, GRAINS
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import Count, Duration, Measure, Ratio, measure, measures, quantile_name
from queries.search.spelling import sounds
from queries.snapshot import Snapshot
from queries.views import View
from queries.views.beside import Other, beside, other_selection
from queries.views.parts import SETTLING_DAYS, both, excluded, goals, in_both, made, reasons, seen, title
from queries.vocabulary import LANGUAGES, Text, fold

OTHERS = "__others__"  # key of everything below the first N groups; no register has it
NOTHING = "-"  # no breakdown, as a link says it
NOT_COMPARED = Text(
    "在当前筛选下没有可对比的件，未作对比。",
    "Nothing is left to compare with under this selection; no comparison is made.",
)
STILL_WAITING = Text(
    "“未达”：截至统计日还没有走到终点的件，按已等的天数计入（Kaplan–Meier），办得快慢不会因此显得更好。",
    "“Not reached”: items that had not got there by the as-of day; they count with the days so far (Kaplan–Meier), so "
    "that nobody looks quicker for leaving them open.",
)
MOST_MEASURES = 4
TOPS = (10, 20, 50, 300)  # groups shown; a browser draws 300 rows of a table at once
MOST_COLUMNS = 12  # groups side by side
MOST_SECOND = 6  # groups within each row where rows are pairs
GRAIN_DAYS = {"week": 7, "month": 31, "quarter": 92, "year": 366}
MOST_PERIODS = 120  # steps of time offered within the period chosen
STEPS = 5  # shades of the table
SINGULAR = {"items": "item", "people": "person"}  # units of counts


@dataclass(frozen=True)
class Question:
    """What is asked.

    Attributes:
        measures: names; the first one is the one drawn.
        by, and_by: dimensions, "" for none.
        grain: step of time of each measure's own cohort date, "" for none.
        swapped: rows and columns exchanged.
        top: groups of `by` kept by their number of items; more than the most of TOPS keeps every group of both.
        find: part of a label; only matching groups are kept.
        versus: the other selection, as `beside.other_selection` reads it.
    """

    measures: tuple[str, ...]
    by: str = ""
    and_by: str = ""
    grain: str = ""
    swapped: bool = False
    top: int = TOPS[0]
    find: str = ""
    versus: str = ""

    @cached_property
    def axes(self) -> tuple[str, ...]:
        """Everything the figures are broken down by."""
        return tuple(dict.fromkeys(name for name in (self.by, self.and_by, self.grain) if name))

    @property
    def rows(self) -> tuple[str, ...]:
        """What the rows of the table are; empty where the measures are the rows."""
        if len(self.axes) == 1:
            return () if self.swapped else self.axes
        if len(self.axes) == 2:
            return (self.axes[1 if self.swapped else 0],)
        if self.swapped and self.axes:
            return (self.axes[0], self.axes[2])
        return self.axes[:2]

    @property
    def column(self) -> str:
        """What the columns of the table are; "" where they are the measures."""
        return next((name for name in self.axes if name not in self.rows), "")


@dataclass(frozen=True)
class Groups:
    """The groups of a dimension that have items in one of a question's selections, by key.

    Attributes:
        own: those that stand for themselves.
        others: those put together as OTHERS.
        cut: how many of the others are sought too, but have too few items to stand for themselves.
    """

    own: frozenset[str]
    others: tuple[str, ...]
    cut: int


def others_words(count: int, language: str) -> str:
    """What the row of the groups put together is called: 其余8组, 8 others."""
    many = wording.number(count, language)
    return f"其余{many}组" if language == "zh" else f"{many} other{'s' if count != 1 else ''}"


def offered(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """Measures that can be computed under the selection, the most asked for first."""
    chosen = seen(filters, snapshot)
    possible = [each.name for each in measures().values() if why_not(each, snapshot, chosen) is None]
    first = [name for name in ("on_time_reply_rate", "closure_rate", "registered_count") if name in possible]
    return tuple(dict.fromkeys([*first, *possible]))


def at_quantiles(names: Sequence[str], shares: Sequence[float]) -> tuple[str, ...]:
    """The measures with each duration at every quantile asked for, in the order of its quantiles."""
    found: list[str] = []
    for name in names:
        is_duration = isinstance(measure(name), Duration)
        found += [quantile_name(name, share) for share in sorted(shares)] if is_duration else [name]
    return tuple(dict.fromkeys(found))


def breakdowns(snapshot: Snapshot, filters: Filters, names: tuple[str, ...]) -> tuple[str, ...]:
    """Dimensions by which all of the measures can be broken down and of which the register knows something."""
    tables = {measure(name).table for name in names}
    return tuple(name for name, each in DIMENSIONS.items() if tables <= set(each.tables) and snapshot.available(name))


def grains(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """Steps of time of which the period holds two at least and MOST_PERIODS at most, longest first."""
    as_of = filters.as_of or snapshot.as_of
    first = filters.start or snapshot.first_day or as_of
    length = (min(filters.end or as_of, as_of) - first).days + 1
    fitting = {name: length / days for name, days in GRAIN_DAYS.items()}
    return tuple(name for name in reversed(GRAIN_DAYS) if 1 < fitting[name] <= MOST_PERIODS)


def meant(snapshot: Snapshot, filters: Filters, question: Question) -> Question:
    """The question without another selection that has no meaning under this one, such as what is all of it."""
    other = other_selection(snapshot, seen(filters, snapshot), question.versus, question.grain)
    return question if other else replace(question, versus="")


@by_snapshot(16)
def answer(snapshot: Snapshot, filters: Filters, question: Question) -> View:
    """The cells and totals of a question.

    Returns:
        Columns of `evaluate`; part ("cell"; "row": totals of rows over all columns; "column": of columns over all rows;
        "total"); one column an axis, null where added up, OTHERS below the first N; small (a share or median of fewer
        items than the rules' smallest sample); complete (a period that has ended and settled; true without a grain);
        step (shade 1 to STEPS of cells, null for few items and totals). With another selection: those of
        `beside.beside`. Notes say what was left out; the finding is about the first measure.
    """
    chosen = seen(filters, snapshot)
    other = other_selection(snapshot, chosen, question.versus, question.grain)
    now = other.first if other else chosen
    stand = groups(snapshot, chosen, question)
    frame = _all_parts(snapshot, now, question, stand)
    if other:
        then = _all_parts(snapshot, other.second, question, stand)
        axes = {name: () if name in GRAINS else (*snapshot.keys(name), "", OTHERS) for name in question.axes}
        effects = {name: clumping(snapshot, now, name) for name in question.measures}
        frame = beside(frame, then, axes, other, effects)
    frame = _judged(frame, question, snapshot, now)
    whole = frame.filter(pl.col("part") == "total")
    finding = _finding(whole, measure(question.measures[0]), chosen, other)
    compared = other.notes if other else (NOT_COMPARED,) if question.versus else ()
    waiting = (STILL_WAITING,) if _some_wait(whole) else ()
    notes = (
        *_together(stand, question),
        *goals(snapshot, question.measures, now),
        *reasons(whole, snapshot, chosen),
        *compared,
        *waiting,
        *excluded(whole),
    )
    return made(snapshot, now, frame, question.measures, question.axes, finding, notes)


def _some_wait(whole: pl.DataFrame) -> bool:
    """Whether a duration of the frame has items that have not got to its end."""
    waits = [name for name in whole["measure"].unique() if isinstance(measure(name), Duration)]
    return whole.filter(pl.col("measure").is_in(waits) & (pl.col("numerator") < pl.col("denominator"))).height > 0


def _parts(question: Question) -> dict[str, tuple[str, ...]]:
    """Name of each part of the table to the axes it keeps apart."""
    if not question.axes:
        return {"total": ()}
    found = {"cell": question.axes, "total": ()}
    if question.rows and question.column:
        found |= {"row": question.rows, "column": (question.column,)}
    return found


def _all_parts(snapshot: Snapshot, filters: Filters, question: Question, stand: Mapping[str, Groups]) -> pl.DataFrame:
    frames = []
    for part, axes in _parts(question).items():
        frame = _folded(snapshot, filters, question.measures, axes, stand)
        blank = [
            pl.lit(None, pl.Date if name in GRAINS else pl.String).alias(name)
            for name in question.axes
            if name not in axes
        ]
        frames.append(frame.with_columns(*blank, pl.lit(part).alias("part")).select("part", "measure", *question.axes,
                      "numerator", "denominator", "excluded", "value", "reason", "lower", "upper"))  # fmt: skip
    return pl.concat(frames)


@by_snapshot(64)
def _counted(snapshot: Snapshot, names: tuple[str, ...], axes: tuple[str, ...], filters: Filters) -> pl.DataFrame:
    """`evaluate`: parts of one question, and one after the other, ask for the same groups."""
    return evaluate(snapshot, names, axes, filters)


@by_snapshot(64)
def groups(snapshot: Snapshot, filters: Filters, question: Question) -> Mapping[str, Groups]:
    """Which groups of each dimension of a question stand for themselves, and which are put together.

    Args:
        filters: with their as-of day.
    """
    other = other_selection(snapshot, filters, question.versus, question.grain)
    selections = (other.first, other.second) if other else (filters,)
    first = measure(question.measures[0])
    size = "numerator" if isinstance(first, Count) else "denominator"
    found = {}
    for name in question.axes:
        if name in GRAINS:
            continue
        counted = pl.concat(_counted(snapshot, question.measures, (name,), each) for each in selections)
        with_items = counted[name].unique(maintain_order=True).to_list()
        asked = _counted(snapshot, question.measures, (name,), selections[0]).filter(measure=first.name)
        largest = asked.sort(size, descending=True, maintain_order=True)[name]
        by_size = list(dict.fromkeys([*largest, *with_items]))
        is_sought = name == question.by and question.find
        fitting = set(_matching(snapshot, name, question.find)) if is_sought else set(with_items)
        possible = [key for key in by_size if key in fitting]
        most = _most(question, name)
        own = frozenset(possible if len(with_items) == most + 1 else possible[:most])  # one group is no "others"
        found[name] = Groups(own, tuple(key for key in with_items if key not in own), len(possible) - len(own))
    return found


def _most(question: Question, name: str) -> int:
    """Groups of a dimension that stand for themselves at most."""
    if question.top > TOPS[-1]:
        return question.top  # all of them, for a file
    most = MOST_COLUMNS if name == question.column else question.top if name == question.by else MOST_SECOND
    return max(most, question.top) if len(question.axes) == 2 and name in question.rows else most


def _together(stand: Mapping[str, Groups], question: Question) -> tuple[Text, ...]:
    """A sentence for each dimension whose smaller groups are put together: which stand alone, how to see all."""
    found = []
    for name, each in stand.items():
        if not each.cut:
            continue
        label = DIMENSIONS[name].label
        can_widen = _most(question, name) == question.top < TOPS[-1]
        zh = "可选择显示更多组，或下载表格" if can_widen else "请下载表格"
        en = "choose more groups or download the table" if can_widen else "download the table"
        found.append(
            in_both(
                "{label}中件数最多的{own}组单列，排序只在它们之间；其余{others}组合为一项。要看全部，{see}。",
                "By {label}, the {own} groups with the most items stand alone, and only they are sorted; the other "
                "{others} are put together. To see all, {see}.",
                label=(label.zh, label.en),
                own=both(wording.number, len(each.own)),
                others=both(wording.number, len(each.others)),
                see=(zh, en),
            )
        )
    return tuple(found)


def _matching(snapshot: Snapshot, dimension: str, part: str) -> list[str]:
    """Keys whose name holds a text, or is spelt so in pinyin or initials."""
    wanted = fold(part) or part.strip()
    words = snapshot.dimension(dimension).select("key", "zh", "en").iter_rows()
    return [
        names[0] for names in words
        if any(wanted in fold(name) for name in names) or sounds(names[1], wanted)
    ]  # fmt: skip


def _folded(
    snapshot: Snapshot, filters: Filters, names: tuple[str, ...], axes: tuple[str, ...], stand: Mapping[str, Groups]
) -> pl.DataFrame:
    """`evaluate` with the groups that do not stand for themselves put together as OTHERS, counted from their items."""
    frame = _counted(snapshot, names, axes, filters)
    rest = {name: stand[name].others for name in axes if name in stand and stand[name].others}
    if not rest:
        return frame
    renamed = frame.with_columns(
        pl.when(pl.col(name).is_in(keys)).then(pl.lit(OTHERS)).otherwise(name).alias(name)
        for name, keys in rest.items()
    )
    of_days = tuple(name for name in names if isinstance(measure(name), Duration))
    counted = added_up(renamed.filter(~pl.col("measure").is_in(of_days)), axes)
    if not of_days:
        return counted
    alone = pl.all_horizontal(pl.col(name) != OTHERS for name in rest)
    frames = [counted, renamed.filter(pl.col("measure").is_in(of_days) & alone)]
    for together in _subsets(tuple(rest)):
        narrowed = filters
        for name, keys in rest.items():
            # a median of several groups is read from their items, not from their medians
            narrowed = narrowed.only(name, *(keys if name in together else sorted(stand[name].own)))
            if not narrowed.keys(name):
                break
        else:
            apart = tuple(name for name in axes if name not in together)
            found = _counted(snapshot, of_days, apart, narrowed)
            frames.append(found.with_columns(pl.lit(OTHERS).alias(name) for name in together).select(frame.columns))
    return pl.concat(frames)


def _subsets(names: tuple[str, ...]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = [()]
    for name in names:
        found += [(*each, name) for each in found]
    return [each for each in found if each]


def _judged(frame: pl.DataFrame, question: Question, snapshot: Snapshot, filters: Filters) -> pl.DataFrame:
    """Columns small, complete and step."""
    of_items = [name for name in question.measures if not isinstance(measure(name), Count)]
    small = pl.col("measure").is_in(of_items) & (pl.col("denominator") < filters.rule_set.small_sample)
    frame = frame.with_columns(small.fill_null(False).alias("small"), _complete(question, snapshot, filters))
    shown = (pl.col("part") == "cell") & ~pl.col("small") & pl.col("value").is_not_null()
    for name in question.axes:
        if name not in GRAINS:
            shown = shown & (pl.col(name) != OTHERS)
    low, high = (
        end.over("measure") for end in (pl.col("value").filter(shown).min(), pl.col("value").filter(shown).max())
    )
    place = ((pl.col("value") - low) / (high - low) * STEPS).floor().clip(0, STEPS - 1) + 1
    step = pl.when(shown & (high > low)).then(place).when(shown).then(3)
    return frame.with_columns(step.cast(pl.Int8).alias("step"))


def _complete(question: Question, snapshot: Snapshot, filters: Filters) -> pl.Expr:
    if not question.grain:
        return pl.lit(True).alias("complete")
    as_of = filters.as_of or snapshot.as_of
    settle = pl.col("measure").replace_strict(SETTLING_DAYS, default=0, return_dtype=pl.Int64)
    step = GRAINS[question.grain].step
    end = pl.col(question.grain).dt.offset_by(step) - timedelta(days=1)
    # the last period may be cut off by the selection as well
    cut = pl.lit(filters.end) < end if filters.end else pl.lit(False)
    ended = (end + pl.duration(days=settle) <= as_of) & ~cut
    return ended.fill_null(True).alias("complete")


def _finding(whole: pl.DataFrame, each: Measure, filters: Filters, other: Other | None) -> Text | None:
    """The whole's figure of one measure, and how the other selection stands to it."""
    found = whole.filter(pl.col("measure") == each.name)
    if not found.height or found["value"][0] is None:
        return None
    row = found.row(0, named=True)
    name = title(each, filters)
    behind = [
        ("，95%区间" if language == "zh" else ", 95% interval ").join(filter(None, (counts, reach)))
        for language in LANGUAGES
        for counts, reach in [(counts_words(each, row, language), limits_words(each, row, language))]
    ]
    said = in_both("{label} {value}（{behind}）", "{label} {value} ({behind})", label=(name.zh, name.en),
                   value=both(figure_words, each, row["value"]), behind=(behind[0], behind[1]))  # fmt: skip
    if not isinstance(each, Count) and row["denominator"] < filters.rule_set.small_sample:
        few = both(counts_words, each, row)
        return Text(f"{name.zh} 样本不足（{few[0]}）", f"{name.en}: too few items ({few[1]})")
    if isinstance(each, Count):
        said = in_both("{label} {value}", "{label} {value}", label=(name.zh, name.en),
                       value=both(figure_words, each, row["value"]))  # fmt: skip
    verdict = other.verdict(each, row) if other else None
    return Text(f"{said.zh}，{verdict.zh}", f"{said.en}, {verdict.en}") if verdict else said


def figure_words(each: Measure, value: float | None, language: str) -> str:
    """A figure of a measure in words: 92.1%, 41天, 1,234."""
    if value is None:
        return wording.MISSING
    if isinstance(each, Ratio):
        return wording.per_cent(value, language)
    if isinstance(each, Duration):
        return wording.days(value, language, 1)
    if language == "zh":
        return wording.number(value, language) + each.unit.zh
    return f"{wording.number(value, language)} {SINGULAR[each.unit.en] if value == 1 else each.unit.en}"


def limits_words(each: Measure, row: Mapping[str, Any], language: str) -> str:
    """The 95 % limits of a figure in words: 89.1%–92.3%, 38.2–44.0天; "" of a count, or where there are none."""
    lower, upper = row["lower"], row["upper"]
    if isinstance(each, Count) or (lower is None and upper is None):
        return ""
    write = wording.days_interval if isinstance(each, Duration) else wording.interval
    return write(lower, upper, language)


def counts_words(each: Measure, row: Mapping[str, Any], language: str) -> str:
    """The counts behind a figure: 245/282件; of a duration the items, and how many had not got there."""
    if isinstance(each, Ratio):
        return wording.fraction(row["numerator"], row["denominator"], language)
    if isinstance(each, Count):
        return wording.items(row["numerator"], language)
    said = wording.items(row["denominator"], language)
    waiting = int(row["denominator"] or 0) - int(row["numerator"] or 0)
    if not waiting:
        return said
    many = wording.number(waiting, language)
    return said + (f"，未达{many}件" if language == "zh" else f", {many} not reached")
