"""A check or an import under way: it goes on in a thread of its own, whatever the reader clicks meanwhile.

A page is drawn anew at every click, and a run that is overtaken by the next one is broken off wherever it is. So the
page starts the work, looks at how far it is, and shows the report when there is one.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from threading import Thread
from typing import Any, Literal, Protocol

from queries.vocabulary import Text

log = logging.getLogger("huiyin")

Kind = Literal["check", "import"]
Tell = Callable[[str, int, int | None], None]
"""Told what is being done ("reading", "importing", "publishing"), rows done, and rows in all where that is known."""


@dataclass(frozen=True)
class Upload:
    """A file as it came from the browser."""

    name: str
    content: bytes | memoryview


class ImportWork:
    """One check or import.

    Attributes:
        kind: a check writes nothing.
        files: names as uploaded.
        phase, done, total: as in `Tell`.
        report: of the loader, once it has ended well.
        error: what ended it otherwise.
    """

    def __init__(self, kind: Kind, files: Sequence[str], do: Callable[[Tell], Any]):
        """Args: what is done, told how far it is; it starts at once."""
        self.kind, self.files = kind, tuple(files)
        self.phase, self.done = "reading", 0
        self.total: int | None = None
        self.report: Any | None = None
        self.error: Exception | None = None
        self._since = time.monotonic()
        # a daemon: a server that is stopped leaves the store as it was before this import
        self._thread = Thread(target=self._run, args=(do,), name=f"huiyin-{kind}", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet."""
        return self._thread.is_alive()

    @property
    def share(self) -> float:
        """How much is done, 0 to 1; 0 while the rows are being counted."""
        if self.phase == "publishing":
            return 1.0
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> int | None:
        """An estimate from the speed so far; None where there is nothing to estimate from."""
        if not self.total or not 0 < self.done < self.total or self.phase != "importing":
            return None
        return ceil((time.monotonic() - self._since) / self.done * (self.total - self.done))

    def wait(self, seconds: float | None = None) -> None:
        """Return when it has ended, or after so many seconds."""
        self._thread.join(seconds)

    def tell(self, phase: str, done: int, total: int | None) -> None:
        """Note how far it is."""
        if phase != self.phase:
            self._since = time.monotonic()
        self.phase, self.done, self.total = phase, done, total

    def _run(self, do: Callable[[Tell], Any]) -> None:
        try:
            self.report = do(self.tell)
        except Exception as error:
            self.error = error  # the page says it in its reader's words


class ImportDesk(Protocol):
    """What the import page may ask for; made where `seed` is known (app.py), so that pages need not know it."""

    def mappings(self) -> Mapping[str, Text]:
        """Names of the shipped mappings, and what they are for."""

    def guide(self) -> str:
        """How to write a mapping file (Markdown)."""

    def check(self, files: Sequence[Upload], mapping: str | Upload | None) -> ImportWork:
        """Start a dry run."""

    def run(self, files: Sequence[Upload], mapping: str | Upload | None) -> ImportWork:
        """Start an import."""

    def records(self, file: Upload, by: str, *, only_check: bool) -> Any:
        """Read a file of records and write them, or only say what it would bring (`seed.record_files`)."""

    def statistics(self, file: Upload, by: str, *, only_check: bool) -> Any:
        """Read an aggregate statistics workbook and keep its tables (`seed.statistics_files`)."""

    @property
    def running(self) -> ImportWork | None:
        """The import this server is carrying out now, whoever started it."""
