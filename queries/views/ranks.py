"""Which place could a group have among the others, and can two groups be told apart? Never a list in order of rank."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats import ranking
from queries.stats.hierarchy import Posterior, posterior
from queries.stats.intervals import Array, newcombe
from queries.stats.rank_sets import rank_sets
from queries.stats.ranking import WORST, Ranking
from queries.views.parts import both, goal_of_each, in_both, seen
from queries.views.townships import named
from queries.vocabulary import LANGUAGES, Text

FEWEST_RANKED = 2  # groups; one alone has no place among others
DRAWS = 10_000  # whole per cents of chance are shown; twelve groups take a twentieth of a second, and fewer
# for very many groups, `ranking.CELLS` in all
PAIR_DRAWS = 40_000
FORMAL_NAMED = 3  # groups of one range; more are counted
FORMAL_MOST = 200  # groups; the pairs of more are too many to be told in a sentence


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


@by_snapshot(32)
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
    draws = max(ranking.FEWEST_DRAWS, min(DRAWS, ranking.CELLS // rows.height))
    return Field(groups, x, n, model, ranking.rank(model, better=better, draws=draws))


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


def every_place(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> pl.DataFrame:
    """What can be said of each group's place, for a table.

    Returns:
        One row a group that can be compared: the dimension's key, shrunk, shrunk_lower, shrunk_upper (shares), first,
        last (possible places), chance_worst (of truly being among the worst three; null where hardly more are
        compared).
    """
    known = field(snapshot, filters, name, dimension)
    columns = ("shrunk", "shrunk_lower", "shrunk_upper", "first", "last", "chance_worst")
    schema = {dimension: pl.String} | {each: pl.Int64 if each in ("first", "last") else pl.Float64 for each in columns}
    if known is None:
        return pl.DataFrame(schema=schema)
    found, many = known.found, known.groups.height > 2 * WORST
    chances = np.clip(found.chance_worst, 0.5 / DRAWS, 1 - 0.5 / DRAWS)
    values = (
        found.shrunk,
        found.lower,
        found.upper,
        found.rank_lower.astype(int),
        found.rank_upper.astype(int),
        chances,
    )
    frame = pl.DataFrame({dimension: known.groups["key"], **dict(zip(columns, values, strict=True))})
    return frame.with_columns(pl.when(pl.lit(many)).then("chance_worst").alias("chance_worst")).cast(schema)  # type: ignore[arg-type]  # names to types


def reconciled(band: str, place: Place) -> Text | None:
    """Why the mark beside a name and the possible places seem to disagree, in one sentence; None where they agree.

    The mark asks whether one group differs from the whole; the places compare every group with every other, all seen
    together. A group can differ from the whole and still be hard to place among groups that differ too, and a group
    whose place is roughly known need not differ from the whole by more than chance.

    Args:
        band: "low", "same" or "high" (`parts.bands`).
        place: its possible places.
    """
    middle = (place.of + 1) / 2
    sided = place.last < middle or place.first > middle
    if band == "same" and sided:
        return Text(
            "位次范围是与其他单位合看得出的；单看本单位，与全体的差别仍可能只是偶然，所以标为“无法区分”。",
            "The places come from all groups seen together; by itself this group could still differ from the whole by "
            "chance, hence “not separable”.",
        )
    if band in ("low", "high") and not sided:
        return Text(
            "与全体的差别超出偶然，所以有此标记；但各单位彼此接近，位次仍不确定：能说不同，不能说第几。",
            "It differs from the whole by more than chance, hence the mark; but the groups are close to each other, so "
            "its place stays open: different, yes, but not which place.",
        )
    return None


def formal(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> tuple[Text, ...]:
    """What can be defended for all groups at once (Holm): for published lists and appeals. Empty where too few or many.

    First how many pairs can be told apart, then the groups whose places are confined, then how much of the spread
    between groups is real.
    """
    known = field(snapshot, filters, name, dimension)
    if known is None or known.groups.height > FORMAL_MOST:
        return ()
    better: ranking.Better = "lower" if measure(name).better == "lower" else "higher"
    sets = rank_sets(known.counted, known.of, better=better)
    labels = known.groups.select("zh", "en").rows()
    confined = [
        (Text(zh, en), int(first), int(last))
        for (zh, en), first, last in zip(labels, sets.first, sets.last, strict=True)
        if (first, last) != (1, len(labels))
    ]
    return formal_words(sets.pairs_told_apart, confined, len(labels), ranking.rankability(known.model).reading)


def formal_words(
    apart: int, confined: Sequence[tuple[Text, int, int]], of: int, reading: Literal["low", "moderate", "high"]
) -> tuple[Text, ...]:
    """The sentences of `formal`.

    Args:
        apart: pairs told apart. confined: groups with their first and last defensible place, where not 1 to `of`.
        of: groups compared. reading: of the rankability.
    """
    numbers = {"apart": both(wording.number, apart), "pairs": both(wording.number, of * (of - 1) // 2)}
    if not apart:
        said = [
            in_both(
                "{of}个单位两两同时比较，{pairs}对中没有一对可以区分：任何位次都站不住。",
                "All {pairs} pairs of {of} groups tested at once: none can be told apart, so no place can be defended.",
                of=both(wording.number, of), **numbers,
            )
        ]  # fmt: skip
    else:
        said = [
            in_both(
                "{of}个单位两两同时比较，{pairs}对中有{apart}对可以区分。",
                "All {pairs} pairs of {of} groups tested at once: {apart} can be told apart.",
                of=both(wording.number, of), **numbers,
            )
        ]  # fmt: skip
        ranges = [_range_words(confined, first, last) for first, last in _narrowest_first(confined)]
        rest = of - len(confined)
        if rest:
            ranges.append(
                in_both("其余第1–{of}位都有可能", "the other {rest} anywhere from 1 to {of}",
                        of=both(wording.number, of), rest=both(wording.number, rest))
            )  # fmt: skip
        said.append(
            Text(
                f"对全部单位同时成立的位次范围：{'；'.join(text.zh for text in ranges)}。",
                f"Places that hold for all groups at once: {'; '.join(text.en for text in ranges)}.",
            )
        )
    return (*said, _RANKABILITY[reading])


def _narrowest_first(confined: Sequence[tuple[Text, int, int]]) -> list[tuple[int, int]]:
    return sorted({(first, last) for _, first, last in confined}, key=lambda ends: (ends[1] - ends[0], ends))


def _range_words(confined: Sequence[tuple[Text, int, int]], first: int, last: int) -> Text:
    """The groups of one range, by name where they are few."""
    names = [name for name, *ends in confined if ends == [first, last]]
    ends = f"{first}–{last}" if first != last else f"{first}"
    if len(names) > FORMAL_NAMED:
        return Text(f"{len(names)}个单位第{ends}位", f"{len(names)} groups {ends}")
    zh, en = (wording.listing([name(language) for name in names], language) for language in ("zh", "en"))
    return Text(f"{zh}第{ends}位", f"{en} {ends}")


_RANKABILITY = {
    "low": Text(
        "各单位之间的差别多半是偶然（可排名性低）：不宜公布先后。",
        "Most of the spread between groups is chance (low rankability): no order should be published.",
    ),
    "moderate": Text(
        "各单位之间的差别部分是真实的（可排名性中等）：只宜分档，不宜排名。",
        "Part of the spread between groups is real (moderate rankability): bands, not an order.",
    ),
    "high": Text(
        "各单位之间的差别大部分是真实的（可排名性高）：排序须连同区间一起给出。",
        "Most of the spread between groups is real (high rankability): an order only with its intervals.",
    ),
}


def attention(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> Text | None:
    """Groups to talk to: very probably among the worst, and their whole interval misses their target.

    None where no target is set or nobody is called.
    """
    chosen = seen(filters, snapshot)
    known = field(snapshot, filters, name, dimension)
    if known is None or known.groups.height <= 2 * WORST:
        return None
    goals = np.array(goal_of_each(snapshot, name, chosen, known.groups["key"]), dtype=float)  # NaN without
    better: ranking.Better = "lower" if measure(name).better == "lower" else "higher"
    called = np.zeros(len(goals), dtype=bool)
    for goal in np.unique(goals[~np.isnan(goals)]):
        called |= (goals == goal) & ranking.needs_attention(known.model, known.found, float(goal), better=better)
    if not called.any():
        return None
    groups = known.groups.filter(pl.Series(called))
    names = [wording.listing(groups[language].to_list(), language) for language in LANGUAGES]
    missed = np.unique(goals[called])
    # groups held to different targets: no one number is the target
    target = both(wording.goal, float(missed[0])) if len(missed) == 1 else ("", "")
    many = known.groups.height >= ranking.MANY_AREAS
    why = (
        Text("未达到{whose}目标{target}的可能性不低于95%", "at least 95% likely to miss {whose}")
        if many
        else Text(
            "真属后三名的可能性不低于80%，且整个区间都未达到{whose}目标{target}",
            "at least 80% likely to be truly among the last three, the whole interval short of {whose}",
        )
    )
    return in_both(
        f"宜了解情况：{{names}}（{why.zh}）。", f"Worth talking to: {{names}} ({why.en}).",
        names=(names[0], names[1]), target=target,
        whose=("", f"the target of {target[1]}") if target[1] else ("各自的", "its own target"),
    )  # fmt: skip


def _never_certain(chance: float) -> float:
    """A chance counted in draws: none of them is not "never"."""
    return min(max(chance, 0.5 / DRAWS), 1 - 0.5 / DRAWS)


def possible(first: int, last: int, of: int) -> Text:
    """The places that are possible, in words."""
    if (first, last) == (1, of):
        return Text(f"{of}个位次都有可能，排不出先后", f"any of the {of} is possible: no order can be told")
    if first == last:
        return Text(f"很可能排在第{first}位（共{of}个）", f"very probably {_ordinal(first)} of {of}")
    return Text(
        f"可能排在第{first}–{last}位之间（共{of}个），无法更精确",
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
        name: both(wording.points, value)
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
            "{one}与{two}分不出高低：{one}{side}{points}（95%区间 {low}到{high}），"
            "但在{of}个中任选两个，这样的差距可能只是偶然。",
            "{one} and {two} cannot be told apart: {one} is {points} {side} (95% interval {low} to {high}), but "
            "between two picked out of {of} that can be chance.",
            **names,
            **sizes,
            side=side,
            of=both(wording.number, of),
        )
    return in_both(
        "{one}与{two}可以区分：{one}{side}{points}（95%区间 {low}到{high}）。",
        "{one} and {two} can be told apart: {one} is {points} {side} (95% interval {low} to {high}).",
        **names,
        **sizes,
        side=side,
    )
