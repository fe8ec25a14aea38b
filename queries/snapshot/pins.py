"""A state of all data by its name, to be opened again when the store has moved on.

A name is that of the register and that of the records, such as `12-31-3fa9c1.345` (`version_of`). Figures of one name
never change. Files of a register that somebody needs for good are kept as a second name of the same files (`keep`); of
one that nobody kept they are rebuilt from the recorded changes (`queries.snapshot.versions`), and kept from then on.

Kept registers are in `<data folder>/pinned`. Should a folder there get lost, the register is rebuilt when it is asked
for. Of a register a session was closed on, the store has the offices of then and a seal (`queries.snapshot.seal`): what
is rebuilt is shown only where it is the same to the last value. Without a seal it is not shown where a matter link was
changed since, and has the names of offices of the day it is rebuilt.
"""

import json
import logging
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from sqlalchemy import Connection, Engine, insert, select

from queries.records import Records
from queries.records import read as read_records
from queries.schema import import_run, kept_register, office
from queries.settings import Settings
from queries.snapshot import Snapshot, publish, register_version
from queries.snapshot.layout import LAYOUT
from queries.snapshot.seal import is_of_layout, seal
from queries.snapshot.source import OFFICES, reading
from queries.snapshot.versions import Around, Earlier, earlier
from queries.store import store_version

log = logging.getLogger("huiyin")
_NAME = re.compile(r"(?P<register>(?P<import_id>\d{1,9})-(?P<store>\d{1,9})-[0-9a-f]{6})\.(?P<records>\d{1,12})")


KEPT_RECORDS = 16  # states of the records kept in memory


@dataclass(frozen=True)
class Version:
    """A name taken apart.

    Attributes:
        register: as `Snapshot.version`. import_id: the newest import it holds.
        store: number of the newest write of figures it holds.
        records: as `Records.version`.
    """

    register: str
    import_id: int
    store: int
    records: int

    @classmethod
    def read(cls, name: str) -> "Version | None":
        """None where the text is no name of a version."""
        found = _NAME.fullmatch(name)
        if found is None:
            return None
        return cls(found["register"], int(found["import_id"]), int(found["store"]), int(found["records"]))


def version_of(snapshot: Snapshot) -> str:
    """Name of the register and the records of a snapshot."""
    return f"{snapshot.version}.{snapshot.records.version}"


def open_version(settings: Settings, newest: Snapshot, name: str, store: Engine) -> Snapshot | None:
    """The data of that name; hidden rows of the newest one are not hidden in it.

    Args:
        newest: the current snapshot.

    Returns:
        None where the store never held such a state, or can no longer give it.
    """
    wanted = Version.read(name)
    if wanted is None:
        return None
    with reading(store) as connection:
        if not _was_there(connection, wanted):
            return None
        records = records_of(connection, newest.records, wanted.records)
        sealed, around = _around(connection, wanted, records)
    if wanted.register == newest.version:
        return replace(newest, hidden=(), records=records)
    folder = _folder(settings, wanted.register)
    if not (folder / "manifest.json").exists():
        found = earlier(settings, replace(newest, hidden=()), wanted.import_id, store, around)
        if found is None or not _is_the_same(found, sealed):
            return None
        _link(settings, found.then.folder, wanted.register)
    return replace(_opened(folder, wanted.register), records=records)


def keep(settings: Settings, snapshot: Snapshot, store: Connection | None = None) -> None:
    """Keep the files of a snapshot's register for good; they take no more room while the snapshot is there anyway.

    Args:
        store: within a write: keep its seal and its offices too, in case the files get lost.
    """
    if store is not None and _kept(store, snapshot.version) is None:
        offices = [dict(row) for row in store.execute(select(*(office.c[name] for name in OFFICES))).mappings()]
        row = {"register": snapshot.version, "seal": seal(snapshot), "kept_at": datetime.now(UTC).replace(tzinfo=None)}
        store.execute(insert(kept_register), row | {"offices": json.dumps(offices, ensure_ascii=False)})
    if not (_folder(settings, snapshot.version) / "manifest.json").exists():
        _link(settings, snapshot.folder, snapshot.version)


def since(settings: Settings, newest: Snapshot, name: str, store: Engine) -> Earlier | None:
    """What imports did to the register since a version of it, with the figures of then as they are kept.

    Returns:
        None where it is the newest register, or not there (`open_version`).
    """
    wanted = Version.read(name)
    if wanted is None or wanted.register == newest.version:
        return None
    then = open_version(settings, newest, name, store)
    if then is None:
        return None
    with reading(store) as connection:
        _, around = _around(connection, wanted, then.records)
    found = earlier(settings, newest, wanted.import_id, store, around)
    if found is None:
        return None
    for dimension, codes in newest.hidden:
        then = then.hide(dimension, newest.dimension(dimension)["key"].gather(list(codes)).to_list())
    return replace(found, then=then)


def _around(connection: Connection, wanted: Version, records: Records) -> tuple[str, Around]:
    """The seal of a register, "" where it has none that can be compared, and what is known of it beside its rows."""
    row = _kept(connection, wanted.register)
    offices = None if row is None else pl.DataFrame(json.loads(row["offices"]), schema=_OFFICE_TYPES, orient="row")
    sealed = row["seal"] if row is not None and is_of_layout(row["seal"]) else ""
    return sealed, Around(wanted.register, records.rows("backlog_item"), offices)


_OFFICE_TYPES: dict[str, pl.DataType] = {
    name: {"population": pl.Int64(), "is_listed": pl.Boolean()}.get(name, pl.String()) for name in OFFICES
}


def _kept(connection: Connection, register: str) -> Mapping[str, Any] | None:
    row = connection.execute(select(kept_register).where(kept_register.c.register == register)).mappings().first()
    return None if row is None else dict(row)


def _is_the_same(found: Earlier, sealed: str) -> bool:
    """Whether a rebuilt register is the one its name means, as far as that can be known."""
    if sealed and seal(found.then) == sealed:
        return True
    if sealed or found.links_unknown:
        log.error("The register %s cannot be rebuilt as it was; restore its folder in 'pinned' from a backup.",
                  found.then.id)  # fmt: skip
        return False
    return True


def _was_there(connection: Connection, wanted: Version) -> bool:
    made = connection.execute(
        select(import_run.c.imported_at).where(import_run.c.import_id == wanted.import_id)
    ).scalar_one_or_none()
    if made is None or wanted.store > store_version(connection) or wanted.records > read_records.newest(connection):
        return False
    return register_version(wanted.import_id, wanted.store, made.isoformat(timespec="seconds")) == wanted.register


def records_of(connection: Connection, newest: Records, version: int) -> Records:
    """The records as they stood after a change; those at hand where that is the newest one."""
    if version == newest.version:
        return newest
    key = (connection.engine.url.render_as_string(), version)
    if key not in _records:  # they never change: read once
        while len(_records) >= KEPT_RECORDS:
            _records.pop(next(iter(_records)), None)
        _records[key] = read_records.read(connection, version)
    return _records[key]


_records: dict[tuple[str, int], Records] = {}


def _folder(settings: Settings, register: str) -> Path:
    return settings.data_dir / "pinned" / f"{LAYOUT}-{register}"


def _link(settings: Settings, source: Path, register: str) -> None:
    target = _folder(settings, register)
    with publish.builder_lock(target.parent):
        if (target / "manifest.json").exists():
            return
        building = publish.building_folder(target.parent, target.name)
        shutil.copytree(source, building, copy_function=_second_name, dirs_exist_ok=True)
        building.rename(target)


def _second_name(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system that knows no second names, or another disk
        shutil.copy2(source, target)


@lru_cache(maxsize=16)
def _opened(folder: Path, register: str) -> Snapshot:
    # one object a folder: sessions of one process share the mapped files
    found = Snapshot.open(folder)
    named: Mapping[str, Any] = {**found.manifest, "version": register}
    return replace(found, manifest=named)


__all__ = ["Version", "keep", "open_version", "since", "version_of"]
