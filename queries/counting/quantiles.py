"""Exact quantiles of elapsed time, from how often each value occurs; of waits that still run by Kaplan and Meier.

With many rows there are as many values as rows. Then days are counted first, which tells in which days the quantiles
of each group lie, and only the rows of those days are looked at to the second.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import narwhals as nw
import polars as pl
from scipy.stats import norm

from queries.counting.one_pass import Frame, Group, histogram
from queries.engines import Engine
from queries.stats.intervals import CONFIDENCE, quantile_ranks

SECONDS_A_DAY = 86400
NEARLY = 1e-9  # rounding of a product of shares
LIMITS = ("_lower", "_upper")
CONFIDENCE_Z = float(norm.isf((1 - CONFIDENCE) / 2))
FEW_ROWS = 300_000  # up to here one look at all seconds is quicker than two at some

Joined = Callable[[pl.DataFrame, list[str], Sequence[str]], pl.DataFrame]
"""Puts periods for days in a counted frame and adds up: frame, counted columns, further keys."""


@dataclass(frozen=True)
class Durations:
    """Elapsed time of some rows, by group.

    Attributes:
        rows: the rows measured.
        seconds: their elapsed seconds, whole numbers.
        ended: those of the rows whose time has ended, never null; None where all have.
        by: columns of the result.
        joined: from the groups' codes to those columns.
    """

    frame: Frame | None
    rows: nw.Expr
    seconds: nw.Expr
    ended: nw.Expr | None
    groups: Sequence[Group]
    by: tuple[str, ...]
    joined: Joined


def quantiles(engine: Engine, durations: Durations, shares: Sequence[float], rows: int) -> list[pl.DataFrame]:
    """Quantiles in days: linearly interpolated, or of the Kaplan–Meier curve where some time still runs.

    Args:
        shares: 0.5 for the median.
        rows: about how many rows there are.

    Returns:
        One frame a share: the `by` columns, `_days`, and `_lower` and `_upper`, its 95 % limits; one row a group that
        has any row, without groups one row in any case (null where nothing is measured, where so many have not ended
        by the last day seen, or where there are too few to bound it on that side).
    """
    if durations.ended is not None:
        remaining = _remaining(engine, durations, durations.ended)
        return [_reached(remaining, share, durations.by) for share in shares]
    if rows <= FEW_ROWS:
        counted = _counted(engine, durations, durations.rows, durations.seconds)
        return [_read(counted, share, durations.by) for share in shares]
    bins = _counted(engine, durations, durations.rows, _day(durations.seconds))
    targets = pl.concat([_targets(bins, share, durations.by) for share in dict.fromkeys(shares)])
    needed = targets["bin"].drop_nulls().unique().to_list()
    inside = durations.rows & _day(durations.seconds).is_in(needed)
    counted = _counted(engine, durations, inside, durations.seconds)
    found = _found(counted, targets, durations.by)
    return [_interpolated(found.filter(pl.col("share") == share), durations.by) for share in shares]


def _remaining(engine: Engine, durations: Durations, ended: nw.Expr) -> pl.DataFrame:
    """by, value, remaining: the share whose time is longer (Kaplan & Meier, JASA 53, 1958), ascending.

    low and high are its pointwise 95 % limits (Greenwood's variance on the log-log scale).
    """
    flag = nw.when(ended).then(nw.lit(1)).otherwise(nw.lit(0))
    groups = [*durations.groups, Group("_ended", flag, 2)]
    counted = histogram(engine, durations.frame, durations.rows, durations.seconds, groups)
    keys = [*durations.by, "value"]
    frame = durations.joined(counted, ["rows"], ["_ended", "value"]).group_by(keys).agg(
        pl.col("rows").sum(), pl.col("rows").filter(pl.col("_ended") == 1).sum().alias("ended")
    ).sort("value")  # fmt: skip
    by = durations.by
    at_risk = _over(pl.col("rows").sum(), by) - _over(pl.col("rows").cum_sum(), by) + pl.col("rows")
    left = at_risk - pl.col("ended")
    frame = frame.with_columns(
        (1 - pl.col("ended") / at_risk).alias("kept"),
        pl.when(left > 0).then(pl.col("ended") / (at_risk * left)).alias("varies"),
    ).with_columns(
        _over(pl.col("kept").cum_prod(), by).alias("remaining"),
        _over(pl.col("varies").cum_sum(), by).sqrt().alias("error"),
    )
    within = (pl.col("remaining") > 0) & (pl.col("remaining") < 1)
    log = pl.col("remaining").log()
    widened = [
        pl.when(within).then((log * (way * CONFIDENCE_Z * pl.col("error") / log).exp()).exp()).alias(end)
        for end, way in (("low", -1), ("high", 1))
    ]
    return frame.with_columns(widened)


def _reached(remaining: pl.DataFrame, share: float, by: tuple[str, ...]) -> pl.DataFrame:
    # a curve that rests at exactly the share gives the middle of that rest, as in `queries.stats.survival`
    first, second = (pl.col("value").filter(pl.col("remaining") < 1 - share + way * NEARLY).first() for way in (1, -1))
    # the quantile's limits are where the curve's limits cross it (Brookmeyer & Crowley, Biometrics 38, 1982)
    limits = (
        (pl.col("value").filter(pl.col(end) <= 1 - share + NEARLY).first() / SECONDS_A_DAY).alias(name)
        for end, name in (("low", "_lower"), ("high", "_upper"))
    )
    return _agg(remaining, by, (((first + pl.coalesce(second, first)) / 2) / SECONDS_A_DAY).alias("_days"), *limits)


def _day(seconds: nw.Expr) -> nw.Expr:
    # engines round negative quotients differently, so all impossible values go into one bin below
    return nw.when(seconds < 0).then(nw.lit(0)).otherwise(seconds // SECONDS_A_DAY + 1)


def _counted(engine: Engine, durations: Durations, rows: nw.Expr, value: nw.Expr) -> pl.DataFrame:
    """by, value, rows; in ascending order of value."""
    counted = histogram(engine, durations.frame, rows, value, durations.groups)
    return durations.joined(counted, ["rows"], ["value"]).sort("value")


def _over(expression: pl.Expr, by: Sequence[str]) -> pl.Expr:
    return expression.over(by) if by else expression


def _agg(frame: pl.DataFrame, by: Sequence[str], *expressions: pl.Expr) -> pl.DataFrame:
    return frame.group_by(by).agg(*expressions) if by else frame.select(*expressions)


def _ranked(counted: pl.DataFrame, share: float, by: tuple[str, ...]) -> pl.DataFrame:
    """With upto (rows up to the value) and, the same in every row of a group, the ranks from 1 of the quantile's
    limits as `_lower` and `_upper`, 0 where there is none."""
    frame = counted.with_columns(
        _over(pl.col("rows").cum_sum(), by).alias("upto"), _over(pl.col("rows").sum(), by).alias("all")
    )
    sizes = frame.select(pl.col("all").unique())
    ranks = quantile_ranks(sizes["all"].to_numpy(), share)
    sizes = sizes.with_columns(pl.Series(name, rank) for name, rank in zip(LIMITS, ranks, strict=True))
    return frame.join(sizes, on="all", how="left", maintain_order="left")


def _read(counted: pl.DataFrame, share: float, by: tuple[str, ...]) -> pl.DataFrame:
    frame = _ranked(counted, share, by)
    place = share * (pl.col("upto").last() - 1)
    low, high = (pl.col("value").filter(pl.col("upto") > end).first() for end in (place.floor(), place.ceil()))
    limits = (
        (pl.col("value").filter((pl.col(name) > 0) & (pl.col("upto") >= pl.col(name))).first() / SECONDS_A_DAY)
        .alias(name)
        for name in LIMITS
    )  # fmt: skip
    return _agg(frame, by, ((low + (high - low) * (place - place.floor())) / SECONDS_A_DAY).alias("_days"), *limits)


def _targets(bins: pl.DataFrame, share: float, by: tuple[str, ...]) -> pl.DataFrame:
    """Where the values asked for lie: by, share, role, weight, bin, rank within the bin (from 0).

    Two are the ends to interpolate (role `_days`), one each the limits; those without a bin are not there.
    """
    frame = _ranked(bins, share, by)
    place = share * (pl.col("upto").last() - 1)
    part = place - place.floor()
    ends = []
    for role, rank, weight in (
        ("_days", place.floor(), 1 - part),
        ("_days", place.ceil(), part),
        *((name, pl.col(name).first() - 1, pl.lit(1.0)) for name in LIMITS),
    ):
        beyond = (pl.col("upto") > rank) & (rank >= 0)
        before = (pl.col("upto") - pl.col("rows")).filter(beyond).first()
        ends.append(
            _agg(
                frame,
                by,
                pl.lit(share).alias("share"),
                pl.lit(role).alias("role"),
                weight.alias("weight"),
                pl.col("value").filter(beyond).first().alias("bin"),
                (rank - before).cast(pl.Int64).alias("rank"),
            )
        )
    return pl.concat(ends)


def _found(counted: pl.DataFrame, targets: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    """The seconds at each target."""
    seconds = pl.col("value")
    day = pl.when(seconds < 0).then(pl.lit(0, pl.Int64)).otherwise(seconds // SECONDS_A_DAY + 1).alias("bin")
    within = counted.with_columns(day).with_columns(pl.col("rows").cum_sum().over([*by, "bin"]).alias("upto"))
    pairs = targets.join(within, on=[*by, "bin"], how="left", maintain_order="left_right")
    keys = [*by, "share", "role", "weight", "bin", "rank"]
    at = pl.col("value").filter(pl.col("upto") > pl.col("rank")).first()
    return pairs.group_by(keys).agg(at)


def _interpolated(found: pl.DataFrame, by: tuple[str, ...]) -> pl.DataFrame:
    roles = ("_days", *LIMITS)
    days = ((pl.col("value") * pl.col("weight")).filter(pl.col("role") == role) for role in roles)
    return _agg(
        found, by,
        *((pl.when(each.is_not_null().any()).then(each.sum()) / SECONDS_A_DAY).alias(role)
          for role, each in zip(roles, days, strict=True)),
    )  # fmt: skip
