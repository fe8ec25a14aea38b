"""The columns of a snapshot: what each table holds, in which integer width, from which register column.

Days are day numbers (`queries.days`), null where not given. Dimensions, yes/no columns and status words are codes,
0 where not given (`queries.coding`). Nothing in a snapshot is text: words live in the dimension tables.
"""

import polars as pl

from queries.dimensions import DIMENSIONS, Table

LAYOUT = "v6"
"""Raised with every change of this module that an older reader or an older snapshot would not survive."""

TABLES: tuple[Table, ...] = ("cases", "evaluations", "backlog")

CASE_DAYS = {
    "registered_day": "registered_at",
    "petitioned_day": "petitioned_on",
    "forwarded_day": "forwarded_at",
    "received_day": "received_by_office_at",
    "accepted_day": "accepted_at",
    "due_day": "due_at",
    "replied_day": "replied_at",
    "closed_day": "closed_at",
}
"""Day column of `cases` to register column."""

EVALUATION_DAYS = {"window_day": "window_ends_at", "evaluated_day": "evaluated_at"}
BACKLOG_DAYS = {
    "assigned_day": "assigned_on",
    "reported_day": "reported_on",
    "reviewed_day": "reviewed_on",
    "reflow_day": "reflow_on",
}
YES_NO = ("closed_stated", "on_time_stated", "confirmed_closed")
"""Yes/no columns of `cases` that are not dimensions."""

FIXED: dict[str, dict[str, pl.DataType]] = {
    "cases": {
        "case_no": pl.Int32(),
        **dict.fromkeys(CASE_DAYS, pl.Int16()),
        "returned_day": pl.Int16(),
        "close_seconds": pl.Int32(),
        "registered_minute": pl.Int16(),
        "is_off_day": pl.Int8(),
        "next_working_day": pl.Int16(),
        "petitioner_count": pl.Int32(),
        "extended_days": pl.Int16(),
        **dict.fromkeys(YES_NO, pl.Int8()),
        "unusable": pl.Int16(),
        "matter": pl.Int32(),
        "source": pl.Int16(),
    },
    "evaluations": {
        "case_no": pl.Int32(),
        "source": pl.Int16(),
        "registered_day": pl.Int16(),
        "closed_day": pl.Int16(),
        **dict.fromkeys(EVALUATION_DAYS, pl.Int16()),
        "target": pl.Int8(),
        "status": pl.Int8(),
        "score": pl.Int8(),
    },
    "backlog": {**dict.fromkeys(BACKLOG_DAYS, pl.Int16()), "result": pl.Int8(), "unusable": pl.Int16()},
}
"""Columns of each table besides its dimensions.

returned_day: registration day of the next item of the same matter, after the day this one was closed.
registered_minute: of the day, 0 to 1439; 0 also where the register gives no time of day.
is_off_day: yes/no code, whether offices do not work on the day of registration (`queries.working_days`).
next_working_day: the first working day after the day of registration.
closed_day of evaluations: of the item; null also where a check made it unusable.
source: code of the register a case comes from, 0 where none is named (`Snapshot.sources`).
close_seconds: from registration to closing; not negative unless the closing day lies before the registration day.
"""

EVENT_DAYS = {
    "cases": ("registered_day", "forwarded_day", "received_day", "accepted_day", "replied_day", "closed_day"),
    "evaluations": ("evaluated_day",),
    "backlog": ("assigned_day", "reported_day", "reviewed_day", "reflow_day"),
}
"""Things that have happened: the newest of these days is the day the register is seen from."""

EVENT_CHECKED = {
    "forwarded_day": "forwarded_at",
    "received_day": "received_by_office_at",
    "accepted_day": "accepted_at",
    "replied_day": "replied_at",
    "closed_day": "closed_at",
}
"""Event days a check may have spoilt; a spoilt one does not move the as-of day."""

EVALUATION_WORDS = ("target", "status", "score")
BACKLOG_WORDS = {"result": "review_result"}
"""Status words of `backlog` to register column."""


def dimensions_of(table: Table) -> list[str]:
    """Names of the dimensions a table carries."""
    return [dimension.name for dimension in DIMENSIONS.values() if table in dimension.tables]


def width(codes: int) -> pl.DataType:
    """The smallest integer type for so many codes."""
    return pl.Int8() if codes <= 127 else pl.Int16() if codes <= 32767 else pl.Int32()
