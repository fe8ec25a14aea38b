"""Reports of problems 问题上报: whatever is on record and whatever day it is seen from, the counts belong together."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.filters import Filters
from queries.views import recorded, reports
from tests.examples import SLOW
from tests.programmes import day, kept

REPORTS = st.lists(
    st.tuples(
        st.sampled_from(["north", "south", "bureau of water"]),
        st.integers(0, 7),
        st.none() | st.integers(-3, 20),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:2],
)
DUE = [date(2022, month, number) for month in (1, 2, 3, 4) for number in reports.DUE_DAYS]


@SLOW
@given(REPORTS, st.integers(10, 150))
def test_cells_of_the_matrix_add_up_to_every_total(tmp_path_factory, rows, number):
    records = [
        {
            "report_id": at,
            "office_id": office,
            "due_on": DUE[due],
            "reported_on": None if delay is None else DUE[due] + timedelta(days=delay),
            "problem_count": None if delay is None else count,
        }
        for at, (office, due, delay, count) in enumerate(rows)
    ]
    snapshot = kept(tmp_path_factory.mktemp("r") / "s", problem_report=records)
    as_of = day(number)
    filters = Filters(as_of=as_of)
    cells = reports.reports(snapshot, filters).frame
    offices, dates = reports.by_office(snapshot, filters).frame, reports.by_date(snapshot, filters).frame
    assert cells.height == cells["office"].n_unique() * cells["due_on"].n_unique()
    for status in reports.STATUSES:
        count = cells.filter(pl.col("status") == status).height
        assert offices[status].sum() == dates[status].sum() == count
    assert cells.filter(pl.col("reported_on") > as_of).is_empty()
    assert cells.filter(pl.col("due_on") > as_of).is_empty()
    seen = [row for row in records if row["reported_on"] and row["reported_on"] <= as_of and row["due_on"] <= as_of]
    assert cells.filter(pl.col("status") != "missing").height == len(seen)
    assert (cells["problem_count"].sum() or 0) == sum(row["problem_count"] for row in seen)
    assert reports.next_due(snapshot, as_of) > as_of


def test_a_report_of_no_problems_is_a_report_and_a_later_one_is_not_there_yet(tmp_path):
    rows = [
        {"office_id": "north", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 13), "problem_count": 0},
        {"office_id": "south", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 15), "problem_count": 2},
    ]
    snapshot = kept(tmp_path / "s", problem_report=rows)
    then = reports.reports(snapshot, Filters(as_of=date(2022, 1, 14)))
    assert then.frame.select("office", "status", "is_zero").rows() == [
        ("north", "on_time", True),
        ("south", "missing", False),
    ]
    assert then.finding.zh == "2022年1月13日：2个单位中按时1个、缺报1个（南镇）"
    now = reports.reports(snapshot, Filters(as_of=date(2022, 1, 20)))
    assert now.frame["status"].to_list() == ["on_time", "late"]
    assert now.frame["days_late"].to_list() == [0, 2]
    assert reports.deadline(snapshot, Filters(as_of=date(2022, 1, 20))).zh == "下次上报：2022年1月28日（还有8天）"


def test_an_office_that_was_never_entered_is_missing_and_a_moved_deadline_replaces_the_13th(tmp_path):
    rows = [{"office_id": "north", "due_on": date(2022, 2, 14), "reported_on": date(2022, 2, 14)}]
    snapshot = kept(tmp_path / "s", problem_report=rows)
    frame = reports.reports(snapshot, Filters(as_of=date(2022, 2, 20))).frame
    assert frame.select("office", "due_on", "status").rows() == [
        ("north", date(2022, 2, 14), "on_time"),
        ("south", date(2022, 2, 14), "missing"),
    ]


def test_days_over_the_matrix_name_the_month_and_where_many_stand_only_where_it_changes(tmp_path):
    rows = [{"office_id": "north", "due_on": date(2022, 4, 13), "reported_on": date(2022, 4, 13)}]
    drawn = reports.matrix(kept(tmp_path / "s", problem_report=rows), Filters(as_of=date(2022, 5, 20))).frame
    assert drawn.filter(office="north")["label_en"].to_list() == ["13 Apr", "28 Apr", "13 May"]
    days = pl.date_range(date(2022, 1, 28), date(2022, 2, 6), eager=True)
    grid = pl.DataFrame({"at": days}).with_columns(zh=pl.lit(""), en=pl.lit(""), row=pl.lit("a"), status=pl.lit(""))
    names = recorded.cells(grid, "row", "at", "status", {}, pl.lit(False))["label_en"].to_list()
    assert names == ["28 Jan", "29", "30", "31", "1 Feb", "2", "3", "4", "5", "6"]


@pytest.mark.parametrize(
    ("given", "as_of", "passed", "following"),
    [
        (["2021-12-13"], "2022-01-05", ["2021-12-13", "2021-12-28"], "2022-01-13"),  # over the turn of the year
        (["2021-12-28", "2022-01-12"], "2022-01-12", ["2021-12-28", "2022-01-12"], "2022-01-28"),  # a day early
        (["2025-01-13", "2025-02-05"], "2025-02-02", ["2025-01-13"], "2025-02-05"),  # the 28th put off past 春节
        (["2025-01-13", "2025-02-05", "2025-02-13"], "2025-02-20", ["2025-01-13", "2025-02-05", "2025-02-13"],
         "2025-02-28"),
    ],
)  # fmt: skip
def test_a_deadline_moved_for_a_holiday_stands_for_the_nearest_one_not_on_record(
    tmp_path, given, as_of, passed, following
):
    rows = [{"report_id": n, "office_id": "north", "due_on": due, "reported_on": due, "problem_count": 0,
             "problem_kinds": None} for n, due in enumerate(given)]  # fmt: skip
    snapshot = kept(tmp_path / "s", problem_report=rows)
    day = date.fromisoformat(as_of)
    assert [str(each) for each in reports.due_dates(snapshot, Filters(as_of=day))] == passed
    assert str(reports.next_due(snapshot, day)) == following


def test_the_newest_due_date_is_told_whatever_the_period_and_totals_are_of_the_period(tmp_path):
    rows = [
        {"report_id": n, "office_id": "north", "due_on": due, "reported_on": due, "problem_count": 1}
        for n, due in enumerate((date(2022, 4, 28), date(2022, 5, 13)))
    ]
    filters = Filters(date(2022, 4, 1), date(2022, 4, 30), as_of=date(2022, 5, 13))
    snapshot = kept(tmp_path / "s", problem_report=rows)
    assert reports.reports(snapshot, filters).finding.zh.startswith("2022年5月13日")
    assert reports.by_date(snapshot, filters).frame["due_on"].to_list() == [date(2022, 4, 28)]
    assert reports.by_office(snapshot, filters).frame["problems"].sum() == 1


def test_kinds_are_counted_by_report_whatever_stands_between_them(tmp_path):
    rows = [
        {"office_id": "north", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 13), "problem_count": 3,
         "problem_kinds": "城乡建设、劳动社保、城乡建设"},
        {"office_id": "south", "due_on": date(2022, 1, 13), "reported_on": date(2022, 1, 13), "problem_count": 1,
         "problem_kinds": "城乡建设；积水"},
    ]  # fmt: skip
    view = reports.kinds(kept(tmp_path / "s", problem_report=rows), Filters(as_of=date(2022, 1, 20)))
    frame = view.frame
    assert view.finding.zh == "问题最多见于城乡建设、劳动社保、积水"  # the last two are named as often
    assert frame.select("kind", "en", "items", "of", "offices").rows() == [
        ("城乡建设", "Urban and rural construction", 2, 2, 2),
        ("劳动社保", "Labour and social security", 1, 2, 1),
        ("积水", "积水", 1, 2, 1),
    ]
