"""Shares by weekday and hour, days until forwarding: held against plain counting of the same rows."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.counting.clock import LONGEST_FORWARDING, by_clock, forwarding_days, not_forwarded
from queries.counting.evaluate import evaluate
from queries.engines import DuckDBEngine, PolarsEngine
from queries.filters import Filters
from queries.snapshot import build_from_frames
from tests.examples import SLOW

AS_OF = date(2022, 6, 30)
FIRST, LAST = (datetime.combine(day, time()) for day in (date(2022, 5, 20), date(2022, 7, 3)))
ROWS = st.lists(
    st.tuples(
        st.datetimes(FIRST, LAST),
        st.one_of(st.none(), st.integers(0, 45)),
        st.booleans(),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)


@pytest.mark.parametrize("engine", [PolarsEngine, DuckDBEngine])
def test_days_hours_and_waiting_add_up_to_the_measure_and_to_plain_counting(engine, tmp_path_factory):
    counter = engine()

    @SLOW
    @given(ROWS)
    def check(rows):
        rows = [*rows, (FIRST, 0, True, False)]  # a register that never forwards has no such measure
        snapshot = _register(tmp_path_factory.mktemp("clock"), rows)
        filters = Filters(as_of=AS_OF)
        whole = evaluate(snapshot, "same_day_forwarding_rate", (), filters, counter).row(0, named=True)
        for part in ("weekday", "hour"):
            frame = by_clock(snapshot, "same_day_forwarding_rate", part, filters, counter)
            assert (frame["numerator"].sum(), frame["denominator"].sum()) == (whole["numerator"], whole["denominator"])
            first = [at for at, _, is_first, _ in rows if is_first and at.date() <= AS_OF]
            parts = Counter(at.weekday() if part == "weekday" else at.hour for at in first)
            assert dict(frame.select("part", "denominator").rows()) == dict(parts)
        days = dict(forwarding_days(snapshot, filters, counter).rows())
        assert sum(days.values()) == whole["denominator"]
        assert days.get(0, 0) == whole["numerator"]
        waiting = not_forwarded(snapshot, (), filters, counter)
        expected = [
            (AS_OF - at.date()).days
            for at, wait, is_first, closed in rows
            if is_first and at.date() <= AS_OF and not closed and not _forwarded(at, wait)
        ]
        assert waiting["items"].sum() == len(expected)
        for low, high, items in waiting.select("low", "high", "items").rows():
            assert items == sum(low <= age <= (high if high is not None else age) for age in expected)

    check()
    counter.close()


def _forwarded(at: datetime, wait: int | None) -> bool:
    return wait is not None and at.date() + timedelta(days=wait) <= AS_OF


def _register(folder, rows):
    frame = pl.DataFrame(
        {
            "registered_at": [at.replace(microsecond=0) for at, _, _, _ in rows],
            "forwarded_at": [None if wait is None else at.date() + timedelta(days=wait) for at, wait, _, _ in rows],
            "is_first_national": [is_first for _, _, is_first, _ in rows],
            "closed_at": [at.date() if closed else None for at, _, _, closed in rows],
        },
        schema={
            "registered_at": pl.Datetime,
            "forwarded_at": pl.Date,
            "is_first_national": pl.Boolean,
            "closed_at": pl.Date,
        },
    )
    return build_from_frames(folder / "s", frame)


def test_forwarding_after_very_long_is_counted_in_the_last_day(tmp_path):
    snapshot = _register(tmp_path, [(datetime.combine(date(2022, 1, 3), time(9)), 100, True, False)])
    assert forwarding_days(snapshot, Filters(as_of=AS_OF)).rows() == [(LONGEST_FORWARDING, 1)]
