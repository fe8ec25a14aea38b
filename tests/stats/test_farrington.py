"""Farrington Flexible and EARS, held to the R package surveillance 1.20.3 on its published series."""

from datetime import date

import numpy as np
import pytest

from queries.days import day_number
from queries.stats.farrington import (
    NOUFAILY,
    ORIGINAL,
    Settings,
    farrington_flexible,
    reference_periods,
)
from tests.bench.published import bayes, ears

FARRINGTON_IDS = [
    "ff_agona_noufaily_nb_a01",
    "ff_agona_noufaily_nb_a05",
    "ff_agona_noufaily_b5_a025",
    "ff_agona_muan_a05",
    "ff_agona_delta_a05",
    "ff_agona_original_a005",
    "ff_agona_b3_noreweight",
    "ff_agona_notrend_np1",
    "ff_hepA_noufaily_b3_a01",
    "ff_hepA_original_b3",
    "ff_men1_monthly_b5_w1_np4",
    "ff_men2_monthly_b3_w1_np1",
    "ff_men2_monthly_muan",
    "ff_rotaBB1_monthly_dates_b5",
]
EARS_IDS = ["ears_agona_C1", "ears_agona_C2", "ears_agona_C1_b8_ms1", "ears_men1_C2_monthly"]
LIMITS = {"nbPlugin": "nb_plugin", "muan": "muan", "delta": "delta"}


def known(values: list[float | None]) -> np.ndarray:
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def the_run(file, name: str):
    run = next(run for run in file["runs"] if run["id"] == name)
    first, last = run["range"]  # the reference counts from 1 and includes the last
    return run, file["series"][run["series"]], range(first - 1, last)


@pytest.mark.parametrize("name", FARRINGTON_IDS)
def test_farrington_flexible_is_that_of_the_r_package(reference, name):
    run, series, positions = the_run(reference("t5_surveillance_open"), name)
    control = run["control"]
    settings = Settings(
        years=control["b"],
        reach=control["w"],
        blocks=control["noPeriods"],
        left_out=control["pastWeeksNotIncluded"],
        weights_above=control["weightsThreshold"],
        trend=control["trend"],
        trend_below=control["pThresholdTrend"],
        reweight=control["reweight"],
        limit=LIMITS[control["thresholdMethod"]],
        alpha=control["alpha"],
    )
    times = [day_number(date.fromisoformat(day)) for day in series["epoch"]] if run["epochAsDate"] else None
    found = farrington_flexible(series["counts"], positions, per_year=run["freq"], settings=settings, times=times)

    upper, judged = known(run["upperbound"]), ~np.isnan(known(run["upperbound"]))
    tolerance = 1e-4 if settings.limit == "delta" else 1e-12
    assert (found.has_enough == judged).all()
    assert found.upper[judged] == pytest.approx(upper[judged], abs=tolerance)
    assert found.is_alarm.astype(int).tolist() == run["alarm"]
    assert found.expected[judged] == pytest.approx(known(run["expected"])[judged], rel=1e-6)
    assert found.dispersion == pytest.approx(known(run["phi"]), rel=1e-6)
    assert found.has_trend.astype(int).tolist() == run["trend"]
    if settings.limit != "delta":
        assert found.p == pytest.approx(known(run["pvalue"]), abs=1e-9)
    if times is None:
        assert found.trend == pytest.approx(known(run["trend_coef"]), abs=1e-9, nan_ok=True)


@pytest.mark.parametrize("name", EARS_IDS)
def test_ears_is_that_of_the_r_package(reference, name):
    run, series, positions = the_run(reference("t5_surveillance_open"), name)
    control = run["control"]
    found = ears(
        series["counts"],
        positions,
        method=control["method"],
        baseline=control["baseline"],
        alpha=control["alpha"],
        least_sigma=control["minSigma"],
    )
    assert found == pytest.approx(known(run["upperbound"]), abs=1e-4)
    assert (np.array(series["counts"])[positions] > found).astype(int).tolist() == run["alarm"]


@pytest.mark.parametrize("name", ["bayes1_agona", "bayes2_agona", "bayes3_agona"])
def test_bayes_is_that_of_the_r_package(reference, name):
    run, series, positions = the_run(reference("t5_surveillance_open"), name)
    control = run["control"]
    found = bayes(
        series["counts"],
        positions,
        years=control["b"],
        reach=control["w"],
        this_year=control["actY"],
        alpha=control["alpha"],
    )
    assert found.tolist() == run["upperbound"]
    assert (np.array(series["counts"])[positions] > found).astype(int).tolist() == run["alarm"]


def test_bayes_without_a_past_is_refused():
    with pytest.raises(ValueError, match="needs past periods"):
        bayes([1, 2, 3], [2], years=0, this_year=False)
    with pytest.raises(ValueError, match="enough of them"):
        bayes([1, 2, 3], [2], reach=6)


def test_all_runs_of_both_methods_are_tried(reference):
    runs = reference("t5_surveillance_open")["runs"]
    assert [run["id"] for run in runs if run["method"] == "farringtonFlexible"] == FARRINGTON_IDS
    assert [run["id"] for run in runs if run["method"] in ("earsC_C1", "earsC_C2")] == EARS_IDS


def test_the_year_is_cut_into_the_same_dates_and_equal_blocks():
    at, part = reference_periods(260, 52, Settings(years=1, left_out=0))
    assert at.tolist() == list(range(205, 260))
    assert (part[:7] == 0).all()
    assert np.bincount(part[7:52]).tolist() == [0] + [5] * 9
    assert (part[52:] == 0).all()


def test_blocks_of_unequal_length_begin_with_the_longer_ones():
    _, part = reference_periods(300, 52, Settings(years=1, blocks=5, left_out=0))
    assert np.bincount(part[7:52]).tolist() == [0, 12, 11, 11, 11]


def test_the_original_method_uses_the_same_dates_only():
    at, part = reference_periods(200, 52, Settings(years=2, reach=1, blocks=1, left_out=3))
    assert at.tolist() == [95, 96, 97, 147, 148, 149]
    assert not part.any()


def test_a_steady_series_raises_no_alarm_and_an_outbreak_does():
    counts = np.tile([3, 4, 5, 4], 91)[:364]
    counts[363] = 20
    found = farrington_flexible(counts, [330, 363], settings=NOUFAILY)
    assert found.is_alarm.tolist() == [False, True]
    assert found.expected == pytest.approx([4, 4], abs=0.5)


def test_few_cases_are_never_an_alarm():
    counts = np.zeros(364)
    counts[::7] = 1
    counts[363] = 3
    found = farrington_flexible(counts, [363])
    assert not found.has_enough[0]
    assert not found.is_alarm[0]


def test_a_position_without_enough_history_is_refused():
    with pytest.raises(ValueError, match="no 5 years before"):
        farrington_flexible(np.ones(300), [200], settings=ORIGINAL)


def test_ears_by_hand():
    counts = [1, 2, 3, 4, 5, 6, 7, 0, 0, 30]
    limit = ears(counts, [7, 9], method="C2", baseline=7)
    assert np.isnan(limit[0])
    assert limit[1] == pytest.approx(4 + 3.0902 * 2.1602, abs=1e-3)
