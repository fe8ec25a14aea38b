"""How long closing takes with open items counted as far as they go; sentences say what the figures say."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.counting import followup
from queries.engines import DuckDBEngine
from queries.filters import Filters
from queries.snapshot import Snapshot, build_from_frames
from queries.stats.survival import Ended
from queries.views import time_to_close
from queries.vocabulary import Text
from tests.examples import SLOW

AS_OF = date(2022, 6, 30)
EPOCH = date(1970, 1, 1)
row = st.fixed_dictionaries(
    {
        "age": st.integers(0, 500),
        "wait": st.integers(0, 20),
        "taken": st.none() | st.integers(0, 420),
        "outcome": st.sampled_from([None, "supported", "withdrawn"]),
        "procedure": st.sampled_from([None, "petition", "litigation"]),
    }
)


def cases(rows: list[dict]) -> pl.DataFrame:
    """Items registered `age` days before the as-of day, accepted `wait` days later, closed `taken` days after that."""
    found = []
    for each in rows:
        registered = AS_OF - timedelta(days=each["age"])
        accepted = registered + timedelta(days=each["wait"])
        closed = accepted + timedelta(days=each["taken"]) if each["taken"] is not None else None
        found.append(
            {
                "registered_at": registered,
                "accepted_at": accepted,
                "closed_at": closed,
                "outcome": each["outcome"],
                "procedure": each["procedure"],
            }
        )
    types = {"registered_at": pl.Date, "accepted_at": pl.Date, "closed_at": pl.Date, "outcome": pl.String}
    return pl.DataFrame(found, schema_overrides={**types, "procedure": pl.String})


def item(age: int, taken: int | None, wait: int = 0, outcome: str | None = "supported") -> dict:
    return {"age": age, "wait": wait, "taken": taken, "outcome": outcome, "procedure": "petition"}


def snapshot_of(folder: Path, rows: list[dict]) -> Snapshot:
    return build_from_frames(folder, cases(rows))


@given(st.lists(row, min_size=1, max_size=30))
@SLOW
def test_items_are_followed_from_acceptance_to_their_end_or_the_as_of_day(tmp_path_factory, rows):
    snapshot = snapshot_of(tmp_path_factory.mktemp("s") / "s", rows)
    expected: dict[tuple[int, int], int] = {}
    for each in rows:
        if each["age"] < each["wait"] or each["procedure"] == "litigation":
            continue
        watched = each["age"] - each["wait"]
        over = each["taken"] is not None and each["taken"] <= watched
        ended = Ended.OPEN if not over else Ended.OTHERWISE if each["outcome"] == "withdrawn" else Ended.CLOSED
        key = (min(each["taken"] if over else watched, followup.LONGEST), int(ended))
        expected[key] = expected.get(key, 0) + 1
    for engine in (None, DuckDBEngine()):
        counted = followup.closings(snapshot, Filters(as_of=AS_OF), engine=engine)
        assert {(days, ended): items for days, ended, items in counted.rows()} == expected


@given(st.lists(row, min_size=1, max_size=30), st.integers(0, 600))
@SLOW
def test_open_then_plus_registered_minus_ended_is_open_now(tmp_path_factory, rows, ago):
    snapshot = snapshot_of(tmp_path_factory.mktemp("s") / "s", rows)
    since = (AS_OF - timedelta(days=ago) - EPOCH).days
    found = followup.flow(snapshot, Filters(as_of=AS_OF), since)
    assert found.open_then + found.registered - found.ended == found.open_now
    assert min(found.open_then, found.registered, found.ended, found.open_now) >= 0
    ends = [None if each["taken"] is None else each["age"] - each["wait"] - each["taken"] for each in rows]
    assert found.open_now == sum(end is None or end < 0 for end in ends)
    before = [end for each, end in zip(rows, ends, strict=True) if each["age"] >= ago]
    assert found.open_then == sum(end is None or end < ago for end in before)


def test_an_item_closed_on_an_unknown_day_was_never_seen_open(register):
    snapshot = register("""
        registered_at | closed_at  | closed_stated
        --------------+------------+--------------
        2022-01-01    |            | yes
        2022-01-01    | 2022-05-01 |
        2022-04-01    |            | yes
        2022-04-01    |            |
    """)
    found = followup.flow(snapshot, Filters(as_of=AS_OF), (date(2022, 3, 31) - EPOCH).days)
    assert found == followup.Flow(open_then=1, registered=2, ended=2, open_now=1)


@pytest.fixture
def steady(tmp_path: Path) -> Snapshot:
    """Thirty items a month for a year, nine in ten closed on day 40 if it has come, the others never."""
    rows = [
        item(age, 40 if number < 27 else None)
        for month in range(12)
        for number in range(30)
        for age in [month * 30 + number % 3]
    ]
    return snapshot_of(tmp_path / "s", rows)


def test_a_month_too_recent_to_be_judged_has_no_share_and_is_said_not_to_be_a_fall(steady):
    view = time_to_close.closing_by_month(steady, Filters(as_of=AS_OF))
    recent = view.frame.filter(pl.col("month") >= date(2022, 5, 1))
    assert recent["value"].to_list() == [None] * recent.height
    assert recent.height
    assert "不是下降" in view.notes[0].zh
    assert "without" not in view.finding.en
    shown = view.frame.filter("shown")
    assert view.finding.en.startswith(f"Accepted in {shown['month'][-1]:%b %Y}")
    assert "not clearly different" in view.finding.en


def test_the_curve_counts_open_items_as_far_as_they_go(steady):
    view = time_to_close.closing(steady, Filters(as_of=AS_OF))
    at = dict(view.frame.select("day", "value").iter_rows())
    assert at[39] == 0
    assert at[60] == pytest.approx(0.9, abs=0.03)  # not the 73 % that closed ÷ accepted would say
    assert view.finding.zh.startswith(f"60天内办结 {at[60] * 100:.1f}%")
    assert "一半在40天内办结" in view.finding.zh


def test_a_curve_without_the_items_of_other_procedures_says_so(tmp_path):
    rows = [item(200, 40)] * 20
    plain = time_to_close.closing(snapshot_of(tmp_path / "plain", rows), Filters(as_of=AS_OF))
    other = snapshot_of(tmp_path / "other", [*rows, item(200, 40) | {"procedure": "litigation"}])
    for view in (
        time_to_close.closing(other, Filters(as_of=AS_OF)),
        time_to_close.closing_by_month(other, Filters(as_of=AS_OF)),
    ):
        assert any("those on others (Litigation) are not counted" in note.en for note in view.notes)
    assert not any("procedures" in note.en for note in plain.notes)


def test_too_few_followed_for_sixty_days_are_not_estimated(tmp_path):
    view = time_to_close.closing(
        snapshot_of(tmp_path / "s", [*(item(30, 10 + n) for n in range(14)), *(item(30, None) for _ in range(3))]),
        Filters(as_of=AS_OF),
    )
    assert view.finding.en.startswith("Too few items have been followed for 60 days")
    assert view.frame["day"].max() == 30


def test_items_all_watched_to_their_end_need_none_left_open(tmp_path):
    rows = [item(300, 10 + number % 30) for number in range(20)]
    frame = time_to_close.closing_by_month(snapshot_of(tmp_path / "s", rows), Filters(as_of=AS_OF)).frame
    assert frame.filter("shown").select("value", "numerator", "denominator").rows() == [(pytest.approx(1.0), 20, 20)]


curve = st.lists(st.floats(0, 1), min_size=61, max_size=121).map(sorted)


@given(curve, st.booleans())
def test_the_sentence_of_the_curve_is_the_curve(shares, cut):
    days = len(shares) if not cut else 60
    frame = pl.DataFrame({"day": range(days), "value": shares[:days]}).with_columns(
        lower=pl.col("value") * 0.9, upper=pl.col("value") + (1 - pl.col("value")) * 0.1
    )
    median = next((float(day) for day, share in enumerate(shares[:days]) if share >= 0.5), None)
    said = time_to_close.closing_words(frame)
    assert ("暂不估计" in said.zh) == cut == ("no share" in said.en)
    if not cut:
        printed = float(said.en.split("%")[0].lstrip("<>"))
        assert printed == pytest.approx(shares[60] * 100, abs=0.11)
    assert ("half within" in said.en) == (median is not None and median > 0)
    assert ("一半当天办结" in said.zh) == ("half on the same day" in said.en) == (median == 0)


@given(st.lists(st.tuples(st.booleans(), st.floats(0.02, 0.98), st.floats(0.001, 0.3)), min_size=1, max_size=13))
def test_a_month_is_called_higher_only_where_its_interval_lies_higher(rows):
    frame = pl.DataFrame(
        [
            {"month": date(2021, 1 + n % 12, 1) if n < 12 else date(2022, 1, 1), "shown": shown, "value": p,
             "lower": max(p - r, 0.0), "upper": min(p + r, 1.0)}
            for n, (shown, p, r) in enumerate(rows)
        ]
    )  # fmt: skip
    said = time_to_close.months_words(frame)
    known = frame.filter("shown")
    higher, lower = "高于" in said.zh, "低于" in said.zh
    assert higher == ("higher than" in said.en)
    assert lower == ("lower than" in said.en)
    if known.height < 2:
        assert not higher
        assert not lower
        return
    first, last = known.row(0, named=True), known.row(-1, named=True)
    if higher:
        assert last["value"] > first["value"]
        assert last["lower"] > first["value"] or last["value"] > first["upper"]
    if lower:
        assert last["value"] < first["value"]
    if last["lower"] > first["upper"]:
        assert higher


def test_the_backlog_sentence_adds_up_as_printed(steady):
    view = time_to_close.flow(steady, Filters(start=date(2022, 6, 1), as_of=AS_OF))
    then, new, done, now = view.frame["items"].to_list()
    assert then + new - done == now
    assert view.finding.zh.endswith(f"（{then}+{new}−{done}={now}）")
    assert isinstance(view.finding, Text)
    assert np.all(view.frame["items"].to_numpy() >= 0)
