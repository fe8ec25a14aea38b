"""Why is this figure not the one of then? Late registrations, corrections, other rules, and what really changed.

Two figures are compared: as it was shown then (a day, a period, a rule set, the register as it stood after an import)
and as it is shown now. Between them lie the steps of `queries.stats.change`; every step is the one definition of the
measure, evaluated on one of three snapshots.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from functools import partial

import polars as pl

from queries import wording
from queries.counting.evaluate import evaluate
from queries.counting.membership import Moves, members, moves
from queries.counting.reasons import HEADINGS, reason_text, why_not
from queries.counting.selection import evaluation_target
from queries.days import day_number
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.kept import by_snapshot
from queries.measures import Count, Measure, Ratio, measure, measures
from queries.register import ImportRun, imports
from queries.settings import Settings
from queries.snapshot import Snapshot
from queries.snapshot.versions import Earlier, earlier
from queries.stats.change import Change, Figure, Part, Reason, explain_change
from queries.views import View
from queries.views.parts import both, in_both, label, made, seen
from queries.views.why_changed import REASONS, parts_shown, signed, why_changed
from queries.vocabulary import Text

FIRST = "on_time_reply_rate"  # the measure the page opens with, where the register supports it
THEN = Text("当时", "Then")
RESTATED = Text("当时（按现在所知）", "Then, as known now")
NOW = Text("现在", "Now")
COUNTS = ("entered", "left", "turned_to", "turned_from")
"""What can become of an item between two steps, as counted by `queries.counting.membership.moves`."""

COLUMNS = {
    "petitioned_on": Text("信访日期", "date of the petition"),
    "replied_at": Text("答复时间", "reply time"),
    "extended_days": Text("延期天数", "days of extension"),
    "confirmed_closed": Text("审核认定办结", "closure confirmed"),
    "closed_stated": Text("办结状态", "closed by its status"),
    "on_time_stated": Text("是否按期", "on time as stated"),
    "counted": Text("是否纳入统计", "counted or not"),
    "bureau": Text("对信访部门评价（新增）", "evaluation of the bureau (added)"),
    "office": Text("对责任单位评价（新增）", "evaluation of the office (added)"),
    "status": Text("评价状态", "evaluation status"),
    "score": Text("评价结果", "evaluation score"),
    "window_ends_at": Text("评价截止时间", "end of the evaluation window"),
    "evaluated_at": Text("评价时间", "evaluation time"),
}
"""Names of corrected columns that are neither a dimension nor among `queries.counting.reasons.HEADINGS`."""


@dataclass(frozen=True)
class Then:
    """How the figure was shown then; the places and other conditions are those of now.

    Attributes:
        start, end: the period of then.
        rules, convention: as in `Filters`.
    """

    as_of: date
    start: date | None
    end: date | None
    rules: str
    convention: str


@dataclass(frozen=True)
class Explained:
    """A change and what is behind it.

    Attributes:
        change: None where one of the two figures cannot be computed; `reasons` says why.
        moves: by reason, what became of the items; None for batches of old items.
        shown: by reason, the effect rounded so that the parts add up as shown: shares or items.
    """

    name: str
    change: Change | None
    moves: dict[Reason, Moves | None]
    shown: dict[Reason, Fraction]
    reasons: tuple[Text, ...] = ()

    @property
    def is_share(self) -> bool:
        """Whether effects are differences of shares."""
        return isinstance(measure(self.name), Ratio)


@dataclass(frozen=True)
class Touched:
    """What imports since did to the register, whatever is selected.

    Attributes:
        late: rows registered by the day of then and imported since. new: registered after it.
        corrected: rows known then of which something differs that bears on that day; `columns` counts them by column.
    """

    late: int
    new: int
    corrected: int
    columns: tuple[tuple[Text, int], ...]


def offered(snapshot: Snapshot, filters: Filters) -> tuple[str, ...]:
    """Names of the shares and counts the register supports, the usual first one first."""
    found = [
        name for name, each in measures().items()
        if isinstance(each, Ratio | Count) and not why_not(each, snapshot, filters)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda name: name != FIRST))


def earlier_imports(snapshot: Snapshot, filters: Filters) -> tuple[ImportRun, ...]:
    """Imports before the newest after which there was a register already, newest first."""
    runs = imports(snapshot)
    return tuple(run for place, run in enumerate(runs[1:], start=1) if any(each.new for each in runs[place:]))


def register_after(settings: Settings, snapshot: Snapshot, import_id: int) -> Earlier | None:
    """The register as it stood after an import; see `queries.snapshot.versions.earlier`."""
    return earlier(settings, snapshot, import_id)


def latest_day(snapshot: Snapshot, filters: Filters, before: Earlier | None) -> date:
    """The last day then can be: the newest event of the register of then, else the day before now."""
    now = filters.as_of or snapshot.as_of
    return min(before.then.as_of, now) if before else now - timedelta(days=1)


def explained(snapshot: Snapshot, filters: Filters, name: str, then: Then, before: Earlier | None = None) -> Explained:
    """The change of one share or count since then, in parts that sum to it exactly.

    Args:
        before: the register of then; None compares two days of the same register.
    """
    return _explained(snapshot, seen(filters, snapshot), name, then, before)


@by_snapshot(16)
def _explained(snapshot: Snapshot, filters: Filters, name: str, then: Then, before: Earlier | None) -> Explained:
    steps = _steps(snapshot, filters, then, before)
    figures = [_figure(where, chosen, name) for where, chosen in steps]
    missing = [
        reason for (where, chosen), figure in ((steps[0], figures[0]), (steps[-1], figures[-1]))
        if (reason := _why_missing(where, chosen, name, figure))
    ]  # fmt: skip
    if missing:
        return Explained(name, None, {}, {}, tuple(dict.fromkeys(missing)))
    change = explain_change(
        figures[0], with_late=figures[1], with_corrections=figures[2], under_new_rules=figures[3], now=figures[4]
    )
    rows = [members(where, name, chosen) for where, chosen in steps]
    moved = {
        reason: None if old is None or new is None else moves(old, new)
        for reason, old, new in zip(Reason, rows, rows[1:], strict=False)
    }
    return Explained(name, change, moved, parts_shown(change))


def _steps(
    snapshot: Snapshot, filters: Filters, then: Then, before: Earlier | None
) -> tuple[tuple[Snapshot, Filters], ...]:
    """Published, with late registrations, with corrections, under the rules of now, now."""
    # whose evaluation is meant must not depend on which of them the register of then held
    now = replace(filters, evaluation_target=evaluation_target(snapshot, filters))
    same_rules = replace(now, as_of=then.as_of, start=then.start, end=then.end)
    old = replace(same_rules, rules=then.rules, convention=then.convention)
    return (
        (before.then if before else snapshot, old),
        (before.filled if before else snapshot, old),
        (snapshot, old),
        (snapshot, same_rules),
        (snapshot, now),
    )


def _figure(snapshot: Snapshot, filters: Filters, name: str) -> Figure:
    row = evaluate(snapshot, name, (), filters).row(0, named=True)
    is_count = isinstance(measure(name), Count)
    return Figure(row["numerator"] or 0, None if is_count else row["denominator"] or 0)


def _why_missing(snapshot: Snapshot, filters: Filters, name: str, figure: Figure) -> Text | None:
    reason = why_not(measure(name), snapshot, filters)
    if reason is None and figure.value is None:
        reason = evaluate(snapshot, name, (), filters)["reason"][0] or "no_cases"
    if reason is None:
        return None
    said = reason_text(measure(name), snapshot, reason, filters)
    day = both(wording.day, filters.as_of)
    return in_both("截至{day}：{said}", "As of {day}: {said}", day=day, said=(said.zh, said.en))


def headline(snapshot: Snapshot, filters: Filters, name: str, then: Then, before: Earlier | None = None) -> Text:
    """How the figure moved since then, and how much of that really changed."""
    found = explained(snapshot, filters, name, then, before)
    names = {"label": label(measure(name)), "day": both(wording.day, then.as_of)}
    if found.change is None:
        return in_both("{label}：与{day}无法比较", "{label}: cannot be compared with {day}", **names)
    if not any(part.effect for part in found.change.parts):
        return in_both("{label}与{day}相同，没有变化", "{label}: unchanged since {day}", **names)
    total, real = sum(found.shown.values(), Fraction(0)), found.shown[Reason.REAL]
    exact = found.change.parts[-1].effect
    amounts = {"size": _amount(total, measure(name)), "real": both(partial(signed, real, exact, found.is_share))}
    if total == 0:
        return in_both(
            "{label}与{day}相比持平，而实际变化为{real}",
            "{label}: level with {day}, but real change {real}",
            **names,
            **amounts,
        )
    verbs = ("上升", "下降") if found.is_share else ("增加", "减少")
    verb = (verbs[total < 0], "down" if total < 0 else "up")
    moved = in_both("{label}比{day}{verb}{size}", "{label}: {verb} {size} since {day}", verb=verb, **names, **amounts)
    within = (total > 0) == (exact > 0) and abs(real) <= abs(total)
    zh, en = _PART_OF_IT if within else _BESIDE_IT
    rest = in_both(zh, en, **amounts)
    return Text(f"{moved.zh}，{rest.zh}", f"{moved.en}, {rest.en}")


_PART_OF_IT = ("其中实际变化{real}", "of which real change {real}")
_BESIDE_IT = ("而实际变化为{real}", "but real change {real}")


def waterfall(snapshot: Snapshot, filters: Filters, name: str, then: Then, before: Earlier | None = None) -> View:
    """From the figure of then to that of now, step by step.

    Returns:
        One row a step, in order: step ("then", a `Reason`, "restated", "now"), zh, en, is_total; numerator, denominator
        (null for counts) and value as they are after the step; before (the value at which a part begins, null for
        totals); effect (exact, as a float) and shown (rounded so that the parts add up), null for totals; the columns
        COUNTS, entered_counting and left_counting, null for totals and where items have no number. `restated` is only
        there where it differs from then. No rows where one of the two figures cannot be computed.
    """
    chosen = seen(filters, snapshot)
    found = explained(snapshot, chosen, name, then, before)
    rows = [] if found.change is None else _rows(found, found.change)
    frame = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    notes = (*found.reasons, *_notes(chosen, name, then, before))
    finding = why_changed(found.change) if found.change else None
    return made(snapshot, chosen, frame, (name,), (), finding, notes, methods=("why_changed",))


_SCHEMA: dict[str, pl.DataType] = {
    "step": pl.String(), "zh": pl.String(), "en": pl.String(), "is_total": pl.Boolean(),
    "numerator": pl.Int64(), "denominator": pl.Int64(), "value": pl.Float64(), "before": pl.Float64(),
    "effect": pl.Float64(), "shown": pl.Float64(),
    **dict.fromkeys((*COUNTS, "entered_counting", "left_counting"), pl.Int64()),
}  # fmt: skip


def _rows(found: Explained, change: Change) -> list[dict[str, object]]:
    rows = [_total("then", THEN, change.published)]
    value = change.published.value
    for part in change.parts:
        if part.reason is Reason.REAL and any(each.effect for each in change.parts[:-1]):
            rows.append(_total("restated", RESTATED, change.restated))
        rows.append(_part(part, value, found))
        value = value if part.figure.value is None else part.figure.value
    return [*rows, _total("now", NOW, change.now)]


def _total(step: str, name: Text, figure: Figure) -> dict[str, object]:
    value = None if figure.value is None else float(figure.value)
    return {
        "step": step, "zh": name.zh, "en": name.en, "is_total": True,
        "numerator": figure.numerator, "denominator": figure.denominator, "value": value,
    }  # fmt: skip


def _part(part: Part, before: Fraction | None, found: Explained) -> dict[str, object]:
    name, moved = REASONS[part.reason], found.moves[part.reason]
    counted = {} if moved is None else {each: getattr(moved, each) for each in _SCHEMA if hasattr(moved, each)}
    row = _total(part.reason.value, Text(name.zh, name.en[0].upper() + name.en[1:]), part.figure)
    return row | counted | {
        "is_total": False,
        "before": None if before is None else float(before),
        "effect": float(part.effect),
        "shown": float(found.shown[part.reason]),
    }  # fmt: skip


def _notes(filters: Filters, name: str, then: Then, before: Earlier | None) -> tuple[Text, ...]:
    notes = []
    if before and before.links_unknown and any("matter_id" in way for need in measure(name).uses for way in need.ways):
        notes.append(
            in_both(
                "有{rows}的关联件编号此后改过，原编号未保存，按现在的编号计。",
                "The matter link of {rows} was changed since; the old one is not kept, so the newest one is used.",
                rows=both(wording.items, before.links_unknown),
            )
        )
    if measure(name).table == "backlog":
        notes.append(
            Text("积案没有件号可比，只列合计，不列件数变动。", "Batch items carry no number: totals only, no moves.")
        )
    return tuple(notes)


def touched(snapshot: Snapshot, filters: Filters, then: Then, before: Earlier) -> Touched | None:
    """What the imports since then did to the register; None for a reader who may not see all of it."""
    if snapshot.hidden:
        return None
    day = day_number(then.as_of)
    late, new = before.came_later(day)
    corrected = before.corrected(day)
    by_column = corrected.group_by("column").agg(pl.col("case_no").n_unique().alias("items"))
    ordered = by_column.sort("items", "column", descending=[True, False])
    columns = tuple((column_label(name), items) for name, items in ordered.iter_rows())
    return Touched(late, new, corrected["case_no"].n_unique(), columns)


def column_label(name: str) -> Text:
    """A register column as a reader knows it; "bureau.score" and "office.score" are columns of an evaluation."""
    target, _, column = name.rpartition(".")
    dimension = next((each.label for each in DIMENSIONS.values() if each.column == column), None)
    words = COLUMNS.get(column) or HEADINGS.get(column) or dimension or Text(column, column)
    if not target:
        return words
    whose = Text("对信访部门", "bureau") if target == "bureau" else Text("对责任单位", "office")
    return Text(f"{whose.zh}{words.zh}", f"{words.en} ({whose.en})")


def _amount(size: Fraction, each: Measure) -> tuple[str, str]:
    if isinstance(each, Ratio):
        return both(wording.points, float(size))
    number = abs(int(size))
    return f"{wording.number(number, 'zh')}{each.unit.zh}", wording.number(number, "en")
