"""Which places and topics hold more cases than usual? Weak signals with a printed number of false alarms.

The detector is an empirical-Bayes negative-binomial exceedance on four-week windows, its variance calibrated on the
forecasts of the last twelve looks: see `queries.stats.forecasts`. It speaks of issues in places and of offices, never
of people, and a flag is a reason to read the cases, not a finding.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.forecasts import FEWEST_WEEKS, GAP, WINDOW, Forecast, forecast
from queries.stats.intervals import Array, Counts

ALPHA_MONTHLY = 0.01  # chance of a flag in a cell where nothing happens; about 1.1 false flags a look in 12 × 15 cells
ALPHA_WEEKLY = 0.005  # the same for a look every week; about one new false flag a month
BUDGET = 1.0  # false flags a look, for any number of cells
LOOKS_TO_LEARN = 12  # earlier looks whose forecasts calibrate the variance
FEWEST_LOOKS = 4  # fewer, and the prior below is used
PRIOR_DISPERSION, PRIOR_CURVATURE = 1.45, 0.08  # variance = 1.45·mean + 0.08·mean², from simulated cities
WINSORISED = 0.995  # earlier windows count at most their own limit at this share
FEWEST_CASES = 2  # a single case is never a rise

MOST_PUT_BACK = 30_000  # windows looked at for the variance that is cut off

Flags = npt.NDArray[np.bool_]
Spread = tuple[float, float]
"""Dispersion and curvature."""


@dataclass(frozen=True)
class Look:
    """One look at all cells: shape (places, topics) throughout.

    Attributes:
        week: position of the window's last week.
        observed, expected, variance: cases in the window, forecast and its variance.
        p: chance of at least so many cases where nothing happens.
        threshold: fewest cases that are flagged.
        is_flagged: cells with more cases than usual.
        alpha: largest p that is flagged.
        false_flags: expected number of flags where nothing happens, for the line under the list.
        dispersion, curvature: the calibrated variance, dispersion·mean + curvature·mean².
        stated_variance: the whole variance, with what cutting off past rises hides put back: false flags are counted
            with it.
        threshold_before: that of the look a week earlier, for `episodes.new_flags`; None where it was not taken.
    """

    week: int
    observed: Array
    expected: Array
    variance: Array
    p: Array
    threshold: Array
    is_flagged: Flags
    alpha: float
    false_flags: float
    dispersion: float
    curvature: float
    forecast: Forecast = field(repr=False)
    stated_variance: Array = field(repr=False)
    threshold_before: Array | None = None


def looks(
    counts: Counts,
    weeks: Sequence[int],
    *,
    special_weeks: npt.ArrayLike | None = None,
    completeness: npt.ArrayLike | None = None,
    alpha: float | None = ALPHA_MONTHLY,
    budget: float = BUDGET,
    fewest_cases: int = FEWEST_CASES,
) -> list[Look]:
    """Looks at the four weeks up to each of `weeks`, each using only what came before it.

    Args:
        counts: cases by week, shape (places, topics, weeks).
        weeks: positions of the windows' last weeks.
        special_weeks, completeness: as in `forecast`. Past windows are taken as complete.
        alpha: largest chance that is flagged; None to solve it from `budget`.
        budget: expected false flags a look, used when alpha is None.
        fewest_cases: fewer are never flagged.

    Raises:
        ValueError: not three dimensions, or a week without 20 weeks of history.
    """
    y = np.asarray(counts, dtype=float)
    made: dict[int, Forecast] = {}
    by_topic = y.sum(axis=0)

    def forecast_at(week: int) -> Forecast:
        if week not in made:
            made[week] = forecast(y, week, special_weeks=special_weeks, by_topic=by_topic)
        return made[week]

    found = []
    for week in weeks:
        ahead = (
            forecast_at(week)
            if completeness is None
            else forecast(y, week, special_weeks=special_weeks, completeness=completeness, by_topic=by_topic)
        )
        earlier = [at for at in range(week - WINDOW, week - WINDOW * LOOKS_TO_LEARN - 1, -WINDOW) if _has_history(at)]
        spread, whole = _calibrate([(_window(y, at), forecast_at(at).expected) for at in earlier])
        found.append(_look(_window(y, week), ahead, spread, whole, alpha, budget, fewest_cases))
    return found


def _has_history(week: int) -> bool:
    return week + 1 - WINDOW - GAP >= FEWEST_WEEKS


def _window(y: Array, week: int) -> Array:
    return np.asarray(y[:, :, week + 1 - WINDOW : week + 1].sum(axis=2))


def _look(
    observed: Array,
    ahead: Forecast,
    spread: Spread,
    whole: Spread,
    alpha: float | None,
    budget: float,
    fewest: int,
) -> Look:
    mean = ahead.expected
    least = ahead.dispersion * mean + mean**2 / ahead.support
    variance, stated = (np.maximum(least, each[0] * mean + each[1] * mean**2) for each in (spread, whole))
    level = _alpha_of_budget(mean, variance, stated, budget, fewest) if alpha is None else alpha
    threshold = _threshold(mean, variance, level, fewest)
    return Look(
        ahead.week,
        observed,
        mean,
        variance,
        exceedance(observed, mean, variance),
        threshold,
        observed >= threshold,
        level,
        float(exceedance(threshold, mean, stated).sum()),
        *spread,
        ahead,
        stated,
    )


def exceedance(count: Counts, mean: Counts, variance: Counts) -> Array:
    """P(Y ≥ count) of a negative binomial with this mean and variance, Poisson where the variance is no larger.

    Args:
        count, mean, variance: arrays that broadcast; means above 0.
    """
    y, mu, v = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in (count, mean, variance)))
    share = np.clip(1 - mu / np.maximum(v, 1e-300), 1e-9, 1.0)  # so close to Poisson that no digit differs
    size = mu * (1 - share) / share
    p = np.ones(y.shape)
    special.betainc(y, size, share, out=p, where=y > 0)  # with thousands of places most cells hold nothing
    return p


def _threshold(mean: Array, variance: Array, alpha: float, fewest: int) -> Array:
    """The fewest cases whose exceedance is at most alpha, and at least `fewest`.

    From the Cornish-Fisher quantile, which is off by a few cases at most, one case at a time: many times faster than
    `scipy.stats.nbinom.isf`.
    """
    mu, v = np.ravel(mean), np.ravel(variance)
    spread, z = np.sqrt(v), special.ndtri(1 - alpha)
    skew = (2 * v - mu) / (mu * spread)  # of a negative binomial; of a Poisson where the variance is the mean
    k = np.maximum(np.floor(mu + spread * (z + (z**2 - 1) * skew / 6)), fewest)
    for step, has_to_move in ((-1, np.less_equal), (1, np.greater)):
        left = np.arange(len(k))
        while len(left := left[k[left] + min(step, 0) >= fewest]):
            left = left[has_to_move(exceedance(k[left] + min(step, 0), mu[left], v[left]), alpha)]
            k[left] += step
    return np.asarray(k.reshape(np.shape(mean)))


def _alpha_of_budget(mean: Array, variance: Array, stated: Array, budget: float, fewest: int) -> float:
    """The largest alpha whose expected false flags stay within the budget, by bisection on its logarithm.

    A larger alpha never has a larger threshold, so each step looks only at cells that can still differ.
    """
    mu, v, whole = (np.ravel(each) for each in (mean, variance, stated))
    low, high = -18.0, 0.0
    settled, least, most = 0.0, np.full(len(mu), float(fewest)), _threshold(mu, v, np.exp(low), fewest)
    for _ in range(14):
        middle = (low + high) / 2
        threshold = _threshold(mu, v, np.exp(middle), fewest)
        flags = settled + float(exceedance(threshold, mu, whole).sum())
        low, high = (middle, high) if flags <= budget else (low, middle)
        least, most = (least, threshold) if flags <= budget else (threshold, most)
        done = least == most
        settled += float(exceedance(least[done], mu[done], whole[done]).sum())
        mu, v, whole, least, most = (each[~done] for each in (mu, v, whole, least, most))
    return float(np.exp(low))


def _calibrate(past: list[tuple[Array, Array]]) -> tuple[Spread, Spread]:
    """Dispersion and curvature of (seen, expected) pairs of earlier looks: E(y−μ)² = dispersion·μ + curvature·μ².

    Returns:
        With rises cut off, by which counts are judged; and with the part of chance that is cut off with them put back,
        by which false flags are counted.
    """
    if len(past) < FEWEST_LOOKS:
        return (PRIOR_DISPERSION, PRIOR_CURVATURE), (PRIOR_DISPERSION, PRIOR_CURVATURE)
    seen, mean = (np.concatenate([pair[side].ravel() for pair in past]) for side in (0, 1))
    dispersion, curvature = PRIOR_DISPERSION, PRIOR_CURVATURE
    for _ in range(5):
        variance = dispersion * mean + curvature * mean**2
        dispersion, curvature = _two_terms(mean, (_winsorised(seen, mean, variance) - mean) ** 2, variance)
    some = slice(None, None, -(-len(mean) // MOST_PUT_BACK))
    seen, mean, whole = seen[some], mean[some], (dispersion, curvature)
    for _ in range(3):
        variance = whole[0] * mean + whole[1] * mean**2
        squares = (_winsorised(seen, mean, variance) - mean) ** 2 / _kept_of_variance(mean, variance)
        whole = _two_terms(mean, squares, variance)
    return (dispersion, curvature), whole


def _winsorised(seen: Array, mean: Array, variance: Array) -> Array:
    """Counts pulled back to their own 99.5 % limit, so that rises do not pass for noise."""
    far = np.flatnonzero(seen > mean + 2 * np.sqrt(variance))  # the limit never lies nearer
    found = seen.copy()
    found[far] = np.minimum(seen[far], _threshold(mean[far], variance[far], 1 - WINSORISED, 1) - 1)
    return found


def _kept_of_variance(mean: Array, variance: Array) -> Array:
    """Share of the variance that is left when counts are pulled back to their limit: without it chance looks too tame.

    By y·P(y; r) = μ·P(y − 1; r + 1) the moments of a negative binomial up to a limit are its distribution functions.
    """
    share = np.clip(1 - mean / variance, 1e-9, 1.0)
    size, most = mean * (1 - share) / share, _threshold(mean, variance, 1 - WINSORISED, 1) - 1

    def up_to(limit: Array, more: int) -> Array:
        below = np.maximum(limit, -1.0)
        return np.where(below < 0, 0.0, special.betainc(size + more, below + 1.0, 1 - share))

    inside, first, second = up_to(most, 0), mean * up_to(most - 1, 1), mean**2 * (1 + 1 / size) * up_to(most - 2, 2)
    spread = second + first - 2 * mean * first + mean**2 * inside + (most - mean) ** 2 * (1 - inside)
    return np.asarray(np.clip(spread / variance, 0.5, 1.0))


def _two_terms(mean: Array, square: Array, variance: Array) -> tuple[float, float]:
    """Weighted least squares of squares on mean and mean², dispersion at least 1, curvature at least 0.

    Weights are 1/variance, not its square, so that one case in a cell that expected none does not outweigh the city.
    """
    scale = np.sqrt(variance)
    terms = np.stack([mean, mean**2]) / scale
    target = square / scale
    (aa, ab), (_, bb) = terms @ terms.T
    at, bt = terms @ target
    determinant = aa * bb - ab * ab
    dispersion = (at * bb - bt * ab) / determinant if determinant > 1e-12 * aa * bb else at / aa
    dispersion = max(1.0, float(dispersion))
    curvature = float((bt - dispersion * ab) / bb)
    if curvature <= 0:
        return max(1.0, float(at / aa)), 0.0
    return dispersion, curvature
