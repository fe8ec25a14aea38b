"""One mark of everything in a register, so that a rebuilt one can be told from the one that was kept.

The mark is of what the rows say, not of how the files hold it: a rebuilt register may know more keys and number them
otherwise. It is of one layout: a later one holds other columns, and says so (`is_of_layout`).
"""

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from queries.dimensions import DIMENSIONS
from queries.snapshot import Snapshot
from queries.snapshot.layout import LAYOUT, TABLES

if TYPE_CHECKING:
    from hashlib import _Hash

_OFFICE = ("key", "zh", "parent", "kind", "population", "is_listed")
_NOTHING = np.iinfo(np.int64).min


def seal(snapshot: Snapshot) -> str:
    """The mark of a register; rows hidden from a reader count too. Reads everything: about a second a million rows."""
    mark = sha256(json.dumps([snapshot.manifest["as_of"], snapshot.rows], sort_keys=True).encode())
    ranks = {name: _rank(snapshot, name, mark) for name in DIMENSIONS}
    for table in TABLES:
        for part in snapshot.partitions(table):
            frame = part.frame.with_columns(
                pl.Series(name, ranks[name][part.frame[name].to_numpy()]) for name in DIMENSIONS if name in part.zones
            )
            if part.month is None:  # such rows stand in no order
                frame = frame.sort(frame.columns)
            mark.update(f"{table} {part.month} {frame.height}".encode())
            numbers = frame.select(pl.all().cast(pl.Int64).fill_null(_NOTHING))
            for name in sorted(frame.columns):
                mark.update(name.encode())
                mark.update(numbers[name].to_numpy().tobytes())
    return f"{LAYOUT}-{mark.hexdigest()}"


def is_of_layout(sealed: str) -> bool:
    """Whether registers written now can be held to this mark."""
    return sealed.startswith(f"{LAYOUT}-")


def _rank(snapshot: Snapshot, name: str, mark: "_Hash") -> np.ndarray:
    """The place of each code among the keys in use, which are entered into the mark."""
    frame = snapshot.dimension(name)
    used = np.zeros(frame.height, dtype=bool)
    for table in DIMENSIONS[name].tables:
        for part in snapshot.partitions(table):
            used[part.frame[name].to_numpy()] = True
    if "is_listed" in frame.columns:
        used |= frame["is_listed"].fill_null(False).to_numpy()
    kept = frame.filter(pl.Series(used)).sort("key")
    shown = kept.select(_OFFICE if "is_listed" in frame.columns else "key")
    mark.update(json.dumps([name, shown.rows()], ensure_ascii=False).encode())
    rank = np.full(frame.height, -1, dtype=np.int64)
    rank[kept["code"].to_numpy()] = np.arange(kept.height)
    return rank
