"""Special periods: whatever is on record and whatever day it is seen from, the counts belong together."""

from datetime import date, timedelta

import polars as pl
import pytest

from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.views import periods
from tests.programmes import START, kept


def roster(**cells):
    """Entries named by the first letter of a place and the day of March 2022."""
    places = {"n": "north", "s": "south"}
    return [
        {"reception_id": n, "day": date(2022, 3, int(at[1])), "place_code": places[at[0]], **entry}
        for n, (at, entry) in enumerate(cells.items())
    ]


PERIOD = {"period_id": 1, "name_zh": "会期", "name_en": "Session", "kind": "congress",
          "starts_on": "2022-03-04", "ends_on": "2022-03-06"}  # fmt: skip


def test_not_entered_is_not_the_same_as_nobody_on_duty(tmp_path):
    on = {"post_on_duty": "值班领导", "received_count": 3, "settled_count": 1}
    entries = roster(n4=on, n5={"post_on_duty": None}, n6=on, s4=on)
    snapshot = kept(tmp_path / "s", special_period=[PERIOD], reception_day=entries)
    view = periods.coverage(snapshot, Filters(as_of=date(2022, 3, 31)), "1")
    cells = {(row["place_code"], row["day"].day): row["status"] for row in view.frame.to_dicts()}
    assert cells == {
        ("north", 4): "covered", ("north", 5): "absent", ("north", 6): "covered",
        ("south", 4): "covered", ("south", 5): "unknown", ("south", 6): "unknown",
    }  # fmt: skip
    assert view.finding.zh == "值班3/6点次到位，其中休息日1/4；南镇、北镇有缺口"
    received = periods.receptions(snapshot, Filters(as_of=date(2022, 3, 31)), "1")
    assert received.finding.zh == "接访9批次，现场化解 33.3%（3/9批次）"
    overview = periods.overview(snapshot, Filters(as_of=date(2022, 3, 31))).frame.row(0, named=True)
    assert (overview["covered"], overview["missing"], overview["unknown"]) == (3, 1, 2)


def test_a_reception_nobody_came_to_is_no_gap_and_a_period_without_a_roster_shows_no_nought(tmp_path):
    nobody = {"post_on_duty": "值班领导", "received_count": 0, "settled_count": 0}
    earlier = PERIOD | {"period_id": 2, "name_zh": "早会", "starts_on": "2022-02-01", "ends_on": "2022-02-03"}
    snapshot = kept(tmp_path / "s", special_period=[PERIOD, earlier], reception_day=roster(n4=nobody))
    chosen = Filters(as_of=date(2022, 3, 31))
    assert periods.receptions(snapshot, chosen, "1").finding.zh == "接访0批次"
    table = {row["name"]: row for row in periods.table(periods.overview(snapshot, chosen), "zh").to_dicts()}
    assert (table["会期"]["duty"], table["会期"]["settled"]) == ("1/6", "0批次")
    assert (table["早会"]["duty"], table["早会"]["settled"]) == ("—", "—")


def test_days_after_the_as_of_day_are_planned_or_to_come_and_bring_no_visits(tmp_path):
    on = {"post_on_duty": "值班领导", "received_count": 3, "settled_count": 1}
    snapshot = kept(tmp_path / "s", special_period=[PERIOD], reception_day=roster(n4=on, n5=on))
    view = periods.coverage(snapshot, Filters(as_of=date(2022, 3, 4)), "1")
    north = view.frame.filter(pl.col("place_code") == "north")
    assert north["status"].to_list() == ["covered", "planned", "future"]
    assert north["received_count"].to_list() == [3, None, None]
    nothing_entered = kept(tmp_path / "n", special_period=[PERIOD])
    received = periods.receptions(nothing_entered, Filters(as_of=date(2022, 3, 4)), "1")
    assert received.notes[0].zh == "还没有登记接访批次。"
    before = periods.overview(snapshot, Filters(as_of=date(2022, 3, 3)))
    assert before.frame.is_empty()
    assert before.notes[0].zh.startswith("尚未开始：")
    assert PERIOD["name_zh"] in before.notes[0].zh
    assert "尚未开始" not in "".join(
        note.zh for note in periods.overview(snapshot, Filters(as_of=date(2022, 3, 4))).notes
    )


@pytest.mark.parametrize(("a_day", "word"), [(12, "明显多于平常"), (2, "没有超出偶然的差别")])
def test_the_sentence_says_beyond_chance_where_it_is(tmp_path, a_day, word):
    days = [START + timedelta(days=n) for n in range(120)]
    inside = {date(2022, 3, number) for number in (4, 5, 6)}
    counts = [(at, a_day if at in inside else 2) for at in days]
    cases = pl.DataFrame({"registered_at": [at for at, count in counts for _ in range(count)]})
    snapshot = build_from_frames(tmp_path / "s", cases, records={"special_period": [PERIOD]})
    view = periods.overview(snapshot, Filters(as_of=date(2022, 4, 30)))
    row = view.frame.row(0, named=True)
    assert row["count"] == 3 * a_day
    assert row["expected"] == pytest.approx(6.0)
    assert word in view.finding.zh
    assert (row["direction"] == 1) == (a_day == 12)


def test_ordinary_days_lie_in_no_special_period_and_have_the_same_weekday(tmp_path):
    other = PERIOD | {"period_id": 2, "starts_on": "2022-02-05", "ends_on": "2022-04-30"}
    cases = pl.DataFrame({"registered_at": [START + timedelta(days=n) for n in range(119)]})
    snapshot = build_from_frames(tmp_path / "s", cases, records={"special_period": [PERIOD, other]})
    frame = periods.overview(snapshot, Filters(as_of=date(2022, 4, 29))).frame
    row = frame.filter(pl.col("period") == "1").row(0, named=True)
    # only 4 February is a Friday within four weeks, and that was a holiday; no Saturday or Sunday is left at all
    assert (row["count"], row["direction"], row["left_out"]) == (None, None, 3)
    assert "没有可比的平常日子" in periods.against_usual(row).zh
