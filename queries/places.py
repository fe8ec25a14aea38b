"""Shapes of places from a GeoJSON file, small enough to be drawn as plain polygons without a base map.

A feature is known by its `office_id`, `name`, `名称`, `code` or the feature's own id, all folded (`vocabulary.fold`).
Longitudes are shortened by the cosine of the middle latitude, so that shapes look as they do on a map of a county.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from queries.errors import UnreadableFile
from queries.vocabulary import fold

NAMES = ("office_id", "name", "名称", "code", "NAME", "Name")
MOST_POINTS = 2_400  # of all outlines together: a figure stays within 40 KB
SMALLEST_PART = 0.02  # of a place's largest part; smaller islands are left out

Points = npt.NDArray[np.float64]
Numbers = tuple[float | None, ...]


@dataclass(frozen=True)
class Place:
    """The outline of one place; its parts are separated by None. `at` is where its name goes."""

    names: tuple[str, ...]
    x: Numbers
    y: Numbers
    at: tuple[float, float]


def read_places(path: Path) -> dict[str, Place]:
    """The shapes in a file by every folded name they have; the file is read again when it changes.

    Raises:
        UnreadableFile: it is not GeoJSON with polygons.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise UnreadableFile(
            f"The map '{path.name}' is not a GeoJSON file with polygons. The figures are complete without it. "
            "Name another file in HUIYIN_PLACES."
        ) from error


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> dict[str, Place]:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    named = [(_names(feature), _rings(feature["geometry"])) for feature in features if feature.get("geometry")]
    named = [(names, rings) for names, rings in named if names and rings]
    points = sum(len(ring) for _, rings in named for ring in rings)
    everything = np.vstack([ring for _, rings in named for ring in rings])
    shorten = cos(radians(float(everything[:, 1].min() + everything[:, 1].max()) / 2))
    found: dict[str, Place] = {}
    for names, rings in named:
        drawn = [simplified(ring * (shorten, 1), MOST_POINTS / max(points, MOST_POINTS)) for ring in rings]
        place = Place(names, _joined(drawn, 0), _joined(drawn, 1), _middle(max(drawn, key=_area)))
        for name in names:
            found.setdefault(fold(name), place)
    return found


def _names(feature: dict[str, Any]) -> tuple[str, ...]:
    properties = feature.get("properties") or {}
    given = [properties.get(name) for name in NAMES] + [feature.get("id")]
    return tuple(dict.fromkeys(str(name) for name in given if name not in (None, "")))


def _rings(geometry: dict[str, Any]) -> list[Points]:
    """Outer rings of the parts worth drawing; holes are left out."""
    if geometry["type"] not in ("Polygon", "MultiPolygon"):
        return []
    parts = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
    rings = [np.asarray(part[0], dtype=float)[:, :2] for part in parts]
    largest = max((_area(ring) for ring in rings), default=0.0)
    return [ring for ring in rings if len(ring) > 3 and _area(ring) >= SMALLEST_PART * largest]


def simplified(ring: Points, share: float) -> Points:
    """A ring with about a share of its points, those that matter least left out first (Visvalingam & Whyatt 1993).

    What a point matters is the area of the triangle with its neighbours, so neighbouring places, which share their
    border points, lose the same ones.
    """
    kept = max(8, round(len(ring) * share))
    while len(ring) > kept:
        inner = ring[:-1]
        before, after = np.roll(inner, 1, axis=0), np.roll(inner, -1, axis=0)
        matters = np.abs(_cross(inner - before, after - before))
        at_once = max(1, (len(ring) - kept) // 4)
        spare = np.flatnonzero(matters <= np.partition(matters, at_once)[at_once])
        # two neighbours never go in one step: their triangles change when one has gone
        lost = spare[np.concatenate([[True], np.diff(spare) > 1])][: len(ring) - kept]
        inner = np.delete(inner, lost, axis=0)
        ring = np.vstack([inner, inner[:1]])
    return ring


def _cross(a: Points, b: Points) -> Points:
    return np.asarray(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])


def _area(ring: Points) -> float:
    return float(abs(_cross(ring[:-1], ring[1:]).sum()) / 2)


def _middle(ring: Points) -> tuple[float, float]:
    """A point inside: the middle of the widest stretch on the most level line through the ring."""
    best, width = (float(ring[:, 0].mean()), float(ring[:, 1].mean())), -1.0
    low, high = float(ring[:, 1].min()), float(ring[:, 1].max())
    for share in np.linspace(0.35, 0.65, 7):
        level = low + (high - low) * float(share)
        for left, right in _stretches(ring, level):
            wide = (right - left) * (1 - abs(float(share) - 0.5))
            if wide > width:
                best, width = ((left + right) / 2, level), wide
    return best


def _stretches(ring: Points, level: float) -> Iterator[tuple[float, float]]:
    """Where a level line runs inside a ring."""
    start, end = ring[:-1], ring[1:]
    crosses = (start[:, 1] > level) != (end[:, 1] > level)
    a, b = start[crosses], end[crosses]
    at = np.sort(a[:, 0] + (level - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
    return zip(at[::2].tolist(), at[1::2].tolist(), strict=False)


def _joined(rings: Sequence[Points], axis: int) -> Numbers:
    values: list[float | None] = []
    for ring in rings:
        values += [*(round(float(value), 4) for value in ring[:, axis]), None]
    return tuple(values[:-1])
