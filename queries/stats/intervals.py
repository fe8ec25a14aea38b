"""What a share says about the usual level: interval estimates for shares.

An interval describes an office's usual level, not the count itself: the count is complete.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

Array = npt.NDArray[np.float64]
Counts = npt.ArrayLike


def wilson(numerator: Counts, denominator: Counts, confidence: float = 0.95) -> tuple[Array, Array]:
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
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (x + z * z / 2) / (n + z * z)
        half = z / (n + z * z) * np.sqrt(x * (n - x) / n + z * z / 4)
    # At 0 and n the formula meets the edge exactly; rounding must not leave a crumb beside it.
    lower = np.where(x == 0, 0.0, np.maximum(centre - half, 0.0))
    upper = np.where(x == n, 1.0, np.minimum(centre + half, 1.0))
    return _blank(lower, n), _blank(upper, n)


def _share_counts(numerator: Counts, denominator: Counts) -> tuple[Array, Array]:
    x, n = np.broadcast_arrays(np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float))
    wrong = ~((x >= 0) & (x <= n))
    if wrong.any():
        at = np.unravel_index(np.argmax(wrong), wrong.shape)
        raise ValueError(f"{x[at]:g} of {n[at]:g} cases is not a share.")
    return x, n


def _z(confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence is a share strictly between 0 and 1, not {confidence:g}.")
    return float(stats.norm.ppf(0.5 + confidence / 2))


def _blank(limits: Any, n: Array) -> Array:
    """Limits with NaN where there are no cases."""
    return np.where(n > 0, limits, np.nan)
