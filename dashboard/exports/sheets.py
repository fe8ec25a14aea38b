"""From views to sheets: the one place where a file's headings, labels and selection are put into words."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from dashboard.exports import Sheet
from dashboard.i18n import Words
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.rules import CONVENTIONS
from queries.snapshot import Snapshot
from queries.views import View, batches, commitments, forwarding, periods, reports, supervision, targets, townships
from queries.vocabulary import Text

_TERMS: dict[str, Mapping[Any, Text]] = {
    "band": townships.BANDS,
    "raw_band": townships.BANDS,
    "standing": commitments.STANDINGS,
    "verdict": targets.VERDICTS,
    "state": {**batches.STATES, **supervision.STATES},
    "waits_on": batches.WAITS_ON,
    "status": {**reports.STATUSES, **periods.STATUSES},
    "kind": {**periods.KINDS, **supervision.KINDS},
}
"""Words for the keys of columns that are no dimensions; of others the catalogue has them as export.<column>_<key>."""
_OTHERWISE = {
    "towards": {"left_out": "mostly_special"},
    "expected": {"lower": "usual_lower", "upper": "usual_upper"},
    "overdue": {"band": "step"},
    "is_total": {"left": "left_out_now"},
}
"""Beside a column, what others mean that mean something else elsewhere."""

_SHARES = ("value", "lower", "upper", "overall", "mean")
_SHARE_ENDS = ("_value", "_share", "_rate", "then_lower", "then_upper")


def sheet(view: View, page: str, name: str, snapshot: Snapshot, language: str) -> Sheet:
    """The figures of a view with headings in words, labels for keys, flat columns."""
    frame = view.frame.select(column for column, dtype in view.frame.schema.items() if not dtype.is_nested())
    words = Words(language)
    for dimension in view.by:
        if dimension in DIMENSIONS and dimension in frame.columns:
            labels = snapshot.labels(dimension, language)
            frame = frame.with_columns(pl.col(dimension).replace(labels))
    frame = _in_one_language(frame, words)
    if "weekday" in frame.columns and frame["weekday"].dtype.is_integer():
        days = {place: day(language) for place, day in enumerate(forwarding.WEEKDAYS)}
        frame = frame.with_columns(pl.col("weekday").replace_strict(days, return_dtype=pl.String))
    for column in (name for name, dtype in frame.schema.items() if dtype == pl.String):
        terms = {key: term(language) for key, term in _TERMS.get(column, {}).items()}
        for key in frame[column].drop_nulls().unique():
            if words.has(f"export.{column}_{key}"):
                terms[key] = words(f"export.{column}_{key}")
        frame = frame.with_columns(pl.col(column).replace(terms))
    if language in frame.columns and not {*view.by} & {*DIMENSIONS} & {*frame.columns}:
        # rows that no dimension names bear their label
        frame = frame.select(pl.col(language).alias("name"), pl.all().exclude("name"))
    frame = frame.drop("zh", "en", strict=False)
    if {"name", "step", "is_total"} <= {*frame.columns}:
        frame = frame.drop("step")  # the key of what the name says
    if "measure" in frame.columns:
        frame = frame.with_columns(
            pl.col("measure").replace({each.name: each.label(language) for each in view.measures})
        )
    meant = {name: other for column, names in _OTHERWISE.items() if column in frame.columns
             for name, other in names.items()}  # fmt: skip
    headings = {column: _heading(meant.get(column, column), words) for column in frame.columns}
    is_share = all(each.unit.zh == "%" for each in view.measures)
    shares = [
        column
        for column in frame.columns
        if (column in _SHARES or column.endswith(_SHARE_ENDS)) and _within_one(frame[column])
    ]
    return Sheet(
        page=page,
        name=name,
        finding=view.finding(language) if view.finding else "",
        frame=frame.rename(headings),
        shares=tuple(headings[column] for column in shares if is_share),
        notes=tuple(note(language) for note in view.notes),
    )


def _in_one_language(frame: pl.DataFrame, words: Words) -> pl.DataFrame:
    """Of texts given in both languages the one of the file, unless each has a heading of its own."""
    for column in frame.columns:
        name = column.removesuffix("_zh")
        if name == column or f"{name}_en" not in frame.columns or words.has(f"export.{column}"):
            continue
        kept = f"{name}_words" if name in frame.columns else name
        frame = frame.with_columns(pl.col(f"{name}_{words.language}").alias(kept)).drop(f"{name}_zh", f"{name}_en")
    return frame


def _within_one(values: pl.Series) -> bool:
    """Whether numbers can be shares: a view of shares may hold counts under the same name, such as steps of a batch."""
    return values.dtype.is_float() and all(0 <= value <= 1 for value in values.drop_nulls().to_list())


def _heading(column: str, words: Words) -> str:
    if column in DIMENSIONS:
        return DIMENSIONS[column].label(words.language)
    return words(f"export.{column}") if words.has(f"export.{column}") else column


def selection_lines(snapshot: Snapshot, filters: Filters, language: str) -> tuple[tuple[str, str], ...]:
    """What a file's figures stand on, in words: period, as-of day, rules, convention, filters, snapshot."""
    words = Words(language)
    lines = [
        (words("export.period"), wording.period(filters.start, filters.end, language)),
        (words("export.as_of"), wording.day(filters.as_of or snapshot.as_of, language)),
        (words("export.rules"), filters.rule_set.label(language)),
        (words("export.convention"), CONVENTIONS[filters.convention](language)),
    ]
    for name, keys in filters.where:
        labels = snapshot.labels(name, language)
        lines.append((DIMENSIONS[name].label(language), "、".join(labels.get(key, key) for key in keys)))
    return (*lines, (words("export.snapshot"), snapshot.id))
