"""Control charts, held to NHSRplotthedots, qicharts2, Montgomery's tables and NHS England's rules."""

import numpy as np
import pytest

from queries.stats.control_charts import Chart, expected_false_signals, p_chart, u_chart, xmr
from queries.stats.control_rules import MAKING_DATA_COUNT

NHS_LABELS = {
    ("common", 0): "Common Cause",
    ("outside", 1): "Above UCL",
    ("outside", -1): "Below LCL",
    ("trend", 1): "7 Point Trend (Increasing)",
    ("trend", -1): "7 Point Trend (Decreasing)",
    ("two_of_three", 1): "2 in 3 Above CL",
    ("two_of_three", -1): "2 in 3 Below CL",
    ("run", 1): "7 Points Above CL",
    ("run", -1): "7 Points Below CL",
}
NHS_ICONS = {
    "common_cause": "common_cause",
    "improving": "special_cause_improvement",
    "concerning": "special_cause_concern",
    "high": "special_cause_neutral_high",
    "low": "special_cause_neutral_low",
}
NHS_ASSURANCE = {"passes": "consistent_pass", "fails": "consistent_fail", "hit_and_miss": "inconsistent", None: None}
BETTER = {"increase": "higher", "decrease": "lower", "neutral": None}
XMR_IDS = [
    "vignette_noscreen",
    "vignette_screen",
    "stable24",
    "shift_up",
    "trend_down",
    "trend_up_is_bad",
    "outlier_high",
    "two_of_three",
    "fixed12",
    "rebase13",
    "constant",
]
# Montgomery, Introduction to Statistical Quality Control, orange juice cans: nonconforming of 50.
CANS = [12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6]


def labels(chart: Chart) -> list[str]:
    return [NHS_LABELS[cause, int(side)] for cause, side in zip(chart.causes, chart.towards, strict=True)]


@pytest.mark.parametrize("name", XMR_IDS)
def test_xmr_is_that_of_nhsrplotthedots(reference, name):
    given = next(case for case in reference("t4_spc_open")["xmr"] if case["id"] == name)
    rebase = given["rebase_index_1based"]
    chart = xmr(
        given["y"],
        baseline=given["fix_after_n_points"],
        rebase_at=() if rebase is None else (rebase - 1,),
        screen=given["screen_outliers"],
    )
    better = BETTER[given["improvement_direction"]]
    assert chart.centre == pytest.approx(given["mean"], abs=1e-8)
    assert chart.lower == pytest.approx(given["lpl"], abs=1e-8)
    assert chart.upper == pytest.approx(given["upl"], abs=1e-8)
    assert labels(chart) == given["special_cause_type"]
    assert NHS_ICONS[chart.variation(better, making_data_count=True)] == given["variation_icon"]
    assert NHS_ASSURANCE[chart.assurance(given["target"], better, making_data_count=True)] == given["assurance_type"]


def test_every_xmr_case_of_the_reference_is_tried(reference):
    assert [case["id"] for case in reference("t4_spc_open")["xmr"]] == XMR_IDS


@pytest.mark.parametrize("name", ["montgomery_tbl7.4", "nhs_accidents_p", "nhs_accidents_pprime"])
def test_p_charts_are_those_of_qicharts2(reference, name):
    given = next(case for case in reference("t4_spc_open")["p"] if case["id"] == name)
    chart = p_chart(given["count"], given["n"], laney=given["chart"] == "p_prime", method="limits")
    assert chart.centre == pytest.approx(given["cl"], abs=1e-8)
    assert chart.lower == pytest.approx(given["lcl"], abs=1e-8)
    assert chart.upper == pytest.approx(given["ucl"], abs=1e-8)
    if given["sigma_z"] is not None:
        assert chart.spread[0] == pytest.approx(given["sigma_z"], abs=1e-8)


def test_the_u_chart_is_montgomerys_table(reference):
    (given,) = reference("t4_spc_open")["u"]
    chart = u_chart(given["count"], given["n"], laney=False, method="limits")
    for found, key in [(chart.centre, "cl"), (chart.lower, "lcl"), (chart.upper, "ucl")]:
        assert found == pytest.approx(given[key], abs=1e-8)


def test_montgomerys_orange_juice_cans_after_two_special_samples_are_left_out():
    left_out = np.isin(np.arange(1, 31), [15, 23])
    chart = p_chart(CANS, np.full(30, 50), left_out=left_out, laney=False, method="limits")
    assert chart.centre[0] == pytest.approx(0.2150, abs=5e-5)
    assert (chart.lower[0], chart.upper[0]) == pytest.approx((0.0407, 0.3893), abs=1e-4)
    assert chart.based_on[0] == 28
    assert chart.causes[14] == "common"  # left out: shown, not judged


def test_the_vignette_of_nhsrplotthedots_prints_these_limits():
    y = [1, 2, 1, 2, 10, *[1, 2] * 6, 1]
    plain, screened = xmr(y), xmr(y, screen=True)
    assert [round(float(v[0]), 2) for v in (plain.centre, plain.upper, plain.lower)] == [1.94, 6.95, -3.06]
    assert [round(float(v[0]), 2) for v in (screened.upper, screened.lower)] == [4.60, -0.72]


def test_a_small_share_is_outside_only_where_its_exact_chance_is_tiny():
    x, n = np.r_[np.full(24, 9), 5], np.full(25, 10)
    assert p_chart(x, n, baseline=24).causes[-1] == "common"  # P(X ≤ 5 of 10 at 90 %) = 0.0016
    assert p_chart(x, n, baseline=24, method="limits").causes[-1] == "outside"
    x[-1] = 4
    chart = p_chart(x, n, baseline=24)
    assert (chart.causes[-1], int(chart.towards[-1])) == ("outside", -1)


def test_months_that_vary_more_than_chance_widen_the_limits_of_a_p_chart():
    x = np.tile([850, 950], 12)
    plain, widened = (p_chart(x, np.full(24, 1000), laney=laney) for laney in (False, True))
    assert set(plain.causes) == {"outside"}
    assert set(widened.causes) == {"common"}
    assert widened.spread[0] > 5


def test_months_that_vary_less_than_chance_do_not_narrow_them():
    x = np.tile([899, 901], 12)
    assert p_chart(x, np.full(24, 1000)).spread[0] == 1.0
    assert p_chart(x, np.full(24, 1000), floor=False).spread[0] < 0.3


def test_over_dispersed_events_are_judged_by_the_negative_binomial():
    count = np.r_[np.tile([5, 15], 12), 26]
    assert u_chart(count, np.ones(25), baseline=24, laney=False).causes[-1] == "outside"
    assert u_chart(count, np.ones(25), baseline=24).causes[-1] == "common"


def test_frozen_limits_do_not_follow_a_slow_drift():
    y = np.r_[np.tile([50.0, 52.0, 48.0], 8), np.full(7, 51.5)]
    frozen = xmr(y, baseline=24)
    assert frozen.centre[-1] == 50
    assert frozen.causes[-7:] == ("run",) * 7
    assert frozen.variation("higher") == "improving"
    assert frozen.variation("lower") == "concerning"
    assert frozen.variation(None) == "high"


def test_a_new_phase_has_its_own_limits_and_its_own_runs():
    y = np.r_[np.tile([50.0, 52.0, 48.0], 4), np.tile([70.0, 72.0, 68.0], 4)]
    chart = xmr(y, rebase_at=[12])
    assert chart.phase.tolist() == [0] * 12 + [1] * 12
    assert (chart.centre[0], chart.centre[-1]) == (50, 70)
    assert set(chart.causes) == {"common"}
    assert set(xmr(y).causes) == {"outside", "run"} or "run" in xmr(y).causes


def test_limits_from_fewer_than_twelve_points_are_trial_limits():
    y = np.tile([5.0, 6.0], 12)
    assert xmr(y[:11]).is_trial
    assert not xmr(y[:12]).is_trial
    assert xmr(y, rebase_at=[20]).is_trial


def test_months_of_a_special_period_are_shown_but_neither_build_limits_nor_make_runs():
    y = np.tile([50.0, 52.0, 48.0], 8)
    y[5] = 200
    left_out = np.arange(24) == 5
    chart = xmr(y, left_out=left_out)
    assert chart.centre[0] < 51
    assert chart.causes[5] == "common"
    assert chart.values[5] == 200


def test_unknown_months_are_left_out():
    y = np.tile([50.0, 52.0, 48.0], 8)
    y[[3, 23]] = np.nan
    chart = xmr(y)
    assert chart.based_on[0] == 22
    assert chart.variation("higher") == "common_cause"


def test_a_series_that_never_moved_has_no_icon():
    chart = xmr(np.full(14, 100.0))
    assert chart.is_flat
    assert chart.variation("higher") is None
    assert chart.assurance(95, "higher") is None


def test_assurance_compares_the_target_with_the_limits():
    chart = xmr(np.tile([84.0, 86.0], 12))
    assert chart.assurance(95, "higher") == "fails"
    assert chart.assurance(95, "lower") == "passes"
    assert chart.assurance(70, "higher") == "passes"
    assert chart.assurance(85, "higher") == "hit_and_miss"
    assert chart.assurance(None, "higher") is None
    assert chart.assurance(85, None) is None


def test_months_without_cases_have_no_rate_and_do_not_disturb():
    chart = p_chart([9, 0, 8, 10, 9], [10, 0, 10, 10, 10])
    assert np.isnan(chart.values[1])
    assert chart.based_on[0] == 4
    assert set(chart.causes) == {"common"}


def test_an_always_perfect_share_flags_the_first_miss():
    chart = p_chart(np.r_[np.full(24, 50), 49], np.full(25, 50), baseline=24)
    assert chart.causes[-1] == "outside"


def test_without_any_known_month_there_are_no_lines():
    chart = xmr([np.nan, np.nan])
    assert np.isnan(chart.centre).all()
    assert chart.variation("higher") is None
    assert chart.assurance(1, "higher") is None


def test_false_signals_are_about_as_many_as_printed():
    rng = np.random.default_rng(7)
    cases = rng.choice([5, 10, 20, 60, 200], 800)
    rates = [p_chart(rng.binomial(n, 0.9, 36), np.full(36, n), baseline=24) for n in cases]
    volumes = [xmr(rng.poisson(mean, 36), baseline=24) for mean in rng.choice([5, 20, 60], 800)]
    flagged = {
        "p_charts": sum(chart.towards[-1] != 0 for chart in rates),
        "xmr_charts": sum(chart.towards[-1] != 0 for chart in volumes),
    }
    for kind, seen in flagged.items():
        assert 0.4 < seen / expected_false_signals(**{kind: 800}) < 1.4, kind


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"values": []}, "at least one"),
        ({"values": [1, 2], "baseline": 1}, "at least 2 points"),
        ({"values": [1, 2], "rebase_at": [2]}, "inside the series of 2"),
        ({"values": [1, 2], "rebase_at": [-1]}, "inside the series of 2"),
    ],
)
def test_a_chart_that_cannot_be_drawn_is_refused(arguments, words):
    with pytest.raises(ValueError, match=words):
        xmr(**arguments)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="never negative"):
        u_chart([-1], [1])


def test_the_rules_can_be_chosen():
    y = np.r_[np.tile([50.0, 52.0, 48.0], 8), np.full(7, 51.5)]
    assert "run" in xmr(y, baseline=24, rules=MAKING_DATA_COUNT).causes
    assert set(xmr(y, baseline=24, rules=("outside",)).causes) == {"common"}
