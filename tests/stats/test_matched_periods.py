"""The exact stratified test: equal to the binomial test where there is one stratum, to counting all ways where few."""

from itertools import product
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from queries.stats import matched_periods
from queries.stats.intervals import rate_ratio
from queries.stats.matched_periods import Stratum, compare

SMALL = st.builds(Stratum, st.integers(0, 6), st.integers(1, 5), st.integers(0, 6), st.integers(1, 20))


def test_with_one_stratum_it_is_the_ratio_of_two_rates():
    found = compare([Stratum(46, 4, 984, 84)])
    other = rate_ratio(46, 4, 984, 84)
    assert found.expected == pytest.approx(984 * 4 / 84)
    assert (found.ratio, found.lower, found.upper) == pytest.approx(
        (float(other.ratio), float(other.lower), float(other.upper)), rel=1e-6
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(SMALL, min_size=1, max_size=3))
def test_the_tails_count_every_way_the_petitions_could_have_fallen(strata):
    found = compare(strata)
    totals = [each.count + each.usual_count for each in strata]
    chances = [each.days / (each.days + each.usual_days) for each in strata]
    at_most = at_least = 0.0
    for way in product(*(range(total + 1) for total in totals)):
        mass = np.prod([stats.binom.pmf(x, n, p) for x, n, p in zip(way, totals, chances, strict=True)])
        at_most += mass * (sum(way) <= found.count)
        at_least += mass * (sum(way) >= found.count)
    assert found.p == pytest.approx(min(1.0, 2 * min(at_most, at_least)))


@settings(max_examples=40, deadline=None)
@given(st.lists(SMALL, min_size=1, max_size=4))
def test_beyond_chance_means_that_the_interval_leaves_out_one(strata):
    found = compare(strata)
    assert found.lower <= found.upper
    if found.direction == 1:
        assert found.lower >= 1 - 1e-9
    if found.direction == -1:
        assert found.upper <= 1 + 1e-9
    if not isnan(found.ratio):
        assert found.lower - 1e-9 <= found.ratio <= found.upper + 1e-9


def test_nothing_at_all_says_nothing():
    found = compare([Stratum(0, 4, 0, 20)])
    assert (found.lower, found.upper, found.p, found.direction) == (0.0, inf, 1.0, 0)


def test_a_weekend_is_held_against_weekends():
    # two on Sundays against one usually, many on Mondays as usual: pooling would hide the Sundays' part
    strata = [Stratum(40, 2, 400, 20), Stratum(12, 2, 40, 20)]
    assert compare(strata).expected == pytest.approx(44.0)


def test_a_stratum_needs_days_on_both_sides():
    with pytest.raises(ValueError, match="ordinary days"):
        compare([Stratum(1, 1, 0, 0)])


def test_many_events_are_compared_by_an_expansion_that_agrees_with_the_exact_test(monkeypatch):
    strata = [Stratum(230, 4, 520, 10), Stratum(60, 2, 250, 8), Stratum(180, 5, 300, 9)]
    quick = compare(strata)
    monkeypatch.setattr(matched_periods, "MOST_EXACT", 10_000)
    exact = compare(strata)
    assert quick.ratio == exact.ratio
    assert (quick.lower, quick.upper, quick.p) == pytest.approx((exact.lower, exact.upper, exact.p), rel=2e-3)
    assert quick.lower != exact.lower  # two ways, not one


def test_a_comparison_of_a_million_events_asks_for_no_more_work_than_one_of_thousands():
    found = compare([Stratum(40_000, 4, 100_000, 10), Stratum(300_000, 20, 600_000, 40)])
    assert found.lower < found.ratio < found.upper
    assert found.ratio == pytest.approx(1.0, abs=0.01)
