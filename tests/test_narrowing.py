"""A click on a mark, a row or an entry of a menu narrows the page to what it stands for."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import polars as pl
import pytest

from dashboard.charts import Style
from dashboard.charts.matrix import status_matrix
from dashboard.state import narrowing
from dashboard.state.choices import Choices
from dashboard.state.narrowing import Mark
from dashboard.state.session import Session
from queries.cases.case_list import Question, found
from queries.filters import Filters
from queries.measures import measure
from queries.snapshot import Snapshot
from queries.views import closure, overview, periods, repeats, reports
from queries.views.parts import made
from tests.installations import empty
from tests.programmes import kept

NORTH, SOUTH = Mark("place", "north"), Mark("place", "south")


@pytest.fixture
def snapshot(register) -> Snapshot:
    return register(
        """
        place_code | registered_at | due_at     | closed_at  | is_repeat
        -----------+---------------+------------+------------+----------
        north      | 2022-01-03    | 2022-03-01 | 2022-02-01 | no
        north      | 2022-02-03    | 2022-04-01 |            | yes
        south      | 2022-02-05    | 2022-04-01 | 2022-03-01 | no
        south      | 2022-05-05    | 2022-07-04 |            | no
        north      | 2022-05-06    | 2022-07-08 |            | no
        south      | 2022-06-20    |            |            | no
        """
    )


@pytest.fixture
def reader(snapshot: Snapshot, tmp_path) -> Session:
    choices = Choices(as_of=date(2022, 6, 30))
    settings = empty(tmp_path)
    return Session(settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, snapshot.as_of)


def test_every_group_and_every_month_of_a_view_stands_for_a_selection(reader, snapshot):
    groups = overview.by_group(snapshot, reader.filters)
    assert narrowing.marks(reader, groups) == {NORTH: "north", SOUTH: "south"}
    months = repeats.course(snapshot, reader.filters)
    known = narrowing.marks(reader, months)
    assert next(iter(known)) == Mark("month", "2022-06-01")
    assert known[Mark("month", "2022-05-01")] == "2022年5月"


@pytest.mark.parametrize(("point", "expected"), [
    ({"customdata": ["north", "北镇", "92 %"]}, NORTH),
    ({"x": 0.92, "y": "south"}, SOUTH),
    ({"label": "north"}, NORTH),
    ({"x": 0.92, "y": 3}, None),
    ({"customdata": None}, None),
])  # fmt: skip
def test_a_point_is_known_by_its_key_its_place_or_its_label(reader, snapshot, point, expected):
    assert narrowing.marked(reader, overview.by_group(snapshot, reader.filters), point) == expected


def test_a_name_with_signs_is_known_as_charts_write_it_and_a_number_is_never_a_name(register, reader):
    snapshot = register(
        """
        place_code | registered_at | due_at     | closed_at
        -----------+---------------+------------+-----------
        3          | 2022-01-03    | 2022-03-01 | 2022-02-01
        <b>&</b>   | 2022-02-03    | 2022-04-01 |
        """
    )
    view, reader = overview.by_group(snapshot, reader.filters), replace(reader, snapshot=snapshot)
    assert narrowing.marked(reader, view, {"customdata": ["&lt;b&gt;&amp;&lt;/b&gt;"]}) == Mark("place", "<b>&</b>")
    assert narrowing.marked(reader, view, {"x": 3, "y": 3}) is None


@pytest.mark.parametrize("x", ["2022-05-01", "2022-05-01T00:00:00", "2022-05-01 00:00"])
def test_a_month_is_known_by_its_first_day_however_the_browser_writes_it(reader, snapshot, x):
    mark = narrowing.marked(reader, repeats.course(snapshot, reader.filters), {"x": x, "y": 0.3})
    assert mark == Mark("month", "2022-05-01")
    assert mark.period == (date(2022, 5, 1), date(2022, 5, 31))


def test_a_quarter_and_a_year_stand_for_all_their_days():
    assert Mark("quarter", "2022-04-01").period == (date(2022, 4, 1), date(2022, 6, 30))
    assert Mark("year", "2022-01-01").period == (date(2022, 1, 1), date(2022, 12, 31))


def test_a_missing_report_and_a_day_without_reception_lead_to_their_office_by_a_click(tmp_path, reader):
    snapshot = kept(
        tmp_path / "k",
        problem_report=[{"office_id": "north", "due_on": date(2022, 5, 13), "reported_on": date(2022, 5, 13)}],
        special_period=[
            {
                "name_zh": "两会",
                "name_en": "Session",
                "kind": "congress",
                "starts_on": date(2022, 5, 1),
                "ends_on": date(2022, 5, 3),
            }
        ],
        reception_day=[{"day": date(2022, 5, 1), "place_code": "north", "post_on_duty": "镇长"}],
    )
    reader, filters = replace(reader, snapshot=snapshot), Filters(as_of=date(2022, 5, 20))
    key = periods.overview(snapshot, filters).frame["period"][0]
    matrices = {"office": reports.matrix(snapshot, filters), "place": periods.matrix(snapshot, filters, key)}
    for name, view in matrices.items():
        points = [point for trace in status_matrix(view, Style("zh")).checked.data for point in trace.customdata]
        assert {narrowing.marked(reader, view, {"customdata": list(point)}) for point in points} == {
            Mark(name, "north"),
            Mark(name, "south"),
        }


@pytest.mark.parametrize(("days", "is_crowded"), [(6, False), (17, True)])
def test_a_grid_of_many_days_tells_a_phone_to_print_its_numbers_alone(reader, days, is_crowded):
    first = date(2022, 1, 25)
    cells = [
        {"place": "north", "zh": "北", "en": "North", "column": first + timedelta(days=n), "label_zh": f"{n}",
         "label_en": f"{n}", "status": "absent" if n == 1 else "covered", "text": "" if n == 1 else str(n),
         "about_zh": "", "about_en": "", "faint": False}
        for n in range(days)
    ]  # fmt: skip
    view = made(reader.snapshot, reader.filters, pl.DataFrame(cells), (), ("place",), None, ())
    drawn = status_matrix(view, Style("zh")).checked
    assert bool(drawn.layout.meta) == is_crowded
    alone = [trace.meta["alone"] for trace in drawn.data if trace.meta]
    assert alone == ([[str(n) for n in range(days) if n != 1]] if is_crowded else [])
    if is_crowded:
        labels = drawn.layout.meta["crowd"]["days"]
        assert (labels[0], labels[7]) == ("1月<br>25", "2月<br>1")


def test_bands_of_age_and_batches_stand_for_no_selection(snapshot, reader):
    assert not narrowing.can_narrow(closure.ages(snapshot, reader.filters))
    assert not narrowing.can_narrow(repeats.ladder(snapshot, reader.filters))


def test_the_items_of_a_share_are_offered_as_numerator_and_as_denominator(reader, snapshot, monkeypatch):
    monkeypatch.setattr(Session, "cases", object())
    view = repeats.course(snapshot, reader.filters)
    assert [(each.name, part) for each, part in narrowing.listed(reader, view)][:2] == [
        ("repeat_share", "numerator"), ("repeat_share", "denominator"),
    ]  # fmt: skip


@pytest.mark.parametrize(("name", "part"), [
    ("repeat_share", "numerator"), ("on_time_reply_rate", "denominator"), ("overdue_count", "numerator"),
])  # fmt: skip
def test_who_opens_a_share_that_should_be_low_sees_the_items_that_count(name, part):
    assert narrowing.part_meant(measure(name)) == part


def test_the_cards_of_deadlines_are_as_many_as_the_items_they_lead_to(snapshot):
    filters = Filters(as_of=date(2022, 6, 30))
    cards = dict(closure.deadlines(snapshot, filters).frame.iter_rows())
    assert cards.pop("overdue") == len(found(snapshot, filters, Question("overdue_count")).numbers)
    for horizon, items in cards.items():
        assert len(found(snapshot, filters, Question(due_within=int(horizon))).numbers) == items
    assert cards == {"7": 1, "14": 2, "30": 2}


def test_a_row_stands_for_the_keys_in_its_columns_and_for_nothing_where_they_are_unknown(reader):
    found = narrowing.rows(reader, office=["north", "nowhere", None])
    assert found == [(NORTH,), (), ()], "records name places as offices"
    assert narrowing.by_row(reader, [(), ()], "table-x") == {}
    assert narrowing.by_row(reader, found, "table-x")["selection_mode"] == "single-row"


@pytest.mark.parametrize(("part", "asked"), [(None, []), (["a card"], ["whole page"])])
def test_the_whole_page_is_asked_for_only_where_a_part_is_drawn_alone(monkeypatch, part, asked):
    found = []
    monkeypatch.setattr(
        "dashboard.state.narrowing.get_script_run_ctx", lambda: SimpleNamespace(fragment_ids_this_run=part)
    )
    monkeypatch.setattr("dashboard.state.narrowing.st.rerun", lambda: found.append("whole page"))
    narrowing.draw_all()
    assert found == asked
