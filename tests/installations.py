"""Installations to test on: a folder of data, and a store in it."""

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from queries.settings import Settings
from queries.store import open_store

STORE = "huiyin.db"
DemoOf = Callable[..., Settings]
"""The fixture `demo_of`: from a number of items (none: the usual one) to an installation with that demo register."""


def bare(folder: Path) -> Settings:
    """An installation that was never opened: neither the folder nor the store is there."""
    return Settings(folder, f"sqlite:///{folder / STORE}")


def empty(folder: Path) -> Settings:
    """An installation in a folder, its store at the newest schema and empty."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_empty_store(), folder / STORE)
    return bare(folder)


def copied(installation: Settings, folder: Path) -> Settings:
    """A copy of an installation, to change; what is in the folder already is replaced."""
    shutil.copytree(installation.data_dir, folder, dirs_exist_ok=True)
    return bare(folder)


@cache
def _empty_store() -> Path:
    """Made once by the migrations, and copied: a store of its own for each test would take a third of a second."""
    folder = Path(tempfile.mkdtemp(prefix="huiyin-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    open_store(bare(folder)).dispose()
    return folder / STORE
