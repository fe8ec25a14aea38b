"""The reference values the statistics are held to: published tables and results of other software."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def _folder() -> Path | None:
    named = os.environ.get("HUIYIN_SHARED")
    places = [Path(named) / "reference"] if named else []
    return next((place for place in [*places, REPOSITORY.parent / "shared" / "reference"] if place.is_dir()), None)


def _path(name: str) -> Path:
    folder = _folder()
    if folder is None:
        pytest.skip("reference values are not here: set HUIYIN_SHARED or put ../shared beside the repository")
    path = folder / name
    if not path.exists():
        pytest.skip(f"the reference folder has no '{name}'")
    return path


@pytest.fixture(scope="session")
def reference() -> Callable[[str], Any]:
    """`reference("t1_rates_open")`: the values of one reference file."""
    return lambda name: json.loads(_path(f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def reference_table() -> Callable[[str], list[dict[str, str]]]:
    """`reference_table("register_open")`: the rows of one reference table, text as written."""

    def read(name: str) -> list[dict[str, str]]:
        with _path(f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return read
