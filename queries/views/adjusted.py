"""What would each group's share be with the city's own mix of items? It answers "we have the hard ones"."""

import numpy as np
import polars as pl

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.evaluate import evaluate
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.measures import Measure, measure
from queries.snapshot import Snapshot
from queries.stats.case_mix import Standardised, standardise
from queries.stats.intervals import CONFIDENCE, SCREENING_CONFIDENCE, Array
from queries.views import View
from queries.views.funnels import NAMED, no_spread
from queries.views.parts import made, reasons, seen, title
from queries.views.townships import in_order, named, with_room
from queries.vocabulary import Text

MIX = ("topic_l1", "register_level", "channel")  # what an office cannot choose
FEWEST_IN_STRATUM = 30  # items of the whole city; with fewer a stratum is joined with others of its topic
SCREENED = 10  # groups from which on 99.8 % limits are used (OHID)


def can_be_adjusted(snapshot: Snapshot, name: str, dimension: str = "place") -> bool:
    """Whether a measure can be held against the city's own mix: it has a wanted side, and the register knows a mix."""
    each = measure(name)
    tables = {table for mix in _mix(snapshot) for table in DIMENSIONS[mix].tables}
    return each.better != "neither" and each.table in tables and bool(_mix(snapshot)) and dimension not in MIX


def can_be_adjusted_here(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> bool:
    """`can_be_adjusted`, and the selection leaves a mix to adjust for."""
    free = [one for one in _mix(snapshot) if len(filters.keys(one)) != 1]
    return bool(free) and can_be_adjusted(snapshot, name, dimension)


def _mix(snapshot: Snapshot) -> tuple[str, ...]:
    return tuple(name for name in MIX if snapshot.available(name))


def adjusted(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> View:
    """Every group's share as counted, and what it would be with the city's mix of topics, levels and channels.

    Indirect standardisation of the unwanted outcome. Groups with fewer items than the small sample are left out.

    Returns:
        One row a group: key, zh, en, numerator, denominator, raw (as counted), value (adjusted), lower, upper (its
        limits: 95 %, 99.8 % from ten groups on), ratio (observed over expected unwanted outcomes), raw_band and band
        ("low", "same", "high": whether the limits leave the whole out, before and after), worse (of band), overall.
        Order: band, then name.
    """
    chosen = seen(filters, snapshot).only(dimension)
    each = measure(name)
    mix = _mix(snapshot)
    whole = evaluate(snapshot, name, (), chosen)
    strata = evaluate(snapshot, name, (dimension, *mix), chosen).filter(pl.col(dimension) != "")
    rows = named(evaluate(snapshot, name, (dimension,), chosen), snapshot, dimension)
    enough = (pl.col("denominator") >= chosen.rule_set.small_sample) & (pl.col(dimension) != "")
    kept = rows.filter(enough)
    nothing_unwanted = {"higher": 1.0, "lower": 0.0}.get(each.better)
    if whole["value"][0] in (None, nothing_unwanted) or kept.height < 2:
        notes = reasons(whole, snapshot, chosen) or (no_spread(),)
        return made(snapshot, chosen, pl.DataFrame(schema={"value": pl.Float64}), (name,), (dimension,), None, notes)
    effect = clumping(snapshot, chosen, name)
    adverse, cases = _tables(strata, each, rows[dimension].to_list(), dimension, mix)
    confidence = SCREENING_CONFIDENCE if kept.height >= SCREENED else CONFIDENCE
    after = standardise(adverse / effect, cases / effect, confidence)
    events, at_risk = (table.sum(axis=1, keepdims=True) / effect for table in (adverse, cases))
    before = standardise(events, at_risk, confidence)
    frame = rows.select(dimension, "zh", "en", "numerator", "denominator", pl.col("value").alias("raw")).with_columns(
        *(pl.Series(column, values) for column, values in _columns(after, each.better).items()),
        pl.Series("raw_band", _band(before, each.better), pl.String),
        pl.Series("band", _band(after, each.better), pl.String),
        overall=pl.lit(whole["value"][0], pl.Float64),
    )
    unwanted = {"higher": "low", "lower": "high"}[each.better]
    # where the whole city has nothing unwanted of a group's kind of items, there is nothing to hold the group against
    frame = frame.with_columns(worse=pl.col("band") == unwanted).filter(enough & pl.col("ratio").is_not_nan())
    frame = in_order(frame)
    words = [wording.listing([DIMENSIONS[one].label(language) for one in mix], language) for language in ("zh", "en")]
    notes = (
        Text(
            f"按{words[0]}的结构调整；调整值只可与全体相比，不可用来比较两个单位。",
            f"Adjusted for {words[1].lower()}; an adjusted value can be held against the whole, not another group.",
        ),
    )
    finding = adjusted_words(frame, title(each, chosen))
    return made(snapshot, chosen, frame, (name,), (dimension,), finding, notes, methods=("case_mix",))


def dots(snapshot: Snapshot, filters: Filters, name: str, dimension: str = "place") -> View:
    """The rows of `adjusted` that a picture has room for: those that stand out, then those with the most items."""
    view = adjusted(snapshot, filters, name, dimension)
    return with_room(view) if view.frame.height else view


def _tables(
    strata: pl.DataFrame, each: Measure, groups: list[str], dimension: str, mix: tuple[str, ...]
) -> tuple[Array, Array]:
    """Unwanted outcomes and items by group and stratum; strata of few items are joined, channel first, then level."""
    event = pl.col("numerator") if each.better == "lower" else pl.col("denominator") - pl.col("numerator")
    rows = strata.filter(pl.col("denominator") > 0).select(dimension, *mix, event.alias("event"), "denominator")
    rows = rows.with_columns(pl.lit(None, pl.String).alias("stratum"))
    for depth in range(len(mix), -1, -1):
        keys = mix[:depth]
        label = pl.concat_str([pl.lit(f"{depth}"), *keys], separator="\u001f")
        size = pl.when(pl.col("stratum").is_null()).then(pl.col("denominator")).otherwise(0).sum()
        large = (size.over(list(keys)) if keys else size) >= (FEWEST_IN_STRATUM if depth else 0)
        rows = rows.with_columns(
            pl.when(pl.col("stratum").is_null() & large).then(label).otherwise("stratum").alias("stratum")
        )
    place = {key: at for at, key in enumerate(groups)}
    column = {key: at for at, key in enumerate(rows["stratum"].unique(maintain_order=True))}
    found = (np.zeros((len(place), max(1, len(column)))), np.zeros((len(place), max(1, len(column)))))
    at = tuple(
        rows[name].replace_strict(numbers, return_dtype=pl.Int64).to_numpy()
        for name, numbers in ((dimension, place), ("stratum", column))
    )
    for table, name in zip(found, ("event", "denominator"), strict=True):
        np.add.at(table, at, rows[name].to_numpy())
    return found


def _columns(found: Standardised, better: str) -> dict[str, Array]:
    """Shares in the sense of the measure: `standardise` gives the share without the unwanted outcome."""
    value, lower, upper = found.adjusted, found.adjusted_lower, found.adjusted_upper
    if better == "lower":
        value, lower, upper = 1 - value, 1 - upper, 1 - lower
    return {"value": value, "lower": lower, "upper": upper, "ratio": found.ratio}


def _band(found: Standardised, better: str) -> list[str]:
    """Whether the limits of observed over expected leave 1 out, in the sense of the measure."""
    more, fewer = found.lower > 1, found.upper < 1
    high, low = (more, fewer) if better == "lower" else (fewer, more)
    return [str(word) for word in np.where(high, "high", np.where(low, "low", "same"))]


def adjusted_words(frame: pl.DataFrame, name: Text) -> Text:
    """Which groups still stand out at the city's mix, which no longer do, and which only then do."""
    after, before = pl.col("band") != "same", pl.col("raw_band") != "same"
    parts = []
    for rows, zh, en in (
        (frame.filter(after & before), "{}调整后仍明显偏离", "{} still off after adjusting"),
        (frame.filter(before & ~after), "{}的偏离可由结构解释", "{} explained by the mix"),
        (frame.filter(after & ~before), "{}调整后才显出偏离", "{} off only after adjusting"),
    ):
        if rows.height:
            names = [wording.listing(rows[language].to_list(), language, NAMED) for language in ("zh", "en")]
            parts.append(Text(zh.format(names[0]), en.format(names[1])))
    if not parts:
        return Text(f"{name.zh}：调整结构前后都没有单位明显偏离", f"{name.en}: no group off, before or after adjusting")
    return Text(f"{name.zh}：{'；'.join(p.zh for p in parts)}", f"{name.en}: {'; '.join(p.en for p in parts)}")


def adjusted_share(
    snapshot: Snapshot, filters: Filters, name: str, key: str, dimension: str = "place"
) -> tuple[float, float, float] | None:
    """Adjusted share and limits of one group; None where there is none."""
    if not can_be_adjusted(snapshot, name, dimension):
        return None
    frame = adjusted(snapshot, filters, name, dimension).frame
    rows = frame.filter(pl.col(dimension) == key) if dimension in frame.columns else frame
    return rows.select("value", "lower", "upper").row(0) if rows.height else None
