"""How Chinese names are typed in Latin letters: syllables, initials, and the slips of a keyboard."""

import unicodedata
from functools import cache, lru_cache
from itertools import product

from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

LETTERS = 2  # a single one begins some syllable of nearly every name
MOST_READINGS = 4  # spellings kept of one name whose characters have several readings

Readings = tuple[tuple[str, ...], ...]
"""For each character of a name the syllables it can be read as; of Latin letters themselves."""


@lru_cache(maxsize=8192)
def _syllables(character: str) -> tuple[str, ...]:
    """Readings of one character without tones, the commonest first; ü is typed v."""
    toned = PINYIN_DICT.get(ord(character), "")
    return tuple(dict.fromkeys(_plain(each) for each in toned.split(",") if each))


def _plain(syllable: str) -> str:
    decomposed = unicodedata.normalize("NFD", syllable.replace("ü", "v"))
    with_dots = decomposed.replace("u\u0308", "v")
    return "".join(letter for letter in with_dots if letter.isascii() and letter.isalpha())


@lru_cache(maxsize=65536)
def readings(name: str) -> Readings:
    """The syllables of a name, character by character; signs and blanks are left out."""
    found = []
    for character in name:
        syllables = _syllables(character)
        if syllables:
            found.append(syllables)
        elif character.isascii() and character.isalnum():
            found.append((character.lower(),))
    return tuple(found)


@lru_cache(maxsize=65536)
def spellings(name: str) -> tuple[str, ...]:
    """A name in pinyin and in initials, each syllable begun by a capital: `LanXiZhen`, `LXZ`.

    Common words are read as such (银行 is yinhang); other readings of single characters follow, MOST_READINGS in all.
    """
    parts = readings(name)
    if not any(_syllables(character) for character in name):
        return ()
    # by words first: it knows how a character is read beside its neighbours
    common = [_plain(each) for each in lazy_pinyin(name, errors="ignore") if _plain(each)]
    ways = [tuple(common)] if len(common) == len(parts) else []
    ways += [way for way, _ in zip(product(*(part[:2] for part in parts)), range(4 * MOST_READINGS), strict=False)]
    kept = list(dict.fromkeys(ways))[:MOST_READINGS]
    full = ["".join(syllable.capitalize() for syllable in way) for way in kept]
    initials = ["".join(syllable[0].upper() for syllable in way) for way in kept]
    return tuple(dict.fromkeys([*full, *initials]))


def sounding(typed: str) -> tuple[str, ...]:
    """How characters are read, as `spellings` writes pinyin in full; none where letters or signs stand among them."""
    if not typed or not all(_syllables(character) for character in typed):
        return ()
    return tuple(each for each in spellings(typed) if not each.isupper())


def spells(parts: Readings, typed: str) -> bool:
    """Whether letters spell the beginning of a name, each syllable in whole or begun: `lanxz` for 岚溪镇."""

    @cache
    def rest(character: int, at: int) -> bool:
        if at == len(typed):
            return True
        if character == len(parts):
            return False
        for reading in parts[character]:
            length = 0
            while length < len(reading) and at + length < len(typed) and reading[length] == typed[at + length]:
                length += 1
                if rest(character + 1, at + length):
                    return True
        return False

    return rest(0, 0)


def sounds(name: str, typed: str) -> bool:
    """Whether letters spell a name from any of its characters on, in pinyin or initials: `zjj` for 市住建局."""
    letters = typed.lower()
    if len(letters) < LETTERS or not (letters.isascii() and letters.isalpha()):
        return False
    parts = readings(name)
    return any(spells(parts[at:], letters) for at in range(len(parts)))


def slips(one: str, other: str, most: int) -> int:
    """Letters missing, added, changed or swapped with a neighbour between two texts; `most` + 1 stands for more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [at, *[0] * len(other)]
        for place, there in enumerate(other, start=1):
            cost = letter != there
            row[place] = min(before[place] + 1, row[place - 1] + 1, before[place - 1] + cost)
            if at > 1 and place > 1 and letter == other[place - 2] and one[at - 2] == there:
                row[place] = min(row[place], earlier[place - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


@lru_cache(maxsize=20_000)
def in_order(name: str) -> str:
    """What names are sorted by: Chinese ones as they are pronounced, rare characters too."""
    return f"{' '.join(lazy_pinyin(name)).casefold()} {name}"
