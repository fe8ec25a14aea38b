"""Funnel, adjustment for mix, formal places: what is said is what the figures show, and chance alone names nobody."""

from datetime import date
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.views import adjusted, funnels, ranks, standings
from queries.views.parts import bands
from queries.vocabulary import Text

YEAR = Filters(start=date(2022, 1, 1), end=date(2022, 12, 31), as_of=date(2022, 12, 31))
NAME = "on_time_reply_rate"


def items(place: str, on_time: int, late: int, topic: str = "roads", level: str = "county") -> list[dict[str, str]]:
    common = {"registered_at": "2022-04-02", "due_at": "2022-06-01", "place_code": place, "topic_l1": topic,
              "register_level": level, "channel": "letter"}  # fmt: skip
    return [common | {"closed_at": closed} for closed in ["2022-05-30"] * on_time + ["2022-06-20"] * late]


@pytest.fixture
def city(tmp_path):
    def build(*parts):
        rows = [row for part in parts for row in part]
        return build_from_frames(tmp_path / f"s{len(rows)}", pl.DataFrame(rows))

    return build


def test_a_small_place_far_off_is_inside_the_funnel_and_a_large_one_is_not(city):
    alike = [items(f"p{number}", 270, 30) for number in range(9)]
    snapshot = city(*alike, items("tiny", 4, 2), items("large", 200, 100))
    view = funnels.by_size(snapshot, YEAR, NAME)
    at = {row["place"]: row for row in view.frame.filter(pl.col("kind") == "group").iter_rows(named=True)}
    assert at["tiny"]["value"] == at["large"]["value"]
    assert (at["tiny"]["position"], at["tiny"]["worse"]) == (0, False)
    assert (at["large"]["position"], at["large"]["worse"]) == (-2, True)
    assert view.finding.en.startswith("On-time reply rate: large beyond the 99.8% limits")
    lines = view.frame.filter(pl.col("kind") == "line")
    assert lines["denominator"].is_sorted()
    wider = lines.filter(pl.col("denominator") >= 100)
    assert (wider["wide_far_lower"] <= wider["far_lower"] + 0.02).all()


def test_of_very_many_places_the_funnel_draws_those_furthest_off_and_some_of_every_size():
    rng = np.random.default_rng(3)
    n = rng.integers(10, 400, size=900)
    groups = pl.DataFrame({"denominator": n, "score": rng.gamma(1, 1, 900)})
    drawn, notes = funnels._with_room(groups)
    assert drawn.height <= funnels.MOST_DRAWN
    assert "其余" in notes[0].zh
    assert f"其余{900 - drawn.height}个" in notes[0].zh
    assert drawn["denominator"].max() - drawn["denominator"].min() > 370


position = st.integers(-2, 2)


@given(st.lists(position, min_size=2, max_size=12))
def test_the_sentence_of_the_funnel_names_those_beyond_the_outer_limits_only(positions):
    names = [f"place{at}" for at in range(len(positions))]
    said = funnels.funnel_words(pl.DataFrame({"zh": names, "en": names, "position": positions}), Text("率", "Rate"))
    beyond = [name for name, at in zip(names, positions, strict=True) if abs(at) == 2]
    between = sum(abs(at) == 1 for at in positions)
    assert ("没有单位越过" in said.zh) == ("no group beyond" in said.en) == (not beyond)
    if 0 < len(beyond) <= 3:
        assert all(f"{name}" in said.zh and f"{name}" in said.en for name in beyond)
    assert (f"另有{between}个" in said.zh) == (f"{between} between" in said.en) == (between > 0)


def test_a_place_with_hard_items_only_is_explained_by_its_mix(city):
    easy = [items(f"p{number}", 290, 10) + items(f"p{number}", 14, 6, topic="land") for number in range(5)]
    snapshot = city(*easy, items("hard", 140, 60, topic="land"))
    view = adjusted.adjusted(snapshot, YEAR, NAME)
    row = view.frame.filter(pl.col("place") == "hard").row(0, named=True)
    assert row["raw"] == 0.7
    assert row["value"] == pytest.approx(row["overall"], abs=0.005)
    assert (row["raw_band"], row["band"], row["worse"]) == ("low", "same", False)
    assert "hard explained by the mix" in view.finding.en


def test_a_slow_place_with_the_same_mix_stays_off(city):
    alike = [items(f"p{number}", 280, 20) for number in range(14)]
    view = adjusted.adjusted(city(*alike, items("slow", 200, 100)), YEAR, NAME)
    row = view.frame.filter(pl.col("place") == "slow").row(0, named=True)
    assert row["value"] == pytest.approx(row["raw"])
    assert row["worse"]
    assert "slow still off after adjusting" in view.finding.en


def test_where_nothing_unwanted_happened_there_is_nothing_to_adjust(city):
    alike = [items("north", 40, 0), items("south", 30, 0)]
    view = adjusted.adjusted(city(*alike), YEAR, NAME)
    assert view.frame.is_empty()
    assert adjusted.adjusted_share(city(*alike), YEAR, NAME, "north") is None


def test_a_place_whose_kind_of_items_is_never_late_anywhere_is_not_adjusted(city):
    parts = [items("land", 200, 0, topic="land"), items("north", 150, 50), items("south", 160, 40)]
    frame = adjusted.adjusted(city(*parts), YEAR, NAME).frame
    assert set(frame["place"]) == {"north", "south"}


def test_expected_outcomes_of_the_whole_are_those_observed(city):
    parts = [items(f"p{n}", 40 + n, 9 - n, topic=t, level=lv) for n in range(6) for t, lv in
             (("roads", "county"), ("land", "province"), ("water", "township"))]  # fmt: skip
    frame = adjusted.adjusted(city(*parts), YEAR, NAME).frame
    observed = frame["denominator"] - frame["numerator"]
    assert (observed / frame["ratio"]).sum() == pytest.approx(observed.sum())


def test_places_at_the_same_mix_stand_by_band_then_by_name_and_in_a_picture_those_that_stand_out(city):
    alike = [items(name, 280, 20) for name in ("乙镇", "丙镇", "甲镇")] + [items(f"p{n:02}", 29, 2) for n in range(14)]
    snapshot = city(*alike, items("丁镇", 200, 100), items("安镇", 200, 100), items("辛镇", 300, 0))
    frame = adjusted.adjusted(snapshot, YEAR, NAME).frame
    assert frame["band"].unique(maintain_order=True).to_list() == ["high", "same", "low"]
    named = frame.filter(pl.col("zh").str.ends_with("镇"))
    assert named["zh"].to_list() == ["丙镇", "甲镇", "辛镇", "乙镇", "安镇", "丁镇"]  # bing, jia, xin, yi; an, ding
    drawn = adjusted.dots(snapshot, YEAR, NAME)
    assert drawn.frame.height == 16
    assert set(drawn.frame["band"]) == {"high", "same", "low"}
    assert drawn.frame.filter(pl.col("band") == "low")["zh"].to_list() == ["安镇", "丁镇"]
    assert "其余4个" in drawn.notes[0].zh


band = st.sampled_from(["low", "same", "high"])


@given(st.lists(st.tuples(band, band), min_size=1, max_size=8))
def test_the_sentence_of_the_adjustment_sorts_every_place_that_stands_out(pairs):
    names = [f"place{at}" for at in range(len(pairs))]
    frame = pl.DataFrame({"zh": names, "en": names, "raw_band": [p[0] for p in pairs], "band": [p[1] for p in pairs]})
    said = adjusted.adjusted_words(frame, Text("率", "Rate"))
    kinds = [(before != "same", after != "same") for before, after in pairs]
    assert ("still off" in said.en) == ("仍明显偏离" in said.zh) == ((True, True) in kinds)
    assert ("explained by the mix" in said.en) == ("可由结构解释" in said.zh) == ((True, False) in kinds)
    assert ("only after" in said.en) == ("才显出偏离" in said.zh) == ((False, True) in kinds)


def test_twelve_equal_townships_are_indistinguishable_in_at_least_nineteen_of_twenty_months():
    rng = np.random.default_rng(11)
    sizes = rng.integers(10, 61, size=(600, 12))
    counts = rng.binomial(sizes, 0.9)
    named = 0
    for x, n in zip(counts, sizes, strict=True):
        frame = bands(pl.DataFrame({"numerator": x, "denominator": n}), x.sum() / n.sum(), "higher", 10)
        named += bool((frame["band"] != "same").any())
    assert named / len(counts) <= 0.05


@given(st.sampled_from(["low", "same", "high"]), st.integers(2, 30), st.data())
def test_the_mark_and_the_places_are_reconciled_exactly_where_they_seem_to_disagree(band, of, data):
    first = data.draw(st.integers(1, of))
    last = data.draw(st.integers(first, of))
    place = ranks.Place(first, last, of, None, 0.9, 0.8, 0.95, ranks.possible(first, last, of))
    said = ranks.reconciled(band, place)
    both_halves = first <= (of + 1) / 2 <= last
    if band == "same":
        assert (said is None) == both_halves
    else:
        assert (said is None) == (not both_halves)


@given(
    st.integers(2, 14),
    st.data(),
    st.sampled_from(["low", "moderate", "high"]),
)
def test_formal_sentences_count_every_group_once(of, data, reading):
    confined = []
    for at in range(data.draw(st.integers(0, of))):
        first = data.draw(st.integers(1, of))
        last = data.draw(st.integers(first, of))
        if (first, last) != (1, of):
            confined.append((Text(f"镇{at}", f"town{at}"), first, last))
    apart = data.draw(st.integers(1, of)) if confined else 0
    said = ranks.formal_words(apart, confined, of, reading)
    assert ("没有一对可以区分" in said[0].zh) == ("none can be told apart" in said[0].en) == (apart == 0)
    if apart:
        rest = of - len(confined)
        assert (f"the other {rest} anywhere" in said[1].en) == (rest > 0)
        for name, first, last in confined:
            alike = [each for each, *ends in confined if ends == [first, last]]
            ends = f"{first}–{last}" if first != last else f"{first}"
            assert (f"{len(alike)} groups {ends}" in said[1].en) == (len(alike) > 3)
            if len(alike) == 1:
                assert f"{name.en} {ends}" in said[1].en


def test_the_table_is_in_order_of_band_and_name_never_of_places(city):
    alike = [items(f"p{number}", 90, 10) for number in range(8)]
    snapshot = city(*alike, items("slow", 50, 50), items("few", 3, 1))
    view = standings.every_group(snapshot, YEAR, NAME)
    assert view.frame["band"].to_list() == ["same"] * 8 + ["low", "small"]
    assert all(a < b for a, b in pairwise(view.frame["place"].to_list()[:8]))
    few = view.frame.row(-1, named=True)
    assert (few["first"], few["chance_worst"], few["adjusted"]) == (None, None, None)
    slow = view.frame.row(-2, named=True)
    assert (slow["first"], slow["last"]) == (9, 9)
    shown = standings.table(view, view.frame, "zh")
    assert shown["places"].to_list()[-2:] == ["9", None]
    assert shown["worst"].to_list()[-2:] == [">99%", "—"]
