"""Batches of old items: whatever is on record and whatever day it is seen from, the counts belong together."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries import wording
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.snapshot import Snapshot, build_from_frames, current
from queries.views import batches
from tests.examples import SLOW
from tests.installations import DemoOf
from tests.programmes import CASES, DAY, OFFICES, day, kept


@pytest.fixture(scope="module")
def demo_snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(3_000))


@st.composite
def batch_items(draw):
    rows = []
    for number in range(draw(st.integers(1, 12))):
        assigned = draw(st.integers(0, 60))
        reported = draw(st.none() | st.integers(0, 60))
        result = (
            draw(st.sampled_from([None, "recognised", "returned", "under_review"])) if reported is not None else None
        )
        decided = result in ("recognised", "returned")
        reviewed = assigned + reported + draw(st.integers(0, 40)) if decided else None
        back = reviewed + draw(st.integers(0, 40)) if result == "recognised" and draw(st.booleans()) else None
        rows.append(
            {
                "item_id": f"i{number}",
                "batch": draw(st.sampled_from(["一", "二"])),
                "place_code": draw(st.sampled_from(["north", "south"])),
                "office_id": draw(st.sampled_from(["north", None])),
                "leader_assigned": draw(st.booleans()),
                "assigned_on": day(assigned),
                "reported_on": day(None if reported is None else assigned + reported),
                "reviewed_on": day(reviewed),
                "review_result": result,
                "reflow_on": day(back),
                "unusable": int(draw(st.integers(0, 9)) == 0),
            }
        )
    return rows


def typed_rows(rows):
    schema = dict.fromkeys(("assigned_on", "reported_on", "reviewed_on", "reflow_on"), pl.Date) | {
        "office_id": pl.String, "review_result": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema_overrides=schema)


@SLOW
@given(batch_items(), DAY)
def test_the_ladder_is_what_the_single_items_say_and_the_same_by_every_breakdown(tmp_path_factory, rows, number):
    snapshot = build_from_frames(
        tmp_path_factory.mktemp("b") / "s", CASES, (), typed_rows(rows), OFFICES, {"backlog_item": rows}
    )
    filters = Filters(as_of=day(number))
    states = batches.items(snapshot, filters).frame
    usable = states.filter(pl.col("state") != "contradictory")
    counted = {
        "assigned": usable.height,
        "named": int(usable["is_named"].sum()),
        "reported": usable.filter(pl.col("reported_on").is_not_null()).height,
        "recognised": usable.filter(pl.col("state").is_in(["recognised", "came_back"])).height,
        "returned": usable.filter(pl.col("state") == "returned").height,
        "under_review": usable.filter(pl.col("state") == "under_review").height,
        "reflowed": usable.filter(pl.col("state") == "came_back").height,
        "excluded": states.height - usable.height,
    }
    for by in batches.GROUPS:
        frame = batches.ladder(snapshot, filters, by).frame
        if "assigned" not in frame.columns:  # nothing was ever reported: there is no such rate
            continue
        assert {name: frame[name].sum() for name in counted} == counted
        assert (frame["recognised"] <= frame["assigned"]).all()
        assert (frame["reflowed"] <= frame["recognised"]).all()
        for row in frame.filter(pl.col("assigned") > 0).iter_rows(named=True):
            assert row["reported_of"] == row["assigned"]
            if row["recognised_rate"] is not None:  # never one share without the other
                assert row["reported_rate"] is not None


@SLOW
@given(batch_items(), DAY, st.integers(0, 60))
def test_what_has_happened_stays_happened(tmp_path_factory, rows, number, later):
    snapshot = build_from_frames(
        tmp_path_factory.mktemp("b") / "s", CASES, (), typed_rows(rows), OFFICES, {"backlog_item": rows}
    )
    before, after = (batches.ladder(snapshot, Filters(as_of=day(n))).frame for n in (number, number + later))
    if "assigned" not in after.columns:
        return
    for name in ("assigned", "reported", "recognised", "reflowed", "excluded"):
        assert before[name].sum() <= after[name].sum()


def test_a_batch_reported_in_part_without_results_has_the_rate_of_the_measure_and_says_what_is_left_out(register):
    rows = ["one | 2022-01-10 | 2022-03-01 |"] * 7 + ["one | 2022-01-10 | |"] * 3
    rows += ["two | 2022-02-10 | 2022-03-01 | recognised"]
    snapshot = register(backlog="\n".join(["batch | assigned_on | reported_on | review_result", *rows]))
    june = Filters(as_of=date(2022, 6, 30))
    view = batches.ladder(snapshot, june)
    measured = evaluate(snapshot, "backlog_recognised_rate", ["batch"], june).row(0, named=True)
    found = view.frame.row(0, named=True)
    assert (found["recognised_rate"], found["recognised_of"]) == (measured["value"], measured["denominator"]) == (0, 3)
    assert view.finding.zh.startswith("one10件上报7件、认定0件（另7件未说明）；")
    assert view.finding.en.startswith("one: 7 of 10 reported, 0 recognised (7 more not stated); ")


def test_the_demo_shows_the_batches_of_the_half_year_and_of_any_earlier_day(demo_snapshot):
    whole = batches.ladder(demo_snapshot, Filters())
    assert whole.frame.select("assigned", "named", "reported", "recognised", "recognised_of").rows() == [
        (32, 32, 32, 31, 32),
        (10, 10, 10, 0, 0),
    ]
    assert whole.frame["recognised_rate"].to_list() == [31 / 32, None]
    assert whole.finding.zh.startswith("第一批32件上报32件、认定31件；第二批10件上报10件、认定未说明")
    assert "recognition not stated" in whole.finding.en
    assigned = batches.ladder(demo_snapshot, Filters(as_of=date(2022, 3, 1)))
    assert "；第二批10件尚未上报；" in assigned.finding.zh
    assert assigned.frame["recognised_rate"].to_list()[1] == 0
    before = batches.ladder(demo_snapshot, Filters(as_of=date(2022, 2, 28))).frame
    assert before.select("assigned", "reported").rows() == [(32, 32)]
    assert batches.ladder(demo_snapshot, Filters(as_of=date(2021, 4, 19))).frame.is_empty()


def test_waiting_is_counted_in_days_and_says_on_whom(tmp_path):
    item = {"batch": "一", "assigned_on": day(0), "place_code": "north", "unusable": 0}
    rows = [
        item | {"item_id": "a", "leader_assigned": None, "office_id": None},
        item | {"item_id": "b", "leader_assigned": True, "office_id": "north"},
        item | {"item_id": "c", "leader_assigned": True, "office_id": "north", "reported_on": day(10)},
        item | {"item_id": "d", "leader_assigned": True, "office_id": "north", "reported_on": day(10),
                "reviewed_on": day(20), "review_result": "returned"},
        item | {"item_id": "e", "leader_assigned": True, "office_id": "north", "reported_on": day(10),
                "reviewed_on": day(20), "review_result": "recognised"},
    ]  # fmt: skip
    view = batches.items(kept(tmp_path / "s", backlog_item=rows), Filters(as_of=day(30)))
    waits = {row["item_id"]: (row["state"], row["waits_on"], row["waiting_days"]) for row in view.frame.to_dicts()}
    assert waits == {
        "a": ("unnamed", "bureau", 30),
        "b": ("open", "office", 30),
        "c": ("not_stated", "above", 20),
        "d": ("returned", "office", 10),
        "e": ("recognised", None, None),
    }
    assert (
        view.finding.zh == "等信访局（包案）的1件，最长30天；等责任单位的2件，最长30天；等上级（认定）的1件，最长20天"
    )


def test_backflow_is_estimated_from_ten_recognised_items_on(demo_snapshot):
    few = batches.no_reflow(demo_snapshot, Filters(as_of=date(2021, 10, 1)))
    assert few.frame.is_empty()
    assert "满10件" in few.notes[0].zh
    curve = batches.no_reflow(demo_snapshot, Filters()).frame
    assert curve["at_risk"].min() >= 5


def test_time_to_recognition_never_rests_on_fewer_than_five(demo_snapshot):
    view = batches.to_recognition(demo_snapshot, Filters())
    assert view.frame["at_risk"].min() >= 5
    assert view.frame["value"].is_sorted()
    assert f"在交办后{wording.days(view.frame['median'][0], 'zh')}（95%区间" in view.finding.zh


def test_batches_are_told_in_the_order_they_were_assigned_and_not_of_their_names(tmp_path):
    months = {"第一批": 1, "第二批": 2, "第三批": 3}
    items = [
        {"item_id": name, "batch": name, "assigned_on": f"2022-{month:02}-01", "reported_on": "2022-04-01"}
        for name, month in months.items()
    ]
    view = batches.ladder(kept(tmp_path / "s", backlog_item=items), Filters(as_of=date(2022, 6, 30)))
    assert view.frame["batch"].to_list() == list(months)
    told = view.finding.zh
    assert told.index("第一批") < told.index("第二批") < told.index("第三批")


def test_an_office_in_two_batches_counts_once_a_batch_and_with_both_in_its_own_line(tmp_path):
    row = {"place_code": "north", "office_id": "north", "leader_assigned": True, "reflow_on": None, "unusable": 0}
    items = [
        row | {"item_id": "a", "batch": "一", "assigned_on": date(2021, 12, 20), "reported_on": date(2022, 1, 5),
               "reviewed_on": date(2022, 1, 20), "review_result": "recognised"},
        row | {"item_id": "b", "batch": "二", "assigned_on": date(2022, 2, 1), "reported_on": None,
               "reviewed_on": None, "review_result": None},
    ]  # fmt: skip
    snapshot = kept(tmp_path / "s", backlog_item=items)
    for by, expected in (("batch", [("一", 1, 1), ("二", 1, 0)]), ("office", [("north", 2, 1)])):
        frame = batches.ladder(snapshot, Filters(as_of=date(2022, 6, 30)), by).frame
        assert frame.select(by, "assigned", "recognised").rows() == expected


def test_a_batch_of_few_items_is_called_few_and_not_missing(tmp_path):
    item = {"item_id": "1", "batch": "first", "assigned_on": "2022-03-01", "review_result": "under_review"}
    view = batches.to_recognition(kept(tmp_path / "s", backlog_item=[item]), Filters(as_of=date(2022, 6, 30)))
    assert view.frame.is_empty()
    assert view.notes[0].zh == "1件太少，不画认定用时。"
