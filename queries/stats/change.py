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


def half_up(number: Fraction) -> int:
    """The nearest whole number, halves upwards as people round."""
    return floor(number + Fraction(1, 2))
