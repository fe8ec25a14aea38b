"""How long until a case ends, when some are still open."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight

from queries.days import day_number
from queries.stats import survival
from queries.stats.survival import Ended, FollowUp

AS_OF = day_number(date(2024, 6, 30))
ESTIMATES, LIMITS = 1e-8, 1e-6
MERCAPTOPURINE = (
    [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35],
    [1] * 9 + [0] * 12,
)


def seen(days, ended) -> FollowUp:
    return FollowUp(np.asarray(days, dtype=np.int64), np.asarray(ended, dtype=np.int8))


def recent_cases(register) -> tuple[FollowUp, np.ndarray]:
    """Cases accepted in the last 180 days, and the town codes 0 … 11."""
    chosen = (register["accepted"] > AS_OF - 180) & (register["accepted"] <= AS_OF)
    kinds = np.where(register["end_kind"] == "closed", Ended.CLOSED, Ended.OTHERWISE)
    followed = survival.follow_up(register["accepted"][chosen], register["ended"][chosen], kinds[chosen], AS_OF)
    return followed, np.array([int(town[1:]) - 1 for town in register["town"][chosen]])


@st.composite
def followed_cases(draw: st.DrawFn) -> FollowUp:
    rows = draw(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), min_size=1, max_size=60))
    return seen(*zip(*rows, strict=True))


def test_freireichs_leukaemia_patients_give_the_published_curve():
    curve = survival.kaplan_meier(seen(*MERCAPTOPURINE)).at([6, 7, 10, 13, 16, 22, 23])
    assert_allclose(1 - curve.share[0], [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448], atol=5e-4)
    assert curve.at_risk[0].tolist() == [21, 17, 15, 12, 11, 7, 6]


def test_without_open_cases_the_curve_is_the_plain_share_and_its_error_binomial():
    curve = survival.aalen_johansen(seen([3, 5, 5, 9, 12, 12, 20, 30], [1, 1, 2, 1, 1, 2, 1, 1])).at(10)
    assert_allclose(curve.share, [[3 / 8]])
    assert_allclose(curve.se, [[np.sqrt(3 / 8 * 5 / 8 / 8)]])


@pytest.mark.parametrize(("name", "scale"), [("veteran_loglog", "log-log"), ("aml_log", "log")])
def test_classic_data_agree_with_r(reference, name, scale):
    data = reference("t2_censoring_open")["classic"][name]
    curve = survival.kaplan_meier(seen(data["time"], data["event"]), scale=scale)
    found = curve.at(data["at"])
    assert_allclose(1 - found.share[0], data["S"], atol=ESTIMATES, rtol=0)
    assert_allclose(found.se[0], data["se"], atol=ESTIMATES, rtol=0)
    assert_allclose(1 - found.upper[0], data["lower"], atol=LIMITS, rtol=0)
    assert_allclose(1 - found.lower[0], data["upper"], atol=LIMITS, rtol=0)
    assert survival.median_days(curve)[0] == data["median"]


def test_the_city_and_its_curve_agree_with_r(reference, synthetic_register):
    values = reference("t2_censoring_open")
    followed, _ = recent_cases(synthetic_register)
    zeros = np.zeros(followed.days.size)
    compare_with_r([values["city_window_km"]], followed, zeros, 1)
    curve = values["city_curve"]
    for method, name in ((survival.kaplan_meier, "km"), (survival.aalen_johansen, "aj")):
        assert_allclose(method(followed).at(curve["day"]).share[0], curve[name], atol=ESTIMATES, rtol=0)


def test_twelve_towns_at_once_agree_with_r(reference, synthetic_register):
    towns = reference("t2_censoring_open")["town_window_km"]
    followed, town = recent_cases(synthetic_register)
    compare_with_r([towns[name] for name in sorted(towns)], followed, town, len(towns))


def compare_with_r(rows, followed, group, groups):
    def column(name):
        return np.array([row[name] for row in rows], dtype=float)

    curve = survival.kaplan_meier(followed, group, groups)
    km, aj = curve.at(60), survival.closed_by_day(followed, group, groups)
    assert_allclose(km.share[:, 0], column("km_closed_by_day"), atol=ESTIMATES, rtol=0)
    assert_allclose(km.se[:, 0], column("km_se"), atol=ESTIMATES, rtol=0)
    assert_allclose(km.lower[:, 0], column("km_lower"), atol=LIMITS, rtol=0)
    assert_allclose(km.upper[:, 0], column("km_upper"), atol=LIMITS, rtol=0)
    assert_allclose(survival.median_days(curve), column("median_days_km"))
    assert_allclose(aj.share, column("aj_closed_by_day"), atol=ESTIMATES, rtol=0)
    assert_allclose(aj.se, column("aj_se"), atol=ESTIMATES, rtol=0)
    assert_allclose(aj.lower, column("aj_lower_cloglog"), atol=LIMITS, rtol=0)
    assert_allclose(aj.upper, column("aj_upper_cloglog"), atol=LIMITS, rtol=0)
    assert aj.at_risk.tolist() == column("at_risk_at_day").tolist()
    assert aj.is_shown.tolist() == (column("at_risk_at_day") >= 10).tolist()
    table = survival.life_table(followed, group, groups)
    assert table.closed.sum(axis=1).tolist() == column("n_closed").tolist()
    assert table.otherwise.sum(axis=1).tolist() == column("n_withdrawn").tolist()
    assert table.at_risk[:, 0].tolist() == column("n").tolist()


@given(followed_cases())
def test_statsmodels_agrees_on_any_cases(cases):
    # One case stays open to the end: statsmodels divides by zero where nobody is left.
    days, ended = np.append(cases.days, [41, 1]), np.append(cases.ended, [Ended.OPEN, Ended.CLOSED])
    followed = seen(days, ended)
    theirs = CumIncidenceRight(days.astype(float), ended.astype(int))
    ours = survival.aalen_johansen(followed).at(theirs.times.astype(int))
    assert_allclose(ours.share[0], theirs.cinc[0], atol=1e-12)
    assert_allclose(ours.se[0], theirs.cinc_se[0], atol=1e-9)
    theirs = SurvfuncRight(days.astype(float), (ended == Ended.CLOSED).astype(int))
    ours = survival.kaplan_meier(followed).at(theirs.surv_times.astype(int))
    assert_allclose(1 - ours.share[0], theirs.surv_prob, atol=1e-12)
    assert_allclose(ours.se[0], theirs.surv_prob_se, atol=1e-12)


@given(followed_cases())
def test_curves_only_rise_and_stay_inside_their_limits(cases):
    for method in (survival.kaplan_meier, survival.aalen_johansen):
        curve = method(cases)
        assert (np.diff(curve.share[0]) >= -1e-12).all()
        drawn = ~np.isnan(curve.lower[0])
        lower, share, upper = (column[0][drawn] for column in (curve.lower, curve.share, curve.upper))
        assert ((lower >= -1e-12) & (lower <= share + 1e-12) & (share <= upper + 1e-12) & (upper <= 1 + 1e-12)).all()


@given(followed_cases())
def test_if_nobody_withdrew_more_would_have_been_closed(cases):
    km, aj = survival.kaplan_meier(cases).share, survival.aalen_johansen(cases).share
    assert (km >= aj - 1e-12).all()
    if not (cases.ended == Ended.OTHERWISE).any():
        assert_allclose(km, aj, atol=1e-12)


@given(followed_cases(), st.integers(2, 4))
def test_groups_at_once_are_the_groups_one_by_one(cases, groups):
    group = np.arange(cases.days.size) % groups
    together = survival.aalen_johansen(cases, group, groups, last_day=40)
    for code in range(groups):
        mine = group == code
        alone = survival.aalen_johansen(FollowUp(cases.days[mine], cases.ended[mine]), last_day=40)
        for name in ("share", "se", "lower", "upper", "at_risk"):
            assert_allclose(getattr(together, name)[code], getattr(alone, name)[0], atol=1e-12)


@given(followed_cases())
def test_clusters_of_one_case_give_greenwoods_error(cases):
    each = np.arange(cases.days.size)
    days = [0, 5, 20, 40]
    expected = survival.kaplan_meier(cases, last_day=40).at(days).se
    assert_allclose(survival.clustered_se(cases, each, days), expected, atol=1e-12)


def test_the_median_is_r_s_when_the_curve_rests_at_one_half():
    resting = survival.kaplan_meier(seen([2, 4, 8, 9], [1, 1, 1, 1]))
    unreached = survival.kaplan_meier(seen([2, 4, 8, 9], [1, 0, 0, 0]))
    assert survival.median_days(resting)[0] == 6
    assert np.isnan(survival.median_days(unreached)[0])


def test_what_happens_after_the_as_of_day_is_not_known_yet():
    followed = survival.follow_up([0, 0, 5], [10, 30, np.nan], [1, 1, 0], as_of=20)
    assert followed.days.tolist() == [10, 20, 15]
    assert followed.ended.tolist() == [Ended.CLOSED, Ended.OPEN, Ended.OPEN]


@pytest.mark.parametrize(("start", "end"), [(21, np.nan), (5, 4), (np.nan, 7)])
def test_impossible_follow_up_is_refused(start, end):
    with pytest.raises(ValueError, match="case starts after"):
        survival.follow_up([start], [end], [1], as_of=20)


def test_a_curve_says_nothing_beyond_its_last_day():
    with pytest.raises(ValueError, match="from day 0 to 9"):
        survival.kaplan_meier(seen([2, 9], [1, 0])).at(10)


def test_a_group_without_cases_has_no_curve():
    assert np.isnan(survival.closed_by_day(seen([3], [1]), [0], 2).share[1])


def test_three_thousand_areas_are_one_call():
    random = np.random.default_rng(1)
    many = seen(random.integers(0, 200, 100_000), random.integers(0, 3, 100_000))
    assert survival.closed_by_day(many, random.integers(0, 3000, 100_000), 3000).share.shape == (3000,)
