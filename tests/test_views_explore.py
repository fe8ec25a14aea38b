"""Explore: cells, totals and what is put together say the same; another selection beside; one level down."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dashboard.charts import Style
from dashboard.charts.exploration import drawing, short_difference
from queries.counting.evaluate import added_up, evaluate
from queries.days import day_number
from queries.errors import UsageError
from queries.filters import Filters
from queries.measures import QUANTILES, measure, plain_name
from queries.snapshot import Snapshot, build_from_frames
from queries.stats.survival import Ended, follow_up, kaplan_meier, median_days
from queries.views import drill, explore, explore_drawing, explore_table, townships
from queries.views.beside import difference_words
from queries.views.explore import OTHERS, Question

YEAR = Filters(start=date(2022, 1, 1), end=date(2022, 12, 31), as_of=date(2022, 12, 31))
SHARES = ("on_time_reply_rate", "repeat_share", "registered_count")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """Six places of falling size, three channels, two years; days to close differ by place."""
    rows = []
    for place in range(6):
        for number in range(60 - 9 * place):
            year, month = 2021 + number % 2, 1 + number % 9
            rows.append(
                {
                    "case_id": f"{place}-{number}",
                    "place_code": f"p{place}",
                    "responsible_office_id": f"o{place % 2}",
                    "channel": ("letter", "visit", "phone")[number % 3],
                    "registered_at": f"{year}-{month:02d}-10",
                    "due_at": f"{year}-{month + 2:02d}-10",
                    "closed_at": f"{year}-{month + (1 if number % 5 else 3):02d}-{1 + place + number % 7:02d}",
                    "is_repeat": number % 4 == 0,
                }
            )
    return build_from_frames(tmp_path_factory.mktemp("explore") / "s", pl.DataFrame(rows))


def part(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    return frame.filter(pl.col("part") == name)


@pytest.mark.parametrize(
    "question",
    [
        Question(SHARES, "place", top=2),
        Question(SHARES, "place", "channel", top=2),
        Question(SHARES, "place", grain="month", top=3),
        Question(SHARES, "place", "channel", "quarter", top=2, swapped=True),
        Question(SHARES, grain="week"),
        Question(SHARES, "place", find="p1"),
    ],
)
def test_cells_with_the_others_add_up_to_every_total_and_the_whole_is_the_registers(city, question):
    frame = explore.answer(city, YEAR, question).frame
    whole = evaluate(city, SHARES, (), YEAR)
    counted = ["numerator", "denominator"]
    for name, numbers in whole.select("measure", *counted).rows_by_key("measure", unique=True).items():
        for each in ("cell", "row", "column", "total"):
            rows = part(frame, each).filter(pl.col("measure") == name)
            if rows.height:
                sums = rows.select(pl.col(counted).sum()).row(0)
                assert sums == (numbers[0], numbers[1] or 0), (name, each)
    assert part(frame, "total")["value"].to_list() == pytest.approx(
        [dict(whole.select("measure", "value").iter_rows())[name] for name in part(frame, "total")["measure"]]
    )


def test_the_share_of_the_others_is_that_of_their_items_and_not_a_mean_of_shares(city):
    rows = part(explore.answer(city, YEAR, Question(("on_time_reply_rate",), "place", top=2)).frame, "cell")
    rest = rows.filter(pl.col("place") == OTHERS).row(0, named=True)
    kept = rows.filter(pl.col("place") != OTHERS)["place"].to_list()
    alone = evaluate(
        city, "on_time_reply_rate", (), YEAR.only("place", *sorted({f"p{n}" for n in range(6)} - set(kept)))
    )
    assert (rest["numerator"], rest["denominator"]) == alone.select("numerator", "denominator").row(0)
    assert rest["value"] == pytest.approx(rest["numerator"] / rest["denominator"])
    assert (rest["lower"], rest["upper"]) == pytest.approx(alone.select("lower", "upper").row(0))


def test_the_median_of_the_others_is_read_from_their_items(city):
    rows = part(explore.answer(city, YEAR, Question(("days_to_close",), "place", "channel", top=2)).frame, "cell")
    found = rows.filter((pl.col("place") == OTHERS) & (pl.col("channel") == "visit")).row(0, named=True)
    kept = rows.filter(pl.col("place") != OTHERS)["place"].unique()
    rest = YEAR.only("place", *sorted({f"p{n}" for n in range(6)} - set(kept))).only("channel", "visit")
    alone = evaluate(city, "days_to_close", (), rest)
    assert (found["value"], found["denominator"]) == alone.select("value", "denominator").row(0)


@pytest.mark.parametrize("share", list(QUANTILES))
def test_quantiles_of_waits_that_still_run_are_those_of_the_published_curve(city, share):
    (name,) = explore.at_quantiles(("days_until_closed",), (share,))
    early = replace(YEAR, as_of=date(2022, 7, 1))
    row = evaluate(city, name, (), early).row(0, named=True)
    assert 0 < row["numerator"] < row["denominator"]
    rows = pl.concat([pl.read_ipc(file) for file in sorted((city.folder / "cases").glob("*.arrow"))])
    first, last = day_number(date(2022, 1, 1)), day_number(date(2022, 7, 1))
    rows = rows.filter(pl.col("registered_day").is_between(first, last))
    seen = follow_up(rows["registered_day"], rows["closed_day"].cast(pl.Float64), Ended.CLOSED, last)
    curve = kaplan_meier(seen)
    crossed = [np.nan_to_num(limit[0]) >= share - 1e-9 for limit in (curve.upper, curve.lower)]
    limits = [float(curve.day[days.argmax()]) if days.any() else None for days in crossed]
    assert [row["lower"], row["upper"]] == limits or row["value"] is None
    beyond = curve.share[0] > share - 1e-9
    assert row["denominator"] == rows.height
    if share == 0.5:
        assert row["value"] == median_days(curve)[0]
    if beyond.any():
        assert row["value"] >= curve.day[beyond.argmax()]
    else:
        assert (row["value"], row["reason"]) == (None, "not_reached")


def test_a_duration_is_asked_for_at_several_quantiles_and_other_measures_once():
    assert explore.at_quantiles(("days_late", "closure_rate"), (0.9, 0.5)) == (
        "days_late", "days_late_p90", "closure_rate",
    )  # fmt: skip
    assert plain_name("days_late_p90") == "days_late"
    assert plain_name("closure_rate") == "closure_rate"


def test_a_card_leads_to_its_breakdown_and_below_a_single_group_to_the_next_one(city):
    assert drill.onwards(city, YEAR, SHARES[:1], "place").by == "place"
    inside = YEAR.only("place", "p0")
    assert drill.onwards(city, inside, SHARES[:1], "place").by == "office"
    asked = drill.onwards(city, inside.only("office", "o0"), SHARES[:1], "office")
    assert (asked.by, asked.grain) == ("", "month")
    assert drill.onwards(city, YEAR, SHARES[:1], "month").grain == "month"
    assert drill.onwards(city, YEAR, SHARES[:1]).by == "place"


def test_medians_are_never_added_up(city):
    with pytest.raises(UsageError, match="days_to_close"):
        added_up(evaluate(city, "days_to_close", ("place",), YEAR), ())


def test_two_selections_never_share_an_item(city):
    frame = explore.answer(city, YEAR, Question(("registered_count",), versus="place:p0|p1")).frame
    total = part(frame, "total").row(0, named=True)
    assert total["value"] + total["then_value"] == evaluate(city, "registered_count", (), YEAR)["value"][0]


def due(place: str, on_time: int, late: int, year: int) -> list[dict[str, str]]:
    common = {"place_code": place, "registered_at": f"{year}-04-02", "due_at": f"{year}-06-01"}
    return [common | {"closed_at": f"{year}-05-30"}] * on_time + [common | {"closed_at": f"{year}-06-20"}] * late


@pytest.fixture
def two_years(tmp_path: Path) -> Callable[..., Snapshot]:
    def build(*groups: tuple[str, int, int, int, int]) -> Snapshot:
        rows = [
            row
            for place, x1, n1, x2, n2 in groups
            for row in due(place, x1, n1 - x1, 2022) + due(place, x2, n2 - x2, 2021)
        ]
        return build_from_frames(
            tmp_path / "s", pl.DataFrame(rows).with_row_index("case_id").cast({"case_id": pl.String})
        )

    return build


def test_an_arrow_stands_only_where_newcombes_interval_and_the_false_discovery_rate_agree(two_years):
    city = two_years(("fell", 120, 200, 190, 200), ("same", 180, 200, 184, 200), ("few", 2, 4, 4, 4))
    frame = part(
        explore.answer(city, YEAR, Question(("on_time_reply_rate",), "place", versus="last_year")).frame, "cell"
    )
    signals = dict(frame.select("place", "signal").iter_rows())
    assert signals == {"fell": -1, "same": 0, "few": 0}
    fell = frame.filter(pl.col("place") == "fell").row(0, named=True)
    assert fell["difference_lower"] < fell["difference"] < fell["difference_upper"] < 0


def test_the_title_says_clearly_lower_only_for_a_difference_beyond_chance(two_years):
    question = Question(("on_time_reply_rate",), "place", versus="last_year")
    lower = explore.answer(two_years(("a", 120, 200, 190, 200)), YEAR, question).finding
    assert lower is not None
    assert "clearly lower than the same period last year" in lower.en


def test_the_title_of_a_small_difference_says_that_none_can_be_told(two_years):
    question = Question(("on_time_reply_rate",), "place", versus="last_year")
    same = explore.answer(two_years(("a", 180, 200, 184, 200)), YEAR, question).finding
    assert same is not None
    assert "not clearly different" in same.en


def test_months_of_two_years_are_laid_over_one_another(two_years):
    frame = explore.answer(
        two_years(("a", 3, 5, 4, 9)), YEAR, Question(("on_time_reply_rate",), grain="month", versus="last_year")
    ).frame
    june = part(frame, "cell").row(0, named=True)
    assert (june["month"], june["denominator"], june["then_denominator"]) == (date(2022, 6, 1), 5, 9)


def test_what_only_the_other_selection_holds_has_a_row_of_its_own_in_its_place(two_years):
    names = ("registered_count", "on_time_reply_rate")
    city = two_years(("a", 3, 5, 4, 9), ("b", 0, 0, 6, 8), ("c", 1, 2, 1, 2))
    view = explore.answer(city, YEAR, Question(names, "place", versus="last_year"))
    cells = part(view.frame, "cell")
    assert cells.select("measure", "place").rows() == [(name, place) for name in names for place in "abc"]
    counted, share = cells.filter(pl.col("place") == "b").to_dicts()
    assert (counted["value"], counted["then_value"], counted["difference"]) == (0, 8, -8)
    assert (share["value"], share["reason"], share["then_value"]) == (None, "no_cases", 0.75)
    for name, whole in part(view.frame, "total").select("measure", "then_numerator").rows():
        assert cells.filter(pl.col("measure") == name)["then_numerator"].sum() == whole
    drawn = explore_drawing.drawn(city, YEAR, Question(names, "place", versus="last_year"), names[1])
    chart = drawing(drawn, Style("zh")).checked
    assert [len(trace.x) for trace in chart.data if trace.marker.symbol == "diamond"] == [3]
    early = replace(YEAR, as_of=date(2022, 3, 31))
    by_month = part(explore.answer(city, early, Question(names[:1], grain="month", versus="last_year")).frame, "cell")
    assert by_month["month"].to_list() == []  # April is still to come


@pytest.mark.parametrize(("name", "size"), [("on_time_reply_rate", -0.0004), ("days_to_close", -0.04)])
def test_a_difference_of_which_nothing_is_left_has_no_sign(name, size):
    assert difference_words(measure(name), size, "zh").startswith("0.0")
    row = {"small": False, "difference": size, "signal": 0}
    assert short_difference(measure(name), row, Style("zh")) == "0.0"


def test_one_of_something_is_in_the_singular():
    assert explore.figure_words(measure("registered_count"), 1, "en") == "1 item"
    assert explore.figure_words(measure("registered_count"), 2, "en") == "2 items"


def test_periods_that_overlap_are_shown_without_a_verdict(two_years):
    city = two_years(("a", 120, 200, 190, 200))
    view = explore.answer(city, YEAR, Question(("on_time_reply_rate",), "place", versus="2021-06-01..2022-06-30"))
    assert view.frame["signal"].is_null().all()
    assert any("overlap" in note.en for note in view.notes)


def test_a_group_of_few_items_shows_its_counts_and_no_share(two_years):
    grid = explore_table.tabulate(
        two_years(("many", 90, 100, 1, 1), ("few", 2, 4, 1, 1)), YEAR, Question(("on_time_reply_rate",), "place"),
        "on_time_reply_rate", "en",
    )  # fmt: skip
    few = next(line for line in grid.lines if line.labels == ("few",))
    assert few.cells[0].small
    assert few.cells[0].counts == "2 of 4"
    assert few.cells[0].step is None


def test_a_table_is_sorted_by_its_figures_and_not_by_those_of_few_items(two_years):
    city = two_years(("many", 90, 100, 80, 100), ("few", 2, 4, 1, 1))
    question = Question(("on_time_reply_rate",), "place", versus="last_year")
    grid = explore_table.tabulate(city, YEAR, question, "on_time_reply_rate", "en")
    orders = {line.labels[0]: [cell.order for cell in line.cells[:3]] for line in grid.lines}
    assert orders == {"many": [0.9, 0.8, pytest.approx(0.1)], "few": [None, None, None]}


def test_the_others_say_how_many_groups_they_are_in_table_and_chart_and_a_note_says_which_stand_alone(city):
    question = Question(SHARES[:1], "place", "channel", top=2)
    grid = explore_table.tabulate(city, YEAR, question, SHARES[0], "en")
    assert grid.lines[-1].labels == ("4 others",)
    assert set(explore_drawing.drawn(city, YEAR, question, SHARES[0]).frame["zh"]) == {"p0", "p1", "其余4组"}
    (note,) = (each for each in explore.answer(city, YEAR, question).notes if "件数最多" in each.zh)
    assert "最多的2组" in note.zh
    assert "the other 4" in note.en


@pytest.mark.parametrize("name", ["days_to_close", "days_to_close_p90"])
def test_days_to_close_of_months_that_may_still_be_handled_are_not_complete(city, name):
    found = explore.answer(city, replace(YEAR, as_of=date(2022, 10, 31)), Question((name,), "", grain="month"))
    cells = found.frame.filter(pl.col("part") == "cell")
    assert cells.filter("complete")["month"].max() == date(2022, 7, 1)
    assert cells["month"].max() == date(2022, 9, 1)


def test_a_single_group_beyond_those_asked_for_stands_for_itself(city):
    grid = explore_table.tabulate(city, YEAR, Question(SHARES[:1], "place", top=5), SHARES[0], "en")
    assert {line.labels[0] for line in grid.lines} == {f"p{at}" for at in range(6)}


@pytest.mark.parametrize("question", [Question(SHARES[:1], "place"), Question(SHARES[:1], "place", top=2, find="p1")])
def test_nothing_is_said_of_small_groups_where_none_is_hidden(city, question):
    assert not any("件数最多" in each.zh for each in explore.answer(city, YEAR, question).notes)


def test_swapping_exchanges_rows_and_columns_and_keeps_every_figure(city):
    question = Question(SHARES[:1], "place", "channel")
    plain = explore_table.tabulate(city, YEAR, question, SHARES[0], "en")
    swapped = explore_table.tabulate(
        city, YEAR, Question(SHARES[:1], "place", "channel", swapped=True), SHARES[0], "en"
    )
    cells = {
        (line.labels, column.label): cell.says
        for line in plain.lines
        for column, cell in zip(plain.columns, line.cells, strict=True)
    }
    for line in swapped.lines:
        for column, cell in zip(swapped.columns, line.cells, strict=True):
            if column.name != "total":
                assert cells[(column.label,), line.labels[0]] == cell.says


def test_opening_leads_from_place_to_office_to_month_to_the_cases(city):
    asked = Question(SHARES[:1], "place")
    step = drill.one_level_down(city, YEAR, asked, {"place": "p0"})
    assert step is not None
    assert step.question is not None
    assert (step.where, step.question.by) == ({"place": ("p0",)}, "office")
    inside = YEAR.only("place", "p0")
    step = drill.one_level_down(city, inside, step.question, {"office": "o0"})
    assert step is not None
    assert step.question is not None
    assert (step.question.by, step.question.grain) == ("", "month")
    step = drill.one_level_down(city, inside.only("office", "o0"), step.question, {"month": "2022-03-01"})
    assert step == drill.Step({}, (date(2022, 3, 1), date(2022, 3, 31)), None)


@pytest.mark.parametrize(
    ("question", "keys"),
    [
        (Question(SHARES[:1], "place"), {"place": "p1"}),
        (Question(SHARES[:1], "place", "channel"), {"place": "p1", "channel": "visit"}),
        (Question(SHARES[:1], "place", grain="quarter"), {"place": "p1", "quarter": "2022-04-01"}),
        (Question(SHARES[:1], grain="month"), {"month": "2022-05-01"}),
    ],
)
def test_the_figure_opened_is_the_whole_of_the_next_level(city, question, keys):
    frame = part(explore.answer(city, YEAR, question).frame, "cell")
    for name, key in keys.items():
        frame = frame.filter(pl.col(name) == (date.fromisoformat(key) if name in ("month", "quarter") else key))
    step = drill.one_level_down(city, YEAR, question, keys)
    assert step is not None
    start, end = step.period or (YEAR.start, YEAR.end)
    there = Filters(start, end, tuple(step.where.items()), as_of=YEAR.as_of)
    whole = evaluate(city, question.measures[0], (), there)
    assert frame.select("numerator", "denominator").row(0) == whole.select("numerator", "denominator").row(0)


def test_what_was_put_together_cannot_be_opened(city):
    assert drill.one_level_down(city, YEAR, Question(SHARES[:1], "place"), {"place": OTHERS}) is None
    keys = {"place": OTHERS, "month": "2022-03-01"}
    assert drill.one_level_down(city, YEAR, Question(SHARES[:1], "place", grain="month"), keys) is None


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        (Question(("closure_rate",)), "nothing"),
        (Question(("closure_rate",), "place"), "intervals"),
        (Question(("days_to_close",), "place"), "dots"),
        (Question(("closure_rate",), "place", versus="last_year"), "pairs"),
        (Question(("closure_rate",), grain="month"), "lines"),
        (Question(("closure_rate",), "place", grain="month"), "multiples"),
        (Question(("closure_rate",), "place", "channel"), "heat"),
    ],
)
def test_the_chart_follows_from_what_is_compared(question, kind):
    assert explore_drawing.kind(question, question.measures[0]) == kind


@pytest.mark.parametrize(
    ("typed", "found"), [("nyj", ["农业局"]), ("nongye", ["农业局"]), ("局", ["农业局", "教育局"])]
)
def test_groups_are_found_by_name_pinyin_and_initials(tmp_path, typed, found):
    rows = [
        {"case_id": name, "place_code": name, "registered_at": "2022-02-01"} for name in ("农业局", "教育局", "岚溪镇")
    ]
    made = build_from_frames(tmp_path / "s", pl.DataFrame(rows))
    cells = part(explore.answer(made, YEAR, Question(("registered_count",), "place", find=typed)).frame, "cell")
    assert sorted(set(cells["place"]) - {OTHERS}) == sorted(found)


@pytest.mark.parametrize("versus", ["foo", "place:nowhere", "place:p0", "2022-13-01..x"])
def test_another_selection_without_meaning_is_left_out_and_said_so(city, versus):
    only = YEAR.only("place", "p0")
    asked = Question(SHARES[:1], "channel", versus=versus)
    view = explore.answer(city, only, asked)
    assert "then_value" not in view.frame.columns
    assert any("对比" in note.zh for note in view.notes)
    drawn = explore_drawing.drawn(city, only, asked, SHARES[0])
    assert drawing(drawn, Style("zh", False)).checked.data
    assert explore_drawing.kind(explore.meant(city, only, asked), SHARES[0]) == "intervals"


def test_groups_put_together_are_drawn_but_neither_compared_nor_counted_as_one(tmp_path):
    shares = {"p0": 20, "p1": 60, "p2": 20, "p3": 21, "p4": 90, "p5": 90}
    rows = [
        {
            "case_id": f"{place}-{number}",
            "place_code": place,
            "registered_at": "2022-03-10",
            "is_repeat": number < share,
        }
        for place, share in shares.items()
        for number in range(100 if place < "p4" else 99)
    ]
    city = build_from_frames(tmp_path / "s", pl.DataFrame(rows))
    drawn = explore_drawing.drawn(city, YEAR, Question(("repeat_share",), "place", top=4), "repeat_share")
    assert drawn.frame.filter(pl.col("place") == OTHERS).select("band", "worse").row(0) == ("same", False)
    assert drawn.frame.filter(pl.col("band") != "same").height == 3
    assert drawn.finding.zh == ("重复信访率：p0、p2、p3明显低于全体；1个与全体无法区分；其余2组合并，不作比较")
    assert drawn.finding.en.endswith("1 other not separable; 2 others put together, not compared")


def test_repeats_of_one_matter_are_allowed_for_in_explore_as_on_the_page_of_townships(tmp_path):
    rows = [
        {"case_id": f"{place}-{number}", "matter_id": f"{place}-{number // 20 if number < 60 + 40 * place else number}",
         "place_code": f"p{place}", "registered_at": "2022-03-10", "is_repeat": number < 60 + 40 * place}
        for place in range(2)
        for number in range(200)
    ]  # fmt: skip
    city = build_from_frames(tmp_path / "s", pl.DataFrame(rows))
    drawn = explore_drawing.drawn(city, YEAR, Question(("repeat_share",), "place", top=10), "repeat_share")
    assert drawn.frame["band"].to_list() == townships.compared(city, YEAR, "repeat_share").frame["band"].to_list()
    assert any("同一事项的多件并不独立" in note.zh for note in drawn.notes)


def test_of_a_share_that_is_neither_good_nor_bad_no_group_is_worse(city):
    drawn = explore_drawing.drawn(city, YEAR, Question(("closed_share",), "place"), "closed_share")
    assert drawn.frame["worse"].to_list() == [False] * drawn.frame.height


@pytest.mark.parametrize("name", ["registered_count", "days_to_close", "on_time_reply_rate"])
def test_small_charts_stand_on_one_scale_and_one_span_of_time(city, name):
    drawn = explore_drawing.drawn(city, YEAR, Question((name,), "place", grain="month"), name)
    layout = drawing(drawn, Style("zh", False)).checked.layout.to_plotly_json()
    for axis in ("xaxis", "yaxis"):
        ranges = {tuple(layout[each]["range"]) for each in layout if each.startswith(axis)}
        assert len(ranges) == 1, "a shared scale is said under the charts"


def test_what_still_waits_is_explained_where_something_does(city):
    early = replace(YEAR, as_of=date(2022, 7, 1))
    assert explore.STILL_WAITING in explore.answer(city, early, Question(("days_until_closed",), "place")).notes
    assert explore.STILL_WAITING not in explore.answer(city, early, Question(("days_to_close",), "place")).notes
