"""Were there more events in some days than in ordinary days like them? Exact, stratified, conditional on the totals.

Days are put into strata of like days (such as the Mondays worked). Given the total of a stratum, the events of the
period are binomial if nothing is different; the strata add up by convolution. This is the exact conditional test of a
common rate ratio (Breslow & Day, Statistical Methods in Cancer Research II, 1987, §3.6), with its conditional estimate.
Where both sides have many events the tails come from an expansion instead, which takes no time.
It takes days for Poisson: events that come together, such as group petitions, make it see differences too readily.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.intervals import CONFIDENCE

LARGEST = 1e6  # ratio searched for; beyond it the limit is infinite
STEPS = 60  # halvings of the logarithm: far below the digits shown
MOST_EXACT = 400  # events on the smaller side up to which the test is exact; beyond, the third digit is the same
TINY = 1e-9  # deviation where every event is certain


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
    parts = [(each.count + each.usual_count, _chance(each, log_ratio)) for each in strata]
    others = sum(total for total, _ in parts) - seen
    if min(seen, others) > MOST_EXACT:
        return _approximate_tails(parts, seen)
    if seen <= others:
        return _exact_tails(parts, seen)
    below, above = _exact_tails([(total, 1 - chance) for total, chance in parts], others)
    return above, below


def _exact_tails(parts: Sequence[tuple[int, float]], seen: int) -> tuple[float, float]:
    """By convolution, of which only the first `seen` terms are needed."""
    mass: npt.NDArray[np.float64] = np.ones(1)
    for total, chance in parts:
        events = np.arange(min(total, seen) + 1)
        ways = special.gammaln(total + 1) - special.gammaln(events + 1) - special.gammaln(total - events + 1)
        terms = np.exp(ways + special.xlogy(events, chance) + special.xlog1py(total - events, -chance))
        mass = np.convolve(mass, terms)[: seen + 1]
    return float(min(1.0, mass.sum())), float(min(1.0, max(0.0, 1 - mass[:seen].sum())))


def _approximate_tails(parts: Sequence[tuple[int, float]], seen: int) -> tuple[float, float]:
    """By the normal distribution with half a step and the skewness taken into account (Edgeworth's first term)."""
    totals, chances = (np.array(column, dtype=float) for column in zip(*parts, strict=True))
    spread = totals * chances * (1 - chances)
    deviation = max(float(np.sqrt(spread.sum())), TINY)
    skewness = float((spread * (1 - 2 * chances)).sum()) / deviation**3

    def at_most(events: float) -> float:
        z = (events + 0.5 - float((totals * chances).sum())) / deviation
        share = special.ndtr(z) - skewness / 6 * (z * z - 1) * np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return float(min(1.0, max(0.0, share)))

    return at_most(seen), 1 - at_most(seen - 1)


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
