"""Who was asked how satisfied they are, who answered and what: evaluations of the demo register."""

import numpy as np
import polars as pl

from seed.demo import truths
from seed.demo.city import City
from seed.demo.paths import DAY, LEVELS, Arrays, Draws
from seed.demo.season import Season

MICROSECONDS = 1_000_000
FROM = {"bureau": "registered_at", "office": "replied_at"}  # target and the moment from which it can be evaluated
STATUSES = ("pending", "expired", "evaluated")
PENDING, EXPIRED, EVALUATED = range(3)
SCORES = ("satisfied", "basically_satisfied", "dissatisfied")
SCHEMA = pl.Schema(
    [(name, pl.String()) for name in ("case_id", "target", "status", "score")]
    + [(name, pl.Datetime("us")) for name in ("window_ends_at", "evaluated_at")]
)


def evaluations(draws: Draws | None, columns: Arrays, case_ids: pl.Series, where: City, when: Season) -> pl.DataFrame:
    """One row for each target of each item registered at national level: status, score, end of window, moment.

    Args:
        draws: None gives an empty frame of the same columns.
        columns: arrays of one step, in the order of `case_ids`.
    """
    if draws is None:
        return pl.DataFrame(schema=SCHEMA)
    cutoff = (int(when.days[-1]) + 1) * DAY - 1
    parts = [_of_target(target, draws, columns, case_ids, where, cutoff) for target in FROM]
    return pl.concat(parts)


def _of_target(
    target: str, draws: Draws, columns: Arrays, case_ids: pl.Series, where: City, cutoff: int
) -> pl.DataFrame:
    start = columns[FROM[target]]
    low = columns["responsible_office_id"] == where.offices.index(truths.LOW_OFFICE)
    answers = draws.chance(np.where(low, truths.LOW_PARTICIPATION, truths.PARTICIPATION[target]))
    moment = start + (draws.share() ** 2 * truths.EVALUATION_DAYS * DAY).astype(np.int64)
    window = (start // DAY + truths.EVALUATION_DAYS + 1) * DAY - 1
    satisfied = truths.SATISFACTION[target]
    score = np.digitize(draws.share(), (satisfied * truths.SATISFIED_FULLY, satisfied))
    evaluated = answers & (moment <= cutoff)
    status = np.where(evaluated, EVALUATED, np.where(window <= cutoff, EXPIRED, PENDING))
    national = columns["register_level"] == LEVELS.index("national")
    asked = pl.Series(np.flatnonzero(national & (start <= cutoff)).astype(np.uint32))
    is_evaluated = pl.col("status") == STATUSES[EVALUATED]
    return (
        pl.DataFrame(
            {
                "case_id": case_ids,
                "target": pl.Series([target]).new_from_index(0, len(case_ids)),
                "status": pl.Series(STATUSES).gather(pl.Series(status.astype(np.uint32))),
                "score": pl.Series(SCORES).gather(pl.Series(score.astype(np.uint32))),
                "window_ends_at": pl.Series(window * MICROSECONDS).cast(pl.Datetime("us")),
                "evaluated_at": pl.Series(moment).clip(upper_bound=cutoff) * MICROSECONDS,
            }
        )[asked]
        .with_columns(pl.when(is_evaluated).then(pl.col("score", "evaluated_at")))
        .cast(SCHEMA)
    )
