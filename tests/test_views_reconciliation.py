"""A printed table beside the register: what agrees, what the register can explain, and what stays unexplained."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.views import statistics
from queries.views.reconciliation import comparisons, reconciled
from queries.workbooks import PrintedRow, PrintedTable

HEADINGS = (("单位",), ("按期答复", "应答复数"), ("按期答复", "按期答复数"))


def printed(*lines, headings=HEADINGS):
    rows = tuple(
        PrintedRow(number, label, "total" if label == "合计" else "office",
                   None if label in ("合计", "无名") else label, (label, *map(str, cells)))
        for number, (label, *cells) in enumerate(lines, 4)
    )  # fmt: skip
    return PrintedTable("表", "a.xlsx", "表", "", date(2022, 4, 1), date(2022, 6, 30), headings, 0, 2, rows)


@pytest.fixture
def snapshot(tmp_path):
    def item(place, due, closed, **more):
        return {"registered_at": "2022-04-02", "place_code": place, "responsible_office_id": "局", "due_at": due,
                "closed_at": closed, "unusable": 0} | more  # fmt: skip

    items = [
        item("北", "2022-06-01", "2022-05-01"), item("北", "2022-06-01", "2022-06-10"),
        item("北", "2022-07-15", "2022-07-01"),  # due after the period
        item("南", "2022-06-01", "2022-05-01"), item("南", "2022-06-01", "2022-05-01", unusable=8),
        item("东", "2022-06-01", "2022-05-01", responsible_office_id="东"),
        item("西", "2022-06-01", "2022-05-01", responsible_office_id="东"),
        item("外", "2022-06-01", "2022-05-01"),
    ]  # fmt: skip
    cases = pl.DataFrame([each | {"case_id": str(n)} for n, each in enumerate(items)])
    return build_from_frames(tmp_path / "s", cases, newest_file_date=date(2022, 7, 31))


def reasons(snapshot, table, skipped=()):
    (comparison,) = comparisons(table)
    view = reconciled(snapshot, Filters(), table, comparison, dict(skipped))
    return dict(view.frame.select("label", "reason").iter_rows()), view


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("北", 2, 1), "same"),
        (("北", 3, 2), "registered"),  # the printed whole is what was registered in the period
        (("北", 5, 4), "unexplained"),
        (("南", 2, 2), "excluded"),
        (("南", 4, 4), "not_counted"),
        (("南", 5, 5), "both"),
        (("东", 2, 2), "by_office"),
        (("无名", 2, 2), "unmatched"),
        (("别处", 2, 2), "no_figure"),
        (("北", "", ""), "not_printed"),
    ],
)
def test_a_difference_is_explained_only_by_what_the_register_shows(snapshot, line, reason):
    found, view = reasons(snapshot, printed(line, ("西", 1, 1)), {("place", "南"): 3})
    assert found[line[0]] == reason
    assert ("未能说明" in view.finding.zh) == (reason == "unexplained")
    assert ("1个与登记一致" in view.finding.zh) == (reason != "same")


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (("受理总数", "按期办结", "按期率"), "on_time_reply_rate"),
        (("受理总数", "按期办结"), "on_time_reply_rate"),
        (("应受理", "及时受理", "及时受理率"), "timely_acceptance_rate"),
    ],
)
def test_what_is_done_of_a_total_says_which_measure_is_printed(headings, expected):
    under_one = (("单位",), *(("办理情况", heading) for heading in headings))
    (comparison,) = comparisons(printed(("北", 4, 3, 0.75), headings=under_one))
    assert comparison.measure == expected


def test_a_total_is_held_against_the_offices_of_the_table(snapshot):
    found, view = reasons(snapshot, printed(("北", 2, 1), ("南", 4, 4), ("合计", 6, 5)))
    assert found["合计"] == "rows"
    assert "3件" in view.notes[0].zh
    assert reasons(snapshot, printed(("北", 2, 1), ("南", 1, 1), ("合计", 3, 2)))[0]["合计"] == "same"
    assert reasons(snapshot, printed(("北", 2, 1), ("南", 1, 1), ("合计", 9, 2)))[0]["合计"] == "unexplained"


def test_a_count_is_compared_without_a_whole(snapshot):
    table = printed(("北", 3), ("南", 9), headings=(("单位",), ("登记件数",)))
    found, view = reasons(snapshot, table)
    assert found == {"北": "same", "南": "unexplained"}
    assert view.frame["denominator"].null_count() == 2


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_cell_that_contradicts_others_is_marked_where_it_stands(language):
    table = printed(("北", 2, 1), ("合计", 3, 1))
    assert statistics.as_printed(table, language)["按期答复 / 应答复数"].to_list() == ["2", "3 ※"]
    assert statistics.contradictions(table, language)["expected"].to_list() == ["2"]
    assert "1" in statistics.finding(table)(language)


def test_what_was_registered_after_the_table_was_made_is_a_reason_of_its_own(tmp_path):
    days = ("2022-04-02", "2022-06-28")
    cases = pl.DataFrame([{"case_id": day, "registered_at": day, "place_code": "北", "unusable": 0} for day in days])
    snapshot = build_from_frames(tmp_path / "s", cases, newest_file_date=date(2022, 7, 31))
    table = printed(("北", 1), headings=(("单位",), ("登记件数",)))
    assert reasons(snapshot, table)[0] == {"北": "unexplained"}
    assert reasons(snapshot, replace(table, notes=("制表日期：2022年6月25日",)))[0] == {"北": "printed"}


def test_what_rounding_may_hide_is_a_reason_of_its_own(snapshot):
    headings = (("单位",), ("登记件数（万件）",))
    assert reasons(snapshot, printed(("北", "0.00"), headings=headings))[0] == {"北": "rounding"}
    assert reasons(snapshot, printed(("北", "0.01"), headings=headings))[0] == {"北": "unexplained"}


def test_an_office_with_two_lines_is_not_compared_by_line_and_counts_once_in_the_total(snapshot):
    found, view = reasons(snapshot, printed(("北", 1, 1), ("北", 1, 0), ("合计", 2, 1)))
    assert found == {"北": "repeated", "合计": "same"}
    assert "2个无法对账" in view.finding.zh
