"""Cities to try the weak-signal detectors on: weekly counts by place and topic with rises put in, all of it invented.

Nothing here knows the detectors. Counts are a negative binomial around place × topic × season × drift × calendar, with
shocks that all places share; rises are extra cases over four to twelve weeks of the last year.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

PLACES, TOPICS = 12, 15
YEARS, WEEKS_A_YEAR = 4, 52
RISES = 24  # in the last year, one a cell
RISE_SIZES, RISE_WEEKS = (3, 5, 8, 12, 20), (4, 8, 12)
MONTHLY = (5, 60)  # cases of a place, smallest and largest
SPECIAL = ((4, 2, 0.55), (9, 2, 1.5), (39, 1, 0.7))  # week of the year, weeks, factor: holiday, sessions, holiday


@dataclass(frozen=True)
class City:
    """Counts (places, topics, weeks), codes of special weeks, first week judged, and the rises put in.

    A rise is a dict of cell (place × topics + topic), start and end week, nominal (cases put in).
    """

    name: str
    counts: npt.NDArray[np.float64]
    special_weeks: npt.NDArray[np.int64]
    judged_from: int
    rises: list[dict[str, Any]]


def invent(seed: int, *, dispersion: tuple[float, float] = (1.0, 1.8), years: int = YEARS, rises: int = RISES) -> City:
    """A city; the same seed gives the same one.

    Args:
        dispersion: variance over mean of weekly counts, between which cells lie.
        years: of history, the year judged included.
        rises: put in; 0 for a city where nothing happens.
    """
    rng = np.random.default_rng([seed, 2022])
    weeks = years * WEEKS_A_YEAR
    calendar, codes = _calendar(rng, weeks)
    mean = _means(rng, weeks) * calendar
    spread = rng.uniform(*dispersion, (PLACES, TOPICS, 1))
    size = mean / np.maximum(spread - 1, 1e-3)
    counts = rng.poisson(rng.gamma(size, mean / size)).astype(float)
    put_in = [_rise(rng, int(cell), weeks, counts) for cell in rng.choice(PLACES * TOPICS, rises, replace=False)]
    return City(f"invented {seed}", counts, codes, weeks - WEEKS_A_YEAR, put_in)


def _means(rng: np.random.Generator, weeks: int) -> npt.NDArray[np.float64]:
    """Expected cases a week, shape (places, topics, weeks), without the calendar."""
    volume = np.exp(rng.uniform(*np.log(MONTHLY), (PLACES, 1))) * 12 / WEEKS_A_YEAR
    share = rng.dirichlet(3 / np.arange(1, TOPICS + 1) ** 0.9)
    level = volume * share * np.exp(rng.normal(0, 0.4, (PLACES, TOPICS)) - 0.08)
    clock = np.arange(weeks) / WEEKS_A_YEAR
    swing, phase = rng.uniform(0, 0.2, (TOPICS, 1)), rng.uniform(0, 1, (TOPICS, 1))
    season = 1 + swing * np.cos(2 * np.pi * (clock + phase))
    drift = np.exp(rng.normal(0, 0.12, (PLACES, TOPICS, 1)) * clock)
    shocks = np.exp(rng.normal(0, 0.1, (TOPICS, weeks)))
    return np.asarray(level[:, :, None] * season * drift * shocks)


def _calendar(rng: np.random.Generator, weeks: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    factor, codes = np.ones(weeks), np.zeros(weeks, dtype=np.int64)
    for first in range(0, weeks, WEEKS_A_YEAR):
        for kind, (week, length, times) in enumerate(SPECIAL, start=1):
            at = first + week + int(rng.integers(0, 2))
            factor[at : at + length] *= times
            codes[at : at + length] = kind
    return factor, codes


def _rise(rng: np.random.Generator, cell: int, weeks: int, counts: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Add a rise to the counts: most of its cases in its first half, like an outbreak's."""
    size, length = int(rng.choice(RISE_SIZES)), int(rng.choice(RISE_WEEKS))
    start = int(rng.integers(weeks - WEEKS_A_YEAR, weeks - 8))
    when = np.clip(np.round(rng.lognormal(0, 0.5, size) / 3 * length), 0, length - 1).astype(np.int64)
    inside = start + when[start + when < weeks]
    np.add.at(counts[cell // TOPICS, cell % TOPICS], inside, 1)
    return {"cell": cell, "start": start, "end": min(start + length, weeks) - 1, "nominal": size}
