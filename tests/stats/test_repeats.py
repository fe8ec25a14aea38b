"""Do matters come back?"""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from queries.days import day_number, from_day_number
from queries.stats import repeats
from queries.stats.repeats import UNLINKED

AS_OF = day_number(date(2024, 6, 30))
NEVER = np.nan
TOLERANCE = 1e-8


class Closures:
    """The closed cases of the synthetic register and when their matters came back."""

    def __init__(self, register):
        self.matter = np.unique(register["matter_id"], return_inverse=True)[1]
        self.registered = register["registered"]
        self.closed = np.where(register["end_kind"] == "closed", register["ended"], NEVER)
        self.follower = repeats.next_petition(self.matter, self.registered, self.closed)
        self.town = np.array([int(town[1:]) - 1 for town in register["town"]])
        self.last_year = (self.closed > AS_OF - 365) & (self.closed <= AS_OF)


@pytest.fixture(scope="module")
def closures(synthetic_register) -> Closures:
    return Closures(synthetic_register)


@st.composite
def registers(draw: st.DrawFn):
    """Matters, registration days and closing days of a few cases."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(UNLINKED, 4), st.integers(0, 60), st.one_of(st.none(), st.integers(0, 30))),
            min_size=1,
            max_size=25,
        )
    )
    matter, registered, length = zip(*rows, strict=True)
    closed = [NEVER if days is None else start + days for start, days in zip(registered, length, strict=True)]
    return np.array(matter), np.array(registered, dtype=float), np.array(closed, dtype=float)


def compare_returns(found, rows):
    assert found.denominator.tolist() == [row["matured_closures"] for row in rows]
    assert found.numerator.tolist() == [row["repeats"] for row in rows]
    for mine, name in ((found.rate, "rate"), (found.lower, "wilson_l"), (found.upper, "wilson_u")):
        assert_allclose(mine, [row[name] for row in rows], atol=TOLERANCE, rtol=0)


def test_returns_after_90_and_180_days_agree_with_r(reference, closures):
    fixed = reference("t7_repeats_open")["fixed"]
    recent = np.where(closures.last_year, closures.closed, NEVER)
    for closed, name in ((closures.closed, "all_time"), (recent, "last_365")):
        for row in fixed[name]:
            compare_returns(repeats.returns(closed, closures.follower, AS_OF, row["days"]), [row])


def test_returns_by_town_agree_with_r(reference, closures):
    rows = reference("t7_repeats_open")["by_town_90"]
    recent = np.where(closures.closed > AS_OF - 270, closures.closed, NEVER)  # 180 days of closures
    found = repeats.returns(recent, closures.follower, AS_OF, 90, closures.town, 12)
    compare_returns(found, [rows[town] for town in sorted(rows)])


def test_returns_by_month_of_closure_agree_with_r(reference, closures):
    for row in reference("t7_repeats_open")["by_close_month_90"]:
        mine = np.array(
            [not np.isnan(day) and f"{from_day_number(day):%Y-%m}" == row["close_month"] for day in closures.closed]
        )
        found = repeats.returns(closures.closed[mine], closures.follower[mine], AS_OF)
        assert mine.sum() == row["closed"]
        assert (found.denominator[0], found.numerator[0]) == (row["matured"], row["repeats"])


def test_time_to_return_agrees_with_r(reference, closures):
    values = reference("t7_repeats_open")
    compare_curve(closures, closures.last_year, values["km_last365"])
    order = np.lexsort((closures.closed, closures.matter))
    _, first = np.unique(closures.matter[order], return_index=True)
    is_first = np.zeros(closures.closed.size, dtype=bool)
    is_first[order[first]] = True
    compare_curve(closures, closures.last_year & is_first, values["km_first_closure_last365"])


def compare_curve(closures, chosen, expected):
    columns = (closures.closed[chosen], closures.follower[chosen], closures.matter[chosen])
    found = repeats.return_curve(*columns, AS_OF, expected["at"])
    assert chosen.sum() == expected["n"]
    pairs = {
        "repeat_prob": found.curve.share,
        "lower": found.curve.lower,
        "upper": found.curve.upper,
        "se": found.curve.se,
        "se_robust_by_matter": found.clustered_se,
        "at_risk": found.curve.at_risk,
    }
    for name, mine in pairs.items():
        assert_allclose(mine[0], expected[name], atol=TOLERANCE, rtol=0, err_msg=name)


def test_matters_petitioned_again_agree_with_r(reference, closures):
    expected = reference("t7_repeats_open")["matters_180"]
    found = repeats.repeats_within(closures.matter, closures.registered, AS_OF)
    assert (found.two_or_more.denominator, found.two_or_more.numerator) == (
        expected["matters"],
        expected["with_2plus"],
    )
    assert found.three_or_more == expected["with_3plus"]
    assert found.two_or_more.rate == pytest.approx(expected["share"], abs=TOLERANCE)
    assert found.mean_petitions == pytest.approx(expected["mean_petitions"], abs=TOLERANCE)


def test_the_gini_coefficient_of_items_over_matters_agrees_with_r(reference, closures):
    values = reference("t7_repeats_open")
    recent = closures.matter[closures.registered > AS_OF - 365]
    linked, alone = np.unique(recent[recent != UNLINKED], return_counts=True)[1], (recent == UNLINKED).sum()
    found = repeats.gini([*linked, *[1] * alone])
    assert found == pytest.approx(values["concentration_last365"]["gini"], abs=TOLERANCE)
    for check in values["gini_checks"]:
        assert repeats.gini(check["values"]) == pytest.approx(check["gini"], abs=TOLERANCE)


def test_no_petition_came_while_its_matter_was_open(reference, synthetic_register, closures):
    expected = reference("t7_repeats_open")["repeats_while_open"]
    ended = synthetic_register["ended"]
    assert repeats.repeats_while_open(closures.matter, closures.registered, ended).sum() == expected


def test_backlog_batches_agree_with_r(reference, reference_table):
    expected = reference("t7_repeats_open")["batches"]
    rows = reference_table("batch_open")
    columns = {
        name: np.array([day_number(date.fromisoformat(row[name])) if row[name] else NEVER for row in rows])
        for name in ("handed", "reported", "recognised", "backflow")
    }
    batch = np.array([int(row["batch"]) - 1 for row in rows])
    found = repeats.batches(*columns.values(), AS_OF, batch, 3)
    for position, name in enumerate(sorted(expected)):
        wanted = expected[name]
        for count in ("handed", "reported", "recognised", "backflow", "net_resolved"):
            assert getattr(found, count)[position] == wanted[count]
        for rate in ("reported_rate", "recognised_rate", "net_rate"):
            assert getattr(found, rate).rate[position] == pytest.approx(wanted[rate], abs=TOLERANCE)
        limits = (found.recognised_rate.lower[position], found.recognised_rate.upper[position])
        assert_allclose(limits, wanted["recognised_wilson"], atol=TOLERANCE, rtol=0)
        mine = {key: values[batch == position] for key, values in columns.items()}
        at = wanted["recognised_curve"]["at"]
        recognised = repeats.backflow_curve(mine["handed"], mine["recognised"], AS_OF, at)
        compare_batch_curve(recognised, wanted["recognised_curve"])
        at = wanted["backflow_km"]["at"]
        back = repeats.backflow_curve(mine["recognised"], mine["backflow"], AS_OF, at)
        compare_batch_curve(back, wanted["backflow_km"])


def compare_batch_curve(found, expected):
    assert_allclose(found.share[0], expected["prob"], atol=TOLERANCE, rtol=0)
    assert found.at_risk[0].tolist() == expected["at_risk"]
    for mine, name in ((found.lower, "lower"), (found.upper, "upper")):
        for value, wanted, share in zip(mine[0], expected.get(name, []), expected["prob"], strict=False):
            # Before the first return the method has no limits; R prints none or twice 0.
            assert (np.isnan(value) and share == 0) or value == pytest.approx(wanted, abs=TOLERANCE)


def test_a_petition_on_the_closing_day_is_no_return_and_other_matters_are_none():
    matter, registered = [1, 1, 1, 2, UNLINKED, UNLINKED], [0, 10, 30, 11, 0, 20]
    closed = [10, 20, NEVER, NEVER, 5, NEVER]
    found = repeats.next_petition(matter, registered, closed)
    assert_allclose(found, [30, 30, NEVER, NEVER, NEVER, NEVER])


@given(registers())
def test_the_next_petition_is_the_one_found_by_looking_at_every_case(register):
    matter, registered, closed = register
    found = repeats.next_petition(matter, registered, closed)
    for position, day in enumerate(found):
        later = [
            start
            for code, start in zip(matter, registered, strict=True)
            if code == matter[position] != UNLINKED and start > closed[position]
        ]
        assert day == min(later) if later else np.isnan(day)


@given(registers(), st.integers(0, 120))
def test_a_longer_follow_up_never_lowers_the_returns_of_the_same_closures(register, as_of):
    matter, registered, closed = register
    follower = repeats.next_petition(matter, registered, closed)
    long_ago = np.where(closed + 20 <= as_of, closed, NEVER)
    short, longer = (repeats.returns(long_ago, follower, as_of, days) for days in (10, 20))
    assert short.denominator == longer.denominator
    assert short.numerator <= longer.numerator


@given(registers())
def test_petitions_while_open_are_those_found_by_looking_at_every_pair(register):
    matter, registered, ended = register
    order = np.lexsort((registered, matter))
    expected = 0
    for place, case in enumerate(order):
        earlier = [other for other in order[:place] if matter[other] == matter[case] != UNLINKED]
        expected += any(not registered[case] >= ended[other] for other in earlier)
    assert repeats.repeats_while_open(matter, registered, ended).sum() == expected


def test_the_whole_numbers_to_ten_have_a_gini_of_three_tenths_and_equal_ones_none():
    assert repeats.gini(range(1, 11)) == pytest.approx(0.3)
    assert repeats.gini([4] * 7) == 0


def test_eleven_of_a_hundred_closures_came_back_and_one_is_too_recent_to_count():
    closed = np.append(np.zeros(100), 11)
    follower = np.append(np.full(11, 90.0), np.full(90, NEVER))
    found = repeats.returns(closed, follower, as_of=100)
    assert (found.numerator[0], found.denominator[0], found.rate[0]) == (11, 100, 0.11)
    assert repeats.returns(closed, follower + 1, as_of=100).numerator == 0


@given(st.lists(st.integers(0, 50), min_size=1).filter(any), st.integers(1, 5))
def test_gini_is_between_0_and_1_and_knows_no_unit(values, factor):
    found = repeats.gini(values)
    assert -1e-12 <= found < 1
    assert repeats.gini(np.array(values) * factor) == pytest.approx(found)
    n, differences = len(values), np.abs(np.subtract.outer(values, values)).sum()
    assert found == pytest.approx(differences / (2 * n * sum(values)))


def test_items_flow_back_only_after_recognition_and_with_their_time_at_risk():
    found = repeats.batches([0, 0, 0], [5, 5, NEVER], [10, NEVER, NEVER], [40, NEVER, NEVER], as_of=100)
    assert (found.handed, found.reported, found.recognised, found.backflow) == (3, 2, 1, 1)
    assert found.days_at_risk == 30
    assert found.backflow_rate.rate == pytest.approx(36_525 / 30)
    assert repeats.batches([0], [5], [10], [40], as_of=39).backflow == 0


@pytest.mark.parametrize(
    ("returns", "higher_levels", "registrations", "check"),
    [(-1, 0, 0, False), (-1, 1, 0, True), (-1, 0, -1, True), (0, 1, -1, False), (1, 1, 1, False)],
)
def test_fewer_returns_are_no_praise_when_people_went_elsewhere(returns, higher_levels, registrations, check):
    assert repeats.check_recording(returns, higher_levels, registrations) is check


def test_nothing_registered_is_nothing_returned():
    assert repeats.next_petition([], [], []).size == 0
    with pytest.raises(ValueError, match="Gini"):
        repeats.gini([0, 0])
