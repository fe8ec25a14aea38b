"""What the store knows besides cases: targets, special periods, import runs, and the findings of the checks.

Targets and periods are records and travel with the snapshot, runs in its manifest, so a page shows those of the data it
shows. The findings of one import can be many; they are read from the store when someone downloads them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl
from sqlalchemy import Engine, func, select

from queries.kept import by_snapshot
from queries.schema import case_change, import_finding, office, petition_case
from queries.snapshot import Snapshot
from queries.vocabulary import Text

REPORT_ROWS = 1_000_000  # rows of a findings report, what a spreadsheet can open


@dataclass(frozen=True)
class Target:
    """What a measure should reach: a share 0 to 1, for one office (`scope`, "" the whole city), between two days."""

    measure: str
    scope: str
    value: float
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True)
class ImportRun:
    """One import: when, from which files, what became of their rows, what the checks found.

    Attributes:
        imported_at: UTC.
        source: name of the mapping, or "demo".
        files: names in the order given.
        checks: findings by name of check.
        columns: headings as the import met them: used, ignored, dropped_personal, constants, notes.
    """

    import_id: int
    imported_at: datetime
    source: str
    files: tuple[str, ...]
    as_of: date | None
    is_demo: bool
    read: int
    new: int
    changed: int
    same: int
    rejected: int
    quarantined: int
    checks: Mapping[str, int]
    columns: Mapping[str, Any]


@dataclass(frozen=True)
class Office:
    """An office or a place, as records refer to it."""

    key: str
    name: str
    kind: str
    is_listed: bool


def offices(store: Engine) -> tuple[Office, ...]:
    """Every office and place the store knows: the listed ones first, townships before departments."""
    order = {"county": 0, "township": 1, "department": 2}
    columns = office.c.office_id, office.c.name, office.c.kind, office.c.is_listed
    with store.connect() as connection:
        known = [Office(*row) for row in connection.execute(select(*columns))]
    return tuple(sorted(known, key=lambda each: (not each.is_listed, order.get(each.kind, 3), each.name)))


@by_snapshot(4)
def targets(snapshot: Snapshot) -> tuple[Target, ...]:
    """Every target in force, by measure, scope and day."""
    rows = snapshot.records.rows("target").sort("measure", "scope", "valid_from")
    return tuple(Target(**row) for row in rows.select(*Target.__dataclass_fields__).iter_rows(named=True))


@dataclass(frozen=True)
class SpecialPeriod:
    """Days with rules of their own, such as a session or a holiday; both ends included.

    Attributes:
        kind: periods of one kind are alike.
    """

    name: Text
    kind: str
    starts_on: date
    ends_on: date


def special_periods(snapshot: Snapshot) -> tuple[SpecialPeriod, ...]:
    """Every special period, by its first day."""
    rows = snapshot.records.rows("special_period").sort("starts_on", "period_id")
    return tuple(
        SpecialPeriod(Text(row["name_zh"], row["name_en"]), row["kind"], row["starts_on"], row["ends_on"])
        for row in rows.iter_rows(named=True)
    )


@dataclass(frozen=True)
class Rebaseline:
    """From a month on the limits of a measure's charts are drawn anew, for a reason somebody gave.

    Attributes:
        scope: office or place, "" for the whole city and with it every chart of the measure.
        month: its first day.
    """

    measure: str
    scope: str
    month: date
    reason: str


def rebaselines(snapshot: Snapshot, measure: str, scope: str = "") -> tuple[Rebaseline, ...]:
    """The decisions that bear on a chart: the city's, and those of its own office or place; by month."""
    rows = snapshot.records.rows("rebaseline").filter(
        (pl.col("measure") == measure) & pl.col("scope").fill_null("").is_in(["", scope])
    )
    found = rows.select(*Rebaseline.__dataclass_fields__).unique("month", keep="last").sort("month")
    return tuple(Rebaseline(**(row | {"month": row["month"].replace(day=1)})) for row in found.iter_rows(named=True))


def events_by_month(snapshot: Snapshot) -> dict[date, list[Text]]:
    """Names of the context events by the first day of their month, in the order of their days."""
    found: dict[date, list[Text]] = {}
    events = snapshot.records.rows("context_event").sort("day", "event_id")
    for day, zh, en in events.select("day", "name_zh", "name_en").iter_rows():
        found.setdefault(day.replace(day=1), []).append(Text(zh, en))
    return found


def target_of(snapshot: Snapshot, measure: str, day: date, scope: str = "") -> Target | None:
    """The target of a measure in force on a day: that of the office, else the city's; None where none is set."""
    return targets_of(snapshot, measure, day, (scope,))[0]


def targets_of(snapshot: Snapshot, measure: str, day: date, scopes: Iterable[str]) -> list[Target | None]:
    """`target_of` for each of many offices."""
    newest: dict[str, Target] = {}
    for each in targets(snapshot):  # by day, so that the newest in force stays
        if each.measure == measure and each.valid_from <= day and (each.valid_to is None or day <= each.valid_to):
            newest[each.scope] = each
    return [newest.get(scope) or newest.get("") for scope in scopes]


def imports(snapshot: Snapshot) -> tuple[ImportRun, ...]:
    """The newest imports, newest first."""
    return tuple(
        ImportRun(
            **{
                **row,
                "imported_at": datetime.fromisoformat(row["imported_at"]),
                "files": tuple(row["files"]),
                "as_of": date.fromisoformat(row["as_of"]) if row["as_of"] else None,
            }
        )
        for row in snapshot.manifest.get("imports", [])
    )


def not_counted(engine: Engine, start: date, end: date) -> dict[tuple[str, str], int]:
    """Items registered in a period that the register says are not to be counted.

    Returns:
        Numbers by dimension ("place", "office") and key; such items are in no figure.
    """
    found: dict[tuple[str, str], int] = {}
    day = func.date(petition_case.c.registered_at)
    within = (
        day.between(start.isoformat(), end.isoformat()) if engine.dialect.name == "sqlite" else day.between(start, end)
    )
    with engine.connect() as connection:
        for dimension, column in (
            ("place", petition_case.c.place_code),
            ("office", petition_case.c.responsible_office_id),
        ):
            query = select(column, func.count()).where(petition_case.c.counted.is_(False), within).group_by(column)
            for key, count in connection.execute(query):
                found[dimension, key or ""] = count
    return found


def findings(engine: Engine, import_id: int) -> pl.DataFrame:
    """Every finding of one import, the severest first.

    Returns:
        Columns severity, check, file, sheet, row (as counted in the file, the heading is row 1), column, value_class
        (never a value), case_id, zh, en (the reason). At most REPORT_ROWS rows.
    """
    names = ("severity", "check_name", "file", "sheet", "row", "column", "value_class", "case_id", "reason")
    query = (
        select(*(import_finding.c[name] for name in names))
        .where(import_finding.c.import_id == import_id)
        .order_by(import_finding.c.finding_id)
        .limit(REPORT_ROWS)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    schema = {name: pl.Int64() if name == "row" else pl.String() for name in names}
    frame = pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row")
    order = {"reject": 0, "quarantine": 1, "warn": 2}
    reason = frame["reason"].str.json_decode(pl.Struct({"zh": pl.String, "en": pl.String})).struct.unnest()
    return pl.concat([frame.drop("reason").rename({"check_name": "check"}), reason], how="horizontal").sort(
        pl.col("severity").replace_strict(order, default=3, return_dtype=pl.Int8), maintain_order=True
    )


def examples(engine: Engine, import_id: int) -> pl.DataFrame:
    """The first finding of every check of one import; columns as `findings` without the reason."""
    names = ("severity", "check_name", "file", "sheet", "row", "column", "value_class", "case_id")
    first = (
        select(func.min(import_finding.c.finding_id))
        .where(import_finding.c.import_id == import_id)
        .group_by(import_finding.c.check_name)
    )
    query = select(*(import_finding.c[name] for name in names)).where(import_finding.c.finding_id.in_(first))
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    schema = {name: pl.Int64() if name == "row" else pl.String() for name in names}
    return pl.DataFrame([tuple(row) for row in rows], schema=schema, orient="row").rename({"check_name": "check"})


def changes(engine: Engine, import_id: int) -> dict[str, int]:
    """Values that one import changed in items already known, by column, the most frequent first."""
    count = func.count().label("values")
    query = (
        select(case_change.c.column, count)
        .where(case_change.c.import_id == import_id)
        .group_by(case_change.c.column)
        .order_by(count.desc(), case_change.c.column)
    )
    with engine.connect() as connection:
        return {column: values for column, values in connection.execute(query)}
