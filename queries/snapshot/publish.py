"""Put a finished snapshot into the world: whole or not at all, one builder at a time."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CURRENT = "CURRENT"
_BUILDING = ".building-"


@contextmanager
def builder_lock(folder: Path) -> Iterator[None]:
    """Wait until no other process or thread builds in this folder, and keep others out until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "LOCK").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # given back by the system if this process dies
        yield


def current_id(folder: Path) -> str | None:
    """Name of the published snapshot; None before the first."""
    try:
        return (folder / CURRENT).read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def building_folder(folder: Path, name: str) -> Path:
    """An empty folder to build in, under the builder's lock; what a killed builder left is removed."""
    for left in folder.glob(f"{_BUILDING}*"):
        shutil.rmtree(left, ignore_errors=True)
    path = folder / f"{_BUILDING}{name}"
    path.mkdir()
    return path


def publish(folder: Path, built: Path, name: str) -> Path:
    """Make a finished folder the current snapshot, under the builder's lock.

    The one before stays, because sessions may still read it; older ones go.
    """
    before = current_id(folder)
    target = folder / name
    if target.exists():  # a crash between the two renames below, or CURRENT was deleted
        shutil.rmtree(target)
    for path in (*built.rglob("*"), built):
        _sync(path)
    built.rename(target)
    _sync(folder)
    pointer = folder / f".{CURRENT}.{os.getpid()}"
    pointer.write_text(name + "\n", encoding="utf-8")
    _sync(pointer)
    pointer.replace(folder / CURRENT)
    _sync(folder)
    for old in folder.iterdir():
        if old.is_dir() and not old.name.startswith(".") and old.name not in (name, before):
            shutil.rmtree(old, ignore_errors=True)
    return target


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
