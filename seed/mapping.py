"""What a mapping file says: how one register's columns become ours. Written for people in `seed/mappings/README.md`.

A mapping is checked when it is loaded, before any file is opened; every complaint names the key and what would be
accepted in its place.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn, cast
from zoneinfo import available_timezones

import polars as pl

from queries.errors import BadMapping
from queries.measures import measures
from queries.vocabulary import DICTIONARIES, FALSE_WORDS, TRUE_WORDS, Text, fold
from seed.columns import COLUMNS, column_of, is_personal, rank_of
from seed.dates import Order
from seed.sources import Condition, Source

AUTOMATIC = "register"
"""Name of the register when no mapping is given."""

_TARGETS = ("bureau", "office")
_UNITS = {"days": 86_400, "hours": 3_600, "minutes": 60}
_SECTIONS = {
    "": ("name", "title", "automatic", "as_of", "file", "dates", "columns", "constants", "id", "evaluation",
         "unsupported", "personal"),
    "file": ("encoding", "delimiter", "sheets", "header_rows", "first_row", "missing"),
    "dates": ("order", "formats", "zone"),
    "id": ("columns", "prefix"),
    "personal": ("headings", "keep"),
    "source": ("heading", "headings", "join", "values", "true", "false", "otherwise", "when", "missing", "formats",
               "order", "zone", "pattern", "after", "days", "unit", "same_matter_within_days", "optional"),
    "when": ("heading", "in", "not_in"),
    "evaluation": ("status", "score", "window_ends_at", "evaluated_at", "silent"),
}  # fmt: skip


@dataclass(frozen=True)
class RegisterMapping:
    """A mapping file, checked.

    Attributes:
        name: of the register; what is imported under one name is one register, updated by later files.
        automatic: also recognise headings by themselves, beside those named.
        as_of: last day a registration or event may carry; None for the day of the import.
        header_rows: rows of the heading, counted in the file from 1; empty finds them.
        first_row: first row of data; None is the one after the heading.
        columns: our column (evaluations as "office.score") to its source.
        constants: our column to the one value of all rows.
        id_columns: headings that together tell items apart where there is no number; empty takes the whole row.
        silent: evaluation target to the status of a row without a score.
        unsupported: measure to the reason this register cannot support it.
        text: the file itself.
    """

    name: str = AUTOMATIC
    title: Text | None = None
    automatic: bool = False
    as_of: date | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheets: tuple[str, ...] = ()
    header_rows: tuple[int, ...] = ()
    first_row: int | None = None
    missing: tuple[str, ...] = ()
    order: Order | None = None
    formats: tuple[str, ...] = ()
    zone: str | None = None
    columns: Mapping[str, Source] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    id_columns: tuple[str, ...] = ()
    id_prefix: str = ""
    silent: Mapping[str, str] = field(default_factory=dict)
    unsupported: Mapping[str, Text] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    not_personal: tuple[str, ...] = ()
    text: str = ""

    @classmethod
    def load(cls, name_or_path: str | Path) -> "RegisterMapping":
        """A shipped mapping by its name, or a file.

        Raises:
            BadMapping: there is none, it is not TOML, or it contradicts itself.
        """
        path = Path(name_or_path)
        if path.suffix != ".toml" and not path.is_file():
            shipped = files("seed").joinpath("mappings", f"{name_or_path}.toml")
            if not shipped.is_file():
                raise BadMapping(
                    f"There is no mapping called '{name_or_path}'. {_meant(str(name_or_path), shipped_names())} "
                    "Or give the path of a .toml file; seed/mappings/README.md says how to write one.",
                    f"没有名为“{name_or_path}”的映射。随软件提供的有：{'、'.join(shipped_names())}；"
                    "也可以给出 .toml 文件的路径，写法见 seed/mappings/README.md。",
                )
            return cls.parse(shipped.read_text("utf-8"), f"{name_or_path}.toml")
        if not path.is_file():
            raise BadMapping(f"There is no mapping file '{path}'. Shipped ones are: {', '.join(shipped_names())}.")
        try:
            text = path.read_text("utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadMapping(
                f"{path.name} is not saved as UTF-8, as TOML has to be. Nothing was imported. Save it again as UTF-8.",
                f"映射文件“{path.name}”不是 UTF-8 编码，未导入任何内容。请另存为 UTF-8 后再试。",
            ) from error
        return cls.parse(text, path.name)

    @classmethod
    def parse(cls, text: str, file: str = "mapping") -> "RegisterMapping":
        """A mapping out of its text.

        Raises:
            BadMapping: as `load`.
        """
        try:
            content = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadMapping(
                f"{file} is not TOML: {error}. Nothing was imported.",
                f"映射文件“{file}”不是有效的 TOML，未导入任何内容。解析时说：{error}",
            ) from error
        return _Parser(file).mapping(content, text)

    @cached_property
    def personal_headings(self) -> frozenset[str]:
        """Folded headings the mapping itself names as personal."""
        return frozenset(fold(heading) for heading in self.personal)

    def is_personal(self, heading: str) -> bool:
        """Whether a column is about a person, so that its texts must not be kept."""
        return fold(heading) in self.personal_headings or is_personal(heading)

    def may_read(self, column: str, heading: str, *, is_personal: bool = False) -> bool:
        """Whether a column of ours may be made of a heading.

        Of one about a person only the keyed hash of a matter may; where `keep` says that the heading is taken wrongly,
        closed words and yes/no may too: whatever stands in its cells, no text of them reaches the register.

        Args:
            is_personal: where more than the heading says that it is.
        """
        if column == "matter_id" or not (is_personal or self.is_personal(heading)):
            return True
        is_kept = fold(heading) in {fold(kept) for kept in self.not_personal}
        return is_kept and COLUMNS[column].kind in ("word", "flag")

    def with_automatic(self, headings: Sequence[str]) -> "RegisterMapping":
        """The same mapping with a source for every heading that is recognised by itself and not yet used."""
        taken = {fold(heading) for source in self.columns.values() for heading in source.all_headings}
        best: dict[str, str] = {}
        for heading in headings:
            column = column_of(heading)
            if not heading or column is None or column in self.columns or column in self.constants:
                continue
            if fold(heading) in taken or self.is_personal(heading):
                continue
            if column not in best or rank_of(heading, column) < rank_of(best[column], column):
                best[column] = heading
        return replace(self, columns={**self.columns, **{name: Source((heading,)) for name, heading in best.items()}})


def shipped_names() -> list[str]:
    """Names of the mappings that come with the software."""
    folder = files("seed").joinpath("mappings")
    return sorted(item.name.removesuffix(".toml") for item in folder.iterdir() if item.name.endswith(".toml"))


def never_stored(heading: str) -> str:
    """Why a column is not read."""
    return (
        f"'{heading}' is a column about a person, which is never stored. Only matter_id may use it (as a keyed hash). "
        "If it is not about a person, rename it in the file; where it holds a closed list of words or yes and no, "
        "list it under [personal] keep."
    )


class _Parser:
    """Reads and checks; `where` in messages is the key as written in the file."""

    def __init__(self, file: str):
        self._file = file

    def fail(self, where: str, what: str) -> NoReturn:
        raise BadMapping(
            f"{self._file}, {where}: {what} Nothing was imported.",
            f"映射文件“{self._file}”的 {where} 需要更正，未导入任何内容。{what}",
        )

    def mapping(self, content: dict[str, Any], text: str) -> RegisterMapping:
        self.keys("", content)
        file, dates = self.table(content, "file"), self.table(content, "dates")
        identity, personal = self.table(content, "id"), self.table(content, "personal")
        columns, silent = self.columns(content)
        constants = self.constants(self.table(content, "constants"), columns)
        mapping = RegisterMapping(
            name=self.name(content.get("name", self._file.removesuffix(".toml"))),
            title=self.words_in_both(content["title"], "title") if "title" in content else None,
            automatic=self.flag("automatic", content.get("automatic", False)),
            as_of=self.day("as_of", content.get("as_of")),
            encoding=file.get("encoding"),
            delimiter=self.delimiter(file.get("delimiter")),
            sheets=self.texts("file.sheets", file.get("sheets", [])),
            header_rows=self.rows("file.header_rows", file.get("header_rows", [])),
            first_row=file.get("first_row"),
            missing=self.texts("file.missing", file.get("missing", [])),
            order=self.order("dates.order", dates.get("order")),
            formats=self.texts("dates.formats", dates.get("formats", [])),
            zone=self.zone("dates.zone", dates.get("zone")),
            columns=columns,
            constants=constants,
            id_columns=self.texts("id.columns", identity.get("columns", [])),
            id_prefix=str(identity.get("prefix", "")),
            silent=silent,
            unsupported=self.unsupported(self.table(content, "unsupported")),
            personal=self.texts("personal.headings", personal.get("headings", [])),
            not_personal=self.texts("personal.keep", personal.get("keep", [])),
            text=text,
        )
        self.agree(mapping)
        return mapping

    def agree(self, mapping: RegisterMapping) -> None:
        """What single keys cannot show."""
        if "registered_at" not in mapping.columns and not mapping.automatic:
            self.fail("[columns]", "registered_at is missing; without it no row can be placed in time.")
        if mapping.id_columns and "case_id" in mapping.columns:
            self.fail("[id] columns", "the register has a case_id; leave one of the two out.")
        for name, source in mapping.columns.items():
            for heading in source.all_headings:
                if not mapping.may_read(name, heading):
                    self.fail(f"[columns] {name}", never_stored(heading))
            if source.within_days is not None and "matter_id" not in mapping.columns:
                self.fail(f"[columns] {name}", "same_matter_within_days needs a matter_id.")
        for heading in mapping.id_columns:
            if mapping.is_personal(heading):
                self.fail("[id] columns", f"'{heading}' is a column about a person and cannot make up a number.")

    def columns(self, content: dict[str, Any]) -> tuple[dict[str, Source], dict[str, str]]:
        found = {
            self.column(name, "[columns]"): self.source(f"[columns] {name}", name, value)
            for name, value in self.table(content, "columns").items()
        }
        silent: dict[str, str] = {}
        for target, section in self.table(content, "evaluation").items():
            where = f"[evaluation.{target}]"
            if target not in _TARGETS:
                self.fail(where, f"there is no such target. {_meant(target, _TARGETS)}")
            self.keys("evaluation", section, where)
            for name, value in section.items():
                if name == "silent":
                    silent[target] = self.choice(f"{where} silent", value, ("expired", "pending", "none"))
                else:
                    found[f"{target}.{name}"] = self.source(f"{where} {name}", f"{target}.{name}", value)
        return found, silent

    def source(self, where: str, column: str, value: Any) -> Source:
        if isinstance(value, str):
            return Source((value,))
        if not isinstance(value, dict):
            self.fail(where, 'write a heading ("Created Date") or a table ({ heading = "Status", values = { ... } }).')
        self.keys("source", value, where)
        headings = self.texts(
            f"{where} headings", value.get("headings", [value["heading"]] if "heading" in value else [])
        )
        is_derived = "after" in value or "same_matter_within_days" in value
        if not headings and not is_derived:
            self.fail(where, "heading is missing.")
        if ("after" in value) != ("days" in value):
            self.fail(where, "after and days belong together: our moment, and a number or a heading.")
        if "after" in value and COLUMNS[self.column(value["after"], where)].kind not in ("moment", "day"):
            self.fail(where, f"after = '{value['after']}' is not one of our moments.")
        if "same_matter_within_days" in value and column not in ("is_repeat", "is_first_local"):
            self.fail(where, "same_matter_within_days is for is_repeat or is_first_local.")
        return Source(
            headings=headings,
            join=value.get("join"),
            values=self.values(where, column, value.get("values", {})),
            true=self.texts(f"{where} true", value.get("true", [])),
            false=self.texts(f"{where} false", value.get("false", [])),
            otherwise=value.get("otherwise"),
            when=self.when(where, value["when"]) if "when" in value else None,
            missing=self.texts(f"{where} missing", value.get("missing", [])),
            formats=self.texts(f"{where} formats", value.get("formats", [])),
            order=self.order(f"{where} order", value.get("order")),
            zone=self.zone(f"{where} zone", value.get("zone")),
            pattern=self.pattern(f"{where} pattern", value.get("pattern")),
            after=value.get("after"),
            days=value.get("days"),
            unit=_UNITS[self.choice(f"{where} unit", value.get("unit", "days"), tuple(_UNITS))],
            within_days=value.get("same_matter_within_days"),
            optional=self.flag(f"{where} optional", value.get("optional", False)),
        )

    def values(self, where: str, column: str, table: Any) -> tuple[tuple[str, str], ...]:
        if not isinstance(table, dict):
            self.fail(f"{where} values", 'write a table: { "their word" = "our word" }.')
        return tuple((word, self.word(f"{where} values", column, str(ours))) for word, ours in table.items())

    def word(self, where: str, column: str, word: str) -> str:
        """One of our words for a column, in its stored form."""
        register_column = COLUMNS[column]
        if word == "" or register_column.kind not in ("word", "flag"):
            return word
        if register_column.kind == "flag":
            if fold(word) not in TRUE_WORDS | FALSE_WORDS:
                self.fail(where, f"'{word}' is neither yes nor no; write true or false.")
            return "true" if fold(word) in TRUE_WORDS else "false"
        dictionary = DICTIONARIES[cast(str, register_column.words)]
        found = dictionary.find(word)
        if found is None:
            self.fail(where, f"'{word}' is not a word of {column}. {_meant(word, dictionary.keys)}")
        return found

    def when(self, where: str, table: Any) -> Condition:
        if not isinstance(table, dict):
            self.fail(f"{where} when", 'write { heading = "Status", in = ["Closed"] }.')
        self.keys("when", table, f"{where} when")
        if "heading" not in table or ("in" in table) == ("not_in" in table):
            self.fail(f"{where} when", "give a heading and either in or not_in.")
        words = self.texts(f"{where} when", table.get("in", table.get("not_in")))
        return Condition(str(table["heading"]), words, negated="not_in" in table)

    def constants(self, table: dict[str, Any], columns: Mapping[str, Source]) -> dict[str, str]:
        constants = {}
        for name, value in table.items():
            where = f"[constants] {name}"
            self.column(name, "[constants]")
            if name in columns:
                self.fail(where, "the same column stands under [columns]; leave one of the two out.")
            text = ("true" if value else "false") if isinstance(value, bool) else str(value)
            constants[name] = self.word(where, name, text)
        return constants

    def unsupported(self, table: dict[str, Any]) -> dict[str, Text]:
        known = measures()
        for name in table:
            if known and name not in known:
                self.fail(f"[unsupported] {name}", f"there is no such measure. {_meant(name, known)}")
        return {name: self.words_in_both(value, f"[unsupported] {name}") for name, value in table.items()}

    def words_in_both(self, value: Any, where: str) -> Text:
        if isinstance(value, str):
            return Text(value, value)
        if not isinstance(value, dict) or set(value) != {"zh", "en"}:
            self.fail(where, 'write one text, or { zh = "...", en = "..." }.')
        return Text(str(value["zh"]), str(value["en"]))

    def keys(self, section: str, table: Any, where: str = "") -> None:
        if not isinstance(table, dict):
            self.fail(where or f"[{section}]", "this must be a table.")
        for key in table:
            if key not in _SECTIONS[section]:
                self.fail(
                    where or (f"[{section}]" if section else "top level"),
                    f"there is no key '{key}'. {_meant(key, _SECTIONS[section])}",
                )

    def table(self, content: dict[str, Any], section: str) -> dict[str, Any]:
        table = content.get(section, {})
        if not isinstance(table, dict):
            self.fail(f"[{section}]", "this must be a table.")
        if section in _SECTIONS and section != "evaluation":
            self.keys(section, table)
        return table

    def column(self, name: str, where: str) -> str:
        if name not in COLUMNS:
            self.fail(where, f"the register has no column '{name}'. {_meant(name, COLUMNS)}")
        return name

    def choice(self, where: str, value: Any, choices: Sequence[str]) -> str:
        if value not in choices:
            self.fail(where, f"'{value}' is not understood. {_meant(str(value), choices)}")
        return str(value)

    def order(self, where: str, value: Any) -> Order | None:
        return None if value is None else cast(Order, self.choice(where, value, ("month_first", "day_first")))

    def zone(self, where: str, value: Any) -> str | None:
        if value is not None and value not in available_timezones():
            self.fail(where, f"'{value}' is not a time zone. {_meant(str(value), available_timezones())}")
        return cast("str | None", value)

    def pattern(self, where: str, value: Any) -> str | None:
        if value is None:
            return None
        try:
            if re.compile(str(value)).groups != 1:
                self.fail(where, "put the part that is the value, and only that, in parentheses: ^District (\\d+).")
            pl.Series([""]).str.extract(str(value))  # the engine that will run it must understand it too
        except (re.error, pl.exceptions.ComputeError) as error:
            self.fail(where, f"'{value}' is not a regular expression: {error}.")
        return str(value)

    def flag(self, where: str, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fail(where, "write true or false.")
        return value

    def day(self, where: str, value: Any) -> date | None:
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                self.fail(where, f"'{value}' is not a date such as 2022-06-30.")
        if value is not None and type(value) is not date:
            self.fail(where, "write a date such as 2022-06-30.")
        return value

    def texts(self, where: str, value: Any) -> tuple[str, ...]:
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(item, str | int | float) for item in value):
            self.fail(where, "write a list of texts.")
        return tuple(str(item) for item in value)

    def rows(self, where: str, value: Any) -> tuple[int, ...]:
        rows = [value] if isinstance(value, int) else value
        if not isinstance(rows, list) or not all(type(row) is int and row > 0 for row in rows):
            self.fail(where, "write row numbers of the file, counted from 1, such as [2, 3].")
        return tuple(rows)

    def delimiter(self, value: Any) -> str | None:
        named = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}.get(str(value), value)
        if named is not None and (not isinstance(named, str) or len(named) != 1):
            self.fail("[file] delimiter", "write one character, or tab, comma, semicolon, bar.")
        return named

    def name(self, value: Any) -> str:
        slug = "".join(
            character if character.isalnum() or character in "_-" else "_" for character in str(value)
        ).strip("_")
        if not slug or len(slug) > 80:
            self.fail("name", "give the register a name of 1 to 80 letters, digits and _.")
        if slug == "demo":
            self.fail("name", "'demo' is the name of the demo register; choose another.")
        return slug


def _meant(name: str, known: Iterable[str]) -> str:
    choices = sorted(known)
    close = get_close_matches(name, choices, n=3, cutoff=0.5)
    return f"Did you mean: {', '.join(close)}?" if close else f"There are: {', '.join(choices[:60])}."
