"""Which months are more than ordinary variation: the rules of NHS England's Making Data Count and its icons.

Rules look at the points of one phase in time order. A point gets one label, the strongest: outside the limits, then
trend, then two of three near a limit, then a run on one side of the centre.
"""

from typing import Literal

import numpy as np
import numpy.typing as npt

from queries.stats.intervals import Array

RUN = 7  # points in a row on one side of the centre
TREND = 7  # points in a row, each above (or below) the one before
NEAR = 2 / 3  # of the way from the centre to a limit

Rule = Literal["outside", "trend", "two_of_three", "run"]
Cause = Literal["common", "outside", "trend", "two_of_three", "run"]
Better = Literal["higher", "lower"]
Variation = Literal["common_cause", "improving", "concerning", "high", "low"]
Assurance = Literal["passes", "fails", "hit_and_miss"]
Flags = npt.NDArray[np.bool_]
Sides = npt.NDArray[np.int8]

MAKING_DATA_COUNT: tuple[Rule, ...] = ("outside", "trend", "two_of_three", "run")
OUTSIDE_OR_RUN: tuple[Rule, ...] = ("outside", "run")  # for exact limits of rates


def causes(
    values: Array,
    centre: Array,
    lower: Array,
    upper: Array,
    *,
    side: Sides,
    outside: Sides,
    rules: tuple[Rule, ...],
) -> tuple[tuple[Cause, ...], Sides]:
    """The strongest rule each point of one phase meets, and the side it points to (1 up, -1 down, 0 common cause).

    Args:
        values, centre, lower, upper: by point, in time order, no missing values.
        side: the side of the centre each point is on, -1 or 1, 0 on it.
        outside: -1 or 1 where the point lies beyond a limit, else 0 (limits may be exact, so this is given).
        rules: those to apply.
    """
    high = (outside == 0) & (values > centre + NEAR * (upper - centre))
    low = (outside == 0) & (values < centre - NEAR * (centre - lower))
    found: dict[Cause, Sides] = {
        "run": _long_runs(side, RUN),
        "two_of_three": (_two_of_three(high).astype(np.int8) - _two_of_three(low)).astype(np.int8),
        "trend": _trends(values),
        "outside": outside,
    }
    label = np.full(len(values), "common", dtype=object)
    towards = np.zeros(len(values), dtype=np.int8)
    for rule, at in found.items():  # weakest first
        if rule in rules:
            label[at != 0], towards[at != 0] = rule, at[at != 0]
    return tuple(label.tolist()), towards


def variation(towards: int, better: Better | None) -> Variation:
    """The variation icon of a point: common cause, or a special cause for better or worse (high or low if neither).

    Args:
        towards: the side the point's rule points to, 0 for common cause.
        better: which side is better; None where neither is.
    """
    if towards == 0:
        return "common_cause"
    if better is None:
        return "high" if towards > 0 else "low"
    return "improving" if (towards > 0) == (better == "higher") else "concerning"


def assurance(lower: float, upper: float, target: float, better: Better) -> Assurance:
    """The assurance icon: whether ordinary variation alone keeps to the target, misses it, or does either by chance."""
    if lower <= target <= upper:
        return "hit_and_miss"
    return "passes" if (target < lower) == (better == "higher") else "fails"


def _long_runs(side: Sides, length: int) -> Sides:
    """The side of each point that belongs to a run of `length` or more on that side, else 0."""
    edges = np.flatnonzero(np.r_[True, side[1:] != side[:-1], True])
    lengths = np.diff(edges)
    return np.where(np.repeat(lengths >= length, lengths), side, 0).astype(np.int8)


def _trends(values: Array) -> Sides:
    """1 or -1 for each point of seven or more that keep rising or falling; all of them are labelled."""
    found = np.zeros(len(values), dtype=np.int8)
    steps = np.sign(np.diff(values)).astype(np.int8)
    long_steps = _long_runs(steps, TREND - 1)
    found[1:] = long_steps
    before = (long_steps != 0) & (found[:-1] == 0)
    found[:-1][before] = long_steps[before]
    return found


def _two_of_three(near: Flags) -> Flags:
    """Points near a limit of which another lies near the same limit at most two points away."""
    padded = np.r_[False, False, near, False, False]
    others = [padded[2 + step : len(near) + 2 + step] for step in (-2, -1, 1, 2)]
    return np.asarray(near & np.logical_or.reduce(others))
