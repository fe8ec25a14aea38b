"""What the demo register was told is what the measures find: through the store, the snapshot and `evaluate`."""

from datetime import date
from math import sqrt

import polars as pl
import pytest

from queries import snapshot as snapshots
from queries.counting.evaluate import compare, evaluate
from queries.filters import Filters
from queries.snapshot import Snapshot
from queries.views import townships
from seed import demo
from seed.demo import truths
from seed.demo.city import CITY, TOWNSHIPS
from seed.demo.programmes import offices
from tests.installations import DemoOf

SPREAD = 3.3  # standard errors: a true value is further off in 1 of 1,000 samples
TOWNS = [town.name for town in TOWNSHIPS]


@pytest.fixture(scope="module")
def snapshot(demo_of: DemoOf) -> Snapshot:
    """The default demo, as a user gets it."""
    return snapshots.current(demo_of())


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Two hundred thousand items of another seed, where chance has little room."""
    chunks = list(demo.register(200_000, seed=5))
    return snapshots.build_from_frames(
        tmp_path_factory.mktemp("large") / "snapshot",
        (chunk.cases for chunk in chunks),
        (chunk.evaluations for chunk in chunks),
        offices=pl.DataFrame(offices()),
    )


@pytest.fixture(params=["default demo", "200,000 items"])
def either(request: pytest.FixtureRequest) -> Snapshot:
    return request.getfixturevalue("snapshot" if request.param == "default demo" else "large")


def by(snapshot: Snapshot, name: str, dimension: str, filters: Filters | None = None) -> dict[str, dict]:
    rows = evaluate(snapshot, name, by=[dimension], filters=filters)
    return {row[dimension]: row for row in rows.iter_rows(named=True)}


def agrees(row: dict, share: float, slack: float = 0.0) -> bool:
    """Whether a planted share lies within SPREAD standard errors of what was counted, plus a slack that is stated."""
    return abs(row["value"] - share) <= SPREAD * sqrt(share * (1 - share) / row["denominator"]) + slack


def test_the_demo_is_seen_from_its_last_day_and_called_a_demo(snapshot):
    assert (snapshot.as_of, snapshot.is_demo) == (truths.LAST_DAY, True)


def test_the_slow_township_has_the_on_time_rate_it_was_given_and_the_others_theirs(either):
    found = by(either, "on_time_reply_rate", "place")
    for town in TOWNS:
        assert agrees(found[town], truths.SLOW_ON_TIME if town == truths.SLOW_PLACE else truths.ON_TIME), town


def test_the_slow_township_is_the_only_one_set_apart(snapshot):
    found = by(snapshot, "on_time_reply_rate", "place")
    city = evaluate(snapshot, "on_time_reply_rate")["value"].item()
    assert [town for town in TOWNS if found[town]["upper"] < city] == [truths.SLOW_PLACE]


def test_the_slow_township_takes_the_extra_days_it_was_given(either):
    days = {place: row["value"] for place, row in by(either, "days_to_close", "place").items()}
    others = sorted(days[town] for town in TOWNS if town != truths.SLOW_PLACE)
    usual = others[len(others) // 2]
    assert days[truths.SLOW_PLACE] - usual == pytest.approx(truths.SLOW_EXTRA_DAYS, abs=2)
    assert all(abs(value - usual) < 3 for value in others)


def test_the_rising_topic_is_found_without_being_told_where_to_look(either):
    now = Filters(start=truths.RISING_SINCE, end=truths.LAST_DAY)
    cells = {filters: {} for filters in (now, now.last_year())}
    for filters, counts in cells.items():
        for row in evaluate(either, "registered_count", by=["place", "topic_l1"], filters=filters).iter_rows(
            named=True
        ):
            counts[row["place"], row["topic_l1"]] = row["numerator"]
    after, before = cells[now], cells[now.last_year()]
    rise = {cell: (after[cell] - before.get(cell, 0)) / sqrt(after[cell] + before.get(cell, 0)) for cell in after}
    assert max(rise, key=rise.__getitem__) == (truths.RISING_PLACE, truths.RISING_TOPIC_L1)
    assert sorted(rise.values())[-1] > 1.5 * sorted(rise.values())[-2]


def test_the_rising_topic_has_the_share_it_was_given_month_by_month(either):
    city = Filters(start=truths.RISING_SINCE, end=truths.LAST_DAY).only("is_first_national", "yes")
    there = city.only("place", truths.RISING_PLACE).only("topic_l3", truths.RISING_TOPIC_L3)
    all_of_them, these = (by(either, "registered_count", "month", filters) for filters in (city, there))
    for month, share in truths.RISING_SHARE.items():
        first = date(2022, month, 1)
        expected = share * all_of_them[first]["numerator"]
        assert abs(these[first]["numerator"] - expected) < SPREAD * sqrt(expected) + 0.05 * expected


@pytest.mark.parametrize("target", ["bureau", "office"])
def test_the_office_of_low_participation_is_found_with_the_share_it_was_given(either, target):
    found = by(either, "participation_rate", "office", Filters(evaluation_target=target))
    assert agrees(found[truths.LOW_OFFICE], truths.LOW_PARTICIPATION, slack=0.01)
    many = {office: row for office, row in found.items() if row["denominator"] >= 30}
    assert min(many, key=lambda office: many[office]["value"]) == truths.LOW_OFFICE
    assert found[truths.LOW_OFFICE]["upper"] < min(
        row["upper"] for name, row in many.items() if name != truths.LOW_OFFICE
    )


@pytest.mark.parametrize("target", ["bureau", "office"])
def test_participation_and_satisfaction_are_those_planted(either, target):
    filters = Filters(evaluation_target=target)
    others = tuple(key for key in either.keys("office") if key not in (truths.LOW_OFFICE, ""))
    participation = evaluate(either, "participation_rate", filters=filters.only("office", *others)).row(0, named=True)
    # an evaluation counts before its window has ended, silence only after: at the end of the register a little too high
    assert agrees(participation, truths.PARTICIPATION[target], slack=0.01)
    assert agrees(
        evaluate(either, "satisfaction_rate", filters=filters).row(0, named=True), truths.SATISFACTION[target]
    )


def test_the_city_falls_short_of_both_satisfaction_targets(snapshot):
    for name in ("participation_rate", "satisfaction_rate"):
        assert evaluate(snapshot, name)["upper"].item() < truths.TARGETS[name]


def test_same_day_forwarding_changes_with_the_year(either):
    found = by(either, "same_day_forwarding_rate", "year")
    assert agrees(found[date(2021, 1, 1)], truths.SAME_DAY_BEFORE)
    assert agrees(found[date(2022, 1, 1)], truths.SAME_DAY_AFTER)


def test_offices_accept_as_often_in_time_as_planted(either):
    assert agrees(evaluate(either, "office_acceptance_rate").row(0, named=True), truths.OFFICE_ACCEPTANCE)


def test_the_batches_are_those_of_the_half_year_report(snapshot):
    names = ["backlog_reported_rate", "backlog_recognised_rate", "backlog_reflow_rate"]
    rows = evaluate(snapshot, names, by=["batch"]).iter_rows(named=True)
    found = {(row["measure"], row["batch"]): (row["numerator"], row["denominator"], row["reason"]) for row in rows}
    assert found["backlog_reported_rate", "第一批"] == (32, 32, None)
    assert found["backlog_recognised_rate", "第一批"] == (31, 32, None)
    assert found["backlog_reflow_rate", "第一批"] == (1, 31, None)
    assert found["backlog_reported_rate", "第二批"] == (10, 10, None)
    assert found["backlog_recognised_rate", "第二批"][2] == "not_stated"


def test_the_unknown_place_has_its_own_row(snapshot):
    listed = {row["office_id"] for row in offices()}
    assert set(by(snapshot, "registered_count", "place")) - listed == {truths.UNKNOWN_PLACE}
    assert set(by(snapshot, "registered_count", "office")) - listed == {truths.UNKNOWN_OFFICE}
    assert CITY in listed


def test_rows_with_planted_faults_are_left_out_and_counted(snapshot):
    """Flaws that spoil a date leave the measures resting on it, and only those."""
    excluded = dict(
        evaluate(snapshot, ["same_day_forwarding_rate", "closure_rate", "people_count", "registered_count"])
        .select("measure", "excluded")
        .iter_rows()
    )
    assert excluded["people_count"] == len(range(truths.FLAWS["petitioner_count_below_one"][1], 9_000, 3_000))
    assert excluded["same_day_forwarding_rate"] > 0
    assert excluded["closure_rate"] > 0
    assert excluded["registered_count"] == 0


YEAR = Filters(start=date(2021, 7, 1), end=truths.LAST_DAY)  # what pages show before anything is chosen


def test_the_townships_page_names_the_slow_township_and_no_other(snapshot):
    view = townships.compared(snapshot, YEAR, "on_time_reply_rate")
    assert view.frame.filter("worse")["place"].to_list() == [truths.SLOW_PLACE]
    assert truths.SLOW_PLACE in view.finding.zh


def test_the_comparison_of_offices_names_the_one_of_low_participation(snapshot):
    view = townships.compared(snapshot, YEAR, "participation_rate", "office")
    assert view.frame.filter("worse")["office"].to_list() == [truths.LOW_OFFICE]


def test_the_rise_shows_beside_the_same_period_last_year(snapshot):
    there = YEAR.only("place", truths.RISING_PLACE).only("topic_l1", truths.RISING_TOPIC_L1)
    (row,) = compare(snapshot, "registered_count", (), there).iter_rows(named=True)
    assert row["value"] > 3 * row["last_year_value"]


def test_the_map_has_a_shape_for_every_township_of_the_register(snapshot):
    view = townships.on_map(snapshot, YEAR, "on_time_reply_rate", demo.SHAPES_FILE)
    assert set(view.frame.filter(pl.col("value").is_not_null())["place"]) == set(TOWNS)
