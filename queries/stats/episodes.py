"""A look every week: how many signals appear anew by chance, when a rise began, and which rises are one rise.

Windows of four weeks looked at every week share three weeks with the one before, so a false alarm tends to stay for
several looks. What a reader meets is its first appearance; that is counted here.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from queries.stats.forecasts import WINDOW
from queries.stats.intervals import Array
from queries.stats.surveillance import Flags, Look

LOOKS_A_MONTH = 365.25 / 12 / 7  # one a week
LEAST_RISE = 1.5  # times the usual, of a rise whose beginning is looked for
AT_ONCE = 1_000_000  # numbers of cases looked at together
USUAL_SHARE = 0.95  # of four-week counts where nothing happens, the usual range


def new_flags(look: Look) -> float:
    """Expected number of cells flagged at this look and not a week before, where nothing happens.

    Weeks are taken as independent parts of a negative binomial window: the three weeks two looks share hold `a` cases,
    and the cell is new when the newest week reaches the threshold from there and the oldest did not reach that of the
    look before. Forecasts move from week to week, so the two thresholds differ; taking them as equal misses a tenth.
    """
    k = np.asarray(look.threshold, dtype=np.int64).ravel()
    then = k if look.threshold_before is None else np.asarray(look.threshold_before, dtype=np.int64).ravel()
    mean, variance = look.expected.ravel(), look.stated_variance.ravel()
    share = np.clip(1 - mean / variance, 1e-9, 1.0)
    size = mean * (1 - share) / share
    total = 0.0
    for cells in np.array_split(np.arange(len(then)), 1 + int(then.sum()) // AT_ONCE):
        at = np.repeat(cells, then[cells])  # one element for each cell and number of shared cases below its threshold
        a = np.arange(len(at)) - np.repeat(np.cumsum(then[cells]) - then[cells], then[cells])
        part, rate, more = size[at] / WINDOW, share[at], k[at] - a
        shared = stats.nbinom.pmf(a, part * (WINDOW - 1), 1 - rate)
        reaches = np.where(more > 0, special.betainc(np.maximum(more, 1), part, rate), 1.0)
        reached = special.betainc(then[at] - a, part, rate)
        total += float((shared * reaches * (1 - reached)).sum())
    return total


def new_flags_a_month(levels: Mapping[str, Look]) -> float:
    """Expected number of signals a month that appear anew where nothing happens, looking every week at these levels."""
    return LOOKS_A_MONTH * sum(new_flags(look) for look in levels.values())


def explained(levels: Mapping[str, Look]) -> dict[str, Flags]:
    """Which flags to list: each rise once, where it is.

    A topic (place, city) is listed when it is beyond its limit even with its flagged parts set to what was expected of
    them; its parts are then folded into it. Otherwise its parts say it all, and it is left out.

    Args:
        levels: looks named "cell", and any of "topic" (summed over places), "place" (over topics), "city" (over both).
    """
    cells = levels["cell"]
    excess = np.where(cells.is_flagged, cells.observed - cells.expected, 0.0)
    found: dict[str, Flags] = {"cell": cells.is_flagged.copy()}
    for name, axis in (("topic", 0), ("place", 1)):
        if name in levels:
            look = levels[name]
            found[name] = look.is_flagged & (look.observed - excess.sum(axis=axis, keepdims=True) >= look.threshold)
            found["cell"] &= ~found[name]
    if "city" in levels:
        look = levels["city"]
        listed = sum(float(((levels[name].observed - levels[name].expected) * found[name]).sum()) for name in found)
        found["city"] = look.is_flagged & (look.observed - listed >= look.threshold)
    return found


def usual_range(look: Look) -> tuple[Array, Array]:
    """Lower limit of the usual range (2.5 % quantile) and the most that is not flagged, in cases."""
    share = np.clip(1 - look.expected / look.variance, 1e-9, 1.0)
    lower = stats.nbinom.ppf((1 - USUAL_SHARE) / 2, look.expected * (1 - share) / share, 1 - share)
    return np.asarray(np.nan_to_num(lower)), np.asarray(look.threshold - 1)


def began(weekly: npt.ArrayLike, usual: float) -> int:
    """How many weeks before the last one a rise most likely began (0: in the last week).

    The start that makes the weeks since then likeliest under a rise half way to what the last four weeks hold, at
    least 1.5 times the usual (Poisson log-likelihood ratio, as in a CUSUM).

    Args:
        weekly: cases by week, oldest first. usual: what a week usually holds, above 0.
    """
    y = np.asarray(weekly, dtype=float)
    rise = max(LEAST_RISE, (1 + y[-WINDOW:].mean() / usual) / 2)
    gain = np.cumsum((y * np.log(rise) - (rise - 1) * usual)[::-1])
    return int(np.argmax(gain))
