"""Why do fewer of all asked say they are satisfied? Participation or satisfaction, mix or within; who was reached.

"Satisfied out of all whose window is over" is participation × satisfaction, so any difference of it splits exactly into
a part for either, and the part for satisfaction into a change of mix and of the groups themselves.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import polars as pl

from queries import wording
from queries.counting.distributions import satisfaction_components
from queries.counting.reasons import reason_text, why_not
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.stats.change import half_up, rounded_parts
from queries.stats.intervals import newcombe, wilson
from queries.stats.silence import kitagawa, two_factors
from queries.views import View
from queries.views.parts import bands, both, in_both, made, seen, share_words
from queries.views.satisfaction import MOST_ROWS, NAMES
from queries.views.townships import items_unnamed, named
from queries.vocabulary import Text

TENTH = Fraction(1, 1000)  # a tenth of a percentage point, the last digit shown
DELIVERED = ("sms", "printed")  # ways a query code reached the petitioner
STATES = ("none", "failed", *DELIVERED)
PARTS = ("participation", "mix", "within")
STEPS = {
    "before": Text("此前", "before"),
    "participation": Text("参评", "participation"),
    "mix": Text("结构", "mix"),
    "within": Text("各单位自身", "within groups"),
    "now": Text("现在", "now"),
}


def _counted(snapshot: Snapshot, filters: Filters, by: tuple[str, ...]) -> pl.DataFrame:
    """Satisfied, scored and over by group; an evaluation without a score says nothing, as silence does."""
    frame = satisfaction_components(snapshot, by, filters)
    return frame.select(
        *by,
        pl.col("content").alias("satisfied"),
        (pl.col("content") + pl.col("dissatisfied")).alias("scored"),
        (pl.col("evaluated") + pl.col("expired")).alias("over"),
    ).filter(pl.col("over") > 0)


def apart(snapshot: Snapshot, filters: Filters, whom: str, dimension: str) -> View:
    """The satisfied out of all asked, group by group, and what participation and satisfaction make of the gap.

    Returns:
        One row a group of enough items, furthest below first: key, zh, en, numerator (satisfied), denominator (window
        over), value, overall, gap (value − overall), by_participation, by_satisfaction (they sum to the gap), band,
        worse (`parts.bands` of the satisfied out of all).
    """
    chosen = replace(seen(filters, snapshot), evaluation_target=whom)
    missing = _why(snapshot, chosen)
    if missing:
        return _nothing(snapshot, chosen, dimension, missing)
    rows = _counted(snapshot, chosen, (dimension,))
    sums = rows.select(pl.col("satisfied", "scored", "over").sum())
    satisfied, scored, over = (int(value) for value in sums.row(0))
    unnamed = int(rows.filter(pl.col(dimension) == "")["over"].sum())
    rows = named(rows.filter(pl.col(dimension) != ""), snapshot, dimension)
    frame = rows.filter((pl.col("over") >= chosen.rule_set.small_sample) & (pl.col("scored") > 0))
    if not frame.height or not scored:
        return _nothing(snapshot, chosen, dimension, (_too_few(),))
    split = two_factors(
        scored / over, satisfied / scored,
        (frame["scored"] / frame["over"]).to_numpy(), (frame["satisfied"] / frame["scored"]).to_numpy(),
    )  # fmt: skip
    frame = frame.select(
        dimension, "zh", "en", pl.col("satisfied").alias("numerator"), pl.col("over").alias("denominator"),
        (pl.col("satisfied") / pl.col("over")).alias("value"),
    ).with_columns(
        overall=pl.lit(satisfied / over),
        gap=pl.Series(split.difference),
        by_participation=pl.Series(split.effect_a),
        by_satisfaction=pl.Series(split.effect_b),
    )  # fmt: skip
    frame = bands(frame, satisfied / over, "higher", chosen.rule_set.small_sample).sort("gap", maintain_order=True)
    hidden = frame.height - MOST_ROWS
    notes = items_unnamed(unnamed)
    if hidden > 0:
        closer = in_both("另有{hidden}个差距较小的未画出。", "Not drawn: {hidden} closer to the whole.",
                         hidden=both(wording.number, hidden))  # fmt: skip
        notes = (*notes, closer)
        kept = frame["gap"].abs().arg_sort(descending=True).head(MOST_ROWS)
        frame = frame[kept.sort()]
    return made(snapshot, chosen, frame, NAMES, (dimension,), apart_words(frame), notes, methods=("two_factors",))


def apart_words(frame: pl.DataFrame) -> Text:
    """The group furthest below the whole by more than chance and which part weighs more; else that there is none."""
    off = frame.filter("worse").sort("gap")
    if frame.height == 1:
        only = frame.row(0, named=True)
        return in_both(
            "每百件到期评价中表示满意的件数：只有{name}，没有可比的",
            "Satisfied out of all asked: only {name}, nothing to compare it with",
            name=(only["zh"], only["en"]),
        )
    if not off.height:
        return Text(
            "每百件到期评价中表示满意的件数，没有单位明显偏少",
            "Satisfied out of all asked: no group clearly below the whole",
        )
    row = off.row(0, named=True)
    parts = [Fraction(row["by_participation"]), Fraction(row["by_satisfaction"])]
    shown = rounded_parts(parts, Fraction(half_up(Fraction(row["gap"]) * 1000), 1000), TENTH)
    return in_both(
        "{name}：每百件中表示满意的比全体少{gap}，其中参评{a}、满意率{b}个百分点",
        "{name}: {gap} fewer satisfied out of all asked than in the whole, participation {a}, satisfaction {b}",
        name=(row["zh"], row["en"]),
        gap=both(wording.points, float(sum(shown, Fraction(0)))),
        a=both(_signed, shown[0]),
        b=both(_signed, shown[1]),
    )


def _signed(part: Fraction, language: str) -> str:
    return wording.sign(part) + wording.number(abs(float(part)) * 100, language, 1)


@dataclass(frozen=True)
class Split:
    """A change of the satisfied out of all asked, in parts that sum to it, as shares and as shown."""

    before: tuple[int, int]
    now: tuple[int, int]
    parts: dict[str, float]
    shown: dict[str, Fraction]
    beyond_chance: int


def split_change(before: pl.DataFrame, now: pl.DataFrame, dimension: str) -> Split | None:
    """The change between two frames of `_counted` by one dimension; None where either side has no score.

    Participation and satisfaction by Das Gupta, satisfaction again into mix and within by Kitagawa; exact sums.
    """
    sides = [frame.select(pl.col("satisfied", "scored", "over").sum()).row(0) for frame in (before, now)]
    if any(not scored or not over for _, scored, over in sides):
        return None
    (s1, c1, m1), (s2, c2, m2) = sides
    factors = two_factors(c1 / m1, s1 / c1, c2 / m2, s2 / c2)
    joined = before.join(now, on=dimension, how="full", coalesce=True, suffix="_now")
    filled = joined.with_columns(pl.col(column).fill_null(0) for column in joined.columns if column != dimension)
    filled = filled.filter(pl.col("scored") + pl.col("scored_now") > 0)
    size1, x1, size2, x2 = (
        filled[name].to_numpy().astype(float) for name in ("scored", "satisfied", "scored_now", "satisfied_now")
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        inner = kitagawa(size1, x1 / size1, size2, x2 / size2)
    mean_participation = (c1 / m1 + c2 / m2) / 2
    parts = {
        "participation": float(factors.effect_a),
        "mix": float(inner.mix_effect) * mean_participation,
        "within": float(inner.rate_effect) * mean_participation,
    }
    total = Fraction(half_up(Fraction(s2, m2) * 1000) - half_up(Fraction(s1, m1) * 1000), 1000)
    shown = rounded_parts([Fraction(parts[name]) for name in PARTS], total, TENTH)
    direction = int(newcombe(s2, m2, s1, m1).direction)
    return Split((s1, m1), (s2, m2), parts, dict(zip(PARTS, shown, strict=True)), direction)


def change(snapshot: Snapshot, filters: Filters, whom: str, dimension: str) -> View:
    """From the same period last year (else the period before) to now: participation, mix and the groups themselves.

    Returns:
        Five rows as `charts.waterfall` draws them: step, zh, en, is_total, value, before, effect, shown, numerator,
        denominator. The effects sum to the difference of the two totals, as shown too.
    """
    chosen = replace(seen(filters, snapshot), evaluation_target=whom)
    missing = _why(snapshot, chosen)
    if missing:
        return _nothing(snapshot, chosen, dimension, missing)
    now = _counted(snapshot, chosen, (dimension,))
    for earlier, zh, en in (
        (chosen.last_year(), "上年同期", "the year before"), (chosen.previous(), "上一时段", "the period before"),
    ):  # fmt: skip
        found = split_change(_counted(snapshot, earlier, (dimension,)), now, dimension) if earlier else None
        if found is not None:
            finding = change_words(found, zh, en)
            return made(snapshot, chosen, _waterfall(found, zh, en), NAMES, (dimension,), finding, (),
                        methods=("two_factors", "mix_within"))  # fmt: skip
    none = Text("没有可比的更早时段。", "There is no earlier period to compare with.")
    return _nothing(snapshot, chosen, dimension, (none,))


def _waterfall(found: Split, zh: str, en: str) -> pl.DataFrame:
    rows = []
    names = STEPS | {"before": Text(zh, en[0].upper() + en[1:])}
    at = found.before[0] / found.before[1]
    for step, (satisfied, over) in (("before", found.before), ("now", found.now)):
        rows.append(
            {"step": step, "is_total": True, "value": satisfied / over, "numerator": satisfied, "denominator": over}
        )
    parts = []
    for step in PARTS:
        effect = found.parts[step]
        parts.append(
            {"step": step, "is_total": False, "before": at, "value": at + effect, "effect": effect,
             "shown": float(found.shown[step]), "denominator": found.now[1]}
        )  # fmt: skip
        at += effect
    schema = {
        "step": pl.String, "zh": pl.String, "en": pl.String, "is_total": pl.Boolean, "value": pl.Float64,
        "before": pl.Float64, "effect": pl.Float64, "shown": pl.Float64, "numerator": pl.Int64, "denominator": pl.Int64,
        "entered": pl.Int64, "left": pl.Int64, "turned_to": pl.Int64, "turned_from": pl.Int64,
    }  # fmt: skip
    labelled = [
        row | {"zh": names[str(row["step"])].zh, "en": names[str(row["step"])].en} for row in (rows[0], *parts, rows[1])
    ]
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in labelled], schema=schema)


def change_words(found: Split, zh: str, en: str) -> Text:
    """How the satisfied out of all asked moved, and of what parts the move is made."""
    s2, m2 = found.now
    moved = float(sum(found.shown.values(), Fraction(0)))
    share = both(wording.per_cent, s2 / m2)
    chance = Text("", "") if found.beyond_chance else Text("（可能只是偶然）", " (could be chance)")
    parts = {name: both(_signed, found.shown[name]) for name in PARTS}
    if moved == 0:
        return in_both(
            "每百件中表示满意的 {share}，与{when}持平：参评{participation}、结构{mix}、各单位自身{within}",
            "{share} satisfied out of all asked, as {when}: participation {participation}, mix {mix}, within {within}",
            share=share, when=(zh, en), **parts,
        )  # fmt: skip
    return in_both(
        "每百件中表示满意的 {share}，比{when}{moved}{chance}：参评{participation}、结构{mix}、各单位自身{within}",
        "{share} satisfied out of all asked, {moved} on {when}{chance}: participation {participation}, mix {mix}, "
        "within {within}",
        share=share, when=(zh, en), moved=both(wording.change, moved), chance=(chance.zh, chance.en), **parts,
    )  # fmt: skip


def reached(snapshot: Snapshot, filters: Filters, whom: str, dimension: str) -> View:
    """Whose query code was delivered, group by group: nobody can answer without one.

    Returns:
        As `townships.dots` draws them: key, zh, en, value (delivered ÷ stated), numerator, denominator, lower, upper,
        band, worse, overall; lowest band first, then name.
    """
    chosen = replace(seen(filters, snapshot), evaluation_target=whom)
    missing = _why(snapshot, chosen)
    if missing:
        return _nothing(snapshot, chosen, dimension, missing)
    if not snapshot.coverage.get("query_code_status"):
        why = Text("登记数据没有查询码状态，看不出哪些信访人能够评价。", "The register has no query code status.")
        return _nothing(snapshot, chosen, dimension, (why,))
    rows = satisfaction_components(snapshot, (dimension, "query_code_status"), chosen).filter(
        (pl.col("query_code_status") != "") & (pl.col("asked") > 0)
    )
    is_delivered = pl.col("query_code_status").is_in(DELIVERED)
    frame = rows.group_by(dimension).agg(
        pl.col("asked").filter(is_delivered).sum().alias("numerator"), pl.col("asked").sum().alias("denominator")
    )
    frame = named(frame.filter(pl.col(dimension) != ""), snapshot, dimension)
    if not frame.height:
        return _nothing(snapshot, chosen, dimension, (_too_few(),))
    delivered, stated = int(frame["numerator"].sum()), int(frame["denominator"].sum())
    lower, upper = wilson(frame["numerator"].to_numpy(), frame["denominator"].to_numpy())
    frame = frame.with_columns(
        (pl.col("numerator") / pl.col("denominator")).alias("value"),
        pl.Series("lower", lower), pl.Series("upper", upper), overall=pl.lit(delivered / stated),
    )  # fmt: skip
    frame = bands(frame, delivered / stated, "higher", chosen.rule_set.small_sample)
    order = {"low": 0, "same": 1, "high": 2, "small": 3}
    frame = frame.sort(pl.col("band").replace_strict(order, return_dtype=pl.Int8), "zh").head(MOST_ROWS + 4)
    with_code, without = _answered(rows.filter(is_delivered)), _answered(rows.filter(~is_delivered))
    said = reached_words(delivered, stated, *with_code, *without, smallest=chosen.rule_set.small_sample)
    return made(snapshot, chosen, frame, NAMES, (dimension,), said, (), methods=("wilson", "bands"))


def _answered(rows: pl.DataFrame) -> tuple[int, int]:
    """Evaluated, and evaluated or expired."""
    evaluated, expired = (int(rows[name].sum()) for name in ("evaluated", "expired"))
    return evaluated, evaluated + expired


def reached_words(
    delivered: int, stated: int, heard: int, of: int, heard_without: int, of_without: int, *, smallest: int
) -> Text:
    """Delivered codes, and participation with and without one where there are cases of both."""
    if stated < smallest:
        few = share_words(delivered, stated, smallest)
        return Text(f"查询码送达：{few.zh}", f"Query code delivered: {few.en}")
    said = in_both(
        "查询码送达 {share}（{counts}）", "Query code delivered: {share} ({counts})",
        share=both(wording.per_cent, delivered / stated), counts=both(wording.fraction, delivered, stated),
    )  # fmt: skip
    if min(of, of_without) < smallest:
        return said
    apart = int(newcombe(heard, of, heard_without, of_without).direction)
    verdict = Text("，超出偶然", ", more than chance") if apart else Text("，差别可能只是偶然", "; that can be chance")
    return in_both(
        "{said}；送达的参评率 {one}，未送达的 {two}{verdict}",
        "{said}; participation {one} with it, {two} without{verdict}",
        said=(said.zh, said.en),
        one=both(wording.per_cent, heard / of),
        two=both(wording.per_cent, heard_without / of_without),
        verdict=(verdict.zh, verdict.en),
    )


def _why(snapshot: Snapshot, filters: Filters) -> tuple[Text, ...]:
    each = measure("satisfaction_rate")
    reason = why_not(each, snapshot, filters)
    return (reason_text(each, snapshot, reason, filters),) if reason else ()


def _too_few() -> Text:
    return Text("样本不足，无法比较。", "Too few evaluations to compare.")


def _nothing(snapshot: Snapshot, filters: Filters, dimension: str, notes: tuple[Text, ...]) -> View:
    return made(snapshot, filters, pl.DataFrame(schema={"value": pl.Float64}), NAMES, (dimension,), None, notes)
