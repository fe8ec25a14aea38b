"""What a measure is: a definition as data, read by every page, tooltip, export and engine.

A definition says *which rows count* as Narwhals expressions over the columns of a snapshot table (see
`queries.snapshot`): small integers, days as day numbers, flags as 0/1, null for "not given". A comparison with null is
not true, so a row lacking a date simply does not count. Each engine sums the resulting 0/1 columns; the ratio, the
interval and the reason for a missing value are finished once, in `queries.counting.evaluate`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

import narwhals as nw

from queries.catalogue import collect
from queries.checks import UNUSABLE
from queries.dimensions import Table
from queries.errors import UnknownName
from queries.rules import RuleSet
from queries.vocabulary import Text

Better = Literal["higher", "lower", "neither"]
Zones = Callable[[str], tuple[int | None, int | None]]
"""Smallest and largest value of a snapshot column within one partition."""


@dataclass(frozen=True)
class Basis:
    """On what a figure stands.

    Attributes:
        as_of: the day it is seen from (day number), to its end.
        convention: how silence enters the satisfaction rate.
        unusable: every value other than 0 that `unusable` takes in the snapshot.
        unsupported: measures some registers cannot support, with the codes of those (`Snapshot.unsupported_codes`).
        unstated: codes of the registers whose closings without a day are not known yet (`Snapshot.unstated`).
        closing: when offices close as the bureau says: first day number and minute of the day, by day. Before the first
            of them the rule set's time holds.
    """

    as_of: int
    rules: RuleSet
    convention: str = "observed"
    unusable: tuple[int, ...] = ()
    unsupported: tuple[tuple[str, tuple[int, ...]], ...] = ()
    unstated: tuple[int, ...] = ()
    closing: tuple[tuple[int, int], ...] = ()

    def without(self, name: str) -> tuple[int, ...]:
        """Codes of the sources that cannot support a measure."""
        return dict(self.unsupported).get(name, ())

    def spoiled(self, column: str) -> nw.Expr | None:
        """Rows in which a check made the column unusable (`queries.checks.UNUSABLE`); None when there are none."""
        values = [value for value in self.unusable if value & UNUSABLE[column]]
        return nw.col("unusable").is_in(values) if values else None


Predicate = Callable[[Basis], nw.Expr]


@dataclass(frozen=True)
class Need:
    """Something a definition rests on, and what spoils it in a row.

    Attributes:
        ways: alternatives, each a set of register columns (keys of `Snapshot.coverage`) that must hold something. The
            need is met when one way is; the first way is named to the reader when none is.
        spoiled: rows in which a check made it unusable, None when the snapshot has no such row.
    """

    name: str
    ways: tuple[tuple[str, ...], ...]
    spoiled: Callable[[Basis], nw.Expr | None] = lambda basis: None


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
        uses: what the definition rests on. A need that is met nowhere in the register means the measure cannot be
            computed; a row in which a need is spoiled is left out and counted as excluded.
        source: article or DOMAIN section.
    """

    name: str
    label: Text
    meaning: Text
    table: Table
    cohort: Cohort
    uses: tuple[Need, ...]
    unit: Text
    better: Better
    source: str

    @property
    def unwanted(self) -> int:
        """The direction nobody wants: 1 up, −1 down, 0 where neither is better."""
        return {"higher": -1, "lower": 1}.get(self.better, 0)


@dataclass(frozen=True)
class Count(Measure):
    """A number of items, or of people where `weight` names a column to be summed. Its denominator is None."""

    where: Predicate
    weight: str | None = None


@dataclass(frozen=True)
class Ratio(Measure):
    """A share 0 to 1 of rows: those in the denominator that also satisfy the numerator.

    Attributes:
        unknown: rows of the denominator of which the register does not say whether they belong in the numerator. They
            are left out of both numbers and counted as excluded. Never null.
    """

    numerator: Predicate
    denominator: Predicate
    unknown: Predicate | None = None


@dataclass(frozen=True)
class Duration(Measure):
    """A quantile of elapsed days; the denominator is the number of items measured.

    Attributes:
        of: the days without the quantile; `label` says both.
        seconds: elapsed seconds as an expression, of a wait that still runs those so far.
        ended: which of the rows have got to the end, never null; they are the numerator, and the quantile is the one of
            the Kaplan–Meier curve. None where all have: a plain quantile, linearly interpolated.
        quantile: a share, one of QUANTILES.
    """

    of: Text
    where: Predicate
    seconds: Predicate
    ended: Predicate | None = None
    quantile: float = 0.5


QUANTILES: dict[float, Text] = {
    0.1: Text("第10百分位数", "10th percentile"),
    0.25: Text("下四分位数", "lower quartile"),
    0.5: Text("中位数", "median"),
    0.75: Text("上四分位数", "upper quartile"),
    0.9: Text("第90百分位数", "90th percentile"),
}
"""Quantiles a duration can be asked for, by share."""


def quantile_name(name: str, share: float) -> str:
    """The name of a duration at another quantile: `days_to_close_p90`; the median bears the plain name."""
    return name if share == 0.5 else f"{name}_p{round(share * 100)}"


def plain_name(name: str) -> str:
    """The name of a measure without a quantile: that of a duration's median."""
    each = measure(name)
    return name.removesuffix(quantile_name("", each.quantile)) if isinstance(each, Duration) else name


def at_quantile(each: Duration, share: float) -> Duration:
    """A duration at another quantile."""
    words = QUANTILES[share]
    label = Text(f"{each.of.zh}（{words.zh}）", f"{each.of.en} ({words.en})")
    return replace(each, name=quantile_name(each.name, share), label=label, quantile=share)


@cache
def measures() -> dict[str, Measure]:
    """Every measure by name, in the order of the modules of this package and of their MEASURES."""
    return {measure.name: measure for measure in collect("queries.measures", "MEASURES")}


@cache
def _quantiles() -> dict[str, Measure]:
    """Every duration at every quantile but the median, by name."""
    return {
        quantile_name(name, share): at_quantile(each, share)
        for name, each in measures().items()
        if isinstance(each, Duration)
        for share in QUANTILES
        if share != each.quantile
    }


def measure(name: str) -> Measure:
    """The measure of that name; of a duration also `days_to_close_p90`.

    Raises:
        UnknownName: with the closest names.
    """
    found = measures().get(name) or _quantiles().get(name)
    if found is None:
        raise UnknownName("measure", name, [*measures(), *_quantiles()])
    return found
