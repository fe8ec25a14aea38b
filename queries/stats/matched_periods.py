"""Were there more events in some days than in ordinary days like them? Exact, stratified, conditional on the totals.

Days are put into strata of like days (such as the Mondays worked). Given the total of a stratum, the events of the
period are binomial if nothing is different; the strata add up by convolution. This is the exact conditional test of a
common rate ratio (Breslow & Day, Statistical Methods in Cancer Research II, 1987, §3.6), with its conditional estimate.
It takes days for Poisson: events that come together, such as group petitions, make it see differences too readily.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from scipy import stats

from queries.stats.intervals import CONFIDENCE

LARGEST = 1e6  # ratio searched for; beyond it the limit is infinite
STEPS = 80  # halvings of the logarithm: far below the digits shown


@dataclass(frozen=True)
class Stratum:
    """Days that are alike: events and days of the period, events and days of ordinary times; days > 0."""

    count: int
    days: int
    usual_count: int
    usual_days: int


@dataclass(frozen=True)
class Comparison:
    """The period's rate over the ordinary one: ratio, limits (0 to infinity), two-sided p; expected events."""

    count: int
    expected: float
    ratio: float
    lower: float
    upper: float
    p: float

    @property
    def direction(self) -> int:
        """1 or -1 where the period has more or fewer events than chance allows, 0 where that cannot be told."""
        if self.p >= 1 - CONFIDENCE:
            return 0
        return 1 if self.ratio > 1 else -1


def compare(strata: Sequence[Stratum], confidence: float = CONFIDENCE) -> Comparison:
    """The period against ordinary days like its own.

    The two-sided p is twice the smaller tail, at most 1, so that it agrees with the limits.

    Raises:
        ValueError: a stratum without days, or a negative count.
    """
    for each in strata:
        if each.days <= 0 or each.usual_days <= 0 or each.count < 0 or each.usual_count < 0:
            raise ValueError("A stratum needs days of the period and ordinary days, and counts that are not negative.")
    seen = sum(each.count for each in strata)
    expected = sum(each.usual_count * each.days / each.usual_days for each in strata)
    tail = (1 - confidence) / 2
    below, above = _tails(strata, 0.0, seen)
    return Comparison(
        count=seen,
        expected=expected,
        ratio=_conditional_ratio(strata, seen),
        lower=0.0 if seen == 0 else _solve(lambda log: _tails(strata, log, seen)[1] - tail),
        upper=inf if not _any_usual(strata) else _solve(lambda log: tail - _tails(strata, log, seen)[0]),
        p=min(1.0, 2 * min(below, above)),
    )


def _any_usual(strata: Sequence[Stratum]) -> bool:
    return any(each.usual_count for each in strata)


def _chance(each: Stratum, log_ratio: float) -> float:
    """Share of a stratum's events that fall into the period under a rate ratio."""
    weight = np.exp(log_ratio) * each.days
    return float(weight / (weight + each.usual_days))


def _tails(strata: Sequence[Stratum], log_ratio: float, seen: int) -> tuple[float, float]:
    """Probability of at most, and of at least, so many events in the period."""
    mass: npt.NDArray[np.float64] = np.ones(1)
    for each in strata:
        total = each.count + each.usual_count
        if total:
            mass = np.convolve(mass, stats.binom.pmf(np.arange(total + 1), total, _chance(each, log_ratio)))
    return float(mass[: seen + 1].sum()), float(mass[seen:].sum())


def _conditional_ratio(strata: Sequence[Stratum], seen: int) -> float:
    """The ratio under which the expected number of events in the period is the one seen (conditional likelihood)."""
    if seen == 0:
        return 0.0 if _any_usual(strata) else float("nan")
    if not _any_usual(strata):
        return inf

    def surplus(log: float) -> float:
        return sum((each.count + each.usual_count) * _chance(each, log) for each in strata) - seen

    return _solve(surplus)


def _solve(rising: Callable[[float], float]) -> float:
    """The ratio at which a function that rises with its logarithm crosses zero."""
    low, high = -np.log(LARGEST), np.log(LARGEST)
    for _ in range(STEPS):
        middle = (low + high) / 2
        if rising(middle) < 0:
            low = middle
        else:
            high = middle
    return float(np.exp((low + high) / 2))
