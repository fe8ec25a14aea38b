"""Which place could a group have among the others, and can two groups be told apart? Never a list in order of rank."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import polars as pl

from queries import wording
from queries.evaluate import evaluate
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats import ranking
from queries.stats.hierarchy import Posterior, posterior
from queries.stats.intervals import Array, newcombe
from queries.stats.ranking import WORST, Ranking
from queries.views.parts import both, in_both, seen
from queries.views.townships import clumping, named
from queries.vocabulary import Text

FEWEST_RANKED = 2  # groups; one alone has no place among others
DRAWS = 10_000  # whole per cents of chance are shown; twelve groups take a twentieth of a second
PAIR_DRAWS = 40_000
SMALLEST_SHOWN = 0.001  # difference of two shares, a tenth of a point


@dataclass(frozen=True)
class Field:
    """The groups that can be compared: enough items in the period.

    Attributes:
        groups: key, zh, en, numerator, denominator (items as counted), one row a group.
        counted, of: the same counts, repeats with fewer items as items of one matter say the same thing twice.
        model, found: their levels together, and the places that are possible.
    """

    groups: pl.DataFrame
    counted: Array
    of: Array
    model: Posterior
    found: Ranking

    def position(self, key: str) -> int | None:
        """Row of a group; None where it has too few items or none."""
        return next((at for at, each in enumerate(self.groups["key"]) if each == key), None)


@dataclass(frozen=True)
class Place:
    """One group among the others; shares between 0 and 1, place 1 is best.

    Attributes:
        first, last: ends of the 95 % interval of its place. of: groups compared.
        chance_worst: probability of being among the worst three; None where there are hardly more groups than that.
        shrunk, lower, upper: its share seen together with the others', and 95 % limits.
        sentence: the interval in words.
    """

    first: int
    last: int
    of: int
    chance_worst: float | None
    shrunk: float
    lower: float
    upper: float
    sentence: Text


@lru_cache(maxsize=64)
def field(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> Field | None:
    """The groups of a dimension that have items enough to be compared; None where fewer than two have.

    A filter on the dimension itself is left aside: a place is one among all.
    """
    chosen = seen(filters, snapshot).only(dimension)
    enough = (pl.col("denominator") >= chosen.rule_set.small_sample) & (pl.col(dimension) != "")
    rows = named(evaluate(snapshot, name, (dimension,), chosen).filter(enough), snapshot, dimension)
    if rows.height < FEWEST_RANKED:
        return None
    effect = clumping(snapshot, chosen, name)
    x, n = (rows[column].to_numpy() / effect for column in ("numerator", "denominator"))
    model = posterior(x, n)
    better: ranking.Better = "lower" if measure(name).better == "lower" else "higher"
    groups = rows.select(pl.col(dimension).alias("key"), "zh", "en", "numerator", "denominator")
    return Field(groups, x, n, model, ranking.rank(model, better=better, draws=DRAWS))


def place(snapshot: Snapshot, filters: Filters, name: str, key: str, dimension: str = "place") -> Place | None:
    """The place a group could have; None where it has too few items to be compared."""
    known = field(snapshot, filters, name, dimension)
    at = known.position(key) if known else None
    if known is None or at is None:
        return None
    found, of = known.found, known.groups.height
    first, last = int(found.rank_lower[at]), int(found.rank_upper[at])
    return Place(
        first=first,
        last=last,
        of=of,
        chance_worst=_never_certain(float(found.chance_worst[at])) if of > 2 * WORST else None,
        shrunk=float(found.shrunk[at]),
        lower=float(found.lower[at]),
        upper=float(found.upper[at]),
        sentence=possible(first, last, of),
    )


def _never_certain(chance: float) -> float:
    """A chance counted in draws: none of them is not "never"."""
    return min(max(chance, 0.5 / DRAWS), 1 - 0.5 / DRAWS)


def possible(first: int, last: int, of: int) -> Text:
    """The places that are possible, in words."""
    if (first, last) == (1, of):
        return Text(f"{of} 个位次都有可能，排不出先后", f"any of the {of} is possible: no order can be told")
    if first == last:
        return Text(f"很可能排在第 {first} 位（共 {of} 个）", f"very probably {_ordinal(first)} of {of}")
    return Text(
        f"可能排在第 {first}–{last} 位之间（共 {of} 个），无法更精确",
        f"could be anywhere from {_ordinal(first)} to {_ordinal(last)} of {of}",
    )


def _ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 4th, 11th, 21st."""
    teen = number % 100 in (11, 12, 13)
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def others(snapshot: Snapshot, filters: Filters, name: str, key: str, dimension: str = "place") -> dict[str, Text]:
    """Names of the groups that one group can be compared with, by key; none where it has too few items itself."""
    known = field(snapshot, filters, name, dimension)
    if known is None or known.position(key) is None:
        return {}
    return {each: Text(zh, en) for each, zh, en in known.groups.select("key", "zh", "en").rows() if each != key}


def told_apart(
    snapshot: Snapshot, filters: Filters, name: str, first: str, second: str, dimension: str = "place"
) -> Text | None:
    """Whether two groups differ by more than chance, and by how much, in one sentence; None where one is too small.

    They are told apart where the interval of the difference (Newcombe) leaves 0 out and the groups seen together
    (`ranking.told_apart`) agree: of many pairs some differ by chance, and it is those that catch
    the eye.
    """
    known = field(snapshot, filters, name, dimension)
    if known is None:
        return None
    one, two = known.position(first), known.position(second)
    if one is None or two is None:
        return None
    at = np.array([one, two])
    x, n = known.counted[at], known.of[at]
    difference = newcombe(x[0], n[0], x[1], n[1])
    pair = ranking.told_apart(known.model, one, two, draws=PAIR_DRAWS)
    agreed = pair.is_told_apart and (pair.chance_first_higher > 0.5) == (float(difference.difference) > 0)
    names = tuple(Text(*row) for row in known.groups.select("zh", "en")[at.tolist()].rows())
    return difference_words(
        names[0],
        names[1],
        float(difference.difference),
        (float(difference.lower), float(difference.upper)),
        agreed,
        known.groups.height,
    )


def difference_words(
    first: Text, second: Text, difference: float, limits: tuple[float, float], agreed: bool, of: int
) -> Text:
    """The sentence of `told_apart`.

    Args:
        difference: first share minus second. limits: its interval.
        agreed: the groups seen together say that the two differ, in the same direction.
        of: groups compared.
    """
    low, high = sorted(abs(end) for end in limits)
    names = {"one": (first.zh, first.en), "two": (second.zh, second.en)}
    sizes = {
        name: both(_points, value)
        for name, value in (("points", difference), ("low", low), ("high", high),
                            ("down", limits[0]), ("up", limits[1]))
    }  # fmt: skip
    if limits[0] <= 0 <= limits[1]:
        return in_both(
            "{one}与{two}分不出高低：相差{points}，{one}实际低{down}到高{up}都有可能。",
            "{one} and {two} cannot be told apart: they differ by {points}, but {one} could be anything from {down} "
            "lower to {up} higher.",
            **names,
            **sizes,
        )
    side = ("高", "higher") if difference > 0 else ("低", "lower")
    if not agreed:
        return in_both(
            "{one}与{two}分不出高低：{one}{side}{points}（95%区间{low}到{high}），但在{of}个中任选两个，这样的差距可能只是偶然。",
            "{one} and {two} cannot be told apart: {one} is {points} {side} (95% interval {low} to {high}), but "
            "between two picked out of {of} that can be chance.",
            **names,
            **sizes,
            side=side,
            of=both(wording.number, of),
        )
    return in_both(
        "{one}与{two}可以区分：{one}{side}{points}（95%区间{low}到{high}）。",
        "{one} and {two} can be told apart: {one} is {points} {side} (95% interval {low} to {high}).",
        **names,
        **sizes,
        side=side,
    )


def _points(difference: float, language: str) -> str:
    """`wording.points`; a difference is never "0.0" beside a sentence that says there is one."""
    if 0 < abs(difference) < SMALLEST_SHOWN / 2:
        return ("不到" if language == "zh" else "under ") + wording.points(SMALLEST_SHOWN, language)
    return wording.points(difference, language)
