"""Single items in the system of record: their numbers, and what it holds of one of them.

Only the columns of `CaseRecord` and its parts are ever read. The hash of a matter is not among them: items of one
matter are joined in the snapshot (`queries.cases.case_list.of_same_matter`), where it is a number without meaning.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import Boolean, Column, ColumnElement, Connection, Date, DateTime, Engine, Integer, func, select

from queries.schema import case_change, case_evaluation, import_finding, import_run, petition_case
from queries.vocabulary import Text

MOST_IDS = 100_000  # items whose number holds a word; a longer word finds fewer
MOST_PARAMETERS = 10_000  # of one statement; SQLite takes 32,766, PostgreSQL 65,535
SHORTEST = 3  # letters of a word from which numbers are looked for everywhere, not only at their beginning
MOMENTS = (
    "petitioned_on",
    "registered_at",
    "forwarded_at",
    "received_by_office_at",
    "accepted_at",
    "due_at",
    "replied_at",
    "closed_at",
    "review_requested_at",
    "review_done_at",
    "recheck_requested_at",
    "recheck_done_at",
    "supervised_at",
)
"""Columns of `petition_case` that are days or moments."""


@dataclass(frozen=True)
class Evaluation:
    """What was asked about one item: of whom, and how it stands (keys of the dictionaries)."""

    target: str
    status: str
    score: str | None
    window_ends_at: datetime | None
    evaluated_at: datetime | None


@dataclass(frozen=True)
class Finding:
    """What a check found in one row of a file."""

    check: str
    severity: str
    imported_at: datetime
    row: int | None
    column: str | None
    reason: Text


@dataclass(frozen=True)
class CaseRecord:
    """One item as the system of record holds it.

    Attributes:
        moments: what is given of MOMENTS.
        extended_days: by which the handling was extended; None not given.
        source_file, source_row: where the row came from.
    """

    case_no: int
    case_id: str
    moments: Mapping[str, datetime]
    extended_days: int | None
    closed_stated: bool | None
    source_file: str | None
    source_row: int | None
    evaluations: tuple[Evaluation, ...]
    findings: tuple[Finding, ...]


def case_ids(engine: Engine, numbers: Iterable[int]) -> dict[int, str]:
    """The case numbers by running number."""
    wanted = [int(number) for number in numbers]
    query = select(petition_case.c.case_no, petition_case.c.case_id)
    found: dict[int, str] = {}
    with engine.connect() as connection:
        for at in range(0, len(wanted), MOST_PARAMETERS):
            few = wanted[at : at + MOST_PARAMETERS]
            rows = connection.execute(query.where(petition_case.c.case_no.in_(few)))
            found |= {number: case_id for number, case_id in rows}
    return found


def number_of(engine: Engine, case_id: str) -> int | None:
    """The running number of the item with exactly this case number; None when there is none."""
    query = select(petition_case.c.case_no).where(petition_case.c.case_id == case_id)
    with engine.connect() as connection:
        return connection.execute(query).scalar()


def find(engine: Engine, term: str) -> Sequence[int]:
    """Running numbers of the items whose case number holds a word, as it is written: nothing in it is a pattern.

    A word of fewer than SHORTEST letters is looked for at the beginning only.

    Returns:
        At most MOST_IDS numbers.
    """
    case_id = petition_case.c.case_id
    query = select(petition_case.c.case_no).where(_holds(case_id, term, engine.dialect.name)).limit(MOST_IDS)
    with engine.connect() as connection:
        return connection.execute(query).scalars().all()


def beginning(engine: Engine, term: str, most: int) -> Sequence[int]:
    """Running numbers of the first items, by case number, whose case number begins with a word, as it is written."""
    case_id = petition_case.c.case_id
    query = select(petition_case.c.case_no).where(_begins(case_id, term, engine.dialect.name))
    with engine.connect() as connection:
        return connection.execute(query.order_by(case_id).limit(most)).scalars().all()


def _holds(column: ColumnElement[str], term: str, dialect: str) -> ColumnElement[bool]:
    if len(term) < SHORTEST:
        return _begins(column, term, dialect)
    position = func.instr(column, term) if dialect == "sqlite" else func.strpos(column, term)
    return position > 0


def _begins(column: ColumnElement[str], term: str, dialect: str) -> ColumnElement[bool]:
    # the range of an index: every text that begins with the word sorts from it to just before its successor
    after = term[:-1] + chr(ord(term[-1]) + 1)
    return (column >= term) & (column < after) if dialect == "sqlite" else column.startswith(term, autoescape=True)


def record(engine: Engine, case_no: int, import_id: int | None = None) -> CaseRecord | None:
    """What the system of record holds of one item; None when there is no such item.

    Args:
        import_id: the last import that counts: what later ones changed is put back, what they added is left out, as
            `queries.snapshot.versions` does for a whole register. None for everything.
    """
    lineage = ("import_id", "first_import_id")
    names = ("case_no", "case_id", *MOMENTS, "extended_days", "closed_stated", "source_file", "source_row")
    query = select(*(petition_case.c[name] for name in (*names, *lineage))).where(petition_case.c.case_no == case_no)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        case_id = row["case_id"]
        asked = connection.execute(
            select(*(case_evaluation.c[name] for name in (*Evaluation.__dataclass_fields__, *lineage)))
            .where(case_evaluation.c.case_id == case_id)
            .order_by(case_evaluation.c.target)
        ).mappings().all()  # fmt: skip
        found = connection.execute(
            select(import_finding, import_run.c.imported_at)
            .join(import_run, import_run.c.import_id == import_finding.c.import_id)
            .where(import_finding.c.case_id == case_id)
            .order_by(import_finding.c.finding_id)
        ).mappings().all()  # fmt: skip
        old = {} if import_id is None else _old_values(connection, case_id, import_id)
    known = dict(row) | {name: _read(text, petition_case.c[name]) for name, text in old.items() if name in names}
    if import_id is not None:
        if (row["first_import_id"] or row["import_id"]) > import_id:
            return None
        if row["import_id"] > import_id:  # where the row of then came from is not recorded
            known |= {"source_file": None, "source_row": None}
        asked = [each for each in asked if (each["first_import_id"] or each["import_id"]) <= import_id]
        found = [each for each in found if each["import_id"] <= import_id]
    return CaseRecord(
        **{name: known[name] for name in names if name not in MOMENTS},
        moments={name: _moment(known[name]) for name in MOMENTS if known[name] is not None},
        evaluations=tuple(_evaluation(each, old) for each in asked),
        findings=tuple(_finding(each) for each in found),
    )


def _old_values(connection: Connection, case_id: str, import_id: int) -> dict[str, str | None]:
    """By column ("bureau.score" of an evaluation) the text of the value before the first later import changed it."""
    query = select(case_change.c["column"], case_change.c.old_value)
    query = query.where(case_change.c.case_id == case_id, case_change.c.import_id > import_id)
    newest_first = connection.execute(query.order_by(case_change.c.change_id.desc()))
    return {str(name): text for name, text in newest_first}


def _read(text: str | None, column: Column[Any]) -> Any:
    """A value from the text that the record of changes holds."""
    if text is None:
        return None
    if isinstance(column.type, Boolean):
        return text == "True"
    if isinstance(column.type, Integer):
        return int(text)
    return datetime.fromisoformat(text) if isinstance(column.type, Date | DateTime) else text


def _evaluation(row: Mapping[Any, Any], old: Mapping[str, str | None]) -> Evaluation:
    def value(name: str) -> Any:
        changed = f"{row['target']}.{name}"
        return _read(old[changed], case_evaluation.c[name]) if changed in old else row[name]

    return Evaluation(**{name: value(name) for name in Evaluation.__dataclass_fields__})


def _finding(row: Mapping[Any, Any]) -> Finding:
    return Finding(
        row["check_name"], row["severity"], row["imported_at"], row["row"], row["column"],
        Text(**json.loads(row["reason"])),
    )  # fmt: skip


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())
