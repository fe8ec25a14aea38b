"""Satisfaction: two shares together, bounds, what is still needed; the title says what the figures say."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dashboard.briefing.tables import table_of
from dashboard.charts import Style
from dashboard.charts.gap import dumbbell
from queries.filters import Filters
from queries.snapshot import Snapshot, build_from_frames
from queries.views import satisfaction

JUNE = Filters(start=date(2022, 6, 1), end=date(2022, 6, 30), as_of=date(2022, 6, 30))
TARGETS = [
    {"measure": name, "scope": "", "value": value, "valid_from": "2022-01-01", "valid_to": None, "source": "invented"}
    for name, value in (("participation_rate", 0.6), ("satisfaction_rate", 0.9))
]
STATES = {
    "satisfied": ("evaluated", "satisfied"),
    "basically": ("evaluated", "basically_satisfied"),
    "dissatisfied": ("evaluated", "dissatisfied"),
    "silent": ("expired", None),
    "open": ("pending", None),
}


@pytest.fixture
def heard(tmp_path: Path) -> Callable[..., Snapshot]:
    """A register of evaluations: place to numbers by state; windows end in June, open ones in July."""

    def build(
        target: str = "bureau", targets: list[dict[str, object]] | None = None, **places: dict[str, int]
    ) -> Snapshot:
        cases, evaluations = [], []
        for place, numbers in places.items():
            for state, number in numbers.items():
                status, score = STATES[state]
                for _ in range(number):
                    case = f"c{len(cases)}"
                    ends = "2022-07-20" if state == "open" else "2022-06-20"
                    cases.append({"case_id": case, "registered_at": "2022-05-20", "place_code": place})
                    evaluations.append(
                        {"case_id": case, "target": target, "status": status, "score": score, "window_ends_at": ends,
                         "evaluated_at": "2022-06-10" if status == "evaluated" else None}
                    )  # fmt: skip
        records = {"target": TARGETS if targets is None else targets}
        return build_from_frames(
            tmp_path / f"s{len(cases)}{target}",
            pl.DataFrame(cases),
            pl.DataFrame(evaluations, infer_schema_length=None),
            records=records,
        )

    return build


EXAMPLE = {"satisfied": 10, "basically": 4, "dissatisfied": 4, "silent": 22}  # DOMAIN.md §3


def test_the_worked_example_of_the_domain_comes_out_exactly(heard):
    found = satisfaction.heard(heard(north=EXAMPLE), JUNE, "bureau")
    assert found.participation == pytest.approx(0.45)
    assert found.satisfaction == pytest.approx(14 / 18)
    assert found.satisfaction_with_silence == pytest.approx(0.9)
    assert found.bounds == pytest.approx((0.35, 0.9))


def test_needed_evaluations_are_exact_and_feasible_only_while_open(heard):
    snapshot = heard(north=EXAMPLE | {"open": 8})
    found = satisfaction.heard(snapshot, JUNE, "bureau")
    assert found.still_open == 8
    assert found.needed_participation == 11  # ⌈0.6 × 48⌉ − 18
    assert not found.is_open_participation
    assert found.needed_satisfaction == 22  # ⌈(0.9 × 18 − 14) / 0.1⌉
    assert found.affordable == -1


def test_open_windows_count_where_the_period_reaches_up_to_now_and_not_in_an_old_one(heard):
    snapshot = heard(north=EXAMPLE | {"open": 8})
    assert satisfaction.heard(snapshot, JUNE, "bureau").still_open == 8
    may = Filters(start=date(2022, 5, 1), end=date(2022, 5, 31), as_of=date(2022, 7, 1))
    assert satisfaction.heard(snapshot, may, "bureau").still_open == 0


@pytest.mark.parametrize(
    ("numbers", "clause"),
    [
        (EXAMPLE, "均低于目标"),
        ({"satisfied": 19, "dissatisfied": 1, "silent": 40}, "参评率低于目标"),
        ({"satisfied": 10, "dissatisfied": 10, "silent": 1}, "满意率低于目标"),
        ({"satisfied": 19, "dissatisfied": 1, "silent": 1}, "均达到目标"),
    ],
)
def test_the_headline_says_which_target_is_missed(heard, numbers, clause):
    sentence = satisfaction.headline(heard(north=numbers), JUNE, "bureau")
    assert sentence.zh.endswith(clause)
    assert "按实际评价" in sentence.zh


def test_without_targets_the_headline_claims_nothing_about_them(heard):
    sentence = satisfaction.headline(heard(north=EXAMPLE, targets=[]), JUNE, "bureau")
    assert "目标" not in sentence.zh


def test_the_other_convention_is_named_and_changes_the_share(heard):
    snapshot = heard(north=EXAMPLE)
    silent = Filters(start=JUNE.start, end=JUNE.end, as_of=JUNE.as_of, convention="silence_is_satisfied")
    assert satisfaction.headline(snapshot, silent, "bureau").zh.startswith("参评率 45.0%，满意率 90.0%（未评视为满意）")
    view = satisfaction.by_group(snapshot, silent, "bureau", "place")
    assert view.finding is not None
    assert view.finding.zh.startswith("north：满意率（未评视为满意） 90.0%")
    row = view.frame.row(0, named=True)
    assert (row["value"], row["satisfaction"]) == (pytest.approx(0.9), pytest.approx(14 / 18))


def test_groups_are_ordered_by_gap_and_small_ones_come_last(heard):
    snapshot = heard(
        north=EXAMPLE,
        south={"satisfied": 30, "dissatisfied": 3, "silent": 3},
        tiny={"satisfied": 1, "silent": 5},
    )
    view = satisfaction.by_group(snapshot, JUNE, "bureau", "place")
    assert view.frame["place"].to_list() == ["north", "south", "tiny"]
    assert view.finding is not None
    assert view.finding.zh == "差距最大的是north：满意率（按实际评价） 77.8%，参评率只有 45.0%"


def test_a_table_holds_the_targets_where_groups_have_their_own(heard):
    own = {**TARGETS[0], "scope": "north", "value": 0.5}
    for targets, there in (((TARGETS), False), ([*TARGETS, own], True)):
        snapshot = heard(north=EXAMPLE, south=EXAMPLE, targets=targets)
        view = satisfaction.by_group(snapshot, JUNE, "bureau", "place")
        table = table_of(view, "heard", "", snapshot, "zh")
        headings = [column.heading for column in table.columns]
        assert "满意率（按实际评价）" in headings
        assert ("参评率目标" in headings) is there
        if there:
            shown = {row[0]: row[headings.index("参评率目标")] for row in table.rows}
            assert shown == {"north": 0.5, "south": TARGETS[0]["value"]}


@pytest.mark.parametrize(
    ("others", "zh", "en"),
    [
        ((EXAMPLE,), "各单位满意率都比参评率高32.8个百分点", "Satisfaction is 32.8 pp above participation everywhere"),
        (
            (EXAMPLE, EXAMPLE | {"silent": 10}),
            "差距最大的是a和b：满意率比参评率高32.8个百分点",
            "Widest gaps: a and b, satisfaction 32.8 pp above participation",
        ),
    ],
)
def test_of_several_that_share_the_widest_gap_none_is_called_the_widest(heard, others, zh, en):
    view = satisfaction.by_group(heard(**dict(zip("abc", (EXAMPLE, *others), strict=False))), JUNE, "bureau", "place")
    said = view.finding
    assert said is not None
    assert (said.zh.replace("a、b", "a和b"), said.en) == (zh, en)


@pytest.mark.parametrize(("silent", "ending"), [(22, "参评率只有 45.0%"), (10, "参评率 64.3%")])
def test_only_is_said_of_a_participation_below_its_target_and_widest_only_of_several(heard, silent, ending):
    view = satisfaction.by_group(heard(north=EXAMPLE | {"silent": silent}), JUNE, "bureau", "place")
    assert view.finding is not None
    assert view.finding.zh == f"north：满意率（按实际评价） 77.8%，{ending}"


def test_where_satisfaction_is_nowhere_above_participation_the_title_is_neutral(heard):
    view = satisfaction.by_group(
        heard(north={"satisfied": 5, "dissatisfied": 15, "silent": 1}), JUNE, "bureau", "place"
    )
    assert view.finding is not None
    assert view.finding.en == "Satisfaction is nowhere above participation"


def test_too_few_evaluations_are_not_compared(heard):
    view = satisfaction.by_group(heard(north={"satisfied": 3, "silent": 2}), JUNE, "bureau", "place")
    assert view.finding is not None
    assert view.finding.zh == "样本不足，无法比较"


def test_bounds_are_as_wide_as_the_share_that_stayed_silent(heard):
    row = satisfaction.by_group(heard(north=EXAMPLE), JUNE, "bureau", "place").frame.row(0, named=True)
    assert row["upper_bound"] - row["lower_bound"] == pytest.approx(1 - row["participation"])


def test_only_those_evaluated_in_the_register_are_offered(heard):
    assert satisfaction.asked_whom(heard("office", north=EXAMPLE), JUNE) == ("office",)


def test_a_register_without_evaluations_says_so(register):
    snapshot = register("place_code\n---\nnorth")
    assert satisfaction.asked_whom(snapshot, JUNE) == ()
    view = satisfaction.by_group(snapshot, JUNE, "bureau", "place")
    assert view.frame.height == 0
    assert "无法计算" in view.notes[0].zh


def test_the_table_tells_reached_needed_and_out_of_reach_apart(heard):
    snapshot = heard(
        north=EXAMPLE,
        south={"satisfied": 30, "dissatisfied": 1, "silent": 1},
        west={"satisfied": 29, "dissatisfied": 1, "silent": 21, "open": 6},
        none={"open": 3},
    )
    table = satisfaction.table(satisfaction.by_group(snapshot, JUNE, "bureau", "place"), "zh")
    said = {row["name"]: (row["needed_heard"], row["needed_content"]) for row in table.iter_rows(named=True)}
    assert said == {
        "north": ("缺6件，已无法达到", "缺22件，已无法达到"),
        "south": ("已达到", "已达到"),
        "west": ("还需5件", "已达到"),
        "none": ("还需2件", "—"),
    }


def test_a_target_of_nothing_is_met_by_anything_and_asked_about(heard):
    targets = [target | {"value": 0.0} for target in TARGETS]
    snapshot = heard(north=EXAMPLE, targets=targets)
    found = satisfaction.heard(snapshot, JUNE, "bureau")
    assert (found.needed_satisfaction, found.affordable) == (0, None)
    assert any("请核对目标值" in sentence.zh for sentence in found.sentences)
    assert "affordable" not in satisfaction.table(satisfaction.by_group(snapshot, JUNE, "bureau", "place"), "zh")


def test_each_group_is_held_to_its_own_target_and_the_others_to_the_citys(heard):
    own = TARGETS[0] | {"scope": "south", "value": 0.4}
    snapshot = heard(north=EXAMPLE, south=EXAMPLE, targets=[*TARGETS, own])
    rows = {row["place"]: row for row in satisfaction.by_group(snapshot, JUNE, "bureau", "place").frame.to_dicts()}
    assert (rows["north"]["participation_target"], rows["north"]["needed_participation"]) == (0.6, 6)
    assert (rows["south"]["participation_target"], rows["south"]["needed_participation"]) == (0.4, 0)
    assert rows["north"]["needed_satisfaction"] == rows["south"]["needed_satisfaction"] == 22
    assert satisfaction.heard(snapshot, JUNE, "bureau").participation_target == 0.6


def test_a_picture_draws_a_target_across_only_where_all_groups_share_it(heard):
    own = TARGETS[0] | {"scope": "south", "value": 0.4}
    for targets, lines, marks in ((TARGETS, 2, 0), ([*TARGETS, own], 1, 2)):
        snapshot = heard(north=EXAMPLE, south=EXAMPLE, targets=targets)
        drawn = dumbbell(satisfaction.by_group(snapshot, JUNE, "bureau", "place"), Style("zh")).checked
        assert len(drawn.layout.shapes) == 2 * lines  # each over its ground
        own_marks = [trace for trace in drawn.data if trace.marker.symbol == "line-ns"]
        assert sum(len(trace.x) for trace in own_marks) == marks


def test_where_silence_is_satisfied_the_plan_and_the_chance_are_said_too(heard):
    snapshot = heard(north={"satisfied": 10, "dissatisfied": 4, "silent": 10, "open": 16})
    silent = replace(JUNE, convention="silence_is_satisfied")
    said = "".join(each.zh for each in satisfaction.heard(snapshot, silent, "bureau").sentences)
    # 60 % of 40 are 24, so 10 more answers; 90 % of 40 are 36 on the good side, and 20 are there, 6 may stay silent
    assert "同时达到两项目标至少还需10件参评，其中10件满意；其余到期未评的视为满意。" in said
    assert "满意率（未评视为满意）达到90%的可能性为" in said


def test_what_silence_leaves_open_holds_no_share_of_too_few(heard):
    view = satisfaction.bounds(heard(north={"dissatisfied": 1}), JUNE, "bureau", "place")
    assert view.finding is not None
    assert view.finding.zh == "到期的只有1件，样本不足。"
