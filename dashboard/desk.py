"""The import desk: joins the import page to the loader. With `cli`, the only module that knows both sides."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from queries.settings import Settings


@dataclass(frozen=True)
class Desk:
    """The loader as the import page sees it (`dashboard.session.ImportDesk`)."""

    settings: Settings

    def mappings(self) -> Sequence[str]:
        """Names of the shipped mappings."""
        folder = Path(__import__("seed").__path__[0]) / "mappings"
        return sorted(file.stem for file in folder.glob("*.toml"))

    def check(self, paths: Sequence[Path], mapping: str | Path | None) -> Any:
        """A dry run: the report, nothing written."""
        from seed import load  # the loader's libraries are only needed on this page

        return load.check(paths, self.settings, mapping)

    def run(self, paths: Sequence[Path], mapping: str | Path | None, progress: Callable[[Any], None] | None) -> Any:
        """The import itself: the report."""
        from seed import load

        return load.run(paths, self.settings, mapping, progress)
