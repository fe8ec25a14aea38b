"""Farrington Flexible, EARS and Bayes: public-health detectors for one series, for comparison with our own.

Written from the papers: Farrington et al., JRSS A 159 (1996); Noufaily et al., Statistics in Medicine 32 (2013);
Hutwagner et al., J Urban Health 80 (2003); Riebler, diploma thesis, LMU Munich (2004). Limits and alarms equal those of
the R package surveillance 1.20.3, whose peculiarities are kept and named below. Positions count from 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from queries.stats.intervals import Array, Counts

START_ABOVE = 0.1  # cases added to counts where the iteration starts, as R's glm does
CLOSE_ENOUGH = 1e-8  # relative change of the deviance, R's glm
MOST_STEPS = 25
FEWEST_YEARS_FOR_TREND = 3

Limit = Literal["nb_plugin", "muan", "delta"]
Index = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """How Farrington Flexible looks back.

    Attributes:
        years: past years used (b). reach: periods on each side of the same date (w).
        blocks: parts of the year that get a level of their own (noPeriods); 1 uses the same dates only.
        left_out: newest periods not used (pastWeeksNotIncluded).
        weights_above: Anscombe residual from which a past period counts less.
        trend, trend_below: whether a trend is tried, and the p below which it stays.
        reweight: let past outbreaks count less.
        limit: the upper limit's formula. alpha: its one-sided level.
        fewest_cases, fewest_over: no alarm with fewer cases over so many periods, the newest included.
    """

    years: int = 5
    reach: int = 3
    blocks: int = 10
    left_out: int = 26
    weights_above: float = 2.58
    trend: bool = True
    trend_below: float = 1.0
    reweight: bool = True
    limit: Limit = "nb_plugin"
    alpha: float = 0.01
    fewest_cases: int = 5
    fewest_over: int = 4


NOUFAILY = Settings()
ORIGINAL = Settings(blocks=1, left_out=3, weights_above=1.0, trend_below=0.05, limit="delta", alpha=0.005)


@dataclass(frozen=True)
class Alarms:
    """One element a period judged.

    Attributes:
        expected: cases. upper: limit in cases. is_alarm: more cases than that, and enough cases to speak of.
        has_enough: at least `fewest_cases` over `fewest_over` periods.
        dispersion: variance over mean, at least 1.
        p: chance of at least so many cases, negative binomial around the mean the limit uses.
        has_trend: whether the trend stayed in the model; trend: its coefficient, a period (or a unit of `times`).
    """

    expected: Array
    upper: Array
    is_alarm: npt.NDArray[np.bool_]
    has_enough: npt.NDArray[np.bool_]
    dispersion: Array
    p: Array
    has_trend: npt.NDArray[np.bool_]
    trend: Array


@dataclass(frozen=True)
class _Fit:
    coefficients: Array
    mean: Array
    dispersion: float
    spread: float  # dispersion that standard errors use
    covariance: Array  # unscaled
    leverage: Array
    free: int


def farrington_flexible(
    counts: Counts,
    positions: Sequence[int],
    *,
    per_year: int = 52,
    settings: Settings = NOUFAILY,
    times: npt.ArrayLike | None = None,
) -> Alarms:
    """Expected cases and upper limits at `positions` of a series, each from the periods before it.

    Args:
        counts: cases by week or month, one dimension.
        positions: periods to judge, from 0; each needs `settings.years` years and `settings.reach` periods before it.
        per_year: periods in a year.
        settings: how it looks back; `NOUFAILY` and `ORIGINAL` are the published choices.
        times: time of each period where periods are unequal (months in days); by default its number.

    Raises:
        ValueError: a position without enough history.
    """
    y = np.asarray(counts, dtype=float)
    clock = np.arange(1, len(y) + 1, dtype=float) if times is None else np.asarray(times, dtype=float)
    rows = [_judge(y, clock, position, per_year, settings) for position in positions]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    expected, upper, dispersion, p, trend = columns
    seen = y[np.asarray(positions, dtype=np.int64)]
    recent = np.array([y[max(0, at + 1 - settings.fewest_over) : at + 1].sum() for at in positions])
    enough = recent >= settings.fewest_cases
    return Alarms(expected, upper, (seen > upper) & enough, enough, dispersion, p, ~np.isnan(trend), trend)


def reference_periods(position: int, per_year: int, settings: Settings) -> tuple[Index, Index]:
    """Past periods used for a position and the part of the year each belongs to; part 0 is the position's own.

    The parts between the same dates of two years are equal, the earlier ones a period longer where they must be.
    """
    between = per_year - (2 * settings.reach + 1)
    length, longer = divmod(between, max(1, settings.blocks - 1))
    parts = np.repeat(np.arange(1, settings.blocks), [length + (i < longer) for i in range(settings.blocks - 1)])
    year = np.r_[np.zeros(2 * settings.reach + 1, dtype=np.int64), parts]
    start = position - settings.years * per_year - settings.reach
    if start < 0:
        raise ValueError(f"Period {position} has no {settings.years} years before it.")
    if settings.blocks == 1:
        year = np.r_[year, np.full(between, -1)]
    at = np.arange(start, position - settings.left_out)
    part = np.resize(year, settings.years * per_year + settings.reach)[: len(at)]
    return at[part >= 0], part[part >= 0]


def _judge(y: Array, clock: Array, position: int, per_year: int, settings: Settings) -> tuple[float, ...]:
    at, part = reference_periods(position, per_year, settings)
    with_trend = settings.trend and settings.years >= FEWEST_YEARS_FOR_TREND
    design, now = _design(clock[at] - clock[position], part, with_trend)
    fit = _fit_reweighted(design, y[at], settings)
    if with_trend and not _keeps_trend(fit, now, float(y[at].max()), settings.trend_below):
        with_trend = False
        design, now = _design(clock[at] - clock[position], part, with_trend)
        fit = _fit_reweighted(design, y[at], settings)
    log_mean = float(now @ fit.coefficients)
    error = float(np.sqrt(fit.spread * (now @ fit.covariance @ now)))
    mean = float(np.exp(log_mean))
    phi = max(1.0, fit.dispersion)
    plugged = float(np.exp(log_mean + stats.norm.ppf(1 - settings.alpha) * error)) if settings.limit == "muan" else mean
    upper = _delta(mean, error, phi, settings.alpha) if settings.limit == "delta" else _nb(plugged, phi, settings.alpha)
    p = _exceedance(float(y[position]), plugged, phi)
    return mean, upper, phi, p, float(fit.coefficients[1]) if with_trend else np.nan


def _design(time: Array, part: Index, with_trend: bool) -> tuple[Array, Array]:
    """Columns: level of the position's own part, trend, other parts; and the row of the position itself.

    Time is counted from the position, which leaves the slope as it is and keeps the arithmetic well scaled.
    """
    own = np.ones((len(part), 1))
    others = (part[:, None] == np.unique(part[part > 0])).astype(float)
    columns = np.hstack([own, time[:, None], others] if with_trend else [own, others])
    now = np.zeros(columns.shape[1])
    now[0] = 1.0
    return columns, now


def _fit_reweighted(design: Array, y: Array, settings: Settings) -> _Fit:
    fit = _fit(design, y, np.ones(len(y)))
    return _fit(design, y, _weights(fit, y, settings.weights_above)) if settings.reweight else fit


def _fit(design: Array, y: Array, weights: Array) -> _Fit:
    """Quasi-Poisson regression with log link by iterated least squares.

    First peculiarity of R: the dispersion takes the working weights of the last step, not of the fit itself. Second,
    of the package: it overwrites those weights before it asks for standard errors, so these rest on
    Σω((y−μ)/μ)²/df.
    """
    mean = y + START_ABOVE
    deviance = _deviance(y, mean, weights)
    for _ in range(MOST_STEPS):
        working = weights * mean
        scaled = design * np.sqrt(working)[:, None]
        target = (np.log(mean) + (y - mean) / mean) * np.sqrt(working)
        coefficients = np.linalg.lstsq(scaled, target, rcond=None)[0].astype(np.float64)
        mean = np.exp(design @ coefficients)
        before, deviance = deviance, _deviance(y, mean, weights)
        if abs(deviance - before) / (abs(deviance) + 0.1) < CLOSE_ENOUGH:
            break
    residual = (y - mean) / mean
    free = len(y) - design.shape[1]
    covariance = np.linalg.pinv(scaled.T @ scaled).astype(np.float64)
    leverage = np.einsum("ij,jk,ik->i", scaled, covariance, scaled)
    dispersion = float(working @ residual**2 / free)
    return _Fit(coefficients, mean, dispersion, float(weights @ residual**2 / free), covariance, leverage, free)


def _deviance(y: Array, mean: Array, weights: Array) -> float:
    return float(2 * (weights * (special.xlogy(y, y / mean) - (y - mean))).sum())


def _weights(fit: _Fit, y: Array, above: float) -> Array:
    """1 / s² for periods whose standardised Anscombe residual s is above the bar, all scaled to sum to their number."""
    phi = max(1.0, fit.dispersion)
    anscombe = 1.5 * (y ** (2 / 3) * fit.mean ** (-1 / 6) - np.sqrt(fit.mean))
    residual = anscombe / np.sqrt(phi * np.maximum(1 - fit.leverage, 1e-12))
    weights = np.where(residual > above, 1 / np.maximum(residual, above) ** 2, 1.0)
    return np.asarray(weights * (len(y) / weights.sum()))


def _keeps_trend(fit: _Fit, now: Array, highest: float, below: float) -> bool:
    """The trend stays if it is significant and does not forecast more than was ever seen."""
    error = np.sqrt(fit.spread * fit.covariance[1, 1])
    p = 2 * stats.t.sf(abs(fit.coefficients[1]) / error, fit.free)
    return bool(p < below or below >= 1) and float(np.exp(now @ fit.coefficients)) <= highest


def _nb(mean: float, phi: float, alpha: float) -> float:
    if phi > 1:
        return float(stats.nbinom.ppf(1 - alpha, mean / (phi - 1), 1 / phi))
    return float(stats.poisson.ppf(1 - alpha, mean))


def _delta(mean: float, error: float, phi: float, alpha: float) -> float:
    """The limit on the scale of the 2/3 power, where counts are nearly symmetrical."""
    z = stats.norm.ppf(1 - alpha)
    variance = phi + (mean * error) ** 2 / mean
    return float((mean ** (2 / 3) + z * np.sqrt(4 / 9 * mean ** (1 / 3) * variance)) ** 1.5)


def _exceedance(count: float, mean: float, phi: float) -> float:
    if phi > 1:
        return float(stats.nbinom.sf(count - 1, mean / (phi - 1), 1 / phi))
    return float(stats.poisson.sf(count - 1, mean))
