"""The register's columns and the headings they are met under; the headings that are dropped unread.

Headings are compared in the folded form of `queries.vocabulary.fold`, after their brackets, units and asterisks have
been taken off, so `登记时间*`, `登记时间（必填）` and `Registered at` all find their column. The headings themselves
are data: `headings.toml`.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Literal

from queries.vocabulary import fold

Kind = Literal["key", "matter", "text", "name", "word", "flag", "number", "day", "moment"]


@dataclass(frozen=True)
class RegisterColumn:
    """A column of the register.

    Attributes:
        name: the column of `petition_case`; for evaluations "<target>.<column>" of `case_evaluation`.
        kind: what its cells hold: the item's number, the matter link, free text, the name of an office or place or
            topic (spellings are joined), a word of a closed list, yes or no, a whole number, a date, a date with time.
        headings: spellings met, the official Chinese one first.
        words: the closed list, a key of `queries.vocabulary.DICTIONARIES`.
        spoils: the key of `queries.checks.UNUSABLE` that is set when a cell cannot be used.
    """

    name: str
    kind: Kind
    headings: tuple[str, ...]
    words: str | None = None
    spoils: str | None = None


_HEADINGS: dict[str, Any] = tomllib.loads(files("seed").joinpath("headings.toml").read_text("utf-8"))


def _column(name: str, kind: Kind, words: str | None = None, spoils: str | None = None) -> RegisterColumn:
    return RegisterColumn(name, kind, tuple(_HEADINGS["columns"][name]), words, spoils)


COLUMNS: dict[str, RegisterColumn] = {
    column.name: column
    for column in (
        _column("case_id", "key"),
        _column("matter_id", "matter"),
        _column("petitioned_on", "day"),
        _column("registered_at", "moment"),
        _column("register_level", "word", "register_level"),
        _column("register_body", "name"),
        _column("channel", "word", "channel"),
        _column("petitioner_count", "number", spoils="petitioner_count"),
        _column("affected_count", "number"),
        _column("is_group", "flag"),
        _column("place_code", "name"),
        _column("topic_l1", "name", "topic_l1"),
        _column("topic_l2", "name"),
        _column("topic_l3", "name"),
        _column("purpose", "word", "purpose"),
        _column("procedure", "word", "procedure"),
        _column("is_legal_matter", "flag"),
        _column("counted", "flag"),
        _column("is_first_local", "flag", spoils="first"),
        _column("is_first_national", "flag", spoils="first"),
        _column("is_repeat", "flag", spoils="first"),
        _column("is_backlog", "flag", spoils="backlog"),
        _column("handling_mode", "word", "handling_mode"),
        _column("forwarded_at", "moment", spoils="forwarded_at"),
        _column("received_by_office_at", "moment", spoils="received_by_office_at"),
        _column("responsible_office_id", "name"),
        _column("accepted_at", "moment", spoils="accepted_at"),
        _column("due_at", "moment", spoils="due_at"),
        _column("extended_days", "number", spoils="due_at"),
        _column("replied_at", "moment", spoils="replied_at"),
        _column("closed_at", "moment", spoils="closed_at"),
        _column("outcome", "word", "outcome"),
        _column("confirmed_closed", "flag", spoils="confirmed_closed"),
        _column("closed_stated", "flag", spoils="closed_at"),
        _column("on_time_stated", "flag", spoils="due_at"),
        _column("review_requested_at", "moment", spoils="review"),
        _column("review_done_at", "moment", spoils="review"),
        _column("recheck_requested_at", "moment", spoils="review"),
        _column("recheck_done_at", "moment", spoils="review"),
        _column("supervised_at", "moment"),
        _column("query_code_status", "word", "query_code_status"),
        _column("bureau.status", "word", "evaluation_status"),
        _column("bureau.score", "word", "score"),
        _column("bureau.window_ends_at", "moment"),
        _column("bureau.evaluated_at", "moment"),
        _column("office.status", "word", "evaluation_status"),
        _column("office.score", "word", "score"),
        _column("office.window_ends_at", "moment"),
        _column("office.evaluated_at", "moment"),
    )
}
"""Every column a register can fill, in the order of DOMAIN.md §6."""

REQUIRED = ("case_id", "registered_at", "register_level", "channel", "petitioner_count", "place_code", "topic_l1")
"""Marked with ✱ in DOMAIN.md §6. Only registered_at is needed to load at all; the others are said when missing."""

STATUS_CLOSED: tuple[str, ...] = tuple(_HEADINGS["status"]["closed"])
STATUS_OPEN: tuple[str, ...] = tuple(_HEADINGS["status"]["open"])
INVERTED_HEADINGS = frozenset(fold(heading) for heading in _HEADINGS["inverted"]["headings"])
"""Headings whose "yes" means "no" of their column."""

_PERSONAL_NAMES = frozenset(fold(heading) for heading in _HEADINGS["personal"]["headings"])
_PERSONAL_RE = re.compile("|".join(f"(?:{pattern})" for pattern in _HEADINGS["personal"]["patterns"]))
_DECORATION = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|【[^】]*】|[*?:;!？：＊#]")
_JOIN = " / "  # between the rows of a heading of several rows


def plain_heading(heading: str) -> str:
    """A heading as compared: folded, the part of its last row only, without brackets, asterisk, question mark."""
    return _undecorated(heading.rsplit(_JOIN, 1)[-1])


def _undecorated(heading: str) -> str:
    whole = fold(heading)
    return fold(_DECORATION.sub("", whole)) or whole


def join_headings(upper: str, lower: str) -> str:
    """One heading out of two rows of headings."""
    return f"{upper}{_JOIN}{lower}" if upper and lower and upper != lower else lower or upper


_BY_HEADING: dict[str, str] = {}
for _register_column in COLUMNS.values():
    for _heading in (*_register_column.headings, _register_column.name):
        for _form in (fold(_heading), _undecorated(_heading)):
            _BY_HEADING.setdefault(_form, _register_column.name)


def column_of(heading: str) -> str | None:
    """The register's column a heading stands for, None when it is not known."""
    for form in (fold(heading), _undecorated(heading.replace(_JOIN, "")), fold(heading.rsplit(_JOIN, 1)[-1])):
        if form in _BY_HEADING:
            return _BY_HEADING[form]
    return _BY_HEADING.get(plain_heading(heading))


def rank_of(heading: str, column: str) -> int:
    """How close a heading is to the official one: 0 for the official heading, larger for later aliases."""
    forms = [_undecorated(known) for known in COLUMNS[column].headings]
    plain = plain_heading(heading)
    return forms.index(plain) if plain in forms else len(forms)


def is_personal(heading: str) -> bool:
    """Whether a heading names something about a person, or the text of a complaint: such a column is never kept.

    A heading of several rows is about a person when any of its rows is: `信访人 / 单位` is, `责任单位 / 名称` is not.
    """
    *upper, _ = parts = heading.split(_JOIN)
    column = column_of(heading)
    if column is not None:
        # what is parsed into numbers, dates and closed words cannot hold a name; a text under 信访人 can
        is_text = COLUMNS[column].kind in ("key", "name") and rank_of(heading, column) > 0
        return is_text and any(map(_names_people, upper))
    return any(map(_names_people, (*parts, "".join(parts))))


def _names_people(heading: str) -> bool:
    if column_of(heading) is not None:
        return False
    plain = re.sub(r"^\d+(?=\D)|(?<=\D)\d+$", "", _undecorated(heading))
    if plain.startswith("numberof"):
        return False
    if plain in _PERSONAL_NAMES or _PERSONAL_RE.fullmatch(plain):
        return True
    return _is_made_of(plain, "zh") or _is_made_of(" ".join(_english_words(heading)), "en")


def _is_made_of(heading: str, language: str) -> bool:
    """Whether a heading consists of words for people and what is asked about them, and of nothing else."""
    people, made = _PERSONAL_WORDS[language]
    return made.fullmatch(heading) is not None and people.search(heading) is not None


def _english_words(heading: str) -> list[str]:
    """The words of a heading in the singular; `PetitionerName` has two."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", unicodedata.normalize("NFKC", heading))
    known = _HEADINGS["personal"]["people_en"]
    singular = [word.lower().removesuffix("s") for word in words]
    return [one if one in known else word.lower() for one, word in zip(singular, words, strict=True)]


def _words_of(people: list[str], about: list[str], pattern: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A pattern that finds one of the people, and one that a heading of nothing else matches."""
    longest_first = sorted(people, key=len, reverse=True)
    either = "|".join(map(re.escape, sorted((*people, *about), key=len, reverse=True)))
    return re.compile(pattern.format("|".join(map(re.escape, longest_first)))), re.compile(
        f"(?:{pattern.format(either)})+"
    )


_PERSONAL_WORDS = {
    "zh": _words_of(_HEADINGS["personal"]["people_zh"], _HEADINGS["personal"]["about_zh"], "(?:{})"),
    "en": _words_of(_HEADINGS["personal"]["people_en"], _HEADINGS["personal"]["about_en"], r"\b(?:{})\b ?"),
}
