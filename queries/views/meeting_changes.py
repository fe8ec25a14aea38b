"""A closed session and the register of now: what its headline shares would be today, and why they differ.

The session keeps the figures it was closed on; this says beside them what late registrations and corrections have made
of the same month, seen from the same day (`queries.views.changes`). The parts add up to the difference exactly.
"""

from fractions import Fraction
from functools import partial

import polars as pl

from queries import wording
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.snapshot.versions import Earlier
from queries.stats.change import Reason
from queries.views import View
from queries.views.changes import Then, explained
from queries.views.overview import HEADLINES
from queries.views.parts import both, in_both, label, made
from queries.views.why_changed import signed
from queries.vocabulary import Text

PARTS = (Reason.LATE, Reason.CORRECTED)


def changed_since(snapshot: Snapshot, filters: Filters, before: Earlier | None) -> View:
    """The headline shares of a closed session then and now.

    Args:
        snapshot: the current one.
        filters: the month of the session, its as-of day, rules and convention.
        before: the register the session was closed on and what changed since; None where nothing was imported since.

    Returns:
        One row a measure that can be computed on both: measure, zh, en; then_value, then_numerator, then_denominator,
        now_value, now_numerator, now_denominator; late, corrected (effects, shares), change (their exact sum, as a
        float); late_shown, corrected_shown, change_shown (fractions of tenths of a point, as floats, that add up as
        they are printed). `reason` null.
    """
    rows = []
    if before is not None and filters.as_of is not None:
        then = Then(filters.as_of, filters.start, filters.end, filters.rules, filters.convention)
        rows = [row for name in HEADLINES if (row := _row(snapshot, filters, name, then, before))]
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    return made(snapshot, filters, frame, HEADLINES, ("measure",), _finding(frame, before))


_SCHEMA: dict[str, pl.DataType] = {
    "measure": pl.String(), "zh": pl.String(), "en": pl.String(),
    **{f"{side}_{name}": pl.Float64() if name == "value" else pl.Int64()
       for side in ("then", "now") for name in ("value", "numerator", "denominator")},
    **dict.fromkeys(("late", "corrected", "change", "late_shown", "corrected_shown", "change_shown"), pl.Float64()),
}  # fmt: skip


def _row(snapshot: Snapshot, filters: Filters, name: str, then: Then, before: Earlier) -> dict[str, object] | None:
    found = explained(snapshot, filters, name, then, before)
    if found.change is None:
        return None
    effects = {part.reason: part.effect for part in found.change.parts}
    sides = {"then": found.change.published, "now": found.change.now}
    counts = {
        f"{side}_{part}": getattr(figure, part)
        for side, figure in sides.items()
        for part in ("numerator", "denominator")
    }
    values = {f"{side}_value": None if each.value is None else float(each.value) for side, each in sides.items()}
    shown = {reason: found.shown.get(reason, Fraction(0)) for reason in Reason}
    return {
        "measure": name, "zh": measure(name).label.zh, "en": measure(name).label.en, **counts, **values,
        **{reason.value: float(effects.get(reason, Fraction(0))) for reason in PARTS},
        "change": float(found.change.difference),
        **{f"{reason.value}_shown": float(shown[reason]) for reason in PARTS},
        "change_shown": float(sum(shown.values(), Fraction(0))),
    }  # fmt: skip


def _finding(frame: pl.DataFrame, before: Earlier | None) -> Text:
    if before is None:
        return Text("定稿以来没有新的导入，数字没有变化", "Nothing was imported since; the figures are the same")
    changed = frame.filter(pl.col("change") != 0)
    if frame.is_empty():
        return Text("主要指标无法与定稿时比较", "The headline measures cannot be compared with those of then")
    if changed.is_empty():
        return Text("定稿以来有新的导入，主要指标没有变化", "There were imports since; no headline measure changed")
    first = changed.row(0, named=True)
    said = in_both(
        "{label}定稿时为{then}，按现在的登记为{now}",
        "{label}: {then} when closed, {now} on the register of now",
        label=label(measure(first["measure"])),
        then=both(wording.per_cent, first["then_value"]),
        now=both(wording.per_cent, first["now_value"]),
    )
    rest = changed.height - 1
    if not rest:
        return said
    return Text(f"{said.zh}；另有{rest}项有变化", f"{said.en}; {rest} more changed")


def table(view: View, language: str) -> pl.DataFrame:
    """For reading: measure, then, now (share and counts), late, corrected, change (points, with their sign)."""
    rows = view.frame
    sides = {
        side: [
            wording.per_cent(value, language) + _in_brackets(wording.fraction(x, n, language), language)
            for value, x, n in rows.select(f"{side}_value", f"{side}_numerator", f"{side}_denominator").iter_rows()
        ]
        for side in ("then", "now")
    }
    points = partial(signed, is_share=True, language=language)
    parts = {
        name: [points(shown, exact) for shown, exact in rows.select(f"{name}_shown", name).iter_rows()]
        for name in ("late", "corrected", "change")
    }
    return pl.DataFrame(
        {"measure": rows[language].to_list(), **sides, **parts}, schema=dict.fromkeys(_TABLE, pl.String())
    )


_TABLE = ("measure", "then", "now", "late", "corrected", "change")


def _in_brackets(text: str, language: str) -> str:
    return f"（{text}）" if language == "zh" else f" ({text})"
