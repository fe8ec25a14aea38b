"""Natural limits of a monthly share: the title names what the picture marks, and nothing else."""

import itertools
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dashboard.briefing import Exhibit
from dashboard.charts import Style
from dashboard.charts.time_series import controlled_share
from dashboard.exports.plans import CoursePlan, plan
from queries.days import add_months
from queries.filters import Filters
from queries.measures import measure
from queries.records import of_rows
from queries.snapshot import Snapshot, build_from_frames
from queries.views import View, control, repeats

Course = Callable[..., View]
FIRST = date(2021, 1, 1)


def months(repeats_of: list[tuple[int, int]]) -> pl.DataFrame:
    """Items by month: so many repeats of so many items."""
    rows = [
        {"registered_at": add_months(FIRST, at).replace(day=5).isoformat(), "is_repeat": int(number < repeated)}
        for at, (repeated, items) in enumerate(repeats_of)
        for number in range(items)
    ]
    return pl.DataFrame(rows)


@pytest.fixture
def course(tmp_path: Path) -> Course:
    def build(
        *counts: tuple[int, int],
        as_of: date | None = None,
        special: list[dict[str, object]] | None = None,
        **kept: list[dict[str, object]],
    ) -> View:
        last = add_months(FIRST, len(counts))
        records = {"special_period": special or [], **kept}
        snapshot = build_from_frames(tmp_path / "s", months(list(counts)), records=records)
        return repeats.course(snapshot, Filters(as_of=as_of or date.fromordinal(last.toordinal() - 1)))

    return build


def marked(view: View) -> list[date]:
    return view.frame.filter(pl.col("towards") != 0)["month"].to_list()


def test_equal_months_are_ordinary_variation(course):
    view = course(*[(20 + at % 3, 100) for at in range(15)])
    assert marked(view) == []
    assert view.finding.zh == "重复信访率：15个整月都属正常波动，看不出实质变化"
    assert control.newest(view) == "common_cause"


def test_a_month_far_outside_is_named_and_drawn_as_a_diamond(course):
    view = course(*[(20 + 6 * (at % 2), 100) for at in range(14)], (60, 100))
    assert marked(view) == [date(2022, 3, 1)]
    assert view.finding.en == "Repeat share: Mar 2022 above the natural limits"
    assert control.newest(view) == "concerning"
    diamonds = [trace for trace in controlled_share(view, Style("zh")).checked.data if trace.marker.symbol == "diamond"]
    assert list(diamonds[0].x) == ["2022-03-01"]


def test_a_run_below_the_mean_is_counted_and_is_an_improvement(course):
    view = course(*[(26, 100)] * 12, *[(20, 100)] * 8)
    assert "2022年1月至2022年8月连续8个月低于平均" in view.finding.zh
    assert "8 months in a row below the mean, Jan 2022 – Aug 2022" in view.finding.en
    assert control.newest(view) == "improving"


def test_a_month_that_is_not_over_is_drawn_but_neither_judged_nor_part_of_the_limits(course):
    counts = [(20 + at % 3, 100) for at in range(14)]
    before = course(*counts)
    view = course(*counts, (60, 60), as_of=date(2022, 3, 10))
    last = view.frame.row(-1, named=True)
    assert (last["complete"], last["counted"], last["towards"]) == (False, False, 0)
    assert view.frame["mean"][0] == before.frame["mean"][0]
    assert "14个整月" in view.finding.zh


def test_few_months_give_trial_limits_and_say_so(course):
    view = course(*[(20 + at % 3, 100) for at in range(8)])
    assert any("Trial limits: they rest on 8 whole months" in note.en for note in view.notes)
    assert not any("Trial" in note.en for note in course(*[(20 + at % 3, 100) for at in range(12)]).notes)


def test_two_months_have_no_limits(course):
    view = course((20, 100), (21, 100))
    assert "towards" not in view.frame.columns
    assert control.newest(view) is None
    assert controlled_share(view, Style("en")).checked.data


def test_months_without_any_repeat_have_limits_without_width_and_no_mark(course):
    view = course(*[(0, 100)] * 13)
    assert view.finding.en == "Repeat share: 0.0% in each of 13 whole months"
    assert control.newest(view) is None


def test_a_month_mostly_within_a_special_period_is_drawn_but_not_judged_and_named(course):
    special = [
        {"name_zh": "冬奥会", "name_en": "Games", "kind": "games", "starts_on": "2022-02-04", "ends_on": "2022-02-20"},
        {"name_zh": "两会", "name_en": "Sessions", "kind": "s", "starts_on": "2022-03-04", "ends_on": "2022-03-11"},
    ]
    counts = [(20 + at % 3, 100) for at in range(13)]
    view = course(*counts, (60, 100), (21, 100), special=special)
    assert marked(view) == []
    row = view.frame.filter(pl.col("month") == date(2022, 2, 1)).row(0, named=True)
    assert (row["counted"], row["special_en"]) == (False, "Games")
    assert view.notes[0].zh == "期间有特殊时期：冬奥会、两会；2022年2月大半属于特殊时期，只画出，不参与判断。"


def participation(counts: list[tuple[int, int]]) -> View:
    frame = pl.DataFrame(
        {
            "month": [add_months(FIRST, at) for at in range(len(counts))],
            "numerator": [x for x, _ in counts],
            "denominator": [n for _, n in counts],
            "value": [x / n for x, n in counts],
            "complete": [True] * len(counts),
            "mean": [0.0] * len(counts),
        }
    )
    return View(frame, (measure("participation_rate"),), ("month",), Filters(), FIRST, "s")


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 40)), min_size=3, max_size=30))
@hypothesis_settings(max_examples=60, deadline=None)
def test_the_title_is_neutral_exactly_where_nothing_is_marked(pairs):
    counts = [(min(pair), max(pair)) for pair in pairs]
    view = control.controlled(participation(counts), Snapshot(Path("none"), {"as_of": None}))
    finding, found = view.finding, marked(view)
    assert finding is not None
    is_neutral = "ordinary variation" in finding.en or "in each of" in finding.en
    assert is_neutral == (not found)
    if found:
        newest = view.frame.filter(pl.col("towards") != 0).row(-1, named=True)
        first_clause = finding.zh.split("；")[0]
        assert ("高于" in first_clause) == (newest["towards"] > 0)
        assert f"{newest['month'].month}月" in first_clause


ANEW = {"rebaseline_id": 1, "measure": "repeat_share", "scope": "", "month": "2022-01-01", "reason": "口径调整"}


def test_limits_rest_on_the_first_two_years_and_do_not_follow_a_drift(course):
    view = course(*[(20 + at % 3, 100) for at in range(24)], *[(26 + at % 3, 100) for at in range(12)])
    assert view.frame["month"].min() == date(2022, 1, 1)
    assert view.frame["mean"].unique().to_list() == [pytest.approx(0.21)]
    assert "2022年12月至2023年12月连续13个月高于平均" in view.finding.zh


def test_limits_drawn_anew_judge_later_months_by_themselves_and_the_reason_is_said(course):
    counts = [*[(20 + at % 3, 100) for at in range(12)], *[(40 + at % 3, 100) for at in range(12)]]
    assert marked(course(*counts))
    view = course(*counts, rebaseline=[ANEW])
    assert marked(view) == []
    assert view.frame["phase"].to_list() == [0] * 12 + [1] * 12
    assert view.finding.zh == "重复信访率：2022年1月起重画控制限，前后24个整月各属正常波动"
    assert "before and since" in view.finding.en
    assert any("自2022年1月起按新的界限判断：口径调整" in note.zh for note in view.notes)
    steps = [
        trace
        for trace in controlled_share(view, Style("zh")).checked.data
        if trace.mode == "lines" and len(trace.x) == 12
    ]
    assert len(steps) == 2
    drawn = plan(Exhibit(view, controlled_share, ""), "en")
    assert isinstance(drawn, CoursePlan)
    assert [len(list(group)) for _, group in itertools.groupby(drawn.mean)] == [12, 12]
    assert drawn.mean_words == "mean 41.0%"


def test_the_sentence_names_every_month_from_which_limits_are_drawn_anew(course):
    counts = [*[(20 + at % 3, 100) for at in range(8)], *[(40 + at % 3, 100) for at in range(8)],
              *[(60 + at % 3, 100) for at in range(8)]]  # fmt: skip
    twice = [ANEW | {"month": "2021-09-01"}, ANEW | {"rebaseline_id": 2, "month": "2022-05-01", "reason": "新系统"}]
    view = course(*counts, rebaseline=twice)
    assert view.finding.zh == "重复信访率：2021年9月、2022年5月起重画控制限，其间前后24个整月各属正常波动"
    assert view.finding.en.startswith("Repeat share: limits drawn anew from Sep 2021 and May 2022; ordinary variation")


def test_a_decision_for_another_measure_or_place_changes_nothing(course):
    counts = [*[(20 + at % 3, 100) for at in range(12)], *[(40 + at % 3, 100) for at in range(12)]]
    others = [ANEW | {"measure": "closure_rate"}, ANEW | {"rebaseline_id": 2, "scope": "west"}]
    assert course(*counts, rebaseline=others).frame["phase"].unique().to_list() == [0]


def target(value: float) -> list[dict[str, object]]:
    return [{"target_id": 1, "measure": "repeat_share", "scope": "", "valid_from": "2020-01-01", "value": value,
             "source": "s"}]  # fmt: skip


@pytest.mark.parametrize(("goal", "mark"), [(0.5, "passes"), (0.02, "fails"), (0.21, "hit_and_miss")])
def test_the_assurance_mark_holds_the_limits_against_the_target_where_lower_is_better(course, goal, mark):
    view = course(*[(20 + at % 3, 100) for at in range(15)], target=target(goal))
    assert control.assured(view) == mark


def test_without_a_target_there_is_no_assurance_mark(course):
    assert control.assured(course(*[(20 + at % 3, 100) for at in range(15)])) is None


def redrawn(month: str) -> list[dict[str, object]]:
    return [ANEW | {"month": month}]


def test_one_month_since_limits_were_drawn_anew_is_neither_judged_nor_a_promise_on_the_target(course):
    counts = [*[(20 + at % 3, 100) for at in range(24)], (40, 100)]
    view = course(*counts, rebaseline=redrawn("2023-01-01"), target=target(0.5))
    assert (control.newest(view), control.assured(view)) == (None, None)
    assert view.frame.row(-1, named=True)["limit_upper"] is None
    assert view.finding.zh == "重复信访率：2023年1月起重画控制限，此后1个整月，还不能判断；此前23个整月都属正常波动"
    assert view.finding.en == (
        "Repeat share: limits drawn anew from Jan 2023, 1 whole month since: too few to judge; "
        "only ordinary variation in the 23 whole months before"
    )
    assert view.notes[0].zh == "重画后的界限有3个整月才画出，满12个整月前不判断能否达到目标。"
    assert controlled_share(view, Style("en")).checked.data


def test_limits_drawn_anew_from_a_month_that_is_not_over_have_no_month_since(course):
    counts = [(20 + at % 3, 100) for at in range(14)]
    view = course(*counts, (60, 60), as_of=date(2022, 3, 10), rebaseline=redrawn("2022-03-01"), target=target(0.5))
    assert (control.newest(view), control.assured(view)) == (None, None)
    assert "drawn anew from Mar 2022, no whole month since to judge" in view.finding.en


def test_trial_limits_judge_months_but_promise_nothing_on_the_target(course):
    counts = [(20 + at % 3, 100) for at in range(11)]
    view = course(*counts, target=target(0.5))
    assert (control.newest(view), control.assured(view)) == ("common_cause", None)
    assert "not said before there are 12" in view.notes[0].en
    assert control.assured(course(*counts, (20, 100), target=target(0.5))) == "passes"


def test_a_promise_on_the_target_that_a_month_of_the_same_limits_breaks_is_not_given(course):
    view = course(*[(20 + at % 3, 100) for at in range(12)], (60, 100), (20, 100), target=target(0.5))
    assert marked(view)
    assert control.assured(view) is None


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(20, 40)), min_size=3, max_size=30),
    st.integers(1, 29),
    st.integers(0, 20).map(lambda twentieths: twentieths / 20),
)
@hypothesis_settings(max_examples=60, deadline=None)
def test_sentence_marks_and_icons_of_limits_drawn_anew_agree(pairs, at, goal):
    counts = [(min(pair), max(pair)) for pair in pairs]
    kept_of = {"target": target(goal), "rebaseline": redrawn(add_months(FIRST, at).isoformat())}
    records = of_rows({name: [row | {"measure": "participation_rate"} for row in kept_of[name]] for name in kept_of})
    known = Snapshot(Path("none"), {"as_of": None}, records=records)
    view = control.controlled(participation(counts), known)
    since = view.frame.filter(pl.col("phase") == pl.col("phase").max())
    kept = control.assured(view)
    if since.height < 12:
        assert kept is None
    if since.height < control.FEWEST:
        assert control.newest(view) is None
        assert since["limit_upper"].null_count() == since.height
        assert "还不能判断" in view.finding.zh
    if kept in ("passes", "fails"):
        assert (since["value"] >= goal).all() if kept == "passes" else (since["value"] < goal).all()
    assert ("ordinary variation" in view.finding.en or "in each of" in view.finding.en) == (not marked(view))


def test_context_events_stand_at_their_month(course):
    events = [{"event_id": 1, "day": "2021-05-09", "name_zh": "培训", "name_en": "Training", "kind": "training"}]
    view = course(*[(20 + at % 3, 100) for at in range(15)], context_event=events)
    named = dict(view.frame.filter(pl.col("event_en") != "").select("month", "event_en").iter_rows())
    assert named == {date(2021, 5, 1): "Training"}
    marks = [
        trace for trace in controlled_share(view, Style("en")).checked.data if trace.marker.symbol == "triangle-up"
    ]
    assert list(marks[0].x) == ["2021-05-01"]


def test_a_stray_old_date_builds_no_limits(tmp_path):
    rows = pl.concat([pl.DataFrame([{"registered_at": "1999-01-01", "is_repeat": 1}]),
                      months([(20 + at % 3, 100) for at in range(15)])])  # fmt: skip
    view = repeats.course(build_from_frames(tmp_path / "s", rows), Filters(as_of=date(2022, 3, 31)))
    assert view.frame["mean"].unique().to_list() == [pytest.approx(0.21)]
    assert view.frame["month"].min() >= date(2020, 4, 1)


@given(st.integers(1, 4000))
def test_the_expected_number_of_false_alarms_grows_with_the_charts_and_is_printed(charts):
    said = control.false_alarms(charts)
    expected = charts * 0.015
    if expected >= 1 / 12:
        assert f"about {expected:,.1f} months" in said.en.replace("\u2212", "-") or expected * 10 % 1 == pytest.approx(
            0.5
        )
        assert f"{charts:,}" in said.zh
    else:
        assert f"one month in about {round(1 / expected)} " in said.en


def test_false_alarms_are_spoken_of_only_beside_limits(course):
    def said(view: View) -> bool:
        return any("误标" in note.zh for note in view.notes)

    assert said(course(*[(20 + at % 3, 100) for at in range(15)]))
    assert not said(course((20, 100), (21, 100)))


def volumes(counts: list[int]) -> View:
    frame = pl.DataFrame(
        {
            "month": [add_months(FIRST, at) for at in range(len(counts))],
            "numerator": counts,
            "value": [float(count) for count in counts],
            "complete": [True] * len(counts),
            "mean": [0.0] * len(counts),
        }
    ).with_columns(pl.lit(None, pl.Int64).alias("denominator"))
    made = View(frame, (measure("registered_count"),), ("month",), Filters(), FIRST, "s")
    return control.controlled(made, Snapshot(Path("none"), {"as_of": None}))


def test_a_number_of_items_has_xmr_limits_and_is_printed_as_a_number():
    view = volumes([100, 104, 98, 102, 101, 99, 103, 100, 97, 102, 101, 100, 180])
    row = view.frame.row(-1, named=True)
    steps = [abs(a - b) for a, b in itertools.pairwise(view.frame["value"].to_list())]
    mean = sum(view.frame["value"]) / 13
    assert row["limit_upper"] == pytest.approx(mean + 2.66 * sum(steps) / 12)
    assert row["limit_lower"] >= 0
    assert control.newest(view) == "high"
    assert control.assured(view) is None
    figure = controlled_share(view, Style("en")).checked
    assert any("<b>180</b>" in str(note.text) for note in figure.layout.annotations)
    assert not any("%" in str(note.text) for note in figure.layout.annotations)


@given(st.lists(st.integers(0, 60), min_size=3, max_size=30))
@hypothesis_settings(max_examples=60, deadline=None)
def test_the_title_of_a_count_is_neutral_exactly_where_nothing_is_marked(counts):
    view = volumes(counts)
    finding, found = view.finding, marked(view)
    assert finding is not None
    assert ("ordinary variation" in finding.en or "in each of" in finding.en) == (not found)
    assert "%" not in finding.en


def test_months_without_any_item_count_as_none_in_a_course_of_counts(tmp_path):
    rows = [
        {"registered_at": add_months(FIRST, at).isoformat()} for at in range(15) for _ in range(0 if at == 7 else 9)
    ]
    view = control.course(build_from_frames(tmp_path / "s", pl.DataFrame(rows)), Filters(as_of=date(2022, 3, 31)),
                          "registered_count")  # fmt: skip
    assert view.frame.filter(pl.col("month") == date(2021, 8, 1))["value"].to_list() == [0.0]
    assert view.methods == ("xmr",)
