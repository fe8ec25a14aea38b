"""The reference values the statistics are held to: published tables and results of other software."""

import csv
import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from queries.days import day_number

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


@pytest.fixture(scope="session")
def synthetic_register(reference_table: Callable[[str], list[dict[str, str]]]) -> dict[str, np.ndarray]:
    """The open synthetic register by column: dates as day numbers (NaN where empty), everything else as text."""
    rows = reference_table("register_open")
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    days = {name: day_numbers(columns[name]) for name in ("registered", "accepted", "due", "ended")}
    return {name: np.array(values) for name, values in columns.items()} | days


def day_numbers(texts: list[str]) -> np.ndarray:
    return np.array([day_number(date.fromisoformat(text)) if text else np.nan for text in texts])
