"""Classes of values for the shades of a map: a value far from all others stands alone and leaves the shades to them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np


def natural_breaks(values: Sequence[int], most: int) -> tuple[tuple[int, int], ...]:
    """At most so many classes, each as alike as can be: the sum of squares within them is the least possible.

    W. D. Fisher, JASA 53:789, 1958, by dynamic programming over the distinct values; the natural breaks of maps
    (G. F. Jenks, 1967).

    Args:
        values: in any order; equal ones fall into one class.

    Returns:
        Lowest and highest value of each class, the lowest class first; none without values.
    """
    distinct, times = np.unique(np.asarray(values, dtype=np.int64), return_counts=True)
    count = len(distinct)
    weight, total, square = (
        np.concatenate([[0.0], np.cumsum(times * power)]) for power in (1.0, distinct, distinct.astype(float) ** 2)
    )
    start, end = np.arange(count)[:, None], np.arange(1, count + 1)[None, :]
    held = np.where(end > start, weight[end] - weight[start], 1.0)
    within = square[end] - square[start] - (total[end] - total[start]) ** 2 / held
    within[end <= start] = np.inf  # no class holds nothing
    least, starts = within[:1], []
    for _ in range(1, min(most, count)):
        split = np.vstack([np.full((1, count), np.inf), least[0][:-1, None] + within[1:]])
        starts.append(split.argmin(axis=0))
        least = split.min(axis=0)[None, :]
    edges = [count]
    for first in reversed(starts):
        edges.append(int(first[edges[-1] - 1]))
    edges.append(0)
    ends = edges[::-1] if count else []
    return tuple((int(distinct[low]), int(distinct[high - 1])) for low, high in pairwise(ends))
