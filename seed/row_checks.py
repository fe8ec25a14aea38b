"""The invariants of DOMAIN.md §6 that one row shows by itself, over typed columns.

Between two stages of handling in the wrong order nobody can say which date is wrong, so both are spoiled; the
registration time alone is trusted against the others. A date without a time of day is compared as a date.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from queries.checks import CHECKS, UNUSABLE
from queries.rules import REGULATION_2022
from seed.convert import FINDINGS

STAGES = ("registered_at", "forwarded_at", "received_by_office_at", "accepted_at", "replied_at", "closed_at")
REVIEWS = ("review_requested_at", "review_done_at", "recheck_requested_at", "recheck_done_at")
DUE_TOLERANCE = 1  # calendar days between a given due date and the rule's, DOMAIN.md §6
RULES = REGULATION_2022
TARGETS = ("bureau", "office")


@dataclass(frozen=True)
class Breach:
    """Rows that break a check: `rows` true where they do, `column` the one to look at, `spoils` bits to set."""

    check: str
    rows: pl.Series
    column: str
    spoils: int = 0


def check_rows(frame: pl.DataFrame, headings: dict[str, str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Apply every check.

    Args:
        frame: typed columns with `row`, `case_id`, `unusable`; columns that are not there are not checked.
        headings: our column to the heading in the file.

    Returns:
        The frame with `unusable` completed and evaluations that contradict themselves taken out, and the findings.
    """
    findings = [pl.DataFrame(schema=FINDINGS)]
    unusable = frame["unusable"]
    for breach in breaches(frame):
        rows = breach.rows.fill_null(False)
        if not rows.any():
            continue
        findings.append(_listed(frame, rows, breach, headings))
        if breach.spoils:
            unusable = unusable | rows.cast(pl.Int32) * breach.spoils
    frame = frame.with_columns(unusable.alias("unusable"))
    for target in TARGETS:
        frame = _without_contradiction(frame, target)
    return frame, pl.concat(findings)


def breaches(frame: pl.DataFrame) -> Iterator[Breach]:
    """Every check that the columns allow."""
    yield from _order(frame)
    yield from _due(frame)
    yield from _numbers(frame)
    yield from _flags(frame)
    yield from _reviews(frame)
    for target in TARGETS:
        if {f"{target}.status", f"{target}.score"} <= set(frame.columns):
            yield Breach("evaluation_without_score", _contradicts(frame, target), f"{target}.score")


def later(frame: pl.DataFrame, first: str, second: str) -> pl.Series:
    """Where `first` lies after `second`; as dates when one of them has no time of day."""
    a, b = pl.col(first), pl.col(second)
    is_day = (a.dt.time() == pl.time(0)) | (b.dt.time() == pl.time(0))
    return frame.select(pl.when(is_day).then(a.dt.date() > b.dt.date()).otherwise(a > b).fill_null(False)).to_series()


def _order(frame: pl.DataFrame) -> Iterator[Breach]:
    present = [stage for stage in STAGES if stage in frame.columns]
    seen = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(frame))
    for first, second in combinations(present, 2):
        rows = later(frame, first, second)
        if rows.any():
            spoils = UNUSABLE[second] | UNUSABLE.get(first, 0)
            # one line a row in the report, the bits of every pair
            yield Breach("dates_out_of_order", rows & ~seen, second, spoils)
            if (rows & seen).any():
                yield Breach("", rows & seen, second, spoils)
            seen = seen | rows


def _due(frame: pl.DataFrame) -> Iterator[Breach]:
    if not {"due_at", "accepted_at"} <= set(frame.columns):
        return
    yield Breach("due_before_accepted", later(frame, "accepted_at", "due_at"), "due_at", UNUSABLE["due_at"])
    extended = pl.col("extended_days").fill_null(0) if "extended_days" in frame.columns else pl.lit(0)
    timed = pl.col("procedure").fill_null(RULES.timed_procedures[0]).is_in(list(RULES.timed_procedures))
    expected = pl.col("accepted_at").dt.date() + pl.duration(days=RULES.handling_days + extended)
    gap = (pl.col("due_at").dt.date() - expected.cast(pl.Date)).dt.total_days().abs()
    applies = timed if "procedure" in frame.columns else pl.lit(True)
    rows = frame.select((applies & (gap > DUE_TOLERANCE)).fill_null(False)).to_series()
    yield Breach("due_differs_from_rule", rows, "due_at")


def _numbers(frame: pl.DataFrame) -> Iterator[Breach]:
    if "extended_days" in frame.columns:
        outside = ~frame["extended_days"].is_between(0, RULES.max_extension_days)
        yield Breach("extension_out_of_range", outside, "extended_days", UNUSABLE["due_at"])
    if "petitioner_count" in frame.columns:
        below = frame["petitioner_count"] < 1
        yield Breach("petitioner_count_below_one", below, "petitioner_count", UNUSABLE["petitioner_count"])


def _flags(frame: pl.DataFrame) -> Iterator[Breach]:
    if {"is_first_national", "is_repeat"} <= set(frame.columns):
        both = frame["is_first_national"] & frame["is_repeat"]
        yield Breach("first_and_repeat", both, "is_repeat", UNUSABLE["first"])
    flags = [name for name in ("is_first_national", "is_first_local", "is_repeat") if name in frame.columns]
    if flags:
        none = frame.select(pl.all_horizontal(pl.col(name).is_null() for name in flags)).to_series()
        yield Breach("first_flags_missing", none, flags[0])
    if "confirmed_closed" in frame.columns:
        closed = frame["closed_at"].is_not_null() if "closed_at" in frame.columns else pl.Series([False])
        stated = frame["closed_stated"].fill_null(False) if "closed_stated" in frame.columns else pl.Series([False])
        # a closing date that could not be read is its own finding
        unread = (frame["unusable"] & UNUSABLE["closed_at"]) != 0
        rows = frame["confirmed_closed"].fill_null(False) & ~(closed | stated) & ~unread
        yield Breach("confirmed_but_open", rows, "confirmed_closed", UNUSABLE["confirmed_closed"])


def _reviews(frame: pl.DataFrame) -> Iterator[Breach]:
    present = [name for name in REVIEWS if name in frame.columns]
    seen = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(frame))
    for first, second in combinations(present, 2):
        rows = later(frame, first, second) & ~seen
        yield Breach("recheck_before_review", rows, second, UNUSABLE["review"])
        seen = seen | rows


def _contradicts(frame: pl.DataFrame, target: str) -> pl.Series:
    status, scored = frame[f"{target}.status"], frame[f"{target}.score"].is_not_null()
    return status.is_not_null() & ((status == "evaluated") != scored)


def _without_contradiction(frame: pl.DataFrame, target: str) -> pl.DataFrame:
    names = [name for name in frame.columns if name.startswith(f"{target}.")]
    if not {f"{target}.status", f"{target}.score"} <= set(names):
        return frame
    wrong = _contradicts(frame, target)
    if not wrong.any():
        return frame
    return frame.with_columns(pl.when(wrong).then(None).otherwise(pl.col(name)).alias(name) for name in names)


def _listed(frame: pl.DataFrame, rows: pl.Series, breach: Breach, headings: dict[str, str]) -> pl.DataFrame:
    if not breach.check:
        return pl.DataFrame(schema=FINDINGS)
    kind = CHECKS[breach.check].severity
    value = "date" if breach.column.endswith("_at") else "as stated" if kind != "quarantine" else "contradiction"
    return frame.filter(rows).select(
        pl.lit(breach.check).alias("check"),
        "row",
        pl.lit(headings.get(breach.column, breach.column)).alias("column"),
        pl.lit(value).alias("value_class"),
        "case_id",
    )
