"""Score the weak-signal detectors on the challenge cities: simulated counts with injected rises, held outside the tree.

`python -m tests.bench.signals [folder]` prints a table; the folder holds citytruth.json and the cities' counts, by
default `$HUIYIN_SHARED/reference/t5_challenge` or the shared folder beside the repository.
"""

import csv
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.stats.farrington import Settings, ears, farrington_flexible
from queries.stats.surveillance import ALPHA_MONTHLY, ALPHA_WEEKLY, looks

WEEKS_A_MONTH = 52 / 12
Detector = Callable[[npt.NDArray[np.float64], Sequence[int], npt.NDArray[np.int64]], npt.NDArray[np.bool_]]


@dataclass(frozen=True)
class City:
    """Counts (places, topics, weeks), codes of special weeks, first week judged, and the rises put in."""

    name: str
    counts: npt.NDArray[np.float64]
    special_weeks: npt.NDArray[np.int64]
    judged_from: int
    rises: list[dict[str, Any]]


@dataclass(frozen=True)
class Score:
    """False alarms a month and city, their share of clean cells, share of alarms that are right, share of rises found.

    `delay` is the median number of weeks to the first alarm; `found_by_size` the share found by cases put in.
    """

    false_alarms: float
    false_share: float
    right_share: float
    found: float
    delay: float
    found_by_size: dict[int, float]
    rises: int


def challenge_folder() -> Path:
    """Where the challenge is kept."""
    named = os.environ.get("HUIYIN_SHARED")
    root = Path(named) if named else Path(__file__).resolve().parents[3] / "shared"
    return root / "reference" / "t5_challenge"


def read_cities(folder: Path) -> list[City]:
    """The cities of a challenge folder."""
    truth = json.loads((folder / "citytruth.json").read_text(encoding="utf-8"))
    return [_read_city(folder, city) for city in truth["cities"]]


def _read_city(folder: Path, city: dict[str, Any]) -> City:
    with (folder / city["file"]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    flat = np.array([row[2:] for row in rows], dtype=float)
    counts = flat.reshape(city["towns"], city["categories"], city["weeks"])
    return City(city["file"], counts, np.array(city["special_weeks"]), city["evaluation_from_week"], city["truth"])


def look_weeks(city: City, step: int) -> list[int]:
    """Last weeks of the windows judged: every `step` weeks of the evaluation year."""
    return list(range(city.judged_from + 3, city.counts.shape[2], step))


def score(cities: Sequence[City], detect: Detector, *, step: int) -> Score:
    """Run a detector over cities, every `step` weeks, and count as the challenge does.

    An alarm is right in the weeks of a rise of its cell and the four after; a rise is found by one right alarm.
    """
    false = right = clean = weeks = 0
    delays: list[int] = []
    by_size: dict[int, list[bool]] = {}
    for city in cities:
        ends = np.array(look_weeks(city, step))
        alarms = detect(city.counts, ends.tolist(), city.special_weeks).reshape(len(ends), -1)
        busy = np.zeros(alarms.shape, dtype=bool)
        for rise in city.rises:
            during = (ends >= rise["start"]) & (ends <= rise["end"] + 4)
            busy[during, rise["cell"]] = True
            hits = np.flatnonzero(during & alarms[:, rise["cell"]])
            by_size.setdefault(rise["nominal"], []).append(hits.size > 0)
            if hits.size:
                delays.append(int(ends[hits[0]] - rise["start"]))
        false, right, clean = false + (alarms & ~busy).sum(), right + (alarms & busy).sum(), clean + (~busy).sum()
        weeks += len(ends) * step
    found = [hit for hits in by_size.values() for hit in hits]
    return Score(
        false_alarms=float(false / (weeks / WEEKS_A_MONTH)),
        false_share=float(false / clean),
        right_share=float(right / max(1, right + false)),
        found=float(np.mean(found)),
        delay=float(np.median(delays)) if delays else float("nan"),
        found_by_size={size: float(np.mean(hits)) for size, hits in sorted(by_size.items())},
        rises=len(found),
    )


def empirical_bayes(alpha: float, **settings: Any) -> Detector:
    """The product's detector at one alpha."""

    def detect(
        counts: npt.NDArray[np.float64], ends: Sequence[int], codes: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.bool_]:
        found = looks(counts, ends, special_weeks=codes, alpha=alpha, **settings)
        return np.stack([look.is_flagged for look in found])

    return detect


def blocks(counts: npt.NDArray[np.float64], end: int, periods: int) -> npt.NDArray[np.float64]:
    """Cases of the last four-week blocks up to week `end`, oldest first, shape (places, topics, periods)."""
    first = end + 1 - 4 * periods
    return counts[:, :, first : end + 1].reshape(*counts.shape[:2], periods, 4).sum(axis=3)


def naive_rise(
    counts: npt.NDArray[np.float64], ends: Sequence[int], codes: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """At least three cases and 20 % more than the four weeks before: what a spreadsheet does."""
    pairs = [blocks(counts, end, 2) for end in ends]
    return np.stack([(pair[:, :, 1] >= 3) & (pair[:, :, 1] >= 1.2 * pair[:, :, 0]) for pair in pairs])


def ears_c2(
    counts: npt.NDArray[np.float64], ends: Sequence[int], codes: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """EARS C2 on four-week blocks: seven blocks that end two before, z 3.09, standard deviation at least a half."""
    found = []
    for end in ends:
        past = blocks(counts, end, 10)
        limits = [ears(row, [9], alpha=0.001, least_sigma=0.5)[0] for row in past.reshape(-1, 10)]
        found.append(past[:, :, 9] > np.reshape(limits, past.shape[:2]))
    return np.stack(found)


def farrington_4_weekly(
    counts: npt.NDArray[np.float64], ends: Sequence[int], codes: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Farrington Flexible on four-week blocks, 13 a year, three years or as many as there are.

    How the published run cut its years is not known, so the figures beside it differ.
    """
    found = []
    for end in ends:
        periods = (end + 1) // 4
        years = min(3, (periods - 2) // 13)
        settings = Settings(years=years, reach=1, blocks=5, left_out=6)
        rows = blocks(counts, end, periods).reshape(-1, periods)
        alarms = [
            bool(farrington_flexible(row, [periods - 1], per_year=13, settings=settings).is_alarm[0])
            if row[-1] > 0 and row[:-1].any()
            else False
            for row in rows
        ]
        found.append(np.reshape(alarms, counts.shape[:2]))
    return np.stack(found)


RUNS: dict[str, tuple[str, Detector, int]] = {
    "monthly, alpha 0.01": ("EB-NB-cal alpha=.01 [monthly]", empirical_bayes(ALPHA_MONTHLY), 4),
    "monthly, alpha 0.005": ("EB-NB-cal alpha=.005 [monthly]", empirical_bayes(0.005), 4),
    "weekly, alpha 0.005": ("EB-NB-cal rolling alpha=.005 [weekly]", empirical_bayes(ALPHA_WEEKLY), 1),
}

COMPARISONS: dict[str, tuple[str, Detector, int]] = {
    "naive +20 %": ("naive +20% and >=3 [monthly]", naive_rise, 4),
    "EARS C2": ("EARS C2 z=3.09 minSigma=.5 [monthly]", ears_c2, 4),
    "Farrington Flexible": ("Farrington Flexible 4-weekly alpha=.01 [monthly]", farrington_4_weekly, 4),
}


def main(folder: Path) -> None:
    """Print our scores beside the published ones."""
    cities = read_cities(folder)
    published = json.loads((folder / "benchmark_open.json").read_text(encoding="utf-8"))["benchmark"]
    print(f"{'run':24}{'false/month':>14}{'right':>14}{'found':>14}{'delay':>12}{'seconds':>9}")
    for name, (theirs, detect, step) in (RUNS | COMPARISONS).items():
        started = time.perf_counter()
        ours, beside = score(cities, detect, step=step), published[theirs]
        print(
            f"{name:24}{ours.false_alarms:7.2f}/{beside['false_alarms_per_month_per_city']:.2f}"
            f"{ours.right_share:10.2f}/{beside['ppv']:.2f}{ours.found:10.3f}/{beside['pod']:.3f}"
            f"{ours.delay:8.0f}/{beside['median_delay_weeks']:.0f}{time.perf_counter() - started:9.1f}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else challenge_folder())
