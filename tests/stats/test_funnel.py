"""Funnels and indirect standardisation, held to FunnelPlotR's formulas, OHID's vectors and exact tables."""

from dataclasses import replace

import numpy as np
import pytest

from queries.stats.case_mix import standardise
from queries.stats.funnel import funnel, over_dispersed_funnel, over_dispersion
from tests.bench.published import ratio_funnel
from tests.stats.test_ranking import SETS

OHID_WORDS = {-2: "Low (0.001)", -1: "Low (0.025)", 0: "Not significant", 1: "High (0.025)", 2: "High (0.001)"}
LIMITS = ("lower", "upper", "far_lower", "far_upper")


@pytest.mark.parametrize("name", SETS)
def test_over_dispersion_is_that_of_the_reference(reference, name):
    given = reference("t3_ranking_open")["sets"][name]
    expected = given["funnel_od"]
    found = over_dispersion(given["y"], given["n"])
    assert found.centre == pytest.approx(expected["target"], abs=1e-9)
    assert found.scores == pytest.approx(expected["z"], abs=1e-9)
    assert found.pulled_in == pytest.approx(expected["z_winsorised"], abs=1e-9)
    assert found.phi == pytest.approx(expected["phi"], abs=1e-9)
    assert found.tau2 == pytest.approx(expected["tau2"], abs=1e-9)


@pytest.mark.parametrize("name", SETS)
def test_funnel_lines_are_those_of_the_reference(reference, name):
    given = reference("t3_ranking_open")["sets"][name]
    expected = given["funnel_od"]
    spread = over_dispersion(given["y"], given["n"])
    wide = over_dispersed_funnel(given["y"], given["n"], spread)
    plain = over_dispersed_funnel(given["y"], given["n"], replace(spread, tau2=0.0))
    for found, prefix in [(wide, "od"), (plain, "")]:
        for limit, key in zip(LIMITS, ("ll95", "ul95", "ll998", "ul998"), strict=True):
            assert getattr(found, limit) == pytest.approx(expected[prefix + key], abs=1e-7)
    exact = funnel(given["y"], given["n"], method="exact")
    assert exact.lower == pytest.approx(expected["exact_binom_ll95"], abs=1e-9)
    assert exact.upper == pytest.approx(expected["exact_binom_ul95"], abs=1e-9)
    normal = funnel(given["y"], given["n"], method="normal")
    assert normal.lower == pytest.approx(expected["ohid_l95"], abs=1e-9)
    assert normal.upper == pytest.approx(expected["ohid_u95"], abs=1e-9)


def test_ohid_proportion_funnel_is_reproduced(reference):
    ohid = reference("t3_ranking_open")["ohid_funnel"]
    areas = ohid["proportion_inputs"]
    found = funnel([area["numerator"] for area in areas], [area["denominator"] for area in areas], method="normal")
    words = {area["Area"]: OHID_WORDS[int(at)] for area, at in zip(areas, found.position, strict=True)}
    assert [words[row["Area"]] for row in ohid["proportion_significance"]] == [
        row["significance"] for row in ohid["proportion_significance"]
    ]
    rows = ohid["proportion_limits"]
    lines = funnel(np.zeros(len(rows)), [row["Population"] for row in rows], centre=found.centre, method="normal")
    for limit, key in zip(LIMITS, ("Lower2s0025", "Upper2s0025", "Lower3s0001", "Upper3s0001"), strict=True):
        assert 100 * getattr(lines, limit) == pytest.approx([row[f"{key}limit"] for row in rows], abs=1e-6)


def test_ohid_ratio_funnel_is_reproduced(reference):
    ohid = reference("t3_ranking_open")["ohid_funnel"]
    rows = ohid["ratio_inputs"]
    found = ratio_funnel([row["obs"] for row in rows], [row["expected"] for row in rows])
    assert [OHID_WORDS[int(at)] for at in found.position] == [row["significance"] for row in rows]
    rows = ohid["ratio_limits"]
    lines = ratio_funnel([row["Observed_events"] for row in rows], np.ones(len(rows)))
    for limit, key in zip(LIMITS, ("lower_2s", "upper_2s", "lower_3s", "upper_3s"), strict=True):
        assert 100 * getattr(lines, limit) == pytest.approx([row[f"{key}_isr"] for row in rows], rel=1e-4)


def test_one_area_at_a_time_by_hand():
    found = funnel([90, 60, 97], [100, 100, 100], centre=0.9, method="normal")
    assert found.lower[0] == pytest.approx(0.9 - 1.959964 * 0.03, abs=1e-7)
    assert found.far_lower[0] == pytest.approx(0.9 - 3.090232 * 0.03, abs=1e-7)
    assert found.position.tolist() == [0, -2, 1]


def test_small_areas_get_exact_lines_by_default():
    found = funnel([4, 400], [5, 500], centre=0.9)
    exact, normal = (funnel([4, 400], [5, 500], centre=0.9, method=method) for method in ("exact", "normal"))
    assert found.lower.tolist() == [exact.lower[0], normal.lower[1]]
    assert exact.lower[0] == 0.6  # 3 of 5: P(X ≤ 2) = 0.0086, P(X ≤ 3) = 0.0815


def test_an_area_without_cases_lies_inside_a_funnel_without_limits():
    found = funnel([0, 90], [0, 100], method="auto")
    assert (found.lower[0], found.upper[0], found.position[0]) == (0.0, 1.0, 0)
    wide = over_dispersed_funnel([0, 90], [0, 100], over_dispersion([80, 90], [100, 100]))
    assert (wide.lower[0], wide.upper[0], wide.position[0]) == (0.0, 1.0, 0)


def test_without_cases_there_is_no_funnel():
    with pytest.raises(ValueError, match="no rate to compare with"):
        funnel([0], [0])
    with pytest.raises(ValueError, match="Leave out areas without cases"):
        over_dispersion([0, 1], [0, 2])
    with pytest.raises(ValueError, match="more than 0 expected"):
        ratio_funnel([1], [0])


def test_equal_areas_have_no_over_dispersion():
    found = over_dispersion([90, 91, 89, 90], [100, 100, 100, 100])
    assert found.tau2 == 0.0
    assert found.phi < 1


def test_nothing_observed_is_low_only_where_much_was_expected():
    assert ratio_funnel([0, 0], [2.0, 8.0]).position.tolist() == [0, -2]


def test_indirect_standardisation_is_that_of_the_reference(reference, reference_table):
    given = reference("t3_ranking_open")["indirect_standardisation"]
    late, cases = due_in_the_last_90_days(reference_table("register_open"))
    found = standardise(late, cases, ohid=True)
    assert 1 - found.city == pytest.approx(given["overall_on_time"], abs=1e-9)
    for key, values in [
        ("n", found.cases),
        ("late", found.observed),
        ("expected_late", found.expected),
        ("late_ratio", found.ratio),
        ("late_ratio_l", found.lower),
        ("late_ratio_u", found.upper),
        ("adjusted_on_time", found.adjusted),
        ("crude", found.crude),
    ]:
        assert values == pytest.approx([town[key] for town in given["towns"]], abs=1e-9), key


def test_without_ohids_approximation_the_limits_are_exact_and_a_little_narrower():
    exact, approximate = (standardise([[16, 0]], [[60, 40]], ohid=ohid) for ohid in (False, True))
    assert exact.lower * 16 == pytest.approx([9.14538], abs=1e-5)  # ½χ²(0.025; 32)
    assert approximate.lower * 16 == pytest.approx([9.13950], abs=1e-4)


def due_in_the_last_90_days(rows: list[dict[str, str]]) -> tuple[np.ndarray, np.ndarray]:
    """Late and all matured cases by town and by stratum (harder topics or not × level) of the open register."""
    as_of = np.datetime64("2024-06-30")
    towns = sorted({row["town"] for row in rows})
    strata = sorted({(row["category"] <= "C04", row["level"]) for row in rows})
    late, cases = np.zeros((len(towns), len(strata))), np.zeros((len(towns), len(strata)))
    for row in rows:
        if not row["due"] or row["end_kind"] == "withdrawn":
            continue
        due = np.datetime64(row["due"])
        if as_of - np.timedelta64(90, "D") < due <= as_of:
            at = towns.index(row["town"]), strata.index((row["category"] <= "C04", row["level"]))
            cases[at] += 1
            late[at] += not (row["end_kind"] == "closed" and np.datetime64(row["ended"]) <= due)
    return late, cases


def test_an_area_with_harder_cases_is_not_worse_for_it():
    # Easy cases are late 1 in 10, hard ones 5 in 10, in both areas; the second has mostly hard ones.
    found = standardise([[9, 5], [1, 45]], [[90, 10], [10, 90]])
    assert found.crude.tolist() == [0.86, 0.54]
    assert found.ratio == pytest.approx([1.0, 1.0])
    assert found.adjusted == pytest.approx([0.7, 0.7])


def test_an_area_without_cases_has_no_ratio():
    found = standardise([[0, 0], [1, 2]], [[0, 0], [5, 5]])
    assert np.isnan(found.ratio[0])
    assert np.isnan(found.adjusted[0])


def test_tables_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="areas by strata"):
        standardise([1, 2], [3, 4])
    with pytest.raises(ValueError, match="between 0 and the cases"):
        standardise([[4]], [[3]])
