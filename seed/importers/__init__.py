"""Kinds of files the import understands, one module each with an `IMPORTER`; a new kind is a new module."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Literal, Protocol

from queries.catalogue import collect
from seed.load.job import Job
from seed.mapping import RegisterMapping
from seed.readers import Table

Kind = Literal["cases", "offices", "backlog"]


class Importer(Protocol):
    """One kind of file.

    Attributes:
        kind: what its rows are.
        order: importers with a smaller one load first; offices come before the cases that name them.
    """

    kind: Kind
    order: int

    def recognises(self, table: Table, mapping: RegisterMapping) -> Any | None:
        """What `load` needs to know about the table, with the table as `.table`; None when it is not of this kind."""
        ...

    def load(self, job: Job, found: Sequence[Any]) -> None:
        """Load every table of this kind in the files, in their order."""
        ...


@cache
def askers() -> tuple[Importer, ...]:
    """All importers in the order in which they are asked: the register, which has the clearest mark, first."""
    return tuple(sorted(importers(), key=lambda importer: importer.kind != "cases"))


@cache
def importers() -> tuple[Importer, ...]:
    """All importers, in the order in which they load."""
    return tuple(sorted(collect("seed.importers", "IMPORTER"), key=lambda importer: importer.order))
