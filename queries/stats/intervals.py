"""What counts say about the usual level: intervals for shares, rates, differences and ratios.

An interval describes an office's usual level, not the count itself: the count is complete. Every function takes
scalars or arrays that broadcast, one element an area, and answers in the broadcast shape. A count that is unknown
(NaN) gives NaN limits.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

Array = npt.NDArray[np.float64]
Counts = npt.ArrayLike
Integers = npt.NDArray[np.int64]

CONFIDENCE = 0.95
SCREENING_CONFIDENCE = 0.998  # OHID: when ten places or more are screened together
PER_RESIDENTS = 10_000  # residents
COUNTS_ONLY_BELOW = 5  # cases; fewer are shown as counts without a rate
BYAR_FROM = 10  # cases; OHID uses Byar's approximation from here on


@dataclass(frozen=True)
class Rates:
    """Shares that keep their counts: numerator, denominator in cases; rate, lower, upper between 0 and 1 or NaN."""

    numerator: Array
    denominator: Array
    rate: Array
    lower: Array
    upper: Array


@dataclass(frozen=True)
class Difference:
    """First share minus second: difference, lower, upper between -1 and 1, NaN where a side has no cases."""

    difference: Array
    lower: Array
    upper: Array

    @property
    def direction(self) -> npt.NDArray[np.int8]:
        """1 or -1 where the first is higher or lower by more than chance, 0 where that cannot be told."""
        return _direction(self.lower, self.upper, 0.0)


@dataclass(frozen=True)
class RateRatio:
    """First rate over second: ratio, lower, upper ≥ 0 (infinite where the second count is 0); p two-sided."""

    ratio: Array
    lower: Array
    upper: Array
    p: Array


def rates(numerator: Counts, denominator: Counts, confidence: float = CONFIDENCE) -> Rates:
    """Shares with their counts and Wilson limits; arguments and errors as in `wilson`."""
    x, n = _share_counts(numerator, denominator)
    lower, upper = wilson(x, n, confidence)
    return Rates(x, n, _divide(x, n), lower, upper)


def wilson(numerator: Counts, denominator: Counts, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Wilson score interval for shares, without continuity correction (E. B. Wilson, JASA 22, 1927).

    Args:
        numerator, denominator: cases, 0 ≤ numerator ≤ denominator; arrays that broadcast.
        confidence: a share such as 0.95, not a percentage.

    Returns:
        Lower and upper limits, shares between 0 and 1, in the broadcast shape; NaN where there are no cases.

    Raises:
        ValueError: the counts do not describe shares, or confidence is not strictly between 0 and 1.
    """
    x, n = _share_counts(numerator, denominator)
    z = _z(confidence)
    centre = (x + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(_divide(x * (n - x), n) + z * z / 4)
    # At 0 and n the formula meets the edge exactly; rounding must not leave a crumb beside it.
    lower = np.where(x == 0, 0.0, np.maximum(centre - half, 0.0))
    upper = np.where(x == n, 1.0, np.minimum(centre + half, 1.0))
    return _where_cases(lower, n), _where_cases(upper, n)


def clopper_pearson(numerator: Counts, denominator: Counts, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Clopper–Pearson "exact" interval, never too short and often too long (Biometrika 26, 1934).

    Arguments, result and errors as in `wilson`.
    """
    x, n = _share_counts(numerator, denominator)
    tail = _tail(confidence)
    inside = np.clip(x, 1, None), np.clip(n - x, 1, None)
    lower = np.where(x == 0, 0.0, special.betaincinv(inside[0], n - x + 1, tail))
    upper = np.where(x == n, 1.0, special.betaincinv(x + 1, inside[1], 1 - tail))
    return _where_cases(lower, n), _where_cases(upper, n)


def poisson_exact(count: Counts, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Exact limits of the expected number behind a count: ½χ²(α/2; 2x) and ½χ²(1−α/2; 2x+2) (Garwood 1936).

    Args:
        count: events, ≥ 0.
        confidence: a share such as 0.95.

    Returns:
        Lower and upper limits in events; the lower is 0 where nothing was counted.

    Raises:
        ValueError: a negative count, or confidence is not strictly between 0 and 1.
    """
    x = _events(count)
    tail = _tail(confidence)
    lower = np.where(x == 0, 0.0, special.gammaincinv(np.where(x == 0, 1.0, x), tail))
    return lower, special.gammainccinv(x + 1, tail)


def byar(count: Counts, confidence: float = CONFIDENCE, *, clip: bool = True) -> tuple[Array, Array]:
    """Byar's approximation to `poisson_exact` (Breslow & Day 1987), good from 10 events on.

    Arguments, result and errors as in `poisson_exact`; `clip=False` leaves the negative lower limit that the formula
    gives for one event at a high confidence.
    """
    x = _events(count)
    z = _z(confidence)
    positive = np.where(x == 0, 1.0, x)
    lower = np.where(x == 0, 0.0, x * (1 - 1 / (9 * positive) - z / (3 * np.sqrt(positive))) ** 3)
    upper = (x + 1) * (1 - 1 / (9 * (x + 1)) + z / (3 * np.sqrt(x + 1))) ** 3
    return np.maximum(lower, 0.0) if clip else lower, upper


def per_residents(
    count: Counts,
    population: Counts,
    confidence: float = CONFIDENCE,
    *,
    per: float = PER_RESIDENTS,
    ohid: bool = False,
) -> Rates:
    """Cases per 10,000 residents with exact Poisson limits.

    Args:
        count: cases, ≥ 0. population: residents, ≥ 0. They broadcast.
        confidence: a share such as 0.95.
        per: residents in the unit of the rate.
        ohid: follow OHID's rule instead, Byar's approximation from 10 cases on.

    Returns:
        Rates per `per` residents (not shares), NaN where the population is 0.

    Raises:
        ValueError: a negative count or population, or confidence is not strictly between 0 and 1.
    """
    x, n = np.broadcast_arrays(_events(count), _events(population))
    lower, upper = poisson_exact(x, confidence)
    if ohid:
        by = byar(x, confidence)
        lower, upper = np.where(x < BYAR_FROM, lower, by[0]), np.where(x < BYAR_FROM, upper, by[1])
    return Rates(x, n, *(_divide(value * per, n) for value in (x, lower, upper)))


def newcombe(
    numerator1: Counts,
    denominator1: Counts,
    numerator2: Counts,
    denominator2: Counts,
    confidence: float = CONFIDENCE,
) -> Difference:
    """First share minus second with Newcombe's hybrid score limits, method 10 (Statistics in Medicine 17, 1998).

    Args:
        numerator1, denominator1, numerator2, denominator2: cases as in `wilson`; all broadcast.
        confidence: a share such as 0.95.

    Raises:
        ValueError: the counts do not describe shares, or confidence is not strictly between 0 and 1.
    """
    first = rates(numerator1, denominator1, confidence)
    second = rates(numerator2, denominator2, confidence)
    difference = first.rate - second.rate
    below = np.hypot(first.rate - first.lower, second.upper - second.rate)
    above = np.hypot(first.upper - first.rate, second.rate - second.lower)
    return Difference(difference, difference - below, difference + above)


def rate_ratio(
    count1: Counts,
    exposure1: Counts,
    count2: Counts,
    exposure2: Counts,
    confidence: float = CONFIDENCE,
) -> RateRatio:
    """First rate over second, exact given the total count: x1 of x1+x2 is binomial (Przyborowski & Wileński 1940).

    Args:
        count1, count2: events, ≥ 0.
        exposure1, exposure2: residents, days or cases at risk, > 0, both in one unit; all broadcast.
        confidence: a share such as 0.95.

    Returns:
        Ratio, limits and two-sided p (all outcomes no likelier than the one seen, as R's poisson.test). NaN and p = 1
        where both counts are 0.

    Raises:
        ValueError: a negative count, an exposure that is not positive, or a confidence outside 0 to 1.
    """
    x1, t1, x2, t2 = np.broadcast_arrays(*(_events(value) for value in (count1, exposure1, count2, exposure2)))
    if (t1 <= 0).any() or (t2 <= 0).any():
        raise ValueError("A rate needs an exposure above 0.")
    total = x1 + x2
    lower, upper = clopper_pearson(x1, total, confidence)
    scale = t2 / t1
    return RateRatio(
        np.where(total > 0, _odds(x1, x2) * scale, np.nan),
        _odds(lower, 1 - lower) * scale,
        _odds(upper, 1 - upper) * scale,
        binomial_p(x1, total, t1 / (t1 + t2)),
    )


def counts_moved(count1: int, exposure1: float, count2: int, exposure2: float, spread: float = 1.0) -> int:
    """Whether the first of two counts is higher (1) or lower (−1) than the second allows for, 0 where that is open.

    The exact test of `rate_ratio` on counts made smaller by the variance over chance that the series usually has
    (quasi-Poisson): a busy register varies from month to month by more than chance.

    Args:
        spread: σ_z of the series, ≥ 1 (`control_charts.u_chart`).
    """
    fewer = [round(count / max(spread, 1.0) ** 2) for count in (count1, count2)]
    found = rate_ratio(fewer[0], exposure1, fewer[1], exposure2)
    if not float(found.p) < 1 - CONFIDENCE:
        return 0
    return 1 if count1 / exposure1 > count2 / exposure2 else -1


def binomial_p(successes: Counts, trials: Counts, chance: Counts = 0.5) -> Array:
    """Exact two-sided binomial p: probability of all outcomes no likelier than the one seen (R's binom.test).

    Args:
        successes, trials: counts, 0 ≤ successes ≤ trials. chance: a share strictly between 0 and 1. They broadcast.

    Returns:
        p between 0 and 1; 1 where there are no trials.

    Raises:
        ValueError: the counts do not describe shares.
    """
    x, n = _share_counts(successes, trials)
    x, n, chance_ = np.broadcast_arrays(x, n, np.asarray(chance, dtype=float))
    # Mirror so that the outcome lies at or below the mean; the opposite tail is then above it.
    mirrored = x > n * chance_
    seen, share = np.where(mirrored, n - x, x), np.where(mirrored, 1 - chance_, chance_)
    reach = stats.binom.pmf(seen, n, share) * (1 + 1e-7)  # R's guard against rounding
    low, high = np.ceil(n * share) - 1, n + 0.0  # invariant: pmf(low) > reach, and above `high` all are ≤ reach
    while (high - low > 0.5).any():
        middle = np.ceil((low + high) / 2)
        rare = stats.binom.pmf(middle, n, share) <= reach
        low, high = np.where(rare, low, middle), np.where(rare, middle - 1, high)
    p = stats.binom.cdf(seen, n, share) + stats.binom.sf(high, n, share)
    return np.where(np.isnan(n), np.nan, np.where(n > 0, np.minimum(p, 1.0), 1.0))


def quantile_ranks(cases: Counts, share: float, confidence: float = CONFIDENCE) -> tuple[Integers, Integers]:
    """Which of the ordered values are the limits of a quantile, from 1; 0 where no value is low or high enough.

    The number of values below the quantile is binomial, so the limits hold whatever the distribution is (Hahn & Meeker,
    Statistical Intervals, 1991, §5.2); with ties they hold at least as often.

    Args:
        cases: values there are. share: of the quantile, between 0 and 1.
    """
    n = np.asarray(cases, dtype=float)
    tail = _tail(confidence)
    lower = stats.binom.ppf(tail, n, share)
    upper = stats.binom.ppf(1 - tail, n, share) + 1
    return np.where(n > 0, lower, 0).astype(np.int64), np.where((n > 0) & (upper <= n), upper, 0).astype(np.int64)


def against(benchmark: Counts, lower: Counts, upper: Counts) -> npt.NDArray[np.int8]:
    """Where a benchmark lies outside intervals: 1 above the benchmark, -1 below it, 0 not to be told apart (OHID).

    Use limits of `SCREENING_CONFIDENCE` when ten places or more are screened together.
    """
    return _direction(np.asarray(lower, dtype=float), np.asarray(upper, dtype=float), benchmark)


def _direction(lower: Array, upper: Array, benchmark: Counts) -> npt.NDArray[np.int8]:
    level = np.asarray(benchmark, dtype=float)
    return ((lower > level).astype(np.int8) - (upper < level).astype(np.int8)).astype(np.int8)


def _share_counts(numerator: Counts, denominator: Counts) -> tuple[Array, Array]:
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    wrong = (x < 0) | (x > n) | (n < 0)
    if wrong.any():
        at = np.unravel_index(np.argmax(wrong), wrong.shape)
        raise ValueError(f"{x[at]:g} of {n[at]:g} cases is not a share.")
    return x, n


def _events(count: Counts) -> Array:
    x = np.asarray(count, dtype=float)
    if (x < 0).any():
        raise ValueError(f"A count is never negative: {np.nanmin(x):g}.")
    return x


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence is a share strictly between 0 and 1, not {confidence:g}.")
    return (1 - confidence) / 2


def _z(confidence: float) -> float:
    return float(-special.ndtri(_tail(confidence)))


def _divide(part: Array, whole: Array) -> Array:
    """Part over whole, NaN where the whole is 0."""
    quotient: Array = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=quotient, where=whole > 0)
    return quotient


def _odds(part: Array, rest: Array) -> Array:
    """Part over rest, infinite where the rest is 0."""
    quotient: Array = np.full(np.shape(part), np.inf)
    np.divide(part, rest, out=quotient, where=~(rest <= 0))
    return quotient


def _where_cases(limits: Array, n: Array) -> Array:
    return np.where(n > 0, limits, np.nan)
