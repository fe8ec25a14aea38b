"""A register of two townships with records of the bureau's programmes."""

from datetime import date, timedelta

import polars as pl
from hypothesis import strategies as st

from queries.snapshot import Snapshot, build_from_frames

START = date(2022, 1, 1)
CASES = pl.DataFrame({"registered_at": ["2022-01-01", "2022-07-30"], "place_code": ["north", "south"]})
OFFICES = pl.DataFrame(
    {"office_id": ["north", "south"], "name": ["北镇", "南镇"], "kind": ["township"] * 2, "is_listed": [True] * 2}
)
DAY = st.integers(0, 200)


def day(number: int | None) -> date | None:
    return None if number is None else START + timedelta(days=number)


def kept(folder, **records) -> Snapshot:
    """A register of two townships with records of the bureau."""
    backlog = pl.DataFrame(records["backlog_item"]) if records.get("backlog_item") else None
    return build_from_frames(folder, CASES, (), backlog, OFFICES, records)
