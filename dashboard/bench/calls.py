"""A question to the query layer, and the functions that answer it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from queries.counting import distributions, evaluate
from queries.filters import Filters
from queries.snapshot import Snapshot

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "evaluate": evaluate.evaluate,
    "open_ages": distributions.open_ages,
    "open_by_due_date": distributions.open_by_due_date,
    "closing_days": distributions.closing_days,
    "matter_sizes": distributions.matter_sizes,
    "satisfaction_components": distributions.satisfaction_components,
}


Answer = dict[str, list[tuple[Any, ...]]]
"""Measure ("" for other questions) to rows: groups, then numerator, denominator, excluded, quantile."""


@dataclass(frozen=True)
class Call:
    """One question: the function, the measures (of `evaluate` only), the groups and the selection."""

    function: str
    names: tuple[str, ...]
    by: tuple[str, ...]
    filters: Filters


def day_of(call: Call, snapshot: Snapshot) -> date:
    """The as-of day of a call."""
    return call.filters.as_of or snapshot.as_of
