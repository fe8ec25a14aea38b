"""How far from the whole may a group of its size lie by chance alone? The funnel answers "we have only few items"."""

import numpy as np
import polars as pl

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats.funnel import OverDispersion, funnel, over_dispersed_funnel, over_dispersion
from queries.stats.intervals import Array
from queries.views import View
from queries.views.parts import both, in_both, made, reasons, seen, title
from queries.views.townships import compared, named
from queries.vocabulary import Text

LINE_POINTS = 48  # of a limit's curve
MOST_DRAWN = 160  # groups; more marks than that are slow to draw and no longer readable
NAMED = 3  # groups in a sentence
LIMITS = ("lower", "upper", "far_lower", "far_upper")


def by_size(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> View:
    """Every group by its number of items, with the limits of chance alone and those with the spread there is anyway.

    Returns:
        Rows of kind "group": the group's key, zh, en, numerator, denominator, value, position and wide_position (0
        inside, ±1 beyond 95 %, ±2 beyond 99.8 %, of plain and of widened limits), worse (beyond the plain 99.8 % limit
        on the unwanted side); and of kind "line": lower, upper, far_lower, far_upper (plain limits), and the same with
        `wide_`, at growing denominators. overall and phi (spread over that of chance) the same in every row.
    """
    chosen = seen(filters, snapshot)
    each = measure(name)
    whole = evaluate(snapshot, name, (), chosen.only(dimension))
    counted = evaluate(snapshot, name, (dimension,), chosen.only(dimension))
    counted = counted.filter((pl.col("denominator") > 0) & (pl.col(dimension) != ""))
    centre = whole["value"][0]
    if centre is None or not 0 < centre < 1 or counted.height < 2:
        notes = reasons(whole, snapshot, chosen) or (no_spread(),)
        return made(snapshot, chosen, pl.DataFrame(schema={"value": pl.Float64}), (name,), (dimension,), None, notes)
    effect = clumping(snapshot, chosen, name)
    x, n = (counted[column].to_numpy() / effect for column in ("numerator", "denominator"))
    spread = over_dispersion(x, n, centre=centre)
    plain, wide = funnel(x, n, centre=centre), over_dispersed_funnel(x, n, spread)
    unwanted = each.unwanted
    groups = named(counted.select(dimension, "numerator", "denominator", "value"), snapshot, dimension).with_columns(
        pl.lit("group").alias("kind"),
        pl.Series("position", plain.position, pl.Int64),
        pl.Series("wide_position", wide.position, pl.Int64),
    )
    groups = groups.with_columns(worse=(pl.col("position") == 2 * unwanted) & (unwanted != 0))
    sizes = _grid(counted["denominator"].to_numpy())
    drawn, hidden = _with_room(groups.with_columns(pl.Series("score", np.abs(spread.scores))))
    frame = pl.concat([drawn, _lines(sizes, effect, centre, spread)], how="diagonal").with_columns(
        overall=pl.lit(centre, pl.Float64), phi=pl.lit(spread.phi, pl.Float64)
    )
    notes = (*hidden, _spread_words(groups, spread), *_marked(groups, snapshot, filters, name, dimension))
    finding = funnel_words(groups, title(each, chosen))
    return made(snapshot, chosen, frame, (name,), (dimension,), finding, notes, methods=("funnel", "over_dispersion"))


def _with_room(groups: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Text, ...]]:
    """The groups a picture has room for: those furthest off for their size, then some of every size."""
    if groups.height <= MOST_DRAWN:
        return groups.drop("score"), ()
    ordered = groups.sort("score", descending=True)
    off, rest = ordered.head(MOST_DRAWN // 2), ordered.tail(-(MOST_DRAWN // 2)).sort("denominator")
    few = rest.gather_every(-(-rest.height // (MOST_DRAWN // 2)))
    note = in_both(
        "单位很多：图中是偏离最大的{off}个和各种件数的{few}个，其余{left_out}个偏离更小，见下表。",
        "Very many groups: drawn are the {off} furthest off and {few} of every size; less far off and in the table "
        "only: {left_out}.",
        off=both(wording.number, off.height),
        few=both(wording.number, few.height),
        left_out=both(wording.number, groups.height - off.height - few.height),
    )
    return pl.concat([off, few]).drop("score"), (note,)


def _marked(groups: pl.DataFrame, snapshot: Snapshot, filters: Filters, name: str, dimension: str) -> tuple[Text, ...]:
    """Groups marked as different that lie within the outer limits, and why that is no contradiction."""
    marks = compared(snapshot, filters, name, dimension).frame.filter(pl.col("band").is_in(["low", "high"]))
    inside = groups.filter(pl.col("position").abs() < 2).join(marks.select(dimension), on=dimension, how="semi")
    if not inside.height:
        return ()
    names = [wording.listing(inside[language].to_list(), language, NAMED) for language in ("zh", "en")]
    return (
        Text(
            f"{names[0]}标为与全体不同，但仍在99.8%界线之内：标记就全部单位控制误报，界线逐个取得更严。",
            f"{names[1]} marked as different from the whole, yet within the 99.8% limits: the mark controls false "
            "calls over all groups together, the limits are stricter for each.",
        ),
    )


def no_spread() -> Text:
    """Why there is nothing to compare."""
    return Text("单位太少或比率没有差别，不画漏斗图。", "Too few groups, or no difference between them: no funnel.")


def _grid(sizes: Array) -> Array:
    low, high = max(1.0, sizes.min() * 0.7), sizes.max() * 1.08
    return np.unique(np.round(np.geomspace(low, high, LINE_POINTS)))


def _lines(sizes: Array, effect: float, centre: float, spread: OverDispersion) -> pl.DataFrame:
    n = sizes / effect
    plain = funnel(n * centre, n, centre=centre, method="normal")
    wide = over_dispersed_funnel(n * centre, n, spread)
    columns = {name: getattr(plain, name) for name in LIMITS} | {f"wide_{name}": getattr(wide, name) for name in LIMITS}
    return pl.DataFrame({"denominator": sizes.astype(np.int64), **columns}).with_columns(kind=pl.lit("line"))


def funnel_words(groups: pl.DataFrame, name: Text) -> Text:
    """Which groups lie beyond the outer limits, and how many between them and the inner ones."""
    beyond = groups.filter(pl.col("position").abs() == 2)
    between = groups.filter(pl.col("position").abs() == 1).height
    if not beyond.height:
        said = Text(
            f"{name.zh}：没有单位越过99.8%界线，差别可以只是偶然",
            f"{name.en}: no group beyond the 99.8% limits; the differences can be chance",
        )
    else:
        names = [wording.listing(beyond[language].to_list(), language, NAMED) for language in ("zh", "en")]
        said = Text(
            f"{name.zh}：{names[0]}越过99.8%界线，件数多少解释不了",
            f"{name.en}: {names[1]} beyond the 99.8% limits, more than its number of items explains",
        )
    if not between:
        return said
    return in_both(
        "{said}；另有{count}个在95%与99.8%之间", "{said}; {count} between 95% and 99.8%",
        said=(said.zh, said.en), count=both(wording.number, between),
    )  # fmt: skip


def _spread_words(groups: pl.DataFrame, spread: OverDispersion) -> Text:
    """What the widened limits are, and that they excuse nobody."""
    if spread.tau2 == 0:
        return Text(
            "各单位之间的差别没有超出偶然，放宽的界线与原界线相同。",
            "The groups differ no more than chance would have it, so the widened limits are the plain ones.",
        )
    phi = (f"{spread.phi:.1f}",) * 2
    beyond = int((groups["position"].abs() == 2).sum())
    held = int(((groups["position"].abs() == 2) & (groups["wide_position"].abs() < 2)).sum())
    said = in_both(
        "各单位之间的差别是偶然波动的{phi}倍（方差），虚线为计入这一差别后的界线；单位少时只是粗略估计。",
        "The groups vary {phi} times as much as chance alone (variance); dashed: limits that allow for it, a rough "
        "guess with few groups.",
        phi=phi,
    )
    if not beyond or not held:
        return said
    return in_both(
        "{said}其中{held}个在虚线之内，但已越过实线，不因此算作正常。",
        "{said} {held} of them lie within the dashed lines but beyond the solid ones, and are not excused by that.",
        said=(said.zh, said.en),
        held=both(wording.number, held),
    )
