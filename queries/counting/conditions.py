"""Which rows a measure counts: its numerator, its denominator, and those left out because they cannot be used."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import narwhals as nw

from queries.counting.one_pass import Condition
from queries.kept import MOST_KEPT, keep
from queries.measures import Basis, Count, Duration, Measure, Need, Predicate, Ratio

Keyed = tuple[tuple[object, ...], Condition | None]
"""What a condition is made of, so that equal ones are counted once; None where it holds for no row."""


@lru_cache(maxsize=MOST_KEPT)
def counted_rows(each: Measure, basis: Basis) -> Mapping[str, Keyed]:
    """The rows of numerator, denominator and excluded; a count has no denominator. Kept (`queries.kept`)."""
    return MappingProxyType(
        {
            role: (key, rows and Condition(keep(rows.rows), rows.weight))
            for role, (key, rows) in _rows(each, basis).items()
        }
    )


def _rows(each: Measure, basis: Basis) -> dict[str, Keyed]:
    needs = tuple(need for need in each.uses if need.spoiled(basis) is not None)
    sources = () if each.table == "backlog" else basis.without(each.name)
    unknown = each.unknown if isinstance(each, Ratio) else None
    bad = _either(*_unusable(needs, sources, basis), unknown(basis) if unknown else None)
    within = _within(each)
    rows = within(basis)
    if isinstance(each, Ratio):
        good = rows if bad is None else rows & ~bad
        numerator: Keyed = (
            ("numerator", each.numerator, within, unknown, needs, sources),
            Condition(good & each.numerator(basis)),
        )
        key: tuple[object, ...] = (within, unknown, needs, sources)
    else:
        good = rows if bad is None else rows & ~bad
        weight = each.weight if isinstance(each, Count) else None
        numerator = (("sum", within, needs, weight, sources), Condition(good, weight))
        key = (within, None, needs, sources)
    excluded = (("excluded", *key), Condition(rows & bad) if bad is not None else None)
    if isinstance(each, Count):
        return {"numerator": numerator, "excluded": excluded}
    denominator: Keyed = (("denominator", *key), Condition(good))
    if isinstance(each, Duration) and each.ended:
        numerator = (("numerator", each.ended, within, needs), Condition(good & each.ended(basis)))
    return {"numerator": numerator, "denominator": denominator, "excluded": excluded}


def _within(each: Measure) -> Predicate:
    if isinstance(each, Ratio):
        return each.denominator
    if isinstance(each, Count | Duration):
        return each.where
    raise TypeError(f"'{each.name}' is neither a count, a ratio nor a duration.")


def _either(*conditions: nw.Expr | None) -> nw.Expr | None:
    given = [condition.fill_null(False) for condition in conditions if condition is not None]
    return nw.any_horizontal(*given, ignore_nulls=True) if len(given) > 1 else given[0] if given else None


def usable_rows(rows: Predicate, needs: tuple[Need, ...], basis: Basis, measure: str = "") -> nw.Expr:
    """Rows of which every need is usable, of registers that support the measure, where one is named."""
    bad = _either(*_unusable(needs, basis.without(measure), basis))
    return rows(basis) if bad is None else rows(basis) & ~bad


@lru_cache(maxsize=MOST_KEPT)
def measured_rows(each: Duration, basis: Basis) -> nw.Expr:
    """The rows a duration is measured on. Kept."""
    return keep(duration_rows(each, basis))


def duration_rows(each: Duration, basis: Basis) -> nw.Expr:
    """The rows a duration is measured on: usable, of registers that support it."""
    return usable_rows(each.where, each.uses, basis, each.name)


def _unusable(needs: tuple[Need, ...], sources: tuple[int, ...], basis: Basis) -> list[nw.Expr | None]:
    """What spoils a row: of each need, and coming from registers with these codes."""
    return [*(need.spoiled(basis) for need in needs), nw.col("source").is_in(list(sources)) if sources else None]
