"""What does each figure mean? The definitions themselves, and whether this register can support them."""

from dataclasses import dataclass, fields

from queries.counting.reasons import reason_text, why_not
from queries.filters import Filters
from queries.measures import Count, Duration, Measure, Ratio, measures
from queries.rules import RULE_SETS
from queries.snapshot import Snapshot
from queries.vocabulary import Text

KINDS = {Ratio: Text("比率", "Share"), Count: Text("计数", "Count"), Duration: Text("时长", "Duration")}
THEMES = {
    "cases": Text("信访件", "Petitions"),
    "evaluations": Text("满意度评价", "Evaluations"),
    "backlog": Text("积案批次", "Backlog batches"),
}
"""Headings by the table a measure counts."""


@dataclass(frozen=True)
class Definition:
    """One measure as the page explains it.

    Attributes:
        reason: why it cannot be computed from this register; None when it can.
    """

    measure: Measure
    kind: Text
    theme: Text
    reason: Text | None


def definitions(snapshot: Snapshot, filters: Filters) -> tuple[Definition, ...]:
    """Every measure in the order of its modules."""
    plain = Filters(rules=filters.rules)
    return tuple(_definition(each, snapshot, plain) for each in measures().values())


def _definition(each: Measure, snapshot: Snapshot, filters: Filters) -> Definition:
    reason = why_not(each, snapshot, filters)
    text = reason_text(each, snapshot, reason, filters) if reason else None
    return Definition(each, KINDS[type(each)], THEMES[each.table], text)


def rule_days() -> dict[str, dict[str, int]]:
    """The day counts of every rule set, by field name and rule set."""
    names = [field.name for field in fields(next(iter(RULE_SETS.values()))) if field.name.endswith("_days")]
    return {name: {rules.name: getattr(rules, name) for rules in RULE_SETS.values()} for name in names}
