"""Write records: every change is a new version of one record, signed and dated, and stays in its history.

Nothing is deleted and nothing overwritten unseen: who changes a record says which version they read, and withdrawing
one is a dated state that can be taken back. Each function is one transaction of the one writer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, insert, select, update

from queries.errors import Conflict, InvalidRecord, UnknownName
from queries.records.fields import Content, Kind
from queries.records.kinds import kind_of
from queries.records.states import decode, encode
from queries.records.validate import Problems, checked
from queries.schema import office, record_change
from queries.store import raise_version, writing
from queries.vocabulary import Text

RecordId = int | str
IN_FIGURES = frozenset({"backlog_item"})
"""Kinds that are rows of the snapshot too: a change of one makes a new snapshot."""
SIGNATURE_LENGTH = 120


@dataclass(frozen=True)
class Change:
    """One state in the history of a record.

    Attributes:
        action: "add", "change", "withdraw", "restore".
        changed_at: UTC.
        changed_by: as the writer signed (`queries.records.states.signature`).
        content: the record after the change, by field.
        is_withdrawn: whether it was withdrawn then.
    """

    change_id: int
    version: int
    action: str
    changed_at: datetime
    changed_by: str
    content: Mapping[str, Any]
    is_withdrawn: bool


def save(
    engine: Engine,
    kind: str,
    content: Content,
    *,
    by: str,
    record_id: RecordId | None = None,
    version: int | None = None,
) -> RecordId:
    """Keep a new record, or a new version of one.

    Args:
        content: values by field; those left out stay as they are, None takes one away.
        by: who signs.
        record_id: the record to change; None for a new one.
        version: the version the writer read; needed with record_id.

    Returns:
        The key of the record. A change that changes nothing makes no new version.

    Raises:
        InvalidRecord: with the problems by field.
        Conflict: the record is at another version, or withdrawn.
        UnknownName: no such kind, field or record.
        StoreBusy: another writer did not finish in time.
    """
    with writing(engine) as connection:
        return put(connection, kind, content, by=by, record_id=record_id, version=version)


def withdraw(engine: Engine, kind: str, record_id: RecordId, *, by: str, version: int) -> None:
    """Take a record out of force from now on; it stays in the store and in its history. Raises as `save`."""
    _set_withdrawn(engine, kind, record_id, by, version, withdraw=True)


def save_together(
    engine: Engine,
    kind: str,
    written: Sequence[tuple[Content, RecordId | None, int | None]],
    withdrawn: Sequence[tuple[RecordId, int]] = (),
    *,
    by: str,
) -> None:
    """Several records of one kind in one transaction: all of it or nothing. Raises as `save`.

    Args:
        written: content, key (None for a new one) and the version read, as for `save`.
        withdrawn: key and the version read.
    """
    with writing(engine) as connection:
        for content, record_id, version in written:
            put(connection, kind, content, by=by, record_id=record_id, version=version)
        for key, version in withdrawn:
            _withdrawn_in(connection, kind_of(kind), key, by, version, withdraw=True)


def restore(engine: Engine, kind: str, record_id: RecordId, *, by: str, version: int) -> None:
    """Put a withdrawn record back in force. Raises as `save`."""
    _set_withdrawn(engine, kind, record_id, by, version, withdraw=False)


def undo(engine: Engine, kind: str, record_id: RecordId, *, by: str, version: int, to: int) -> RecordId:
    """Make an earlier state of a record its newest version; the states between stay in the history.

    Args:
        version: the version the writer read.
        to: the version whose content is to stand again.

    Raises:
        UnknownName: the history has no such version. Otherwise as `save`.
    """
    with writing(engine) as connection:
        states = {change.version: change for change in _history(connection, kind_of(kind), record_id)}
        if to not in states:
            raise UnknownName(f"version of {kind} {record_id}", str(to), map(str, states))
        return put(connection, kind, states[to].content, by=by, record_id=record_id, version=version)


def history(engine: Engine, kind: str, record_id: RecordId) -> tuple[Change, ...]:
    """Every state of a record, the oldest first; empty where there is no such record."""
    with engine.connect() as connection:
        return _history(connection, kind_of(kind), record_id)


def put(
    connection: Connection,
    kind: str,
    content: Content,
    *,
    by: str,
    record_id: RecordId | None = None,
    version: int | None = None,
    even_settled: bool = False,
) -> RecordId:
    """`save` within the writer's transaction, for several records at once.

    Args:
        even_settled: also where `Kind.settled` keeps people from it.
    """
    found = kind_of(kind)
    before = None if record_id is None else _current(connection, found, record_id)
    if before is not None:
        _unchanged(connection, found, before, version)
    values, problems = checked(found, content, before)
    by, unsigned = _signed(by)
    problems |= unsigned
    _refer(connection, found, values, before, problems)
    if found.id in values and before is None and values[found.id]:
        values[found.id] = written_key(connection, found, values)
    elif before is not None and found.id in values and values[found.id] != before[found.id]:
        problems[found.id] = (_FIXED_KEY,)
    if problems:
        raise InvalidRecord(problems)
    _refuse_twin(connection, found, values, record_id)
    extra = {"unusable": 0} if "unusable" in found.table.c else {}  # what passed the checks is fit for every rate
    if before is not None and all(before[name] == value for name, value in values.items()):
        return before[found.id]  # type: ignore[no-any-return]  # a key, as the store gives it
    if not even_settled:
        if before is not None:
            _refuse_settled(found, before)
        if found.settled(values):
            raise InvalidRecord({"": (_SETTLED_BY_PROGRAM,)})
    _tell_figures(connection, found)
    if before is None:
        return _add(connection, found, values | extra, by)
    _change(connection, found, before, values | extra, "change", by)
    return before[found.id]  # type: ignore[no-any-return]  # a key, as the store gives it


def catch_up(connection: Connection, kind: str, *, by: str) -> int:
    """Enter into the history what a loader wrote into a table itself; the loader tells the figures.

    Args:
        by: who signs, such as `states.of_import(3)`.

    Returns:
        How many records are new or differ from their last known state.
    """
    found = kind_of(kind)
    latest = select(func.max(record_change.c.change_id)).where(record_change.c.kind == kind)
    states = connection.execute(
        select(record_change.c.record_id, record_change.c.content).where(
            record_change.c.change_id.in_(latest.group_by(record_change.c.record_id))
        )
    ).all()
    known = {key: decode(found.table, content) for key, content in states}
    count = 0
    added = []
    for row in map(dict, connection.execute(select(found.table).order_by(found.table.c[found.id])).mappings().all()):
        before = known.get(str(row[found.id]))
        if before is None:
            added.append(row)
        elif any(row[name] != before[name] for name in row if name != "version"):
            _change(connection, found, row, {}, "change", by)
        else:
            continue
        count += 1
    _note(connection, found, added, "add", by)
    return count


def _set_withdrawn(engine: Engine, kind: str, record_id: RecordId, by: str, version: int, *, withdraw: bool) -> None:
    with writing(engine) as connection:
        _withdrawn_in(connection, kind_of(kind), record_id, by, version, withdraw=withdraw)


def _withdrawn_in(
    connection: Connection, found: Kind, record_id: RecordId, by: str, version: int, *, withdraw: bool
) -> None:
    by, unsigned = _signed(by)
    if unsigned:
        raise InvalidRecord(unsigned)
    before = _current(connection, found, record_id)
    _unchanged(connection, found, before, version, even_withdrawn=True)
    if (before["withdrawn_at"] is not None) == withdraw:
        return
    if withdraw:
        _refuse_settled(found, before)
    if not withdraw:
        _refuse_twin(connection, found, before, record_id)
    moment = _now() if withdraw else None
    _change(connection, found, before, {"withdrawn_at": moment}, "withdraw" if withdraw else "restore", by)
    _tell_figures(connection, found)


def _current(connection: Connection, kind: Kind, record_id: RecordId) -> dict[str, Any]:
    row = connection.execute(select(kind.table).where(kind.table.c[kind.id] == record_id)).mappings().first()
    if row is None:
        raise UnknownName(f"record of {kind.name}", str(record_id), ())
    return dict(row)


def _unchanged(
    connection: Connection, kind: Kind, now: Mapping[str, Any], version: int | None, *, even_withdrawn: bool = False
) -> None:
    is_withdrawn = now["withdrawn_at"] is not None
    if version == now["version"] and (even_withdrawn or not is_withdrawn):
        return
    changes = _history(connection, kind, now[kind.id])
    who, when = (changes[-1].changed_by, changes[-1].changed_at) if changes else ("", None)
    content = {name: now[name] for name in kind.names}
    raise Conflict(content, now["version"], who, when, is_withdrawn=is_withdrawn)


def _refuse_settled(kind: Kind, before: Mapping[str, Any]) -> None:
    why = kind.settled(before)
    if why is not None:
        raise InvalidRecord({"": (why,)})


def _refer(
    connection: Connection, kind: Kind, values: dict[str, Any], before: Mapping[str, Any] | None, problems: Problems
) -> None:
    """Find what the record points at; a value that stood there before may stay."""
    for field in kind.fields:
        value = values[field.name]
        if value in (None, "") or (before is not None and before[field.name] == value):
            continue
        if field.type in ("office", "place", "scope"):
            there = connection.execute(select(office.c.office_id).where(office.c.office_id == value)).first()
            if there is None:
                problems[field.name] = (
                    Text(
                        f"没有名为“{value}”的单位，请先导入单位名单",
                        f"there is no office '{value}'; import the list of offices",
                    ),
                )
        elif field.type == "record":
            other = kind_of(field.refers)
            there = connection.execute(select(other.table.c[other.id]).where(other.table.c[other.id] == value)).first()
            if there is None:
                problems[field.name] = (Text(f"没有第{value}号{other.one.zh}", f"there is no {other.one.en} {value}"),)


def _refuse_twin(connection: Connection, kind: Kind, values: Mapping[str, Any], record_id: RecordId | None) -> None:
    if not kind.key:
        return
    same = and_(*(kind.table.c[name].is_not_distinct_from(values[name]) for name in kind.key))
    query = select(kind.table).where(same)
    if record_id is not None:
        query = query.where(kind.table.c[kind.id] != record_id)
    row = connection.execute(query.order_by(kind.table.c.withdrawn_at.is_not(None))).mappings().first()
    if row is None:
        return
    twin = dict(row)
    zh, en = kind.titled(twin, "zh"), kind.titled(twin, "en")
    if twin["withdrawn_at"] is None:
        sentence = Text(f"已有同一{kind.one.zh}：{zh}", f"there already is this {kind.one.en}: {en}")
    else:
        sentence = Text(
            f"已有同一{kind.one.zh}，但已撤销：{zh}。请恢复它，不要另建",
            f"there already is this {kind.one.en}, withdrawn: {en}. Restore it instead of entering another",
        )
    raise InvalidRecord({"": (sentence,)}, twin[kind.id])


def written_key(connection: Connection, kind: Kind, values: Mapping[str, Any]) -> str:
    """The key of a new record that people number: within its batch, as the import of batches numbers them too."""
    number, batch = str(values[kind.id]), str(values.get("batch") or "")
    there = connection.execute(select(kind.table.c[kind.id]).where(kind.table.c[kind.id] == number)).first()
    if there is not None or not batch or number.startswith(f"{batch}/"):
        return number
    full = f"{batch}/{number}"
    return full if len(full) <= (kind.longest(kind.id) or len(full)) else number


def _add(connection: Connection, kind: Kind, values: Mapping[str, Any], by: str) -> RecordId:
    row = {column.name: None for column in kind.table.columns} | dict(values) | {"version": 1, "withdrawn_at": None}
    if kind.is_numbered:
        # not left to the database: a loader that gave numbers itself has not moved its counter
        highest = connection.execute(select(func.max(kind.table.c[kind.id]))).scalar() or 0
        row[kind.id] = highest + 1
    connection.execute(insert(kind.table), row)
    _note(connection, kind, [row], "add", by)
    return row[kind.id]  # type: ignore[no-any-return]  # a key, as the store gives it


def _change(
    connection: Connection, kind: Kind, before: Mapping[str, Any], values: Mapping[str, Any], action: str, by: str
) -> None:
    row = dict(before) | dict(values) | {"version": before["version"] + 1}
    connection.execute(update(kind.table).where(kind.table.c[kind.id] == before[kind.id]).values(row))
    _note(connection, kind, [row], action, by)


def _note(connection: Connection, kind: Kind, rows: Sequence[Mapping[str, Any]], action: str, by: str) -> None:
    now = _now()
    changes = [
        {"kind": kind.name, "record_id": str(row[kind.id]), "version": row["version"], "action": action,
         "changed_at": now, "changed_by": by, "content": encode(row)}
        for row in rows
    ]  # fmt: skip
    if changes:
        connection.execute(insert(record_change), changes)


def _tell_figures(connection: Connection, kind: Kind) -> None:
    if kind.name in IN_FIGURES:
        raise_version(connection)


def _history(connection: Connection, kind: Kind, record_id: RecordId) -> tuple[Change, ...]:
    query = (
        select(record_change)
        .where(record_change.c.kind == kind.name, record_change.c.record_id == str(record_id))
        .order_by(record_change.c.change_id)
    )
    changes = []
    for row in connection.execute(query).mappings():
        state = decode(kind.table, row["content"])
        content = {name: state[name] for name in kind.names}
        changes.append(
            Change(
                row["change_id"], row["version"], row["action"], row["changed_at"], row["changed_by"], content,
                state["withdrawn_at"] is not None,
            )
        )  # fmt: skip
    return tuple(changes)


def _signed(by: str) -> tuple[str, Problems]:
    by = " ".join(by.split())
    if not by:
        return by, {"": (Text("请先署名", "sign first"),)}
    if len(by) > SIGNATURE_LENGTH:
        most = SIGNATURE_LENGTH
        return by, {"": (Text(f"署名最多{most}个字", f"a signature has at most {most} characters"),)}
    return by, {}


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


_SETTLED_BY_PROGRAM = Text("定稿须在“研判会”页进行", "a session is closed on its own page")
_FIXED_KEY = Text("编号登记后不再改变", "the number does not change once entered")
