"""Why the number changed: late registrations, corrections, other rules, and what really changed, summing exactly.

A figure published at the last meeting is restated step by step on today's knowledge before it is compared with today's:

    published → with late registrations → with corrections → under today's rules → today's figure

Each step's effect is the difference between two figures, as a fraction, so the effects sum to the whole change whatever
the order of magnitude. The first three steps say how the old figure reads today; only the last one is news.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import floor

import numpy as np
import numpy.typing as npt

Flags = npt.NDArray[np.bool_]


class Reason(StrEnum):
    """Why a number differs from the one published."""

    LATE = "late"  # registered in time, imported after the figure was published
    CORRECTED = "corrected"  # known then, with other content
    RULES = "rules"  # counted under another rule set
    REAL = "real"  # what happened since, or in another period


@dataclass(frozen=True)
class Figure:
    """A count of cases, or with a denominator a rate that keeps its counts."""

    numerator: int
    denominator: int | None = None

    def __post_init__(self) -> None:
        if self.numerator < 0 or (self.denominator is not None and not self.numerator <= self.denominator):
            raise ValueError(f"{self.numerator} of {self.denominator} cases is not a share.")

    @property
    def value(self) -> Fraction | None:
        """Cases, or a share between 0 and 1; None for a rate of no cases."""
        if self.denominator is None:
            return Fraction(self.numerator)
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Part:
    """One reason's effect, in cases or as a share, and the figure as it reads after that step."""

    reason: Reason
    effect: Fraction
    figure: Figure


@dataclass(frozen=True)
class Change:
    """Two figures and the parts of their difference, which sum to it exactly."""

    published: Figure
    now: Figure
    parts: tuple[Part, ...]

    @property
    def difference(self) -> Fraction:
        """Now minus published."""
        return sum((part.effect for part in self.parts), Fraction(0))

    @property
    def restated(self) -> Figure:
        """The published figure on today's knowledge and rules: what today's is fairly compared with."""
        return next((part.figure for part in reversed(self.parts) if part.reason is not Reason.REAL), self.published)


@dataclass(frozen=True)
class CaseChanges:
    """What became of the cases between two snapshots; masks over the rows of now, `is_vanished` over those of then."""

    is_late: Flags
    is_corrected: Flags
    is_new: Flags
    is_vanished: Flags


def explain_change(
    published: Figure, *, with_late: Figure, with_corrections: Figure, under_new_rules: Figure, now: Figure
) -> Change:
    """Split a change between its four reasons, exactly.

    Args:
        published: the figure as published: the cases, contents, rules, period and as-of day of then.
        with_late: the same with the cases added that were registered by then and imported later.
        with_corrections: the same with every case as known today, vanished ones left out; nothing dated after then.
        under_new_rules: the same under today's rule set.
        now: today's figure: today's period and as-of day.

    Returns:
        Parts in that order. A step that leaves no cases to count has no value; its effect goes to the next step that
        has one.

    Raises:
        ValueError: the first or last figure is a rate of no cases, or counts and rates are mixed.
    """
    steps = (published, with_late, with_corrections, under_new_rules, now)
    if len({figure.denominator is None for figure in steps}) > 1:
        raise ValueError("A count cannot be compared with a rate.")
    before = published.value
    if before is None or now.value is None:
        raise ValueError("A rate of no cases cannot be compared.")
    parts = []
    for reason, figure in zip(Reason, steps[1:], strict=True):
        after = before if figure.value is None else figure.value
        parts.append(Part(reason, after - before, figure))
        before = after
    return Change(published, now, tuple(parts))


def contributions(before: Sequence[Figure], after: Sequence[Figure]) -> list[Fraction]:
    """What each group (office, place, topic) contributed to the change of the total, summing to it exactly.

    For a rate a group contributes (Δnumerator − old total rate × Δdenominator) / new total denominator: a group helps
    when what it added was better than the old total. For a count it is the group's own difference.

    Args:
        before, after: one figure a group, in the same order, all counts or all rates.

    Raises:
        ValueError: different groups, counts mixed with rates, or a total of no cases.
    """
    if len(before) != len(after) or len({figure.denominator is None for figure in (*before, *after)}) > 1:
        raise ValueError("Contributions need the same groups twice, all counts or all rates.")
    numerators = [new.numerator - old.numerator for old, new in zip(before, after, strict=True)]
    if not before or before[0].denominator is None:
        return [Fraction(difference) for difference in numerators]
    old_total, new_total = sum(_cases(figure) for figure in before), sum(_cases(figure) for figure in after)
    if not old_total or not new_total:
        raise ValueError("A rate of no cases cannot be compared.")
    rate = Fraction(sum(figure.numerator for figure in before), old_total)
    denominators = [_cases(new) - _cases(old) for old, new in zip(before, after, strict=True)]
    return [(top - rate * bottom) / new_total for top, bottom in zip(numerators, denominators, strict=True)]


def sort_cases(
    case_then: npt.ArrayLike,
    version_then: npt.ArrayLike,
    case_now: npt.ArrayLike,
    version_now: npt.ArrayLike,
    registered_now: npt.ArrayLike,
    as_of_then: int,
) -> CaseChanges:
    """Tell late, corrected, new and vanished cases apart.

    Args:
        case_then, case_now: case numbers of the two snapshots, each unique, of shape (cases then,), (cases now,).
        version_then, version_now: anything equal exactly when a case's content up to the as-of day of then is equal,
            such as a hash.
        registered_now: day numbers. as_of_then: day number of the older snapshot.

    Raises:
        ValueError: a case number occurs twice in a snapshot.
    """
    old, new = np.asarray(case_then), np.asarray(case_now)
    if np.unique(old).size != old.size or np.unique(new).size != new.size:
        raise ValueError("A case number occurs twice in a snapshot.")
    order = np.argsort(old)
    place = np.searchsorted(old, new, sorter=order)
    known: Flags = np.isin(new, old)
    was = order[place[known]]
    is_corrected = known.copy()
    is_corrected[known] = np.asarray(version_now)[known] != np.asarray(version_then)[was]
    in_time = np.asarray(registered_now) <= as_of_then
    return CaseChanges(~known & in_time, is_corrected, ~known & ~in_time, ~np.isin(old, new))


def rounded_parts(parts: Sequence[Fraction], total: Fraction, unit: Fraction) -> list[Fraction]:
    """Parts rounded to a unit so that they still sum to the rounded total shown beside them (largest remainders).

    Args:
        parts: exact effects. total: their sum as shown, a multiple of the unit, within one unit of the exact sum.
        unit: the last digit shown, such as 1/1000 for a tenth of a percentage point.

    Returns:
        Multiples of the unit, in the order of the parts; a part of exactly 0 stays 0.

    Raises:
        ValueError: the total cannot be the rounded sum of these parts.
    """
    if abs(total - sum(parts)) > unit or (total / unit).denominator != 1:
        raise ValueError("The total is not the rounded sum of these parts.")
    whole = [floor(part / unit) for part in parts]
    by_remainder = sorted(
        (place for place, part in enumerate(parts) if part),
        key=lambda place: (whole[place] - parts[place] / unit, -abs(parts[place])),
    )
    missing = int(total / unit) - sum(whole)
    for place in by_remainder[: max(missing, 0)]:
        whole[place] += 1
    # Rounding two ends of a difference may ask for one unit more or less than the parts can take: the largest takes it.
    rest = int(total / unit) - sum(whole)
    if rest:
        whole[max(range(len(parts)), key=lambda place: abs(parts[place]))] += rest
    return [number * unit for number in whole]


def _cases(figure: Figure) -> int:
    return figure.denominator or 0
