"""Writing what a monthly session does: decisions, items dealt with, closing and reopening.

Each is one transaction of the one writer, so that of two people who close a session at once one wins and the other is
told, and the data version a session is closed on holds everything decided before.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from queries.errors import InvalidRecord
from queries.records.fields import Content
from queries.records.read import newest
from queries.records.write import RecordId, put
from queries.schema import meeting
from queries.settings import Settings
from queries.snapshot import current, pins
from queries.store import writing
from queries.vocabulary import Text

_IS_CLOSED = Text(
    "本次研判会已定稿，不能再记录；需要时请先重新打开。",
    "This session is closed and takes no more entries. Reopen it first if it must.",
)
_IS_OPEN = Text("本次研判会没有定稿，无需重新打开。", "This session is not closed.")
_DATA_MOVED = Text(
    "打开本页之后登记数据有了新的导入或更正，您看到的数字已不是最新。没有定稿；请刷新页面，核对数字后再定稿。",
    "The register has changed since you opened this page: the figures you saw are no longer the newest. Nothing was "
    "closed. Reload the page, look at the figures again, then close.",
)


@dataclass(frozen=True)
class Terms:
    """The month of a session and how its figures are seen.

    Attributes:
        month: first day.
        as_of, rules, convention, evaluation_target: as in `queries.filters.Filters`.
    """

    month: date
    as_of: date
    rules: str
    convention: str = "observed"
    evaluation_target: str | None = None


def decide(
    engine: Engine, terms: Terms, question: Content, decision: Content | None, *, by: str
) -> tuple[RecordId, RecordId | None]:
    """Keep a question and what was decided on it, under the session about a month; its record is made where needed.

    Args:
        terms: only the month matters where the session has a record.
        question: fields of `ledger_item`, without meeting_id. decision: those of `decision`; None where the question
            only goes into the ledger.

    Returns:
        Keys of the ledger item and of the decision.

    Raises:
        InvalidRecord: nothing was written; problems by field of `decision` where the question has none.
    """
    with writing(engine) as connection:
        held = _session(connection, terms, by)
        if held["state"] == "closed":
            raise InvalidRecord({"": (_IS_CLOSED,)})
        of_it = {"meeting_id": held["meeting_id"]}
        ledger_id = put(connection, "ledger_item", {**question, **of_it}, by=by)
        if decision is None:
            return ledger_id, None
        return ledger_id, put(connection, "decision", {**decision, **of_it, "ledger_id": ledger_id}, by=by)


def mark_discussed(engine: Engine, terms: Terms, item: str, is_done: bool, *, by: str) -> None:
    """Note that an item of the agenda was dealt with, or take that back; marks of others stay."""
    with writing(engine) as connection:
        held = _session(connection, terms, by)
        if held["state"] == "closed":
            raise InvalidRecord({"": (_IS_CLOSED,)})
        marked = [key for key in (held["discussed"] or "").split(",") if key and key != item]
        _change(connection, held, {"discussed": ",".join([*marked, item] if is_done else marked) or None}, by)


def close(
    settings: Settings,
    engine: Engine,
    terms: Terms,
    *,
    by: str,
    version: int | None,
    seen: str = "",
    held_on: date | None = None,
) -> str:
    """Close the session about a month: its figures are those of the data version returned, for good.

    The version holds the record of the session with its terms, so that a link to it shows the same figures.

    Args:
        terms: as its figures were seen.
        version: of the record as the closer read it; None where there was none.
        seen: data version of the figures the closer saw; "" where nobody looked.

    Raises:
        InvalidRecord: it is closed already, or the register is another than the closer saw; nothing was done.
        Conflict: somebody else closed or changed the session meanwhile; nothing was done.
    """
    with writing(engine) as connection:
        found = _row(connection, terms.month)
        if found is None:
            found = _session(connection, terms, by)
            version = found["version"]
        if found["state"] == "closed" and found["version"] == version:
            raise InvalidRecord({"": (_IS_CLOSED,)})
        # nobody else writes until this is done: what is read now is all there is
        snapshot = current(settings, engine)
        if seen and found["version"] == version and seen.partition(".")[0] != snapshot.version:
            raise InvalidRecord({"": (_DATA_MOVED,)})
        held = asdict(terms) | {"held_on": held_on or found["held_on"]}
        _change(connection, found | {"version": version}, held, by)
        name = f"{snapshot.version}.{newest(connection)}"
        content = {
            "state": "closed", "data_version": name,
            "closed_at": datetime.now(UTC).replace(tzinfo=None, microsecond=0),
        }  # fmt: skip
        _change(connection, _session(connection, terms, by), content, by)
        pins.keep(settings, snapshot, connection)
    return name


def reopen(engine: Engine, month: date, *, by: str, version: int, reason: str) -> None:
    """Open a closed session again; the reason stays in its note, the state before in its history.

    Raises:
        InvalidRecord: no reason was given.
        Conflict: somebody else changed the session meanwhile.
    """
    if not reason.strip():
        raise InvalidRecord({"note": (Text("请写明重新打开的原因", "Say why it is opened again"),)})
    with writing(engine) as connection:
        found = _row(connection, month)
        if found is None or found["state"] != "closed":
            raise InvalidRecord({"": (_IS_OPEN,)})
        note = "\n".join(part for part in (found["note"], reason.strip()) if part)
        content = {"state": "open", "closed_at": None, "data_version": None, "note": note}
        _change(connection, found | {"version": version}, content, by)


def _row(connection: Connection, month: date) -> dict[str, Any] | None:
    query = select(meeting).where(meeting.c.month == month, meeting.c.withdrawn_at.is_(None))
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def _session(connection: Connection, terms: Terms, by: str) -> dict[str, Any]:
    found = _row(connection, terms.month)
    if found is None:
        put(connection, "meeting", {**asdict(terms), "state": "open"}, by=by)
        found = _row(connection, terms.month)
    assert found is not None
    return found


def _change(connection: Connection, held: dict[str, Any], content: Content, by: str) -> None:
    put(
        connection, "meeting", content, by=by, record_id=held["meeting_id"], version=held["version"], even_settled=True
    )  # fmt: skip
