"""The register as of one version: immutable integer tables on disk, mapped into memory, shared by every process.

`current(settings)` opens the newest snapshot and first builds it when the system of record has changed since. A
snapshot is a folder (`queries.snapshot.layout` says what is in it); opening one reads its manifest and maps files as
they are asked for.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import pyarrow as pa
from sqlalchemy import Connection, Engine

from queries.days import day_number, from_day_number
from queries.dimensions import DIMENSIONS, Table, dimension_name
from queries.errors import StoreError, UnknownName
from queries.records import Records, of_rows
from queries.records import read as read_records
from queries.settings import Settings
from queries.snapshot import publish
from queries.snapshot.build import Builder
from queries.snapshot.layout import LAYOUT, TABLES
from queries.snapshot.refresh import refreshed
from queries.snapshot.source import fingerprint, read_store, reading
from queries.snapshot.write import map_partition, read_partition
from queries.store import open_store
from queries.vocabulary import DICTIONARIES, Text


@dataclass(frozen=True)
class Partition:
    """The rows of one month of one table, and between which values each column lies."""

    table: Table
    month: str | None
    path: Path
    rows: int
    zones: Mapping[str, Sequence[int | None]]

    def zone(self, column: str) -> tuple[int | None, int | None]:
        """Smallest and largest value of a column; None where it holds none."""
        low, high = self.zones[column]
        return low, high

    @cached_property
    def frame(self) -> pl.DataFrame:
        """The rows; mapped, not read."""
        return read_partition(self.path)

    @cached_property
    def arrow(self) -> pa.Table:
        """The rows as an Arrow table; mapped, not read."""
        return map_partition(self.path)


@dataclass(frozen=True, eq=False)
class Memory:
    """What was read of a snapshot's files, the same for all its readers; one is equal to itself alone."""

    read: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Snapshot:
    """One version of the register.

    Attributes:
        folder: where its files are.
        manifest: what is known without opening them.
        hidden: dimension to codes whose rows this reader may not see (`queries.access`).
        records: what the bureau keeps beside the register, as it stood when the snapshot was opened.
    """

    folder: Path
    manifest: Mapping[str, Any] = field(repr=False, compare=False)
    hidden: tuple[tuple[str, tuple[int, ...]], ...] = ()
    records: Records = field(default=Records(), repr=False)
    _shared: Memory = field(default_factory=Memory, repr=False, compare=False)

    @classmethod
    def open(cls, folder: Path) -> "Snapshot":
        """The snapshot in a folder.

        Raises:
            StoreError: there is none, or it cannot be read.
        """
        try:
            manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreError(
                f"There is no readable snapshot in '{folder}'. Delete the folder; the next start builds it again."
            ) from error
        return cls(folder, manifest)

    @property
    def memory(self) -> Memory:
        """Common to all snapshots of the same files, whoever looks; what is kept of them hangs on it."""
        return self._shared

    @property
    def id(self) -> str:
        """Name of this version; figures with one id never change."""
        return str(self.manifest.get("id", self.folder.name))

    @property
    def version(self) -> str:
        """Name of this state of the register that later software and rebuilt files know it by too (`pins`).

        Number of the newest import, of the newest write of figures, and a mark of that import.
        """
        imports = self.manifest.get("imports")
        if "version" in self.manifest or not imports:
            return str(self.manifest.get("version", self.id))
        return register_version(
            imports[0]["import_id"], self.manifest.get("store_version", 0), imports[0]["imported_at"]
        )

    @property
    def as_of(self) -> date:
        """The newest event of the register; without items, of the records; of none, the first day of the calendar."""
        text = self.manifest["as_of"]
        if text and self.rows["cases"]:
            return date.fromisoformat(text)
        recorded = self.records.newest_day
        return recorded or (date.fromisoformat(text) if text else from_day_number(0))

    @property
    def is_demo(self) -> bool:
        """Whether any row is invented."""
        return bool(self.manifest.get("is_demo", False))

    @property
    def rows(self) -> dict[str, int]:
        """Rows of each table."""
        return dict(self.manifest["rows"])

    @property
    def coverage(self) -> dict[str, int]:
        """Rows that hold something, by register column."""
        return dict(self.manifest["coverage"])

    def was_read(self, column: str) -> bool | None:
        """Whether the files of the register had a column, as imports name it; None where nothing says so."""
        read = self.manifest.get("read")
        return column in read if read else None

    @property
    def unusable(self) -> dict[str, int]:
        """Rows in which a check made a column unusable, by column (`queries.checks.UNUSABLE`)."""
        return dict(self.manifest["unusable"])

    @property
    def unusable_values(self) -> tuple[int, ...]:
        """Every value other than 0 of the column `unusable`."""
        return tuple(self.manifest["unusable_values"])

    @property
    def unsupported(self) -> dict[str, Text]:
        """Measures no register in here can support, with the reason the first one's mapping gives."""
        said = self._unsupported()
        return {name: next(iter(why.values())) for name, why in said.items() if len(why) == len(self._registers())}

    @property
    def unsupported_in(self) -> dict[str, dict[str, Text]]:
        """Measures that only some of the registers cannot support: measure to source to the reason."""
        return {name: why for name, why in self._unsupported().items() if len(why) < len(self._registers())}

    @property
    def unsupported_codes(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        """`unsupported_in` as codes of the column `source`."""
        codes = self.manifest.get("source_codes", {})
        return tuple((name, tuple(codes[each] for each in why)) for name, why in self.unsupported_in.items())

    def _registers(self) -> list[str]:
        """Sources that items come from, "" for items of none; all that were imported while there are no items."""
        rows = self.manifest.get("source_rows", {})
        codes = {"": 0} | self.manifest.get("source_codes", {})
        return [name for name, number in codes.items() if rows.get(str(number))] or list(self.manifest["sources"])

    def _unsupported(self) -> dict[str, dict[str, Text]]:
        found: dict[str, dict[str, Text]] = {}
        for source in self._registers():
            for name, words in self.manifest.get("unsupported", {}).get(source, {}).items():
                found.setdefault(name, {})[source] = Text(**words)
        return found

    def unstated(self, as_of: int) -> tuple[int, ...]:
        """Codes of the sources that say "closed" without a day of some item, and say so of a day after this one.

        Whether such an item was closed on an earlier day nobody knows; from that day on it is.
        """
        codes = {"": 0} | self.manifest.get("source_codes", {})
        undated, said = self.manifest.get("undated", {}), self.manifest.get("stated_on", {})
        newest = day_number(self.as_of)
        return tuple(
            number
            for name, number in codes.items()
            if undated.get(str(number))
            and as_of < min(newest, day_number(date.fromisoformat(said[name])) if name in said else newest)
        )

    def undated_share(self, as_of: int) -> float:
        """Share of the items of which `unstated` leaves open whether they were closed."""
        rows = sum(self.manifest.get("undated", {}).get(str(number), 0) for number in self.unstated(as_of))
        return rows / self.rows["cases"] if rows else 0.0

    @property
    def first_day(self) -> date | None:
        """Day of the first registration; None for an empty register."""
        return self._registered(0)

    @property
    def last_day(self) -> date | None:
        """Day of the last registration; None for an empty register."""
        return self._registered(1)

    def _registered(self, end: int) -> date | None:
        days = [part.zone("registered_day")[end] for part in self.partitions("cases")]
        known = [day for day in days if day is not None]
        return from_day_number((min, max)[end](known)) if known else None

    def partitions(self, table: Table) -> tuple[Partition, ...]:
        """The partitions of a table, by month."""
        if "partitions" not in self._shared.read:
            found: dict[str, list[Partition]] = {name: [] for name in TABLES}
            for part in self.manifest["partitions"]:
                path = self.folder / part["file"]
                found[part["table"]].append(Partition(part["table"], part["month"], path, part["rows"], part["zones"]))
            self._shared.read["partitions"] = {name: tuple(parts) for name, parts in found.items()}
        partitions: dict[str, tuple[Partition, ...]] = self._shared.read["partitions"]
        return partitions[table]

    def dimension(self, name: str) -> pl.DataFrame:
        """The values of a dimension: code, key, zh, en, rows (of cases), for offices and places also parent, kind,
        population, is_listed. Code 0, key "", is "not given".

        Raises:
            UnknownName: there is no such dimension.
        """
        full = dimension_name(name)
        if full not in DIMENSIONS:
            raise UnknownName("dimension with values", name, DIMENSIONS)
        if full not in self._shared.read:
            self._shared.read[full] = read_partition(self.folder / "dimensions" / f"{full}.arrow")
        frame: pl.DataFrame = self._shared.read[full]
        return frame

    def labels(self, name: str, language: str) -> dict[str, str]:
        """Key to label, in order, the blank one first."""
        frame = self.dimension(name)
        return dict(zip(frame["key"].to_list(), frame[language].to_list(), strict=True))

    def keys(self, name: str) -> list[str]:
        """Keys in order, without the blank one."""
        return self.dimension(name)["key"].to_list()[1:]

    def offered(self, name: str) -> list[str]:
        """Keys in order, the blank one last where an item has none."""
        return [*self.keys(name), *([""] if self.dimension(name)["rows"][0] else [])]

    def codes(self, name: str, keys: Iterable[str]) -> list[int]:
        """Codes of keys; a label in either language or another spelling of a closed word will do for a key.

        Raises:
            UnknownName: a key the register does not have.
        """
        frame = self.dimension(name)
        known: dict[str, int] = {}
        for column in ("key", "zh", "en"):
            for key, number in zip(frame[column].to_list(), frame["code"].to_list(), strict=True):
                known.setdefault(key, number)
        dictionary = DICTIONARIES.get(DIMENSIONS[dimension_name(name)].words or "")
        found = []
        for key in keys:
            official = key if key in known or dictionary is None else dictionary.find(key) or key
            if official not in known:
                raise UnknownName(dimension_name(name), key, self.keys(name))
            found.append(known[official])
        return found

    def available(self, name: str) -> bool:
        """Whether the dimension is given in at least one item (or, for a batch, at all)."""
        return self.coverage.get(DIMENSIONS[dimension_name(name)].column, 0) > 0

    def hide(self, name: str, keys: Iterable[str]) -> "Snapshot":
        """The same data without the rows that have one of these keys; the files are shared."""
        frame = self.dimension(name)
        codes = frame.filter(pl.col("key").is_in(list(keys)))["code"].to_list()
        return replace(self, hidden=(*self.hidden, (dimension_name(name), tuple(codes))))

    @property
    def other_returns(self) -> Mapping[int, int | None]:
        """Items that came back only as an item whose purpose is hidden: running number to the day they came back next.

        None where they did not otherwise. Without this a reader could tell from their own item that a hidden one
        follows it.
        """
        codes = [code for name, hidden in self.hidden if name == "purpose" for code in hidden]
        if not codes:
            return MappingProxyType({})
        key = f"other returns {sorted(codes)}"
        if key not in self._shared.read:
            self._shared.read[key] = MappingProxyType(_other_returns(self.partitions("cases"), codes))
        found: Mapping[int, int | None] = self._shared.read[key]
        return found


def _other_returns(partitions: Sequence[Partition], hidden: Sequence[int]) -> dict[int, int | None]:
    columns = ("case_no", "matter", "purpose", "registered_day", "returned_day")
    if not partitions:
        return {}
    rows = pl.concat([part.frame.select(columns) for part in partitions]).drop_nulls("matter")
    seen = rows.filter(~pl.col("purpose").is_in(hidden))
    back = seen.drop_nulls("returned_day").select("case_no", "matter", "returned_day")
    later = back.join(seen.select("matter", other="case_no", day="registered_day"), on="matter").filter(
        (pl.col("other") != pl.col("case_no")) & (pl.col("day") >= pl.col("returned_day"))
    )
    found = back.join(later.group_by("case_no").agg(pl.col("day").min()), on="case_no", how="left")
    changed = found.filter(pl.col("day").ne_missing(pl.col("returned_day")))
    return dict(changed.select("case_no", "day").iter_rows())


def build_from_frames(
    folder: Path,
    cases: pl.DataFrame | Iterable[pl.DataFrame],
    evaluations: pl.DataFrame | Iterable[pl.DataFrame] = (),
    backlog: pl.DataFrame | None = None,
    offices: pl.DataFrame | None = None,
    records: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    **about: Any,
) -> Snapshot:
    """A snapshot of frames instead of a database: for tests and benchmarks.

    Args:
        folder: where the files go; it must not hold a snapshot yet.
        cases, evaluations: frames or batches with the register's columns (`queries.schema`); missing columns are not
            given. Dates may be dates, datetimes or ISO text; yes/no columns booleans; words their keys. Evaluations
            name their case by case_no or case_id.
        backlog, offices: rows of `backlog_item` and `office`.
        records: rows by table, as `queries.records.of_rows` takes them.
        about: entries of the manifest, such as unsupported.
    """
    builder = Builder(folder)
    if offices is not None:
        builder.add_offices(offices)
    for batch in [cases] if isinstance(cases, pl.DataFrame) else cases:
        builder.add_cases(batch)
    for batch in [evaluations] if isinstance(evaluations, pl.DataFrame) else evaluations:
        builder.add_evaluations(batch)
    if backlog is not None:
        builder.add_backlog(backlog)
    builder.finish(**{"id": folder.name, "is_demo": False, "sources": [], "unsupported": {}, **about})
    return replace(Snapshot.open(folder), records=of_rows(records or {}))


def current(settings: Settings, store: Engine | None = None) -> Snapshot:
    """The snapshot of what the system of record holds now, built first where it is missing or behind.

    While another process builds it this waits; the files of the one before stay readable for those who have it open.

    Args:
        store: an open store (`queries.store.open_store`); opened from the settings when not given.
    """
    engine = store or open_store(settings)
    folder = settings.snapshot_dir
    try:
        with reading(engine) as connection:
            wanted = name_of(connection)
            records = _records(connection, wanted)
        if publish.current_id(folder) == wanted:
            return replace(_opened(folder / wanted), records=records)
        with publish.builder_lock(folder):
            return replace(_opened(_up_to_date(folder, engine)), records=records)
    finally:
        if store is None:
            engine.dispose()


def _up_to_date(folder: Path, engine: Engine) -> Path:
    """Build and publish, unless the builder that held the lock before us has done it."""
    with reading(engine) as connection:
        name, before = name_of(connection), publish.current_id(folder)
        if before == name:
            return folder / name
        named: dict[str, Any] = {"id": name, "built_at": datetime.now(UTC).isoformat(timespec="seconds")}
        built = publish.building_folder(folder, name)
        if before is None or not refreshed(connection, folder / before, built, **named):
            built = publish.building_folder(folder, name)  # an attempt that was given up may have left files
            builder = Builder(built)
            about = read_store(connection, builder)
            builder.finish(**named, **about)
    return publish.publish(folder, built, name)


def register_version(import_id: int, store_version: int, imported_at: str) -> str:
    """A state of the register by name, such as 12-31-3fa9c1: only letters, digits and "-".

    Args:
        imported_at: when that import was made, ISO text to the second; its hash tells two stores apart.
    """
    return f"{import_id}-{store_version}-{sha256(imported_at.encode()).hexdigest()[:6]}"


def name_of(connection: Connection) -> str:
    """The id of the snapshot of what a store holds now."""
    return f"{LAYOUT}-{fingerprint(connection)}"


_records_read: dict[str, Records] = {}


def _records(connection: Connection, name: str) -> Records:
    # read once a version: every run of every session asks for them
    known = _records_read.get(name)
    if known is None or known.version != read_records.newest(connection):
        known = read_records.read(connection)
        _records_read.clear()
        _records_read[name] = known
    return known


_open: dict[Path, Snapshot] = {}


def _opened(folder: Path) -> Snapshot:
    # one object a folder: sessions of one process share the mapped files
    if folder not in _open:
        snapshot = Snapshot.open(folder)
        for gone in [path for path in _open if not path.exists()]:
            _open.pop(gone, None)
        _open[folder] = snapshot
    return _open[folder]


__all__ = ["Partition", "Snapshot", "build_from_frames", "current"]
