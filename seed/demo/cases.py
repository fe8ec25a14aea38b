"""Cases and evaluations of the demo register as frames of canonical columns, step by step through time.

register(cases=10_000_000)  ->  Chunk, Chunk, …        # bounded memory, oldest first
generate(cases=9000)        ->  frames of cases only
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from queries.errors import UsageError
from seed.demo import truths
from seed.demo.city import BODIES, CITY, TOWNSHIPS, City, city
from seed.demo.evaluations import evaluations
from seed.demo.flaws import clump, plant
from seed.demo.matters import Ints, Rows, matters
from seed.demo.paths import (
    CHANNELS,
    DAY,
    HANDLING,
    LEVELS,
    NEVER,
    OUTCOMES,
    PROCEDURES,
    PURPOSES,
    QUERY_CODES,
    Arrays,
    Draws,
    kinds,
    path,
)
from seed.demo.season import Season, season

DEFAULT_CASES, DEFAULT_SEED = 9_000, 2022
SOURCE = "demo"
SOURCE_FILE = "演示数据"
AT_ONCE = 20_000  # items of a chunk at least; months of a small demo hold few
MICROSECONDS = 1_000_000
MOMENTS = (
    "registered_at", "forwarded_at", "received_by_office_at", "accepted_at", "replied_at", "closed_at",
    "review_requested_at", "review_done_at", "recheck_requested_at", "recheck_done_at", "supervised_at",
)  # fmt: skip
WORDS = {
    "register_level": LEVELS, "channel": CHANNELS, "purpose": PURPOSES, "procedure": PROCEDURES,
    "handling_mode": HANDLING, "outcome": OUTCOMES, "query_code_status": QUERY_CODES,
}  # fmt: skip
COLUMNS = (
    "case_id", "matter_id", "petitioned_on", "registered_at", "register_level", "register_body", "channel",
    "petitioner_count", "affected_count", "is_group", "place_code", "topic_l1", "topic_l2", "topic_l3", "purpose",
    "procedure", "is_legal_matter", "counted", "is_first_local", "is_first_national", "is_repeat", "is_backlog",
    "handling_mode", "forwarded_at", "received_by_office_at", "responsible_office_id", "accepted_at", "due_at",
    "extended_days", "replied_at", "closed_at", "outcome", "confirmed_closed", "review_requested_at", "review_done_at",
    "recheck_requested_at", "recheck_done_at", "supervised_at", "query_code_status", "source_file", "source_row",
)  # fmt: skip


@dataclass(frozen=True)
class Chunk:
    """The items registered within some months or part of one, oldest first, and their evaluations."""

    cases: pl.DataFrame
    evaluations: pl.DataFrame

    @classmethod
    def joined(cls, chunks: Sequence["Chunk"]) -> "Chunk":
        """One of several that follow each other."""
        return cls(pl.concat([each.cases for each in chunks]), pl.concat([each.evaluations for each in chunks]))


def register(
    cases: int = DEFAULT_CASES,
    seed: int = DEFAULT_SEED,
    *,
    places: int = len(TOWNSHIPS),
    first_day: date = truths.FIRST_DAY,
    last_day: date = truths.LAST_DAY,
    with_evaluations: bool = True,
) -> Iterator[Chunk]:
    """An invented register of exactly `cases` items, the same for the same arguments, in chunks through time.

    Args:
        cases: number of items, at least 1.
        seed: any whole number from 0.
        places: number of areas, at least the twelve townships.
        first_day, last_day: the period of registration; nothing in the register is later than its last day.
        with_evaluations: False leaves the evaluations' frames empty.

    Raises:
        UsageError: arguments that describe no register.
    """
    if cases < 1 or seed < 0 or places < len(TOWNSHIPS) or first_day > last_day:
        raise UsageError(
            f"No demo register has {cases} cases, seed {seed}, {places} places from {first_day} to {last_day}. "
            f"Use at least 1 case, a seed from 0, {len(TOWNSHIPS)} places or more, and a period in order."
        )
    where, when = city(places), season(first_day, last_day)
    done, waiting = 0, list[Chunk]()
    for number, rows in enumerate(matters(where, when, cases, seed)):
        if len(rows):
            waiting.append(_chunk(rows, where, when, seed, number, done, with_evaluations))
        done += len(rows)
        if sum(len(each.cases) for each in waiting) >= AT_ONCE:
            yield Chunk.joined(waiting)
            waiting.clear()
    if waiting:
        yield Chunk.joined(waiting)


def generate(
    cases: int = DEFAULT_CASES,
    seed: int = DEFAULT_SEED,
    *,
    places: int = len(TOWNSHIPS),
    first_day: date = truths.FIRST_DAY,
    last_day: date = truths.LAST_DAY,
) -> Iterator[pl.DataFrame]:
    """The cases of `register`, without evaluations."""
    for chunk in register(cases, seed, places=places, first_day=first_day, last_day=last_day, with_evaluations=False):
        yield chunk.cases


def _chunk(rows: Rows, where: City, when: Season, seed: int, number: int, done: int, with_evaluations: bool) -> Chunk:
    draws = Draws(seed, number, 1, len(rows))
    kind = kinds(draws, rows, where, when)
    columns = kind | path(draws, rows, kind, where, when)
    columns |= {
        "matter": rows.matter,
        "place_code": rows.place,
        "responsible_office_id": rows.office,
        "leaf": rows.leaf,
        "flags_given": np.ones(len(rows), np.bool_),
        "confirmed_open": np.zeros(len(rows), np.bool_),
    }
    order = np.argsort(columns["registered_at"], kind="stable")
    columns = {name: values[order] for name, values in columns.items()}
    serials = done + np.arange(len(rows))
    clump(columns, where)
    plant(columns, serials, where)
    frame = _frame(columns, serials, where, when)
    given = Draws(seed, number, 2, len(rows)) if with_evaluations else None
    return Chunk(frame, evaluations(given, columns, frame["case_id"], where, when))


def _frame(columns: Arrays, serials: Ints, where: City, when: Season) -> pl.DataFrame:
    offices = (*where.offices, truths.UNKNOWN_OFFICE)
    places = (*where.places, truths.UNKNOWN_PLACE)
    leaves = list(zip(*where.leaves, strict=True))
    texts = {
        "place_code": _words(places, columns["place_code"]),
        "responsible_office_id": _words(offices, columns["responsible_office_id"]),
        "register_body": _bodies(columns, where),
        **{f"topic_l{n + 1}": _words(leaves[n], columns["leaf"]) for n in range(3)},
        **{name: _words(words, columns[name]) for name, words in WORDS.items()},
    }
    others = {name: pl.Series(values) for name, values in columns.items() if name not in texts}
    frame = pl.DataFrame({**others, **texts, "serial": serials})
    cutoff = (int(when.days[-1]) + 1) * DAY - 1

    def happened(name: str) -> pl.Expr:
        return pl.col(name) <= cutoff

    def known(name: str, when_known: pl.Expr) -> pl.Expr:
        return pl.when(when_known).then(name).alias(name)

    accepted, closed = happened("accepted_at"), happened("closed_at")
    due = accepted & (pl.col("due_at") < NEVER)
    year = (pl.col("registered_at") * MICROSECONDS).cast(pl.Datetime("us")).dt.year().cast(pl.String)
    return frame.with_columns(
        *(_moment(name, happened(name)) for name in MOMENTS),
        _moment("due_at", due),
        pl.col("petitioned_on").cast(pl.Int32).cast(pl.Date),
        pl.concat_str(pl.lit("YS"), year, _digits("serial", 1)).alias("case_id"),
        pl.concat_str(pl.lit("YSM"), _digits("matter", 1)).alias("matter_id"),
        *(pl.col(name).cast(pl.Int32) for name in ("petitioner_count", "affected_count", "extended_days")),
        *(known(name, pl.col("flags_given")) for name in ("is_first_local", "is_first_national", "is_repeat")),
        known("outcome", closed),
        ((pl.col("confirmed_closed") & closed) | pl.col("confirmed_open")).alias("confirmed_closed"),
        pl.lit(SOURCE_FILE).alias("source_file"),
        (pl.col("serial") + 2).cast(pl.Int32).alias("source_row"),  # as in a file with one heading row
    ).select(COLUMNS)


def _words(words: Sequence[str], index: npt.NDArray[Any]) -> pl.Series:
    return pl.Series(words, dtype=pl.String).gather(pl.Series(index.astype(np.uint32)))


def _bodies(columns: Arrays, where: City) -> pl.Series:
    """The registering body: one a level, except that a township registers at its own office."""
    names = [BODIES.get(level, "") for level in LEVELS] + [f"{place}信访办" for place in where.places]
    level, place = columns["register_level"], columns["place_code"]
    at_home = (level == LEVELS.index("township")) & (place < len(where.places))
    names[LEVELS.index("township")] = f"{CITY}镇街信访窗口"
    return _words(names, np.where(at_home, len(LEVELS) + place, level))


def _moment(name: str, known: pl.Expr) -> pl.Expr:
    return pl.when(known).then(pl.col(name) * MICROSECONDS).cast(pl.Datetime("us")).alias(name)


def _digits(name: str, first: int) -> pl.Expr:
    return (pl.col(name) + first).cast(pl.String).str.zfill(8)
