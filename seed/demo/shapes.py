"""Shapes of the twelve invented townships: cells around their seats with jagged borders that neighbours share.

The city lies at 0° north, 0° east, where there is nothing but sea: it must not be taken for a place on a real map.
`yunjiang.geojson` beside this module is what `write_shapes` writes.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial import Voronoi

from seed.demo.city import CITY, TOWNSHIPS

SHAPES_FILE = Path(__file__).with_name("yunjiang.geojson")
SEED = 12
RING, RADIUS = 22, (66.0, 60.0)  # invisible neighbours around the city: how many, how far east and north
WAVE = (0.05, 0.04, 0.06)  # the ring is no ellipse: share of the radius by which it swings
JITTER = 0.16  # sideways shift of a border's middle, as a share of its length; halved at every level
LEVELS = 4  # so often each piece is cut in two
DEGREES = 0.008  # of one unit of `Township.east` and `north`

Points = npt.NDArray[np.float64]


def shapes() -> dict[str, Any]:
    """The townships as a GeoJSON feature collection; `office_id` and `name` of each are its name.

    Rings run clockwise, as d3 and Plotly want them on a sphere; RFC 7946 would have them the other way round.
    """
    cells = Voronoi(np.vstack([_seats(), _ring()]))
    rng = np.random.default_rng(SEED)
    drawn = {
        (int(a), int(b)): _jagged(rng, cells.vertices[a], cells.vertices[b])
        for a, b in sorted(tuple(sorted(edge)) for edge in cells.ridge_vertices)
        if a >= 0
    }
    return {
        "type": "FeatureCollection",
        "name": f"{CITY}（演示数据）",
        "features": [
            {
                "type": "Feature",
                "id": town.name,
                "properties": {"office_id": town.name, "name": town.name, "is_demo": True},
                "geometry": {"type": "Polygon", "coordinates": [_border(cells, number, drawn)]},
            }
            for number, town in enumerate(TOWNSHIPS)
        ],
    }


def write_shapes(path: Path = SHAPES_FILE) -> Path:
    """Write the shapes as a file and return its path."""
    path.write_text(json.dumps(shapes(), ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")
    return path


def _seats() -> Points:
    return np.array([(town.east, town.north) for town in TOWNSHIPS], np.float64)


def _ring() -> Points:
    angle = np.linspace(0, 2 * np.pi, RING, endpoint=False) + 0.11
    swing = 1 + sum(part * np.sin((n + 2) * angle + n) for n, part in enumerate(WAVE))
    east, north = RADIUS
    return np.column_stack([48 + east * swing * np.cos(angle), 50 + north * swing * np.sin(angle)])


def _jagged(rng: np.random.Generator, start: Points, end: Points) -> Points:
    """A border from start to end, the end included: midpoints shifted sideways, level by level."""
    line = np.array([start, end])
    for level in range(LEVELS):
        along = np.diff(line, axis=0)
        sideways = np.column_stack([-along[:, 1], along[:, 0]])
        shift = rng.uniform(-1, 1, (len(along), 1)) * JITTER * 0.8**level
        middle = line[:-1] + along / 2 + sideways * shift
        line = np.vstack([np.column_stack([line[:-1], middle]).reshape(-1, 2), line[-1:]])
    return line


def _border(cells: Voronoi, number: int, drawn: dict[tuple[int, int], Points]) -> list[list[float]]:
    corners = np.array(cells.regions[cells.point_region[number]])
    offsets = cells.vertices[corners] - cells.points[number]
    around = corners[np.argsort(-np.arctan2(offsets[:, 1], offsets[:, 0]))].tolist()  # clockwise
    parts = []
    for a, b in zip(around, around[1:] + around[:1], strict=True):
        line = drawn[min(a, b), max(a, b)]
        parts.append((line if a < b else line[::-1])[:-1])
    ring = np.round((np.vstack(parts) - (48, 50)) * DEGREES, 4) + 0.0  # no minus zero
    return [*ring.tolist(), ring[0].tolist()]
