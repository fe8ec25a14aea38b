"""On time among what has fallen due, the naive closed share, and the backlog by age.

Day numbers are calendar days; NaN means "has not happened". Nothing after the as-of day counts as known.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queries.stats.intervals import CONFIDENCE, Array, Rates, rates

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.ArrayLike

AGE_EDGES = (30, 60, 90)  # calendar days since acceptance; a case of exactly 30 days is in the first class
DUE_SOON_DAYS = 14  # calendar days from the as-of day on


@dataclass(frozen=True)
class Backlog:
    """Open accepted cases, shape (groups,): all, by age (groups, 4), past due, due soon; ages in days, NaN if none."""

    open_count: Integers
    by_age: Integers
    overdue: Integers
    due_soon: Integers
    median_age: Array
    ninth_decile_age: Array

    @property
    def overdue_share(self) -> Array:
        """Overdue cases out of the open ones, NaN where none is open."""
        return rates(self.overdue, self.open_count).rate


def matured_on_time(
    due: Days,
    closed: Days,
    as_of: int,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
    confidence: float = CONFIDENCE,
) -> Rates:
    """Cases closed by their due day out of the cases whose due day has come, with Wilson limits.

    Args:
        due, closed: day numbers or NaN, shape (cases,), of accepted cases neither withdrawn nor transferred. Closed on
            the due day is on time.
        as_of: day number. A case due on this day has fallen due.
        group: codes 0 … groups−1 (the month of the due day, an office); None puts all into one group.
        confidence: a share such as 0.95.

    Returns:
        Rates of shape (groups,).
    """
    deadline, done = np.asarray(due, dtype=float), np.asarray(closed, dtype=float)
    fallen_due = deadline <= as_of
    return rates(_count(fallen_due & (done <= deadline), group, groups), _count(fallen_due, group, groups), confidence)


def closed_share(
    registered: Days, closed: Days, as_of: int, group: npt.ArrayLike | None = None, groups: int = 1
) -> Rates:
    """Naive: cases closed by now out of all registered by now. Low in recent months by construction; context only.

    Arguments as in `matured_on_time`, with `registered` in place of `due`.
    """
    known = np.asarray(registered, dtype=float) <= as_of
    done = known & (np.asarray(closed, dtype=float) <= as_of)
    return rates(_count(done, group, groups), _count(known, group, groups))


def backlog(
    accepted: Days, ended: Days, due: Days, as_of: int, group: npt.ArrayLike | None = None, groups: int = 1
) -> Backlog:
    """Open accepted cases by age since acceptance, and how they stand to their due day.

    Args:
        accepted, ended, due: day numbers or NaN, shape (cases,). Ended covers every way to end.
        as_of: day number. A case due on this day is not overdue.
        group: codes 0 … groups−1; None puts all into one group.
    """
    start, end, deadline = (np.asarray(days, dtype=float) for days in (accepted, ended, due))
    is_open = _is_open(start, end, as_of)
    codes = np.zeros(start.size, dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    age = as_of - np.where(is_open, start, as_of)
    classes = np.searchsorted(AGE_EDGES, age)  # side "left": an age of 30 belongs to 0–30
    width = len(AGE_EDGES) + 1
    by_age = np.bincount((codes * width + classes)[is_open], minlength=groups * width).reshape(groups, width)
    soon = (deadline >= as_of) & (deadline <= as_of + DUE_SOON_DAYS)
    return Backlog(
        _count(is_open, codes, groups),
        by_age,
        _count(is_open & (deadline < as_of), codes, groups),
        _count(is_open & soon, codes, groups),
        group_quantile(age[is_open], codes[is_open], groups, 0.5),
        group_quantile(age[is_open], codes[is_open], groups, 0.9),
    )


def group_quantile(values: npt.ArrayLike, group: npt.ArrayLike, groups: int, share: float) -> Array:
    """A quantile within each group by linear interpolation (type 7 of Hyndman & Fan 1996), NaN for an empty group.

    Args:
        values: shape (cases,), none missing. group: codes 0 … groups−1. share: 0.5 for the median.

    Returns:
        Shape (groups,), in the unit of the values.
    """
    numbers, codes = np.asarray(values, dtype=float), np.asarray(group, dtype=np.int64)
    ordered = numbers[np.lexsort((numbers, codes))]
    size = np.bincount(codes, minlength=groups)
    if ordered.size == 0:
        return np.full(groups, np.nan)
    first = np.cumsum(size) - size
    position = share * np.maximum(size - 1, 0)
    below = np.floor(position)
    last = ordered.size - 1
    low = ordered[np.minimum(first + below.astype(np.int64), last)]
    high = ordered[np.minimum(first + np.ceil(position).astype(np.int64), last)]
    return np.where(size > 0, low + (position - below) * (high - low), np.nan)


def _is_open(start: Array, end: Array, day: int) -> Flags:
    return (start <= day) & ~(end <= day)


def _count(mask: Flags, group: npt.ArrayLike | None, groups: int) -> Integers:
    """True cases by group, shape (groups,)."""
    codes = np.zeros(mask.size, dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    return np.bincount(codes[mask], minlength=groups).astype(np.int64)
