"""Score the weak-signal detectors on cities with rises put in: invented ones, and those of the published challenge.

`python -m tests.bench.signals` prints, for cities of `tests.bench.cities`, how many rises each method finds as it is
commonly set and at the same number of false alarms, and whether the number of false alarms the page states comes true.
Where the published challenge is found it is scored as well: citytruth.json and counts in the folder given with
`--challenge`, else in `$HUIYIN_SHARED/reference/t5_challenge` or the shared folder beside the repository.
"""

import argparse
import csv
import json
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import stats

from queries.stats.episodes import LOOKS_A_MONTH, new_flags
from queries.stats.farrington import Settings, farrington_flexible
from queries.stats.surveillance import ALPHA_MONTHLY, ALPHA_WEEKLY, looks
from tests.bench.cities import City, invent
from tests.bench.published import ears

WEEKS_A_MONTH = 52 / 12
BUDGET = 1.0  # false alarms a month and city, at which methods are compared
CITIES = {"base": 6, "over-dispersed": 4, "short history": 4}  # how many of each kind
QUIET = 30  # cities of each kind where nothing happens
QUIET_FROM = 49_999  # how far on their seeds are
KINDS: dict[str, dict[str, Any]] = {
    "base": {},
    "over-dispersed": {"dispersion": (1.5, 3.0)},
    "short history": {"years": 2},
}
Detector = Callable[[npt.NDArray[np.float64], Sequence[int], npt.NDArray[np.int64]], npt.NDArray[np.bool_]]


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
        with np.errstate(invalid="ignore", divide="ignore"):
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


def suspicion_bayes(city: City, ends: Sequence[int]) -> npt.NDArray[np.float64]:
    """How unusual each window is to the product's detector, shape (looks, cells); higher is more so."""
    found = looks(city.counts, ends, special_weeks=city.special_weeks)
    return np.stack([np.where(look.observed >= 2, -look.p, -np.inf).ravel() for look in found])


def suspicion_farrington(city: City, ends: Sequence[int]) -> npt.NDArray[np.float64]:
    """The same to Farrington Flexible; with fewer than five cases in four windows there is never an alarm there."""
    found = []
    for end in ends:
        periods = (end + 1) // 4
        settings = Settings(years=min(3, (periods - 2) // 13), reach=1, blocks=5, left_out=6)
        row = []
        for series in blocks(city.counts, end, periods).reshape(-1, periods):
            judged = series[-settings.fewest_over :].sum() >= settings.fewest_cases and series[:-1].any()
            with np.errstate(invalid="ignore", divide="ignore"):  # a fit that fails on a nearly empty past says nothing
                alarms = farrington_flexible(series, [periods - 1], per_year=13, settings=settings) if judged else None
            row.append(np.nan_to_num(-alarms.p[0], nan=-np.inf) if alarms else -np.inf)
        found.append(row)
    return np.array(found)


def suspicion_own_history(city: City, ends: Sequence[int]) -> npt.NDArray[np.float64]:
    """The same to a cell's own two years of four-week blocks, the newest left out: negative binomial, Jeffreys."""
    found = []
    for end in ends:
        series = blocks(city.counts, end, min((end + 1) // 4, 2 * 13 + 2))
        past, now = series[:, :, :-2], series[:, :, -1]
        chance = stats.nbinom.sf(now - 1, past.sum(axis=2) + 0.5, past.shape[2] / (past.shape[2] + 1))
        found.append(np.where(now >= 2, -chance, -np.inf).ravel())
    return np.stack(found)


def suspicion_ears(city: City, ends: Sequence[int]) -> npt.NDArray[np.float64]:
    """The same to EARS C2: standard deviations above the mean of seven four-week blocks."""
    found = []
    for end in ends:
        past = blocks(city.counts, end, 10)
        base = past[:, :, :7]
        found.append(((past[:, :, 9] - base.mean(axis=2)) / np.maximum(base.std(axis=2, ddof=1), 0.5)).ravel())
    return np.stack(found)


def suspicion_naive(city: City, ends: Sequence[int]) -> npt.NDArray[np.float64]:
    """The same to a spreadsheet: cases over those of the four weeks before."""
    pairs = [blocks(city.counts, end, 2) for end in ends]
    return np.stack(
        [np.where(p[:, :, 1] >= 3, p[:, :, 1] / np.maximum(p[:, :, 0], 0.5), -np.inf).ravel() for p in pairs]
    )


SUSPICIONS: dict[str, Callable[[City, Sequence[int]], npt.NDArray[np.float64]]] = {
    "empirical Bayes (ours)": suspicion_bayes,
    "own history, negative binomial": suspicion_own_history,
    "Farrington Flexible": suspicion_farrington,
    "EARS C2": suspicion_ears,
    "naive rise": suspicion_naive,
}


def found_at_budget(cities: Sequence[City], suspicion: Callable[..., npt.NDArray[np.float64]], budget: float) -> float:
    """Share of rises found with a monthly look when the cut lets through just so many false alarms a month and city.

    The cut is set on the cities it is judged on, for every method alike.
    """
    clean, best = [], []
    weeks = 0
    for city in cities:
        ends = np.array(look_weeks(city, 4))
        score_of = suspicion(city, ends.tolist())
        busy = np.zeros(score_of.shape, dtype=bool)
        for rise in city.rises:
            during = (ends >= rise["start"]) & (ends <= rise["end"] + 4)
            busy[during, rise["cell"]] = True
            best.append(score_of[during, rise["cell"]].max(initial=-np.inf))
        clean.append(score_of[~busy])
        weeks += len(ends) * 4
    allowed = round(budget * weeks / WEEKS_A_MONTH)
    cut = np.sort(np.concatenate(clean))[::-1][allowed]
    return float(np.mean(np.array(best) > max(cut, -1e300)))


def stated_and_true(cities: Sequence[City], alpha: float = ALPHA_WEEKLY) -> tuple[float, float]:
    """New signals a month where nothing happens, looking every week: as the page states them, and as they come."""
    stated = came = months = 0.0
    for city in cities:
        found = looks(city.counts, look_weeks(city, 1), special_weeks=city.special_weeks, alpha=alpha)
        flags = np.stack([look.is_flagged for look in found])
        stated += sum(new_flags(replace(look, threshold_before=before.threshold)) for before, look in pairwise(found))
        came += float((flags[1:] & ~flags[:-1]).sum())
        months += (len(found) - 1) / LOOKS_A_MONTH
    return stated / months, came / months


def invented(kinds: Sequence[str], seed: int) -> None:
    """Print the scores on invented cities."""
    for place, kind in enumerate(kinds):
        first = seed + 1000 * place
        cities = [invent(first + number, **KINDS[kind]) for number in range(CITIES[kind])]
        quiet = [invent(first + QUIET_FROM + number, **KINDS[kind], rises=0) for number in range(QUIET)]
        rises = sum(len(city.rises) for city in cities)
        print(f"\n{kind}: {len(cities)} invented cities of 12 places x 15 topics, {rises} rises of 3 to 20 cases")
        print(f"{'as commonly set':34}{'false/month':>12}{'right':>8}{'found':>8}{'weeks':>7}{'seconds':>9}")
        for name, (_, detect, step) in (RUNS | COMPARISONS).items():
            started = time.perf_counter()
            got = score(cities, detect, step=step)
            print(
                f"{name:34}{got.false_alarms:12.2f}{got.right_share:8.2f}{got.found:8.2f}{got.delay:7.0f}"
                f"{time.perf_counter() - started:9.1f}"
            )
        print(f"found at {BUDGET:g} false alarm a month, one look every four weeks")
        for name, suspicion in SUSPICIONS.items():
            print(f"{name:34}{found_at_budget(cities, suspicion, BUDGET):28.2f}")
        stated, came = stated_and_true(quiet)
        print(f"new signals a month in quiet cities, looking every week: stated {stated:.2f}, came {came:.2f}")


def challenge(folder: Path) -> None:
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


def main() -> None:
    """Print everything."""
    parser = argparse.ArgumentParser(description="Score the weak-signal detectors.")
    parser.add_argument("--seed", type=int, default=1, help="of the invented cities")
    parser.add_argument("--kinds", nargs="*", choices=list(KINDS), default=list(KINDS), help="of invented cities")
    parser.add_argument("--challenge", type=Path, default=challenge_folder(), help="folder of the published challenge")
    asked = parser.parse_args()
    invented(asked.kinds, asked.seed)
    if (asked.challenge / "citytruth.json").exists():
        print("\npublished challenge: ours/published")
        challenge(asked.challenge)
    else:
        print("\nThe published challenge is not here, so it is not scored.")


if __name__ == "__main__":
    main()
