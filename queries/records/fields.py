"""What a kind of record is: its fields, how one record is told from another, what must hold between its values.

A kind is data. The entry form, the import template, the export, the history and the writer all read it, so a field is
described once.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import String, Table

from queries import wording
from queries.measures import measures
from queries.schema import metadata
from queries.vocabulary import Dictionary, Term, Text

FieldType = Literal[
    "text",  # one line
    "long",  # several lines
    "day",
    "month",  # its first day
    "moment",  # UTC
    "count",  # a whole number, 0 or more
    "amount",  # what a measure is held to: a share 0 to 1 for a ratio, else a number in the measure's unit
    "yes_no",
    "choice",
    "office",  # office_id
    "place",  # office_id of a township or of the city
    "scope",  # office_id, or "" for the whole city
    "measure",
    "rules",  # name of a rule set
    "case",  # number of an item in the register
    "record",  # key of a record of the kind `refers`
    "agenda",  # keys of items of the session's agenda, between commas
    "clock",  # a time of day as text, 17:30
]

Content = Mapping[str, Any]
"""Values of a record by field; a day is a `date`, what is not given is None."""

POSTS_ONLY = Text(
    "填写单位或职务，例如“分管副市长”，不得填写信访人",
    "an office or a post, such as 'deputy mayor in charge', never a petitioner",
)
NO_PETITIONERS = Text(
    "只写单位、职务和事项，不得写信访人的姓名、住址、证件号码或电话",
    "offices, posts and matters only: no petitioner's name, address, identity or telephone number",
)


@dataclass(frozen=True)
class Field:
    """One value of a record.

    Attributes:
        name: column of the kind's table.
        choices: what a choice may be, by key.
        refers: kind of the record a record field points at.
        aliases: other headings of its column in a file.
        is_kept_by_program: not asked of people; the program sets it.
    """

    name: str
    label: Text
    type: FieldType
    required: bool = False
    help: Text | None = None
    choices: tuple[Term, ...] = ()
    unit: Text | None = None
    refers: str = ""
    aliases: tuple[str, ...] = ()
    is_kept_by_program: bool = False
    default: Any = None

    @property
    def dictionary(self) -> Dictionary:
        """Spellings of its choices."""
        return Dictionary(self.choices)


@dataclass(frozen=True)
class Check:
    """Something that must hold between values of one record.

    Attributes:
        field: where the sentence is shown.
        holds: asked only when every field of `of` has a value.
        sentence: what is wrong and what is expected.
    """

    field: str
    of: tuple[str, ...]
    holds: Callable[[Content], bool]
    sentence: Text


@dataclass(frozen=True)
class Kind:
    """One kind of record.

    Attributes:
        name: its table.
        label: what all of them are called.
        one: what one of them is called.
        key: fields that together tell one record from every other of the kind; empty where nothing does.
        title: fields that name a record to a reader.
        day: the field that dates a record, for sorting and for lists of a period; "" where none does.
        page: name of the page where it is kept; "records" keeps those that have no page of their own.
        settled: why a record of this content is changed by the program alone; None where people may change it.
    """

    name: str
    label: Text
    one: Text
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    title: tuple[str, ...]
    day: str = ""
    checks: tuple[Check, ...] = ()
    page: str = "records"
    settled: Callable[[Content], Text | None] = lambda content: None

    @property
    def table(self) -> Table:
        """Its table."""
        return metadata.tables[self.name]

    @property
    def id(self) -> str:
        """The column of the table's key."""
        return str(next(iter(self.table.primary_key.columns)).name)

    @property
    def is_numbered(self) -> bool:
        """Whether the store numbers the records; else the key is written by whoever enters them."""
        return all(field.name != self.id for field in self.fields)

    @property
    def asked(self) -> tuple[Field, ...]:
        """Fields people fill in."""
        return tuple(field for field in self.fields if not field.is_kept_by_program)

    def field(self, name: str) -> Field:
        """The field of that name; KeyError where there is none."""
        return next(iter([each for each in self.fields if each.name == name])) if name in self.names else _no(name)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields, in order."""
        return tuple(field.name for field in self.fields)

    def longest(self, name: str) -> int | None:
        """Characters a text may have; None for no limit."""
        kept = self.table.c[name].type
        return kept.length if isinstance(kept, String) else None

    def titled(self, content: Content, language: str) -> str:
        """A record in one line, for lists and sentences: its title fields, those that are given."""
        return in_one_line(said(self.field(name), content.get(name), language) for name in self.title)


def in_one_line(texts: Iterable[str]) -> str:
    """Texts of a title, long ones shortened; a number within a batch says the batch itself."""
    given = [text for text in texts if text != wording.MISSING]
    return " · ".join(_short(text) for text in given if not any(other.startswith(f"{text}/") for other in given))


def said(field: Field, value: Any, language: str) -> str:
    """A value in words: a day, a label of a choice or a measure, a number; keys of offices stand as they are."""
    if value is None or value == "":
        return _WHOLE_CITY(language) if field.type == "scope" else wording.MISSING
    if field.type == "measure":
        found = measures().get(str(value))
        return found.label(language) if found else str(value)
    if field.type == "choice":
        return field.dictionary.label(str(value), language)
    if field.type == "yes_no":
        return _YES_NO[bool(value)](language)
    if field.type in ("day", "month") and isinstance(value, date):
        return (wording.month if field.type == "month" else wording.day)(value, language)
    if field.type == "moment":
        return wording.moment(value, language)
    if field.type == "count":
        return wording.number(value, language)
    if field.type == "amount":
        return wording.per_cent(value, language, 2) if 0 <= value <= 1 else wording.number(value, language, 1)
    return str(value)


def heading_of_number(language: str) -> str:
    """The heading of the column that holds a record's key in a file."""
    return "系统编号" if language == "zh" else "Record no."


def heading_of_version(language: str) -> str:
    """The heading of the column that holds the version a file was written from."""
    return "版本" if language == "zh" else "Version"


def amount_of(text: str) -> float | str | None:
    """An amount as people write it: 95% is 0.95, 60 is 60; None for nothing, the text itself where it is no number."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return None
    try:
        if plain.endswith("%"):
            return float(Decimal(plain.removesuffix("%").strip()) / 100)
        return float(Decimal(plain))
    except (InvalidOperation, ValueError):
        return text


def in_order(kind_fields: tuple[Field, ...], *names: str) -> tuple[Check, ...]:
    """Checks that days (or counts) stand in this order, each pair of those that are given."""
    fields = {field.name: field for field in kind_fields}
    return tuple(_pair(fields[early], fields[late]) for place, late in enumerate(names) for early in names[:place])


def at_most(kind_fields: tuple[Field, ...], part: str, whole: str) -> Check:
    """A check that one count is not larger than another."""
    fields = {field.name: field for field in kind_fields}
    small, large = fields[part].label, fields[whole].label
    return Check(
        part,
        (part, whole),
        lambda content: bool(content[part] <= content[whole]),
        Text(f"“{small.zh}”不得大于“{large.zh}”", f"'{small.en}' may not be larger than '{large.en}'"),
    )


def closed_when(kind_fields: tuple[Field, ...], state: str, day: str, closed: tuple[str, ...]) -> tuple[Check, ...]:
    """Checks that a closed record says when it was closed, and that an open one does not."""
    fields = {field.name: field for field in kind_fields}
    labels = fields[state].dictionary
    zh, en = ("、".join(labels.label(key, "zh") for key in closed), " or ".join(labels.label(k, "en") for k in closed))
    name = fields[day].label
    return (
        Check(
            day,
            (state,),
            lambda content: content[state] not in closed or content.get(day) is not None,
            Text(f"状态为“{zh}”时须填写“{name.zh}”", f"'{name.en}' is needed where the state is {en}"),
        ),
        Check(
            state,
            (state, day),
            lambda content: content[state] in closed,
            Text(f"已填写“{name.zh}”，状态应为“{zh}”", f"'{name.en}' is given, so the state should be {en}"),
        ),
    )


def _pair(early: Field, late: Field) -> Check:
    return Check(
        late.name,
        (early.name, late.name),
        lambda content: bool(content[early.name] <= content[late.name]),
        Text(
            f"“{late.label.zh}”不得早于“{early.label.zh}”",
            f"'{late.label.en}' may not be before '{early.label.en}'",
        ),
    )


_WHOLE_CITY = Text("全市", "whole city")
_YES_NO = (Text("否", "no"), Text("是", "yes"))
_TITLE_LETTERS = 40


def _short(text: str) -> str:
    return text if len(text) <= _TITLE_LETTERS else text[: _TITLE_LETTERS - 1] + "…"


def _no(name: str) -> Field:
    raise KeyError(name)
