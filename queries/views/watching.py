"""The look behind the early-warning page: weekly counts by place and topic, judged once and kept.

The counts are the one definition of `registered_count`, by week of registration.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.register import SpecialPeriod, special_periods
from queries.snapshot import Snapshot
from queries.stats.forecasts import FEWEST_WEEKS, GAP, WINDOW, YEAR
from queries.stats.surveillance import ALPHA_WEEKLY, Look, looks
from queries.views.parts import both, in_both, seen
from queries.vocabulary import Text

LONGEST = 5 * YEAR  # weeks looked back
BUDGET_A_LOOK = 0.35  # false flags of one level a look: about one new a month, as four weeks share three with the last
MOST_CELLS = 130  # judged at the usual chance of 0.005, which brings about as many; more share the budget
MOST_TWICE = 5_000  # cells; of more only the newest look is taken
STRAY = 0.01  # of all items: the register is taken to begin once so many are in
FEWEST_ITEMS = 30  # in the history, for a forecast
SPECIAL_DAYS = 4  # of a week's seven, from which it is a special week
A_WEEK = timedelta(days=7)
DIMENSIONS_WATCHED = ("place", "topic_l1")
NOTHING_HERE = Text(
    "可供比较的各周内，所选范围没有登记的件，无法预警。",
    "No item of this selection is registered in the weeks compared, so there is nothing to watch.",
)


@dataclass(frozen=True)
class Watch:
    """Weekly counts and the look at them.

    Attributes:
        places, topics: keys in the order of the counts.
        counts: items by week, shape (places, topics, weeks).
        first_monday, last_monday: of the weeks counted.
        levels: looks at "cell", "topic" (over all places), "place" (over all topics), "city"; a level that the
            selection cuts in two is not there. Empty where there is too little to look at; `reason` says why.
        special: special periods in the four weeks.
    """

    places: tuple[str, ...]
    topics: tuple[str, ...]
    counts: npt.NDArray[np.int16] = field(repr=False)
    first_monday: date
    last_monday: date
    levels: Mapping[str, Look]
    reason: Text | None = None
    special_weeks: npt.NDArray[np.int64] | None = None
    special: tuple[SpecialPeriod, ...] = ()

    @property
    def window(self) -> tuple[date, date]:
        """First and last day of the four weeks looked at."""
        return self.last_monday - (WINDOW - 1) * A_WEEK, self.last_monday + A_WEEK - timedelta(days=1)


def watch(snapshot: Snapshot, filters: Filters) -> Watch:
    """The look that every view of this page reads; kept for the newest selections.

    What is usual in a place is learnt from all places and topics, whichever are selected: a selection of places and
    topics hides the others and changes no judgement.
    """
    free = replace(seen(filters, snapshot), start=None, end=None)
    for name in DIMENSIONS_WATCHED:
        free = free.only(name)
    return _narrowed(_watch(snapshot, free), *(filters.keys(name) for name in DIMENSIONS_WATCHED))


def _narrowed(whole: Watch, places: tuple[str, ...], topics: tuple[str, ...]) -> Watch:
    """The part of a look that concerns some places and topics; all of them where none is named."""
    if not whole.levels or not (places or topics):
        return whole
    i = [at for at, key in enumerate(whole.places) if not places or key in places]
    j = [at for at, key in enumerate(whole.topics) if not topics or key in topics]
    counts = whole.counts[np.ix_(i, j)]
    if not counts.any():
        return replace(whole, counts=counts, levels={}, reason=NOTHING_HERE)
    levels = {"cell": _part(whole.levels["cell"], i, j)}
    if not places and "topic" in whole.levels:
        levels["topic"] = _part(whole.levels["topic"], [0], j)
    if not topics and "place" in whole.levels:
        levels["place"] = _part(whole.levels["place"], i, [0])
    return replace(
        whole,
        places=tuple(whole.places[at] for at in i),
        topics=tuple(whole.topics[at] for at in j),
        counts=counts,
        levels=levels,
    )


def _part(look: Look, i: list[int], j: list[int]) -> Look:
    names = ("observed", "expected", "variance", "stated_variance", "p", "threshold", "is_flagged", "threshold_before")
    parts = {name: getattr(look, name) for name in names}
    return replace(look, **{name: part[np.ix_(i, j)] for name, part in parts.items() if part is not None})


@by_snapshot(8)
def _watch(snapshot: Snapshot, filters: Filters) -> Watch:
    last_monday = _last_whole_week(snapshot, filters)
    by = [name for name in DIMENSIONS_WATCHED if snapshot.available(name)]
    sunday = last_monday + A_WEEK - timedelta(days=1)
    since = last_monday - (LONGEST - 1) * A_WEEK
    until = replace(filters, start=since, end=sunday)
    every = evaluate(snapshot, "registered_count", ["week"], replace(until, where=()))
    frame = evaluate(snapshot, "registered_count", [*by, "week"], until)
    for name in DIMENSIONS_WATCHED:
        if name not in by:
            frame = frame.with_columns(pl.lit("").alias(name))
    first = _begin(every, snapshot, last_monday + A_WEEK)
    frame = frame.filter(pl.col("week") >= first)
    places, topics = (tuple(frame[name].unique(maintain_order=True)) for name in DIMENSIONS_WATCHED)
    counts = _dense(frame, places, topics, first, last_monday)
    reason = _too_little(by, counts)
    if reason:
        return Watch(places, topics, counts, first, last_monday, {}, reason)
    special = special_periods(snapshot)
    codes = _special_weeks(special, first, counts.shape[2])
    sums = by_level(counts)
    if counts.shape[0] == 1:
        sums.pop("topic"), sums.pop("city")
    if counts.shape[1] == 1:
        sums.pop("place"), sums.pop("city", None)
    levels = {name: look_at(level, codes) for name, level in sums.items()}
    window_start = last_monday - (WINDOW - 1) * A_WEEK
    inside = tuple(each for each in special if each.starts_on <= sunday and each.ends_on >= window_start)
    return Watch(places, topics, counts, first, last_monday, levels, special_weeks=codes, special=inside)


def _last_whole_week(snapshot: Snapshot, filters: Filters) -> date:
    """Monday of the last week that is over, and in which items were still registered.

    A register may end weeks before its newest event, a closure; the weeks after its last registration are not empty
    but unknown.
    """
    newest = filters.as_of or snapshot.as_of
    last = snapshot.last_day or newest
    if newest - last >= A_WEEK:
        newest = last
    sunday = newest - timedelta(days=(newest.weekday() + 1) % 7)
    return sunday - timedelta(days=6)


def _begin(every: pl.DataFrame, snapshot: Snapshot, after: date) -> date:
    """First Monday of the register: after a part week, and after a few stray early rows; `after` without a week."""
    weeks = every.select("week", "numerator").sort("week")
    if weeks.is_empty():
        return after
    enough = weeks.filter(pl.col("numerator").cum_sum() >= STRAY * pl.col("numerator").sum())["week"]
    first: date = enough[0]
    if snapshot.first_day and first < snapshot.first_day:
        first += A_WEEK
    return first


def _dense(
    frame: pl.DataFrame, places: tuple[str, ...], topics: tuple[str, ...], first: date, last: date
) -> npt.NDArray[np.int16]:
    weeks = max(0, (last - first) // A_WEEK + 1)
    counts = np.zeros((len(places), len(topics), weeks), dtype=np.int16)
    codes = [
        frame[name].replace_strict({key: at for at, key in enumerate(keys)}, return_dtype=pl.Int64)
        for name, keys in zip(DIMENSIONS_WATCHED, (places, topics), strict=True)
    ]
    week = (frame["week"] - first).dt.total_days() // 7
    place, topic, when = (column.to_numpy().astype(np.int64) for column in (*codes, week))
    counts[place, topic, when] = frame["numerator"].to_numpy()
    return counts


def _too_little(by: list[str], counts: npt.NDArray[np.int16]) -> Text | None:
    if not by:
        return Text("登记数据中没有问题属地和内容分类，无法按地方和类别预警。",
                    "The register gives neither place nor topic, so nothing can be watched by them.")  # fmt: skip
    weeks = counts.shape[2]
    if weeks < FEWEST_WEEKS + GAP + WINDOW:
        return in_both(
            "登记数据到这一天只有{weeks}个整周，预警至少需要{needed}周，暂不判断。",
            "The register holds {weeks} whole weeks by this day; early warning needs {needed}. No judgement yet.",
            weeks=both(wording.number, weeks),
            needed=both(wording.number, FEWEST_WEEKS + GAP + WINDOW),
        )
    if not counts.any():
        return NOTHING_HERE
    items = int(counts[:, :, : -WINDOW - GAP].sum())
    if items < FEWEST_ITEMS:
        return in_both(
            "所选范围此前只有{items}，件数太少，无法判断是否上升。",
            "Only {items} before these weeks in this selection: too few to tell a rise.",
            items=both(wording.items, items),
        )
    return None


def _special_weeks(periods: tuple[SpecialPeriod, ...], first: date, weeks: int) -> npt.NDArray[np.int64] | None:
    """A number by week: 0, or that of the kind of special period that holds most of its days."""
    kinds = {kind: number for number, kind in enumerate(dict.fromkeys(each.kind for each in periods), start=1)}
    codes = np.zeros(weeks, dtype=np.int64)
    for each in periods:
        for day in range((each.starts_on - first).days // 7, (each.ends_on - first).days // 7 + 1):
            if 0 <= day < weeks:
                monday = first + day * A_WEEK
                shared = min(each.ends_on, monday + timedelta(days=6)) - max(each.starts_on, monday)
                if shared.days + 1 >= SPECIAL_DAYS:
                    codes[day] = kinds[each.kind]
    return codes if codes.any() else None


def look_at(level: npt.NDArray[np.int64], special: npt.NDArray[np.int64] | None) -> Look:
    """A look at the newest four weeks of counts (places, topics, weeks), within the budget of false flags.

    Beside it stands the look of a week before, where there are not too many cells for two.
    """
    cells, last = level.shape[0] * level.shape[1], level.shape[2] - 1
    alpha = ALPHA_WEEKLY if cells <= MOST_CELLS else None
    weeks = [last - 1, last] if cells <= MOST_TWICE and last >= FEWEST_WEEKS + GAP + WINDOW else [last]
    found = looks(level, weeks, special_weeks=special, alpha=alpha, budget=BUDGET_A_LOOK)
    before = found[0].threshold if len(found) > 1 else None
    return replace(found[-1], threshold_before=before)


def by_level(counts: npt.NDArray[np.int16]) -> dict[str, npt.NDArray[np.int64]]:
    """Counts of "cell", "topic" (over places), "place" (over topics) and "city", each (places, topics, weeks)."""
    whole = counts.astype(np.int64)
    return {
        "cell": whole,
        "topic": whole.sum(axis=0, keepdims=True),
        "place": whole.sum(axis=1, keepdims=True),
        "city": whole.sum(axis=(0, 1), keepdims=True),
    }
