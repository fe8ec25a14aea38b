"""The words of the interface: a folder a language, in it one TOML file a page, such as `zh/overview.toml`.

Names of measures, dimensions, checks and terms are not here: they live with what they name.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from queries.vocabulary import LANGUAGES


@dataclass(frozen=True)
class Words:
    """The catalogue of one language: `words("frame.as_of", day="2022年6月30日")`."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The words under "page.name" with `{placeholders}` filled in.

        Raises:
            KeyError: there is no such entry; a test keeps both catalogues complete.
        """
        text = catalogue(self.language)[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether there is such an entry."""
        return key in catalogue(self.language)


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every entry of a language as "page.name" to words."""
    files = sorted((Path(__file__).parent / language).glob("*.toml"))
    pages = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    return {f"{page}.{name}": text for page, entries in pages.items() for name, text in entries.items()}


def choose_language(link: str | None, browser: str | None, setting: str | None) -> str:
    """The reader's language: the link, else the browser, else the setting of the installation, else Chinese."""
    if link in LANGUAGES:
        return str(link)
    spoken = (browser or "").replace("_", "-").split("-")[0].lower()
    if spoken in LANGUAGES:
        return spoken
    return setting or "zh"
