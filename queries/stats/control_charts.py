"""Is this month different, or is it ordinary variation? Control charts for volumes and days (XmR) and rates (p, u).

Limits come from a baseline (the first months of a phase, or all of them) and stay until someone decides to rebase; a
named decision, never the computer's. Months of special periods are plotted but neither build limits nor make runs. For
a township in a city that moves as a whole, chart its cases out of the city's (`p_chart`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from queries.stats import control_rules
from queries.stats.control_rules import (
    MAKING_DATA_COUNT,
    OUTSIDE_OR_RUN,
    Assurance,
    Better,
    Cause,
    Flags,
    Rule,
    Sides,
    Variation,
)
from queries.stats.intervals import Array, Counts, rates

BASELINE = 24  # months, our usual baseline
TRIAL_BELOW = 12  # points; limits from fewer are trial limits
MOVING_RANGE_FACTOR = 2.66  # 3 / 1.128 as printed by NHS England and its Excel tool
MEAN_RANGE_OF_TWO = 1.128  # d2: mean range of two normal values, in standard deviations
SCREEN_FACTOR = 3.267  # D4: moving ranges beyond this multiple of their mean may be left out
SIGMAS = 3.0
HALF_A_CASE = 0.5  # cases; a count as near to the expected as counts can be is on the centre line, it makes no run
TAIL = 0.00135  # of the normal curve beyond three sigmas on one side
# Share of charts whose newest month is flagged though nothing happened (simulated, 24 months frozen, 12 months after).
XMR_FALSE_SIGNALS = 0.045  # a month and chart, the four Making Data Count rules
P_FALSE_SIGNALS = 0.015  # a month and chart, exact chances and runs of seven

Method = Literal["exact", "limits"]


@dataclass(frozen=True)
class Chart:
    """Points with limits and causes; one element a point, in time order, values in the unit of the series.

    Attributes:
        values: as plotted, NaN where nothing is known.
        centre, lower, upper: the lines at each point.
        causes: "common", or the strongest rule the point meets; "common" for points left out.
        towards: 1 or -1 where a special cause points up or down, else 0.
        phase: number of the phase, from 0.
        based_on: points the limits of this phase rest on.
        is_left_out: points that neither build limits nor make runs.
        spread: Laney's σ_z of each point's phase, the factor on chance variation; 1 where not applicable.
    """

    values: Array
    centre: Array
    lower: Array
    upper: Array
    causes: tuple[Cause, ...]
    towards: Sides
    phase: npt.NDArray[np.int64]
    based_on: npt.NDArray[np.int64]
    is_left_out: Flags
    spread: Array

    @property
    def is_trial(self) -> bool:
        """Whether the current limits rest on fewer than 12 points and may still move."""
        return bool(self.based_on[-1] < TRIAL_BELOW)

    @property
    def is_flat(self) -> bool:
        """Whether the current limits have no width, as in a series that never moved: no icon says anything."""
        return bool(self.upper[-1] <= self.lower[-1])

    def variation(self, better: Better | None, *, making_data_count: bool = False) -> Variation | None:
        """The variation icon of the newest point that counts; None where there is none or the limits have no width.

        Args:
            better: which side is better, None where neither is.
            making_data_count: follow the NHS tool, which calls a flat series common cause.
        """
        counted = np.flatnonzero(~self.is_left_out)
        if not counted.size or (self.is_flat and not making_data_count):
            return None
        return control_rules.variation(int(self.towards[counted[-1]]), better)

    def assurance(
        self, target: float | None, better: Better | None, *, making_data_count: bool = False
    ) -> Assurance | None:
        """The assurance icon: the current limits against a target in the unit of the values; None as in `variation`."""
        if target is None or better is None or np.isnan(self.centre[-1]):
            return None
        if self.is_flat and not making_data_count:
            return None
        return control_rules.assurance(float(self.lower[-1]), float(self.upper[-1]), target, better)


@dataclass(frozen=True)
class _Lines:
    centre: Array
    lower: Array
    upper: Array
    side: Sides
    outside: Sides
    spread: float = 1.0


_Lay = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], _Lines]


def expected_false_signals(*, xmr_charts: int = 0, p_charts: int = 0) -> float:
    """Charts whose newest month will be flagged by chance alone, for the line under a page of many charts."""
    return xmr_charts * XMR_FALSE_SIGNALS + p_charts * P_FALSE_SIGNALS


def xmr(
    values: Counts,
    *,
    baseline: int | None = None,
    rebase_at: Sequence[int] = (),
    left_out: npt.ArrayLike | None = None,
    screen: bool = False,
    rules: tuple[Rule, ...] = MAKING_DATA_COUNT,
) -> Chart:
    """Individual values with limits mean ± 2.66 × mean moving range (NHS England, Making Data Count).

    Args:
        values: one a period, in time order; NaN where unknown.
        baseline: points at the start of each phase that set its limits; by default all of the phase.
        rebase_at: positions of points that begin a new phase.
        left_out: true for points that are plotted only.
        screen: leave out moving ranges of 3.267 times their mean and more, as the R package NHSRplotthedots does.
        rules: those to apply.

    Raises:
        ValueError: no values, a baseline below 2, or a phase that does not begin inside the series.
    """
    series = np.asarray(values, dtype=float)

    def lay(points: npt.NDArray[np.int64], base: npt.NDArray[np.int64]) -> _Lines:
        centre = float(series[base].mean())
        ranges = np.abs(np.diff(series[base]))
        mean_range = float(ranges.mean()) if ranges.size else np.nan
        if screen and ranges.size:
            mean_range = float(ranges[ranges < SCREEN_FACTOR * mean_range].mean()) if mean_range > 0 else 0.0
        middle, half = np.full(len(points), centre), MOVING_RANGE_FACTOR * mean_range
        lower, upper = middle - half, middle + half
        return _Lines(middle, lower, upper, _side(series[points] - middle), _beyond(series[points], lower, upper))

    return _chart(series, lay, baseline, rebase_at, left_out, rules)


def p_chart(
    numerator: Counts,
    denominator: Counts,
    *,
    baseline: int | None = None,
    rebase_at: Sequence[int] = (),
    left_out: npt.ArrayLike | None = None,
    laney: bool = True,
    floor: bool = True,
    method: Method = "exact",
    rules: tuple[Rule, ...] = OUTSIDE_OR_RUN,
) -> Chart:
    """Shares with limits p̄ ± 3σ_z·√(p̄(1−p̄)/n), within 0 and 1 (Shewhart; Laney, Quality Engineering 14, 2002).

    A point is outside where its count has a chance below 0.00135 on that side: binomial, or beta-binomial with
    ρ = (σ_z²−1)/(n̄−1) where σ_z > 1. The normal limits are drawn; with small n they would flag too much. A count
    within half a case of the expected is on the centre line: otherwise 9 of 10 would make runs at a usual 89.9 %.

    Args:
        numerator, denominator: cases by period, 0 ≤ numerator ≤ denominator; periods without cases are left out.
        baseline, rebase_at, left_out, rules: as in `xmr`.
        laney: widen the limits by σ_z, the spread from month to month over that of chance.
        floor: never narrow them (σ_z below 1 counts as 1).
        method: "exact", or "limits" to judge by the drawn lines alone.

    Raises:
        ValueError: as in `xmr`, or the counts do not describe shares.
    """
    shares = rates(numerator, denominator)
    x, n, share = shares.numerator, shares.denominator, shares.rate

    def lay(points: npt.NDArray[np.int64], base: npt.NDArray[np.int64]) -> _Lines:
        centre = float(x[base].sum() / n[base].sum())
        error = np.sqrt(centre * (1 - centre) / np.where(n > 0, n, np.nan))
        spread = _laney(share[base] - centre, error[base], floor) if laney else 1.0
        half = SIGMAS * spread * error[points]
        lower, upper = np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)
        outside = _beyond(share[points], lower, upper)
        if method == "exact":
            below, above = _binomial_tails(x[points], n[points], centre, spread, float(n[base].mean()))
            outside = ((above < TAIL).astype(np.int8) - (below < TAIL)).astype(np.int8)
        side = _side(x[points] - centre * n[points], HALF_A_CASE if method == "exact" else 0.0)
        return _Lines(np.full(len(points), centre), lower, upper, side, outside, spread)

    return _chart(share, lay, baseline, rebase_at, left_out, rules)


def u_chart(
    count: Counts,
    exposure: Counts,
    *,
    baseline: int | None = None,
    rebase_at: Sequence[int] = (),
    left_out: npt.ArrayLike | None = None,
    laney: bool = True,
    floor: bool = True,
    method: Method = "exact",
    rules: tuple[Rule, ...] = OUTSIDE_OR_RUN,
) -> Chart:
    """Events per unit of exposure with limits ū ± 3σ_z·√(ū/n), not below 0 (Montgomery, ch. 7; Laney 2002).

    Args:
        count: events by period, ≥ 0.
        exposure: residents, days or cases at risk by period; periods with none are left out.
        baseline, rebase_at, left_out, laney, floor, method, rules: as in `p_chart`; exact chances are Poisson, or
            negative binomial with the same mean-to-variance ratio σ_z² where σ_z > 1.

    Raises:
        ValueError: as in `xmr`, or a negative count or exposure.
    """
    x, n = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(exposure, dtype=float))
    if (x < 0).any() or (n < 0).any():
        raise ValueError("Counts and exposures are never negative.")
    rate = np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)

    def lay(points: npt.NDArray[np.int64], base: npt.NDArray[np.int64]) -> _Lines:
        centre = float(x[base].sum() / n[base].sum())
        error = np.sqrt(centre / np.where(n > 0, n, np.nan))
        spread = _laney(rate[base] - centre, error[base], floor) if laney else 1.0
        half = SIGMAS * spread * error[points]
        lower, upper = np.maximum(centre - half, 0.0), centre + half
        outside = _beyond(rate[points], lower, upper)
        if method == "exact":
            below, above = _poisson_tails(x[points], centre * n[points], spread)
            outside = ((above < TAIL).astype(np.int8) - (below < TAIL)).astype(np.int8)
        side = _side(x[points] - centre * n[points], HALF_A_CASE if method == "exact" else 0.0)
        return _Lines(np.full(len(points), centre), lower, upper, side, outside, spread)

    return _chart(rate, lay, baseline, rebase_at, left_out, rules)


def _chart(
    series: Array,
    lay: _Lay,
    baseline: int | None,
    rebase_at: Sequence[int],
    left_out: npt.ArrayLike | None,
    rules: tuple[Rule, ...],
) -> Chart:
    """Cut the series into phases, lay the lines of each, and apply the rules to the points that count."""
    points = len(series)
    starts = [0, *sorted(set(rebase_at) - {0})]
    if series.ndim != 1 or not points:
        raise ValueError("A chart needs a row of values, at least one.")
    if baseline is not None and baseline < 2:
        raise ValueError(f"A baseline has at least 2 points, not {baseline}.")
    if starts[-1] >= points or starts[-1] < 0 or starts[0] < 0:
        raise ValueError(f"A phase begins inside the series of {points} points, not at {starts}.")
    out = np.isnan(series)
    if left_out is not None:
        out = out | np.asarray(left_out, dtype=bool)
    phase = np.searchsorted(starts, np.arange(points), side="right") - 1
    centre, lower, upper = (np.full(points, np.nan) for _ in range(3))
    spread, towards, based_on = np.ones(points), np.zeros(points, dtype=np.int8), np.zeros(points, dtype=np.int64)
    label: list[Cause] = ["common"] * points
    for number in range(len(starts)):
        every = np.flatnonzero(phase == number)
        counted = every[~out[every]]
        base = counted if baseline is None else counted[counted < every[0] + baseline]
        if not base.size:
            continue
        lines = lay(every, base)
        centre[every], lower[every], upper[every] = lines.centre, lines.lower, lines.upper
        spread[every], based_on[every] = lines.spread, len(base)
        kept = ~out[every]
        names, sides = control_rules.causes(
            series[counted],
            centre[counted],
            lower[counted],
            upper[counted],
            side=lines.side[kept],
            outside=lines.outside[kept],
            rules=rules,
        )
        towards[counted] = sides
        for at, name in zip(counted, names, strict=True):
            label[at] = name
    return Chart(series, centre, lower, upper, tuple(label), towards, phase, based_on, out, spread)


def _laney(deviation: Array, error: Array, floor: bool) -> float:
    """σ_z: mean absolute step of the standardised series over 1.128, from the second point on."""
    if len(deviation) < 2 or not (error > 0).all():
        return 1.0
    found = float(np.abs(np.diff(deviation / error)).mean() / MEAN_RANGE_OF_TWO)
    return max(found, 1.0) if floor else found


def _beyond(values: Array, lower: Array, upper: Array) -> Sides:
    return ((values > upper).astype(np.int8) - (values < lower)).astype(np.int8)


def _side(deviation: Array, width: float = 0.0) -> Sides:
    """The side of the centre; what lies within `width` of it is on it, and unknown values too."""
    known = np.nan_to_num(deviation)
    return np.where(np.abs(known) < width, 0, np.sign(known)).astype(np.int8)


def _binomial_tails(x: Array, n: Array, centre: float, spread: float, mean_n: float) -> tuple[Array, Array]:
    """P(X ≤ x) and P(X ≥ x); 1 where there are no cases."""
    if centre > 0.5:  # the other cases are fewer to sum over
        return _binomial_tails(n - x, n, 1 - centre, spread, mean_n)[::-1]
    whole, seen = np.maximum(n, 1), np.where(n > 0, x, 0)
    if spread > 1 and 0 < centre < 1 and mean_n > 1:
        rho = min((spread**2 - 1) / (mean_n - 1), 0.999)
        a, b = centre * (1 - rho) / rho, (1 - centre) * (1 - rho) / rho
        # summed here at once: scipy's cdf goes through the points one by one
        terms = seen.astype(np.int64) + 1
        upto = np.concatenate([np.arange(each) for each in terms])
        chances = stats.betabinom.pmf(upto, np.repeat(whole, terms), a, b)
        last = np.cumsum(terms) - 1
        below = np.add.reduceat(chances, last + 1 - terms)
        above = 1 - below + chances[last]
    else:
        below, above = stats.binom.cdf(seen, whole, centre), stats.binom.sf(seen - 1, whole, centre)
    return np.where(n > 0, below, 1.0), np.where(n > 0, above, 1.0)


def _poisson_tails(x: Array, mean: Array, spread: float) -> tuple[Array, Array]:
    """P(X ≤ x) and P(X ≥ x) of a Poisson count, or of a negative binomial with variance σ_z² × mean."""
    if spread > 1:
        share = 1 / spread**2
        size = np.maximum(mean * share / (1 - share), 1e-12)
        return stats.nbinom.cdf(x, size, share), stats.nbinom.sf(x - 1, size, share)
    return stats.poisson.cdf(x, mean), stats.poisson.sf(x - 1, mean)
