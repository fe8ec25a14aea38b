"""Rates: what counts say about the usual level."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from queries.stats import intervals
from tests.bench.published import agresti_coull, jeffreys

TOLERANCE = 1e-9
SHARE_METHODS = (intervals.wilson, jeffreys, agresti_coull, intervals.clopper_pearson)
CONFIDENCES = st.sampled_from((0.8, 0.95, 0.998))


@st.composite
def shares(draw: st.DrawFn) -> tuple[int, int]:
    denominator = draw(st.integers(1, 5_000))
    return draw(st.integers(0, denominator)), denominator


def column(rows: list[dict], name: str) -> np.ndarray:
    return np.array([np.nan if row[name] is None else row[name] for row in rows], dtype=float)


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_newcombes_published_table(x, n, lower, upper):
    assert_allclose(intervals.wilson(x, n), (lower, upper), atol=5e-5)


@pytest.mark.parametrize(
    ("x", "n", "lower", "upper"),
    [(9, 10, 59.6, 98.2), (18, 20, 69.9, 97.2), (54, 60, 79.9, 95.3), (180, 200, 85.1, 93.4), (10, 10, 72.2, 100)],
)
def test_nine_of_ten_says_little_and_180_of_200_says_more(x, n, lower, upper):
    assert_allclose(np.array(intervals.wilson(x, n)) * 100, (lower, upper), atol=0.06)


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "lower", "upper"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (5, 56, 0, 29, -0.0381, 0.1926),
    ],
)
def test_differences_of_shares_give_newcombes_published_table(x1, n1, x2, n2, lower, upper):
    found = intervals.newcombe(x1, n1, x2, n2)
    assert_allclose((found.lower, found.upper), (lower, upper), atol=5e-5)


@pytest.mark.parametrize(
    ("count", "lower", "upper"), [(0, 0, 3.69), (3, 0.62, 8.77), (10, 4.80, 18.39), (30, 20.24, 42.83)]
)
def test_poisson_limits_of_small_counts_as_in_the_tables(count, lower, upper):
    assert_allclose(intervals.poisson_exact(count), (lower, upper), atol=0.006)


@pytest.mark.parametrize(("before", "needed"), [(5, 15), (10, 23), (20, 36), (30, 49), (50, 73), (100, 131)])
def test_a_rise_in_counts_is_called_only_from_a_published_size_on(before, needed):
    p = intervals.rate_ratio([needed - 1, needed], 1, before, 1).p
    assert p[1] < 0.05 <= p[0]


def test_shares_agree_with_r(reference):
    rows = reference("t1_rates_open")["proportion"]
    methods = {
        "wilson_l wilson_u": intervals.wilson,
        "jeffreys_l jeffreys_u": jeffreys,
        "agresti_coull_l_unclipped agresti_coull_u_unclipped": lambda *a: agresti_coull(*a, clip=False),
        "clopper_l clopper_u": intervals.clopper_pearson,
    }
    for confidence in (0.95, 0.998):
        some = [row for row in rows if row["conf"] == confidence]
        for names, method in methods.items():
            expected = [column(some, name) for name in names.split()]
            found = method(column(some, "x"), column(some, "n"), confidence)
            assert_allclose(found, expected, atol=TOLERANCE, rtol=0)


def test_counts_and_rates_per_resident_agree_with_r(reference):
    rows = reference("t1_rates_open")["rate"]
    for confidence in (0.95, 0.998):
        some = [row for row in rows if row["conf"] == confidence]
        x, population = column(some, "x"), column(some, "pop")
        exact = [column(some, "exact_l"), column(some, "exact_u")]
        assert_allclose(intervals.poisson_exact(x, confidence), exact, atol=TOLERANCE, rtol=0)
        by = [column(some, "byar_l"), column(some, "byar_u")]
        assert_allclose(intervals.byar(x, confidence, clip=False), by, atol=TOLERANCE, rtol=0)
        found = intervals.per_residents(x, population, confidence, ohid=True)
        expected = [column(some, name) for name in ("rate_per_10000", "phe_rate_l", "phe_rate_u")]
        assert_allclose((found.rate, found.lower, found.upper), expected, atol=TOLERANCE, rtol=0)


def test_differences_and_ratios_agree_with_r(reference):
    values = reference("t1_rates_open")
    rows = values["newcombe_published"] + values["newcombe_extra"]
    found = intervals.newcombe(*(column(rows, name) for name in ("x1", "n1", "x2", "n2")))
    expected = [column(rows, name) for name in ("diff", "lower", "upper")]
    assert_allclose((found.difference, found.lower, found.upper), expected, atol=TOLERANCE, rtol=0)
    rows = values["rate_ratio"]
    ratio = intervals.rate_ratio(*(column(rows, name) for name in ("x1", "t1", "x2", "t2")))
    expected = [column(rows, name) for name in ("ratio", "lower", "upper", "p")]
    assert_allclose((ratio.ratio, ratio.lower, ratio.upper, ratio.p), expected, atol=TOLERANCE, rtol=0)


def test_the_test_vectors_of_the_health_office_are_met(reference):
    vectors = reference("t1_rates_open")["phe_test_vectors"]
    for row in vectors["byars_wilson"]:
        confidence = float(row["confidence"].strip("%")) / 100
        if row["method"] == "Byars":
            found = intervals.byar(row["x"], confidence, clip=row["lowercl"] is not None)
        else:
            found = intervals.wilson(row["x"], row["n"], confidence)
        if row["lowercl"] is not None:
            assert found[0] == pytest.approx(row["lowercl"], abs=TOLERANCE)
        assert found[1] == pytest.approx(row["uppercl"], abs=TOLERANCE)
    for row in vectors["proportion"] + vectors["rate"]:
        x, n = (np.nan if row[name] is None else row[name] for name in ("Numerator", "Denominator"))
        for confidence, names in ((0.95, ("lower95_0cl", "upper95_0cl")), (0.998, ("lower99_8cl", "upper99_8cl"))):
            scale = row["multiplier"]
            if row["method"] == "Wilson":
                found = np.array(intervals.wilson(x, n, confidence)) * scale
            else:
                rate = intervals.per_residents(x, n, confidence, per=scale, ohid=True)
                found = np.array([rate.lower, rate.upper])
            expected = [np.nan if row[name] is None else row[name] for name in names]
            assert_allclose(found, expected, atol=TOLERANCE * scale, rtol=0)


@pytest.mark.parametrize("x", [0, 1, 7, 29, 30])
def test_statsmodels_agrees(x):
    for method, name in zip(SHARE_METHODS, ("wilson", "jeffreys", "agresti_coull", "beta"), strict=True):
        if method is jeffreys and x in (0, 30):
            continue  # statsmodels leaves the limit beside 0 and 1
        assert_allclose(method(x, 30), proportion_confint(x, 30, method=name), atol=1e-12)
    theirs = confint_proportions_2indep(x, 30, 11, 40, method="newcomb")
    ours = intervals.newcombe(x, 30, 11, 40)
    assert_allclose((ours.lower, ours.upper), theirs, atol=1e-12)


@given(shares(), CONFIDENCES)
def test_an_interval_holds_the_share_and_stays_between_0_and_1(share, confidence):
    for method in SHARE_METHODS:
        lower, upper = method(*share, confidence)
        assert 0 <= lower <= share[0] / share[1] + 1e-12
        assert share[0] / share[1] - 1e-12 <= upper <= 1


@given(shares())
def test_more_confidence_or_fewer_cases_never_shorten_an_interval(share):
    x, n = share
    narrow, wide = intervals.wilson(x, n, 0.95), intervals.wilson(x, n, 0.998)
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
    more = intervals.wilson(x * 4, n * 4)
    assert more[1] - more[0] < narrow[1] - narrow[0]


@given(shares(), CONFIDENCES)
def test_the_interval_of_the_rest_is_the_mirror_image(share, confidence):
    x, n = share
    for method in SHARE_METHODS:
        lower, upper = method(x, n, confidence)
        assert_allclose(method(n - x, n, confidence), (1 - upper, 1 - lower), atol=1e-9)


@given(st.integers(0, 100_000), CONFIDENCES)
def test_limits_of_a_count_hold_it_and_byar_is_near(count, confidence):
    lower, upper = intervals.poisson_exact(count, confidence)
    assert lower <= count <= upper
    if count >= 10:
        assert_allclose(intervals.byar(count, confidence), (lower, upper), rtol=0.02)


@given(shares(), shares())
def test_swapping_two_shares_turns_the_difference_round(one, two):
    there, back = intervals.newcombe(*one, *two), intervals.newcombe(*two, *one)
    assert_allclose((back.lower, back.upper), (-there.upper, -there.lower), atol=1e-12)
    assert there.lower <= there.difference <= there.upper
    assert there.direction == -back.direction


@given(st.integers(0, 300), st.integers(0, 300), st.floats(0.1, 10))
def test_a_ratio_of_counts_lies_in_its_limits_and_agrees_with_its_test(x1, x2, exposure):
    found = intervals.rate_ratio(x1, exposure, x2, 1.0)
    assert 0 <= found.p <= 1
    if x1 + x2:
        assert found.lower <= found.ratio * (1 + 1e-12)
        assert found.ratio <= found.upper * (1 + 1e-12)


def test_no_cases_give_no_interval_and_an_unknown_count_neither():
    for method in SHARE_METHODS:
        assert np.isnan(method([0, np.nan], [0, 5])).all()
    assert np.isnan(intervals.rates(0, 0).rate)
    assert np.isnan(intervals.newcombe(0, 0, 3, 5).lower)
    assert intervals.rate_ratio(0, 1, 0, 1).p == 1
    assert np.isinf(intervals.rate_ratio(3, 1, 0, 1).upper)


@pytest.mark.parametrize(("x", "n"), [(3, 2), (-1, 4), (0, -1)])
def test_counts_that_are_no_share_are_refused(x, n):
    for method in SHARE_METHODS:
        with pytest.raises(ValueError, match="is not a share"):
            method(x, n)


def test_a_percentage_is_not_a_confidence():
    with pytest.raises(ValueError, match="share strictly between 0 and 1, not 95"):
        intervals.wilson(3, 5, 95)


def test_a_benchmark_inside_the_interval_cannot_be_told_apart():
    assert intervals.against(0.9, [0.91, 0.5, 0.85], [0.95, 0.8, 0.95]).tolist() == [1, -1, 0]


def test_three_thousand_areas_are_one_call():
    cases = np.arange(3000)
    assert intervals.rate_ratio(cases, 1000.0, cases[::-1], 1000.0).p.shape == (3000,)
    assert intervals.rates(cases, cases + 5).lower.shape == (3000,)


@given(st.integers(1, 400), st.sampled_from([0.1, 0.25, 0.5, 0.75, 0.9]))
def test_the_ranks_of_a_quantile_hold_it_in_at_least_95_of_100_samples(cases, share):
    lower, upper = intervals.quantile_ranks(cases, share)
    below = stats.binom.cdf(lower - 1, cases, share) if lower else 0.0
    above = stats.binom.sf(upper - 1, cases, share) if upper else 0.0
    assert max(below, above) <= 0.025 + 1e-12
    # and the next rank inwards would not
    if lower:
        assert stats.binom.cdf(lower, cases, share) > 0.025 - 1e-12
    if upper:
        assert stats.binom.sf(upper - 2, cases, share) > 0.025 - 1e-12


def test_the_median_of_published_sizes_has_the_published_ranks():
    # Conover, Practical Nonparametric Statistics, table A3: n = 10 and 20, ranks 2 to 9 and 6 to 15
    assert [tuple(int(rank) for rank in intervals.quantile_ranks(n, 0.5)) for n in (10, 20)] == [(2, 9), (6, 15)]
    assert tuple(int(rank) for rank in intervals.quantile_ranks(5, 0.5)) == (0, 0)
