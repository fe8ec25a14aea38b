"""Single items in the system of record: their numbers, and what it holds of one of them.

Only the columns of `CaseRecord` and its parts are ever read. The hash of a matter is not among them: items of one
matter are joined in the snapshot (`queries.case_list.of_same_matter`), where it is a number without meaning.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from sqlalchemy import ColumnElement, Engine, func, select

from queries.schema import case_evaluation, import_finding, import_run, petition_case
from queries.vocabulary import Text

MOST_IDS = 100_000  # items whose number holds a word; a longer word finds fewer
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
    query = select(petition_case.c.case_no, petition_case.c.case_id).where(petition_case.c.case_no.in_(wanted))
    with engine.connect() as connection:
        return {number: case_id for number, case_id in connection.execute(query)}


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


def _holds(column: ColumnElement[str], term: str, dialect: str) -> ColumnElement[bool]:
    if len(term) < SHORTEST:
        # the range of an index: every text that begins with the word sorts from it to just before its successor
        after = term[:-1] + chr(ord(term[-1]) + 1)
        return (column >= term) & (column < after) if dialect == "sqlite" else column.startswith(term, autoescape=True)
    position = func.instr(column, term) if dialect == "sqlite" else func.strpos(column, term)
    return position > 0


def record(engine: Engine, case_no: int) -> CaseRecord | None:
    """What the system of record holds of one item; None when there is no such item."""
    names = ("case_no", "case_id", *MOMENTS, "extended_days", "closed_stated", "source_file", "source_row")
    query = select(*(petition_case.c[name] for name in names)).where(petition_case.c.case_no == case_no)
    with engine.connect() as connection:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        asked = connection.execute(
            select(*(case_evaluation.c[name] for name in Evaluation.__dataclass_fields__))
            .where(case_evaluation.c.case_id == row["case_id"])
            .order_by(case_evaluation.c.target)
        ).all()
        found = connection.execute(
            select(import_finding, import_run.c.imported_at)
            .join(import_run, import_run.c.import_id == import_finding.c.import_id)
            .where(import_finding.c.case_id == row["case_id"])
            .order_by(import_finding.c.finding_id)
        ).mappings()
        findings = tuple(_finding(each) for each in found)
    moments = {name: _moment(row[name]) for name in MOMENTS if row[name] is not None}
    plain = {name: row[name] for name in names if name not in MOMENTS}
    return CaseRecord(
        **plain, moments=moments, evaluations=tuple(Evaluation(*each) for each in asked), findings=findings
    )


def _finding(row: Mapping[Any, Any]) -> Finding:
    return Finding(
        row["check_name"], row["severity"], row["imported_at"], row["row"], row["column"],
        Text(**json.loads(row["reason"])),
    )  # fmt: skip


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())
