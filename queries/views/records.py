"""Records in words: what is in force, one line a record, with the names of what a record refers to."""

from typing import Any

import polars as pl

from queries import wording
from queries.filters import Filters
from queries.measures import Ratio, measures
from queries.records.fields import Content, Field, Kind, in_one_line, said
from queries.records.kinds import kind_of
from queries.rules import RULE_SETS
from queries.snapshot import Snapshot
from queries.views.meeting import ITEMS
from queries.vocabulary import Text

_AS_THEY_ARE = ("day", "month", "count")  # sorted by value in a table, so not turned into words
_WHOLE_CITY = Text("全市", "whole city")


def in_words(snapshot: Snapshot, field: Field, value: Any, language: str, measure: str = "") -> str:
    """A value as the reader says it: names instead of keys.

    Args:
        measure: of an amount, the measure it is an amount of.
    """
    if value is None or value == "":
        return said(field, value, language)
    if field.type in ("office", "place", "scope"):
        return office_name(snapshot, str(value), language)
    if field.type == "rules":
        return RULE_SETS[value].label(language) if value in RULE_SETS else str(value)
    if field.type == "amount":
        return amount(measure, value, language)
    if field.type == "agenda":
        names = [ITEMS[each](language) if each in ITEMS else each for each in value.split(",")]
        return wording.listing(names, language, len(names))
    if field.type == "record":
        kind = kind_of(field.refers)
        row = record(snapshot, field.refers, value)
        return str(value) if row is None else titled(snapshot, kind, row, language)
    return said(field, value, language)


def office_name(snapshot: Snapshot, key: str, language: str) -> str:
    """The name of an office or place; "" is the whole city."""
    if not key:
        return _WHOLE_CITY(language)
    for dimension in ("office", "place"):
        labels = snapshot.labels(dimension, language)
        if key in labels:
            return labels[key]
    return key


def amount(measure: str, value: float | None, language: str) -> str:
    """What a measure is held to, in its unit: 95%, 60 days."""
    if value is None:
        return wording.MISSING
    found = measures().get(measure)
    if isinstance(found, Ratio):
        decimals = 0 if round(value * 100, 6) == round(value * 100) else 2
        return wording.per_cent(value, language, decimals)
    number = wording.number(value, language, 0 if float(value).is_integer() else 1)
    unit = found.unit(language) if found else ""
    return f"{number}{unit}" if language == "zh" else f"{number} {unit}".strip()


def titled(snapshot: Snapshot, kind: Kind, content: Content, language: str) -> str:
    """A record in one line with the names of what it refers to."""
    words = (
        in_words(snapshot, kind.field(name), content.get(name), language, content.get("measure") or "")
        for name in kind.title
    )
    return in_one_line(words)


def record(snapshot: Snapshot, kind: str, record_id: int | str) -> dict[str, Any] | None:
    """One record with all columns, withdrawn or not; None where there is none."""
    rows = snapshot.records.every(kind).filter(pl.col(kind_of(kind).id) == record_id)
    return rows.row(0, named=True) if rows.height else None


def same(snapshot: Snapshot, kind: str, content: Content) -> int | str | None:
    """The key of the record in force that holds these values; None where there is none."""
    rows = snapshot.records.rows(kind).filter(pl.col(name).eq_missing(value) for name, value in content.items())
    return rows[kind_of(kind).id][0] if rows.height else None


def titles(snapshot: Snapshot, filters: Filters, kind: str, language: str) -> dict[int | str, str]:
    """The records in force by key, each in one line, newest first."""
    found = kind_of(kind)
    rows = snapshot.records.rows(kind)
    if found.day:
        rows = rows.sort(found.day, found.id, descending=True)
    return {row[found.id]: titled(snapshot, found, row, language) for row in rows.iter_rows(named=True)}


def listed(snapshot: Snapshot, filters: Filters, kind: str, language: str, withdrawn: bool = False) -> pl.DataFrame:
    """The records of a kind, newest first.

    Args:
        withdrawn: those taken out of force instead of those in force.

    Returns:
        Columns `id`, `version`, the fields people fill in (days and counts as they are, the rest in words) and, of
        withdrawn ones, `withdrawn_at`.
    """
    found = kind_of(kind)
    rows = snapshot.records.every(kind).filter(pl.col("withdrawn_at").is_not_null() == withdrawn)
    rows = rows.sort(found.day or found.id, found.id, descending=bool(found.day))
    columns = [rows[found.id].alias("id"), rows["version"]]
    for field in found.asked:
        values = rows[field.name]
        if field.type not in _AS_THEY_ARE:
            of = rows["measure"] if field.type == "amount" and "measure" in rows.columns else [""] * rows.height
            words = [
                None if value is None else in_words(snapshot, field, value, language, each or "")
                for value, each in zip(values, of, strict=True)
            ]
            values = pl.Series(field.name, words, pl.String)
        columns.append(values)
    if withdrawn:
        columns.append(rows["withdrawn_at"])
    return pl.DataFrame(columns)


def differences(
    snapshot: Snapshot, kind: str, before: Content | None, after: Content, language: str
) -> list[tuple[str, str, str]]:
    """What changed between two states of a record: label, old words, new words; of a first state every given value."""
    found = kind_of(kind)
    lines = []
    for field in found.fields:
        old, new = (before or {}).get(field.name), after.get(field.name)
        if old != new and not (before is None and new in (None, "")):
            measure = [(state or {}).get("measure") or "" for state in (before, after)]
            lines.append(
                (
                    field.label(language),
                    in_words(snapshot, field, old, language, measure[0]) if before is not None else "",
                    in_words(snapshot, field, new, language, measure[1]),
                )
            )
    return lines
