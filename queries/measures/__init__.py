"""What a measure is: a definition as data, read by every page, tooltip, export and engine.

A definition says *which rows count* as Narwhals expressions over the columns of a snapshot table (see
`queries.snapshot`): small integers, days as day numbers, flags as 0/1, null for "not given". A comparison with null is
not true, so a row lacking a date simply does not count. Each engine sums the resulting 0/1 columns; the ratio, the
interval and the reason for a missing value are finished once, in `queries.evaluate`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Literal

import narwhals as nw

from queries.catalogue import collect
from queries.dimensions import Table
from queries.errors import UnknownName
from queries.rules import RuleSet
from queries.vocabulary import Text

Better = Literal["higher", "lower", "neither"]
Zones = Callable[[str], tuple[int | None, int | None]]
"""Smallest and largest value of a snapshot column within one partition."""


@dataclass(frozen=True)
class Basis:
    """On what a figure stands: the day it is seen from (day number), the rules, the satisfaction convention."""

    as_of: int
    rules: RuleSet
    convention: str = "observed"


Predicate = Callable[[Basis], nw.Expr]


@dataclass(frozen=True)
class Cohort:
    """The date that places an item into a period.

    Attributes:
        day: the day number of an item as an expression.
        span: earliest and latest day possible in a partition, so that whole partitions can be passed over; None where
            nothing is known.
    """

    name: str
    label: Text
    day: Predicate
    span: Callable[[Basis, Zones], tuple[int | None, int | None]] = lambda basis, zones: (None, None)


@dataclass(frozen=True)
class Measure:
    """What all measures have in common.

    Attributes:
        name: the field's standard name (DOMAIN.md §3).
        meaning: one line, numerator ÷ denominator in words.
        table: the snapshot table whose rows are counted.
        cohort: the date that puts an item into a period.
        uses: register columns the definition rests on, as named in `queries.snapshot.COVERAGE`. Where one of them is
            empty in the whole register, the measure cannot be computed; where a check made it unusable in a row, the
            row is excluded.
        source: article or DOMAIN section.
    """

    name: str
    label: Text
    meaning: Text
    table: Table
    cohort: Cohort
    uses: tuple[str, ...]
    unit: Text
    better: Better
    source: str


@dataclass(frozen=True)
class Count(Measure):
    """A number of items, or of people where `weight` names a column to be summed. Its denominator is None."""

    where: Predicate
    weight: str | None = None


@dataclass(frozen=True)
class Ratio(Measure):
    """A share 0 to 1 of rows: those in the denominator that also satisfy the numerator."""

    numerator: Predicate
    denominator: Predicate


@dataclass(frozen=True)
class Duration(Measure):
    """Quantiles (linear interpolation) of elapsed days; the denominator is the number of items measured.

    Attributes:
        seconds: elapsed seconds as an expression.
    """

    where: Predicate
    seconds: Predicate
    quantile: float = 0.5


@cache
def measures() -> dict[str, Measure]:
    """Every measure by name, in the order of the modules of this package and of their MEASURES."""
    return {measure.name: measure for measure in collect("queries.measures", "MEASURES")}


def measure(name: str) -> Measure:
    """The measure of that name.

    Raises:
        UnknownName: with the closest names.
    """
    if name not in measures():
        raise UnknownName("measure", name, measures())
    return measures()[name]
