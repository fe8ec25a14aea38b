"""What is each measure held to, for whom and from when, and where does it stand?

A figure is held against a target over the target's own time, up to the as-of day: a target of the year is not judged by
one month. Whether a target is reached is what the share says; whether that is beyond chance, its interval.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.measures import Measure, Ratio, measure, measures
from queries.register import Target, target_of, targets
from queries.snapshot import Snapshot
from queries.views import View, records
from queries.views.parts import made, seen
from queries.vocabulary import LANGUAGES, Text

Verdict = Literal["reached", "just_reached", "just_missed", "missed", "small", "unknown"]

VERDICTS: dict[str, Text] = {
    "reached": Text("已达到", "reached"),
    "just_reached": Text("已达到，余地在偶然波动之内", "reached, by no more than chance"),
    "just_missed": Text("未达到，差距在偶然波动之内", "not reached, by no more than chance"),
    "missed": Text("未达到，差距超出偶然波动", "not reached, by more than chance"),
    "small": Text("样本不足", "too few items"),
    "unknown": Text("无法计算", "cannot be computed"),
}
_FRAME: dict[str, pl.DataType] = {
    "measure": pl.String(), "scope": pl.String(), "zh": pl.String(), "en": pl.String(), "target": pl.Float64(),
    "valid_from": pl.Date(), "valid_to": pl.Date(), "until": pl.Date(), "source": pl.String(),
    "numerator": pl.Int64(), "denominator": pl.Int64(), "value": pl.Float64(), "lower": pl.Float64(),
    "upper": pl.Float64(), "gap": pl.Float64(), "verdict": pl.String(), "band": pl.String(), "worse": pl.Boolean(),
    "overall": pl.Float64(), "is_share": pl.Boolean(),
}  # fmt: skip


def held(snapshot: Snapshot, filters: Filters) -> View:
    """Every target in force on the as-of day beside the figure it is about.

    Returns:
        One row a target, the city's first: measure, scope, zh and en (names of both), target, valid_from, valid_to,
        until (last day counted), source; numerator, denominator, value, lower, upper of the time from valid_from to
        until; gap (value minus target), verdict (VERDICTS), band and worse as charts expect them, overall (null),
        is_share. Only the as-of day, the rules and the conventions of the selection are used.
    """
    chosen = Filters(
        as_of=seen(filters, snapshot).as_of,
        rules=filters.rules,
        convention=filters.convention,
        evaluation_target=filters.evaluation_target,
    )
    rows = [_row(snapshot, chosen, each) for each in _in_force(snapshot, chosen.as_of or snapshot.as_of)]
    frame = pl.DataFrame(rows, schema=_FRAME)
    names = tuple(dict.fromkeys(frame["measure"].to_list()))
    return made(snapshot, chosen, frame, names, (), _finding(frame))


def shares(snapshot: Snapshot, filters: Filters) -> View:
    """The rows of `held` that a picture of shares can show."""
    view = held(snapshot, filters)
    frame = view.frame.filter(pl.col("is_share") & pl.col("value").is_not_null())
    return made(snapshot, view.filters, frame, tuple(dict.fromkeys(frame["measure"].to_list())), ("measure",))


def timeline(snapshot: Snapshot, filters: Filters) -> View:
    """Every target there is, over the time it is valid.

    Returns:
        measure, scope, zh, en, target, shown_zh and shown_en (the target in words), valid_from, valid_to (null: no
        end), in_force (on the as-of day); by measure, the city first, oldest first.
    """
    chosen = seen(filters, snapshot)
    as_of = chosen.as_of or snapshot.as_of
    order = list(measures())
    found = sorted(
        (each for each in targets(snapshot) if each.measure in order),
        key=lambda each: (order.index(each.measure), each.scope != "", each.scope, each.valid_from),
    )
    current = {(each.measure, each.scope, each.valid_from) for each in _in_force(snapshot, as_of)}
    rows = [
        {
            "measure": each.measure, "scope": each.scope, **_names(snapshot, each), "target": each.value,
            "valid_from": each.valid_from, "valid_to": each.valid_to,
            "in_force": (each.measure, each.scope, each.valid_from) in current,
            **{f"shown_{language}": records.amount(each.measure, each.value, language) for language in LANGUAGES},
        }
        for each in found
    ]  # fmt: skip
    schema = {
        "measure": pl.String(), "scope": pl.String(), "zh": pl.String(), "en": pl.String(), "target": pl.Float64(),
        "valid_from": pl.Date(), "valid_to": pl.Date(), "in_force": pl.Boolean(), "shown_zh": pl.String(),
        "shown_en": pl.String(),
    }  # fmt: skip
    frame = pl.DataFrame(rows, schema=schema)
    return made(snapshot, chosen, frame, tuple(dict.fromkeys(frame["measure"].to_list())))


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `held` in words: name, target, value, counts, interval, gap, verdict, period, source."""
    return pl.DataFrame([_words(row, language) for row in view.frame.iter_rows(named=True)], schema=_WORDS)


_WORDS = dict.fromkeys(
    ("name", "target", "value", "counts", "interval", "gap", "verdict", "period", "source"), pl.String()
)


def _words(row: dict[str, Any], language: str) -> dict[str, str]:
    is_share = row["is_share"]
    counts = wording.fraction(row["numerator"], row["denominator"], language) if is_share else wording.MISSING
    return {
        "name": row[language],
        "target": records.amount(row["measure"], row["target"], language),
        "value": wording.per_cent(row["value"], language)
        if is_share
        else records.amount(row["measure"], row["value"], language),
        "counts": counts,
        "interval": wording.interval(row["lower"], row["upper"], language) if is_share else wording.MISSING,
        "gap": _gap(row, language),
        "verdict": VERDICTS[row["verdict"]](language),
        "period": wording.period(row["valid_from"], row["until"], language),
        "source": row["source"],
    }


def _gap(row: dict[str, Any], language: str) -> str:
    if row["gap"] is None or not row["is_share"]:
        return wording.MISSING
    if round(abs(row["gap"]) * 100, 1) == 0:
        return Text("持平", "level")(language)
    above = row["gap"] > 0
    words = Text("高{points}", "{points} above") if above else Text("低{points}", "{points} below")
    return words(language).format(points=wording.points(row["gap"], language))


def _in_force(snapshot: Snapshot, day: date) -> Iterator[Target]:
    """The targets in force on a day: of each measure and scope the newest; those of the whole city first."""
    order = list(measures())
    known = {(each.measure, each.scope) for each in targets(snapshot) if each.measure in order}
    for name, scope in sorted(known, key=lambda each: (each[1] != "", order.index(each[0]), each[1])):
        found = target_of(snapshot, name, day, scope)
        if found is not None and found.scope == scope:
            yield found


def _row(snapshot: Snapshot, filters: Filters, goal: Target) -> dict[str, Any]:
    each = measure(goal.measure)
    as_of = filters.as_of or snapshot.as_of
    until = as_of if goal.valid_to is None else min(goal.valid_to, as_of)
    figure = _figure(snapshot, filters.during(goal.valid_from, until), each, goal.scope)
    verdict = _verdict(each, figure, goal.value, filters.rule_set.small_sample)
    value = figure.get("value")
    return {
        "measure": each.name, "scope": goal.scope, **_names(snapshot, goal), "target": goal.value,
        "valid_from": goal.valid_from, "valid_to": goal.valid_to, "until": until, "source": goal.source,
        **{name: figure.get(name) for name in ("numerator", "denominator", "value", "lower", "upper")},
        "gap": None if value is None else value - goal.value,
        "verdict": verdict,
        "band": {"missed": "low", "reached": "high", "small": "small"}.get(verdict, "same"),
        "worse": verdict == "missed",
        "overall": None,
        "is_share": isinstance(each, Ratio),
    }  # fmt: skip


def _figure(snapshot: Snapshot, filters: Filters, each: Measure, scope: str) -> dict[str, Any]:
    if scope:
        dimension = "place" if scope in snapshot.keys("place") else "office"
        if scope not in snapshot.keys(dimension):
            return {}
        filters = filters.only(dimension, scope)
    return evaluate(snapshot, each.name, (), filters).row(0, named=True)


def _verdict(each: Measure, figure: dict[str, Any], goal: float, smallest: int) -> Verdict:
    value = figure.get("value")
    if value is None:
        return "unknown"
    good = value >= goal if each.better != "lower" else value <= goal
    if not isinstance(each, Ratio):
        return "reached" if good else "just_missed"
    if figure["denominator"] < smallest:
        return "small"
    clear = (figure["lower"] > goal or figure["upper"] < goal) if goal not in (0, 1) else value != goal
    if good:
        return "reached" if clear or value == goal == 1 else "just_reached"
    return "missed" if clear else "just_missed"


def _names(snapshot: Snapshot, goal: Target) -> dict[str, str]:
    label = measure(goal.measure).label
    if not goal.scope:
        return {"zh": label.zh, "en": label.en}
    return {
        language: f"{records.office_name(snapshot, goal.scope, language)} · {label(language)}" for language in LANGUAGES
    }


def _finding(frame: pl.DataFrame) -> Text:
    if frame.is_empty():
        return Text("截至数据日没有有效的目标值", "No target is in force")
    missed = frame.filter(pl.col("verdict").is_in(["missed", "just_missed"]))
    clear = frame.filter(pl.col("verdict") == "missed")
    judged = frame.filter(~pl.col("verdict").is_in(["small", "unknown"])).height
    if judged == 0:
        return Text(f"有效目标{frame.height}项，均无法判断", f"{frame.height} targets in force, none can be judged")
    rest = frame.height - judged
    zh = f"有效目标{frame.height}项：{judged - missed.height}项已达到，{missed.height}项未达到"
    en = f"{frame.height} targets in force: {judged - missed.height} reached, {missed.height} not"
    if rest:
        zh, en = f"{zh}，{rest}项无法判断", f"{en}, {rest} cannot be judged"
    if clear.height:
        zh += f"，其中{wording.listing(clear['zh'].to_list(), 'zh')}差距超出偶然波动"
        en += f"; {wording.listing(clear['en'].to_list(), 'en')} by more than chance"
    return Text(zh, en)
