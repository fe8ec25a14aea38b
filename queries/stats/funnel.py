"""The funnel: how far from the city's rate an area of its size may lie by chance alone.

Two lines a side, 95 % and 99.8 %. Plain limits take every area's cases as independent; the over-dispersed ones add the
spread that areas show anyway. With a dozen areas that spread is a rough guess, so both are shown, and it never excuses
an area beyond the plain 99.8 % line.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from queries.stats.intervals import CONFIDENCE, SCREENING_CONFIDENCE, Array, Counts, rates

EXACT_BELOW = 10  # expected cases of the rarer outcome; fewer need the binomial itself
WINSORISED = 0.1  # share of scores pulled in at each end before the spread is judged

Method = Literal["auto", "normal", "exact"]
Position = npt.NDArray[np.int8]


@dataclass(frozen=True)
class Funnel:
    """Centre and limits of shares, one element an area.

    Attributes:
        centre: the city's rate, a share.
        lower, upper: 95 % limits. far_lower, far_upper: 99.8 % limits.
        position: 0 inside, ±1 beyond the 95 % limits, ±2 beyond the 99.8 % limits, negative below; 0 without cases.
    """

    centre: float
    lower: Array
    upper: Array
    far_lower: Array
    far_upper: Array
    position: Position


@dataclass(frozen=True)
class OverDispersion:
    """Spread of areas beyond chance, on the arcsine scale.

    Attributes:
        centre: the city's rate, a share.
        scores: z of each area; pulled_in: the same, Winsorised.
        phi: mean squared score, 1 where chance explains everything.
        tau2: variance between areas, added to each area's own.
    """

    centre: float
    scores: Array
    pulled_in: Array
    phi: float
    tau2: float


def funnel(numerator: Counts, denominator: Counts, *, centre: float | None = None, method: Method = "auto") -> Funnel:
    """Funnel of shares around the city's rate: π ± z·√(π(1−π)/n), within 0 and 1 (Spiegelhalter, SIM 24:1185, 2005).

    The same lines as OHID's, which inverts the Wilson interval at the average.

    Args:
        numerator, denominator: cases by area, 0 ≤ numerator ≤ denominator.
        centre: the rate to compare with; by default all numerators over all denominators.
        method: "normal" the formula above, "exact" binomial quantiles, "auto" exact where n < 10 / min(π, 1−π).

    Raises:
        ValueError: the counts do not describe shares, or there are no cases and no centre.
    """
    areas = rates(numerator, denominator)
    x, n = areas.numerator, areas.denominator
    middle = _centre(x, n, centre)
    normal, exact = ([f(n, middle, level) for level in (CONFIDENCE, SCREENING_CONFIDENCE)] for f in (_normal, _exact))
    is_exact = (n * min(middle, 1 - middle) < EXACT_BELOW) if method == "auto" else np.full(n.shape, method == "exact")
    limits = [np.where(is_exact, e, f) for f, e in zip(np.concatenate(normal), np.concatenate(exact), strict=True)]
    return _funnel(middle, areas.rate, limits)


def over_dispersion(
    numerator: Counts, denominator: Counts, *, centre: float | None = None, winsorised: float = WINSORISED
) -> OverDispersion:
    """How much more areas differ than chance allows (Spiegelhalter, SIM 24:1185, 2005, additive model).

    Args:
        numerator, denominator: cases by area, each denominator above 0.
        centre: as in `funnel`.
        winsorised: share of scores pulled in at each end (linear quantiles), so that outliers do not excuse themselves.

    Raises:
        ValueError: the counts do not describe shares, or an area has no cases.
    """
    areas = rates(numerator, denominator)
    x, n = areas.numerator, areas.denominator
    if (n <= 0).any():
        raise ValueError("Leave out areas without cases: they say nothing about the spread.")
    middle = _centre(x, n, centre)
    scores = (np.arcsin(np.sqrt(areas.rate)) - np.arcsin(np.sqrt(middle))) * 2 * np.sqrt(n)
    pulled_in = np.clip(scores, *np.quantile(scores, [winsorised, 1 - winsorised]))
    phi, weight, spare = float(np.mean(pulled_in**2)), 4 * n, len(n) - 1
    excess = len(n) * phi - spare
    tau2 = excess / float(weight.sum() - weight @ weight / weight.sum()) if excess > 0 and spare else 0.0
    return OverDispersion(middle, scores, pulled_in, phi, tau2)


def over_dispersed_funnel(numerator: Counts, denominator: Counts, spread: OverDispersion) -> Funnel:
    """Funnel on the arcsine scale with the spread between areas: sin²(asin√π ± z·√(1/(4n) + τ²)).

    Args:
        numerator, denominator: cases by area.
        spread: from `over_dispersion`; with tau2 = 0 (`replace(spread, tau2=0.0)`) the plain limits of this scale.

    Raises:
        ValueError: the counts do not describe shares.
    """
    areas = rates(numerator, denominator)
    error = np.sqrt(
        np.divide(0.25, areas.denominator, out=np.full(areas.rate.shape, np.inf), where=areas.denominator > 0)
        + spread.tau2
    )
    angle = np.arcsin(np.sqrt(spread.centre))
    limits = [
        np.sin(np.clip(angle + side * _z(level) * error, 0, np.pi / 2)) ** 2
        for level in (CONFIDENCE, SCREENING_CONFIDENCE)
        for side in (-1, 1)
    ]
    return _funnel(spread.centre, areas.rate, limits)


def _centre(x: Array, n: Array, centre: float | None) -> float:
    if centre is not None:
        return float(centre)
    if n.sum() <= 0:
        raise ValueError("Without cases there is no rate to compare with.")
    return float(x.sum() / n.sum())


def _funnel(centre: float, rate: Array, limits: list[Array]) -> Funnel:
    lower, upper, far_lower, far_upper = limits
    return Funnel(centre, lower, upper, far_lower, far_upper, _position(rate, *limits))


def _z(confidence: float) -> float:
    return float(special.ndtri((1 + confidence) / 2))


def _normal(n: Array, centre: float, confidence: float) -> tuple[Array, Array]:
    error = np.sqrt(np.divide(centre * (1 - centre), n, out=np.full(n.shape, np.inf), where=n > 0))
    half = _z(confidence) * error
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def _exact(n: Array, centre: float, confidence: float) -> tuple[Array, Array]:
    tail = (1 - confidence) / 2
    whole = np.maximum(np.round(n), 1)
    lower, upper = (stats.binom.ppf(q, whole, centre) / whole for q in (tail, 1 - tail))
    return np.where(n > 0, lower, 0.0), np.where(n > 0, upper, 1.0)


def _position(value: Array, lower: Array, upper: Array, far_lower: Array, far_upper: Array) -> Position:
    above = (value > upper).astype(np.int8) + (value > far_upper)
    below = (value < lower).astype(np.int8) + (value < far_lower)
    return np.asarray(above - below, dtype=np.int8)
