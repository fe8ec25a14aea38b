"""The code behind a figure is run here as a reader would run it, and counts what the dashboard counts."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from queries.counting.evaluate import evaluate
from queries.counting.recipe import code
from queries.filters import Filters
from queries.measures import measures
from queries.rules import RULE_SETS
from queries.snapshot import Snapshot, build_from_frames, current
from tests.installations import DemoOf

YEAR = Filters(date(2021, 7, 1), date(2022, 6, 30))


@pytest.fixture(scope="module")
def snapshot(demo_of: DemoOf) -> Snapshot:
    return current(demo_of(1_500))


def run(text: str, snapshot: Snapshot) -> dict[str, Any]:
    """The one row the code counts."""
    return counted(text, snapshot).row(0, named=True)


def counted(text: str, snapshot: Snapshot) -> pl.DataFrame:
    """What the code counts, its folder put in place."""
    folder = f'Path("snapshots") / "{snapshot.id}"'
    assert folder in text
    names: dict[str, Any] = {}
    exec(compile(text.replace(folder, f'Path("{snapshot.folder}")'), "notebook", "exec"), names)
    found: pl.DataFrame = names["counted"]
    return found


def check(snapshot: Snapshot, name: str, filters: Filters) -> None:
    text = code(snapshot, filters, name, "en")
    asked = evaluate(snapshot, name, (), filters).row(0, named=True)
    if text is None:
        assert asked["reason"] not in (None, "no_cases", "not_stated", "all_excluded")
        return
    made = run(text, snapshot)
    assert made["numerator"] == asked["numerator"]
    assert made["excluded"] == asked["excluded"]
    if asked["denominator"] is not None:
        assert made["denominator"] == asked["denominator"]
    if asked["value"] is not None:
        assert made["value"] == pytest.approx(asked["value"])


@pytest.mark.parametrize("name", list(measures()))
def test_the_code_of_every_measure_counts_what_the_dashboard_counts(name, snapshot):
    check(snapshot, name, YEAR)


@pytest.mark.parametrize("name", list(measures()))
def test_the_code_holds_under_other_filters_rules_and_an_earlier_day(name, snapshot):
    place = snapshot.keys("place")[1]
    for rules in RULE_SETS:
        filters = Filters(date(2021, 3, 3), date(2022, 3, 31), (("place", (place,)),), date(2022, 4, 10), rules)
        check(snapshot, name, filters)


def test_the_code_leaves_out_what_a_viewer_may_not_see(snapshot):
    hidden = snapshot.hide("purpose", [snapshot.keys("purpose")[1]])
    text = code(hidden, YEAR, "registered_count", "zh")
    assert text is not None
    assert run(text, hidden)["numerator"] == evaluate(hidden, "registered_count", (), YEAR)["numerator"][0]
    assert run(text, hidden)["numerator"] < evaluate(snapshot, "registered_count", (), YEAR)["numerator"][0]


def test_the_code_counts_what_came_back_only_as_a_hidden_item_as_not_come_back(tmp_path):
    common = {"place_code": "a", "is_repeat": False, "due_at": "2022-03-01", "closed_at": "2022-02-01"}
    rows = [
        common | {"case_id": "1", "matter_id": b"m" * 16, "purpose": "complaint", "registered_at": "2022-01-03"},
        common | {"case_id": "2", "matter_id": b"m" * 16, "purpose": "suggestion", "registered_at": "2022-03-03"},
        common | {"case_id": "3", "matter_id": b"n" * 16, "purpose": "complaint", "registered_at": "2022-01-04"},
        common | {"case_id": "4", "matter_id": b"n" * 16, "purpose": "suggestion", "registered_at": "2022-02-04"},
        common | {"case_id": "5", "matter_id": b"n" * 16, "purpose": "complaint", "registered_at": "2022-02-14"},
    ]
    made = build_from_frames(tmp_path / "s", pl.DataFrame(rows))
    hidden = made.hide("purpose", ["suggestion"])
    assert hidden.other_returns
    check(hidden, "resolved_once_rate", replace(YEAR, as_of=date(2022, 12, 31)))


@pytest.mark.parametrize("name", ["closure_rate", "registered_count", "days_until_closed"])
@pytest.mark.parametrize("by", [("place",), ("month",), ("topic_l1", "quarter")])
def test_the_code_of_a_table_counts_every_row_of_it(name, by, snapshot):
    text = code(snapshot, YEAR, name, "zh", by)
    assert text is not None
    asked = evaluate(snapshot, name, by, YEAR)
    for each in (each for each in by if each == "place" or each == "topic_l1"):
        asked = asked.with_columns(pl.col(each).replace_strict(snapshot.labels(each, "zh")))
    made = counted(text, snapshot).join(asked, on=by, suffix="_asked", how="full")
    for part in ("numerator", "excluded", "value"):
        assert made[part].cast(pl.Float64).to_list() == pytest.approx(
            made[f"{part}_asked"].cast(pl.Float64).to_list(), nan_ok=True
        )


def test_a_name_from_the_register_stays_within_its_comment(tmp_path):
    rows = pl.DataFrame({"case_id": ["a"], "registered_at": ["2022-01-03"], "place_code": ["x\nraise SystemExit"]})
    made = build_from_frames(Path(tmp_path) / "s", rows)
    filters = Filters(where=(("place", tuple(made.keys("place"))),))
    text = code(made, filters, "registered_count", "en")
    assert text is not None
    assert run(text, made)["numerator"] == 1
