"""Dates as registers write them: many forms, mixed within a column, read without guessing silently.

Understood without being told: 2022-06-03, 2022/6/3, 2022.6.3, 20220603, 2022年6月3日, 3-Jun-2022, June 3, 2022,
6/3/2022 and 3/6/2022 (see `Order`), each with an optional time (14:05, 14:05:09.123, 14时5分, 2:05 PM, 下午2:05,
20220603140509), Excel's serial numbers (44715.5868) and offsets (Z, +08:00). The clock is kept as written; only a
mapping that names a zone converts values which carry an offset.
"""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Literal

import polars as pl

from queries.days import FIRST_DAY, LAST_DAY

Order = Literal["month_first", "day_first"]

SAMPLE = 400  # values tried to find the forms a column uses
EXCEL_EPOCH = datetime(1899, 12, 30)  # day 0 of Excel's serial numbers, its false 1900-02-29 included
EXCEL_FIRST, EXCEL_LAST = 10_000, 58_074  # 1927-05-18 .. 2058-12-31: below it is a number, not a date
TWO_DIGIT_PIVOT = 69  # 68 is 2068, 69 is 1969, as POSIX has it
NEVER = ("0000-00-00", "0000/00/00", "0000-00-00 00:00:00", "1900-01-00", "1900/1/0", "1900-01-00 00:00:00", "0")
"""How databases and Excel print "no date"."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), start=1)
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(_MONTHS)
_TIME = r"(?:[t ,]+(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?)?"
_TAIL = r"\s*([ap]\.?m\.?)?\s*(z|utc|gmt|[+-]\d{2}:?\d{2}(?::\d{2})?)?$"
_YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME + _TAIL
_YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + _TIME + _TAIL
_COMPACT = r"^((?:19|20)\d{2})(\d{2})(\d{2})(?:[t ]?(\d{2}):?(\d{2})(?::?(\d{2}))?)?" + _TAIL
_DAY_MONTH = r"^(\d{1,2})[-/. ]*(" + _MONTH + r")[-/., ]*(\d{4}|\d{2})" + _TIME + _TAIL
_MONTH_DAY = r"^(" + _MONTH + r")[-/., ]*(\d{1,2})[-/., ]+(\d{4})" + _TIME + _TAIL
_SLASHED = r"^(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?:\D|$)"
_EXACT = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y/%m/%d",
          "%Y-%m-%dT%H:%M:%S")  # fmt: skip
_EXACT_OFFSET = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%S.000Z")  # the clock as written
_EXACT_MONTH_FIRST = ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p")
_EXACT_DAY_FIRST = ("%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S")
_WIDE = {chr(0xFF10 + digit): str(digit) for digit in range(10)} | {
    "：": ":", "／": "/", "－": "-", "．": ".", "，": ",", "　": " ", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip


@dataclass
class OrderEvidence:
    """What the values of one column say about 3/6/2022: counted chunk by chunk.

    Attributes:
        slashed: values of that shape; first_over, second_over: of those, with a number over 12 in that place.
    """

    slashed: int = 0
    first_over: int = 0
    second_over: int = 0

    def add(self, texts: pl.Series) -> None:
        """Count the values of one chunk."""
        parts = texts.drop_nulls().str.strip_chars()
        parts = parts.filter(parts.str.contains(_SLASHED))
        if not len(parts):
            return
        numbers = parts.str.extract_groups(_SLASHED).struct.unnest().cast(pl.Int32)
        self.slashed += len(parts)
        self.first_over += int((numbers["1"] > 12).sum())
        self.second_over += int((numbers["2"] > 12).sum())

    @property
    def order(self) -> Order | None:
        """The order the column itself shows by majority; None when every value fits both."""
        if self.first_over == self.second_over:
            return None
        return "day_first" if self.first_over > self.second_over else "month_first"

    @property
    def contradicts_itself(self) -> bool:
        """Whether some values can only be day first and others only month first."""
        return self.first_over > 0 and self.second_over > 0


@dataclass(frozen=True)
class DateStyle:
    """How to read one column.

    Attributes:
        order: of day and month where both fit; a value that fits one order only is read in that one.
        formats: strptime forms tried before anything else, or "epoch", "epoch_ms", "excel".
        zone: IANA name; values carrying an offset are converted to its clock.
    """

    order: Order = "month_first"
    formats: tuple[str, ...] = ()
    zone: str | None = None
    missing: frozenset[str] = field(default=frozenset(NEVER))


def read_dates(texts: pl.Series, style: DateStyle) -> pl.DataFrame:
    """Moments out of texts.

    Args:
        texts: strings, null for an empty cell; white space around is ignored.

    Returns:
        `value` (datetime in microseconds, whole seconds, no zone) and `problem`: null, "unreadable" or "out of range"
        (before 1900 or after 2058, `value` is then null).
    """
    clean = texts.str.strip_chars()
    clean = clean.set((clean == "") | clean.is_in(list(style.missing)), None)
    value = pl.Series("value", [None], dtype=pl.Datetime("us")).new_from_index(0, len(clean))
    for form in style.formats:
        value = _fill(value, clean, partial(_given, form=form))
    for form in _forms_in(clean.filter(value.is_null()), style):
        value = _fill(value, clean, partial(_exact, form=form))
    value = _fill(value, clean, partial(_any_form, style=style))
    early, late = datetime.combine(FIRST_DAY, datetime.min.time()), datetime(LAST_DAY.year + 1, 1, 1)
    outside = ((value < early) | (value >= late)).fill_null(False)
    problem = (
        pl.when(outside)
        .then(pl.lit("out of range"))
        .when(clean.is_not_null() & value.is_null())
        .then(pl.lit("unreadable"))
        .otherwise(None)
    )
    return pl.select(value=pl.when(outside).then(None).otherwise(value), problem=problem)


def _fill(value: pl.Series, texts: pl.Series, read: Callable[[pl.Series], pl.Series]) -> pl.Series:
    missing = value.is_null() & texts.is_not_null()
    left = int(missing.sum())
    if not left:
        return value
    if left == len(texts):
        return read(texts).rename("value")
    return value.scatter(missing.arg_true(), read(texts.filter(missing)))


def _forms_in(texts: pl.Series, style: DateStyle) -> list[str]:
    """The exact forms worth trying on the whole column: those that read something of a sample."""
    filled = texts.drop_nulls()
    if not len(filled):
        return []
    step = max(1, len(filled) // SAMPLE)
    sample = filled.gather_every(step)
    ordered = _EXACT_MONTH_FIRST if style.order == "month_first" else _EXACT_DAY_FIRST
    forms = (*_EXACT, *(() if style.zone else _EXACT_OFFSET), *ordered)
    return [form for form in forms if _exact(sample, form).count() * 20 > len(sample)]


def _exact(texts: pl.Series, form: str) -> pl.Series:
    value = texts.str.to_datetime(form, strict=False, time_unit="us")
    return value.set((value.dt.year() < 1000).fill_null(False), None)  # 6/3/22 is not the year 22


def _given(texts: pl.Series, form: str) -> pl.Series:
    if form in ("epoch", "epoch_ms"):
        seconds = texts.cast(pl.Float64, strict=False) / (1000 if form == "epoch_ms" else 1)
        return (seconds.floor() * 1_000_000).cast(pl.Int64, strict=False).cast(pl.Datetime("us"))
    if form == "excel":
        return _serial(texts, 0)
    value = texts.str.to_datetime(form, strict=False, time_unit="us")
    if isinstance(value.dtype, pl.Datetime) and value.dtype.time_zone:
        value = value.dt.replace_time_zone(None)
    return value.dt.truncate("1s")


def _any_form(texts: pl.Series, style: DateStyle) -> pl.Series:
    plain = _plain(texts)
    value = _serial(plain, EXCEL_FIRST)
    readers: Iterable[tuple[str, Sequence[int], bool]] = (
        (_YEAR_FIRST, (1, 2, 3), False),
        (_YEAR_LAST, (3, 1, 2), True),
        (_COMPACT, (1, 2, 3), False),
        (_DAY_MONTH, (3, 2, 1), False),
        (_MONTH_DAY, (3, 1, 2), False),
    )
    for pattern, places, is_slashed in readers:
        missing = value.is_null() & plain.is_not_null()
        rest = plain.filter(missing)
        matching = rest.str.contains(pattern)
        if not matching.any():
            continue
        found = rest.filter(matching)
        places_in_value = missing.arg_true().filter(matching)
        value = value.scatter(places_in_value, _from_groups(found, pattern, places, is_slashed, style))
    return value


def _plain(texts: pl.Series) -> pl.Series:
    """Chinese and full-width characters, words for noon and weekdays, brought to the forms of the patterns."""
    plain = texts
    if (texts.str.len_bytes() != texts.str.len_chars()).any():
        plain = plain.str.replace_many(_WIDE)
        plain = plain.str.replace(r"\s*(?:星期|周)[一二三四五六日天]\s*", " ")
        plain = plain.str.replace(r"\s*(?:下午|晚上|晚)\s*(\S.*)$", " ${1} PM")
        plain = plain.str.replace(r"\s*(?:上午|早上|凌晨|早)\s*(\S.*)$", " ${1} AM")
        plain = plain.str.replace(r"中午\s*", " ")
        plain = plain.str.replace(r"\s*年\s*", "-").str.replace(r"\s*月\s*", "-").str.replace(r"\s*[日号]\s*", " ")
        plain = plain.str.replace(r"[时点]\s*(\d)", ":${1}").str.replace(r"[时点]\s*", ":00 ")
        plain = plain.str.replace(r"分\s*(\d)", ":${1}").str.replace(r"分", " ").str.replace(r"秒", " ")
        plain = plain.str.strip_chars().str.replace(r"-$", "-1").str.replace(r"  +", " ")
    lower = plain.str.to_lowercase()
    lower = lower.str.replace(r"^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[., ]+", "")
    return lower.str.replace(r"^(\w+ \d{1,2}|\d{1,2})(st|nd|rd|th)\b", "${1}")


def _serial(texts: pl.Series, first: int) -> pl.Series:
    numbers = texts.filter(texts.str.contains(r"^\d{1,5}(\.\d+)?$"))
    if not len(numbers):
        return pl.Series("value", [None] * len(texts), dtype=pl.Datetime("us"))
    days = texts.set(~texts.str.contains(r"^\d{1,5}(\.\d+)?$"), None).cast(pl.Float64)
    days = days.set((days < first) | (days >= EXCEL_LAST + 1), None)
    seconds = (days * 86_400).round(0).cast(pl.Int64)
    epoch = int((EXCEL_EPOCH - datetime(1970, 1, 1)).total_seconds())
    return ((seconds + epoch) * 1_000_000).cast(pl.Datetime("us"))


def _from_groups(
    texts: pl.Series, pattern: str, places: Sequence[int], is_slashed: bool, style: DateStyle
) -> pl.Series:
    groups = texts.str.extract_groups(pattern).struct.unnest()
    parts = groups.select(
        year=groups[str(places[0])].cast(pl.Int32),
        month=groups[str(places[1])]
        .replace(list(_MONTHS), [str(number) for number in _MONTHS.values()])
        .cast(pl.Int32),
        day=groups[str(places[2])].cast(pl.Int32),
        hour=groups["4"].cast(pl.Int32).fill_null(0),
        minute=groups["5"].cast(pl.Int32).fill_null(0),
        second=groups["6"].cast(pl.Int32).fill_null(0),
        noon=groups["7"].str.slice(0, 1),
        offset=groups["8"],
    )
    if is_slashed:
        parts = _in_order(parts, style.order)
    parts = parts.with_columns(
        year=pl.when(pl.col("year") >= 100)
        .then("year")
        .otherwise(pl.col("year") + pl.when(pl.col("year") < TWO_DIGIT_PIVOT).then(2000).otherwise(1900)),
        hour=pl.when((pl.col("noon") == "p") & (pl.col("hour") < 12))
        .then(pl.col("hour") + 12)
        .when((pl.col("noon") == "a") & (pl.col("hour") == 12))
        .then(0)
        .otherwise("hour"),
    )
    # 24:00 is the end of the day it is written on
    ends_day = (pl.col("hour") == 24) & (pl.col("minute") == 0)
    valid = (
        pl.col("month").is_between(1, 12)
        & pl.col("day").is_between(1, 31)
        & ((pl.col("hour") <= 23) | ends_day)
        & (pl.col("minute") <= 59)
        & (pl.col("second") <= 60)
    )
    day = pl.concat_str(
        pl.col("year").cast(pl.String).str.zfill(4),
        pl.col("month").cast(pl.String).str.zfill(2),
        pl.col("day").cast(pl.String).str.zfill(2),
        separator="-",
    ).str.to_date("%Y-%m-%d", strict=False)  # 31 June is no date
    seconds = pl.col("hour") * 3600 + pl.col("minute") * 60 + pl.col("second").clip(upper_bound=59)
    moment = day.cast(pl.Datetime("us")) + pl.duration(seconds=seconds)
    if style.zone:
        moment = pl.when(pl.col("offset").is_null()).then(moment).otherwise(_converted(moment, style.zone))
    return parts.select(value=pl.when(valid).then(moment).otherwise(None)).to_series()


def _in_order(parts: pl.DataFrame, order: Order) -> pl.DataFrame:
    first, second = pl.col("month"), pl.col("day")  # as they stand in the text
    month_first = ((first <= 12) & (second > 12)) if order == "day_first" else ~((first > 12) & (second <= 12))
    return parts.with_columns(
        month=pl.when(month_first).then(first).otherwise(second),
        day=pl.when(month_first).then(second).otherwise(first),
    )


def _converted(moment: pl.Expr, zone: str) -> pl.Expr:
    """The clock of the zone, for values whose text carries an offset."""
    sign = pl.when(pl.col("offset").str.starts_with("-")).then(-1).otherwise(1)
    digits = pl.col("offset").str.replace_all(r"\D", "")
    hours = digits.str.slice(0, 2).cast(pl.Int32, strict=False).fill_null(0)
    minutes = digits.str.slice(2, 2).cast(pl.Int32, strict=False).fill_null(0)
    universal = moment - pl.duration(minutes=sign * (hours * 60 + minutes))
    return universal.dt.replace_time_zone("UTC").dt.convert_time_zone(zone).dt.replace_time_zone(None)
