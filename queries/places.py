"""Shapes of places from a GeoJSON file, small enough to be drawn as plain polygons without a base map.

A feature is known by its `office_id`, `name`, `名称`, `code`, the feature's own id, or any other text of its properties
that no other feature has, all folded (`vocabulary.fold`). Longitudes are shortened by the cosine of the middle
latitude, so that shapes look as they do on a map of a county; coordinates that cannot be degrees are those of a
projected map and are drawn as they are, whatever reference system the file states; those that can only be degrees with
the latitude first are turned round. A feature that is no polygon is passed over.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
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
SMALLEST_PART = 0.02  # of a place's largest part; smaller islands are left out, and smaller holes in a part
PROJECTED_SPAN = 10.0  # to which projected coordinates are brought, so that they need no more digits than degrees

MOST_NORTHERN = 70.0  # degrees

Points = npt.NDArray[np.float64]
Numbers = tuple[float | None, ...]
Part = list[Points]
"""The outer ring of a part, anticlockwise, then its holes, clockwise: so a hole stays unfilled."""


@dataclass(frozen=True)
class Place:
    """The outline of one place; its rings are separated by None. `at` is where its name goes, `size` its area."""

    names: tuple[str, ...]
    x: Numbers
    y: Numbers
    at: tuple[float, float]
    size: float = 0.0


def read_places(path: Path) -> dict[str, Place]:
    """The shapes in a file by every folded name they have; the file is read again when it changes.

    Raises:
        UnreadableFile: it is not GeoJSON with polygons, or no polygon has a name.
    """
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise UnreadableFile(
            f"The map '{path.name}' is not a GeoJSON file with polygons. The figures are complete without it. "
            "Name another file in HUIYIN_PLACES.",
            f"地图文件“{path.name}”不是含多边形的 GeoJSON。数据不受影响。请在 HUIYIN_PLACES 中指定另一个文件。",
        ) from error


def is_of_demo(path: Path) -> bool:
    """Whether a file is the map of the invented city: every feature says so."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        features = _features(path)
        return bool(features) and all((feature.get("properties") or {}).get("is_demo") is True for feature in features)
    return False


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> dict[str, Place]:
    features = _features(path)
    names = _names(features)
    shaped = [(names[at], _parts(feature)) for at, feature in enumerate(features)]
    if any(parts for _, parts in shaped) and not any(known and parts for known, parts in shaped):
        raise UnreadableFile(
            f"No polygon of the map '{path.name}' has a name. The figures are complete without it. Give every feature "
            "the place's name as its property 'name'.",
            f"地图文件“{path.name}”中的多边形都没有名称。数据不受影响。请在各要素的属性 name 中写明地名。",
        )
    shaped = [(known, parts) for known, parts in shaped if known and parts]
    every = [ring for _, parts in shaped for part in parts for ring in part]
    if _is_latitude_first(np.vstack(every)):
        # read backwards as well, so that outer rings stay anticlockwise
        shaped = [(known, [[ring[::-1, ::-1] for ring in part] for part in parts]) for known, parts in shaped]
        every = [ring for _, parts in shaped for part in parts for ring in part]
    origin, factor = _drawn_by(np.vstack(every))
    share = MOST_POINTS / max(sum(map(len, every)), MOST_POINTS)
    found: dict[str, Place] = {}
    for known, parts in shaped:
        drawn = [[simplified((ring - origin) * factor, share) for ring in part] for part in parts]
        rings = [ring for part in drawn for ring in part]
        largest = max(drawn, key=lambda part: _area(part[0]))
        size = sum(_area(part[0]) for part in drawn)
        place = Place(known, _joined(rings, 0), _joined(rings, 1), _middle(largest), size)
        for name in known:
            found.setdefault(fold(name), place)
    return found


def _features(path: Path) -> list[dict[str, Any]]:
    """The features of a collection, or the single one; text in UTF-8, or in GB18030 as older Chinese programs write."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    found = json.loads(text)
    features = [found] if found.get("type") == "Feature" else found["features"]
    return [feature for feature in features if isinstance(feature, dict)]


def _is_latitude_first(every: Points) -> bool:
    """Whether coordinates are degrees only if turned round; no land is surveyed by township beyond 70° of latitude."""
    return bool((np.abs(every) <= (90, 180)).all() and every[:, 1].min() > MOST_NORTHERN)


def _drawn_by(every: Points) -> tuple[Points, Points]:
    """Origin and factor of both axes: degrees are shortened towards the poles, projected maps brought to size."""
    low, high = every.min(axis=0), every.max(axis=0)
    if (np.abs(every) <= (180, 90)).all():
        return np.zeros(2), np.array([cos(radians(float(low[1] + high[1]) / 2)), 1.0])
    return low, np.full(2, PROJECTED_SPAN / float((high - low).max()))


def _names(features: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """What each feature is called: first by the usual properties, then by any text that is its own."""
    every = [feature.get("properties") or {} for feature in features]
    texts = [[value for value in known.values() if isinstance(value, str) and value.strip()] for known in every]
    count = Counter(fold(text) for known in texts for text in set(known))
    named = []
    for feature, known, own in zip(features, every, texts, strict=True):
        usual = [*(known.get(name) for name in NAMES), feature.get("id")]
        given = [*usual, *(text for text in own if count[fold(text)] == 1)]
        named.append(tuple(dict.fromkeys(str(name) for name in given if name not in (None, ""))))
    return named


def _parts(feature: dict[str, Any]) -> list[Part]:
    """The parts of a feature worth drawing, each with its holes; none where it is broken or no polygon."""
    try:
        polygons = list(_polygons(feature.get("geometry") or {}))
        parts = [[_ring(ring) for ring in polygon] for polygon in polygons if polygon]
    except (ValueError, TypeError, IndexError, KeyError):
        return []
    parts = [part for part in parts if len(part[0]) > 3]
    largest = max((_area(part[0]) for part in parts), default=0.0)
    return [_wound(part) for part in parts if 0 < _area(part[0]) >= SMALLEST_PART * largest]


def _polygons(geometry: dict[str, Any]) -> Iterator[list[Any]]:
    match geometry.get("type"):
        case "Polygon":
            yield geometry["coordinates"]
        case "MultiPolygon":
            yield from geometry["coordinates"]
        case "GeometryCollection":
            for each in geometry["geometries"]:
                yield from _polygons(each)


def _ring(points: Any) -> Points:
    """A ring as an array without heights, closed."""
    ring = np.asarray(points, dtype=float)[:, :2]
    if not np.isfinite(ring).all():
        raise ValueError("a ring with points nowhere")
    return ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])


def _wound(part: Part) -> Part:
    """The outer ring one way round and the holes worth drawing the other, whichever way the file has them."""
    outer, *holes = part
    kept = [hole for hole in holes if len(hole) > 3 and _area(hole) >= SMALLEST_PART * _area(outer)]
    return [outer if _signed(outer) > 0 else outer[::-1], *(hole if _signed(hole) < 0 else hole[::-1] for hole in kept)]


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
    return abs(_signed(ring))


def _signed(ring: Points) -> float:
    """Area within a ring, negative where it runs clockwise."""
    moved = ring - ring[0]  # far from the origin the products would cancel out
    return float(_cross(moved[:-1], moved[1:]).sum() / 2)


def _middle(part: Part) -> tuple[float, float]:
    """A point inside: the middle of the widest stretch on the most level line through the part, outside its holes."""
    outer = part[0]
    best, width = (float(outer[:, 0].mean()), float(outer[:, 1].mean())), -1.0
    low, high = float(outer[:, 1].min()), float(outer[:, 1].max())
    for share in np.linspace(0.1 if len(part) > 1 else 0.35, 0.9 if len(part) > 1 else 0.65, 9):
        level = low + (high - low) * float(share)
        for left, right in _stretches(part, level):
            wide = (right - left) * (1 - abs(float(share) - 0.5))
            if wide > width:
                best, width = ((left + right) / 2, level), wide
    return best


def _stretches(part: Part, level: float) -> Iterator[tuple[float, float]]:
    """Where a level line runs inside a part."""
    start, end = (np.vstack([ring[ends] for ring in part]) for ends in (slice(None, -1), slice(1, None)))
    crosses = (start[:, 1] > level) != (end[:, 1] > level)
    a, b = start[crosses], end[crosses]
    at = np.sort(a[:, 0] + (level - a[:, 1]) / (b[:, 1] - a[:, 1]) * (b[:, 0] - a[:, 0]))
    return zip(at[::2].tolist(), at[1::2].tolist(), strict=False)


def _joined(rings: Sequence[Points], axis: int) -> Numbers:
    values: list[float | None] = []
    for ring in rings:
        values += [*(round(float(value), 4) for value in ring[:, axis]), None]
    return tuple(values[:-1])
