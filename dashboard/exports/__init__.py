"""Files made of views, on the server and from the data: one module a format with a value named `EXPORTER`.

Drop a module in and the command line offers it. An exporter lays out what it is given; it computes nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from queries.catalogue import collect
from queries.errors import UnknownName
from queries.filters import Filters
from queries.measures import Measure


@dataclass(frozen=True)
class Sheet:
    """The figures of one view.

    Attributes:
        page: title of the page it is on.
        name: short, fit for a file; unique within the pack.
        finding: the sentence over the figures, empty where there is none.
        frame: flat columns; headings are words.
        shares: headings whose numbers are shares from 0 to 1.
        notes: what the reader must know.
    """

    page: str
    name: str
    finding: str
    frame: pl.DataFrame
    shares: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pack:
    """Everything one export holds, and on what it stands.

    Attributes:
        title: names the bureau and the period, says so when the data is invented.
        selection: the filters in words, one pair a line.
        measures: the definitions behind the sheets.
    """

    title: str
    language: str
    sheets: tuple[Sheet, ...]
    selection: tuple[tuple[str, str], ...]
    measures: tuple[Measure, ...]
    filters: Filters
    as_of: date
    snapshot_id: str


@dataclass(frozen=True)
class Exporter:
    """One format.

    Attributes:
        name: as on the command line.
        makes: "file" or "folder".
        write: takes a pack and the path, returns the files written.
    """

    name: str
    makes: str
    write: Callable[[Pack, Path], list[Path]]


@cache
def exporters() -> dict[str, Exporter]:
    """Every format by name."""
    return {exporter.name: exporter for exporter in collect("dashboard.exports", "EXPORTER")}


def exporter(name: str) -> Exporter:
    """The exporter of that name.

    Raises:
        UnknownName: with the formats there are.
    """
    if name not in exporters():
        raise UnknownName("export format", name, exporters())
    return exporters()[name]
