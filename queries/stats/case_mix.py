"""Comparing an area with the city at the area's own mix of cases: indirect standardisation of the adverse event.

Strata may only be things the office cannot choose, such as topic group by level of registration. The result is valid
against the city, *not* between two areas with different mixes.
"""

from dataclasses import dataclass

import numpy as np

from queries.stats.intervals import BYAR_FROM, CONFIDENCE, Array, Counts, byar, poisson_exact


@dataclass(frozen=True)
class Standardised:
    """Adverse events (late, repeated) beside what the area's mix would give at the city's rates; one element an area.

    Attributes:
        cases, observed, expected: cases, adverse events counted, and expected ones.
        ratio, lower, upper: observed over expected with exact Poisson limits; NaN where none is expected.
        crude, adjusted, adjusted_lower, adjusted_upper: share *without* the event, as counted and at the city's mix
            with its limits, 0 to 1.
        city: the city's share with the event, the number the ratio is applied to.
    """

    cases: Array
    observed: Array
    expected: Array
    ratio: Array
    lower: Array
    upper: Array
    crude: Array
    adjusted: Array
    adjusted_lower: Array
    adjusted_upper: Array
    city: float


def standardise(adverse: Counts, cases: Counts, confidence: float = CONFIDENCE, *, ohid: bool = False) -> Standardised:
    """Indirectly standardised ratio O/E and adjusted share 1 − (O/E)·city rate (Breslow & Day 1987, vol. II, ch. 2).

    Args:
        adverse: adverse events, shape (areas, strata).
        cases: cases at risk, the same shape; 0 ≤ adverse ≤ cases.
        confidence: a share such as 0.95.
        ohid: follow OHID's rule instead, Byar's approximation from 10 adverse events on.

    Raises:
        ValueError: the shapes differ or are not two-dimensional, or the counts do not describe shares.
    """
    events, at_risk = np.asarray(adverse, dtype=float), np.asarray(cases, dtype=float)
    if events.shape != at_risk.shape or events.ndim != 2:
        raise ValueError("Adverse events and cases are two tables of one shape: areas by strata.")
    if (events < 0).any() or (events > at_risk).any():
        raise ValueError("Adverse events are between 0 and the cases of their stratum.")
    city_rates = _over(events.sum(axis=0), at_risk.sum(axis=0))
    n, observed = at_risk.sum(axis=1), events.sum(axis=1)
    expected = at_risk @ np.nan_to_num(city_rates)
    city = float(_over(observed.sum(), n.sum()))
    low, high = poisson_exact(observed, confidence)
    if ohid:
        by = byar(observed, confidence)
        low, high = np.where(observed < BYAR_FROM, low, by[0]), np.where(observed < BYAR_FROM, high, by[1])
    ratio, lower, upper = (_over(count, expected) for count in (observed, low, high))
    share, high, low = (np.clip(1 - value * city, 0.0, 1.0) for value in (ratio, lower, upper))
    return Standardised(n, observed, expected, ratio, lower, upper, 1 - _over(observed, n), share, low, high, city)


def _over(part: Array, whole: Array) -> Array:
    """Part over whole, NaN where the whole is 0."""
    quotient: Array = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=whole > 0)
    return quotient
