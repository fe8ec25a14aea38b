"""The meeting screen: slides that are read from five metres, made by the same views and charts as the pages.

A slide is one message: a sentence made from the figures, and tiles, one or two charts, a table or a list under it.
`slides/` holds one module a slide, `programme` says which of them a screen shows, `payload` makes what the screen
fetches, `server` answers it. The screen itself (`static/`) runs in any browser, asks for news from time to time and
keeps showing what it has when nobody answers. Only sums and shares reach it: no slide knows a single item.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from dashboard.state.session import Session
from queries.catalogue import collect

Tone = Literal["", "signal", "breach", "data", "muted"]
"""What a colour says: a supported signal, a broken deadline, a clear difference, less important."""


@dataclass(frozen=True)
class Tile:
    """One large figure.

    Attributes:
        value, unit: printed large, and small behind it.
        aside: what the figure is not read without, small behind the label.
        change, verdict: against an earlier period, and whether that is beyond chance.
        target: the target and the distance to it, in words.
        small_print: phrases, none of which is broken; as many stand in a line as have room.
        course: shares of the newest months, oldest first, None where a month has none; `goal` the target among them,
            `span` the months in words.
    """

    label: str
    value: str
    unit: str = ""
    aside: str = ""
    change: str = ""
    verdict: str = ""
    target: str = ""
    small_print: Sequence[str] = ()
    course: Sequence[float | None] = ()
    goal: float | None = None
    span: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Chart:
    """A Plotly figure as JSON. `weight` is its share of the width; `alt` says what it shows."""

    figure: Mapping[str, Any] = field(repr=False)
    alt: str
    title: str = ""
    weight: float = 1
    kind: str = "chart"


@dataclass(frozen=True)
class Cell:
    """One cell of a table; `mark` is the shape that doubles its colour."""

    text: str
    tone: Tone = ""
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A table; the first column holds names, the others figures."""

    headings: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    weight: float = 1
    kind: str = "table"


@dataclass(frozen=True)
class Line:
    """One entry of a list: what, the words on it, and something small at the right."""

    text: str
    note: str = ""
    beside: str = ""
    mark: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Lines:
    """A list of entries, the most important first; as many are shown as there is room for, the others are counted.

    Attributes:
        hidden: entries there are beside these.
        columns: entries beside each other, on a screen wider than high.
    """

    rows: Sequence[Line]
    hidden: int = 0
    columns: int = 1
    title: str = ""
    weight: float = 1
    kind: str = "lines"


@dataclass(frozen=True)
class Stack:
    """Panels under each other; the last one takes the height that is left."""

    parts: Sequence[Chart | Table | Lines]
    title: str = ""
    weight: float = 1
    kind: str = "stack"


@dataclass(frozen=True)
class Content:
    """What a slide shows; one without tiles and panels is its sentence alone, in the middle of the screen.

    Attributes:
        sentence: what the figures say.
        subtitle: period, cohort, what the marks mean.
        footnote: what was left out.
        tiles_at: where the tiles stand: above the panels, in a column beside them, or two by two beside them.
    """

    sentence: str
    subtitle: str = ""
    tiles: Sequence[Tile] = ()
    panels: Sequence[Chart | Table | Lines | Stack] = ()
    footnote: str = ""
    tiles_at: Literal["above", "beside", "square"] = "above"


@dataclass(frozen=True)
class Skipped:
    """Why a slide is left out; said on the settings page, never on the screen."""

    reason: str


@dataclass(frozen=True)
class Ask:
    """What a screen wants of a slide.

    Attributes:
        options: choices made for this slide on the settings page, such as its measure.
        is_compact: for a screen of 65 inches or less: fewer things, larger.
        is_upright: for a screen higher than wide: more rows, narrower.
    """

    options: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    is_compact: bool = False
    is_upright: bool = False

    @property
    def rows(self) -> int:
        """Groups a picture or table has room for."""
        return (20 if self.is_compact else 24) if self.is_upright else (10 if self.is_compact else 12)

    @property
    def few(self) -> int:
        """The same where something else stands above them."""
        return (14 if self.is_compact else 18) if self.is_upright else (8 if self.is_compact else 12)


@dataclass(frozen=True)
class Slide:
    """One kind of slide; its label is the word `wall.slide_<name>`.

    Attributes:
        order: place in the usual set.
        make: its content from the reader's session, or why there is none.
        choices: the options a slide of this kind has, each with the values to choose from; the first is the usual one.
    """

    name: str
    order: int
    make: Callable[[Session, Ask], Content | Skipped]
    choices: Callable[[Session], Mapping[str, Sequence[str]]] = lambda session: {}


@cache
def every_slide() -> Mapping[str, Slide]:
    """Every kind of slide by name, in the usual order."""
    found = sorted(collect("dashboard.wall.slides", "SLIDE"), key=lambda slide: slide.order)
    return MappingProxyType({slide.name: slide for slide in found})
