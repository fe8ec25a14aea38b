"""Targets: which are in force, what is held against them, and what can be said."""

from datetime import date

import polars as pl
import pytest

from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.views import closure, explore, overview, targets, townships

AS_OF = date(2022, 6, 30)


def register(tmp_path, rows, goals):
    cases = pl.DataFrame(
        [
            {"case_id": f"{place}{number}", "registered_at": "2022-01-10", "place_code": place, "due_at": "2022-03-11",
             "closed_at": "2022-03-01" if number < good else "2022-04-01"}
            for place, good, count in rows
            for number in range(count)
        ]
    )  # fmt: skip
    goals = [{"measure": "on_time_reply_rate", "source": "文件", "version": 1, "target_id": n, "scope": ""} | goal
             for n, goal in enumerate(goals, 1)]  # fmt: skip
    return build_from_frames(tmp_path / "s", cases, records={"target": goals}, newest_file_date=AS_OF)


def held(snapshot, as_of=AS_OF):
    return targets.held(snapshot, Filters(as_of=as_of))


@pytest.mark.parametrize(
    ("good", "count", "verdict"),
    [(99, 100, "reached"), (91, 100, "just_reached"), (89, 100, "just_missed"), (70, 100, "missed"), (5, 9, "small")],
)
def test_the_share_says_whether_a_target_is_reached_and_the_interval_whether_by_more_than_chance(
    tmp_path, good, count, verdict
):
    snapshot = register(tmp_path, [("北", good, count)], [{"valid_from": "2022-01-01", "value": 0.9}])
    (row,) = held(snapshot).frame.to_dicts()
    assert (row["numerator"], row["denominator"], row["verdict"]) == (good, count, verdict)
    assert row["worse"] == (verdict == "missed")
    said = held(snapshot).finding.zh
    assert ("1项未达到" in said) == (verdict in ("missed", "just_missed"))
    assert ("超出偶然波动" in said) == (verdict == "missed")


def test_only_the_newest_target_of_a_measure_and_scope_is_in_force(tmp_path):
    goals = [
        {"valid_from": "2021-01-01", "valid_to": "2021-12-31", "value": 0.8},
        {"valid_from": "2022-01-01", "value": 0.9},
        {"valid_from": "2022-05-01", "value": 0.95},
        {"valid_from": "2023-01-01", "value": 0.99},
        {"valid_from": "2022-01-01", "value": 0.7, "scope": "南"},
        {"valid_from": "2022-01-01", "value": 0.6, "withdrawn_at": None, "scope": "西"},
    ]
    snapshot = register(tmp_path, [("北", 80, 100), ("南", 90, 100)], goals)
    rows = held(snapshot).frame.select("scope", "target", "value").rows()
    assert rows == [("", 0.95, None), ("南", 0.7, 0.9), ("西", 0.6, None)]
    in_force = targets.timeline(snapshot, Filters(as_of=AS_OF)).frame.filter("in_force")["target"].to_list()
    assert sorted(in_force) == [0.6, 0.7, 0.95]


def test_a_target_is_judged_over_its_own_time_and_only_up_to_the_as_of_day(tmp_path):
    snapshot = register(tmp_path, [("北", 50, 100)], [{"valid_from": "2022-01-01", "value": 0.9}])
    assert held(snapshot, date(2022, 3, 1)).frame["verdict"].to_list() == ["unknown"]
    late = register(tmp_path / "2", [("北", 50, 100)], [{"valid_from": "2022-04-01", "value": 0.9}])
    assert held(late).frame["denominator"].to_list() == [0]


def test_without_targets_the_sentence_says_so(tmp_path):
    snapshot = register(tmp_path, [("北", 50, 100)], [])
    assert held(snapshot).frame.is_empty()
    assert "没有" in held(snapshot).finding.zh


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_table_says_target_figure_and_verdict_in_words(tmp_path, language):
    snapshot = register(tmp_path, [("北", 70, 100)], [{"valid_from": "2022-01-01", "value": 0.9}])
    (row,) = targets.table(held(snapshot), language).to_dicts()
    assert (row["target"], row["value"]) == ("90%", "70.0%")
    assert row["verdict"] == targets.VERDICTS["missed"](language)
    assert "20.0" in row["gap"]


def everywhere(snapshot, filters):
    """The target of one measure as every view that holds figures against it shows it."""
    name = "on_time_reply_rate"
    (card,) = overview.cards(snapshot, filters, (name,))
    question = explore.Question((name,))
    shown = {
        "overview": card.target,
        "closure": closure.by_month(snapshot, filters).frame.filter(measure=name)["target"][0],
        "townships": townships.compared(snapshot, filters, name).frame["target"].to_list(),
    }
    (note,) = [note.zh for note in explore.answer(snapshot, filters, question).notes if "目标" in note.zh]
    return shown | {"explore": note}


def test_a_target_is_the_same_on_every_page_and_that_of_the_one_place_selected(tmp_path):
    places = [("北", 40, 50), ("南", 45, 50)]
    goal = {"valid_from": "2022-01-01", "value": 0.9}
    for value in (0.9, 0.8):
        snapshot = register(
            tmp_path / str(value), places, [goal | {"value": value}, goal | {"scope": "南", "value": 0.7}]
        )
        whole = everywhere(snapshot, Filters(as_of=AS_OF))
        assert whole == {"overview": value, "closure": value, "townships": [value, 0.7],
                         "explore": f"目标：按期答复率 {value:.0%}"}  # fmt: skip
        south = everywhere(snapshot, Filters(as_of=AS_OF, where=(("place", ("南",)),)))
        assert south == {"overview": 0.7, "closure": 0.7, "townships": [0.7],
                         "explore": "目标：按期答复率 70%"}  # fmt: skip
