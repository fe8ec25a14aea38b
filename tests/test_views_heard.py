"""Parts of a gap and of a change in satisfaction: they add up exactly, as numbers and as printed."""

import re
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.views import heard

YEAR = Filters(start=date(2022, 1, 1), end=date(2022, 12, 31), as_of=date(2022, 12, 31))


def asked(
    place: str, satisfied: int, dissatisfied: int, silent: int, year: int = 2022, code: str = "sms"
) -> list[dict]:
    answers = ["satisfied"] * satisfied + ["dissatisfied"] * dissatisfied + [None] * silent
    return [{"place": place, "score": score, "year": year, "code": code} for score in answers]


@pytest.fixture
def register(tmp_path):
    def build(*parts):
        rows = [row for part in parts for row in part]
        cases = pl.DataFrame(
            [
                {"case_id": f"c{at}", "registered_at": f"{row['year']}-02-01", "place_code": row["place"],
                 "query_code_status": row["code"]}
                for at, row in enumerate(rows)
            ]
        )  # fmt: skip
        evaluations = pl.DataFrame(
            [
                {"case_id": f"c{at}", "target": "bureau", "status": "evaluated" if row["score"] else "expired",
                 "score": row["score"], "window_ends_at": f"{row['year']}-05-01",
                 "evaluated_at": f"{row['year']}-04-01" if row["score"] else None}
                for at, row in enumerate(rows)
            ],
            infer_schema_length=None,
        )  # fmt: skip
        return build_from_frames(tmp_path / "s", cases, evaluations)

    return build


def numbers(text: str) -> list[float]:
    return [float(found.replace("−", "-").replace("+", "")) for found in re.findall(r"[+−]?\d+\.\d", text)]


def test_a_place_below_the_whole_is_split_into_participation_and_satisfaction(register):
    alike = [asked(f"p{number}", 60, 10, 30) for number in range(6)]
    view = heard.apart(register(*alike, asked("silent", 24, 4, 72)), YEAR, "bureau", "place")
    row = view.frame.row(0, named=True)
    assert (row["place"], row["worse"]) == ("silent", True)
    assert row["by_participation"] + row["by_satisfaction"] == pytest.approx(row["gap"], abs=1e-12)
    assert abs(row["by_participation"]) > 20 * abs(row["by_satisfaction"])
    gap, a, b = numbers(view.finding.zh)
    assert a + b == pytest.approx(-gap)


def test_without_a_place_below_by_more_than_chance_none_is_named(register):
    view = heard.apart(register(*[asked(f"p{n}", 20 + n % 2, 5, 15) for n in range(5)]), YEAR, "bureau", "place")
    assert view.finding.en == "Satisfied out of all asked: no group clearly below the whole"


def test_one_place_is_held_against_nothing(register):
    view = heard.apart(register(asked("east", 20, 5, 15)), YEAR, "bureau", "place")
    assert view.finding.en == "Satisfied out of all asked: only east, nothing to compare it with"


def test_a_change_in_three_parts_adds_up_as_printed(register):
    before = [asked("east", 50, 20, 30, 2021), asked("west", 30, 40, 30, 2021)]
    now = [asked("east", 20, 5, 75), asked("west", 60, 80, 60)]
    view = heard.change(register(*before, *now), YEAR, "bureau", "place")
    first, *parts, last = view.frame.to_dicts()
    assert (first["numerator"], first["denominator"]) == (80, 200)
    assert first["value"] + sum(part["effect"] for part in parts) == pytest.approx(last["value"], abs=1e-12)
    printed = round(last["value"] * 100, 1) - round(first["value"] * 100, 1)
    assert sum(part["shown"] for part in parts) * 100 == pytest.approx(printed)
    assert "down 13.3 pp on the year before" in view.finding.en
    assert "chance" not in view.finding.en


counts = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))


@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=5))
def test_parts_of_any_change_sum_to_it_and_the_sentence_prints_them(groups):
    frames = [
        pl.DataFrame(
            [
                {"place": f"p{at}", "satisfied": s, "scored": s + d, "over": s + d + x}
                for at, pair in enumerate(groups)
                for s, d, x in [pair[side]]
            ]
        ).filter(pl.col("over") > 0)
        for side in (0, 1)
    ]
    if any(not frame["scored"].sum() for frame in frames):
        assert heard.split_change(frames[0], frames[1], "place") is None
        return
    found = heard.split_change(frames[0], frames[1], "place")
    change = found.now[0] / found.now[1] - found.before[0] / found.before[1]
    assert sum(found.parts.values()) == pytest.approx(change, abs=1e-12)
    said = heard.change_words(found, "上年同期", "the year before")
    moved = float(sum(found.shown.values()))
    assert ("up " in said.en) == ("上升" in said.zh) == (moved > 0)
    assert ("down " in said.en) == ("下降" in said.zh) == (moved < 0)
    if moved:
        assert ("chance" in said.en) == ("偶然" in said.zh) == (found.beyond_chance == 0)
    parts = numbers(said.zh.split("：")[1])
    assert sum(parts) == pytest.approx(moved * 100, abs=1e-9)


def test_delivered_codes_and_participation_with_and_without_one(register):
    snapshot = register(asked("east", 40, 10, 10), asked("east", 1, 0, 19, code="failed"), asked("west", 40, 10, 10))
    view = heard.reached(snapshot, YEAR, "bureau", "place")
    at = {row["place"]: (row["numerator"], row["denominator"]) for row in view.frame.iter_rows(named=True)}
    assert at == {"east": (60, 80), "west": (60, 60)}
    assert view.finding.en == (
        "Query code delivered: 85.7% (120 of 140); participation 83.3% with it, 5.0% without, more than chance"
    )


def test_a_register_without_query_codes_says_so(register):
    view = heard.reached(register(asked("east", 5, 5, 5, code=None)), YEAR, "bureau", "place")
    assert view.frame.height == 0
    assert "query code" in view.notes[0].en
