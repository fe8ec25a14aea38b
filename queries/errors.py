"""Every error raised on purpose, one class per kind of person who can fix it.

    HuiyinError
    ├── UsageError            the reader asked for something that does not exist
    │   ├── UnknownName         a measure, dimension, rule set ... with a "did you mean"
    │   └── BadFilter           a filter that cannot be understood
    ├── InputError            a file, a mapping or a record needs correction
    │   ├── UnreadableFile      not a register we can open
    │   ├── BadMapping          the mapping file contradicts itself or the register
    │   ├── InvalidRecord       a record with problems, by field
    │   └── Conflict            someone else changed the record meanwhile
    ├── StoreError            the database needs its keeper
    │   ├── StoreTooNew         written by a newer version of this software
    │   └── StoreBusy           another import holds the writer lock
    └── SettingsError         the environment needs its administrator

A message says what was wrong, where, what was kept and what to do next. It never carries a personal value.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any

from queries.vocabulary import Text


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


class NotAllowed(UsageError):
    """An office wants to enter or change records that are the bureau's to keep."""

    def __init__(self) -> None:
        """The sentence is always the same."""
        super().__init__(
            "Records are entered by the bureau; an office may only save views. Nothing was changed.",
            "台账由信访局录入，各单位只能保存视图。没有改动任何内容。",
        )


class BadFilter(UsageError):
    """A filter that cannot be understood."""


class InputError(HuiyinError):
    """A file, a mapping or a record needs correction."""


class UnreadableFile(InputError):
    """The file is not a register we can open."""


class BadMapping(InputError):
    """The mapping file contradicts itself or the register."""


class InvalidRecord(InputError):
    """A record that cannot be kept as it is; nothing was written.

    Attributes:
        problems: what is wrong, by field; under "" what concerns the record as a whole.
        existing: key of the record that already is what this one would be; None where that is not the problem.
    """

    def __init__(self, problems: Mapping[str, tuple[Text, ...]], existing: int | str | None = None):
        """Args: sentences by field; the record that is in the way."""
        sentences = [sentence for found in problems.values() for sentence in found]
        super().__init__("; ".join(each.en for each in sentences), "；".join(each.zh for each in sentences))
        self.problems, self.existing = dict(problems), existing


class Conflict(InputError):
    """The record was changed by someone since the writer last read it; nothing was overwritten.

    Attributes:
        content: the record as it stands now, by field.
        version: its version now.
        who, when: who changed it last, as they signed, and when (UTC).
        is_withdrawn: whether it was withdrawn.
    """

    def __init__(
        self, content: Mapping[str, Any], version: int, who: str, when: datetime | None, *, is_withdrawn: bool = False
    ):
        """Args: what stands there now, its version, and whose change it was."""
        super().__init__(
            f"The record was changed by {who or 'someone'} since it was read. Nothing was overwritten.",
            f"这条记录在您读取之后已由{who or '他人'}修改，没有覆盖任何内容。",
        )
        self.content, self.version, self.who, self.when = dict(content), version, who, when
        self.is_withdrawn = is_withdrawn


class StoreError(HuiyinError):
    """The database needs its keeper."""


class StoreTooNew(StoreError):
    """The database was written by a newer version of this software."""


class StoreBusy(StoreError):
    """Another import holds the writer lock."""


class SettingsError(HuiyinError):
    """The environment needs its administrator."""
