"""Same-day forwarding: whatever is on record and whatever day it is seen from, the counts belong together."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from queries.filters import Filters
from queries.records import of_rows
from queries.snapshot import Snapshot, current
from queries.views import forwarding
from tests.installations import DemoOf
from tests.programmes import kept


@pytest.fixture(scope="module")
def demo_snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(3_000))


def test_delays_calendar_and_waiting_are_the_same_items_as_the_rate(demo_snapshot):
    filters = Filters(date(2022, 1, 1), date(2022, 6, 30))
    official = forwarding.headline(demo_snapshot, filters).frame.row(0, named=True)
    delays = forwarding.delays(demo_snapshot, filters).frame
    assert delays["items"].sum() == official["denominator"]
    assert delays["items"][0] == official["numerator"]
    days = forwarding.calendar(demo_snapshot, filters).frame
    assert days["numerator"].sum() <= official["numerator"]
    for group in forwarding.CLOCK:
        parts = forwarding.by_group(demo_snapshot, filters, group=group).frame
        assert parts["denominator"].sum() == official["denominator"]
    waiting = forwarding.waiting(demo_snapshot, filters)
    assert (waiting.frame.select(pl.sum_horizontal(forwarding.BANDS)).to_series() == waiting.frame["items"]).all()
    assert forwarding.total_waiting(waiting) == delays["items"][-1]


def test_the_headline_names_both_readings_and_the_closing_times_of_its_period(demo_snapshot):
    half, may = Filters(date(2022, 1, 1), date(2022, 6, 30)), Filters(date(2022, 5, 1), date(2022, 5, 31))
    assert "非工作日和17:30后顺延为" in forwarding.headline(demo_snapshot, half).finding.zh
    summer = {"closing_time_id": 1, "valid_from": "2022-05-01", "closes": "18:10", "version": 1}
    later = replace(demo_snapshot, records=of_rows({"closing_time": [summer]}))
    assert "after 18:10" in forwarding.headline(later, may).finding.en
    assert "非工作日和下班后顺延为" in forwarding.headline(later, half).finding.zh
    assert "17:30、2022年5月1日起18:10" in forwarding.closing_said(later, half).zh


def test_off_hours_are_lower_in_the_demo_and_the_reading_lifts_them(demo_snapshot):
    filters = Filters(date(2022, 1, 1), date(2022, 6, 30))
    shares = forwarding.headline(demo_snapshot, filters).frame["value"].to_list()
    assert shares[0] < shares[1] < shares[2]


def test_what_is_left_out_is_said_once_beside_the_reading_it_belongs_to(demo_snapshot):
    filters = Filters(date(2020, 1, 1), date(2022, 6, 30))
    page = (forwarding.headline, forwarding.course, forwarding.by_group, forwarding.calendar, forwarding.delays)
    said = [note.zh for question in page for note in question(demo_snapshot, filters).notes]
    assert len([each for each in said if "未计入" in each]) == 1


def test_a_register_without_forwarding_says_why(tmp_path):
    snapshot = kept(tmp_path / "s")
    assert forwarding.offered(snapshot, Filters()) == ()
    for view in (forwarding.waiting(snapshot, Filters()), forwarding.delays(snapshot, Filters())):
        assert view.frame.is_empty()
        assert "无法计算" in view.notes[0].zh
