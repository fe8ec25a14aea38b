"""Ranking areas: shrunk levels, possible ranks, bands; held to BUGS, BDA3 and R."""

import numpy as np
import pytest
from scipy import special

from queries.stats.hierarchy import posterior
from queries.stats.ranking import (
    needs_attention,
    rank,
    rankability,
    told_apart,
)
from tests.bench.published import independent

# BUGS Examples vol. I, "Surgical": deaths after heart surgery on babies in 12 hospitals.
DEATHS = [0, 18, 8, 46, 8, 13, 9, 31, 14, 8, 29, 24]
OPERATIONS = [47, 148, 119, 810, 211, 196, 148, 215, 207, 97, 256, 360]
# WinBUGS manual: posterior means with each hospital by itself (Monte Carlo error about 0.0002).
BUGS_MEANS = [0.02032, 0.1267, 0.07441, 0.0579, 0.0421, 0.07082, 0.06681, 0.1475, 0.07181, 0.09129]

SETS = ["surgical", "towns"]
MONTE_CARLO = 0.01  # tolerance of the reference for chances and ranks


def test_each_hospital_by_itself_reproduces_the_bugs_manual():
    assert independent(DEATHS, OPERATIONS).means()[:10] == pytest.approx(BUGS_MEANS, abs=5e-4)


@pytest.mark.parametrize("name", SETS)
def test_shrunk_levels_and_limits_are_those_of_the_reference(reference, name):
    given = reference("t3_ranking_open")["sets"][name]
    found = posterior(given["y"], given["n"])
    lower, upper = found.limits()
    assert found.means() == pytest.approx(given["grid_eb"]["post_mean"], abs=1e-4)
    assert lower == pytest.approx(given["grid_eb"]["lower95"], abs=1e-4)
    assert upper == pytest.approx(given["grid_eb"]["upper95"], abs=1e-4)
    assert found.level == pytest.approx(given["grid_eb"]["pooled_mean"], abs=1e-4)


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("key", "make"), [("grid_eb", posterior), ("fixed_effects_beta11", independent)])
def test_ranks_and_their_chances_are_those_of_the_reference(reference, name, key, make):
    given = reference("t3_ranking_open")["sets"][name]
    expected = given[key]
    better = "higher" if given["higher_is_better"] else "lower"
    found = rank(make(given["y"], given["n"]), better=better, draws=300_000)
    assert found.expected_rank == pytest.approx(expected["expected_rank"], abs=2 * MONTE_CARLO)
    limits, given_limits = np.r_[found.rank_lower, found.rank_upper], np.r_[expected["rank_lo"], expected["rank_hi"]]
    assert np.abs(limits - given_limits).sum() <= 1  # one chance of the reference lies at 0.025 itself
    assert found.chance_worst == pytest.approx(expected["p_bottom3"], abs=MONTE_CARLO)
    if key == "grid_eb":
        assert found.chance_last == pytest.approx(expected["p_last"], abs=MONTE_CARLO)
        assert found.chance_first == pytest.approx(expected["p_first"], abs=MONTE_CARLO)


@pytest.mark.parametrize("name", SETS)
def test_the_default_number_of_draws_is_within_the_reference_tolerance(reference, name):
    given = reference("t3_ranking_open")["sets"][name]
    found = rank(posterior(given["y"], given["n"]), better="higher" if given["higher_is_better"] else "lower")
    assert found.chance_worst == pytest.approx(given["grid_eb"]["p_bottom3"], abs=MONTE_CARLO)
    assert found.rank_lower == pytest.approx(given["grid_eb"]["rank_lo"], abs=1)
    assert found.rank_upper == pytest.approx(given["grid_eb"]["rank_hi"], abs=1)


@pytest.mark.parametrize("name", SETS)
def test_chances_of_pairs_are_those_of_the_reference(reference, name):
    given = reference("t3_ranking_open")["sets"][name]
    lower_in_row = np.array(given["grid_eb"]["p_better_matrix_row_j_col_i"])
    better_in_column = lower_in_row if given["higher_is_better"] else lower_in_row.T
    found = posterior(given["y"], given["n"])
    for first, second in [(0, 1), (7, 3), (11, 6)]:
        pair = told_apart(found, first, second)
        assert pair.chance_first_higher == pytest.approx(better_in_column[second, first], abs=MONTE_CARLO)
        assert pair.is_told_apart == (not 0.025 < pair.chance_first_higher < 0.975)


@pytest.mark.parametrize("name", SETS)
def test_rankability_is_that_of_the_reference(reference, name):
    given = reference("t3_ranking_open")["sets"][name]
    found = rankability(posterior(given["y"], given["n"]))
    assert found.q == pytest.approx(given["rankability"]["Q"], abs=1e-8)
    assert found.tau2 == pytest.approx(given["rankability"]["tau2_DL"], abs=1e-9)
    assert found.rho == pytest.approx(given["rankability"]["rankability"], abs=1e-9)


def test_rat_tumours_give_the_prior_printed_in_bayesian_data_analysis(reference):
    rats = reference("t3_ranking_open")["sets"]["rats"]
    found = posterior(rats["y"], rats["n"])
    alpha, beta = found.shape
    assert (round(alpha, 1), round(beta, 1)) == (2.4, 14.3)
    assert found.means() == pytest.approx(rats["grid"]["post_mean"], abs=1e-4)
    lower, upper = found.limits()
    assert lower == pytest.approx(rats["grid"]["lower95"], abs=1e-4)
    assert upper == pytest.approx(rats["grid"]["upper95"], abs=1e-4)


def test_only_the_hospital_with_far_more_deaths_is_clearly_above_the_city():
    found = rank(posterior(DEATHS, OPERATIONS), better="lower")
    assert found.band.tolist() == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
    assert found.chance_worst[7] > 0.9


def months_of_equal_townships(level: float, months: int, seed: int):
    rng = np.random.default_rng(seed)
    for _ in range(months):
        cases = rng.integers(5, 61, size=12)
        yield rng.binomial(cases, level), cases


@pytest.mark.parametrize("level", [0.95, 0.5])
def test_twelve_equal_townships_are_not_told_apart_in_95_of_100_months(level):
    months = 50
    quiet = sum(
        not rank(posterior(x, n), draws=3_000).band.any() for x, n in months_of_equal_townships(level, months, seed=8)
    )
    assert quiet >= 0.95 * months


@pytest.mark.parametrize(("cases_a_year", "spread"), [(1, 0.3), (12, 0.6)])
def test_rank_intervals_cover_the_true_rank_at_their_nominal_rate(cases_a_year, spread):
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(40):
        level = special.expit(1.9 + spread * rng.standard_normal(12))
        cases = rng.integers(5, 61, size=12) * cases_a_year
        found = rank(posterior(rng.binomial(cases, level), cases), draws=3_000)
        true_rank = 1 + np.argsort(np.argsort(-level))
        covered.append((found.rank_lower <= true_rank) & (true_rank <= found.rank_upper))
    assert np.mean(covered) >= 0.95


def test_of_the_areas_called_low_or_high_few_are_wrong():
    rng = np.random.default_rng(11)
    called = wrong = 0
    for _ in range(30):
        level = special.expit(1.9 + 0.5 * rng.standard_normal(12))
        cases = rng.integers(60, 700, size=12)
        band = rank(posterior(rng.binomial(cases, level), cases), draws=3_000).band
        side = np.sign(level - level @ cases / cases.sum())
        called, wrong = called + int((band != 0).sum()), wrong + int(((band != 0) & (band != side)).sum())
    assert called > 60
    assert wrong <= 0.05 * called


def test_the_order_of_the_rows_changes_nothing():
    order = np.random.default_rng(1).permutation(12)
    x, n = np.array(DEATHS), np.array(OPERATIONS)
    there, here = rank(posterior(x[order], n[order])), rank(posterior(x, n))
    for name in ("shrunk", "lower", "upper", "expected_rank", "rank_lower", "rank_upper", "chance_worst", "band"):
        assert getattr(there, name) == pytest.approx(getattr(here, name)[order], abs=1e-12), name


def test_equal_counts_get_equal_answers_even_when_all_are_at_100_per_cent():
    found = rank(posterior([20, 20, 20, 20, 9], [20, 20, 20, 20, 20]))
    assert len(set(found.chance_worst[:4])) == 1
    assert len(set(found.expected_rank[:4])) == 1
    assert found.chance_worst.sum() == pytest.approx(3)
    assert found.expected_rank.sum() == pytest.approx(15)
    assert found.band[4] == -1


@pytest.mark.parametrize("share", [0, 1])
def test_where_every_case_is_alike_no_area_is_told_apart(share):
    n = np.array([51, 4, 1, 81, 0])
    found = rank(posterior(n * share, n))
    assert not found.band.any()
    assert np.isfinite(found.shrunk).all()


@pytest.mark.parametrize("closed", [0, 30])
def test_limits_where_nothing_or_everything_is_closed_are_those_of_the_draws(closed):
    model = posterior(np.full(12, closed), np.full(12, 30))
    drawn = special.expit(model.draw(40_000, np.random.default_rng(1)))
    lower, upper = model.limits()
    np.testing.assert_allclose([lower, upper], np.quantile(drawn, (0.025, 0.975), axis=0), atol=0.002)


def test_the_same_counts_give_the_same_picture():
    first, second = (rank(posterior(DEATHS, OPERATIONS)) for _ in range(2))
    assert (first.chance_worst == second.chance_worst).all()


def test_better_when_lower_is_the_mirror_of_better_when_higher():
    up, down = (rank(posterior(DEATHS, OPERATIONS), better=better) for better in ("higher", "lower"))
    assert up.expected_rank + down.expected_rank == pytest.approx(np.full(12, 13.0))
    assert up.chance_first == pytest.approx(down.chance_last)
    assert (up.band == down.band).all()


def test_an_area_without_cases_is_described_by_the_city_and_not_ranked():
    found = rank(posterior([9, 18, 0], [10, 20, 0]))
    assert np.isnan(found.rate[2])
    assert np.isnan(found.expected_rank[2])
    assert found.band[2] == 0
    assert found.lower[2] < found.shrunk[2] < found.upper[2]
    assert found.rank_upper[:2].max() <= 2


def test_only_empty_areas_are_no_error():
    found = rank(posterior([0, 0], [0, 0]))
    assert np.isnan(found.expected_rank).all()
    assert not found.band.any()


def test_attention_needs_both_a_bad_place_and_a_missed_target():
    x, n = [190, 185, 188, 192, 120], [200] * 5
    found = posterior(x, n)
    ranked = rank(found, worst=1)
    assert needs_attention(found, ranked, 0.9).tolist() == [False, False, False, False, True]
    assert not needs_attention(found, ranked, 0.4).any()


def test_among_many_areas_attention_asks_who_misses_the_target():
    n = np.full(80, 200)
    x = np.r_[np.full(79, 185), 120]
    found = posterior(x, n)
    assert np.flatnonzero(needs_attention(found, rank(found), 0.85)).tolist() == [79]
    assert not needs_attention(found, rank(found, better="lower"), 0.85, better="lower")[79]


def test_three_thousand_areas_are_ranked_with_few_false_bands():
    rng = np.random.default_rng(2)
    n = rng.integers(50, 400, size=3_000)
    level = special.expit(1.9 + 0.4 * rng.standard_normal(3_000))
    found = rank(posterior(rng.binomial(n, level), n))
    called = found.band != 0
    assert called.sum() > 100
    assert (found.band[called] != np.sign(level - level @ n / n.sum())[called]).mean() <= 0.05
    assert found.chance_worst.sum() == pytest.approx(3)


@pytest.mark.parametrize(("x", "n"), [([3], [2]), ([], []), ([[1, 2]], [[3, 4]]), ([1, np.nan], [2, 2])])
def test_what_is_not_a_row_of_shares_is_refused(x, n):
    with pytest.raises(ValueError, match=r"not a share|one row of known counts"):
        posterior(x, n)


def test_a_direction_that_is_neither_higher_nor_lower_is_refused():
    with pytest.raises(ValueError, match="sideways"):
        rank(posterior([1], [2]), better="sideways")
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        posterior([1], [2]).limits(95)


def test_rankability_of_equal_areas_is_low():
    found = rankability(posterior([90, 90, 91], [100, 100, 100]))
    assert (found.rho, found.reading) == (0.0, "low")
    assert rankability(posterior([5, 0], [9, 0])).reading == "low"
