"""How words become integers in a snapshot, the same in every snapshot where the list of words is closed.

Code 0 is "not given". A closed word list takes its official order, so a definition may name a code; free text and
offices are coded anew in every snapshot (see `queries.snapshot.build`).
"""

from queries.vocabulary import DICTIONARIES, Text

NOT_GIVEN, NO, YES = 0, 1, 2
BOOLEAN = {"no": Text("否", "No"), "yes": Text("是", "Yes")}
"""Keys of a yes/no dimension in the order of their codes."""

STATUS_WORDS = {
    "status": "evaluation_status",
    "score": "score",
    "target": "evaluation_target",
    "result": "review_result",
}
"""Coded columns that are not dimensions, with their word list."""


def code(words: str, key: str) -> int:
    """The code of a key of a closed word list.

    Raises:
        ValueError: the list has no such key.
    """
    return DICTIONARIES[words].keys.index(key) + 1


def codes(words: str, *keys: str) -> list[int]:
    """The codes of several keys of one closed word list."""
    return [code(words, key) for key in keys]
