"""What the reader set in the filter bar, and its three forms: widgets, link, `Filters`.

A link carries what `Filters.to_query` writes: keys, not labels, so that a link made in one language opens in the other.
The period is the exception: the default, the last twelve whole months before the as-of day, is not written, so that
the plain address always shows the newest figures; `period=all` stands for no limits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType

from queries.days import FIRST_DAY, LAST_DAY, add_months, month_end, month_start
from queries.dimensions import DIMENSIONS
from queries.errors import UsageError
from queries.filters import Filters
from queries.rules import CONVENTIONS, REGULATION_2022, RULE_SETS

PERIODS = ("last12", "this_month", "last3", "this_year", "all", "custom")
TARGETS = ("bureau", "office")
Link = dict[str, list[str]]


@dataclass(frozen=True)
class Choices:
    """The state of the filter bar.

    Attributes:
        period: one of PERIODS; `start` and `end` matter for "custom" only.
        where: dimension to the keys kept.
    """

    period: str = "last12"
    start: date | None = None
    end: date | None = None
    as_of: date | None = None
    where: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    rules: str = REGULATION_2022.name
    convention: str = "observed"
    target: str | None = None

    def filters(self, newest: date) -> Filters:
        """As `Filters`, the period counted back from the as-of day or, without one, from `newest`."""
        start, end = self.span(newest)
        return Filters(
            start=start,
            end=end,
            as_of=self.as_of,
            rules=self.rules,
            convention=self.convention,
            evaluation_target=self.target,
            where=tuple(self.where.items()),
        )

    def span(self, newest: date) -> tuple[date | None, date | None]:
        """First and last day of the period; a reversed custom period is turned round."""
        if self.period != "custom":
            return preset(self.period, self.as_of or newest)
        if self.start and self.end and self.start > self.end:
            return self.end, self.start
        return self.start, self.end

    def link(self, newest: date) -> Link:
        """The parameters of a link to this state."""
        query = self.filters(newest).to_query()
        if self.period == "last12":
            query.pop("from", None), query.pop("to", None)
        if self.period == "all" or (self.period == "custom" and not {"from", "to"} & set(query)):
            query["period"] = ["all"]
        return query

    def within(self, where: Mapping[str, Sequence[str]]) -> "Choices":
        """The same with other dimensions kept to keys; dimensions without any are free."""
        kept = {name: tuple(keys) for name, keys in sorted(where.items()) if keys}
        return replace(self, where=MappingProxyType(kept))

    @property
    def is_default(self) -> bool:
        """Whether nothing was chosen."""
        return self == Choices()


def preset(name: str, day: date) -> tuple[date | None, date | None]:
    """First and last day of a named period seen from `day`.

    "last12": the twelve newest whole months, `day`'s own month if `day` is its last. "this_month", "this_year": up to
    their last day, whatever has happened of them. "last3": the three newest whole months.
    """
    whole = day if day == month_end(day) else month_end(add_months(day, -1))
    match name:
        case "this_month":
            return month_start(day), month_end(day)
        case "last3":
            return month_start(add_months(month_start(whole), -2)), whole
        case "this_year":
            return date(day.year, 1, 1), date(day.year, 12, 31)
        case "all":
            return None, None
        case _:
            return month_start(add_months(month_start(whole), -11)), whole


def read_link(query: Mapping[str, Sequence[str]], newest: date, keys: Callable[[str], Sequence[str]]) -> "Reading":
    """The state a link describes; what cannot be understood is left out and named.

    Args:
        query: parameters with all their values; foreign ones (language, page controls) must be gone.
        newest: newest date in the register.
        keys: the keys a dimension has in the register.
    """
    ignored: list[str] = []
    vanished: dict[str, tuple[str, ...]] = {}
    understood: dict[str, list[str]] = {}
    for name, values in query.items():
        kept = [value for value in values if _readable(name, value, keys)]
        if name in DIMENSIONS and (gone := [value for value in values if value and value not in kept]):
            vanished[name] = tuple(gone)
        elif len(kept) < len(values) or (not kept and name != "period"):
            ignored.append(name)
        if kept:
            understood[name] = kept
    period = understood.pop("period", ["custom"])[0]
    try:
        filters = Filters.from_query(understood)
    except UsageError:
        understood = {name: values for name, values in understood.items() if name not in ("from", "to")}
        ignored.append("from")
        filters = Filters.from_query(understood)
    choices = Choices(
        as_of=filters.as_of,
        where=MappingProxyType(dict(filters.where)),
        rules=filters.rules,
        convention=filters.convention,
        target=filters.evaluation_target,
    )
    return Reading(_with_period(choices, filters, period, newest), tuple(ignored), MappingProxyType(vanished))


@dataclass(frozen=True)
class Reading:
    """A link understood: the state, and what was not.

    Attributes:
        ignored: names of parameters without meaning.
        vanished: dimension to keys the register does not have, such as an office that was renamed.
    """

    choices: Choices
    ignored: tuple[str, ...]
    vanished: Mapping[str, tuple[str, ...]]


def _with_period(choices: Choices, filters: Filters, period: str, newest: date) -> Choices:
    """The period named, or else by its dates; dates go before a name, but not before that of the whole time."""
    if period == "all":
        return replace(choices, period=period)
    if filters.start is None and filters.end is None:
        return choices if period == "custom" else replace(choices, period=period)
    for name in ("this_month", "last3", "this_year"):
        if (filters.start, filters.end) == preset(name, choices.as_of or newest):
            return replace(choices, period=name)
    return replace(choices, period="custom", start=filters.start, end=filters.end)


def _readable(name: str, value: str, keys: Callable[[str], Sequence[str]]) -> bool:
    match name:
        case "from" | "to" | "as_of":
            return _is_date(value)
        case "period":
            return value in PERIODS
        case "rules":
            return value in RULE_SETS
        case "convention":
            return value in CONVENTIONS
        case "target":
            return value in TARGETS
        case _:
            return name in DIMENSIONS and value in keys(name)


def _is_date(text: str) -> bool:
    try:
        return FIRST_DAY <= date.fromisoformat(text) <= LAST_DAY
    except ValueError:
        return False
