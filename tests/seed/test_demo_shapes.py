import json
from itertools import pairwise

from seed.demo.city import TOWNSHIPS
from seed.demo.shapes import SHAPES_FILE, shapes


def rings() -> dict[str, list[tuple[float, float]]]:
    features = json.loads(SHAPES_FILE.read_text("utf-8"))["features"]
    return {f["properties"]["office_id"]: [(x, y) for x, y in f["geometry"]["coordinates"][0]] for f in features}


def edges(ring):
    return list(pairwise(ring))


def area(ring) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in edges(ring)) / 2


def test_the_shipped_map_is_what_the_function_draws():
    assert json.loads(SHAPES_FILE.read_text("utf-8")) == shapes()
    assert SHAPES_FILE.stat().st_size < 60_000


def test_there_is_one_closed_clockwise_shape_a_township():
    found = rings()
    assert set(found) == {town.name for town in TOWNSHIPS}
    for ring in found.values():
        assert ring[0] == ring[-1]
        assert len(set(ring)) == len(ring) - 1
        assert area(ring) < 0  # clockwise, as d3 draws it


def test_neighbours_share_their_borders_so_the_shapes_tile_the_city():
    drawn = [edge for ring in rings().values() for edge in edges(ring)]
    assert len(drawn) == len(set(drawn))  # no border is drawn twice in one direction
    outer = {start: end for start, end in drawn if (end, start) not in set(drawn)}
    first = next(iter(outer))
    outline, point = [first], outer[first]
    while point != first:
        outline.append(point)
        point = outer[point]
    assert len(outline) == len(outer)  # one outline, no hole
    assert abs(area([*outline, first]) - sum(area(ring) for ring in rings().values())) < 1e-9


def test_no_shape_crosses_itself():
    def side(a, b, c):
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    for name, ring in rings().items():
        parts = edges(ring)
        for number, (a, b) in enumerate(parts):
            for c, d in parts[number + 2 :]:
                crosses = side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
                assert not crosses, name
