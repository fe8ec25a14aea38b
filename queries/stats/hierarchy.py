"""Areas as members of one city: the hierarchical beta-binomial, solved on a grid, without sampling chains.

x_i of n_i cases is binomial with the area's own level p_i, and the levels follow Beta(mM, (1−m)M): m is the city's
typical level, and M says how alike the areas are, in cases. Prior: m uniform, u = M^(−1/2) uniform on (0, 1) (Gelman
et al., Bayesian Data Analysis, 3rd ed., §5.3). With a dozen small areas a plug-in estimate of M is often infinite,
which would make all areas equal by decree; averaging over the grid avoids that.
"""

from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.intervals import CONFIDENCE, Array, Counts, rates

FEW_AREAS = 100  # areas; with more of them the weight is so concentrated that a coarser grid is as exact
FINE_STEPS = (50, 36)  # grid points over the typical level (logit scale) and over u
COARSE_STEPS = (16, 12)
ZOOMS = 5  # grids laid to find where the weight lies, each inside the one before
LARGEST_LOGIT = 14.0  # typical levels from one in a million to its complement
LOG_REACH = 18.0  # grid points below e^−18 of the best change no printed digit
NEWTON_STEPS = 30  # at most; four are usual
THINNED = 6  # one grid point of so many: a first look
CLOSE_ENOUGH = 1e-4  # last Newton step, logits; the error is its square
CELLS_AT_ONCE = 2_000_000  # areas × grid points in memory


@dataclass(frozen=True)
class Posterior:
    """What the counts of all areas say together: grid points (levels m, sizes M, weights that sum to 1) and the counts.

    `numerator` and `denominator` are cases by area; an area without cases is described by the city alone.
    """

    numerator: Array
    denominator: Array
    levels: Array = field(repr=False)
    sizes: Array = field(repr=False)
    weights: Array = field(repr=False)

    @property
    def level(self) -> float:
        """The typical level of an area, a share."""
        return float(self.weights @ self.levels)

    @property
    def shape(self) -> tuple[float, float]:
        """Posterior means of α = mM and β = (1−m)M, in cases; they mean nothing where the areas may all be equal."""
        return float(self.weights @ (self.levels * self.sizes)), float(self.weights @ ((1 - self.levels) * self.sizes))

    def means(self) -> Array:
        """Shrunk level of each area, a share: its own cases and the city's, each weighted by what it can say."""
        found = np.empty(len(self.numerator))
        for part in self._parts():
            successes, failures = self._shapes(part)
            found[part] = (successes / (successes + failures)) @ self.weights
        return found

    def limits(self, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
        """Lower and upper limit of each area's level, shares, equal tails.

        Raises:
            ValueError: confidence is not strictly between 0 and 1.
        """
        if not 0 < confidence < 1:
            raise ValueError(f"Confidence is a share strictly between 0 and 1, not {confidence:g}.")
        tail = (1 - confidence) / 2
        # thousands of small areas share a few hundred pairs of counts, and equal counts have equal limits
        pairs, pair = np.unique(np.stack([self.numerator, self.denominator]), axis=1, return_inverse=True)
        each = replace(self, numerator=pairs[0], denominator=pairs[1])
        lower, upper = np.empty(pairs.shape[1]), np.empty(pairs.shape[1])
        for part in each._parts():
            successes, failures = each._shapes(part)
            lower[part] = _lower_quantile(successes, failures, self.weights, tail)
            upper[part] = 1 - _lower_quantile(failures, successes, self.weights, tail)
        return lower[pair.ravel()], upper[pair.ravel()]

    def chance_below(self, level: Counts) -> Array:
        """Probability by area that its level lies below `level`, a share: one for all or one by area."""
        at = np.broadcast_to(np.asarray(level, dtype=float), self.numerator.shape)
        found = np.empty(len(at))
        for part in self._parts():
            found[part] = special.betainc(*self._shapes(part), at[part, None]) @ self.weights
        return found

    def draw(
        self, count: int, rng: np.random.Generator, areas: npt.ArrayLike | None = None, *, single: bool = False
    ) -> Array:
        """Levels drawn from the posterior on the logit scale, shape (count, areas); all areas, or those numbered.

        On that scale draws never tie at 1, so the chance of a rank does not depend on the order of the rows. Grid
        points are drawn by weight with one random offset, which is less noisy than drawing each by itself.

        Args:
            single: in single precision: with thousands of areas a third less time, and rounding far below chance.
        """
        at = np.searchsorted(np.cumsum(self.weights), (np.arange(count) + rng.random()) / count)
        at = np.minimum(at, len(self.weights) - 1)
        level, size = self.levels[at, None], self.sizes[at, None]
        picked = slice(None) if areas is None else np.asarray(areas, dtype=np.intp)
        x, n = self.numerator[picked], self.denominator[picked]
        kept = np.dtype(np.float32 if single else np.float64)
        drawn = _log_gamma((x + level * size).astype(kept, copy=False), rng)
        drawn -= _log_gamma((n - x + (1 - level) * size).astype(kept, copy=False), rng)
        return drawn

    def _shapes(self, part: slice) -> tuple[Array, Array]:
        x, n = self.numerator[part, None], self.denominator[part, None]
        return x + self.levels * self.sizes, n - x + (1 - self.levels) * self.sizes

    def _parts(self) -> list[slice]:
        step = max(1, CELLS_AT_ONCE // len(self.weights))
        return [slice(start, start + step) for start in range(0, len(self.numerator), step)]


def posterior(numerator: Counts, denominator: Counts) -> Posterior:
    """The hierarchical beta-binomial of areas (module docstring).

    Args:
        numerator, denominator: cases by area, 0 ≤ numerator ≤ denominator, one dimension, at least one area.

    Raises:
        ValueError: the counts do not describe shares, or are not one row of at least one area.
    """
    x, n = _areas(numerator, denominator)
    return Posterior(x, n, *_grid(x, n))


def _areas(numerator: Counts, denominator: Counts) -> tuple[Array, Array]:
    counts = rates(numerator, denominator)
    x, n = counts.numerator, counts.denominator
    if x.ndim != 1 or not x.size or np.isnan(x + n).any():
        raise ValueError("The areas to compare are one row of known counts, at least one area.")
    return x, n


def _grid(x: Array, n: Array) -> tuple[Array, Array, Array]:
    """Grid points and weights where the posterior has its weight; each zoom keeps one cell of margin."""
    tallies = tuple(np.unique(values, return_counts=True) for values in (x, n - x, n))
    logits, spreads = (-LARGEST_LOGIT, LARGEST_LOGIT), (0.0, 1.0)
    for _ in range(ZOOMS):
        logs = _log_weights(logits, spreads, COARSE_STEPS, tallies)[2]
        near = logs > logs.max() - LOG_REACH
        logits, spreads = _narrowed(logits, near.any(axis=1)), _narrowed(spreads, near.any(axis=0))
    steps = FINE_STEPS if len(x) <= FEW_AREAS else COARSE_STEPS
    levels, sizes, logs = _log_weights(logits, spreads, steps, tallies)
    weights = np.exp(logs - logs.max())
    kept = logs > logs.max() - LOG_REACH
    return levels[kept], sizes[kept], weights[kept] / weights[kept].sum()


def _log_weights(
    logits: tuple[float, float],
    spreads: tuple[float, float],
    steps: tuple[int, int],
    tallies: tuple[tuple[Array, npt.NDArray[np.intp]], ...],
) -> tuple[Array, Array, Array]:
    """Levels, sizes and log weights on a grid of midpoints; m(1−m) turns a uniform m into its logit."""
    level = special.expit(_midpoints(*logits, steps[0]))[:, None]
    size = _midpoints(*spreads, steps[1])[None, :] ** -2
    logs = np.log(level) + np.log1p(-level) + np.zeros_like(size)
    for (values, times), start, sign in zip(tallies, (level * size, (1 - level) * size, size), (1, 1, -1), strict=True):
        start = np.broadcast_to(start, logs.shape)
        for value, many in zip(values, times, strict=True):
            logs += sign * many * (special.gammaln(start + value) - special.gammaln(start))
    return np.broadcast_to(level, logs.shape), np.broadcast_to(size, logs.shape), logs


def _midpoints(low: float, high: float, steps: int) -> Array:
    return low + (np.arange(steps) + 0.5) * (high - low) / steps


def _narrowed(ends: tuple[float, float], near: npt.NDArray[np.bool_]) -> tuple[float, float]:
    low, high = ends
    cell = (high - low) / len(near)
    inside = np.flatnonzero(near)
    return max(low, low + (inside[0] - 1) * cell), min(high, low + (inside[-1] + 2) * cell)


def _log_gamma(shape: Array, rng: np.random.Generator) -> Array:
    """Logarithms of gamma draws; a draw at shape + 1 times U^(1/shape), since small shapes round to 0."""
    drawn: Array = rng.standard_gamma(shape + 1, dtype=shape.dtype.type)
    np.log(drawn, out=drawn)
    drawn -= rng.standard_exponential(shape.shape, dtype=shape.dtype.type) / shape
    return drawn


def _lower_quantile(a: Array, b: Array, weights: Array, share: float) -> Array:
    """The `share` quantile of each row's beta mixture; a few grid points say where to look for it with all."""
    few = slice(None, None, THINNED)
    some_a, some_b, some = a[:, few], b[:, few], weights[few] / weights[few].sum()
    centre = (special.psi(some_a) - special.psi(some_b)) @ some
    spread = ((1 + 1 / some_a) / some_a + (1 + 1 / some_b) / some_b) @ some  # a little more than the variance
    # without a single success (or failure) the spread is so wide that a start far left would never arrive
    start = np.maximum(centre + special.ndtri(share) * np.sqrt(spread), -LARGEST_LOGIT)
    near = _solved(some_a, some_b, some, share, start)
    return np.asarray(special.expit(_solved(a, b, weights, share, near)))


def _solved(a: Array, b: Array, weights: Array, share: float, logit: Array) -> Array:
    """Logits below which lies `share` of each row's beta mixture: Newton steps on the log of its distribution function.

    On the logit scale that log is concave, so the steps approach from the left and cannot run away.
    """
    scale = special.betaln(a, b)
    for _ in range(NEWTON_STEPS):
        at = logit[:, None]
        below = np.maximum(special.betainc(a, b, special.expit(at)) @ weights, 1e-300)
        density = np.exp(a * special.log_expit(at) + b * special.log_expit(-at) - scale) @ weights
        step = np.clip(np.log(below / share) * below / np.maximum(density, 1e-300), -2.0, 2.0)
        logit = logit - step
        if np.abs(step).max() < CLOSE_ENOUGH:
            break
    return logit
