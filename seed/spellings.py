"""Several spellings of one name: joined under one, the commonest, so that an office is one row and not four."""

import re
from collections import Counter
from collections.abc import Mapping
from hashlib import blake2b

import polars as pl

from queries.personal import are_names_of_people, are_sentences
from queries.vocabulary import DICTIONARIES, fold
from seed.columns import COLUMNS

LONGEST = 120  # characters of a name in the register

_OFFICES = ("register_body", "responsible_office_id")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s.·_-]+(?=\d)")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def spelling_key(name: str) -> str:
    """The form in which spellings of one name are equal; `1-2` and `12` stay two names."""
    return fold(_BETWEEN_DIGITS.sub("¦", name))


def shortened(name: str) -> str:
    """A name as long as the register has room for; the mark at the end of a longer one keeps two of them apart."""
    if len(name) <= LONGEST:
        return name
    mark = blake2b(spelling_key(name).encode(), digest_size=4).hexdigest()
    return f"{name[: LONGEST - len(mark) - 1]}…{mark}"


def group_of(column: str) -> str:
    """Names of one group share their spellings: places and offices are one tree, each other column is its own."""
    return "office" if column in ("place_code", "responsible_office_id") else column


class Spellings:
    """Counts names while the files are surveyed, then says for each how it is stored."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}
        self._shown: dict[str, dict[str, str]] = {}
        self._different: dict[str, set[str]] = {}
        self._withheld: frozenset[str] = frozenset()

    def add(self, column: str, names: pl.Series) -> None:
        """Count the names of one chunk; null is no name."""
        counts = self._counts.setdefault(group_of(column), Counter())
        different = self._different.setdefault(column, set())
        for name, count in names.drop_nulls().value_counts().iter_rows():
            counts[name] += count
            different.add(name)

    def settle(self, known: Mapping[str, Mapping[str, str]]) -> None:
        """Decide, once everything is counted.

        Args:
            known: by group, key to the name already in the store; it wins over what is common in the files.
        """
        self._withheld = frozenset(
            name
            for name, texts in self._different.items()
            if are_names_of_people(texts, of_offices=name in _OFFICES) or are_sentences(texts)
        )
        for group, counts in self._counts.items():
            best: dict[str, str] = {}
            for name, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
                best.setdefault(spelling_key(name), name)
            words = COLUMNS[group].words if group in COLUMNS else None
            dictionary = DICTIONARIES[words] if words else None
            for key, name in best.items():
                # official names are joined with their former ones; a foreign register keeps its own words
                official = dictionary.find(name) if dictionary and _CHINESE.search(name) else None
                there, short = known.get(group, {}), shortened(name)
                best[key] = official or there.get(key) or there.get(spelling_key(short)) or short
            self._shown[group] = {name: best[spelling_key(name)] for name in counts}

    def is_withheld(self, column: str) -> bool:
        """Whether a column seems to hold names of people or the texts of complaints: none of it is stored."""
        return column in self._withheld

    def stored(self, column: str, names: pl.Series) -> pl.Series:
        """The names as stored; every one of them must have been counted."""
        shown = self._shown.get(group_of(column), {})
        distinct = names.unique().drop_nulls().to_list()
        if not distinct or self.is_withheld(column):
            return pl.Series(names.name, [None] * len(names), dtype=pl.String)
        return names.replace_strict(distinct, [shown[name] for name in distinct], default=None, return_dtype=pl.String)
