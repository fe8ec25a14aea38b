"""What a difference between print and register is made of: signed parts that sum to it exactly.

A part is claimed only where the register shows it: together with others it must make up the whole difference. What the
register shows for certain (the table names the day it was made, and later days changed the numbers) is a part in any
case, and so is another reading that explains most of the table's lines; what then is left stays unexplained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Amount = tuple[int, int]
"""Numerators and denominators, printed minus register; of a count the second is 0."""
Parts = tuple[tuple[str, Amount], ...]
NOTHING: Amount = (0, 0)


@dataclass(frozen=True)
class Known:
    """What the register shows that could be behind a difference.

    Attributes:
        steps: what changed since the table was made, newest first; one holds only together with those before it.
        are_certain: whether the table names its day, so that the steps are facts.
        elsewhere: instead of the steps, the number under another reading: reason and amount.
        is_read_elsewhere: whether most of the table is explained by that reading alone, so that it is the table's.
        left_out: reason and number of rows that are in no figure; their part in the numerator is not known.
        wholes: reason and denominator of another reading whose numerator is not known, printed minus register.
        is_share: whether denominators count.
        slack: how far rounding alone may put the numbers off.
    """

    steps: Parts = ()
    are_certain: bool = False
    elsewhere: Parts = ()
    is_read_elsewhere: bool = False
    left_out: tuple[tuple[str, int], ...] = ()
    wholes: tuple[tuple[str, int], ...] = ()
    is_share: bool = True
    slack: Decimal = Decimal(0)


def explained(difference: Amount, known: Known) -> Parts:
    """The parts of a difference, the fewest that make it up; none where there is no difference."""
    if difference == NOTHING:
        return ()
    if _is_rounding(difference, known):
        return (("rounding", difference),)
    steps = [part for part in known.steps if part[1] != NOTHING]
    bases = [tuple(steps[:count]) for count in range(len(steps) + 1)]
    bases += [(part,) for part in known.elsewhere if part[1] != NOTHING]
    for base in bases:
        if _rest(difference, base) == NOTHING:
            return base
    for base in bases:
        rest = _rest(difference, base)
        for reason, rows in known.left_out:
            if rows and _may_be(rest, rows, is_share=known.is_share):
                return *base, (reason, rest)
    for base in bases:
        rest = _rest(difference, base)
        if _is_rounding(rest, known):
            return *base, ("rounding", rest)
    for reason, whole in known.wholes:
        if whole and difference[1] == whole:
            return ((reason, difference),)
    if known.is_read_elsewhere:
        certain = tuple(part for part in known.elsewhere if part[1] != NOTHING)
    else:
        certain = tuple(steps) if known.are_certain else ()
    return *certain, ("unexplained", _rest(difference, certain))


def total_of(parts: Sequence[tuple[str, Amount]]) -> Amount:
    """The sum of parts."""
    return sum(amount[0] for _, amount in parts), sum(amount[1] for _, amount in parts)


def minus(first: Amount, second: Amount) -> Amount:
    """Numerators and denominators apart."""
    return first[0] - second[0], first[1] - second[1]


def _rest(difference: Amount, parts: Parts) -> Amount:
    return minus(difference, total_of(parts))


def _is_rounding(rest: Amount, known: Known) -> bool:
    return max(abs(number) for number in rest) <= known.slack


def _may_be(rest: Amount, rows: int, *, is_share: bool) -> bool:
    """Whether so many rows left out can be what is left: each is in the whole, and in the numerator or not."""
    return (rest[1] == rows and 0 <= rest[0] <= rows) if is_share else rest[0] == rows
