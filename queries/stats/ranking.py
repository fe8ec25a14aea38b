"""Which areas differ by more than chance? Shrunk levels, the ranks that are possible, and three bands, not a list.

Everything follows from one `Posterior` of all areas shown (`queries.stats.hierarchy`). Chances of ranks come from
seeded draws, so the same counts give the same picture; areas with equal counts get equal answers, and the order of the
rows changes nothing. The model takes the areas as one family: a lone outlier among hundreds of equal areas is drawn
towards them, so a page shows the funnel (`queries.stats.funnel`) beside the bands.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from queries.stats.hierarchy import Posterior
from queries.stats.intervals import CONFIDENCE, Array

SEED = 20220601  # any fixed number; the chances move by less than 0.01 with it
DRAWS = 40_000  # for a dozen areas
FEWEST_DRAWS = 2_000  # for thousands of areas
CELLS = 6_000_000  # draws × areas, at most, above the fewest draws
PAIR_DRAWS = 200_000
WORST = 3  # "the bottom three"
FALSE_DISCOVERIES = 0.05  # of the areas called low or high, the share that may be wrong
COUNTED_TAIL = 10  # draws; a smaller tail is read from the normal curve instead
ATTENTION_CHANCE = 0.8  # of being among the worst, before an area is named
ATTENTION_CHANCE_BELOW = 0.95  # of missing the target, the rule where "the worst three" of very many means little
MANY_AREAS = 60  # areas; from here on the second rule

Better = Literal["higher", "lower"]
Flags = npt.NDArray[np.bool_]

LOW, UNCLEAR, HIGH = -1, 0, 1


@dataclass(frozen=True)
class Ranking:
    """Areas beside the city; one element an area, shares between 0 and 1, rank 1 is best. NaN rank without cases.

    Attributes:
        rate: numerator over denominator as counted, NaN without cases.
        shrunk, lower, upper: level estimated with the city's help, and its limits.
        expected_rank, rank_lower, rank_upper: mean and limits of the rank.
        chance_worst, chance_last, chance_first: probabilities of being among the `worst` last, the last, the first.
        band: -1 clearly below the city (明显偏低), 1 clearly above (明显偏高), 0 not to be told apart (无法区分);
            -1 is a lower *share*, be that good or bad.
        city: the city's level, cases weighing equally: the shrunk mean over all its cases.
        worst: how many places "the worst" are.
    """

    rate: Array
    shrunk: Array
    lower: Array
    upper: Array
    expected_rank: Array
    rank_lower: Array
    rank_upper: Array
    chance_worst: Array
    chance_last: Array
    chance_first: Array
    band: npt.NDArray[np.int8]
    city: float
    worst: int


@dataclass(frozen=True)
class Pair:
    """Two areas: the chance that the first has the higher level, and whether that settles it."""

    chance_first_higher: float
    is_told_apart: bool


@dataclass(frozen=True)
class Rankability:
    """How much of the spread between areas is real: rho 0 to 1, tau² on the logit scale, Cochran's Q, and the reading.

    `reading` is "low" (publish no order), "moderate" (bands only) or "high" (an order with its intervals).
    """

    rho: float
    tau2: float
    q: float
    reading: Literal["low", "moderate", "high"]


def rank(
    posterior: Posterior,
    *,
    better: Better = "higher",
    worst: int = WORST,
    confidence: float = CONFIDENCE,
    false_discoveries: float = FALSE_DISCOVERIES,
    draws: int | None = None,
    seed: int = SEED,
) -> Ranking:
    """Shrunk levels, rank limits, chances of being last, and bands (Goldstein & Spiegelhalter, JRSS A 159, 1996).

    Args:
        posterior: of the counts of all areas; areas without cases are not ranked.
        better: whether a higher or a lower share is better; rank 1 is best.
        worst: how many areas count as "the worst".
        confidence: of levels and ranks, a share.
        false_discoveries: accepted share of wrong ones among the areas put into the low and high bands.
        draws: simulated cities; by default 40,000, fewer for very many areas.
        seed: of the draws.

    Raises:
        ValueError: confidence is not strictly between 0 and 1, or `better` is neither word.
    """
    if better not in ("higher", "lower"):
        raise ValueError(f"A measure is better when higher or lower, not '{better}'.")
    numerator, denominator = posterior.numerator, posterior.denominator
    lower, upper = posterior.limits(confidence)
    shrunk = posterior.means()
    rate = np.divide(numerator, denominator, out=np.full(len(shrunk), np.nan), where=denominator > 0)
    kind, order = _kinds(posterior)
    chances = np.full((6, len(shrunk)), np.nan)
    band = np.zeros(len(shrunk), dtype=np.int8)
    if order.size:
        many = draws or max(FEWEST_DRAWS, min(DRAWS, CELLS // order.size))
        logits = posterior.draw(many, np.random.default_rng(seed), order, single=many < DRAWS)
        best_high = logits if better == "higher" else -logits
        chances[:, order] = _rank_chances(best_high, kind, worst, confidence)[:, kind]
        tails = _tails(logits, denominator[order], kind)[kind]
        band[order] = np.sign(tails) * _discoveries(np.abs(tails), false_discoveries)
    city = float(shrunk @ denominator / denominator.sum()) if order.size else posterior.level
    expected, low, high, in_worst, last, first = chances
    return Ranking(rate, shrunk, lower, upper, expected, low, high, in_worst, last, first, band, city, worst)


def told_apart(
    posterior: Posterior,
    first: int,
    second: int,
    *,
    confidence: float = CONFIDENCE,
    draws: int = PAIR_DRAWS,
    seed: int = SEED,
) -> Pair:
    """Can two areas be told apart? Yes where the chance that one has the higher level is beyond 97.5 %.

    Args:
        posterior: of the counts of all areas.
        first, second: positions of the two areas.
        confidence: a share; 0.95 asks for a chance of at least 0.975 or at most 0.025.
        draws, seed: of the simulation.
    """
    logits = posterior.draw(draws, np.random.default_rng(seed), [min(first, second), max(first, second)])
    chance = float((logits[:, 0] > logits[:, 1]).mean())
    if first > second:
        chance = 1 - chance
    tail = (1 - confidence) / 2
    return Pair(chance, not tail < chance < 1 - tail)


def needs_attention(posterior: Posterior, ranking: Ranking, target: float, *, better: Better = "higher") -> Flags:
    """Areas to talk to: very probably among the worst *and* their whole interval misses the target.

    From 60 areas on, where "the worst three" is a lottery, those that miss the target with 95 % probability.

    Args:
        posterior, ranking: of the same areas, the ranking made with the same `better`.
        target: a share.
        better: whether a higher or a lower share is better.
    """
    if len(ranking.shrunk) >= MANY_AREAS:
        below = posterior.chance_below(target)
        return np.asarray((below if better == "higher" else 1 - below) >= ATTENTION_CHANCE_BELOW)
    misses = ranking.upper < target if better == "higher" else ranking.lower > target
    return misses & (ranking.chance_worst >= ATTENTION_CHANCE)


def rankability(posterior: Posterior) -> Rankability:
    """τ²/(τ² + median s²) on the logit scale, τ² by DerSimonian and Laird (van Dishoeck et al., BMJ Qual Saf 2011).

    Half a case is added on each side, p̃ = (x+½)/(n+1), and s² = 1/(n·p̃·(1−p̃)). Below 0.5 no order should be
    published, up to 0.75 bands only. Areas without cases are left out; NaN for fewer than two areas.
    """
    has = posterior.denominator > 0
    x, n = posterior.numerator[has], posterior.denominator[has]
    if len(x) < 2:
        return Rankability(np.nan, np.nan, np.nan, "low")
    share = (x + 0.5) / (n + 1)
    logit, variance = special.logit(share), 1 / (n * share * (1 - share))
    weight = 1 / variance
    q = float(weight @ (logit - weight @ logit / weight.sum()) ** 2)
    tau2 = max(0.0, (q - (len(x) - 1)) / float(weight.sum() - weight @ weight / weight.sum()))
    rho = tau2 / (tau2 + float(np.median(variance)))
    return Rankability(rho, tau2, q, "low" if rho < 0.5 else "moderate" if rho <= 0.75 else "high")


def _kinds(posterior: Posterior) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Areas with cases in an order that depends on their counts alone, and the number of each one's pair of counts."""
    x, n = posterior.numerator, posterior.denominator
    order = np.lexsort((x, n))
    order = order[n[order] > 0]
    pairs = np.stack([n[order], x[order]])
    starts = np.r_[False, (np.diff(pairs, axis=1) != 0).any(axis=0)] if order.size else np.zeros(0, dtype=bool)
    return np.asarray(np.cumsum(starts), dtype=np.intp), order


def _rank_chances(logits: Array, kind: npt.NDArray[np.intp], worst: int, confidence: float) -> Array:
    """Expected rank, its limits, chances to be among the worst, last and first, by kind of area; rank 1 is highest."""
    draws, areas = logits.shape
    kinds = int(kind[-1]) + 1
    histogram = np.zeros(kinds * areas, dtype=np.int64)
    for start in range(0, draws, 1000):
        best_first = np.argsort(-logits[start : start + 1000], axis=1)
        histogram += np.bincount((kind[best_first] * areas + np.arange(areas)).ravel(), minlength=kinds * areas)
    share = histogram.reshape(kinds, areas) / (draws * np.bincount(kind)[:, None])
    reached = np.cumsum(share, axis=1) + 1e-12  # so that rounding does not move a limit by one rank
    tail = (1 - confidence) / 2
    limits = (1 + np.argmax(reached >= level, axis=1) for level in (tail, 1 - tail))
    expected = share @ np.arange(1, areas + 1)
    found: Array = np.stack([expected, *limits, share[:, -worst:].sum(axis=1), share[:, -1], share[:, 0]])
    return found


def _tails(logits: Array, denominator: Array, kind: npt.NDArray[np.intp]) -> Array:
    """By kind: two-sided chance that the area lies on the other side of the city, signed by the side it seems to be on.

    The city's level is that of all cases together, drawn with the areas. Tails of too few draws to be counted are read
    from the normal curve of the same draws.
    """
    draws = len(logits)
    # The logit of the pooled share, from both sides: near 100 % only the cases without it can be counted.
    largest = 0.98 * float(np.log(np.finfo(logits.dtype).max))  # beyond it a share is 0 or 1 to the computer
    bounded = np.clip(logits, -largest, largest)
    level = np.log(special.expit(bounded) @ denominator) - np.log(special.expit(-bounded) @ denominator)
    above, mean, square = (np.empty(logits.shape[1]) for _ in range(3))
    for area in range(logits.shape[1]):
        apart = logits[:, area] - level
        above[area], mean[area], square[area] = (apart > 0).sum(), apart.mean(), (apart * apart).mean()
    size = np.bincount(kind)
    above, mean, square = (np.bincount(kind, weights=values) / size for values in (above, mean, square))
    side = np.where(2 * above >= draws, 1.0, -1.0)
    rest = np.where(side > 0, draws - above, above)
    normal = special.ndtr(-np.abs(mean) / np.sqrt(np.maximum(square - mean * mean, 1e-300)))
    tail = np.where(rest >= COUNTED_TAIL, rest / draws, np.minimum(normal, COUNTED_TAIL / draws))
    return np.asarray(side * np.clip(2 * tail, 1e-300, 1.0))


def _discoveries(p: Array, share: float) -> Flags:
    """Benjamini and Hochberg's rule (JRSS B 57, 1995): the p-values under the line share·k/K, and all smaller ones."""
    ordered = np.sort(p)
    passed = np.flatnonzero(ordered <= share * np.arange(1, len(p) + 1) / len(p))
    return p <= (ordered[passed[-1]] if passed.size else -1.0)
