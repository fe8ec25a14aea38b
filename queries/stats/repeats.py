"""Do matters come back? Returns after closure with complete follow-up, concentration over matters, backlog batches.

Day numbers are calendar days; NaN means "has not happened". A matter is a whole-number code; `UNLINKED` marks a
petition that the register links to no other, which then is a matter of its own. Publish `link_coverage` beside every
rate here: broken links lower it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from queries.stats.intervals import CONFIDENCE, Array, Rates, per_residents, rates
from queries.stats.survival import Curve, Ended, FollowUp, clustered_se, follow_up, kaplan_meier

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Days = npt.ArrayLike

RETURN_DAYS = 90  # calendar days after closure; the companion figure uses 180
MATTER_DAYS = 180  # calendar days within which petitions on one matter are counted together
UNLINKED = -1  # code of a petition without a link to a matter
AT_RISK_TO_SHOW = 5  # items; a batch curve resting on fewer is hidden
EXPOSURE_DAYS = 36_525  # one hundred item-years, the unit of the rate of backflow


@dataclass(frozen=True)
class ReturnCurve:
    """Probability of a return by each day after closure; the error allows for several closures of one matter."""

    curve: Curve
    clustered_se: Array


@dataclass(frozen=True)
class MatterRepeats:
    """Matters with two or more, three or more petitions in the window out of those followed for all of it."""

    two_or_more: Rates
    three_or_more: int
    mean_petitions: float


@dataclass(frozen=True)
class Batch:
    """A backlog batch, items by group: handed, reported, recognised, flowed back after recognition.

    `backflow_rate` is returns per hundred item-years since recognition, with exact Poisson limits, so that a batch
    recognised last month is not praised for returns it had no time for.
    """

    handed: Integers
    reported: Integers
    recognised: Integers
    backflow: Integers
    days_at_risk: Integers
    reported_rate: Rates
    recognised_rate: Rates
    net_rate: Rates
    backflow_rate: Rates

    @property
    def net_resolved(self) -> Integers:
        """Recognised and not come back."""
        return self.recognised - self.backflow


def next_petition(matter: npt.ArrayLike, registered: Days, closed: Days) -> Array:
    """Day of the first petition on the same matter registered after a case closed, at any level or channel.

    Args:
        matter: codes, `UNLINKED` where unknown. registered, closed: day numbers, closed NaN while open. Shape (cases,).

    Returns:
        Day numbers of shape (cases,), NaN where the case is open, unlinked or nothing followed. A petition on the
        closing day itself is not a return.
    """
    codes, start = np.asarray(matter, dtype=np.int64), np.asarray(registered, dtype=np.int64)
    end = np.asarray(closed, dtype=float)
    if codes.size == 0:
        return np.empty(0)
    asked = ~np.isnan(end) & (codes != UNLINKED)
    last_day = int(max(start.max(), np.nanmax(end, initial=start.max())))
    span = last_day - int(start.min()) + 2
    keys = codes * span + (start - start.min())
    order = np.sort(keys)
    wanted = codes * span + np.where(asked, end - start.min(), 0).astype(np.int64)
    place = np.minimum(np.searchsorted(order, wanted, side="right"), order.size - 1)
    follower = order[place]
    found = asked & (follower > wanted) & (follower // span == codes)
    return np.where(found, follower % span + start.min(), np.nan)


def returns(
    closed: Days,
    next_registered: Days,
    as_of: int,
    days: int = RETURN_DAYS,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
    confidence: float = CONFIDENCE,
) -> Rates:
    """Closed cases that came back within some days, out of those closed at least so long ago, with Wilson limits.

    Args:
        closed: day numbers or NaN. next_registered: from `next_petition`. Shape (cases,).
        as_of: day number; later closures and petitions are not known yet.
        days: length of the complete follow-up.
        group: codes 0 … groups−1 (place, office, month of closure); None puts all into one group.
        confidence: a share such as 0.95.

    Returns:
        Rates of shape (groups,).
    """
    end, follower = np.asarray(closed, dtype=float), np.asarray(next_registered, dtype=float)
    codes = np.zeros(end.size, dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    followed = end + days <= as_of
    back = followed & (follower - end <= days)
    return rates(_count(back, codes, groups), _count(followed, codes, groups), confidence)


def return_curve(
    closed: Days,
    next_registered: Days,
    matter: npt.ArrayLike,
    as_of: int,
    days: Days,
    confidence: float = CONFIDENCE,
) -> ReturnCurve:
    """Kaplan–Meier probability of a return by some days after closure, recent closures included as far as they go.

    Args:
        closed: day numbers, none missing, none after the as-of day. next_registered: from `next_petition`.
        matter: codes; closures of one matter form a cluster, `UNLINKED` ones stand alone. Shape (closures,).
        as_of: day number. days: days after closure at which the curve is read.
        confidence: a share such as 0.95; limits use Greenwood's error.
    """
    seen = follow_up(closed, next_registered, Ended.CLOSED, as_of)
    wanted = np.atleast_1d(np.asarray(days, dtype=np.int64))
    curve = kaplan_meier(seen, last_day=int(wanted.max()), confidence=confidence)
    codes = np.asarray(matter, dtype=np.int64)
    alone = codes.max(initial=0) + 1 + np.arange(codes.size)
    clusters = np.where(codes == UNLINKED, alone, codes)
    return ReturnCurve(curve.at(wanted), clustered_se(seen, clusters, wanted))


def repeats_while_open(matter: npt.ArrayLike, registered: Days, ended: Days) -> Flags:
    """Which petitions were registered while an earlier one on the same matter was open: a delay problem of its own.

    Args:
        matter: codes. registered, ended: day numbers, ended NaN while open. Shape (cases,). A petition on the day the
            earlier one ended is not counted.
    """
    codes, start = np.asarray(matter, dtype=np.int64), np.asarray(registered, dtype=float)
    end = np.where(np.isnan(np.asarray(ended, dtype=float)), np.inf, np.asarray(ended, dtype=float))
    linked = codes != UNLINKED
    order = np.flatnonzero(linked)[np.lexsort((start[linked], codes[linked]))]
    family = codes[order]
    latest_end = _running_maximum(end[order], family)
    found = np.zeros(codes.shape, dtype=bool)
    found[order[1:]] = (family[1:] == family[:-1]) & (start[order[1:]] < latest_end[:-1])
    return found


def repeats_within(
    matter: npt.ArrayLike, registered: Days, as_of: int, days: int = MATTER_DAYS, cohort_days: int = 365
) -> MatterRepeats:
    """Matters petitioned again within some days of their first petition in the register.

    Args:
        matter: codes. registered: day numbers. Shape (cases,).
        as_of: day number. days: length of the complete follow-up.
        cohort_days: the first petition came at least `days` and fewer than `days + cohort_days` days ago.
    """
    family, start = _families(matter, registered)
    known = start <= as_of
    family, start = family[known], start[known]
    firsts = np.full(int(family.max(initial=-1)) + 1, np.inf)
    np.minimum.at(firsts, family, start)
    age = as_of - firsts
    in_cohort = (age >= days) & (age < days + cohort_days)
    within = start - firsts[family] <= days
    petitions = np.bincount(family[within], minlength=firsts.size)[in_cohort]
    mean = float(petitions.mean()) if petitions.size else float("nan")
    return MatterRepeats(rates((petitions >= 2).sum(), petitions.size), int((petitions >= 3).sum()), mean)


def check_recording(returns_moved: int, higher_level_moved: int, registrations_moved: int) -> bool:
    """Whether falling returns are a reason to check the recording rather than to praise.

    So it is where petitions went to higher levels instead, or fewer were registered at all.

    Args:
        returns_moved, higher_level_moved, registrations_moved: 1, 0 or −1 for moves beyond chance of the return rate,
            the share going straight to higher levels and the registrations.
    """
    return returns_moved < 0 and (higher_level_moved > 0 or registrations_moved < 0)


def gini(values: npt.ArrayLike) -> float:
    """Gini coefficient Σ(2i−n−1)x_i / (n Σx), x ascending: 0 when all are equal, below 1.

    Args:
        values: amounts ≥ 0, shape (n,), n ≥ 1, not all 0.

    Raises:
        ValueError: no values, a negative one, or all 0.
    """
    ascending = np.sort(np.asarray(values, dtype=float))
    n, total = ascending.size, ascending.sum()
    if n == 0 or ascending[0] < 0 or total <= 0:
        raise ValueError("The Gini coefficient needs amounts from 0 on, not all 0.")
    return float((2 * np.arange(1, n + 1) - n - 1) @ ascending / (n * total))


def batches(
    handed: Days,
    reported: Days,
    recognised: Days,
    backflow: Days,
    as_of: int,
    group: npt.ArrayLike | None = None,
    groups: int = 1,
    confidence: float = CONFIDENCE,
) -> Batch:
    """Backlog items handed, reported, recognised and flowed back, by batch.

    Args:
        handed, reported, recognised, backflow: day numbers or NaN, shape (items,). Backflow counts after recognition.
        as_of: day number; later events are not known yet.
        group: codes 0 … groups−1, the batch; None puts all into one group.
        confidence: a share such as 0.95.
    """
    given = np.asarray(handed, dtype=float) <= as_of
    told = given & (np.asarray(reported, dtype=float) <= as_of)
    start, back = np.asarray(recognised, dtype=float), np.asarray(backflow, dtype=float)
    held = given & (start <= as_of)
    flowed = held & (back <= as_of)
    codes = np.zeros(start.size, dtype=np.int64) if group is None else np.asarray(group, dtype=np.int64)
    exposure = np.where(held, np.where(flowed, back, as_of) - np.where(held, start, as_of), 0)
    days_at_risk = np.bincount(codes, weights=exposure, minlength=groups).astype(np.int64)
    all_given, all_told, all_held, all_flowed = (_count(mask, codes, groups) for mask in (given, told, held, flowed))
    return Batch(
        all_given,
        all_told,
        all_held,
        all_flowed,
        days_at_risk,
        rates(all_told, all_given, confidence),
        rates(all_held, all_given, confidence),
        rates(all_held - all_flowed, all_given, confidence),
        per_residents(all_flowed, days_at_risk, confidence, per=EXPOSURE_DAYS),
    )


def backflow_curve(recognised: Days, backflow: Days, as_of: int, days: Days) -> Curve:
    """Kaplan–Meier probability of flowing back by some days after recognition.

    Args:
        recognised, backflow: day numbers, NaN where it has not happened, shape (items,). Items not recognised by the
            as-of day are left out; those that have not flowed back are followed until it.
        days: at which the curve is read.
    """
    start, back = np.asarray(recognised, dtype=float), np.asarray(backflow, dtype=float)
    held = start <= as_of
    return _curve_at(follow_up(start[held], back[held], Ended.CLOSED, as_of), days)


def _curve_at(seen: FollowUp, days: Days) -> Curve:
    wanted = np.atleast_1d(np.asarray(days, dtype=np.int64))
    return kaplan_meier(seen, last_day=int(wanted.max())).at(wanted)


def _families(matter: npt.ArrayLike, registered: Days) -> tuple[Integers, Array]:
    """Matters as codes 0, 1, …, each unlinked petition its own, and the registration days."""
    codes = np.asarray(matter, dtype=np.int64)
    alone = codes.max(initial=0) + 1 + np.arange(codes.size)
    family = np.unique(np.where(codes == UNLINKED, alone, codes), return_inverse=True)[1]
    return family.astype(np.int64), np.asarray(registered, dtype=float)


def _running_maximum(values: Array, family: Integers) -> Array:
    """The largest value so far within each family; families are contiguous."""
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable")
    step = np.cumsum(np.diff(family, prepend=family[:1]) != 0)
    highest = np.maximum.accumulate(step * values.size + rank) % max(values.size, 1)
    return np.asarray(np.sort(values)[highest], dtype=float)


def _count(mask: Flags, codes: Integers, groups: int) -> Integers:
    return np.bincount(codes[mask], minlength=groups).astype(np.int64)
