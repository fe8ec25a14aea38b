"""Which slides a screen shows, in which order and for how long: records of the bureau, one a slide.

A screen has a name, because the meeting room and the hall may show different things. A screen nobody has set up shows
every kind of slide in the usual order.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import polars as pl

from dashboard.wall import every_slide
from queries.records import Records

SECONDS = 20  # a slide is shown, unless told otherwise
SHORTEST, LONGEST = 5, 600  # seconds; less cannot be read, more looks like a screen that hangs
USUAL = "main"  # name of the screen at the plain address


@dataclass(frozen=True)
class Entry:
    """One slide of a screen.

    Attributes:
        slide: name of its kind.
        record_id, version: of its record; None for the usual set.
    """

    slide: str
    seconds: int = SECONDS
    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    record_id: int | None = None
    version: int | None = None

    @property
    def key(self) -> str:
        """Tells the slides of one screen apart, also two of one kind."""
        return "-".join([self.slide, *(value for _, value in sorted(self.options.items()))])


def walls(records: Records) -> tuple[str, ...]:
    """Names of the screens that were set up, the usual one always among them and first."""
    named = [name for kind in ("wall_slide", "wall_screen") for name in records.rows(kind)["wall"]]
    return tuple(dict.fromkeys((USUAL, *named)))


def programme(records: Records, wall: str) -> tuple[Entry, ...]:
    """The slides of a screen in their order; the usual set where the screen was never set up.

    Slides of a kind this version does not know are passed over.
    """
    rows = records.rows("wall_slide").filter(pl.col("wall") == wall).sort("position", "slide_id")
    entries = tuple(_entry(row) for row in rows.iter_rows(named=True) if row["slide"] in every_slide())
    return entries or tuple(Entry(name) for name in every_slide())


def _entry(row: Mapping[str, Any]) -> Entry:
    seconds = min(max(row["seconds"], SHORTEST), LONGEST)
    return Entry(row["slide"], seconds, _options(row["options"]), row["slide_id"], row["version"])


def _options(text: str | None) -> Mapping[str, str]:
    """Options as they were kept; what is no object of texts counts as none."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        found = {}
    kept = found if isinstance(found, dict) else {}
    return MappingProxyType({str(name): value for name, value in kept.items() if isinstance(value, str)})
