"""Townships: who differs from the whole, in which order, with which words; and the map."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.i18n import Words
from dashboard.screens.townships import map_title
from queries import wording
from queries.errors import UnreadableFile
from queries.filters import Filters
from queries.measures import measure
from queries.places import read_places, simplified
from queries.snapshot import Snapshot, build_from_frames
from queries.views import View, overview, townships

YEAR = Filters(start=date(2022, 1, 1), end=date(2022, 12, 31), as_of=date(2022, 12, 31))
TARGET = {
    "measure": "on_time_reply_rate", "scope": "", "value": 0.9, "valid_from": "2022-01-01", "valid_to": None,
    "source": "invented",
}  # fmt: skip


def due(place: str, on_time: int, late: int) -> list[dict[str, str]]:
    """Cases of a place that fell due in June 2022."""
    common = {"place_code": place, "registered_at": "2022-04-02", "due_at": "2022-06-01"}
    return [common | {"closed_at": "2022-05-30"}] * on_time + [common | {"closed_at": "2022-06-20"}] * late


@pytest.fixture
def city(tmp_path: Path) -> Callable[..., Snapshot]:
    def build(*places: tuple[str, int, int], offices: pl.DataFrame | None = None, **about: object) -> Snapshot:
        rows = [row for place in places for row in due(*place)]
        return build_from_frames(tmp_path / f"s{len(rows)}", pl.DataFrame(rows), offices=offices, **about)

    return build


SLOW = (("north", 190, 10), ("south", 195, 5), ("west", 120, 80), ("tiny", 3, 1))


def test_a_place_far_below_the_whole_is_named_in_the_title_and_the_others_are_not(city):
    view = townships.compared(city(*SLOW), YEAR, "on_time_reply_rate")
    assert view.finding is not None
    assert "west clearly below the whole" in view.finding.en
    assert "tiny" not in view.finding.en
    assert view.frame.filter("worse")["place"].to_list() == ["west"]


def test_places_that_are_alike_get_a_neutral_title(city):
    view = townships.compared(city(("north", 95, 5), ("south", 93, 7), ("west", 96, 4)), YEAR, "on_time_reply_rate")
    assert view.finding is not None
    assert view.finding.zh == "按期答复率：各单位之间没有明显差别"
    assert set(view.frame["band"]) == {"same"}


def test_a_place_with_few_items_is_not_compared_and_comes_last(city):
    frame = townships.compared(city(*SLOW), YEAR, "on_time_reply_rate").frame
    assert frame.row(-1, named=True)["place"] == "tiny"
    assert frame.row(-1, named=True)["band"] == "small"


def test_rows_are_ordered_by_band_and_then_by_name_never_by_share(city):
    frame = townships.compared(
        city(("乙镇", 96, 4), ("丙镇", 99, 1), ("甲镇", 95, 5)), YEAR, "on_time_reply_rate"
    ).frame
    assert frame["place"].to_list() == ["丙镇", "甲镇", "乙镇"]  # by pronunciation


def test_a_filter_on_places_leaves_the_whole_they_are_held_against(city):
    snapshot = city(*SLOW)
    everything = townships.compared(snapshot, YEAR, "on_time_reply_rate").frame
    one = townships.compared(snapshot, YEAR.only("place", "west"), "on_time_reply_rate").frame
    assert one["place"].to_list() == ["west"]
    assert one["overall"][0] == everything["overall"][0] == 508 / 604


def test_items_without_a_place_are_counted_in_the_whole_and_in_a_note(city):
    snapshot = city(("north", 90, 10), ("", 50, 0))
    view = townships.compared(snapshot, YEAR, "on_time_reply_rate")
    assert view.frame["place"].to_list() == ["north"]
    assert view.frame["overall"][0] == 140 / 150
    assert any("50件未填" in note.zh for note in view.notes)


def test_a_place_outside_the_office_list_keeps_its_row_and_says_so(city):
    offices = pl.DataFrame({"office_id": ["north"], "name": ["北镇"], "kind": ["township"], "is_listed": [True]})
    frame = townships.compared(
        city(("north", 90, 10), ("camp", 20, 1), offices=offices), YEAR, "on_time_reply_rate"
    ).frame
    assert dict(frame.select("place", "zh").iter_rows()) == {"north": "北镇", "camp": "camp（未匹配）"}


def test_the_card_of_a_place_says_exactly_how_many_items_the_target_still_takes(city):
    snapshot = city(*SLOW, records={"target": [TARGET]})
    west = townships.one(snapshot, YEAR, "on_time_reply_rate", "west")
    south = townships.one(snapshot, YEAR, "on_time_reply_rate", "south")
    assert west is not None
    assert south is not None
    assert (west.target, west.needed) == (0.9, 60)  # 0.9 × 200 = 180, 120 were on time
    assert south.needed == 0


def test_places_that_are_all_alike_are_level_and_their_lines_have_a_scale(city):
    snapshot = city(("north", 40, 0), ("south", 30, 0))
    standing = townships.one(snapshot, YEAR, "on_time_reply_rate", "north")
    assert standing is not None
    assert standing.side == "level"
    low, high = townships.course_reach(townships.compared(snapshot, YEAR, "on_time_reply_rate"))
    assert low < high


def test_without_a_target_in_force_there_is_none(city):
    snapshot = city(*SLOW, records={"target": [TARGET | {"valid_to": "2022-06-30"}]})
    west = townships.one(snapshot, YEAR, "on_time_reply_rate", "west")
    assert west is not None
    assert west.target is None
    assert west.needed is None


def test_a_place_that_is_not_there_has_no_card(city):
    assert townships.one(city(*SLOW), YEAR, "on_time_reply_rate", "east") is None


def test_the_course_shows_every_month_and_which_are_over(city):
    view = townships.course(city(*SLOW), Filters(as_of=date(2022, 6, 15)), "on_time_reply_rate", "west")
    last = view.frame.row(-1, named=True)
    assert (last["month"], last["complete"]) == (date(2022, 6, 1), False)


def test_measures_that_cannot_be_computed_are_not_offered_and_are_explained(city):
    snapshot = city(*SLOW)
    offered = townships.offered(snapshot, YEAR)
    assert "on_time_reply_rate" in offered
    assert "participation_rate" not in offered
    assert any("参评率无法计算" in reason.zh for reason in townships.missing(snapshot, YEAR))


def test_the_share_of_items_already_closed_is_never_compared(city):
    assert "closed_share" not in townships.offered(city(*SLOW), YEAR)


def test_a_small_group_shows_counts_but_no_rate_in_the_table(city):
    table = townships.table(townships.compared(city(*SLOW), YEAR, "on_time_reply_rate"), "zh")
    row = table.row(-1, named=True)
    assert (row["value"], row["counts"], row["band"]) == (None, "3/4件", "样本不足")


# ------------------------------------------------------------------- the map


def square(x: float, y: float, size: float = 1.0) -> list[list[float]]:
    return [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]


@pytest.fixture
def places_file(tmp_path: Path) -> Path:
    def feature(name: str, rings: list[list[list[float]]]) -> dict[str, object]:
        shape = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
        return {"type": "Feature", "properties": {"name": name}, "geometry": shape}

    features = [
        feature("North ", [square(0, 1)]),
        feature("WEST", [square(0, 0), square(3, 0, 0.5), square(9, 9, 0.01)]),
    ]
    path = tmp_path / "places.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_shapes_are_matched_by_folded_name_and_places_without_one_are_named(city, places_file):
    view = townships.on_map(city(*SLOW), YEAR, "on_time_reply_rate", places_file)
    assert set(view.frame["place"]) == {"north", "west"}
    assert view.frame.filter(pl.col("place") == "west")["step"][0] == 1  # the lowest share
    assert "south" in view.notes[0].en


def test_a_place_on_the_map_without_items_has_no_shade(city, places_file):
    view = townships.on_map(city(("north", 90, 10), ("south", 80, 20)), YEAR, "on_time_reply_rate", places_file)
    assert view.frame["place"].to_list() == ["north"]  # the register knows no west


def test_one_place_far_from_the_others_leaves_the_shades_to_them():
    values = [0.62, 0.88, 0.89, 0.905, 0.921, 0.945]
    frame = pl.DataFrame({"value": [*values, 0.3], "band": [*["same"] * len(values), "small"]})
    shaded = townships._shaded(frame)
    assert shaded["step"].to_list() == [1, 2, 2, 3, 4, 5, None]
    spans = [(shade.step, shade.lowest, shade.highest) for shade in townships.shades(frame)]
    assert spans == [(1, 0.62, 0.62), (2, 0.88, 0.89), (3, 0.905, 0.905), (4, 0.921, 0.921), (5, 0.945, 0.945)]


def test_a_map_of_another_region_says_so(city, places_file):
    view = townships.on_map(city(("east", 90, 10), ("south", 80, 20)), YEAR, "on_time_reply_rate", places_file)
    assert view.frame.height == 0
    assert "不画地图" in view.notes[0].zh


def test_islands_are_parts_of_one_outline_and_crumbs_are_left_out(places_file):
    west = read_places(places_file)["west"]
    assert west.x.count(None) == 1
    assert len(west.x) == 11


def test_the_name_goes_inside_the_largest_part(places_file):
    x, y = read_places(places_file)["west"].at
    assert 0 < x < 1
    assert 0 < y < 1


@pytest.mark.parametrize(
    "text", ["", "[]", '{"features": []}', '{"features": [{"geometry": null}]}', '{"features": 3}']
)
def test_a_file_that_is_no_map_is_refused_with_a_remedy(tmp_path, text):
    path = tmp_path / "odd.geojson"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match="HUIYIN_PLACES"):
        read_places(path)


def test_an_outline_is_thinned_but_keeps_its_area():
    angle = np.linspace(0, 2 * np.pi, 2001)
    circle = np.column_stack([np.cos(angle), np.sin(angle)])
    thin = simplified(circle, 0.05)
    assert len(thin) <= 110
    area = abs((thin[:-1, 0] * thin[1:, 1] - thin[1:, 0] * thin[:-1, 1]).sum()) / 2
    assert area == pytest.approx(np.pi, rel=0.01)
    assert (thin[0] == thin[-1]).all()


def test_a_single_group_is_not_said_to_be_among_others(register):
    rows = "\n".join(f"north | 2022-06-01 | 2022-0{5 + day % 3}-20" for day in range(30))
    snapshot = register(f"place_code | due_at | closed_at\n{rows}")
    filters = Filters(as_of=date(2022, 7, 31))
    said = townships.compared(snapshot, filters, "on_time_reply_rate").finding
    assert said.zh == "按期答复率：只有north，没有可比的"
    assert "与全体相同" in overview.by_group(snapshot, filters).finding.zh


shares = st.lists(st.tuples(st.sampled_from(["low", "same", "high", "small"]), st.integers(0, 1000)), max_size=6)


@given(shares, st.sampled_from([("on_time_reply_rate", "low"), ("repeat_share", "high")]))
def test_the_sentence_over_the_map_says_what_its_shades_and_marks_show(places, named):
    name, unwanted = named
    frame = pl.DataFrame(
        [
            {"zh": f"镇{at}", "en": f"town{at}", "value": value / 1000, "band": band, "worse": band == unwanted}
            for at, (band, value) in enumerate(places)
        ],
        schema={"zh": pl.String, "en": pl.String, "value": pl.Float64, "band": pl.String, "worse": pl.Boolean},
    )
    view = View(townships._shaded(frame), (measure(name),), ("place",), YEAR, date(2022, 12, 31), "s")
    zh, en = (map_title(view, Words(language)) for language in ("zh", "en"))
    kept = [(f"town{at}", band, value / 1000) for at, (band, value) in enumerate(places) if band != "small"]
    printed = [wording.per_cent(value, "en") for _, _, value in kept]
    said = re.findall(r"[<>]?\d+\.\d%", en)
    assert said == re.findall(r"[<>]?\d+\.\d%", zh)
    assert set(said) == ({wording.per_cent(end(v for *_, v in kept), "en") for end in (min, max)} if kept else set())
    assert ("too few" in en) == ("样本不足" in zh) == (not kept)
    if len(kept) > 1:
        assert f"{len(kept)} places" in en
        assert f"{len(kept)}个地方" in zh
        assert (" all at " in en) == ("都是" in zh) == (len(set(printed)) == 1)
    off = [place for place, band, _ in kept if band == unwanted]
    assert ("none clearly" in en) == ("没有明显" in zh) == (bool(kept) and not off)
    assert all(place in en for place in off[:2])
    assert not [place for place, band, _ in kept if band not in (unwanted, "small") and len(kept) > 1 and place in en]
    where = {"low": ("below", "低于"), "high": ("above", "高于")}[unwanted]
    assert not kept or (f"clearly {where[0]} the whole" in en and f"明显{where[1]}全体" in zh)
