"""How figures beyond plain counting are made: one entry a method, in words a mayor understands, with its source.

One module a theme with a tuple named `METHODS`; drop a module in and the definitions page lists it.
"""

from dataclasses import dataclass
from functools import cache

from queries.catalogue import collect
from queries.errors import UnknownName
from queries.vocabulary import Text


@dataclass(frozen=True)
class Method:
    """One method.

    Attributes:
        name: stable key, such as "rank_interval".
        theme: heading under which it stands.
        label: what it is called.
        question: what it answers, as a question.
        meaning: how it is computed and how to read it, in plain sentences.
        limits: what it cannot say, or where it is not shown.
        source: paper, book or rule, as one would cite it.
    """

    name: str
    theme: Text
    label: Text
    question: Text
    meaning: Text
    limits: Text
    source: str


@cache
def methods() -> tuple[Method, ...]:
    """Every method, by the name of its module."""
    return tuple(collect("queries.methods", "METHODS"))


def method(name: str) -> Method:
    """The method of that name.

    Raises:
        UnknownName: with the names there are.
    """
    known = {each.name: each for each in methods()}
    if name not in known:
        raise UnknownName("method", name, known)
    return known[name]


__all__ = ["Method", "method", "methods"]
