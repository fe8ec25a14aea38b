"""How many cases to expect in a place and topic over four weeks, from its own past and the city's (empirical Bayes).

A cell's expectation is what its place and its topic suggest together, times its own ratio to that, drawn towards 1 the
less the cell has shown. Past rises are capped once so that they do not become the norm. Declared special weeks and the
season of a topic are factors, drawn towards 1 as well. Counts are by week: shape (places, topics, weeks).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.intervals import Array, Counts

WINDOW = 4  # weeks judged together
GAP = 4  # weeks before the window that are not yet used, or a slow rise would hide itself
HISTORY = 104  # weeks before the window
FEWEST_WEEKS = 20  # of history, for a forecast
HALF_LIFE = 52  # weeks after which a past week counts half
CAP_SHARE = 0.995  # past blocks are capped at this Poisson limit ...
CAP_FACTOR = 1.15  # ... of so many times their fit
FACTOR_PRIOR = 20.0  # cases by which season and calendar factors are drawn towards 1
SEASON_REACH = 4  # weeks on each side of the window, in earlier years
YEAR = 52  # weeks
NEAR_WEEKS = 13  # weeks on each side with which a special week is compared
LEAST_SPREAD, ALIKE_MOST, ALIKE_LEAST = 0.02, 50.0, 0.5  # bounds of 1/a and a, the cells' likeness
CHANCE_SPREAD = 1.2  # variance over mean of counts taken as chance when the likeness is estimated
HALF_A_CASE = 0.5  # cases in all history, so that what was never seen is not held impossible

Weeks = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Forecast:
    """What a window of weeks should hold, by place and topic.

    Attributes:
        week: position of the window's last week.
        expected: cases, shape (places, topics).
        support: cases' worth of experience behind each cell, a + Y; the expectation's relative variance is 1/support.
        dispersion: variance over mean of past four-week blocks, at least 1.
        likeness: a, how alike cells are.
        season: factor by topic. calendar: factor by week of the series.
    """

    week: int
    expected: Array
    support: Array
    dispersion: float
    likeness: float
    season: Array
    calendar: Array


def forecast(
    counts: Counts,
    week: int,
    *,
    special_weeks: npt.ArrayLike | None = None,
    completeness: npt.ArrayLike | None = None,
    by_topic: Array | None = None,
) -> Forecast:
    """Expected cases in the four weeks up to and including `week`, from what came before.

    Args:
        counts: cases by week, shape (places, topics, weeks); weeks after the window are not looked at.
        week: position of the window's last week.
        special_weeks: a code by week, 0 for ordinary weeks and one number for each kind of special week.
        completeness: share of a week's cases already known at the look, by age in weeks from 0; older weeks are
            complete. The window is then compared with what should be known of it by now.
        by_topic: the counts over all places, where they are known: it saves a pass over the whole.

    Raises:
        ValueError: not three dimensions, or fewer than 20 weeks of history before the window.
    """
    y = np.asarray(counts, dtype=float)
    if y.ndim != 3:
        raise ValueError("Counts have three dimensions: places, topics, weeks.")
    first, stop = max(0, week + 1 - WINDOW - HISTORY), week + 1 - WINDOW - GAP
    if stop - first < FEWEST_WEEKS or week >= y.shape[2]:
        raise ValueError(f"Week {week} has no {FEWEST_WEEKS} weeks of history before it, or is not in the series.")
    codes = np.zeros(y.shape[2], dtype=np.int64) if special_weeks is None else np.asarray(special_weeks, dtype=np.int64)
    topics = (y.sum(axis=0) if by_topic is None else by_topic)[:, :stop].copy()
    calendar = _calendar(topics.sum(axis=0), codes)
    weight = 0.5 ** ((stop - 1 - np.arange(first, stop)) / HALF_LIFE)
    past, factor = y[:, :, first:stop], calendar[first:stop]
    seen, exposure = past @ weight, float(weight @ factor)
    rate, _, _ = _fit(seen, exposure)
    blocks, durations, odd = _blocks(past, factor)
    place, topic, block, kept = _capped(blocks, rate, durations)
    weeks = odd + WINDOW * block[:, None] + np.arange(WINDOW)
    cut = past[place[:, None], topic[:, None], weeks] * (1 - kept[:, None])
    np.subtract.at(seen, (place, topic), (cut * weight[weeks]).sum(axis=1))
    rate, support, likeness = _fit(seen, exposure)
    np.subtract.at(topics, (topic[:, None], first + weeks), cut)
    season = _season(topics, calendar, week, stop)
    window = np.arange(week + 1 - WINDOW, week + 1)
    known = np.ones(WINDOW)
    if completeness is not None:
        shares = np.asarray(completeness, dtype=float)[:WINDOW]
        known[WINDOW - len(shares) :] = shares[::-1]
    expected = rate * season * float((calendar[window] * known).sum())
    return Forecast(week, expected, support, _dispersion(blocks, rate, durations), likeness, season, calendar)


def _fit(seen: Array, exposure: float) -> tuple[Array, Array, float]:
    """Rate a week, support and likeness of cells: place × topic, times the cell's own ratio drawn towards 1."""
    places, topics = seen.sum(axis=1) + HALF_A_CASE, seen.sum(axis=0) + HALF_A_CASE
    suggested = places[:, None] / places.sum() * topics
    spread = float(((seen - suggested) ** 2 - CHANCE_SPREAD * seen).sum() / (suggested**2).sum())
    likeness = float(np.clip(1 / max(LEAST_SPREAD, spread), ALIKE_LEAST, ALIKE_MOST))
    ratio = (likeness + seen) / (likeness + suggested)
    return suggested / exposure * ratio, likeness + seen, likeness


def _blocks(past: Array, factor: Array) -> tuple[Array, Array, int]:
    """Cases by whole four-week block, newest last, the factors' sums, and the odd weeks left at the start."""
    odd = past.shape[2] % WINDOW
    shape = (*past.shape[:2], past.shape[2] // WINDOW, WINDOW)
    # a product with ones is twice as fast as a sum over so short an axis
    return past[:, :, odd:].reshape(shape) @ np.ones(WINDOW), factor[odd:].reshape(-1, WINDOW).sum(axis=1), odd


def _capped(blocks: Array, rate: Array, durations: Array) -> tuple[Weeks, Weeks, Weeks, Array]:
    """Scale blocks beyond their limit down to it, in place.

    Returns:
        Place, topic and block of each of them, and the share that is kept. Only these are listed, as nearly all of the
        past stays as it is and copies of it are what costs time with thousands of places.
    """
    place, topic, block = np.nonzero(blocks > 1.0)  # no limit is lower
    fit = CAP_FACTOR * rate[place, topic] * durations[block]
    high = blocks[place, topic, block] > fit + np.sqrt(fit)  # the limit lies above this, so few are looked at
    place, topic, block, fit = place[high], topic[high], block[high], fit[high]
    limit = np.maximum(np.floor(fit + 2 * np.sqrt(fit)), 1.0)  # 98 % at most, so from here up
    left = np.arange(len(limit))
    while len(left := left[special.pdtr(limit[left], fit[left]) < CAP_SHARE]):
        limit[left] += 1
    kept = np.minimum(1.0, limit / blocks[place, topic, block])
    blocks[place, topic, block] *= kept
    return place, topic, block, kept


def _dispersion(blocks: Array, rate: Array, durations: Array) -> float:
    """Variance over mean of past blocks, pooled over cells so that near-empty ones have no say."""
    squares = np.vdot(blocks, blocks) - 2 * np.vdot(rate, blocks @ durations)
    squares += np.vdot(rate, rate) * np.vdot(durations, durations)
    return max(1.0, float(squares / max(float(rate.sum() * durations.sum()), 1e-12)))


def _calendar(city: Array, codes: Weeks) -> Array:
    """Factor of each week of the series: its kind's city total over that of ordinary weeks around, drawn towards 1."""
    ordinary = codes[: len(city)] == 0
    kinds = np.unique(codes[codes != 0])
    factor = np.ones(len(codes))
    for kind in kinds:
        seen = due = FACTOR_PRIOR
        for week in np.flatnonzero(codes[: len(city)] == kind):
            near = slice(max(0, week - NEAR_WEEKS), week + NEAR_WEEKS + 1)
            if ordinary[near].any():
                seen, due = seen + city[week], due + float(city[near][ordinary[near]].mean())
        factor[codes == kind] = seen / due
    return factor


def _season(topics: Array, calendar: Array, week: int, stop: int) -> Array:
    """Factor by topic: its weeks around the window's dates in earlier years over those years' mean, drawn towards 1."""
    seen, due = np.full(len(topics), FACTOR_PRIOR), np.full(len(topics), FACTOR_PRIOR)
    if stop < 2 * YEAR:
        return np.ones(len(topics))
    middle = week - WINDOW // 2
    for back in range(YEAR, week + 1, YEAR):
        near = np.arange(week + 1 - WINDOW - back - SEASON_REACH, week + 1 - back + SEASON_REACH)
        year = np.arange(middle - back - YEAR // 2, middle - back + YEAR // 2)
        if near[0] < 0 or year[0] < 0 or year[-1] >= stop:
            continue
        level = topics[:, year].sum(axis=1) / calendar[year].sum()
        seen, due = seen + topics[:, near].sum(axis=1), due + level * calendar[near].sum()
    return np.asarray(seen / due)
