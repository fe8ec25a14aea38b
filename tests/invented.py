"""Registers and selections invented by Hypothesis."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import strategies as st

from queries.checks import UNUSABLE
from queries.filters import Filters
from queries.measures import measures
from queries.snapshot import Snapshot, build_from_frames

START = date(2022, 1, 1)
PLACES = ("north", "south")
CASES = {
    "registered_at": pl.Datetime, "forwarded_at": pl.Datetime, "received_by_office_at": pl.Datetime,
    "petitioned_on": pl.Datetime, "replied_at": pl.Datetime, "handling_mode": pl.String,
    "accepted_at": pl.Datetime, "due_at": pl.Datetime, "extended_days": pl.Int64, "closed_at": pl.Datetime,
    "closed_stated": pl.Boolean, "on_time_stated": pl.Boolean, "is_first_national": pl.Boolean,
    "is_first_local": pl.Boolean, "is_repeat": pl.Boolean, "petitioner_count": pl.Int64, "matter_id": pl.String,
    "procedure": pl.String, "place_code": pl.String, "channel": pl.String, "purpose": pl.String, "unusable": pl.Int64,
    "case_no": pl.Int64, "register_level": pl.String, "outcome": pl.String,
}  # fmt: skip
EVALUATIONS = {"case_no": pl.Int64, "target": pl.String, "status": pl.String, "score": pl.String,
               "window_ends_at": pl.Datetime, "evaluated_at": pl.Datetime}  # fmt: skip
BACKLOG = {"batch": pl.String, "place_code": pl.String, "assigned_on": pl.Date, "reported_on": pl.Date,
           "reviewed_on": pl.Date, "review_result": pl.String, "reflow_on": pl.Date}  # fmt: skip

Row = dict[str, Any]
Register = dict[str, list[Row]]
"""Rows of "cases", "evaluations" and "backlog"."""

moments = st.integers(0, 24 * 4 * 120).map(
    lambda quarters: datetime.combine(START, time()) + timedelta(minutes=15 * quarters)
)
maybe_bool = st.sampled_from([None, False, True])
spoilt = st.sampled_from([0, 0, 0, 0, *UNUSABLE.values(), 4 + 8, 32 + 128])


@st.composite
def cases(draw: st.DrawFn) -> Row:
    """A case whose dates mostly follow each other, as registers' do."""
    registered = draw(moments)

    def later(after: datetime, days: int) -> datetime | None:
        delay = draw(st.one_of(st.none(), st.integers(0, 24 * days)))
        return None if delay is None else after + timedelta(hours=delay)

    received = later(registered, 20)
    accepted = later(received or registered, 40)
    return {
        "registered_at": registered,
        "petitioned_on": draw(st.one_of(st.none(), moments)),
        "handling_mode": draw(st.sampled_from([None, "forward", "forward", "self"])),
        "forwarded_at": later(registered, 2),
        "received_by_office_at": received,
        "accepted_at": accepted,
        "due_at": later(registered, 90),
        "extended_days": draw(st.sampled_from([None, 0, 30])),
        "replied_at": later(registered, 80),
        "closed_at": later(registered, 100),
        "closed_stated": draw(maybe_bool),
        "on_time_stated": draw(maybe_bool),
        "is_first_national": draw(maybe_bool),
        "is_first_local": draw(maybe_bool),
        "is_repeat": draw(maybe_bool),
        "petitioner_count": draw(st.sampled_from([None, 1, 3])),
        "matter_id": draw(st.sampled_from([None, "m1", "m2", "m3"])),
        "procedure": draw(st.sampled_from([None, "petition", "petition", "litigation"])),
        "place_code": draw(st.sampled_from([None, "north", "south"])),
        "channel": draw(st.sampled_from([None, "visit", "letter"])),
        "register_level": draw(st.sampled_from([None, "national", "county", "county"])),
        "outcome": draw(st.sampled_from([None, "supported", "withdrawn"])),
        "unusable": draw(spoilt),
    }


@st.composite
def evaluations(draw: st.DrawFn, case_no: int) -> Row:
    status = draw(st.sampled_from(["evaluated", "expired", "pending"]))
    scores = ["satisfied", "basically_satisfied", "dissatisfied", None] if status == "evaluated" else [None]
    return {
        "case_no": case_no,
        "target": draw(st.sampled_from(["bureau", "office"])),
        "status": status,
        "score": draw(st.sampled_from(scores)),
        "window_ends_at": draw(st.one_of(st.none(), moments)),
        "evaluated_at": draw(moments) if status == "evaluated" else None,
    }


days = st.integers(0, 120).map(lambda after: START + timedelta(days=after))
backlog_items = st.fixed_dictionaries(
    {
        "batch": st.sampled_from(["first", "second"]),
        "place_code": st.sampled_from([None, "north", "south"]),
        "assigned_on": days,
        "reported_on": st.one_of(st.none(), days),
        "reviewed_on": st.one_of(st.none(), days),
        "review_result": st.sampled_from([None, "recognised", "returned", "under_review"]),
        "reflow_on": st.one_of(st.none(), days),
    }
)


@st.composite
def registers(draw: st.DrawFn) -> Register:
    rows = draw(st.lists(cases(), min_size=1, max_size=25))
    rows = [row | {"case_no": number} for number, row in enumerate(rows, start=1)]
    asked = draw(st.lists(st.sampled_from(rows).map(lambda row: row["case_no"]), unique=True, max_size=12))
    return {
        "cases": rows,
        "evaluations": [draw(evaluations(case_no)) for case_no in asked],
        "backlog": draw(st.lists(backlog_items, max_size=8)),
    }


halves = st.sampled_from([list(measures())[::2], list(measures())[1::2]])
"""Every second measure: all of them in two examples, at half the price of one."""

as_ofs = st.integers(0, 160).map(lambda after: START + timedelta(days=after))


@st.composite
def selections(draw: st.DrawFn) -> Filters:
    start = draw(st.one_of(st.none(), days))
    length = draw(st.integers(0, 90))
    places = draw(st.sets(st.sampled_from(["", "north", "south"]), max_size=2))
    return Filters(
        start=start,
        end=draw(st.sampled_from([None, start + timedelta(days=length)])) if start else None,
        where=(("place", tuple(places)),) if places else (),
        as_of=draw(as_ofs),
        rules=draw(st.sampled_from(["regulation2022", "regulation2005"])),
        convention=draw(st.sampled_from(["observed", "silence_is_satisfied"])),
        evaluation_target=draw(st.sampled_from(["bureau", "office"])),
    )


@contextmanager
def snapshot_of(register: Register) -> Iterator[Snapshot]:
    with tempfile.TemporaryDirectory() as folder:
        yield build_from_frames(
            Path(folder) / "snapshot",
            pl.DataFrame(register["cases"], schema=CASES),
            pl.DataFrame(register["evaluations"], schema=EVALUATIONS),
            pl.DataFrame(register["backlog"], schema=BACKLOG),
            pl.DataFrame(
                [{"office_id": place, "name": place, "kind": "township", "is_listed": True} for place in PLACES]
            ),
        )
