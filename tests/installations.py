"""Installations to test on: a folder of data, and a store in it."""

import shutil
from collections.abc import Callable
from pathlib import Path

from queries.settings import Settings

DemoOf = Callable[..., Settings]
"""The fixture `demo_of`: from a number of items (none: the usual one) to an installation with that demo register."""


def empty(folder: Path) -> Settings:
    """An installation in a folder, nothing in it yet."""
    return Settings(folder, f"sqlite:///{folder / 'huiyin.db'}")


def copied(installation: Settings, folder: Path) -> Settings:
    """A copy of an installation, to change."""
    shutil.copytree(installation.data_dir, folder)
    return empty(folder)
