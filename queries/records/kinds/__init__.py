"""Every kind of record, by the name of its table."""

from queries.errors import UnknownName
from queries.records.fields import Kind
from queries.records.kinds import programmes, sessions, targets

KINDS: dict[str, Kind] = {kind.name: kind for kind in (*programmes.KINDS, *targets.KINDS, *sessions.KINDS)}
"""One for each of `queries.schema.RECORD_TABLES`."""


def kind_of(name: str) -> Kind:
    """The kind of that name.

    Raises:
        UnknownName: with the names there are.
    """
    if name not in KINDS:
        raise UnknownName("kind of record", name, KINDS)
    return KINDS[name]


__all__ = ["KINDS", "Kind", "kind_of"]
