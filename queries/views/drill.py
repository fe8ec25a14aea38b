"""One level down from a figure: the selection narrowed to what was clicked, and the next breakdown.

City → township → office → month → cases; topics go down their own levels first. Whatever was clicked, the figure on
the next level is the same one: the selection that leads there is the selection it was counted in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from queries.days import add_months, month_end
from queries.dimensions import DIMENSIONS, GRAINS
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.views.explore import OTHERS, Question, breakdowns

DEEPER = {
    "place": "office",
    "office": "month",
    "topic_l1": "topic_l2",
    "topic_l2": "topic_l3",
    "register_level": "register_body",
}
FINER = {"year": "month", "quarter": "month"}


@dataclass(frozen=True)
class Step:
    """Where a click leads.

    Attributes:
        where: dimensions narrowed further.
        period: first and last day, None where the period stays.
        question: what to ask there; None for the cases themselves.
    """

    where: Mapping[str, tuple[str, ...]]
    period: tuple[date, date] | None
    question: Question | None


def one_level_down(snapshot: Snapshot, filters: Filters, question: Question, keys: Mapping[str, str]) -> Step | None:
    """The step that opening some keys of the axes leads to.

    Args:
        keys: axis to key; of a step of time the ISO date of its first day.

    Returns:
        None where there is nothing to open.
    """
    if OTHERS in keys.values():
        return None
    where = {name: (key,) for name, key in keys.items() if name in DIMENSIONS}
    grain = next((name for name in keys if name in GRAINS), None)
    if not where and grain is None:
        return None
    period = within(grain, date.fromisoformat(keys[grain]), filters) if grain else None
    narrowed = replace(filters, start=period[0], end=period[1]) if period else filters
    for name, chosen in where.items():
        narrowed = narrowed.only(name, *chosen)
    left = [name for name in question.axes if name not in keys]
    if left:  # another breakdown is on the table already: stay with it
        groups = [name for name in left if name in DIMENSIONS]
        time = next((name for name in left if name in GRAINS), "")
        by = groups[0] if groups else ""
        return Step(where, period, replace(question, by=by, and_by="", grain=time, swapped=False, find=""))
    following = _next(snapshot, narrowed, question.measures, list(keys), grain)
    if following == "":
        return Step(where, period, None)
    is_time = following in GRAINS
    asked = replace(
        question,
        by="" if is_time else following,
        and_by="",
        grain=following if is_time else "",
        swapped=False,
        find="",
    )
    return Step(where, period, asked)


def onwards(snapshot: Snapshot, filters: Filters, names: tuple[str, ...], axis: str = "") -> Question:
    """What to ask of the figures of a card: its own breakdown while that has several groups, else the next one.

    Args:
        names: measures of the card. axis: what it is broken down by, "" for nothing.
    """
    if axis in GRAINS:
        return Question(names, grain=axis)
    possible = breakdowns(snapshot, filters, names)
    if not axis:
        axis = next((name for name in ("place", "office", *possible) if name in possible), "")
    if axis not in possible or len(filters.keys(axis)) != 1:
        return Question(names, axis if axis in possible else "")
    following = _next(snapshot, filters, names, [axis], None)
    return Question(names, grain=following) if following in GRAINS else Question(names, following)


def within(grain: str, first: date, filters: Filters) -> tuple[date, date]:
    """First and last day of a step of time, inside the period chosen."""
    last = {
        "day": first,
        "week": first + timedelta(days=6),
        "month": month_end(first),
        "quarter": month_end(add_months(first, 2)),
        "year": date(first.year, 12, 31),
    }[grain]
    return max(first, filters.start or first), min(last, filters.end or last)


def _next(snapshot: Snapshot, filters: Filters, measures: tuple[str, ...], opened: list[str], grain: str | None) -> str:
    """The breakdown after those opened; "" for the cases."""
    possible = [name for name in breakdowns(snapshot, filters, measures) if len(filters.keys(name)) != 1]
    for name in opened:
        deeper = DEEPER.get(name)
        while deeper and deeper not in GRAINS:
            if deeper in possible:
                return deeper
            deeper = DEEPER.get(deeper)
    if grain in FINER:
        return FINER[grain]
    groups = [name for name in opened if name in DIMENSIONS]
    if groups and "office" not in groups:
        following = next((name for name in ("place", "office") if name in possible), None)
        if following:
            return following
    return "" if grain in ("month", "week", "day") else "month"
