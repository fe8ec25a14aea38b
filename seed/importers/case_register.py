"""A register of cases: one row an item (DOMAIN.md §6)."""

from collections.abc import Sequence
from typing import Any

from seed.importers import Importer, Kind
from seed.layout import Layout, find_layout
from seed.load.job import Job
from seed.load.register import load_register
from seed.mapping import RegisterMapping
from seed.readers import Table


class CaseRegister:
    """Recognised by a registration time."""

    kind: Kind = "cases"
    order = 2

    def recognises(self, table: Table, mapping: RegisterMapping) -> Any | None:
        """The layout of a register."""
        return find_layout(table, mapping)

    def load(self, job: Job, found: Sequence[Layout]) -> None:
        """Survey, convert, check and merge all tables."""
        load_register(job, found)


IMPORTER: Importer = CaseRegister()
