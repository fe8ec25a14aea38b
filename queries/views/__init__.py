"""One function a question: `view(snapshot, filters) -> View`. Pages and exports read views; neither computes.

A view holds its figures as a tidy frame together with everything needed to say what they are. Modules by page:
`overview`, `closure`, `repeats`, `townships`, `satisfaction`, `quality`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from queries.filters import Filters
from queries.measures import Measure
from queries.vocabulary import Text


@dataclass(frozen=True)
class View:
    """An answered question.

    Attributes:
        frame: the figures. Columns of `queries.counting.evaluate.evaluate`, plus what the view says it adds.
        measures: the definitions behind the figures.
        by: dimensions or grains of the rows.
        filters: the selection, with `as_of` filled in.
        as_of: the day the figures are seen from.
        snapshot_id: version of the data.
        finding: one plain sentence on what the figures show, generated from them.
        notes: what a reader must know (excluded rows, missing columns), one sentence each.
        methods: names of the methods the figures are made with (`queries.methods`), beyond plain counting.
        asked: what it answers, once it is kept, so that its figures can be kept too and it can be asked again.
    """

    frame: pl.DataFrame
    measures: tuple[Measure, ...]
    by: tuple[str, ...]
    filters: Filters
    as_of: date
    snapshot_id: str
    finding: Text | None = None
    notes: tuple[Text, ...] = field(default=())
    methods: tuple[str, ...] = ()
    asked: "Asked | None" = None


@dataclass(frozen=True)
class Asked:
    """A question: a view function, and its arguments beyond the data and the selection."""

    question: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
