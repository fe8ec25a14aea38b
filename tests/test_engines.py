"""Polars, DuckDB and PostgreSQL give equal numbers: all measures, breakdowns and filters, on invented registers."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from datetime import datetime, time, timedelta
from itertools import count
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from queries.counting.distributions import (
    backlog_batches,
    closing_days,
    matter_sizes,
    open_ages,
    open_by_due_date,
    satisfaction_components,
)
from queries.counting.evaluate import evaluate
from queries.engines import DuckDBEngine, Engine, PostgreSQLEngine
from queries.filters import Filters
from queries.measures import measures
from queries.snapshot import Snapshot
from queries.snapshot.layout import TABLES
from tests.examples import SLOW
from tests.invented import START, Register, halves, registers, selections, snapshot_of

OpenEngine = Callable[[Snapshot], Engine]
BREAKDOWNS = ([], ["place"], ["place", "month"], ["week"])


@pytest.fixture(params=["duckdb", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def engine_for(request: pytest.FixtureRequest) -> OpenEngine:
    """Opens the engine for a snapshot; to be closed after use."""
    if request.param == "duckdb":
        return lambda snapshot: DuckDBEngine(threads=1)
    url, number = request.getfixturevalue("postgresql_url"), count(1)

    def load(snapshot: Snapshot) -> Engine:
        return PostgreSQLEngine(url, {table: snapshot.partitions(table) for table in TABLES}, f"snapshot{next(number)}")

    return load


@contextmanager
def large_register() -> Iterator[None]:
    """Take the ways kept for large registers: months worked out for every row, quantiles in two looks, no row held."""
    with (
        patch("queries.counting.selection.MANY_GROUPS", 0),
        patch("queries.counting.quantiles.FEW_ROWS", 0),
        patch("queries.engines.FEW_ROWS", -1),
    ):
        yield


@given(
    register=registers(),
    filters=selections(),
    names=halves,
    by=st.sampled_from(BREAKDOWNS),
    large=st.booleans(),
)
@SLOW
def test_every_measure_is_the_same_on_every_engine(
    engine_for: OpenEngine, register: Register, filters: Filters, names: list[str], by: list[str], large: bool
) -> None:
    undated = patch("queries.counting.reasons.UNDATED_MOST", 1.0)  # left out, not blocked
    with snapshot_of(register) as snapshot, closing(engine_for(snapshot)) as engine, undated:
        with nullcontext() if large else large_register():
            here = evaluate(snapshot, names, by, filters)
        with large_register() if large else nullcontext():
            there = evaluate(snapshot, names, by, filters, engine)
        assert_frame_equal(here, there)


@given(register=registers(), filters=selections(), by=st.sampled_from(([], ["place"])))
@SLOW
def test_every_distribution_is_the_same_on_every_engine(
    engine_for: OpenEngine, register: Register, filters: Filters, by: list[str]
) -> None:
    with snapshot_of(register) as snapshot, closing(engine_for(snapshot)) as engine:
        assert matter_sizes(snapshot, filters).equals(matter_sizes(snapshot, filters, engine))
        for question in (open_ages, open_by_due_date, closing_days, satisfaction_components, backlog_batches):
            here, there = question(snapshot, by, filters), question(snapshot, by, filters, engine)
            assert here.equals(there), question.__name__


def test_many_conditions_by_week_do_not_overflow_a_server(engine_for: OpenEngine) -> None:
    weeks = 150
    given = {"is_repeat": False, "register_level": "county", "petitioner_count": 1, "closed_stated": True}
    rows = [
        {"case_no": at + 1, "registered_at": day, "closed_at": day, "forwarded_at": day, "due_at": day, **given,
         "unusable": (0, 1, 32, 64, 128)[at % 5]}
        for at in range(weeks)
        for day in [datetime.combine(START, time(9)) + timedelta(weeks=at)]
    ]  # fmt: skip
    with snapshot_of({"cases": rows, "evaluations": [], "backlog": []}) as snapshot:
        with closing(engine_for(snapshot)) as engine:
            frame = evaluate(snapshot, list(measures()), ["week"], engine=engine)
        assert frame.filter(pl.col("measure") == "registered_count")["numerator"].sum() == weeks
