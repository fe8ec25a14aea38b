"""From a register's rows to integers: one batch in, one batch out."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from queries.coding import BOOLEAN, NO, NOT_GIVEN, STATUS_WORDS, YES
from queries.days import day_number, from_day_number
from queries.dimensions import DIMENSIONS
from queries.vocabulary import DICTIONARIES
from queries.working_days import is_working_day, next_working_day

TEXT_TIME = "%Y-%m-%d %H:%M:%S%.f"  # as SQLAlchemy writes it into SQLite


def days(column: pl.Series) -> pl.Series:
    """Day numbers (Int16) of dates, datetimes or ISO text; null where there is none."""
    if column.dtype == pl.String:
        column = column.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
    elif isinstance(column.dtype, pl.Datetime):
        column = column.dt.date()
    if column.dtype == pl.Date:
        column = column.cast(pl.Int32)
    return column.cast(pl.Int16, strict=False)


def seconds(column: pl.Series) -> pl.Series:
    """Seconds since 1970-01-01 (Int64) of dates, datetimes or ISO text; a date is its midnight."""
    if column.dtype == pl.String:
        # a bare date has no time part; both forms may stand in one column
        text = pl.when(column.str.len_bytes() == 10).then(column + pl.lit(" 00:00:00")).otherwise(column)
        column = pl.select(text).to_series().str.to_datetime(TEXT_TIME, time_unit="us", strict=False)
    elif column.dtype != pl.Null and not isinstance(column.dtype, pl.Datetime):
        column = column.cast(pl.Date).cast(pl.Datetime("us"))
    if column.dtype == pl.Null:
        return column.cast(pl.Int64)
    return column.dt.epoch("s").cast(pl.Int64)


def working_days(registered: pl.Series) -> tuple[pl.Series, pl.Series]:
    """For day numbers: whether it is no working day (yes/no code, Int8), and the first working day after it (Int16)."""
    known = [from_day_number(number) for number in registered.unique().drop_nulls().to_list()]
    calendar = pl.DataFrame(
        {
            "day": [day_number(day) for day in known],
            "is_off_day": [NO if is_working_day(day) else YES for day in known],
            "next_working_day": [day_number(next_working_day(day)) for day in known],
        },
        schema={"day": registered.dtype, "is_off_day": pl.Int8, "next_working_day": pl.Int16},
    )
    found = registered.rename("day").to_frame().join(calendar, on="day", how="left", maintain_order="left")
    return found["is_off_day"].fill_null(NOT_GIVEN), found["next_working_day"]


def yes_no(column: pl.Series) -> pl.Series:
    """Codes (Int8) of booleans or 0/1: 0 not given, 1 no, 2 yes."""
    return (column.cast(pl.Int8) + 1).fill_null(0).cast(pl.Int8)


def words(column: pl.Series, dictionary: str) -> pl.Series:
    """Codes (Int8) of a closed word list; 0 for null and for words outside it."""
    keys = DICTIONARIES[dictionary].keys
    return _replace(column, dict(zip(keys, range(1, len(keys) + 1), strict=True))).cast(pl.Int8)


@dataclass
class Codebook:
    """The codes of one dimension while rows arrive: closed words first, others in the order they are met."""

    name: str
    codes: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.add(self.closed)

    @property
    def closed(self) -> tuple[str, ...]:
        """Keys whose codes are the same in every snapshot."""
        listed = DIMENSIONS[self.name].words
        if listed == "bool":
            return tuple(BOOLEAN)
        return DICTIONARIES[listed].keys if listed in DICTIONARIES else ()

    def add(self, keys: Iterable[str]) -> None:
        """Give new keys their code."""
        for key in keys:
            self.codes.setdefault(key, len(self.codes) + 1)

    def encode(self, column: pl.Series) -> pl.Series:
        """Codes (Int32, 0 for null and "") of a column of keys or of yes/no."""
        if DIMENSIONS[self.name].words == "bool":
            return yes_no(column).cast(pl.Int32)
        if column.dtype == pl.Null:
            return pl.zeros(len(column), pl.Int32, eager=True)
        if column.dtype == pl.Int32:  # already coded in `codes`, see `queries.snapshot.build_from_frames`
            return column.fill_null(0)
        self.add(sorted(key for key in column.unique().drop_nulls().cast(pl.String).to_list() if key))
        return _replace(column.cast(pl.String), self.codes)

    def final(self, first: Iterable[str]) -> tuple[list[str], np.ndarray]:
        """The keys in the order of their final codes (from 1), and the final code of each code met so far.

        Args:
            first: keys to put before others that are not closed, in this order; new ones are added.
        """
        order = [*self.closed]
        for key in first:
            self.add([key])
            if key not in order:
                order.append(key)
        listed = set(order)
        order += sorted(key for key in self.codes if key not in listed)
        final = np.zeros(len(self.codes) + 1, dtype=np.int32)
        for position, key in enumerate(order, start=1):
            final[self.codes[key]] = position
        return order, final


def codebooks() -> dict[str, Codebook]:
    """An empty codebook for each dimension."""
    return {name: Codebook(name) for name in DIMENSIONS}


def status(frame: pl.DataFrame, columns: dict[str, str]) -> list[pl.Series]:
    """Status words of a batch, coded; `columns` is coded column to register column."""
    return [words(frame[source], STATUS_WORDS[name]).rename(name) for name, source in columns.items()]


def _replace(column: pl.Series, codes: dict[str, int]) -> pl.Series:
    if column.dtype == pl.Null or not codes:
        return pl.zeros(len(column), pl.Int32, eager=True)
    return column.cast(pl.String).replace_strict(list(codes), list(codes.values()), default=0, return_dtype=pl.Int32)
