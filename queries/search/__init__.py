"""Find measures, places, offices, topics and pages by what somebody remembers of their name.

By name in either language, by pinyin (all readings of a character), by initials, by pinyin begun in any syllable, by
other characters of the same sound (traditional ones, and those picked by mistake), and with a slip of the keyboard.
Only names of definitions and of the register's dimensions are known here: no text of an item and nobody's name can be
found, and items by their number alone, where a reader may list them (`dashboard.frame.ask`).
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from queries.dimensions import DIMENSIONS
from queries.measures import measures
from queries.search.spelling import readings, slips, sounding, spellings, spells
from queries.snapshot import Snapshot
from queries.vocabulary import Text, fold

Kind = Literal["page", "measure", "place", "office", "topic_l1", "topic_l2", "topic_l3"]
KINDS: tuple[Kind, ...] = ("page", "measure", "place", "topic_l1", "topic_l2", "topic_l3", "office")
DIMENSION_KINDS: tuple[Kind, ...] = ("place", "topic_l1", "topic_l2", "topic_l3", "office")
MOST = 8  # answers
LONGEST = 40  # letters of a question that are looked at
SLIP_FROM, TWO_SLIPS_FROM = 4, 8  # letters from which one slip, and two, are forgiven
CANDIDATES = 400  # names looked at closely for slips


@dataclass(frozen=True)
class Entry:
    """Something to be found: its kind, its key there, its name."""

    kind: Kind
    key: str
    name: Text


@dataclass(frozen=True)
class Index:
    """Everything to be found, as lines of one text: a search is a search in it."""

    entries: tuple[Entry, ...]
    text: str
    starts: tuple[int, ...]
    owners: tuple[int, ...]
    by_syllable: tuple[bool, ...]

    def find(self, asked: str, most: int = MOST) -> list[Entry]:
        """What fits best first: the whole name, its beginning, a part of it, its pinyin, and last a near miss."""
        wanted = fold(asked)[:LONGEST]
        if not wanted:
            return []
        scores: dict[int, int] = {}
        # one letter stands nearly everywhere: then beginnings are enough, if there are any
        begins = list(self._begins(wanted)) if len(wanted) == 1 else []
        for place in begins if len(begins) >= most else self._places(wanted, self.lowered):
            line = bisect_right(self.starts, place) - 1
            at = place - self.starts[line]
            score = self._score(wanted, line, at)
            if score:
                owner = self.owners[line]
                scores[owner] = max(scores.get(owner, 0), score)
        if len(scores) < most:
            self._begun(wanted, scores)
        if not scores:
            self._heard(wanted, scores)
        if not scores and len(wanted) >= SLIP_FROM - (not wanted.isascii()):
            self._near(wanted, scores)
        return [self.entries[owner] for owner in sorted(scores, key=lambda owner: self._rank(owner, scores))[:most]]

    def _rank(self, owner: int, scores: dict[int, int]) -> tuple[int, int, int, int]:
        entry = self.entries[owner]
        return -scores[owner], KINDS.index(entry.kind), len(entry.name.zh), owner

    def _places(self, wanted: str, text: str) -> Iterable[int]:
        """Where the letters stand in the text."""
        at = text.find(wanted)
        while at >= 0:
            yield at
            at = text.find(wanted, at + 1)

    def _begins(self, wanted: str) -> Iterable[int]:
        """Where a line begins with the letters."""
        if self.lowered.startswith(wanted):
            yield 0
        at = self.lowered.find(f"\n{wanted}")
        while at >= 0:
            yield at + 1
            at = self.lowered.find(f"\n{wanted}", at + 1)

    @cached_property
    def lowered(self) -> str:
        """The text without the capitals that mark syllables."""
        return self.text.lower()

    def _line(self, line: int) -> str:
        end = self.starts[line + 1] - 1 if line + 1 < len(self.starts) else len(self.text)
        return self.text[self.starts[line] : end]

    def _score(self, wanted: str, line: int, at: int) -> int:
        """How well a line with the wanted letters at a place fits; 0 where they stand across syllables."""
        text = self._line(line)
        spelt = self.by_syllable[line]
        if spelt and not text[at].isupper():
            return 0
        if len(text) == len(wanted):
            return 95 if spelt else 100
        if at == 0:
            return 80 if spelt else 90
        return 60 if spelt else 70

    def _begun(self, wanted: str, scores: dict[int, int]) -> None:
        """Pinyin begun in any syllable: `lanxz`, `lxzhen`."""
        if not (wanted.isascii() and wanted.isalpha()):
            return
        for owner in self._by_first_letter.get(wanted[0], ()):
            if owner not in scores and spells(readings(self.entries[owner].name.zh), wanted):
                scores[owner] = 50

    def _heard(self, wanted: str, scores: dict[int, int]) -> None:
        """Names written with other characters of the same sound: 嵐溪鎮 for 岚溪镇."""
        for sound in sounding(wanted):
            for place in self._places(sound, self.text):
                end = place + len(sound)
                if end < len(self.text) and self.text[end].islower():
                    continue  # the last syllable goes on
                line = bisect_right(self.starts, place) - 1
                owner = self.owners[line]
                scores[owner] = max(scores.get(owner, 0), 48 if place == self.starts[line] else 46)

    @cached_property
    def _by_first_letter(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for owner, entry in enumerate(self.entries):
            first = next(iter(readings(entry.name.zh)), ())
            for letter in {reading[0] for reading in first}:
                found.setdefault(letter, []).append(owner)
        return found

    def _near(self, wanted: str, scores: dict[int, int]) -> None:
        """Names with a letter missing, added, changed or swapped."""
        allowed = 2 if len(wanted) >= TWO_SLIPS_FROM else 1
        shared: Counter[int] = Counter()
        for pair in _parts(wanted):
            shared.update(self._pairs.get(pair, ()))
        for line, _ in shared.most_common(CANDIDATES):
            text = self._line(line).lower()
            slip = min(slips(wanted, text, allowed), slips(wanted, text[: len(wanted)], allowed))
            if slip <= allowed:
                owner = self.owners[line]
                scores[owner] = max(scores.get(owner, 0), 40 - 5 * slip)

    @cached_property
    def _pairs(self) -> dict[str, list[int]]:
        """Lines by the parts they have; made when the first slip is looked for."""
        found: dict[str, list[int]] = {}
        for line in range(len(self.starts)):
            for pair in _parts(self._line(line).lower()):
                found.setdefault(pair, []).append(line)
        return found


def _parts(text: str) -> set[str]:
    """Pairs of neighbouring letters; of Chinese, whose names are short, single characters."""
    if not text.isascii():
        return set(text)
    return {text[at : at + 2] for at in range(len(text) - 1)}


def index_of(entries: Sequence[Entry]) -> Index:
    """An index of some entries."""
    lines: list[str] = []
    owners: list[int] = []
    by_syllable: list[bool] = []
    for owner, entry in enumerate(entries):
        plain = dict.fromkeys(fold(text) for text in (entry.name.zh, entry.name.en, entry.key))
        words = [fold(word) for word in re.split(r"[\s()]+", entry.name.en)[1:]] if entry.name.en.isascii() else []
        for text in dict.fromkeys([*plain, *(word for word in words if len(word) > 2)]):
            if text:
                lines.append(text)
                owners.append(owner)
                by_syllable.append(False)
        for text in spellings(entry.name.zh):
            lines.append(text)
            owners.append(owner)
            by_syllable.append(True)
    starts, at = [], 0
    for line in lines:
        starts.append(at)
        at += len(line) + 1
    return Index(tuple(entries), "\n".join(lines), tuple(starts), tuple(owners), tuple(by_syllable))


_KEPT: dict[tuple[str, tuple[Entry, ...]], Index] = {}
MOST_KEPT = 2  # indexes: of the newest data, and of one a link is pinned to


def index(snapshot: Snapshot, pages: tuple[Entry, ...] = ()) -> Index:
    """The index of a snapshot's names, the measures and some pages; made once a snapshot."""
    name = snapshot.id, pages
    if name not in _KEPT:
        while len(_KEPT) >= MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))
        _KEPT[name] = index_of([*pages, *names(snapshot)])
    return _KEPT[name]


def names(snapshot: Snapshot) -> list[Entry]:
    """Measures, and the keys of places, offices and topics that occur in the register."""
    found = [Entry("measure", each.name, each.label) for each in measures().values()]
    for kind in DIMENSION_KINDS:
        if kind in DIMENSIONS and snapshot.available(kind):
            frame = snapshot.dimension(kind).slice(1)
            if "rows" in frame.columns:
                frame = frame.filter(frame["rows"] > 0)
            found += [Entry(kind, key, Text(zh, en)) for key, zh, en in frame.select("key", "zh", "en").iter_rows()]
    return found
