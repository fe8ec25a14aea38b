"""Possible places and pairs: doubt is said, and no sentence contradicts the figures beside it."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from queries.filters import Filters
from queries.snapshot import Snapshot, build_from_frames
from queries.views import ranks
from queries.vocabulary import Text

YEAR = Filters(start=date(2022, 1, 1), end=date(2022, 12, 31), as_of=date(2022, 12, 31))
NAME = "on_time_reply_rate"
ALIKE = tuple((f"p{number}", 57, 3) for number in range(8))


@pytest.fixture
def city(tmp_path: Path) -> Callable[..., Snapshot]:
    def build(*places: tuple[str, int, int], targets: Sequence[dict[str, object]] = ()) -> Snapshot:
        common = {"registered_at": "2022-04-02", "due_at": "2022-06-01"}
        rows = [
            common | {"place_code": place, "closed_at": closed}
            for place, on_time, late in places
            for closed in ["2022-05-30"] * on_time + ["2022-06-20"] * late
        ]
        name = f"s{len(rows)}{[target['value'] for target in targets]}"
        return build_from_frames(tmp_path / name, pl.DataFrame(rows), records={"target": list(targets)})

    return build


def test_equal_places_have_no_order(city):
    found = ranks.place(city(*ALIKE), YEAR, NAME, "p0")
    assert found is not None
    assert (found.first, found.last, found.of) == (1, 8, 8)
    assert found.sentence.zh == "8个位次都有可能，排不出先后"


def test_a_place_far_below_the_others_is_last_and_probably_among_the_last_three(city):
    found = ranks.place(city(*ALIKE, ("slow", 300, 200)), YEAR, NAME, "slow")
    assert found is not None
    assert found.sentence.en == "very probably 9th of 9"
    assert found.chance_worst is not None
    assert 0.99 < found.chance_worst < 1


def test_where_lower_is_better_the_first_place_is_the_lowest_share(tmp_path):
    rows = [
        {"place_code": place, "registered_at": "2022-04-02", "is_repeat": int(number < repeats)}
        for place, repeats in (("many", 70), ("few", 5))
        for number in range(100)
    ]
    found = ranks.place(build_from_frames(tmp_path / "s", pl.DataFrame(rows)), YEAR, "repeat_share", "few")
    assert found is not None
    assert (found.first, found.last) == (1, 1)


def test_a_small_place_is_drawn_towards_the_whole_and_keeps_a_wider_doubt(city):
    snapshot = city(*ALIKE, ("small", 8, 4), ("large", 400, 200))
    small, large = (ranks.place(snapshot, YEAR, NAME, key) for key in ("small", "large"))
    assert small is not None
    assert large is not None
    assert small.shrunk - 8 / 12 > large.shrunk - 400 / 600
    assert small.upper - small.lower > large.upper - large.lower


def test_a_place_with_few_items_is_not_placed_and_not_compared(city):
    snapshot = city(*ALIKE, ("tiny", 3, 1))
    assert ranks.place(snapshot, YEAR, NAME, "tiny") is None
    assert ranks.others(snapshot, YEAR, NAME, "tiny") == {}
    assert "tiny" not in ranks.others(snapshot, YEAR, NAME, "p0")
    assert ranks.told_apart(snapshot, YEAR, NAME, "p0", "tiny") is None


def test_one_place_alone_has_no_place_among_others(city):
    assert ranks.place(city(("only", 50, 5)), YEAR, NAME, "only") is None


def test_among_three_nobody_is_told_to_be_among_the_last_three(city):
    found = ranks.place(city(*ALIKE[:3]), YEAR, NAME, "p0")
    assert found is not None
    assert found.chance_worst is None


def test_a_filter_on_places_leaves_the_others_a_place_is_held_against(city):
    snapshot = city(*ALIKE)
    assert ranks.place(snapshot, YEAR.only("place", "p0"), NAME, "p0") == ranks.place(snapshot, YEAR, NAME, "p0")


def test_two_places_far_apart_are_told_apart_and_the_sentence_turns_with_them(city):
    snapshot = city(*ALIKE, ("slow", 120, 80))
    one, two = (ranks.told_apart(snapshot, YEAR, NAME, *pair) for pair in (("slow", "p0"), ("p0", "slow")))
    assert one is not None
    assert two is not None
    assert "slow and p0 can be told apart: slow is 35.0 pp lower" in one.en
    assert "p0与slow可以区分：p0高35.0个百分点" in two.zh


def test_two_places_alike_cannot_be_told_apart(city):
    said = ranks.told_apart(city(*ALIKE), YEAR, NAME, "p0", "p1")
    assert said is not None
    assert "cannot be told apart" in said.en
    assert "分不出高低" in said.zh


def test_a_pair_that_differs_only_by_itself_is_not_told_apart():
    said = ranks.difference_words(Text("甲", "A"), Text("乙", "B"), -0.08, (-0.15, -0.0002), False, 12)
    assert said.en == (
        "A and B cannot be told apart: A is 8.0 pp lower (95% interval under 0.1 pp to 15.0 pp), but between two "
        "picked out of 12 that can be chance."
    )


@given(st.floats(-0.9, 0.9), st.floats(0, 0.5), st.floats(0, 0.5), st.booleans())
@hypothesis_settings(max_examples=200, deadline=None)
def test_a_sentence_says_told_apart_only_where_the_interval_leaves_nought_out(difference, below, above, agreed):
    limits = (difference - below, difference + above)
    said = ranks.difference_words(Text("甲", "A"), Text("乙", "B"), difference, limits, agreed, 12)
    is_apart = agreed and not limits[0] <= 0 <= limits[1]
    assert ("can be told apart" in said.en) == ("可以区分" in said.zh) == is_apart
    if is_apart:
        assert ("higher" in said.en) == ("高" in said.zh) == (difference > 0)


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 40))
def test_the_words_of_a_place_hold_both_ends(first, more, rest):
    last = first + more
    of = last + rest
    said = ranks.possible(first, last, of)
    if first == last == of == 1 or (first, last) == (1, of):
        assert "no order" in said.en
    else:
        assert str(first) in said.zh
        assert str(last) in said.zh
        assert str(of) in said.en


@pytest.mark.parametrize(
    ("number", "words"), [(1, "1st"), (2, "2nd"), (3, "3rd"), (11, "11th"), (12, "12th"), (21, "21st"), (112, "112th")]
)
def test_ordinals_are_written_as_spoken(number, words):
    assert words in ranks.possible(number, number, 200).en


def test_a_place_is_called_for_missing_its_own_target_not_the_citys(city):
    places = (*ALIKE, ("slow", 300, 200))
    everybody = {
        "measure": NAME,
        "scope": "",
        "value": 0.9,
        "valid_from": "2022-01-01",
        "valid_to": None,
        "source": "x",
    }
    called = [
        ranks.attention(city(*places, targets=[everybody, everybody | {"scope": "slow", "value": own}]), YEAR, NAME)
        for own in (0.5, 0.8)
    ]
    assert called[0] is None
    assert called[1] is not None
    assert "slow" in called[1].zh
    assert "80%" in called[1].zh
