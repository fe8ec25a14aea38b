"""A snapshot made of the one before, where only records changed by hand since: cases and evaluations stay as they are.

Reading a large register again takes seconds, and whoever keys in batch items all day would wait for them at every one.
So the files of cases and evaluations are taken over as second names, and only the batches are written anew. Wherever
more than that could differ, there is no such snapshot and the register is read again.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from sqlalchemy import Connection

from queries.checks import UNUSABLE
from queries.days import from_day_number
from queries.dimensions import DIMENSIONS
from queries.snapshot.build import Builder, newest_day
from queries.snapshot.layout import BACKLOG_DAYS, BACKLOG_WORDS, dimensions_of
from queries.snapshot.source import about, backlog_in_force, offices
from queries.snapshot.write import read_partition

_OWN = "batch"  # the dimension that only batch items have


def refreshed(connection: Connection, before: Path, built: Path, **named: Any) -> bool:
    """Write the snapshot of the store into an empty folder, from the files of the one before.

    Args:
        before: folder of the snapshot published last.
        built: where the new one goes.
        named: further entries of the manifest (id, built_at).

    Returns:
        False where the register has to be read: an import came between, an item names an office that no case has, or
        the day the register is seen from moves.
    """
    try:
        old = json.loads((before / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    now = about(connection)
    if not _only_records_changed(old, now):
        return False
    builder = Builder(built)
    builder.add_offices(offices(connection))
    known = {name: _keys(before, name) for name in dimensions_of("backlog") if name != _OWN}
    for name, keys in known.items():
        builder.codebooks[name].add(keys)
    items = backlog_in_force(connection)
    if len(items):
        builder.add_backlog(items)
    if any(len(builder.codebooks[name].codes) != len(keys) for name, keys in known.items()):
        return False
    events = {name: day for name, day in old["events"].items() if name != "backlog"} | builder.events
    newest = newest_day(events, now.pop("newest_file_date"))
    if (from_day_number(newest).isoformat() if newest is not None else None) != old["as_of"]:
        return False  # evaluations without a day of their own are dated by it
    partitions = [part for part in old["partitions"] if part["table"] != "backlog"]
    _link(before, built, [part["file"] for part in partitions])
    orders = {name: (keys, np.arange(len(keys) + 1)) for name, keys in known.items()} | builder.orders([_OWN])
    partitions += builder.write_backlog(orders)
    batches = orders[_OWN][0]
    builder.write_dimension(_OWN, batches, np.zeros(len(batches) + 1, dtype=np.int64))
    unusable = old["unusable"] | {"backlog": builder.unusable["backlog"]}
    values = {value for value in old["unusable_values"] if value != UNUSABLE["backlog"]} | builder.unusable_values
    coverage = old["coverage"] | _coverage(before, builder, known)
    manifest = old | now | named | {
        "events": events, "rows": old["rows"] | {"backlog": builder.rows["backlog"]}, "coverage": coverage,
        "unusable": unusable, "unusable_values": sorted(values), "partitions": partitions,
    }  # fmt: skip
    (built / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    return True


def _only_records_changed(old: dict[str, Any], now: dict[str, Any]) -> bool:
    """Whether every write of figures since was one change of a record, and the newest import is the same."""
    if not {"events", "changes"} <= old.keys() or old["imports"][:1] != now["imports"][:1]:
        return False
    return bool(0 < now["store_version"] - old["store_version"] == now["changes"] - old["changes"])


def _keys(folder: Path, name: str) -> list[str]:
    return read_partition(folder / "dimensions" / f"{name}.arrow")["key"].to_list()[1:]


def _link(before: Path, built: Path, files: list[str]) -> None:
    """Second names of the files of rows and of the dimensions, but for that of the batches."""
    own = f"dimensions/{_OWN}.arrow"
    shared = (path.relative_to(before).as_posix() for path in (before / "dimensions").iterdir())
    for name in ("cases", "evaluations", "dimensions"):
        (built / name).mkdir()
    for file in (*files, *(file for file in shared if file != own)):
        os.link(before / file, built / file)


def _coverage(before: Path, builder: Builder, known: Iterable[str]) -> dict[str, int]:
    """Filled cells of every column that batch items have, those of the cases included."""
    own = (*BACKLOG_DAYS.values(), *BACKLOG_WORDS.values(), DIMENSIONS[_OWN].column, "backlog")
    found = {name: builder.coverage.get(name, 0) for name in own}
    for name in known:
        column = DIMENSIONS[name].column
        cases = read_partition(before / "dimensions" / f"{name}.arrow").filter(pl.col("code") > 0)["rows"].sum()
        found[column] = int(cases) + builder.coverage.get(column, 0)
    return found
