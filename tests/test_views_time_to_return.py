"""Returns after closing and backflow after recognition: the sentence is the count, the curve is the textbook's."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from queries.counting.followup import Followed
from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.views import time_to_return

AS_OF = date(2022, 6, 30)


def closings(count: int, returned: int, closed: str = "2022-01-10", again: str = "2022-02-10") -> pl.DataFrame:
    """So many closings on one day, so many of them followed by a new petition on the same matter."""
    rows = [
        {"matter_id": f"m{number}".encode(), "registered_at": "2022-01-01", "closed_at": closed, "is_repeat": False}
        for number in range(count)
    ]
    rows += [
        {"matter_id": f"m{number}".encode(), "registered_at": again, "closed_at": None, "is_repeat": True}
        for number in range(returned)
    ]
    return pl.DataFrame(rows)


def test_closings_followed_for_all_the_days_are_counted_and_said(tmp_path):
    snapshot = build_from_frames(tmp_path / "s", closings(20, 5))
    view = time_to_return.returns(snapshot, Filters(as_of=AS_OF))
    assert view.finding.zh == "办结后再次信访：90天内 25.0%（5/20件，95%区间 11.2–46.9%）"
    assert view.finding.en == "Came back after closing: 25.0% within 90 days (5 of 20, 95% interval 11.2–46.9%)"
    at = {row["day"]: row for row in view.frame.iter_rows(named=True)}
    assert at[30]["value"] == 0
    assert at[90]["value"] == pytest.approx(0.25)
    assert (at[90]["numerator"], at[90]["denominator"]) == (5, 20)
    assert at[90]["lower"] < 0.25 < at[90]["upper"]


def test_closings_too_recent_are_not_counted_and_it_is_said(tmp_path):
    snapshot = build_from_frames(tmp_path / "s", closings(20, 3, closed="2022-05-01", again="2022-06-01"))
    view = time_to_return.returns(snapshot, Filters(as_of=AS_OF))
    assert "尚未" in view.finding.zh or "都未满90天" in view.finding.zh
    assert view.frame["day"].max() == 60


def test_a_register_without_matter_numbers_says_so(register):
    view = time_to_return.returns(register("closed_at\n---\n2022-01-10"), Filters(as_of=AS_OF))
    assert view.frame.height == 0
    assert view.notes


def test_nothing_known_later_than_the_as_of_day_counts(tmp_path):
    snapshot = build_from_frames(tmp_path / "s", closings(20, 5, again="2022-04-15"))
    early = time_to_return.returns(snapshot, Filters(as_of=date(2022, 4, 12)))
    assert "0/20件" in early.finding.zh


def test_limits_allow_for_several_closings_of_one_matter():
    start = np.repeat(np.arange(0, 40), 5)
    event = np.where(start % 2 == 0, start + 50.0, np.nan)
    alone = time_to_return._return_frame(Followed(start, event, np.arange(start.size)), 400)
    together = time_to_return._return_frame(Followed(start, event, start), 400)
    at = pl.col("day") == 90
    width = [frame.filter(at).select(pl.col("upper") - pl.col("lower")).item() for frame in (alone, together)]
    assert width[1] > 1.8 * width[0]


spans = st.lists(st.tuples(st.integers(0, 300), st.none() | st.integers(0, 300)), min_size=12, max_size=60)


@given(spans)
def test_the_backflow_curve_is_kaplan_and_meiers_and_its_sentence_the_count(items):
    start = np.array([begun for begun, _ in items])
    event = np.array([np.nan if taken is None else begun + taken for begun, taken in items], dtype=float)
    as_of = 400
    found = Followed(start, event, np.full(start.size, -1))
    frame = time_to_return._backflow_frame(found, as_of)
    seen = np.where(np.isnan(event) | (event > as_of), as_of, event) - start
    happened = ~np.isnan(event) & (event <= as_of)
    theirs = SurvfuncRight(seen + 1, happened)  # it takes no span of 0 days
    for day, share in frame.select("day", "value").iter_rows():
        before = theirs.surv_times <= day + 1
        assert share == pytest.approx(1 - theirs.surv_prob[before][-1] if before.any() else 0.0, abs=1e-9)
    assert frame["at_risk"].min() is None or frame["at_risk"].min() >= 5
    said = time_to_return.backflow_words(found, as_of)
    assert f"认定化解{start.size}件中回流{int(happened.sum())}件" in said.zh
    assert said.en.startswith(f"{int(happened.sum())} of {start.size} items recognised")


followed = st.lists(st.none() | st.tuples(st.integers(1, 500), st.integers(0, 500)), min_size=2, max_size=2)


@given(followed)
def test_the_sentence_names_only_days_that_were_followed(counts):
    frame = pl.DataFrame(
        {
            "day": [90, 180],
            "followed": [pair and pair[0] for pair in counts],
            "returned": [pair and min(pair) for pair in counts],
        },
        schema={"day": pl.Int64, "followed": pl.Int64, "returned": pl.Int64},
    )
    said = time_to_return.return_words(frame, 10)
    for day, pair in zip((90, 180), counts, strict=True):
        assert (f"within {day} days (" in said.en) == (pair is not None)
        if pair is not None:
            assert f"({min(pair)} of {pair[0]}" in said.en
            assert (f"too few within {day} days" in said.en) == (pair[0] < 10)
