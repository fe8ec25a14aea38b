"""A briefing as data: everything its documents say, in one language, before anyone lays it out.

`compose` makes one from the views the pages show; `dashboard.exports` writes it as a document, slides, a workbook or a
PDF. No figure is typed here and none is computed by a writer: a cell holds a number, and `printed` is the one way to
put it into words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from dashboard.charts import Chart
from queries import wording
from queries.views import View

Kind = Literal["text", "count", "share", "points", "interval", "number", "day", "month"]
"""What a cell holds: text; a whole number; a share 0 to 1; a difference of shares; two limits of a share; a number
with one decimal; a day; a month by its first day."""

Value = str | int | float | date | tuple[float, float] | None
PRINTED_ROWS = 60  # rows of an annex on paper; the workbook has all of them


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        ratio: where it is a share, the columns of the table whose quotient it is.
    """

    heading: str
    kind: Kind = "text"
    ratio: tuple[int, int] | None = None


@dataclass(frozen=True)
class Table:
    """Typed cells under headings.

    Attributes:
        name: short, unique in the briefing; names a sheet.
        title: what it shows, in words.
        rows: a value for every column, None where nothing can be said.
        printed: the rows there is room for on paper, where that is not all; a note says by which rule.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    printed: tuple[tuple[Value, ...], ...] | None = None

    @property
    def on_paper(self) -> tuple[tuple[Value, ...], ...]:
        """The rows a document shows."""
        return self.rows if self.printed is None else self.printed


@dataclass(frozen=True)
class Exhibit:
    """A view and how a page draws it; a writer draws the same view its own way.

    Attributes:
        draw: the function of `dashboard.charts` that draws it on the page.
        title: the finding, or what is shown; also the text for those who cannot see it.
        note: period, cohort, what the marks mean.
    """

    view: View
    draw: Chart
    title: str
    note: str = ""


@dataclass(frozen=True)
class Part:
    """One finding with what it rests on.

    Attributes:
        finding: a sentence without its full stop.
        paragraphs: further sentences.
    """

    finding: str
    paragraphs: tuple[str, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Section:
    """One item of the agenda."""

    key: str
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Definition:
    """One measure as its figures are defined."""

    name: str
    label: str
    meaning: str
    cohort: str
    unit: str
    source: str


@dataclass(frozen=True)
class Briefing:
    """One briefing.

    Attributes:
        head: the name of the series, such as 信访工作月度简报.
        title: of this one.
        bureau: whose it is; empty where the installation names none.
        period: the month in words.
        footer: whose figures, as of when, of which data, by which rules: one line for every page.
        basis: what the figures stand on, one pair a line: period, as-of day, rules, convention, filters, versions.
        caveat: said wherever the data is invented; empty for a real register.
        annexes: tables at the end of the document; `further`: figures behind the charts, in the workbook only.
        file_stem: name of its files without the ending.
    """

    language: str
    head: str
    title: str
    bureau: str
    period: str
    as_of: date
    data_version: str
    footer: str
    basis: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    annexes: tuple[Table, ...]
    further: tuple[Table, ...]
    definitions: tuple[Definition, ...]
    caveat: str = ""
    file_stem: str = ""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in the order of the workbook: those of the sections first."""
        within = [table for section in self.sections for part in section.parts for table in part.tables]
        return (*within, *self.annexes, *self.further)


_UNPRINTABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(text: str) -> str:
    """A text without the characters that no document may hold; a register can hold anything."""
    return _UNPRINTABLE.sub("", text)


def printed(value: Value, column: Column, language: str) -> str:
    """A cell in words; an em dash where nothing can be said."""
    if value is None or value == "":
        return wording.MISSING
    return _PRINT[column.kind](value, language)


def _points(value: Any, language: str) -> str:
    text = wording.number(value * 100, language, 1)
    return f"+{text}" if round(value * 1000) > 0 else text


_PRINT: dict[Kind, Callable[[Any, str], str]] = {
    "text": lambda value, language: legible(str(value)),
    "count": wording.number,
    "share": wording.per_cent,
    "points": _points,
    "interval": lambda value, language: wording.interval(value[0], value[1], language),
    "number": lambda value, language: wording.number(value, language, 1),
    "day": wording.day,
    "month": wording.month,
}


def width_of(text: str) -> int:
    """How wide a text is in half characters; a Chinese character is two, and between two scripts there is a gap."""
    width = sum(2 if character > "\u2e7f" or character == "%" else 1 for character in text)
    gaps = sum((one > "\u2e7f") != (other > "\u2e7f") for one, other in pairwise(text))
    return width + -(-gaps // 2)
