"""Expressions of definitions, built and translated for Polars once.

A page asks some hundred conditions made of some thousand Narwhals expressions. Counting the rows of a narrow selection
takes less time than building and translating those, and they are the same for every selection seen from one day under
one rule set: so they are kept. What is counted does not change; other engines translate anew.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache, wraps
from threading import Lock
from typing import Any, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import narwhals as nw

from queries.measures import Basis, Predicate

P = ParamSpec("P")
T = TypeVar("T")
MOST_KEPT = 4096  # expressions; a page needs some hundred a day it is seen from


class Kept(nw.Expr):
    """A Narwhals expression that remembers what it is in Polars.

    Narwhals has no public place for this, so two of its private methods are overridden; its version is locked, and
    tests hold Polars, DuckDB and PostgreSQL to the same figures.
    """

    def __init__(self, *nodes: Any) -> None:
        super().__init__(*nodes)
        self._in_polars: Any = None

    def _to_compliant_expr(self, ns: Any) -> Any:
        if ns._implementation is not nw.Implementation.POLARS:
            return super()._to_compliant_expr(ns)
        if self._in_polars is None:
            self._in_polars = super()._to_compliant_expr(ns)
        return self._in_polars

    def _append_node(self, node: Any) -> Any:
        # what is made of it begins with it as a whole, not with the parts it was made of
        return nw.coalesce(self)._append_node(node)


def keep(expression: nw.Expr) -> nw.Expr:
    """The expression, translated at most once."""
    return Kept(*expression._nodes)


_made: OrderedDict[tuple[object, ...], tuple[Sequence[nw.Expr], nw.Expr]] = OrderedDict()
_making = Lock()


def made_of(parts: Sequence[nw.Expr], name: tuple[Hashable, ...], make: Callable[[], nw.Expr]) -> nw.Expr:
    """What is made of kept expressions again and again, such as their sum; kept as long as it is among the newest.

    Args:
        name: what is made of them, with everything it depends on besides.
    """
    if not all(isinstance(part, Kept) for part in parts):
        return make()
    key = (*name, *map(id, parts))  # the parts are held beside, so no other expression takes over an id
    with _making:
        if key in _made:
            _made.move_to_end(key)
            return _made[key][1]
    found = keep(make())
    with _making:
        _made[key] = (tuple(parts), found)
        while len(_made) > MOST_KEPT:
            _made.popitem(last=False)
    return found


@lru_cache(maxsize=MOST_KEPT)
def column(name: str) -> nw.Expr:
    """A column, kept."""
    return keep(nw.col(name))


@lru_cache(maxsize=MOST_KEPT)
def kept(predicate: Predicate, basis: Basis) -> nw.Expr:
    """A part of a definition on a basis, built and translated at most once."""
    return keep(predicate(basis))


def by_snapshot(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Keep a function's newest answers for each snapshot, its first argument, as long as its files are in use.

    Every run of every reader has a snapshot object of its own; those of the same files find the same answers, unless
    what they may see or the records beside them differ. Nothing kept may hold the snapshot: with the last reader of a
    version its answers are gone too.

    Args:
        most: answers kept of one snapshot.
    """

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        held: WeakKeyDictionary[Any, dict[Any, tuple[T, Any]]] = WeakKeyDictionary()
        lock = Lock()

        @wraps(function)
        def answer(*args: P.args, **named: P.kwargs) -> T:
            snapshot: Any = args[0]
            records = snapshot.records  # held beside the answer, so no others take over its id
            key = (snapshot.hidden, records.version, id(records.tables), *args[1:], *sorted(named.items()))
            with lock:
                answers = held.setdefault(snapshot.memory, {})
                if key in answers:
                    answers[key] = answers.pop(key)  # the newest asked for stands last
                    return answers[key][0]
            found = function(*args, **named)
            with lock:
                answers[key] = (found, records)
                for oldest in list(answers)[:-most]:
                    del answers[oldest]
            return found

        answer.cache_clear = held.clear  # type: ignore[attr-defined]  # as `functools.lru_cache` has it
        return answer

    return decorate
