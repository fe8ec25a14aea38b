"""Items of one matter come in clumps: a change of their share is judged by the matters behind it."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from queries.counting.clumping import clumping, design_effect
from queries.counting.evaluate import compare
from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.views.parts import with_change

MONTH = Filters(start=date(2022, 6, 1), end=date(2022, 6, 30), as_of=date(2022, 6, 30))
CITIES = 120


def items(*matters: tuple[str | None, int, int]) -> pl.DataFrame:
    """Matter, items, counted of them."""
    return pl.DataFrame(
        [
            {"matter": name and number, "counted": int(at < counted)}
            for number, (name, of, counted) in enumerate(matters)
            for at in range(of)
        ],
        schema={"matter": pl.Int32, "counted": pl.Int64},
    )  # fmt: skip


def test_items_without_a_link_are_as_independent_as_any():
    assert design_effect(items((None, 100, 30))) == pytest.approx(1)


def test_many_repeats_on_few_matters_say_less_than_as_many_on_many():
    many = items(*[(f"m{at}", 2, 1) for at in range(20)], (None, 60, 0))
    few = items(*[(f"m{at}", 12, 11) for at in range(4)], (None, 76, 0))
    assert design_effect(few) > 3 > design_effect(many) >= 1


def test_nothing_repeated_and_all_repeated_vary_as_they_are():
    assert design_effect(items(("m", 9, 0))) == design_effect(items(("m", 9, 9))) == design_effect(items()) == 1


def quiet_months(draws: np.random.Generator) -> list[dict[str, object]]:
    """Two months in which nothing changes; one matter in seven brings 3 to 9 items at once, all but one repeats."""
    rows = []
    for month in (5, 6):
        for matter in range(60):
            more = int(draws.integers(2, 9)) if draws.random() < 1 / 7 else 0
            day = f"2022-{month:02}-{draws.integers(1, 29):02}"
            rows += [
                {"registered_at": day, "is_repeat": at > 0, "matter_id": f"{month}-{matter}", "place_code": "north"}
                for at in range(1 + more)
            ]
    return rows


def test_arrows_of_the_repeat_share_appear_in_one_quiet_month_of_twenty(tmp_path):
    draws = np.random.default_rng(5)
    clumped = alone = 0
    for city in range(CITIES):
        snapshot = build_from_frames(tmp_path / str(city), pl.DataFrame(quiet_months(draws)))
        frame = compare(snapshot, "repeat_share", (), MONTH)
        assert clumping(snapshot, MONTH, "repeat_share") > 1
        assert clumping(snapshot, MONTH, "closure_rate") == 1
        clumped += abs(with_change(frame, "previous", snapshot, MONTH)["signal_previous"][0])
        renamed = frame.with_columns(measure=pl.lit("closure_rate"))
        alone += abs(with_change(renamed, "previous", snapshot, MONTH)["signal_previous"][0])
    assert clumped / CITIES < 0.09  # 0.05 and twice the error of so many cities
    assert alone / CITIES > 0.2  # what counting items as independent would have shown
