"""Do fewer repeats mean that more was settled, or that less was recorded?

A share of repeats also falls when petitions are refused, merged or carried to a higher level instead. So a fall beyond
chance is never shown as an improvement where, between the same two periods, the share registered at higher levels rose
or the registrations dropped beyond their usual variation. What stands beside it is the same for every page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import nan
from typing import Any

import numpy as np
import polars as pl

from queries import wording
from queries.counting.clumping import clumping
from queries.counting.evaluate import evaluate
from queries.counting.reasons import why_not
from queries.days import month_end
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import Count, measure
from queries.snapshot import Snapshot
from queries.stats.control_charts import u_chart
from queries.stats.intervals import counts_moved, newcombe
from queries.stats.repeats import check_recording
from queries.views import View
from queries.views.parts import both, every_month, in_both, label, made, months_until, seen
from queries.vocabulary import LANGUAGES, Text

BETTER = {"repeat_share": -1, "resolved_once_rate": 1}
"""Shares that look better when less is recorded, and the direction in which they do."""
BESIDE = ("registered_count", "higher_level_share", "withdrawn_share", "participation_rate")
SPREAD_MONTHS = 24  # whole months from which the usual variation of registrations is read
FEWEST_MONTHS = 3  # with fewer it cannot be read and chance alone counts
PERIODS = {
    "last_year": Text("上年同期", "the year before"),
    "previous": Text("上一时段", "the period before"),
}
CHECK = Text("请先核实登记", "check the recording first")
"""The badge: it stands where an improvement would."""


@dataclass(frozen=True)
class Beside:
    """One companion figure in two periods.

    Attributes:
        name: of the measure. now, then: shares, or counts.
        moved: 1 or −1 where it moved beyond chance (registrations: beyond their usual variation), else 0.
    """

    name: str
    now: float
    then: float
    moved: int

    @property
    def change(self) -> float:
        """Difference of shares; for counts, of the count per day as a share of what it was, nan where that is 0."""
        return self.now - self.then


@dataclass(frozen=True)
class Recording:
    """What became of the recording between two periods."""

    beside: tuple[Beside, ...]

    def moved(self, name: str) -> int:
        """1 or −1 where a companion moved beyond chance, else 0."""
        return next((each.moved for each in self.beside if each.name == name), 0)

    def doubts(self, name: str, moved: int | None) -> bool:
        """Whether a move of a share of `BETTER` is a reason to look at the recording instead of an improvement.

        Args:
            moved: 1, 0 or −1, the direction in which the share moved beyond chance; None without a comparison.
        """
        fell = -1 if moved and moved == BETTER.get(name) else 0
        return check_recording(fell, self.moved("higher_level_share"), self.moved("registered_count"))

    def why(self) -> Text:
        """The companions that speak against an improvement, in words."""
        said = [_against(each) for each in self.beside if _speaks_against(each)]
        return Text("、".join(each.zh for each in said), " and ".join(each.en for each in said))


def recording(snapshot: Snapshot, now: Filters, then: Filters) -> Recording:
    """The companions of a share of repeats in two periods.

    A choice of levels or of first and repeat items is taken back: it would hide where the others went.
    """
    return _recording(snapshot, _all_levels(seen(now, snapshot)), _all_levels(then))


def doubt(snapshot: Snapshot, now: Filters, then: Filters | None, name: str, moved: int | None) -> Text | None:
    """Why a move of a share is no improvement before the recording is checked; None where nothing speaks against it.

    Args:
        moved: as in `Recording.doubts`.
    """
    if then is None or not moved or moved != BETTER.get(name):
        return None
    found = recording(snapshot, now, then)
    return found.why() if found.doubts(name, moved) else None


def doubt_since(snapshot: Snapshot, filters: Filters, row: dict[str, object]) -> Text | None:
    """`doubt` of a row of `evaluate.compare` with its signals: against last year, without it the period before."""
    before = "last_year" if row["signal_last_year"] is not None else "previous"
    moved = row[f"signal_{before}"]
    chosen = seen(filters, snapshot)
    then = chosen.last_year() if before == "last_year" else chosen.previous()
    return doubt(snapshot, chosen, then, str(row["measure"]), moved if isinstance(moved, int) else None)


def with_check(said: Text, why: Text | None) -> Text:
    """A statement of a change with the badge behind it in words, where there is a doubt."""
    return said if why is None else Text(f"{said.zh}（{CHECK.zh}）", f"{said.en} ({CHECK.en})")


def companions(snapshot: Snapshot, filters: Filters) -> View:
    """The figures that must stand beside a share of repeats, and whether they leave it believable.

    Returns:
        One row a companion the register has: measure, zh, en, value, numerator, denominator (null for counts), lower,
        upper; before_value, before_numerator, before_denominator; change (of shares; of counts relative, per day);
        moved (null without a comparison). The finding is the sentence on the fall of repeats.
    """
    chosen = seen(filters, snapshot)
    before, then = _earlier(snapshot, chosen)
    wide = _all_levels(chosen)
    names = [name for name in BESIDE if why_not(measure(name), snapshot, wide) is None]
    frame = evaluate(snapshot, names, (), wide).select(
        "measure", "value", "numerator", "denominator", "lower", "upper", "excluded", "reason"
    )
    found = recording(snapshot, chosen, then) if then else Recording(())
    sides = {each.name: each for each in found.beside}
    earlier = _figures(snapshot, _all_levels(then)) if then else {}
    frame = frame.with_columns(
        *(
            pl.Series(language, [measure(name).label(language) for name in names], dtype=pl.String)
            for language in LANGUAGES
        ),
        *(
            pl.Series(f"before_{part}", [earlier.get(name, {}).get(part) for name in names], dtype=dtype, strict=False)
            for part, dtype in (("value", pl.Float64), ("numerator", pl.Int64), ("denominator", pl.Int64))
        ),
        pl.Series(
            "change", [sides[name].change if name in sides else None for name in names], dtype=pl.Float64
        ).fill_nan(None),
        pl.Series("moved", [sides[name].moved if name in sides else None for name in names], dtype=pl.Int64),
    )
    finding = _finding(snapshot, chosen, then, before, found)
    notes = (_left_open(chosen),) if wide != chosen else ()
    return made(snapshot, chosen, frame, tuple(names), (), finding, notes, methods=("check_recording",))


def _earlier(snapshot: Snapshot, filters: Filters) -> tuple[Text, Filters | None]:
    """The period to compare with: last year where the register reaches so far, else the period before."""
    first = snapshot.first_day
    for name, then in (("last_year", filters.last_year()), ("previous", filters.previous())):
        if then is not None and then.start and first and then.start >= first.replace(day=1):
            return PERIODS[name], then
    return PERIODS["previous"], None


def _finding(snapshot: Snapshot, now: Filters, then: Filters | None, before: Text, found: Recording) -> Text:
    """Whether fewer came again by more than chance, and if so whether the companions let it stand."""
    if then is None:
        return Text("没有可比的时段，无法判断登记有无变化", "No earlier period to compare the recording with")
    moves = [_move(snapshot, name, now, then) for name in BETTER]
    if all(move is None for move in moves):
        return Text("重复信访情况无法比较，登记情况列于下", "Repeats cannot be compared; recording listed below")
    better = [(name, move) for name, move in zip(BETTER, moves, strict=True) if move and move[1] == BETTER[name]]
    if not better:
        return in_both(
            "重复信访与{before}相比没有明显减少，登记情况列于下",
            "No clear fall of repeats on {before}; recording listed below",
            before=(before.zh, before.en),
        )
    name, (change, moved) = better[0]
    said = partial(
        in_both, label=label(measure(name)), change=both(wording.change, change), before=(before.zh, before.en)
    )
    if found.doubts(name, moved):
        why = found.why()
        return said(
            "{label}比{before}{change}，但{why}：请先核实登记，不作改进看待",
            "{label} {change} on {before}, but {why}: check the recording before calling it an improvement",
            why=(why.zh, why.en),
        )
    if not _tells(found):
        return said(
            "{label}比{before}{change}；登记件数未明显减少，登记级别无从核对",
            "{label} {change} on {before}; registrations did not clearly drop, levels of registration are unknown",
        )
    return said(
        "{label}比{before}{change}；登记件数未明显减少，到上级登记占比未明显上升",
        "{label} {change} on {before}; registrations did not clearly drop, nor did the share registered at higher "
        "levels clearly rise",
    )


def _move(snapshot: Snapshot, name: str, now: Filters, then: Filters) -> tuple[float, int] | None:
    """Change of a share and its direction beyond chance; None where a side is a small sample."""
    sides = [evaluate(snapshot, name, (), each).row(0, named=True) for each in (now, then)]
    if any(row["value"] is None or row["denominator"] < now.rule_set.small_sample for row in sides):
        return None
    effect = clumping(snapshot, now, name)
    difference = newcombe(*(row[part] / effect for row in sides for part in ("numerator", "denominator")))
    return sides[0]["value"] - sides[1]["value"], int(difference.direction)


def _tells(found: Recording) -> bool:
    return any(each.name == "higher_level_share" for each in found.beside)


def _left_open(filters: Filters) -> Text:
    return Text(
        "登记情况不受登记级别、初次或重复筛选的影响：否则看不出件到了哪里。",
        "A choice of level, first or repeat items does not apply here: it would hide where the others went.",
    )


def _all_levels(filters: Filters) -> Filters:
    for name in ("register_level", "register_body", "is_repeat", "is_first_national", "is_first_local"):
        filters = filters.only(name)
    return filters


def _figures(snapshot: Snapshot, filters: Filters) -> dict[str, dict[str, Any]]:
    names = [name for name in BESIDE if why_not(measure(name), snapshot, filters) is None]
    return {row["measure"]: row for row in evaluate(snapshot, names, (), filters).iter_rows(named=True)}


@by_snapshot(64)
def _recording(snapshot: Snapshot, now: Filters, then: Filters) -> Recording:
    sides = [_figures(snapshot, each) for each in (now, then)]
    spread = _spread(snapshot, now)
    found = []
    for name, figure in sides[0].items():
        earlier = sides[1].get(name)
        if earlier is None or figure["value"] is None or earlier["value"] is None:
            continue
        if isinstance(measure(name), Count):
            counts = [int(row["numerator"]) for row in (figure, earlier)]
            lengths = [_days(each) for each in (now, then)]
            moved = int(counts_moved(counts[0], lengths[0], counts[1], lengths[1], spread))
            per_day = [count / length for count, length in zip(counts, lengths, strict=True)]
            then_value = 1.0
            now_value = per_day[0] / per_day[1] if per_day[1] else nan if per_day[0] else 1.0
        else:
            numbers = [int(row[part]) for row in (figure, earlier) for part in ("numerator", "denominator")]
            moved = int(newcombe(*numbers).direction)
            now_value, then_value = float(figure["value"]), float(earlier["value"])
        found.append(Beside(name, now_value, then_value, moved))
    return Recording(tuple(found))


def _days(filters: Filters) -> int:
    """Days of a period that are over by its as-of day."""
    assert filters.start is not None
    assert filters.end is not None
    last = min(filters.end, filters.as_of or filters.end)
    return max((last - filters.start).days + 1, 1)


def _spread(snapshot: Snapshot, filters: Filters) -> float:
    """Laney's σ_z of the monthly registrations up to the end of the period: their usual variation over chance."""
    as_of = filters.as_of or snapshot.as_of
    first, last = months_until(replace(filters, start=None), as_of, SPREAD_MONTHS)
    if snapshot.first_day:
        first = min(max(first, snapshot.first_day.replace(day=1)), last)
    months = replace(filters, start=first, end=month_end(last))
    frame = evaluate(snapshot, "registered_count", ("month",), months)
    whole = every_month(frame, ("registered_count",), first, last, as_of).filter("complete")
    counts = whole["numerator"].fill_null(0).to_numpy()
    if len(counts) < FEWEST_MONTHS or not counts.sum():
        return 1.0
    lengths = np.array([month_end(month).day for month in whole["month"]])
    return float(u_chart(counts, lengths).spread[-1])


def _speaks_against(each: Beside) -> bool:
    return (each.name, each.moved) in (("higher_level_share", 1), ("registered_count", -1))


def _against(each: Beside) -> Text:
    if each.name == "registered_count":
        return in_both("登记件数减少 {share}（超出通常波动）",
                       "registrations fell by {share}, beyond their usual variation",
                       share=both(wording.per_cent, -each.change))  # fmt: skip
    return in_both("到上级登记占比{change}", "the share registered at higher levels is {change}",
                   change=both(wording.change, each.change))  # fmt: skip


def table(view: View, language: str) -> pl.DataFrame:
    """The rows of `companions` for reading: name, now, before, change, verdict."""
    rows = []
    for row in view.frame.iter_rows(named=True):
        is_count = row["denominator"] is None
        change, moved = row["change"], row["moved"]
        rows.append(
            {
                "name": row[language],
                "now": _cell(row, "", language),
                "before": _cell(row, "before_", language),
                "change": (_relative if is_count else wording.change)(change, language),
                "verdict": "" if moved is None else _VERDICTS[is_count, moved](language),
            }
        )
    return pl.DataFrame(rows, schema=dict.fromkeys(("name", "now", "before", "change", "verdict"), pl.String()))


def _relative(change: float | None, language: str) -> str:
    """A change of a count as a share of what it was."""
    if change is None:
        return wording.MISSING
    if round(abs(change) * 100, 1) == 0:
        return Text("持平", "unchanged")(language)
    verb = Text("增加", "up ") if change > 0 else Text("减少", "down ")
    return verb(language) + wording.per_cent(abs(change), language)


_VERDICTS = {
    (True, 1): Text("增加，超出通常波动", "more, beyond usual variation"),
    (True, 0): Text("通常波动范围内", "within usual variation"),
    (True, -1): Text("减少，超出通常波动", "fewer, beyond usual variation"),
    (False, 1): Text("上升，超出偶然", "higher, beyond chance"),
    (False, 0): Text("偶然波动范围内", "within chance"),
    (False, -1): Text("下降，超出偶然", "lower, beyond chance"),
}


def _cell(row: Mapping[str, Any], side: str, language: str) -> str:
    value, x, n = (row[f"{side}{part}"] for part in ("value", "numerator", "denominator"))
    if value is None:
        return wording.MISSING
    if n is None:
        return wording.items(x, language)
    share = wording.per_cent(value, language)
    return Text(f"{share}（{wording.fraction(x, n, 'zh')}）", f"{share} ({wording.fraction(x, n, 'en')})")(language)
