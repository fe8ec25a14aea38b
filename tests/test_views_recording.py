"""Fewer repeats are no improvement where petitions went to higher levels or were not registered at all."""

from datetime import date, datetime, time

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.stats.intervals import counts_moved
from queries.views import control, meeting, overview, recording, repeats, townships
from queries.views.recording import CHECK
from tests.examples import SLOW

NOW = Filters(start=date(2022, 1, 1), end=date(2022, 6, 30), as_of=date(2022, 6, 30))


def half_year(year, firsts, again, above):
    """So many first items and repeats a month; `above` of them registered at a higher level."""
    return [
        {
            "registered_at": datetime.combine(date(year, month, 1 + at % 28), time()),
            "is_repeat": at < again,
            "register_level": "national" if at >= firsts + again - above else "county",
            "place_code": "north",
        }
        for month in range(1, 7)
        for at in range(firsts + again)
    ]


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A register of half-years, (first items, repeats, of all at a higher level) a month before and in 2022."""

    def make(before, now, years=1):
        earlier = [row for back in range(years) for row in half_year(2021 - back, *before)]
        rows = [*earlier, *half_year(2022, *now)]
        frame = pl.DataFrame(rows, schema_overrides={"registered_at": pl.Datetime})
        offices = pl.DataFrame([{"office_id": "north", "name": "north", "kind": "township", "is_listed": True}])
        empty = pl.DataFrame()
        return build_from_frames(tmp_path_factory.mktemp("r") / "snapshot", frame, empty, empty, offices)

    return make


FEWER_AND_ABOVE = ((60, 40, 5), (80, 20, 30))
FEWER_AND_UNREGISTERED = ((60, 40, 5), (50, 8, 3))
FEWER = ((60, 40, 5), (76, 24, 5))


@pytest.mark.parametrize("case", [FEWER_AND_ABOVE, FEWER_AND_UNREGISTERED])
def test_a_doubtful_fall_is_marked_wherever_a_change_of_repeats_is_told(told, case):
    snapshot = told(*case)
    texts = [
        recording.companions(snapshot, NOW).finding,
        overview.headline(snapshot, NOW),
        overview.repeat_trend(snapshot, NOW).finding,
        repeats.headline(snapshot, NOW).finding,
    ]
    for text in texts:
        assert text is not None
        assert CHECK.zh in text.zh, text.zh
        assert "check the recording" in text.en
    (card,) = overview.cards(snapshot, NOW, ("repeat_share",))
    assert card.doubt is not None
    assert repeats.cards(snapshot, NOW)[0].doubt == card.doubt
    standing = townships.one(snapshot, NOW, "repeat_share", "north")
    assert standing is not None
    assert standing.doubt_last_year is not None
    assert standing.doubt_previous is None  # nothing was registered in the half-year before


def test_a_fall_with_nothing_against_it_stands_as_it_is(told):
    snapshot = told(*FEWER)
    finding = recording.companions(snapshot, NOW).finding
    assert finding is not None
    assert "未明显减少" in finding.zh
    assert CHECK.zh not in finding.zh + overview.headline(snapshot, NOW).zh
    assert overview.cards(snapshot, NOW, ("repeat_share",))[0].doubt is None


def test_choosing_one_level_does_not_hide_that_items_went_to_another(told):
    snapshot = told(*FEWER_AND_ABOVE)
    county = NOW.only("register_level", "county")
    view = recording.companions(snapshot, county)
    assert CHECK.zh in view.finding.zh
    assert view.notes


def test_an_improving_mark_of_the_chart_gives_way_to_the_check(told):
    snapshot = told((40, 60, 5), (60, 40, 5), years=4)
    month = Filters(start=date(2022, 6, 1), end=date(2022, 6, 30), as_of=date(2022, 6, 30))
    assert control.newest(control.course(snapshot, month, "repeat_share")) == "improving"
    worse = told((40, 60, 5), (60, 40, 40), years=4)
    view = control.course(worse, month, "repeat_share")
    assert control.newest(view) == "check_recording"
    assert CHECK.zh in view.finding.zh


def test_the_session_says_so_too(tmp_path):
    june = date(2022, 6, 1)
    rows = [row for row in half_year(2022, 120, 80, 10) if row["registered_at"].date() < june]
    rows += [row for row in half_year(2022, 180, 20, 60) if row["registered_at"].date() >= june]
    frame = pl.DataFrame(rows, schema_overrides={"registered_at": pl.Datetime})
    empty = pl.DataFrame()
    snapshot = build_from_frames(tmp_path / "snapshot", frame, empty, empty, empty)
    month = Filters(start=june, end=date(2022, 6, 30), as_of=date(2022, 6, 30))
    assert meeting.headlines(snapshot, month).frame.filter("doubtful")["measure"].to_list() == ["repeat_share"]
    assert CHECK.zh in meeting.headlines(snapshot, month).finding.zh
    (told,) = meeting.changes_since_last(snapshot, month, ("repeat_share",))
    assert CHECK.en in told.en


COUNTS = st.integers(0, 12)


@given(st.tuples(COUNTS, COUNTS, COUNTS), st.tuples(COUNTS, COUNTS, COUNTS))
@example((6, 9, 0), (9, 1, 6))
@example((9, 12, 0), (3, 1, 0))
@example((0, 2, 0), (0, 0, 0))  # too few to tell
@SLOW
def test_the_sentence_and_the_badges_never_contradict_the_figures(told, before, now):
    before, now = ((firsts + 1, again, min(above, firsts + again)) for firsts, again, above in (before, now))
    snapshot = told(before, now)
    view = recording.companions(snapshot, NOW)
    moved = dict(view.frame.select("measure", "moved").iter_rows())
    (card,) = overview.cards(snapshot, NOW, ("repeat_share",))
    suspicious = card.signal == -1 and (moved.get("higher_level_share") == 1 or moved["registered_count"] == -1)
    assert (card.doubt is not None) == suspicious
    assert (CHECK.zh in view.finding.zh) == suspicious
    assert (CHECK.zh in repeats.headline(snapshot, NOW).finding.zh) == suspicious
    assert ("登记件数减少" in view.finding.zh) == (suspicious and moved["registered_count"] == -1)
    assert ("占比上升" in view.finding.zh) == (suspicious and moved.get("higher_level_share") == 1)
    assert ("没有明显减少" in view.finding.zh) == (card.signal in (0, 1))


def test_counts_of_a_restless_register_must_move_further_to_count():
    assert counts_moved(150, 30, 200, 30) == -1
    assert counts_moved(150, 30, 200, 30, spread=3) == 0
    assert counts_moved(200, 30, 200, 60) == 1
    assert counts_moved(0, 30, 0, 30) == 0
