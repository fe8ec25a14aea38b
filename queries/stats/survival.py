"""How long until a case ends, when some are still open: Kaplan–Meier and Aalen–Johansen curves on whole days.

Every curve is computed for all groups (offices, places, months) at once from a table of counts by group and day. A
share is always the probability that the event *has happened* by a day; 1 minus it is what the books call survival.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.intervals import CONFIDENCE, Array

Integers = npt.NDArray[np.int64]
Days = npt.ArrayLike

CLOSED_BY_DAYS = 60  # calendar days, Regulation Art. 34
AT_RISK_TO_SHOW = 10  # cases; an early look resting on fewer is hidden

Scale = Literal["log-log", "log"]


class Ended(IntEnum):
    """How a case stands on the last day it was seen."""

    OPEN = 0
    CLOSED = 1
    OTHERWISE = 2  # withdrawn, transferred: it can no longer be closed here


@dataclass(frozen=True)
class FollowUp:
    """Cases as seen on one day: whole days followed and how they then stood (`Ended`), both of shape (cases,)."""

    days: Integers
    ended: npt.NDArray[np.int8]


@dataclass(frozen=True)
class LifeTable:
    """Cases by group and day 0, 1, … last, shape (groups, days): still followed, closed, ended otherwise."""

    at_risk: Integers
    closed: Integers
    otherwise: Integers


@dataclass(frozen=True)
class Curve:
    """Probability of the event by each day, with standard error, limits and cases at risk, shape (groups, days).

    Limits are NaN where the share is exactly 0 or 1: the method has no limits there.
    """

    day: Integers
    share: Array
    se: Array
    lower: Array
    upper: Array
    at_risk: Integers

    def at(self, days: Days) -> "Curve":
        """The curve on some days only.

        Raises:
            ValueError: a day before 0 or after the curve's last.
        """
        chosen = np.atleast_1d(np.asarray(days, dtype=np.int64))
        if ((chosen < 0) | (chosen > self.day[-1])).any():
            raise ValueError(f"The curve runs from day 0 to {self.day[-1]}: give a later last_day.")
        return Curve(
            chosen,
            self.share[:, chosen],
            self.se[:, chosen],
            self.lower[:, chosen],
            self.upper[:, chosen],
            self.at_risk[:, chosen],
        )


@dataclass(frozen=True)
class ClosedByDay:
    """Probability of having been closed by one day, shape (groups,); `is_shown` where enough cases reached the day."""

    share: Array
    se: Array
    lower: Array
    upper: Array
    at_risk: Integers
    is_shown: npt.NDArray[np.bool_]


def follow_up(start: Days, end: Days, ended: npt.ArrayLike, as_of: int) -> FollowUp:
    """Days from a case's start to its end, or to the as-of day for what had not ended by then.

    Args:
        start: day numbers, none missing. end: day numbers, NaN where the case has not ended. Shape (cases,).
        ended: `Ended` codes; ignored where there is no end by the as-of day.
        as_of: day number; events after it have not happened yet.

    Raises:
        ValueError: a case starts after the as-of day or ends before it starts.
    """
    first, last = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    has_ended = last <= as_of
    days = np.where(has_ended, last, as_of) - first
    if not (days >= 0).all():
        raise ValueError("A case starts after the as-of day, ends before it starts, or has no start.")
    return FollowUp(days.astype(np.int64), np.where(has_ended, ended, Ended.OPEN).astype(np.int8))


def life_table(
    seen: FollowUp, group: npt.ArrayLike | None = None, groups: int = 1, last_day: int | None = None
) -> LifeTable:
    """Counts by group and day.

    Args:
        seen: cases followed. group: codes 0 … groups−1, shape (cases,); None puts all into one group.
        groups: how many groups there are. last_day: the last day of the table, by default the longest follow-up.
    """
    last = int(seen.days.max(initial=0)) if last_day is None else last_day
    return counted_life_table(seen.days, seen.ended, np.ones(seen.days.size), group, groups, last_day=last)


def counted_life_table(
    days: Days,
    ended: npt.ArrayLike,
    cases: npt.ArrayLike,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
    *,
    last_day: int,
) -> LifeTable:
    """The life table of cases already counted by days followed and how they then stood.

    Args:
        days: whole days followed. ended: `Ended` codes. cases: how many. group: as in `life_table`. Shape (rows,).
        groups, last_day: as in `life_table`.
    """
    many = np.asarray(cases, dtype=np.int64)
    followed, state = np.asarray(days, dtype=np.int64), np.asarray(ended, dtype=np.int8)
    codes = _codes(group, followed.size)
    shape = (groups, last_day + 2)
    place = codes * shape[1] + np.minimum(followed, last_day + 1)

    def tally(weights: npt.NDArray[np.int64]) -> Integers:
        return np.bincount(place, weights=weights, minlength=groups * shape[1]).reshape(shape).astype(np.int64)

    at_risk = tally(many)[:, ::-1].cumsum(axis=1)[:, ::-1]
    closed, otherwise = tally(many * (state == Ended.CLOSED)), tally(many * (state == Ended.OTHERWISE))
    return LifeTable(at_risk[:, :-1], closed[:, :-1], otherwise[:, :-1])


def kaplan_meier(
    seen: FollowUp | LifeTable,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
    *,
    last_day: int | None = None,
    confidence: float = CONFIDENCE,
    scale: Scale = "log-log",
) -> Curve:
    """Kaplan–Meier: probability of being closed by each day if nobody withdrew (JASA 53, 1958).

    Cases ended otherwise count as followed up to that day. Standard errors are Greenwood's.

    Args:
        seen: cases followed, or their life table, which then has the groups. group, groups, last_day: as in
            `life_table`.
        confidence: a share such as 0.95.
        scale: on which the limits are symmetrical, as R's `conf.type`.
    """
    table = _table(seen, group, groups, last_day)
    remaining, hazard_sum = _product_limit(table)
    se = remaining * np.sqrt(hazard_sum)
    return _curve(table, 1 - remaining, se, confidence, scale)


def aalen_johansen(
    seen: FollowUp | LifeTable,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
    *,
    last_day: int | None = None,
    confidence: float = CONFIDENCE,
) -> Curve:
    """Aalen–Johansen: probability of having been closed by each day, withdrawal being another way to end (1978).

    Standard errors by the delta method of Greenwood's kind, those of R's `survfit`; limits symmetrical on the
    complementary log-log scale. Arguments as in `kaplan_meier`.
    """
    table = _table(seen, group, groups, last_day)
    n = np.maximum(table.at_risk, 1)
    ended = table.closed + table.otherwise
    closing, hazard = table.closed / n, ended / n
    after = np.cumprod(1 - hazard, axis=1)
    before = np.concatenate([np.ones((len(after), 1)), after[:, :-1]], axis=1)
    share = np.minimum(np.cumsum(before * closing, axis=1), 1.0)  # rounding would go beyond
    # The variance on day t sums over days s ≤ t: own − 2(F(t)−F(s))·cross + (F(t)−F(s))²·weight.
    own = before**2 * closing * (1 - closing) / n
    cross = before * closing / n
    weight = _greenwood(ended, table.at_risk)
    variance = (
        np.cumsum(own, axis=1)
        - 2 * (share * np.cumsum(cross, axis=1) - np.cumsum(cross * share, axis=1))
        + share**2 * np.cumsum(weight, axis=1)
        - 2 * share * np.cumsum(weight * share, axis=1)
        + np.cumsum(weight * share**2, axis=1)
    )
    return _curve(table, share, np.sqrt(np.maximum(variance, 0)), confidence, "log-log")


def closed_by_day(
    seen: FollowUp | LifeTable,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
    *,
    day: int = CLOSED_BY_DAYS,
    confidence: float = CONFIDENCE,
) -> ClosedByDay:
    """The early look at recent cases: probability of having been closed by a day; arguments as in `aalen_johansen`."""
    curve = aalen_johansen(seen, group, groups, last_day=day, confidence=confidence)
    share, se, lower, upper = (column[:, day] for column in (curve.share, curve.se, curve.lower, curve.upper))
    at_risk = curve.at_risk[:, day]
    return ClosedByDay(share, se, lower, upper, at_risk, at_risk >= AT_RISK_TO_SHOW)


def median_days(curve: Curve) -> Array:
    """The day by which half have ended, shape (groups,), NaN where the curve does not reach one half.

    A curve that rests at exactly one half gives the middle of that rest, as R does.
    """
    nearly = np.sqrt(np.finfo(float).eps)
    reached, passed = curve.share > 0.5 - nearly, curve.share > 0.5 + nearly
    first, second = (curve.day[mask.argmax(axis=1)] for mask in (reached, passed))
    middle = np.where(passed.any(axis=1), (first + second) / 2, first)
    return np.where(reached.any(axis=1), middle, np.nan)


def median_limits(curve: Curve) -> tuple[Array, Array]:
    """Limits of `median_days`: the days on which the curve's own limits reach one half, NaN where they do not.

    Brookmeyer & Crowley, Biometrics 38:29, 1982; limits are as those of the curve, of shape (groups,).
    """
    found = []
    for limit in (curve.upper, curve.lower):  # a share of 0 or 1 has no limits, and reaches nothing
        reached = np.nan_to_num(limit) >= 0.5
        found.append(np.where(reached.any(axis=1), curve.day[reached.argmax(axis=1)], np.nan))
    return found[0], found[1]


def clustered_se(
    seen: FollowUp,
    cluster: npt.ArrayLike,
    days: Days,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
) -> Array:
    """Standard errors of `kaplan_meier` when cases come in clusters, such as closures of one matter.

    Infinitesimal jackknife: each case's influence, summed within its cluster (R's `survfit(cluster=)`).

    Args:
        seen, group, groups: as in `life_table`.
        cluster: codes of any kind, shape (cases,). days: on which the error is wanted, shape (days,).

    Returns:
        Standard errors of the share, shape (groups, days).
    """
    wanted = np.atleast_1d(np.asarray(days, dtype=np.int64))
    codes = _codes(group, seen.days.size)
    last = max(int(wanted.max(initial=0)), int(seen.days.max(initial=0)))
    table = life_table(seen, codes, groups, last)
    remaining, hazard_sum = _product_limit(table)
    left = table.at_risk - table.closed
    jump = np.divide(1.0, left, out=np.zeros(left.shape), where=left > 0)
    own_jump = jump[codes, seen.days] * (seen.ended == Ended.CLOSED)
    pairs = np.stack([codes, np.unique(np.asarray(cluster), return_inverse=True)[1]])
    families, family = np.unique(pairs, axis=1, return_inverse=True)
    errors = np.zeros((groups, wanted.size))
    for column, day in enumerate(wanted):
        seen_by = np.minimum(seen.days, day)
        influence = hazard_sum[codes, seen_by] - own_jump * (seen.days <= day)
        of_family = np.bincount(family, weights=influence, minlength=families.shape[1])
        squares = np.bincount(families[0], weights=of_family**2, minlength=groups)
        errors[:, column] = remaining[:, day] * np.sqrt(squares)
    return errors


def _table(seen: FollowUp | LifeTable, group: npt.ArrayLike | None, groups: int, last_day: int | None) -> LifeTable:
    return seen if isinstance(seen, LifeTable) else life_table(seen, group, groups, last_day)


def _codes(group: npt.ArrayLike | None, cases: int) -> Integers:
    return np.zeros(cases, dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)


def _product_limit(table: LifeTable) -> tuple[Array, Array]:
    """Share not yet closed and Greenwood's sum, by group and day."""
    kept: Array = 1 - table.closed / np.maximum(table.at_risk, 1)
    remaining: Array = np.multiply.accumulate(kept, axis=1)
    hazard_sum: Array = np.cumsum(_greenwood(table.closed, table.at_risk), axis=1)
    return remaining, hazard_sum


def _greenwood(ended: Integers, at_risk: Integers) -> Array:
    """d / (n (n − d)), 0 where everybody ended: nothing is left to vary."""
    product = at_risk * (at_risk - ended)
    return np.where(product > 0, ended / np.maximum(product, 1), 0.0)


def _curve(table: LifeTable, share: Array, se: Array, confidence: float, scale: Scale) -> Curve:
    lower, upper = limits(share, se, confidence, scale)
    somebody = table.at_risk[:, :1] > 0
    share, se, lower, upper = (np.where(somebody, column, np.nan) for column in (share, se, lower, upper))
    return Curve(np.arange(share.shape[1]), share, se, lower, upper, table.at_risk)


def limits(share: Array, se: Array, confidence: float, scale: Scale = "log-log") -> tuple[Array, Array]:
    """Lower and upper limit of a share with that standard error, NaN where the share is 0 or 1.

    Args:
        share, se: of one shape. confidence: a share such as 0.95. scale: on which the limits are symmetrical.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"Confidence is a share strictly between 0 and 1, not {confidence:g}.")
    z = float(special.ndtri(0.5 + confidence / 2))
    inside = (share > 0) & (share < 1 - 1e-12)  # a product of many factors reaches 0 only nearly
    remaining = np.where(inside, 1 - share, 0.5)
    if scale == "log":
        reach = np.exp(z * se / remaining)
        lower, upper = 1 - np.minimum(remaining * reach, 1), 1 - remaining / reach
    else:
        reach = np.exp(z * se / (remaining * -np.log(remaining)))
        lower, upper = 1 - remaining ** (1 / reach), 1 - remaining**reach
    return np.where(inside, lower, np.nan), np.where(inside, upper, np.nan)
