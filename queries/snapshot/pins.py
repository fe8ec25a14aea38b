"""A state of all data by its name, to be opened again when the store has moved on.

A name is that of the register and that of the records, such as `12-31-3fa9c1.345` (`version_of`). Figures of one name
never change. Files of a register that somebody needs for good are kept as a second name of the same files (`keep`); of
one that nobody kept they are rebuilt from the recorded changes (`queries.snapshot.versions`), and kept from then on.

Kept registers are in `<data folder>/pinned`. A folder there may be deleted: it is rebuilt when it is asked for, with
the names of offices and the matter links of that day.
"""

import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, select

from queries.records import Records
from queries.records import read as read_records
from queries.schema import import_run
from queries.settings import Settings
from queries.snapshot import Snapshot, publish, register_version
from queries.snapshot.layout import LAYOUT
from queries.snapshot.source import reading
from queries.snapshot.versions import Earlier, earlier
from queries.store import store_version

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
    if wanted.register == newest.version:
        return replace(newest, hidden=(), records=records)
    folder = _folder(settings, wanted.register)
    if not (folder / "manifest.json").exists():
        found = earlier(settings, replace(newest, hidden=()), wanted.import_id, store)
        if found is None:
            return None
        _link(settings, found.then.folder, wanted.register)
    return replace(_opened(folder, wanted.register), records=records)


def keep(settings: Settings, snapshot: Snapshot) -> None:
    """Keep the files of a snapshot's register for good; they take no more room while the snapshot is there anyway."""
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
    found = earlier(settings, newest, wanted.import_id, store) if then is not None else None
    if then is None or found is None:
        return None
    for dimension, codes in newest.hidden:
        then = then.hide(dimension, newest.dimension(dimension)["key"].gather(list(codes)).to_list())
    return replace(found, then=then)


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
