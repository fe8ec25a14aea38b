"""Every error raised on purpose, one class per kind of person who can fix it.

    HuiyinError
    ├── UsageError            the reader asked for something that does not exist
    │   ├── UnknownName         a measure, dimension, rule set ... with a "did you mean"
    │   └── BadFilter           a filter that cannot be understood
    ├── InputError            a file or mapping needs correction
    │   ├── UnreadableFile      not a register we can open
    │   └── BadMapping          the mapping file contradicts itself or the register
    ├── StoreError            the database needs its keeper
    │   ├── StoreTooNew         written by a newer version of this software
    │   └── StoreBusy           another import holds the writer lock
    └── SettingsError         the environment needs its administrator

A message says what was wrong, where, what was kept and what to do next. It never carries a personal value.
"""

from collections.abc import Iterable
from difflib import get_close_matches


class HuiyinError(Exception):
    """The root of every deliberate error; its text is fit for the reader.

    Attributes:
        zh: the text in Chinese; None where only English was written.
    """

    def __init__(self, message: str = "", zh: str | None = None):
        super().__init__(message)
        self.zh = zh

    def said(self, language: str) -> str:
        """The text in the reader's language, as far as there is one."""
        return self.zh if language == "zh" and self.zh else str(self)


class UsageError(HuiyinError):
    """The reader asked for something that does not exist."""


class UnknownName(UsageError):
    """A name that is not in the list of known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str]):
        """Args: kind of thing in English ("measure"), the name asked for, the names there are."""
        choices = sorted(known)
        close = get_close_matches(name, choices, n=3, cutoff=0.5)
        hint = f"Did you mean: {', '.join(close)}?" if close else f"There are: {', '.join(choices)}."
        super().__init__(f"There is no {kind} called '{name}'. {hint}")
        self.kind, self.name, self.close = kind, name, tuple(close)


class BadFilter(UsageError):
    """A filter that cannot be understood."""


class InputError(HuiyinError):
    """A file or a mapping needs correction."""


class UnreadableFile(InputError):
    """The file is not a register we can open."""


class BadMapping(InputError):
    """The mapping file contradicts itself or the register."""


class StoreError(HuiyinError):
    """The database needs its keeper."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of this software."""


class StoreBusy(StoreError):
    """Another import holds the writer lock."""


class SettingsError(HuiyinError):
    """The environment needs its administrator."""
