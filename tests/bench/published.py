"""Published methods the product does not use: what its own are measured against, with their published values.

Each reproduces the reference set; `tests.bench.signals` runs some of them beside the product's detector.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special, stats

from queries.stats.funnel import Position, _position
from queries.stats.hierarchy import Posterior, _areas
from queries.stats.intervals import (
    CONFIDENCE,
    SCREENING_CONFIDENCE,
    Array,
    Counts,
    _share_counts,
    _tail,
    _where_cases,
    _z,
    poisson_exact,
)
from queries.stats.rank_sets import Matrix, Ranks, RankSets, _sets
from queries.stats.ranking import SEED, Better
from queries.stats.silence import Evaluations, Integers, bounds

DRAWS = 20_000  # of the largest difference between areas, for its critical value
MOST_AREAS_BY_DRAWS = 200  # areas; pairs grow with the square
CELLS_AT_ONCE = 4_000_000  # draws × pairs in memory


def jeffreys(numerator: Counts, denominator: Counts, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Jeffreys interval: quantiles of Beta(x+½, n−x+½), 0 at x = 0 and 1 at x = n (Brown, Cai, DasGupta 2001).

    Arguments, result and errors as in `wilson`.
    """
    x, n = _share_counts(numerator, denominator)
    tail = _tail(confidence)
    lower = np.where(x == 0, 0.0, special.betaincinv(x + 0.5, n - x + 0.5, tail))
    upper = np.where(x == n, 1.0, special.betaincinv(x + 0.5, n - x + 0.5, 1 - tail))
    return _where_cases(lower, n), _where_cases(upper, n)


def agresti_coull(
    numerator: Counts, denominator: Counts, confidence: float = CONFIDENCE, *, clip: bool = True
) -> tuple[Array, Array]:
    """Agresti–Coull interval: Wald's around (x+z²/2)/(n+z²) (American Statistician 52, 1998).

    Arguments, result and errors as in `wilson`; `clip=False` leaves limits outside 0 to 1 as the formula gives them.
    """
    x, n = _share_counts(numerator, denominator)
    z = _z(confidence)
    centre = (x + z * z / 2) / (n + z * z)
    half = z * np.sqrt(centre * (1 - centre) / (n + z * z))
    low, high = (0.0, 1.0) if clip else (-np.inf, np.inf)
    return _where_cases(np.maximum(centre - half, low), n), _where_cases(np.minimum(centre + half, high), n)


def ears(
    counts: Counts,
    positions: Sequence[int],
    *,
    method: Literal["C1", "C2"] = "C2",
    baseline: int = 7,
    alpha: float = 0.001,
    least_sigma: float = 0.0,
) -> Array:
    """Upper limits of EARS at `positions` of a series: mean plus z standard deviations of the last seven periods.

    Args:
        counts: cases by period, one dimension.
        positions: periods to judge, from 0.
        method: "C1" the seven periods just before, "C2" the seven that end two periods earlier.
        baseline: periods behind the limit.
        alpha: one-sided level; z is 3.09 at 0.001.
        least_sigma: lower bound of the standard deviation.

    Returns:
        Limits in cases, NaN without enough history. A period is an alarm when its count is above the limit.
    """
    y = np.asarray(counts, dtype=float)
    lag = 0 if method == "C1" else 2
    mean, deviation = np.full(len(y), np.nan), np.full(len(y), np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(y, baseline)[: len(y) - baseline - lag]
    mean[baseline + lag :] = windows.mean(axis=1)
    deviation[baseline + lag :] = np.maximum(windows.std(axis=1, ddof=1), least_sigma)
    z = stats.norm.ppf(1 - alpha)
    return np.asarray((mean + z * deviation)[np.asarray(positions)])


def bayes(
    counts: Counts,
    positions: Sequence[int],
    *,
    years: int = 0,
    reach: int = 6,
    this_year: bool = True,
    per_year: int = 52,
    alpha: float = 0.01,
) -> Array:
    """Upper limits of a series from its own past: negative binomial quantiles after a Jeffreys prior.

    Args:
        counts: cases by period, one dimension.
        positions: periods to judge, from 0.
        years: past years used. reach: periods on each side of the same date in them.
        this_year: whether the `reach` periods just before count too.
        per_year: periods in a year.
        alpha: one-sided level.

    Returns:
        Limits in whole cases, the 1 − alpha quantile given the past. A count above its limit is an alarm.

    Raises:
        ValueError: a position without enough history, or no past to use.
    """
    y = np.asarray(counts, dtype=float)
    near = np.arange(-reach, 0) if this_year else np.zeros(0, dtype=np.int64)
    back = np.r_[near, *(np.arange(-reach, reach + 1) - per_year * year for year in range(1, years + 1))].astype(
        np.int64
    )
    at = np.asarray(positions, dtype=np.int64)[:, None] + back
    if not back.size or at.min() < 0:
        raise ValueError("A limit needs past periods, and enough of them before the first position.")
    return np.asarray(stats.nbinom.ppf(1 - alpha, y[at].sum(axis=1) + 0.5, len(back) / (len(back) + 1)))


def imbens_manski(found: Evaluations, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Interval that covers the true rate, not the whole of its bounds (Imbens & Manski, Econometrica 72, 2004).

    Returns:
        Lower and upper limit, cut to 0 … 1, NaN without cases.
    """
    certain = bounds(found)
    lower_se, upper_se = (_binomial_se(share, found.matured) for share in (certain.lower, certain.upper))
    reach = _imbens_manski_reach(certain.width, np.fmax(lower_se, upper_se), confidence)
    return np.maximum(certain.lower - reach * lower_se, 0), np.minimum(certain.upper + reach * upper_se, 1)


def _binomial_se(share: Array, cases: Integers) -> Array:
    return np.sqrt(share * (1 - share) / np.maximum(cases, 1))


def _imbens_manski_reach(width: Array, se: Array, confidence: float) -> Array:
    """c with Φ(c + width/se) − Φ(−c) = confidence, by halving between the one-sided and the two-sided quantile."""
    low = np.full(np.shape(width), special.ndtri(confidence))
    high = np.full(np.shape(width), special.ndtri(0.5 + confidence / 2))
    shift = np.divide(width, se, out=np.full(np.shape(width), np.inf), where=se > 0)
    for _ in range(60):
        middle = (low + high) / 2
        covers = special.ndtr(middle + shift) - special.ndtr(-middle) >= confidence
        low, high = np.where(covers, low, middle), np.where(covers, middle, high)
    return high


def rank_sets_of_estimates(
    value: Counts,
    standard_error: Counts,
    *,
    better: Better = "higher",
    confidence: float = CONFIDENCE,
    simultaneous: bool = True,
    draws: int = DRAWS,
    seed: int = SEED,
) -> RankSets:
    """Ranks of independent estimates (a median, an adjusted rate), by the studentised largest difference, stepwise.

    The bar is the quantile of the largest difference over its standard error were all areas equal; claims "i is
    better than j" that pass are set aside and the bar is set again until none is added (Mogstad et al. 2024, §3).

    Args:
        value, standard_error: by area, standard errors > 0.
        better, confidence: as in `rank_sets`.
        simultaneous: right for all areas at once; otherwise for each area by itself, which gives shorter sets.
        draws, seed: of the critical value.

    Raises:
        ValueError: more than 200 areas (use `rank_sets`), or a standard error that is not positive.
    """
    level, error = np.asarray(value, dtype=float), np.asarray(standard_error, dtype=float)
    if len(level) > MOST_AREAS_BY_DRAWS:
        raise ValueError(f"Sets by simulation are for {MOST_AREAS_BY_DRAWS} areas at most, not {len(level)}.")
    if not (error > 0).all():
        raise ValueError("A standard error is above 0.")
    if better == "lower":
        level = -level
    noise = np.random.default_rng(seed).standard_normal((draws, len(level))) * error
    if simultaneous:
        ahead, behind = np.nonzero(~np.eye(len(level), dtype=bool))
        return _sets(_stepwise(level, error, noise, ahead, behind, confidence))
    each = [_stepwise(level, error, noise, *_pairs_of(area, len(level)), confidence) for area in range(len(level))]
    first = np.array([1 + found[:, area].sum() for area, found in enumerate(each)])
    last = np.array([len(level) - found[area].sum() for area, found in enumerate(each)])
    return RankSets(first, last, np.stack([found[area] for area, found in enumerate(each)]))


def _stepwise(level: Array, error: Array, noise: Array, ahead: Ranks, behind: Ranks, confidence: float) -> Matrix:
    """Which of the claims "`ahead` is better than `behind`" hold: the largest chance difference sets the bar.

    A pair makes two claims. One that holds is set aside, its opposite is not, and the bar is set again.
    """
    scale = np.hypot(error[ahead], error[behind])
    score = (level[ahead] - level[behind]) / scale
    holds = np.zeros(score.shape, dtype=bool)
    while not holds.all():
        rest = np.flatnonzero(~holds)
        bar = np.quantile(_largest(noise, ahead[rest], behind[rest], scale[rest]), confidence)
        passed = ~holds & (score > bar)
        if not passed.any():
            break
        holds |= passed
    found = np.zeros((len(level), len(level)), dtype=bool)
    found[ahead, behind] = holds
    return found


def _largest(noise: Array, ahead: Ranks, behind: Ranks, scale: Array) -> Array:
    step = max(1, CELLS_AT_ONCE // len(scale))
    parts = (noise[start : start + step] for start in range(0, len(noise), step))
    return np.concatenate([((part[:, ahead] - part[:, behind]) / scale).max(axis=1) for part in parts])


def _pairs_of(area: int, areas: int) -> tuple[Ranks, Ranks]:
    others = np.delete(np.arange(areas), area)
    itself = np.full(areas - 1, area)
    return np.r_[itself, others], np.r_[others, itself]


@dataclass(frozen=True)
class RatioFunnel:
    """Observed over expected cases at which the exact Poisson limits of so many observed cases just reach 1.

    One element an area: `lower`, `upper` at 95 %, `far_lower`, `far_upper` at 99.8 % (ratios; infinite where nothing
    was observed); `position` as in `Funnel`.
    """

    lower: Array
    upper: Array
    far_lower: Array
    far_upper: Array
    position: Position


def ratio_funnel(observed: Counts, expected: Counts) -> RatioFunnel:
    """Funnel of observed over expected cases, exact Poisson: limits O/U(O) and O/L(O) (OHID technical guidance).

    Args:
        observed: events by area, ≥ 0. expected: events by area from the city's rates, > 0.

    Raises:
        ValueError: a negative count, or an expected number that is not positive.
    """
    seen, due = np.broadcast_arrays(np.asarray(observed, dtype=float), np.asarray(expected, dtype=float))
    if (due <= 0).any():
        raise ValueError("A ratio needs more than 0 expected cases.")
    low, high = poisson_exact(seen, CONFIDENCE)
    far_low, far_high = poisson_exact(seen, SCREENING_CONFIDENCE)
    # Judged by the expected number, which works where nothing was observed and both lines lie at 0.
    position = -_position(due, low, high, far_low, far_high)
    return RatioFunnel(seen / high, _over(seen, low), seen / far_high, _over(seen, far_low), position)


def _over(part: Array, whole: Array) -> Array:
    """Part over whole, infinite where the whole is 0."""
    return np.asarray(np.divide(part, whole, out=np.full(part.shape, np.inf), where=whole > 0))


def independent(numerator: Counts, denominator: Counts) -> Posterior:
    """Each area by itself, with a uniform prior: nothing borrowed from the city. For comparison, not for display.

    Arguments and errors as in `posterior`.
    """
    return Posterior(*_areas(numerator, denominator), np.array([0.5]), np.array([2.0]), np.array([1.0]))
