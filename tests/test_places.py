"""Maps as bureaus have them: every odd but honest GeoJSON is drawn, what is none is refused, no map is no fault."""

import json
from itertools import pairwise
from pathlib import Path

import pytest

from queries.errors import UnreadableFile
from queries.places import is_of_demo, read_places
from seed.demo import SHAPES_FILE


def square(x: float, y: float, size: float = 1.0, *, clockwise: bool = False) -> list[list[float]]:
    ring = [[x, y], [x + size, y], [x + size, y + size], [x, y + size], [x, y]]
    return ring[::-1] if clockwise else ring


def feature(name: str, *rings: list[list[float]], **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {"name": name} | properties,
            "geometry": {"type": "Polygon", "coordinates": list(rings)}}  # fmt: skip


@pytest.fixture
def drawn(tmp_path: Path):
    """The shapes of some features, written as a file."""

    def draw(*features: dict[str, object], encoding: str = "utf-8", **collection: object):
        path = tmp_path / "map.geojson"
        text = json.dumps({"type": "FeatureCollection", "features": list(features)} | collection, ensure_ascii=False)
        path.write_bytes(text.encode(encoding))
        return read_places(path)

    return draw


def reach(place) -> tuple[float, float]:
    """Width and height of an outline."""
    spans = [[value for value in axis if value is not None] for axis in (place.x, place.y)]
    return tuple(max(span) - min(span) for span in spans)


@pytest.mark.parametrize("clockwise", [False, True])
def test_a_hole_runs_the_other_way_and_the_name_stands_beside_it(drawn, clockwise):
    ring = drawn(feature("ring", square(0, 0, 10, clockwise=clockwise), square(2, 2, 6, clockwise=clockwise)))["ring"]
    assert ring.x.count(None) == 1
    x, y = ring.at
    assert not (2 < x < 8 and 2 < y < 8)
    assert 0 < x < 10
    points = [*zip(ring.x, ring.y, strict=True)]
    turns = [sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(half)) for half in (points[:5], points[6:])]
    assert turns[0] > 0 > turns[1]


def test_projected_coordinates_keep_their_shape_and_need_no_more_digits(drawn):
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4547"}}
    west, east = square(434_000, 2_530_000, 4_000), square(438_000, 2_530_000, 2_000)
    found = drawn(feature("a", west), feature("b", east), crs=crs)
    assert reach(found["a"]) == pytest.approx((6.6667, 6.6667), abs=0.001)
    assert reach(found["b"]) == pytest.approx((3.3333, 3.3333), abs=0.001)
    assert max(value for value in found["a"].x if value is not None) == pytest.approx(
        min(value for value in found["b"].x if value is not None)
    )


def test_degrees_are_shortened_towards_the_poles(drawn):
    width, height = reach(drawn(feature("north", square(10, 59.5)))["north"])
    assert width / height == pytest.approx(0.5, abs=0.01)


def test_a_place_is_known_by_any_text_of_its_own_but_not_by_one_it_shares(drawn):
    a = feature("", square(0, 0), XZQMC="河东镇", county="云江市")
    b = feature("", square(1, 0), XZQMC="河西镇", county="云江市")
    assert set(drawn(a, b)) == {"河东镇", "河西镇"}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_files_of_older_programs_are_read(drawn, encoding):
    assert set(drawn(feature("河东镇", square(0, 0)), encoding=encoding)) == {"河东镇"}


def test_one_broken_feature_does_not_take_the_map_away(drawn):
    empty = feature("empty") | {"geometry": {"type": "Polygon", "coordinates": [[]]}}
    road = feature("road") | {"geometry": {"type": "LineString", "coordinates": [[0, 0], [1, 1]]}}
    nowhere = feature("nowhere", [[0, 0], [1, float("nan")], [1, 1], [0, 0]])
    nothing = feature("nothing") | {"geometry": None}
    assert set(drawn(empty, road, nowhere, nothing, feature("good", square(0, 0)))) == {"good"}


def test_heights_open_rings_and_collections_of_geometries_are_read(drawn):
    high = feature("high", [[x, y, 12.5] for x, y in square(0, 0)[:-1]])
    shapes = [{"type": "Point", "coordinates": [0, 0]}, {"type": "Polygon", "coordinates": [square(3, 0)]}]
    mixed = feature("mixed") | {"geometry": {"type": "GeometryCollection", "geometries": shapes}}
    found = drawn(high, mixed)
    assert set(found) == {"high", "mixed"}
    assert found["high"].x[0] == found["high"].x[-1]


def test_a_single_feature_is_a_map(tmp_path):
    path = tmp_path / "one.geojson"
    path.write_text(json.dumps(feature("only", square(0, 0))))
    assert set(read_places(path)) == {"only"}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"features": [3]}', '{"type": "Topology", "objects": {}}'])
def test_what_is_no_map_is_refused_in_words(tmp_path, text):
    path = tmp_path / "odd.geojson"
    path.write_text(text)
    with pytest.raises(UnreadableFile, match=r"odd\.geojson"):
        read_places(path)
    assert not is_of_demo(path)


@pytest.mark.parametrize(("east", "north"), [(113, 30), (76, 39)])
def test_degrees_with_the_latitude_first_are_drawn_as_if_they_were_in_order(tmp_path, east, north):
    files = []
    for name, ring in {"usual": square(east, north), "turned": [pair[::-1] for pair in square(east, north)]}.items():
        files.append(tmp_path / f"{name}.geojson")
        files[-1].write_text(json.dumps(feature("only", ring)))
    usual, turned = (read_places(file)["only"] for file in files)
    assert set(zip(usual.x, usual.y, strict=True)) == set(zip(turned.x, turned.y, strict=True))
    assert usual.size == pytest.approx(turned.size)


def test_polygons_without_names_are_refused_for_that_reason(tmp_path):
    path = tmp_path / "nameless.geojson"
    path.write_text(json.dumps({"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [square(0, 0)]}}))
    with pytest.raises(UnreadableFile, match="has a name") as refused:
        read_places(path)
    assert "没有名称" in refused.value.said("zh")


def test_the_map_of_the_invented_city_says_so(tmp_path, drawn):
    assert is_of_demo(SHAPES_FILE)
    assert not is_of_demo(tmp_path / "none.geojson")
