"""Where one of our columns comes from in a file, as a mapping says it."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from queries.vocabulary import fold
from seed.dates import Order


@dataclass(frozen=True)
class Condition:
    """Rows in which one cell is (or is not) one of some words; words may hold `*`."""

    heading: str
    words: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True)
class Source:
    """Where one of our columns comes from.

    Attributes:
        headings: columns of the file; the first one that is filled, or all joined by `join`.
        values: words of the file and ours, `*` in a word stands for anything, "" for no value.
        true, false: words of a yes/no column; otherwise: what any other word means, None for "not given".
        when: keep the value only in these rows.
        missing: words that mean "no value" in this column.
        formats, order, zone: as in `seed.dates.DateStyle`, for this column.
        pattern: regular expression; its first group is the value, a cell that does not match has none.
        after, days: our moment `after` plus a number of days, given or in the column with that heading.
        unit: seconds in one of `days`, where the column counts hours or minutes.
        within_days: a row is a repeat when its matter was registered at most so many days before.
        optional: a file without the heading is no error.
    """

    headings: tuple[str, ...] = ()
    join: str | None = None
    values: tuple[tuple[str, str], ...] = ()
    true: tuple[str, ...] = ()
    false: tuple[str, ...] = ()
    otherwise: bool | None = None
    when: Condition | None = None
    missing: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    order: Order | None = None
    zone: str | None = None
    pattern: str | None = None
    after: str | None = None
    days: float | str | None = None
    unit: int = 86_400
    within_days: int | None = None
    optional: bool = False

    @property
    def all_headings(self) -> tuple[str, ...]:
        """Every heading the value depends on."""
        condition = (self.when.heading,) if self.when else ()
        days = (self.days,) if isinstance(self.days, str) else ()
        return (*self.headings, *condition, *days)


def matches(word: str, patterns: Iterable[str]) -> bool:
    """Whether a word of the file is one of the mapping's, folded, `*` standing for anything."""
    folded = fold(word)
    return any(
        folded == fold(pattern) or ("*" in pattern and fnmatchcase(folded, fold(pattern))) for pattern in patterns
    )
