"""What the reader chose, as one value that means the same in page, link, command line, export and test."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from queries.days import previous_period, shift_period
from queries.dimensions import GRAINS, dimension_name
from queries.errors import BadFilter, UnknownName
from queries.rules import CONVENTIONS, REGULATION_2022, RULE_SETS, RuleSet, rule_set

Where = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Filters:
    """A selection.

    Attributes:
        start, end: first and last day of the cohort period, both included; None is open. A measure's own cohort date
            (registered, due, closed, ...) decides whether an item is inside.
        where: dimension to the keys kept, sorted; several keys of one dimension are joined by "or", dimensions by
            "and". The key "" stands for "not given".
        as_of: every figure counts only events up to the end of this day; None is the newest date in the register.
        rules: name of the rule set.
        convention: how silence enters the satisfaction rate, a key of CONVENTIONS.
        evaluation_target: "bureau" or "office"; None takes the bureau where it is evaluated, else the office.
    """

    start: date | None = None
    end: date | None = None
    where: Where = ()
    as_of: date | None = None
    rules: str = REGULATION_2022.name
    convention: str = "observed"
    evaluation_target: str | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start > self.end:
            raise BadFilter(f"The period starts on {self.start} after it ends on {self.end}. Swap the two dates.")
        if self.rules not in RULE_SETS:
            raise UnknownName("rule set", self.rules, RULE_SETS)
        if self.convention not in CONVENTIONS:
            raise UnknownName("convention", self.convention, CONVENTIONS)
        if self.evaluation_target not in (None, "bureau", "office"):
            raise UnknownName("evaluation target", str(self.evaluation_target), ("bureau", "office"))
        object.__setattr__(self, "where", _normal(self.where))

    @property
    def rule_set(self) -> RuleSet:
        """The rule set itself."""
        return rule_set(self.rules)

    def keys(self, dimension: str) -> tuple[str, ...]:
        """The keys kept of a dimension; empty when it is not filtered."""
        return dict(self.where).get(dimension, ())

    def only(self, dimension: str, *keys: str) -> "Filters":
        """The same selection with the keys of one dimension replaced; without keys the dimension is free again."""
        rest = tuple(item for item in self.where if item[0] != dimension)
        return replace(self, where=(*rest, (dimension, keys)) if keys else rest)

    def previous(self) -> "Filters | None":
        """The period of equal length just before, seen from an equally earlier as-of date; None without a period."""
        if self.start is None or self.end is None:
            return None
        return self._moved(*previous_period(self.start, self.end))

    def last_year(self) -> "Filters | None":
        """The same period a year earlier, seen from an equally earlier as-of date; None without a period."""
        if self.start is None or self.end is None:
            return None
        return self._moved(*shift_period(self.start, self.end, -12))

    @property
    def is_compared_once(self) -> bool:
        """Whether the period before is the same period last year, as with twelve months."""
        return self.previous() == self.last_year()

    def during(self, start: date, end: date) -> "Filters":
        """Another period, seen from as far after its end as this one is; without a period, from the same day."""
        if self.start is None or self.end is None:
            return replace(self, start=start, end=end)
        return self._moved(start, end)

    def _moved(self, start: date, end: date) -> "Filters":
        assert self.start is not None
        assert self.end is not None
        as_of = self.as_of
        # like is compared with like: the earlier period is seen as long after its end as the later one is, and a
        # period that still runs on the same day after its start
        if as_of is not None:
            as_of = end + (as_of - self.end) if as_of >= self.end else min(end, start + (as_of - self.start))
        return replace(self, start=start, end=end, as_of=as_of)

    def to_query(self) -> dict[str, list[str]]:
        """Parameters of a link; only what differs from the default."""
        plain = {
            "from": self.start and self.start.isoformat(),
            "to": self.end and self.end.isoformat(),
            "as_of": self.as_of and self.as_of.isoformat(),
            "rules": self.rules if self.rules != REGULATION_2022.name else None,
            "convention": self.convention if self.convention != "observed" else None,
            "target": self.evaluation_target,
        }
        return {name: [text] for name, text in plain.items() if text} | {name: list(keys) for name, keys in self.where}

    @classmethod
    def from_query(cls, query: Mapping[str, Iterable[str] | str]) -> "Filters":
        """The selection a link or a list of options describes; the inverse of `to_query`.

        Raises:
            BadFilter, UnknownName: what could not be understood.
        """
        lists = {name: [value] if isinstance(value, str) else list(value) for name, value in query.items()}
        plain = {name: lists.pop(name, [None])[0] for name in ("from", "to", "as_of", "rules", "convention", "target")}
        return cls(
            start=_date("from", plain["from"]),
            end=_date("to", plain["to"]),
            as_of=_date("as_of", plain["as_of"]),
            rules=plain["rules"] or REGULATION_2022.name,
            convention=plain["convention"] or "observed",
            evaluation_target=plain["target"] or None,
            where=tuple((name, tuple(keys)) for name, keys in lists.items()),
        )

    @classmethod
    def parse_where(cls, conditions: Iterable[str]) -> Where:
        """`["topic_l1=城乡建设", "channel=visit,letter"]` as conditions; a comma separates keys, `\\,` is a comma.

        Raises:
            BadFilter: a condition without "=".
        """
        where: dict[str, list[str]] = {}
        for condition in conditions:
            name, equals, keys = condition.partition("=")
            if not equals or not name.strip():
                raise BadFilter(f"'{condition}' is not a condition. Write dimension=value, for example place=岚溪镇.")
            split = [key.replace("\0", ",").strip() for key in keys.replace("\\,", "\0").split(",")]
            where.setdefault(name.strip(), []).extend(split)
        return tuple((name, tuple(keys)) for name, keys in where.items())


def _date(name: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadFilter(f"'{text}' is not a date for '{name}'. Write it as 2022-06-30.") from None


def _normal(where: Where) -> Where:
    merged: dict[str, set[str]] = {}
    for name, keys in where:
        full = dimension_name(name)
        if full in GRAINS:
            raise BadFilter(f"'{name}' is a step of time. Choose a period with from and to instead.")
        merged.setdefault(full, set()).update(keys)
    return tuple(sorted((name, tuple(sorted(keys))) for name, keys in merged.items() if keys))
