"""The register as it stood after an earlier import, rebuilt from what the store recorded of every change.

A row belongs to that register when an import up to then first wrote it; a value changed since is put back to what
`case_change` says it was. The old hash of a matter is not recorded, so a link that was changed keeps its newest value
(`Earlier.links_unknown`). Offices and their names are those of now, and items of batches have the edits people made
since, unless the caller knows those of then (`Around`).

Rebuilt registers are snapshots in `<data folder>/history`, named by the current snapshot and the import.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Engine, Integer, LargeBinary, Table, func, select

from queries.dimensions import DIMENSIONS
from queries.schema import backlog_item, case_change, case_evaluation, office, petition_case
from queries.settings import Settings
from queries.snapshot import Snapshot, name_of, publish
from queries.snapshot.build import Builder, case_columns
from queries.snapshot.encode import days
from queries.snapshot.layout import CASE_DAYS
from queries.snapshot.source import BACKLOG, OFFICES, batches, frame_of, reading, runs_until
from queries.snapshot.surroundings import surroundings
from queries.snapshot.write import read_partition, write_arrow
from queries.store import open_store

KEPT = 6  # rebuilt registers that stay on disk, the least used go first
EVENTS = frozenset(name for name in CASE_DAYS.values() if name not in ("due_at", "registered_at"))
"""Columns that date something that happened: before that day there was nothing to know."""

WITH_CLOSING = frozenset({"closed_stated", "confirmed_closed", "outcome", "on_time_stated"})
"""Columns that are filled in when an item is closed."""

_CHANGES: dict[str, pl.DataType] = {
    "case_no": pl.Int32(), "column": pl.String(), "is_event": pl.Boolean(),
    "old_day": pl.Int16(), "new_day": pl.Int16(),
}  # fmt: skip
_LATER: dict[str, pl.DataType] = {"registered_day": pl.Int16(), "rows": pl.Int64()}


@dataclass(frozen=True)
class Around:
    """What the recorded changes do not say of an earlier register, where it is known otherwise.

    Attributes:
        name: of that state of the register (`Snapshot.version`), which names the files too.
        backlog: rows of `backlog_item` in force then. offices: of `office`; None takes those of now.
    """

    name: str
    backlog: pl.DataFrame
    offices: pl.DataFrame | None = None


@dataclass(frozen=True)
class Earlier:
    """The register as it stood after an import, and what the imports since did to it.

    Attributes:
        then: the register of then.
        filled: the same with the rows that came later, as they are known now.
        changes: one row a value that differs now: case_no, column ("bureau.score" of an evaluation, "bureau" a new
            one), is_event, old_day and new_day (day numbers). What is not an event became known on new_day, or on an
            unknown day.
        later: rows that came later, by registered_day.
        links_unknown: items whose matter link was changed and whose old one is not known.
    """

    import_id: int
    then: Snapshot
    filled: Snapshot
    changes: pl.DataFrame = field(repr=False, compare=False)
    later: pl.DataFrame = field(repr=False, compare=False)
    links_unknown: int = 0

    def corrected(self, as_of: int) -> pl.DataFrame:
        """Of `changes` those that bear on what had happened by a day (its number): case_no, column."""
        known = {name: pl.when(pl.col(name) <= as_of).then(name) for name in ("old_day", "new_day")}
        event = known["old_day"].ne_missing(known["new_day"])
        other = pl.col("new_day").is_null() | (pl.col("new_day") <= as_of)
        return self.changes.filter(pl.when("is_event").then(event).otherwise(other)).select("case_no", "column")

    def came_later(self, as_of: int) -> tuple[int, int]:
        """Rows that came later: registered by that day (late registrations), and after it."""
        late = self.later.filter(pl.col("registered_day") <= as_of)["rows"].sum()
        return int(late), int(self.later["rows"].sum()) - int(late)


def earlier(
    settings: Settings, snapshot: Snapshot, import_id: int, store: Engine | None = None, around: Around | None = None
) -> Earlier | None:
    """The register after an import, rebuilt first where that was not done yet; hidden rows stay hidden.

    Args:
        snapshot: the current one.
        import_id: the import after which to look.
        store: as in `queries.snapshot.current`.
        around: what else is known of that register.

    Returns:
        None when the store has moved on since the snapshot was opened, or never was its source: there is nothing to
        compare with until the reader reloads.
    """
    folder = settings.data_dir / "history"
    target = folder / f"{snapshot.id}-{around.name if around else import_id}"
    if not (target / "then" / "manifest.json").exists():
        engine = store or open_store(settings)
        try:
            with publish.builder_lock(folder):
                if not target.exists() and not _build(engine, snapshot, import_id, folder, target, around):
                    return None
        finally:
            if store is None:
                engine.dispose()
    os.utime(target)
    return _seen_like(snapshot, _opened(target, import_id))


_open: dict[Path, Earlier] = {}


def _opened(target: Path, import_id: int) -> Earlier:
    if target not in _open:
        for gone in [path for path in _open if not path.exists()]:
            _open.pop(gone, None)
        then, filled = (Snapshot.open(target / name) for name in ("then", "filled"))
        changes, later = (read_partition(target / f"{name}.arrow") for name in ("changes", "later"))
        _open[target] = Earlier(import_id, then, filled, changes, later, then.manifest["links_unknown"])
    return _open[target]


def _seen_like(snapshot: Snapshot, found: Earlier) -> Earlier:
    then, filled = found.then, found.filled
    for name, codes in snapshot.hidden:
        keys = snapshot.dimension(name)["key"].gather(list(codes)).to_list()
        then, filled = then.hide(name, keys), filled.hide(name, keys)
    return replace(found, then=then, filled=filled)


def _build(
    engine: Engine, snapshot: Snapshot, import_id: int, folder: Path, target: Path, around: Around | None
) -> bool:
    building = publish.building_folder(folder, target.name)
    with reading(engine) as connection:
        if name_of(connection) != snapshot.id:
            shutil.rmtree(building)
            return False
        Rebuild(connection, snapshot, import_id, building, around).run()
    building.rename(target)
    finished = (path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
    for old in sorted(finished, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
    return True


class Rebuild:
    """Reads the store once and writes both registers into a folder."""

    def __init__(
        self,
        connection: Connection,
        snapshot: Snapshot,
        import_id: int,
        folder: Path,
        around: Around | None = None,
    ) -> None:
        """Args: one state of the store; the snapshot of that state; the import to go back to; an empty folder."""
        self._connection, self._snapshot, self._import_id, self._folder = connection, snapshot, import_id, folder
        self._around = around
        self._then, self._filled = Builder(folder / "then"), Builder(folder / "filled")
        self._changes: list[pl.DataFrame] = [pl.DataFrame(schema=_CHANGES)]
        self._later: list[pl.DataFrame] = [pl.DataFrame(schema=_LATER)]
        self._links_unknown = 0

    def run(self) -> None:
        """Write everything."""
        offices = self._around.offices if self._around else None
        if offices is None:
            offices = frame_of(self._connection, select(*(office.c[name] for name in OFFICES)))
        for builder in (self._then, self._filled):
            builder.add_offices(offices)
            for name in DIMENSIONS:  # a filter may name a key that was not there then
                builder.codebooks[name].add(self._snapshot.keys(name))
        old = _old_values(self._connection, self._import_id)
        self._cases({name: part for name, part in old.items() if "." not in name})
        self._evaluations({name: part for name, part in old.items() if "." in name})
        self._backlog({name: part for name, part in old.items() if "." not in name})
        self._finish()

    def _cases(self, old: Mapping[str, pl.DataFrame]) -> None:
        names = ["case_no", "case_id", "counted", *case_columns()]
        query = select(*(petition_case.c[name] for name in names), _first(petition_case))
        query = query.order_by(petition_case.c.case_no)  # as the snapshot was: sums of fractions depend on the order
        for batch in _some(batches(self._connection, query)):
            known = batch.filter(pl.col("first_import") <= self._import_id)
            came = batch.filter(pl.col("first_import") > self._import_id).drop("case_id", "first_import")
            before = known
            for name, part in old.items():
                if name in names:
                    before = _put_back(before, part, petition_case.c[name], ["case_id"])
                    self._note(known, part, name)
            before = before.drop("case_id", "first_import")
            self._then.add_cases(before)
            self._filled.add_cases(before)
            self._filled.add_cases(came)
            if len(came):
                day = days(came["registered_at"]).rename("registered_day")
                self._later.append(day.value_counts(name="rows").select(_typed(_LATER)))

    def _note(self, known: pl.DataFrame, part: pl.DataFrame, name: str) -> None:
        """What changed in a column of these rows since, and from which day on it could be known."""
        if name == "unusable":  # follows from the other columns
            return
        is_event = name in EVENTS
        found = known.join(part, on="case_id")
        if not is_event:  # a value that was changed and changed back is no correction
            found = found.filter(_shown(found[name], petition_case.c[name]).ne_missing(found["old"]))
        if found.is_empty():
            return
        if name == "matter_id":
            self._links_unknown += len(found) - found["old"].null_count()
        now = days(found[name] if is_event else found["closed_at"] if name in WITH_CLOSING else _nothing(found))
        before = days(found["old"]) if is_event else _nothing(found).cast(pl.Int16)
        self._add_changes(found["case_no"], name, is_event, before, now)

    def _add_changes(self, case_no: pl.Series, name: str, is_event: bool, before: pl.Series, now: pl.Series) -> None:
        frame = pl.DataFrame([case_no.rename("case_no"), before.rename("old_day"), now.rename("new_day")])
        frame = frame.with_columns(pl.lit(name).alias("column"), pl.lit(is_event).alias("is_event"))
        self._changes.append(frame.select(_typed(_CHANGES)))

    def _evaluations(self, old: Mapping[str, pl.DataFrame]) -> None:
        parts: dict[str, pl.DataFrame] = {}
        for name, part in old.items():
            target, column = name.split(".")
            with_target = part.with_columns(pl.lit(target).alias("target"))
            parts[column] = pl.concat([parts[column], with_target]) if column in parts else with_target
        columns = (case_evaluation.c[name] for name in ("target", "status", "score", "window_ends_at", "evaluated_at"))
        case_first = func.coalesce(petition_case.c.first_import_id, petition_case.c.import_id).label("case_first")
        query = select(
            petition_case.c.case_no, petition_case.c.case_id, *columns, _first(case_evaluation), case_first
        ).join(petition_case, petition_case.c.case_id == case_evaluation.c.case_id)
        query = query.order_by(case_evaluation.c.case_id, case_evaluation.c.target)
        lineage = ("case_id", "first_import", "case_first")
        for batch in _some(batches(self._connection, query)):
            known = batch.filter(pl.col("first_import") <= self._import_id)
            before = known
            for name, part in parts.items():
                before = _put_back(before, part, case_evaluation.c[name], ["case_id", "target"])
            before = before.drop(lineage)
            self._then.add_evaluations(before)
            self._filled.add_evaluations(before)
            self._filled.add_evaluations(batch.filter(pl.col("case_first") > self._import_id).drop(lineage))
            self._note_evaluations(batch, known, parts)

    def _note_evaluations(self, batch: pl.DataFrame, known: pl.DataFrame, parts: Mapping[str, pl.DataFrame]) -> None:
        added = batch.filter((pl.col("first_import") > self._import_id) & (pl.col("case_first") <= self._import_id))
        changed = [
            ("", added),
            *((f".{name}", known.join(part, on=["case_id", "target"])) for name, part in parts.items()),
        ]
        for suffix, rows in changed:
            for (target,), group in rows.partition_by("target", as_dict=True).items():
                day = days(group["evaluated_at"]).fill_null(days(group["window_ends_at"]))
                self._add_changes(group["case_no"], f"{target}{suffix}", False, _nothing(group).cast(pl.Int16), day)

    def _backlog(self, old: Mapping[str, pl.DataFrame]) -> None:
        query = select(backlog_item.c.item_id, *(backlog_item.c[name] for name in BACKLOG), _first(backlog_item))
        items = frame_of(self._connection, query.where(backlog_item.c.withdrawn_at.is_(None)))
        if items.is_empty() and (self._around is None or self._around.backlog.is_empty()):
            return
        known = items.filter(pl.col("first_import").fill_null(0) <= self._import_id)
        came = items.filter(pl.col("first_import") > self._import_id).drop("item_id", "first_import")
        for name, part in old.items():
            if name in BACKLOG:
                known = _put_back(known, part.rename({"case_id": "item_id"}), backlog_item.c[name], ["item_id"])
        known = known.drop("item_id", "first_import")
        if self._around:
            known = self._around.backlog.select(BACKLOG)
            came = items.filter(~pl.col("item_id").is_in(self._around.backlog["item_id"])).select(BACKLOG)
        for builder, frames in ((self._then, [known]), (self._filled, [known, came])):
            for frame in frames:
                if len(frame):
                    builder.add_backlog(frame)

    def _finish(self) -> None:
        runs = runs_until(self._connection, self._import_id)
        about: dict[str, Any] = runs | surroundings(self._connection, self._import_id)
        about["links_unknown"] = self._links_unknown
        for builder in (self._filled, self._then):
            # both see undated evaluations from the same day, so that only rows tell them apart
            name = f"{self._snapshot.id}-{self._import_id}-{builder.folder.name}"
            builder.finish(id=name, **about)
        for name, parts in (("changes", self._changes), ("later", self._later)):
            frame = pl.concat(parts).rechunk()
            write_arrow(self._folder / f"{name}.arrow", frame.to_arrow(compat_level=pl.CompatLevel.oldest()))


def _first(table: Table) -> Any:
    return func.coalesce(table.c.first_import_id, table.c.import_id).label("first_import")


def _old_values(connection: Connection, import_id: int) -> dict[str, pl.DataFrame]:
    """By column: case_id and the value (`old`, text) after that import of what later imports changed."""
    columns = (case_change.c[name] for name in ("case_id", "column", "old_value"))
    query = select(*columns).where(case_change.c.import_id > import_id).order_by(case_change.c.change_id)
    rows = pl.concat([part.cast(pl.String) for part in batches(connection, query)])
    first = rows.unique(["case_id", "column"], keep="first", maintain_order=True).rename({"old_value": "old"})
    parts = first.partition_by("column", as_dict=True, include_key=False)
    return {str(name): part for (name,), part in parts.items()}


def _some(frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
    return (frame for frame in frames if len(frame))  # without rows the columns have no types


def _typed(schema: Mapping[str, pl.DataType]) -> list[pl.Expr]:
    return [pl.col(name).cast(dtype) for name, dtype in schema.items()]


def _put_back(frame: pl.DataFrame, part: pl.DataFrame, column: Column[Any], keys: list[str]) -> pl.DataFrame:
    """The frame with the old values of a column, which takes the form `queries.snapshot.encode` reads."""
    name = column.name
    marked = part.with_columns(pl.lit(True).alias("_changed"))
    joined = frame.join(marked, on=keys, how="left", maintain_order="left")
    if isinstance(column.type, LargeBinary):  # the old value of a keyed hash is not recorded, only that there was none
        value, old = pl.col(name), pl.when(pl.col("old").is_null()).then(None).otherwise(pl.col(name))
    elif isinstance(column.type, Boolean):
        value = pl.col(name).cast(pl.Int8)
        old = pl.col("old").replace_strict({"True": 1, "False": 0}, default=None, return_dtype=pl.Int8)
    elif isinstance(column.type, Integer):
        value, old = pl.col(name).cast(pl.Int64), pl.col("old").cast(pl.Int64)
    elif isinstance(column.type, Date | DateTime):
        value, old = _iso(joined[name]), pl.col("old")
    else:
        value, old = pl.col(name).cast(pl.String), pl.col("old")
    return joined.with_columns(pl.when("_changed").then(old).otherwise(value).alias(name)).drop("old", "_changed")


def _shown(values: pl.Series, column: Column[Any]) -> pl.Series:
    """Values as the record of changes writes them."""
    if isinstance(column.type, LargeBinary):
        return pl.repeat("", len(values), eager=True)
    if isinstance(column.type, Boolean):
        return values.cast(pl.Int8).replace_strict({1: "True", 0: "False"}, default=None, return_dtype=pl.String)
    if isinstance(column.type, Date | DateTime):
        # SQLite's text has a fraction of a second, the record has none
        return values.to_frame().select(_iso(values)).to_series().str.slice(0, 19)
    return values.cast(pl.String)


def _iso(column: pl.Series) -> pl.Expr:
    if isinstance(column.dtype, pl.Datetime):
        return pl.col(column.name).dt.to_string("%Y-%m-%d %H:%M:%S")
    return pl.col(column.name).cast(pl.String)


def _nothing(frame: pl.DataFrame) -> pl.Series:
    return pl.repeat(None, len(frame), dtype=pl.Date, eager=True)


__all__ = ["Around", "Earlier", "earlier"]
