"""Satisfaction when many stay silent: what is certain, what is still needed, and why two rates differ.

For each office: S satisfied (with "basically"), D dissatisfied, X expired without an evaluation, O still open to one;
A = S + D answered, M = A + X whose window is over, N = M + O. Needs are computed in whole numbers and fractions, never
in floating point, so that "two more" means two. Everything is vectorised over offices.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.intervals import CONFIDENCE, Array, Rates, rates, wilson

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Target = Fraction | Decimal | str | float

FINEST = 1_000_000  # parts of 1; finer targets would leave 64-bit whole numbers
IMPOSSIBLE = -1  # in place of a number of evaluations: no number is enough, or none can be spared


@dataclass(frozen=True)
class Evaluations:
    """Evaluations by state, whole numbers of one shape: satisfied, dissatisfied, expired (silent), still open."""

    satisfied: Integers
    dissatisfied: Integers
    expired: Integers
    still_open: Integers

    @property
    def answered(self) -> Integers:
        """A: satisfied and dissatisfied."""
        return self.satisfied + self.dissatisfied

    @property
    def matured(self) -> Integers:
        """M: cases whose evaluation window is over."""
        return self.answered + self.expired

    @property
    def asked(self) -> Integers:
        """N: all cases, those still open to evaluation included."""
        return self.matured + self.still_open


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest rate the recorded answers leave possible; width is 1 − participation. NaN without cases."""

    lower: Array
    upper: Array

    @property
    def width(self) -> Array:
        """The share nobody knows."""
        return self.upper - self.lower


@dataclass(frozen=True)
class Need:
    """A number of evaluations, `IMPOSSIBLE` where none is enough, and whether so many are still open."""

    count: Integers
    is_feasible: Flags


@dataclass(frozen=True)
class JointPlan:
    """The fewest evaluations that reach both targets, how many of them satisfied, and whether so many are open."""

    evaluations: Integers
    satisfied: Integers
    is_feasible: Flags


@dataclass(frozen=True)
class TwoFactors:
    """Change of a product a × b, in its unit: difference = effect of a + effect of b."""

    difference: Array
    effect_a: Array
    effect_b: Array


@dataclass(frozen=True)
class MixAndRates:
    """Second rate minus first by stratum (last axis): what the mix and what the strata's own rates contributed."""

    rate1: Array
    rate2: Array
    mix_by_stratum: Array
    rates_by_stratum: Array

    @property
    def difference(self) -> Array:
        """Second rate minus first."""
        return self.rate2 - self.rate1

    @property
    def mix_effect(self) -> Array:
        """The part due to other weights of the strata."""
        return _over_strata(self.mix_by_stratum)

    @property
    def rate_effect(self) -> Array:
        """The part due to other rates within the strata."""
        return _over_strata(self.rates_by_stratum)


def evaluations(
    satisfied: npt.ArrayLike,
    dissatisfied: npt.ArrayLike,
    expired: npt.ArrayLike,
    still_open: npt.ArrayLike = 0,
) -> Evaluations:
    """Whole numbers of evaluations by state; arguments broadcast.

    Raises:
        ValueError: a number is negative or not whole.
    """
    given = [np.asarray(value) for value in (satisfied, dissatisfied, expired, still_open)]
    if any((value < 0).any() or (value % 1 != 0).any() for value in given):
        raise ValueError("Evaluations are counted in whole numbers from 0 on.")
    return Evaluations(*np.broadcast_arrays(*(value.astype(np.int64) for value in given)))


def exact_share(target: Target) -> Fraction:
    """A target as an exact fraction; a float counts as the decimal it is written as (0.9 is nine tenths).

    Raises:
        ValueError: the target is not a share from 0 to 1, or finer than millionths.
    """
    share = Fraction(str(target)).limit_denominator(FINEST) if isinstance(target, float) else Fraction(target)
    if not 0 <= share <= 1 or share.denominator > FINEST:
        raise ValueError(f"A target is a share from 0 to 1, in millionths at the finest, not {target}.")
    return share


def participation(found: Evaluations, confidence: float = CONFIDENCE) -> Rates:
    """Answered out of those whose window is over, with Wilson limits."""
    return rates(found.answered, found.matured, confidence)


def satisfaction(found: Evaluations, confidence: float = CONFIDENCE) -> Rates:
    """Satisfied out of those who answered, with Wilson limits."""
    return rates(found.satisfied, found.answered, confidence)


def bounds(found: Evaluations, *, open_too: bool = False) -> Bounds:
    """Between nobody and everybody among the silent being satisfied (Manski 2007, ch. 2).

    Args:
        found: evaluations.
        open_too: count cases still open to evaluation among the silent.
    """
    everybody = found.asked if open_too else found.matured
    silent = everybody - found.answered
    return Bounds(rates(found.satisfied, everybody).rate, rates(found.satisfied + silent, everybody).rate)


def design_free_interval(found: Evaluations, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Bounds that also allow for chance: Wilson's lower limit of S/M and upper limit of (S+X)/M, conservative."""
    lower, _ = wilson(found.satisfied, found.matured, confidence)
    _, upper = wilson(found.satisfied + found.expired, found.matured, confidence)
    return lower, upper


def needed_for_participation(found: Evaluations, target: Target) -> Need:
    """Further evaluations needed for a participation target, out of all N cases.

    Args:
        found: evaluations.
        target: a share as in `exact_share`.

    Raises:
        ValueError: the target is not a share.
    """
    return _need(np.maximum(_ceil_of(exact_share(target), found.asked) - found.answered, 0), found)


def needed_for_satisfaction(found: Evaluations, target: Target) -> Need:
    """Further evaluations, all satisfied, needed for a satisfaction target; arguments as in the above.

    At a target of 1 a single dissatisfied evaluation makes it `IMPOSSIBLE`.
    """
    share = exact_share(target)
    missing = share.numerator * found.answered - share.denominator * found.satisfied
    if share == 1:
        return _need(np.where(missing > 0, IMPOSSIBLE, 0), found)
    rest = share.denominator - share.numerator
    return _need(np.maximum(-(-missing // rest), 0), found)


def dissatisfied_affordable(found: Evaluations, target: Target) -> Integers:
    """Further dissatisfied evaluations that leave the rate at the target; `IMPOSSIBLE` where it is below already.

    Raises:
        ValueError: the target is not a share above 0.
    """
    share = exact_share(target)
    if share == 0:
        raise ValueError("With a satisfaction target of 0 any number is affordable.")
    spare = share.denominator * found.satisfied - share.numerator * found.answered
    affordable: Integers = np.maximum(spare // share.numerator, IMPOSSIBLE)
    return affordable


def silent_needed(found: Evaluations, target: Target) -> Integers:
    """The same in whole cases: how many of the X silent would have to be satisfied; above X it is impossible."""
    needed: Integers = np.maximum(_ceil_of(exact_share(target), found.matured) - found.satisfied, 0)
    return needed


def joint_plan(found: Evaluations, target_participation: Target, target_satisfaction: Target) -> JointPlan:
    """The fewest further evaluations that reach both targets, and how many of them must be satisfied.

    Where no number reaches them all three say so: `IMPOSSIBLE`, `IMPOSSIBLE`, False.
    """
    by_participation = needed_for_participation(found, target_participation)
    by_satisfaction = needed_for_satisfaction(found, target_satisfaction)
    count = np.maximum(by_participation.count, by_satisfaction.count)
    impossible = by_satisfaction.count == IMPOSSIBLE
    satisfied = _satisfied_among(found, count, exact_share(target_satisfaction))
    return JointPlan(
        np.where(impossible, IMPOSSIBLE, count),
        np.where(impossible, IMPOSSIBLE, satisfied),
        by_participation.is_feasible & by_satisfaction.is_feasible,
    )


def joint_plan_with_silence(found: Evaluations, target_participation: Target, target_satisfaction: Target) -> JointPlan:
    """The same where silence counts as satisfied: whoever is still open and does not answer is on the good side too.

    So only participation takes answers, and of these as many have to be satisfied as the silent do not make up for.
    """
    by_participation = needed_for_participation(found, target_participation)
    silent = found.still_open - by_participation.count
    good = _ceil_of(exact_share(target_satisfaction), found.asked) - found.satisfied - found.expired
    satisfied = np.maximum(good - silent, 0)
    return JointPlan(
        by_participation.count, satisfied, by_participation.is_feasible & (satisfied <= by_participation.count)
    )


def chance_of_target(found: Evaluations, target: Target, further: npt.ArrayLike) -> Array:
    """Chance that satisfaction reaches the target with so many further evaluations like those given so far.

    Beta-binomial prediction from S and D with Jeffreys' prior Beta(½, ½).

    Args:
        found: evaluations.
        target: a share as in `exact_share`.
        further: evaluations still to come, whole numbers from 0 on; broadcasts.

    Returns:
        Chances between 0 and 1; NaN where nobody has answered and nobody will.
    """
    count, s, d = np.broadcast_arrays(np.asarray(further, dtype=np.int64), found.satisfied, found.dissatisfied)
    needed = _ceil_of(exact_share(target), s + d + count) - s
    flat = _beta_binomial_reaches(needed.ravel(), count.ravel(), s.ravel() + 0.5, d.ravel() + 0.5)
    return np.where(s + d + count > 0, flat.reshape(count.shape), np.nan)


def two_factors(a1: npt.ArrayLike, b1: npt.ArrayLike, a2: npt.ArrayLike, b2: npt.ArrayLike) -> TwoFactors:
    """Split the change of a × b, such as participation × satisfaction, between its factors (Das Gupta 1993, ex. 2.1).

    Args:
        a1, b1, a2, b2: factors before and after; they broadcast.
    """
    first_a, first_b, second_a, second_b = (np.asarray(value, dtype=float) for value in (a1, b1, a2, b2))
    return TwoFactors(
        second_a * second_b - first_a * first_b,
        (second_a - first_a) * (first_b + second_b) / 2,
        (second_b - first_b) * (first_a + second_a) / 2,
    )


def kitagawa(size1: npt.ArrayLike, rate1: npt.ArrayLike, size2: npt.ArrayLike, rate2: npt.ArrayLike) -> MixAndRates:
    """Split the difference of two rates into mix and rates within strata (Kitagawa, JASA 50, 1955).

    Args:
        size1, size2: cases or weights of each stratum, ≥ 0, shape (…, strata).
        rate1, rate2: rate of each stratum in any unit. NaN in a stratum that is empty on one side takes the other
            side's rate, so that it counts as mix alone. A side without any cases makes everything NaN.
    """
    weight1, weight2 = (_weights(size) for size in (size1, size2))
    given1, given2 = np.asarray(rate1, dtype=float), np.asarray(rate2, dtype=float)
    first, second = (_filled(given1, given2), _filled(given2, given1))
    return MixAndRates(
        _over_strata(weight1 * first),
        _over_strata(weight2 * second),
        (weight2 - weight1) * (first + second) / 2,
        (second - first) * (weight1 + weight2) / 2,
    )


def _ceil_of(share: Fraction, cases: Integers) -> Integers:
    """⌈share × cases⌉ in whole numbers."""
    return -((-share.numerator * cases) // share.denominator)


def _need(count: Integers, found: Evaluations) -> Need:
    return Need(count, (count != IMPOSSIBLE) & (count <= found.still_open))


def _satisfied_among(found: Evaluations, further: Integers, target: Fraction) -> Integers:
    needed: Integers = np.maximum(_ceil_of(target, found.answered + further) - found.satisfied, 0)
    return needed


def _beta_binomial_reaches(needed: Integers, count: Integers, a: Array, b: Array) -> Array:
    """P(successes ≥ needed) among `count` beta-binomial draws, each argument of shape (offices,)."""
    chance = np.where(needed <= 0, 1.0, 0.0)
    open_questions = np.flatnonzero((needed > 0) & (needed <= count))
    # One row an office, one column a number of successes: blocks keep the table within some tens of megabytes.
    longest = int(count[open_questions].max(initial=0)) + 1
    for block in np.array_split(open_questions, 1 + open_questions.size * longest // 2_000_000):
        successes = np.arange(longest)
        n, start = count[block][:, None], needed[block][:, None]
        wins = np.minimum(successes, n)
        terms = (
            special.betaln(wins + a[block][:, None], n - wins + b[block][:, None])
            - special.betaln(a[block], b[block])[:, None]
            - special.betaln(wins + 1, n - wins + 1)
            - np.log(n + 1)
        )
        mass = np.where((successes >= start) & (successes <= n), np.exp(terms), 0.0)
        # Neither certain nor impossible, whatever rounding says.
        chance[block] = np.clip(mass.sum(axis=1), np.nextafter(0, 1), np.nextafter(1, 0))
    return chance


def _over_strata(parts: Array) -> Array:
    return np.asarray(parts.sum(axis=-1), dtype=float)


def _weights(size: npt.ArrayLike) -> Array:
    sizes = np.asarray(size, dtype=float)
    total = np.broadcast_to(sizes.sum(axis=-1, keepdims=True), sizes.shape)
    weights: Array = np.full(sizes.shape, np.nan)
    np.divide(sizes, total, out=weights, where=total > 0)
    return weights


def _filled(rate: Array, other: Array) -> Array:
    """Rates with the other side's where a stratum is empty, 0 where both are."""
    return np.nan_to_num(np.where(np.isnan(rate), other, rate), nan=0.0)
