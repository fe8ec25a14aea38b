"""Satisfaction when many stay silent."""

from fractions import Fraction
from math import ceil, floor

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy import stats

from queries.stats import silence
from queries.stats.silence import IMPOSSIBLE
from tests.bench.published import imbens_manski

TOLERANCE = 1e-9
counts = st.integers(0, 80)
offices = st.tuples(counts, counts, counts, counts)
targets = st.fractions(Fraction(1, 20), Fraction(99, 100), max_denominator=100)


def worked_example():
    return silence.evaluations(14, 4, 22, 0)


def test_the_worked_example_of_one_half_year():
    found = worked_example()
    assert silence.participation(found).rate == 0.45
    assert_allclose(silence.satisfaction(found).rate, 14 / 18)
    assert (silence.bounds(found).lower, silence.bounds(found).upper) == (0.35, 0.9)
    assert_allclose(silence.design_free_interval(found), (0.2213, 0.9604), atol=5e-5)
    assert_allclose(imbens_manski(found), (0.226, 0.978), atol=5e-4)
    assert silence.silent_needed(found, "9/10") == 22


def test_manskis_homeless_men_give_the_published_bounds():
    found = silence.bounds(silence.evaluations(21, 43, 42))
    assert_allclose((found.lower, found.upper), (0.20, 0.59), atol=5e-3)


def test_das_guptas_examples_give_the_published_effects():
    found = silence.two_factors(10930, 0.717892, 16591, 0.825974)
    assert_allclose((found.effect_a, found.effect_b), (4369.913, 1487.262), atol=6e-4)
    mix = silence.kitagawa(
        [12.9, 10.9, 9.5, 8.0, 7.8, 8.4, 8.6, 7.8, 7.0, 5.9, 4.7, 3.6, 4.9],
        [1.9, 25.8, 45.7, 49.6, 51.2, 51.6, 51.8, 54.9, 58.7, 60.4, 62.8, 66.6, 66.8],
        [10.1, 11.2, 11.6, 10.9, 9.4, 7.7, 6.3, 6.0, 6.3, 5.9, 5.1, 4.0, 5.5],
        [2.2, 24.3, 45.8, 52.5, 56.1, 55.6, 56.0, 57.4, 57.2, 61.2, 63.9, 68.6, 72.2],
    )
    assert_allclose((mix.mix_effect, mix.rate_effect, mix.difference), (1.2269, 1.7403, 2.9672), atol=5e-5)


def test_bounds_needs_and_chances_agree_with_exact_fractions(reference):
    values = reference("t6_satisfaction_open")
    rows = values["blocks"] + list(values["towns_last210d"].values())
    for targeted in {(row["target_participation"], row["target_satisfaction"]) for row in rows}:
        some = [row for row in rows if (row["target_participation"], row["target_satisfaction"]) == targeted]
        compare_with_reference(some, *targeted)


def compare_with_reference(rows, target_participation, target_satisfaction):
    found = silence.evaluations(*([row[name] for row in rows] for name in "SDXO"))

    def same(ours, name, position=None):
        values = [row[name] if position is None else row[name][position] for row in rows]
        assert_allclose(ours, np.array(values, dtype=float), atol=TOLERANCE, rtol=0, err_msg=name)

    def same_where_given(ours, name):
        for mine, row in zip(ours, rows, strict=True):
            assert row[name] is None or mine == pytest.approx(row[name], abs=TOLERANCE)

    answered, pleased = silence.participation(found), silence.satisfaction(found)
    same(answered.rate, "participation_matured")
    same(pleased.rate, "satisfaction")
    certain, certain_of_all = silence.bounds(found), silence.bounds(found, open_too=True)
    same(certain.width, "bounds_width")
    free, narrow = silence.design_free_interval(found), imbens_manski(found)
    for position, (side, name) in enumerate((("lower", "lower"), ("upper", "upper"))):
        same(getattr(answered, side), "participation_wilson", position)
        same(getattr(pleased, side), "satisfaction_wilson", position)
        same(getattr(certain, name), "bounds_matured", position)
        same(getattr(certain_of_all, name), "bounds_all", position)
        same(free[position], "design_free_conservative", position)
        same(narrow[position], "imbens_manski95", position)
    by_participation = silence.needed_for_participation(found, target_participation)
    by_satisfaction = silence.needed_for_satisfaction(found, target_satisfaction)
    same(by_participation.count, "need_evaluations_for_participation")
    same(by_participation.is_feasible, "participation_feasible")
    same(by_satisfaction.count, "need_further_satisfied_for_satisfaction")
    same(by_satisfaction.is_feasible, "satisfaction_feasible")
    same(silence.dissatisfied_affordable(found, target_satisfaction), "dissatisfied_affordable")
    plan = silence.joint_plan(found, target_participation, target_satisfaction)
    same(plan.is_feasible, "joint_feasible")
    for row, number, satisfied in zip(rows, plan.evaluations, plan.satisfied, strict=True):
        expected = row["joint_plan"]
        assert expected is None or expected == {"evaluations": number, "satisfied": satisfied}
    name = "chance_satisfaction_target_if_exactly_needed_participation"
    same_where_given(silence.chance_of_target(found, target_satisfaction, by_participation.count), name)
    chance = silence.chance_of_target(found, target_satisfaction, found.still_open)
    same_where_given(chance, "chance_if_all_open_answer")


def test_published_decompositions_are_met_in_full(reference):
    published = reference("t6_satisfaction_open")["published"]
    factors = published["dasgupta_2.1_two_factor"]
    (a1, a2), (b1, b2) = factors["inputs"]["a"], factors["inputs"]["b"]
    found = silence.two_factors(a1, b1, a2, b2)
    for mine, name in ((found.difference, "diff"), (found.effect_a, "effect_a"), (found.effect_b, "effect_b")):
        assert mine == pytest.approx(factors["expected"][name], abs=TOLERANCE)
    strata = published["dasgupta_5.1_kitagawa"]
    compare_mix(silence.kitagawa(**strata["inputs"]), strata["expected"])


def compare_mix(found, expected):
    pairs = {
        "rate1": found.rate1,
        "rate2": found.rate2,
        "diff": found.difference,
        "mix_effect": found.mix_effect,
        "rate_effect": found.rate_effect,
        "by_stratum_mix": found.mix_by_stratum,
        "by_stratum_rate": found.rates_by_stratum,
    }
    for name, mine in pairs.items():
        assert_allclose(mine, expected[name], atol=TOLERANCE, rtol=0)


def test_towns_against_the_city_agree_with_the_reference(reference):
    values = reference("t6_satisfaction_open")
    towns = values["towns_last210d"]
    names = sorted(towns)
    total = [sum(towns[name][state] for name in names) for state in "SDX"]
    city = silence.evaluations(*total)
    found = silence.evaluations(*([towns[name][state] for name in names] for state in "SDX"))
    split = silence.two_factors(
        silence.participation(city).rate,
        silence.satisfaction(city).rate,
        silence.participation(found).rate,
        silence.satisfaction(found).rate,
    )
    for position, name in enumerate(names):
        expected = values["decomposition_towns"][name]["two_factor_vs_city"]
        mine = (split.difference[position], split.effect_a[position], split.effect_b[position])
        assert_allclose(mine, [expected[key] for key in ("diff", "effect_a", "effect_b")], atol=TOLERANCE, rtol=0)


def test_participation_by_channel_against_the_city_agrees_with_the_reference(reference, synthetic_register):
    expected = reference("t6_satisfaction_open")["decomposition_towns"]
    names = sorted(expected)
    channels = expected[names[0]]["participation_mix_by_channel"]["channels"]
    answered, matured = participation_by_town_and_channel(synthetic_register, names, channels)
    city_answered, city_matured = answered.sum(axis=0), matured.sum(axis=0)
    for position, name in enumerate(names):
        found = silence.kitagawa(
            city_matured, city_answered / city_matured, matured[position], answered[position] / matured[position]
        )
        compare_mix(found, expected[name]["participation_mix_by_channel"])


def participation_by_town_and_channel(register, towns, channels):
    """Closed cases of the last 210 days whose evaluation window is over: answered and all, (towns, channels)."""
    as_of = 19904  # 2024-06-30
    recent = (register["ended"] > as_of - 210) & (register["ended"] <= as_of) & (register["end_kind"] == "closed")
    state = register["eval_state"]
    shape = (len(towns), len(channels))
    answered, matured = np.zeros(shape), np.zeros(shape)
    for row, town in enumerate(towns):
        for column, channel in enumerate(channels):
            mine = recent & (register["town"] == town) & (register["channel"] == channel)
            answered[row, column] = (mine & (state == "evaluated")).sum()
            matured[row, column] = (mine & np.isin(state, ("evaluated", "expired"))).sum()
    return answered, matured


@given(offices)
def test_bounds_hold_every_way_the_silent_may_feel_and_are_as_wide_as_the_silence(office):
    satisfied, dissatisfied, expired, _ = office
    assume(satisfied + dissatisfied + expired)
    found = silence.evaluations(*office)
    certain = silence.bounds(found)
    for pleased in {0, expired // 2, expired}:
        rate = (satisfied + pleased) / (satisfied + dissatisfied + expired)
        assert certain.lower - 1e-12 <= rate <= certain.upper + 1e-12
    assert_allclose(certain.width, 1 - silence.participation(found).rate, atol=1e-12)
    free, narrow = silence.design_free_interval(found), imbens_manski(found)
    assert free[0] <= certain.lower + 1e-12
    assert free[1] >= certain.upper - 1e-12
    assert narrow[0] <= certain.lower + 1e-12
    assert narrow[1] >= certain.upper - 1e-12


@given(offices, targets, targets)
def test_needs_are_exactly_the_first_numbers_that_reach_the_targets(office, participation, satisfaction):
    satisfied, dissatisfied, _, still_open = office
    answered, asked = satisfied + dissatisfied, sum(office)
    found = silence.evaluations(*office)

    def enough_answers(number):
        return answered + number >= participation * asked

    def enough_satisfied(number):
        return satisfied + number >= satisfaction * (answered + number)

    for need, is_enough in (
        (silence.needed_for_participation(found, participation), enough_answers),
        (silence.needed_for_satisfaction(found, satisfaction), enough_satisfied),
    ):
        assert is_enough(int(need.count))
        assert need.count == 0 or not is_enough(int(need.count) - 1)
        assert need.is_feasible == (need.count <= still_open)
    spare = int(silence.dissatisfied_affordable(found, satisfaction))
    assert spare == max(floor((satisfied - satisfaction * answered) / satisfaction), IMPOSSIBLE)
    plan = silence.joint_plan(found, participation, satisfaction)
    number = int(plan.evaluations)
    assert enough_answers(number)
    assert int(plan.satisfied) == max(ceil(satisfaction * (answered + number)) - satisfied, 0) <= number
    if number:
        fewer = number - 1
        assert not (enough_answers(fewer) and ceil(satisfaction * (answered + fewer)) - satisfied <= fewer)


@given(offices, targets)
def test_the_silent_needed_are_the_first_number_that_reaches_the_target(office, target):
    satisfied, dissatisfied, expired, _ = office
    found = silence.evaluations(*office)
    needed = int(silence.silent_needed(found, target))
    matured = satisfied + dissatisfied + expired
    assert satisfied + needed >= target * matured
    assert needed == 0 or satisfied + needed - 1 < target * matured


@given(counts, counts, st.integers(0, 60), targets)
def test_the_chance_is_scipys_beta_binomial(satisfied, dissatisfied, further, target):
    assume(satisfied + dissatisfied + further)
    found = silence.evaluations(satisfied, dissatisfied, 0)
    needed = ceil(target * (satisfied + dissatisfied + further)) - satisfied
    expected = float(needed <= 0)
    if 0 < needed <= further:
        expected = stats.betabinom.sf(needed - 1, further, satisfied + 0.5, dissatisfied + 0.5)
    assert silence.chance_of_target(found, target, further) == pytest.approx(expected, abs=1e-9)


@given(*[st.floats(0, 1)] * 4)
def test_two_factors_explain_the_whole_difference(a1, b1, a2, b2):
    found = silence.two_factors(a1, b1, a2, b2)
    assert_allclose(found.effect_a + found.effect_b, found.difference, atol=1e-12)


strata = st.lists(st.tuples(*[st.floats(0.01, 1)] * 4), min_size=1, max_size=8)


@given(strata)
def test_mix_and_rates_explain_the_whole_difference(rows):
    found = silence.kitagawa(*np.array(rows).T)
    assert_allclose(found.mix_effect + found.rate_effect, found.difference, atol=1e-12)


def test_a_stratum_without_cases_on_one_side_is_mix_alone():
    found = silence.kitagawa([5, 5], [0.8, 0.4], [10, 0], [0.8, np.nan])
    assert_allclose(found.rates_by_stratum, 0, atol=1e-15)
    assert_allclose(found.mix_effect, 0.2)


def test_a_side_without_any_cases_has_no_decomposition():
    found = silence.kitagawa([[0, 0], [1, 1]], [np.nan, np.nan], [[1, 2], [2, 2]], [0.5, 0.5])
    assert np.isnan(found.difference).tolist() == [True, False]


def test_nine_tenths_written_as_a_float_is_nine_tenths():
    found = silence.evaluations(18, 2, 0)
    assert silence.needed_for_satisfaction(found, 0.9).count == 0
    assert silence.needed_for_satisfaction(silence.evaluations(10, 2, 0), 5 / 6).count == 0


def test_one_dissatisfied_person_makes_a_target_of_all_impossible():
    need = silence.needed_for_satisfaction(silence.evaluations([5, 5], [1, 0], 0, 9), 1)
    assert need.count.tolist() == [IMPOSSIBLE, 0]
    assert need.is_feasible.tolist() == [False, True]
    plan = silence.joint_plan(silence.evaluations(5, 1, 0, 9), "1/2", 1)
    assert (plan.evaluations, plan.satisfied, plan.is_feasible) == (IMPOSSIBLE, IMPOSSIBLE, False)


def test_nobody_answered_is_no_rate():
    found = silence.evaluations(0, 0, 0, 0)
    assert np.isnan(silence.bounds(found).lower)
    assert np.isnan(silence.satisfaction(found).rate)
    assert np.isnan(silence.chance_of_target(found, 0.9, 0))


@pytest.mark.parametrize("target", [90, -0.1, "3/2", Fraction(1, 3_000_001)])
def test_a_target_that_is_no_share_is_refused(target):
    with pytest.raises(ValueError, match="A target is a share"):
        silence.needed_for_participation(worked_example(), target)


@pytest.mark.parametrize("office", [(-1, 0, 0), (1.5, 0, 0)])
def test_part_of_an_evaluation_is_refused(office):
    with pytest.raises(ValueError, match="whole numbers"):
        silence.evaluations(*office)


def test_three_thousand_offices_are_one_call():
    number = np.arange(3000) % 200
    found = silence.evaluations(number, number // 5, number * 2, number)
    assert silence.chance_of_target(found, 0.8, number).shape == (3000,)
    assert silence.joint_plan(found, 0.5, 0.8).evaluations.shape == (3000,)
    assert imbens_manski(found)[0].shape == (3000,)


@given(*[st.integers(0, 6)] * 4, *[st.fractions(0, 1, max_denominator=10)] * 2)
def test_the_plan_with_silence_is_the_fewest_answers_that_end_on_both_targets(s, d, x, o, participation, satisfaction):
    found = silence.evaluations(s, d, x, o)
    ends = [
        (answers, satisfied)
        for answers in range(o + 1)
        for satisfied in range(answers + 1)
        if s + d + answers >= participation * (s + d + x + o)
        and s + x + satisfied + o - answers >= satisfaction * (s + d + x + o)
    ]
    plan = silence.joint_plan_with_silence(found, participation, satisfaction)
    assert plan.is_feasible == bool(ends)
    if ends:
        assert (plan.evaluations, plan.satisfied) == min(ends)
