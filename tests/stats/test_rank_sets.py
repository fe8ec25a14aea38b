"""Rank sets that hold for all areas at once, held to R and to csranks."""

import numpy as np
import pytest

from queries.stats.rank_sets import holm, pairwise_p, rank_sets
from tests.bench.published import rank_sets_of_estimates
from tests.stats.test_ranking import DEATHS, OPERATIONS, SETS


@pytest.mark.parametrize("name", SETS)
def test_pairs_and_sets_are_those_of_the_reference(reference, name):
    given = reference("t3_ranking_open")["sets"][name]
    expected = given["pairwise_holm"]
    p = pairwise_p(given["y"], given["n"])
    upper = np.triu_indices(len(p), 1)
    assert p[upper] == pytest.approx([pair["p"] for pair in expected["holm_p"]], abs=1e-9)
    assert holm(p[upper]) == pytest.approx([pair["holm"] for pair in expected["holm_p"]], abs=1e-9)
    found = rank_sets(given["y"], given["n"], better="higher" if given["higher_is_better"] else "lower")
    assert found.first.tolist() == expected["rank_lo"]
    assert found.last.tolist() == expected["rank_hi"]
    assert found.pairs_told_apart == expected["n_pairs_distinguishable"]


@pytest.mark.parametrize(
    ("kind", "simultaneous", "draws"), [("simultaneous", True, 20_000), ("marginal", False, 100_000)]
)
def test_countries_by_mathematics_have_the_ranks_csranks_gives_them(reference, kind, simultaneous, draws):
    given = reference("t3_ranking_open")["sets"]["pisa2018_math"]
    found = rank_sets_of_estimates(given["x"], given["se"], simultaneous=simultaneous, draws=draws)
    deviations = np.abs(np.r_[found.first - given[f"{kind}_L"], found.last - given[f"{kind}_U"]])
    assert deviations.max() <= 1
    assert (deviations > 0).mean() <= 0.05


def test_a_month_of_hospitals_supports_almost_any_rank():
    found = rank_sets(DEATHS, OPERATIONS, better="lower")
    assert found.pairs_told_apart == 2
    assert (found.first[7], found.last[7]) == (3, 12)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])


def test_equal_areas_are_rarely_split():
    rng = np.random.default_rng(4)
    split = 0
    for _ in range(300):
        n = rng.integers(20, 80, size=12)
        split += rank_sets(rng.binomial(n, 0.9), n).pairs_told_apart > 0
    assert split <= 0.06 * 300


def test_an_area_without_cases_may_have_any_rank():
    found = rank_sets([90, 20, 0], [100, 100, 0])
    assert (found.first[2], found.last[2]) == (1, 3)
    assert (found.first[0], found.last[0]) == (1, 2)


def test_far_apart_estimates_have_one_rank_each_and_lower_may_be_better():
    found = rank_sets_of_estimates([10.0, 20.0, 30.0], [0.1, 0.1, 0.1], better="lower", draws=2_000)
    assert found.first.tolist() == found.last.tolist() == [1, 2, 3]


def test_sets_by_simulation_refuse_what_they_cannot_do():
    with pytest.raises(ValueError, match="200 areas at most, not 201"):
        rank_sets_of_estimates(np.zeros(201), np.ones(201))
    with pytest.raises(ValueError, match="above 0"):
        rank_sets_of_estimates([1.0, 2.0], [1.0, 0.0])
