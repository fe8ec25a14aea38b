"""One import in progress: what it reads with, where it writes, what it has found so far."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from queries.vocabulary import Text
from seed.load.report import Findings, Progress
from seed.mapping import RegisterMapping


@dataclass
class Job:
    """State of one check or import; importers add to it.

    Attributes:
        connection: inside a transaction; for a check one that is rolled back.
        mapping: as loaded; automatic when none was given.
        import_id: of the run, 0 for a check.
        only_check: count and compare, write nothing.
        last_day: last day a registration or event may carry.
        key: of the matter hash.
    """

    connection: Connection
    mapping: RegisterMapping
    import_id: int
    only_check: bool
    last_day: date
    key: bytes
    progress: Callable[[Progress], None]
    findings: Findings = field(default_factory=Findings)
    notes: list[Text] = field(default_factory=list)
    used: dict[str, str] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    rows_by_file: dict[str, int] = field(default_factory=dict)
    new: int = 0
    changed: int = 0
    same: int = 0
    rejected: int = 0
    quarantined: int = 0
    evaluations: int = 0
    other_changes: int = 0  # of evaluations, derived flags: they too change figures
    as_of: date | None = None

    def note(self, zh: str, en: str) -> None:
        """Say what was decided or assumed; once."""
        if Text(zh, en) not in self.notes:
            self.notes.append(Text(zh, en))

    def read(self, file: str, rows: int) -> None:
        """Count rows of a file."""
        self.rows_by_file[file] = self.rows_by_file.get(file, 0) + rows

    def newest(self, day: date | None) -> None:
        """The newest event so far."""
        if day is not None and (self.as_of is None or day > self.as_of):
            self.as_of = day
