"""From views to sheets: the one place where a file's headings, labels and selection are put into words."""

import polars as pl

from dashboard.exports import Sheet
from dashboard.i18n import Words
from queries import wording
from queries.dimensions import DIMENSIONS
from queries.filters import Filters
from queries.rules import CONVENTIONS
from queries.snapshot import Snapshot
from queries.views import View, batches, periods, reports, supervision

_TERMS = {
    "state": {**batches.STATES, **supervision.STATES},
    "waits_on": batches.WAITS_ON,
    "status": {**reports.STATUSES, **periods.STATUSES},
    "kind": {**periods.KINDS, **supervision.KINDS},
}
"""Words for the keys of columns that are no dimensions."""

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
    for column, terms in _TERMS.items():
        if frame.schema.get(column) == pl.String:
            frame = frame.with_columns(pl.col(column).replace({key: term(language) for key, term in terms.items()}))
    if language in frame.columns and not {*view.by} & {*DIMENSIONS} & {*frame.columns}:
        # rows that no dimension names bear their label
        frame = frame.select(pl.col(language).alias("name"), pl.all().exclude("name"))
    frame = frame.drop("zh", "en", strict=False)
    if "measure" in frame.columns:
        frame = frame.with_columns(
            pl.col("measure").replace({each.name: each.label(language) for each in view.measures})
        )
    headings = {column: _heading(column, words) for column in frame.columns}
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
