"""The import desk: joins the import page to the loader. With `cli`, the only module that knows both sides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queries.settings import Settings
from seed import load, mapping


@dataclass(frozen=True)
class Desk:
    """The loader as the import page sees it (`dashboard.session.ImportDesk`)."""

    settings: Settings

    def mappings(self) -> Sequence[str]:
        """Names of the shipped mappings."""
        return mapping.shipped_names()

    def check(self, paths: Sequence[Path], name: str | Path | None) -> Any:
        """A dry run: the report, nothing written."""
        return load.check(paths, self.settings, name)

    def run(self, paths: Sequence[Path], name: str | Path | None, progress: Callable[[Any], None] | None) -> Any:
        """The import itself: the report."""
        return load.run(paths, self.settings, name, progress)
