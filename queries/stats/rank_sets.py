"""Which ranks can be defended for every area at once? For published lists and appeals, where one wrong place is enough.

An area's best defensible rank is 1 + the areas significantly better, its worst is K − the areas significantly worse,
with all pairs tested together (the idea of Mogstad, Romano, Shaikh and Wilhelm, Review of Economic Studies 91:476,
2024). The sets are wide, usually 1 to 12 of 12 for a month: that is the finding.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.intervals import CONFIDENCE, Array, Counts, rates
from queries.stats.ranking import Better

Ranks = npt.NDArray[np.int64]
Matrix = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RankSets:
    """First and last defensible rank by area, 1 is best; `is_better[i, j]` where i is significantly better than j."""

    first: Ranks
    last: Ranks
    is_better: Matrix

    @property
    def pairs_told_apart(self) -> int:
        """Number of pairs of areas that differ by more than chance, all pairs tested together."""
        return int(self.is_better.sum())


def pairwise_p(numerator: Counts, denominator: Counts) -> Array:
    """Two-sided p of the pooled score test between every two areas, shape (areas, areas); 1 where it says nothing.

    Args:
        numerator, denominator: cases by area, 0 ≤ numerator ≤ denominator.

    Raises:
        ValueError: the counts do not describe shares.
    """
    areas = rates(numerator, denominator)
    x, n = areas.numerator, areas.denominator
    pooled = _ratio(x[:, None] + x, n[:, None] + n)
    variance = pooled * (1 - pooled) * (_ratio(1.0, n)[:, None] + _ratio(1.0, n))
    difference = areas.rate[:, None] - areas.rate
    z = np.divide(difference, np.sqrt(variance), out=np.zeros(difference.shape), where=variance > 0)
    return np.asarray(2 * special.ndtr(-np.abs(np.nan_to_num(z))))


def holm(p: Counts) -> Array:
    """Holm's adjusted p-values (Scandinavian Journal of Statistics 6, 1979), in the order given, one dimension."""
    raw = np.asarray(p, dtype=float)
    order = np.argsort(raw, kind="stable")
    steps = raw[order] * np.arange(len(raw), 0, -1)
    adjusted = np.empty(len(raw))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def rank_sets(
    numerator: Counts, denominator: Counts, *, better: Better = "higher", confidence: float = CONFIDENCE
) -> RankSets:
    """Ranks of areas by their shares that hold for all areas at once: pooled score tests with Holm's adjustment.

    Args:
        numerator, denominator: cases by area, 0 ≤ numerator ≤ denominator; an area without cases may have any rank.
        better: whether a higher or a lower share is better.
        confidence: that all sets are right, a share.

    Raises:
        ValueError: the counts do not describe shares.
    """
    p = pairwise_p(numerator, denominator)
    upper = np.triu_indices(len(p), 1)
    adjusted = np.ones(p.shape)
    adjusted[upper] = holm(p[upper])
    adjusted = np.minimum(adjusted, adjusted.T)
    level = rates(numerator, denominator).rate * (1 if better == "higher" else -1)
    with np.errstate(invalid="ignore"):  # areas without cases compare as neither
        return _sets((adjusted <= 1 - confidence) & (level[:, None] > level))


def _sets(is_better: Matrix) -> RankSets:
    return RankSets(1 + is_better.sum(axis=0), len(is_better) - is_better.sum(axis=1), is_better)


def _ratio(part: Counts, whole: Array) -> Array:
    return np.divide(part, whole, out=np.zeros(whole.shape), where=whole > 0)
