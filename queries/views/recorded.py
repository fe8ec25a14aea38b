"""What pages on records share: rows as they stood on a day, names of offices, filters that apply, time to an end."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from queries import wording
from queries.days import day_number
from queries.dimensions import BLANK, DIMENSIONS
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.stats.survival import Ended, follow_up, kaplan_meier, median_days, median_limits
from queries.vocabulary import Text

ROOMY = 8  # columns of a grid; of more than that the English month is named where it changes
AT_RISK = 5  # items; a curve that rests on fewer is not drawn
CURVE = {
    "day": pl.Int64(),
    "value": pl.Float64(),
    "lower": pl.Float64(),
    "upper": pl.Float64(),
    "at_risk": pl.Int64(),
    "median": pl.Float64(),
    "median_lower": pl.Float64(),
    "median_upper": pl.Float64(),
}


def as_stood(frame: pl.DataFrame, as_of: date, days: Iterable[str]) -> pl.DataFrame:
    """Records as they stood at the end of a day: what is dated later has not happened yet."""
    return frame.with_columns(pl.when(pl.col(name) <= as_of).then(name).alias(name) for name in days)


def office_names(snapshot: Snapshot) -> dict[str, Text]:
    """Labels of places and offices by key; "" is the blank one."""
    found = {"": BLANK}
    for name in ("place", "office"):
        rows = snapshot.dimension(name).filter(pl.col("key") != "").select("key", "zh", "en").iter_rows()
        found |= {key: Text(zh, en) for key, zh, en in rows}
    return found


def named(frame: pl.DataFrame, snapshot: Snapshot, column: str, zh: str = "zh", en: str = "en") -> pl.DataFrame:
    """The frame with the labels of the offices or places in a column; an unknown one is called by its key."""
    names = office_names(snapshot)
    key = pl.col(column).fill_null("")
    return frame.with_columns(
        key.replace_strict(list(names), [text.zh for text in names.values()], default=key, return_dtype=pl.String)
        .alias(zh),
        key.replace_strict(list(names), [text.en for text in names.values()], default=key, return_dtype=pl.String)
        .alias(en),
    )  # fmt: skip


def most_gaps_first(frame: pl.DataFrame, row: str, gaps: pl.Expr, most: int) -> tuple[pl.DataFrame, int]:
    """The rows of a grid a picture has room for, those with the most gaps on top.

    Args:
        row: column with the key of a row. gaps: what each cell weighs.

    Returns:
        The cells of these rows, in their order, and how many rows are left out.
    """
    weighed = frame.group_by(row, maintain_order=True).agg(gaps.sum().alias("gaps"))
    order = weighed.sort("gaps", descending=True, maintain_order=True).head(most).select(row).with_row_index("_order")
    kept = frame.join(order, on=row, how="inner", maintain_order="left").sort("_order", maintain_order=True)
    return kept.drop("_order"), weighed.height - order.height


def cells(
    frame: pl.DataFrame, row: str, day: str, text: str, about: Mapping[str, pl.Expr], faint: pl.Expr
) -> pl.DataFrame:
    """A grid as `charts.matrix` draws it.

    Args:
        row, day: columns with the key of a row and the day of a column. text: the number beside a mark. The key keeps
            its name, so that a click on a mark narrows to it where it is one of the view's dimensions.
        about: by language, what is said of a cell.
        faint: whether the column's ground is grey.

    Returns:
        the key, zh, en, column, label_zh, label_en, status, text, about_zh, about_en, faint.
    """
    days = frame.select(pl.col(day).unique().sort()).to_series().to_list()
    is_new = [place == 0 or each.month != days[place - 1].month for place, each in enumerate(days)]
    label = {
        each: f"{each:%-d %b}" if new or len(days) <= ROOMY else f"{each:%-d}"
        for each, new in zip(days, is_new, strict=True)
    }
    return frame.select(
        row,
        "zh",
        "en",
        pl.col(day).alias("column"),
        pl.col(day).dt.strftime("%-m/%-d").alias("label_zh"),
        pl.col(day).replace_strict(label, return_dtype=pl.String).alias("label_en"),
        "status",
        pl.col(text).cast(pl.String).fill_null("").alias("text"),
        *(said.alias(f"about_{language}") for language, said in about.items()),
        faint.alias("faint"),
    )


def narrowed(frame: pl.DataFrame, filters: Filters, columns: Mapping[str, str]) -> pl.DataFrame:
    """The records inside the filters that apply to them.

    Args:
        columns: dimension to the column that holds its keys. A record of an office is kept where the office is chosen
            as an office or as a place: a township is both.
    """
    for names in _alternatives(columns):
        kept = [key for name in names for key in filters.keys(name)]
        if kept:
            frame = frame.filter(pl.col(columns[names[0]]).fill_null("").is_in(kept))
    return frame


def _alternatives(columns: Mapping[str, str]) -> list[list[str]]:
    by_column: dict[str, list[str]] = {}
    for name, column in columns.items():
        by_column.setdefault(column, []).append(name)
    return list(by_column.values())


def applicable(filters: Filters, dimensions: Sequence[str]) -> Filters:
    """The selection without the filters these records do not carry."""
    for name, _ in filters.where:
        if name not in dimensions:
            filters = filters.only(name)
    return filters


def not_applied(filters: Filters, dimensions: Sequence[str]) -> tuple[Text, ...]:
    """A sentence on the filters that records do not carry, where any is set."""
    names = [DIMENSIONS[name].label for name, _ in filters.where if name not in dimensions]
    if not names:
        return ()
    return (
        Text(
            f"本页台账没有{'、'.join(name.zh for name in names)}，该条件未起作用。",
            f"These records have no {' or '.join(name.en.lower() for name in names)}: that filter has no effect here.",
        ),
    )


def curve(start: pl.Series, end: pl.Series, as_of: date) -> pl.DataFrame:
    """Kaplan–Meier: the share that has ended by each day, open ones counted as followed until the as-of day.

    Args:
        start, end: dates; a null end, or one after the as-of day, has not happened. No start is null or later.

    Returns:
        day, value, lower, upper (95 %; null where the share is 0 or 1), at_risk, median, median_lower, median_upper
        (`median`, the same in every row). Days on which the curve moves, the first, and the last on which at least
        AT_RISK items are followed; no row where there never are so many.
    """
    first, last = _numbers(start), _numbers(end)
    seen = follow_up(first, last, np.full(len(start), Ended.CLOSED), day_number(as_of))
    found = kaplan_meier(seen) if len(start) else None
    if found is None:
        return pl.DataFrame(schema=CURVE)
    share, lower, upper = found.share[0], found.lower[0], found.upper[0]
    columns = {"day": found.day, "value": share, "lower": lower, "upper": upper, "at_risk": found.at_risk[0]}
    half = median(start, end, as_of)
    medians = [
        pl.lit(days, pl.Float64).alias(name)
        for name, days in zip(list(CURVE)[-3:], (half.days, half.lower, half.upper), strict=True)
    ]
    frame = pl.DataFrame(columns).with_columns(medians).cast(CURVE)  # type: ignore[arg-type]  # names to types
    frame = frame.with_columns(pl.col("lower", "upper").fill_nan(None)).filter(pl.col("at_risk") >= AT_RISK)
    moves = (pl.col("value") != pl.col("value").shift(1)).fill_null(True)
    return frame.filter(moves | (pl.col("day") == pl.col("day").max()))


@dataclass(frozen=True)
class Median:
    """The day by which half have ended, and its 95 % limits; None where it has not come, or a limit does not exist."""

    days: float | None = None
    lower: float | None = None
    upper: float | None = None

    def said(self, language: str) -> str:
        """95 days (95% interval 80.0–120.0 days)."""
        reach = wording.days_interval(self.lower, self.upper, language)
        limits = f"（95%区间 {reach}）" if language == "zh" else f" (95% interval {reach})"
        return wording.days(self.days, language) + limits


def median(start: pl.Series, end: pl.Series, as_of: date) -> Median:
    """The median of `curve`, open ones counted as followed."""
    if not len(start):
        return Median()
    seen = follow_up(_numbers(start), _numbers(end), np.full(len(start), Ended.CLOSED), day_number(as_of))
    found = kaplan_meier(seen)
    values = (float(values[0]) for values in (median_days(found), *median_limits(found)))
    return Median(*(None if np.isnan(day) else day for day in values))


def _numbers(days: pl.Series) -> np.ndarray:
    return days.cast(pl.Date).cast(pl.Int32).cast(pl.Float64).fill_null(float("nan")).to_numpy()
