"""Matters of the demo register: first petitions and the repeats that follow them, step by step through time.

Items come out in time order in steps of a month or less, so memory does not grow with the register: only repeats that
are still to come are kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from queries.days import day_number, from_day_number, month_start
from seed.demo import truths
from seed.demo.city import TOWNSHIP_HANDLES, City, Floats
from seed.demo.season import Season

Ints = npt.NDArray[np.int64]
STEP_ROWS = 400_000  # a month with more items is cut into steps of about this many
FIRST_GAP, MEAN_GAP = 6, 64  # days between two petitions of one matter: at least, and on average beyond that
WORKDAY_REPEATS = 0.85  # share of repeats that wait for the office to open


@dataclass(frozen=True)
class Rows:
    """Items before their story is told, one array entry an item: indices into the words of a `City`."""

    day: Ints
    matter: Ints
    ordinal: Ints  # 0 for the first petition of the matter
    place: Ints
    leaf: Ints
    office: Ints

    def take(self, index: npt.NDArray[np.int64] | npt.NDArray[np.bool_] | slice) -> "Rows":
        """Some of the rows."""
        return Rows(*(getattr(self, column.name)[index] for column in fields(self)))

    @classmethod
    def joined(cls, parts: list["Rows"]) -> "Rows":
        """Several lots of rows after one another."""
        return cls(*(np.concatenate([getattr(part, column.name) for part in parts]) for column in fields(cls)))

    def __len__(self) -> int:
        return len(self.day)


@dataclass(frozen=True)
class Step:
    """Days of the season (positions, the last one excluded) and the number of items registered in them."""

    start: int
    stop: int
    count: int


def picks(rng: np.random.Generator, shares: Floats, size: int) -> Ints:
    """Random indices by cumulative shares."""
    found: Ints = np.searchsorted(shares, rng.random(size), side="right")
    return found


def picks_by(rng: np.random.Generator, shares: Floats, row: npt.NDArray[np.integer]) -> Ints:
    """Random indices, each by the cumulative shares in its own row of a table."""
    width = shares.shape[1]
    stacked = (shares + np.arange(len(shares))[:, None]).ravel()
    found = np.searchsorted(stacked, rng.random(len(row)) + row, side="right") - row.astype(np.int64) * width
    inside: Ints = np.minimum(found, width - 1)  # a sum may round up to the next row's start
    return inside


def steps(season: Season, cases: int) -> list[Step]:
    """The period cut into months (or parts of them), each with its number of items; they add up to `cases`."""
    months = np.array([day_number(month_start(from_day_number(int(day)))) for day in season.days])
    bounds = [*np.flatnonzero(np.diff(months, prepend=-1)).tolist(), len(months)]
    cuts = [0]
    for start, stop in pairwise(bounds):
        expected = cases * season.weights[start:stop].sum() / season.weights.sum()
        parts = min(stop - start, max(1, round(expected / STEP_ROWS)))
        cuts.extend(start + (stop - start) * part // parts for part in range(1, parts + 1))
    weights = np.add.reduceat(season.weights, cuts[:-1])
    exact = cases * weights / weights.sum()
    counts = np.floor(exact).astype(int)
    counts[np.argsort(counts - exact, kind="stable")[: cases - counts.sum()]] += 1
    if cases and not counts[-1]:  # the register must reach its last day
        counts[-1], counts[np.argmax(counts)] = 1, counts.max() - 1
    return [Step(a, b, int(n)) for (a, b), n in zip(pairwise(cuts), counts, strict=True)]


def matters(city: City, season: Season, cases: int, seed: int) -> Iterator[Rows]:
    """The items of every step, unsorted within it; exactly `cases` in all."""
    plan = steps(season, cases)
    step_of_day = np.repeat(np.arange(len(plan)), [step.stop - step.start for step in plan])
    pending: dict[int, list[Rows]] = {}
    known = 0
    for number, step in enumerate(plan):
        rng = np.random.Generator(np.random.SFC64([seed, number, 0]))
        due = pending.pop(number, [])
        returning = Rows.joined(due).take(slice(step.count)) if due else None
        need = step.count - (len(returning) if returning else 0)
        first = _first_petitions(rng, city, season, step, need, known, last=number == len(plan) - 1)
        repeats = _repeats(rng, first, season)
        step_of_repeat = step_of_day[repeats.day - season.days[0]]
        at_once = step_of_repeat == number
        whole, cut = _fitting(np.bincount(repeats.matter[at_once] - known, minlength=need), need)
        for future in np.unique(step_of_repeat[~at_once]).tolist():
            known_then = (step_of_repeat == future) & (repeats.matter < known + whole + cut)
            pending.setdefault(future, []).append(repeats.take(known_then))
        now = [first.take(slice(whole + cut)), repeats.take(at_once & (repeats.matter < known + whole))]
        known += whole + cut
        yield Rows.joined(now if returning is None else [returning, *now])


def _fitting(repeats_at_once: Ints, need: int) -> tuple[int, int]:
    """How many first petitions fit into a step with all their repeats in it, and how many more without."""
    filled = np.cumsum(1 + repeats_at_once)
    whole = int(np.searchsorted(filled, need, side="right"))
    return whole, need - (int(filled[whole - 1]) if whole else 0)


def _first_petitions(
    rng: np.random.Generator, city: City, season: Season, step: Step, size: int, known: int, last: bool
) -> Rows:
    weights = season.weights[step.start : step.stop].cumsum()
    day = season.days[step.start] + picks(rng, weights / weights[-1], size)
    if last and size:
        day[0] = season.days[-1]
    place = picks(rng, city.place_shares, size)
    leaf = picks_by(rng, city.topic_shares, city.is_rural[place])
    rising = rng.random(size) < _rising_share(season, step)[day - season.days[step.start]]
    place[rising] = city.places.index(truths.RISING_PLACE)
    leaf[rising] = city.leaf(truths.RISING_TOPIC_L1, truths.RISING_TOPIC_L2, truths.RISING_TOPIC_L3)
    department = picks_by(rng, city.departments_of, city.leaf_l1[leaf])
    office = np.where(rng.random(size) < TOWNSHIP_HANDLES, place, len(city.places) + department)
    return Rows(day, known + np.arange(size), np.zeros(size, np.int64), place, leaf, office)


def _rising_share(season: Season, step: Step) -> Floats:
    def share(day: date) -> float:
        return truths.RISING_SHARE.get(day.month, 0.0) if day >= truths.RISING_SINCE else 0.0

    return np.array([share(from_day_number(int(day))) for day in season.days[step.start : step.stop]])


def _repeats(rng: np.random.Generator, first: Rows, season: Season) -> Rows:
    chosen = np.flatnonzero(rng.random(len(first)) < truths.REPEAT_CHANCE)
    tail = (1 - rng.random(len(chosen))) ** (-1 / truths.REPEAT_TAIL)
    counts = np.minimum(tail, truths.REPEAT_MOST).astype(np.int64)
    source = np.repeat(chosen, counts)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    gaps = FIRST_GAP + np.floor(rng.exponential(MEAN_GAP, len(source))).astype(np.int64)
    total = np.concatenate([[0], np.cumsum(gaps)])
    day = first.day[source] + total[1:] - total[starts]
    ordinal = np.arange(len(source)) - starts + 1
    waits = rng.random(len(source)) < WORKDAY_REPEATS
    inside = day <= season.days[-1]
    position = np.where(inside, day - season.days[0], 0)
    day = np.where(waits & inside, season.next_working[position], day)
    rows = first.take(source)
    rows = Rows(day, rows.matter, ordinal, rows.place, rows.leaf, rows.office)
    return rows.take(day <= season.days[-1])
