"""Printed tables beside the register: what agrees, and what signed parts a difference is made of."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from queries.filters import Filters
from queries.snapshot import build_from_frames
from queries.snapshot.versions import Earlier
from queries.views import statistics
from queries.views.reconciliation import reconciled
from queries.workbooks import PrintedRow, PrintedTable
from queries.workbooks.differences import Known, explained, total_of
from queries.workbooks.lines import comparisons, statements

HEADINGS = (("单位",), ("按期答复", "应答复数"), ("按期答复", "按期答复数"))
COUNT = (("单位",), ("登记件数",))


def printed(*lines, headings=HEADINGS, line="", table_id=0):
    rows = tuple(
        PrintedRow(number, label, "total" if label == "合计" else "office",
                   None if label in ("合计", "无名") else label, (label, *map(str, cells)))
        for number, (label, *cells) in enumerate(lines, 4)
    )  # fmt: skip
    period = date(2022, 4, 1), date(2022, 6, 30)
    return PrintedTable("表", "a.xlsx", "表", line, *period, headings, 0, 2, rows, table_id=table_id)


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


def beside(snapshot, table, skipped=(), kept=(), before=None):
    (statement,) = statements(table, kept)
    return reconciled(snapshot, Filters(), statement, dict(skipped), before)


def reasons(found):
    return {label: reasons[0] for label, reasons in found.lines.frame.select("label", "reasons").iter_rows()}


def parts(found):
    return {row[0]: row[1:] for row in found.parts.frame.select("reason", "numerator", "denominator").iter_rows()}


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
        (("别处", 2, 2), "unexplained"),
        (("别处", 0, 0), "same"),
        (("北", "", ""), "not_printed"),
    ],
)
def test_a_difference_is_explained_only_by_what_the_register_shows(snapshot, line, reason):
    found = beside(snapshot, printed(line, ("西", 1, 1)), {("place", "南"): 3})
    assert reasons(found)[line[0]] == reason
    assert ("未能说明" in found.lines.finding.zh) == (reason == "unexplained")
    assert ("1个与登记一致" in found.lines.finding.zh) == (reason != "same")
    told = [note.zh for note in found.lines.notes if note.zh.startswith(f"{line[0]}：表比登记")]
    assert len(told) == len(found.unexplained) == (reason == "unexplained")


def test_what_nothing_explains_says_by_how_much_and_leads_to_the_items_of_the_register(snapshot):
    found = beside(snapshot, printed(("北", 5, 4), ("西", 1, 1)))
    assert found.lines.notes[-1].zh.startswith("北：表比登记分母多3件、分子多3件，登记中查不出原因；表上没有制表日期")
    ((label, filters),) = found.unexplained
    assert (label, filters.keys("place")) == ("北", ("北",))


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


def test_the_parts_of_a_total_sum_to_its_difference_from_the_whole_register(snapshot):
    # the register: six items due of which one late and one contradictory; 北 2, 南 1 (+1), 东 1, 西 1, 外 1
    table = printed(("北", 2, 1), ("南", 2, 2), ("西", 9, 9), ("无名", 4, 3), ("合计", 20, 15))
    found = beside(snapshot, table)
    assert parts(found) == {
        "excluded": (1, 1), "unmatched": (3, 4), "unexplained": (8, 8), "outside": (-2, -2), "total": (0, 3),
        "difference": (10, 14),
    }  # fmt: skip
    total = found.lines.frame.row(-1, named=True)
    assert (total["printed_denominator"], total["denominator"]) == (20, 6)
    assert (total["difference_numerator"], total["difference_denominator"]) == (10, 14)
    assert "+14" in found.parts.finding.zh
    assert "−2" in found.parts.finding.en


FEW, MANY = st.integers(0, 9), st.integers(0, 30)


@given(
    st.lists(st.tuples(st.sampled_from("北南东西外无"), FEW, FEW), min_size=1, max_size=7),
    st.tuples(MANY, MANY),
    st.booleans(),
)
def test_whatever_is_printed_the_parts_sum_exactly(shared_snapshot, lines, total, has_total):
    named = [("无名" if label == "无" else label, *cells) for label, *cells in lines]
    found = beside(shared_snapshot, printed(*named, *([("合计", *total)] if has_total else [])))
    rows = found.parts.frame.rows(named=True)
    own = [(row["numerator"], row["denominator"]) for row in rows if row["reason"] != "difference"]
    whole = [(row["numerator"], row["denominator"]) for row in rows if row["reason"] == "difference"]
    sums = total if has_total else (sum(each[1] for each in lines), sum(each[2] for each in lines))
    assert [tuple(map(sum, zip(*own, strict=True)))] * len(whole) == whole
    assert (whole or [(0, 0)])[0] == (sums[1] - 5, sums[0] - 6)


@pytest.fixture(scope="module")
def shared_snapshot(tmp_path_factory):
    due = ("2022-06-01",) * 6
    cases = pl.DataFrame(
        {"case_id": list("123456"), "registered_at": ["2022-04-02"] * 6, "place_code": list("北北南东西外"),
         "due_at": due, "closed_at": ["2022-05-01"] * 5 + ["2022-06-09"], "unusable": [0] * 6}
    )  # fmt: skip
    return build_from_frames(tmp_path_factory.mktemp("s"), cases, newest_file_date=date(2022, 7, 31))


def test_two_lines_are_added_before_they_are_compared(snapshot):
    party = printed(("北", 1, 0), ("东", 1, 1), ("合计", 2, 1), line="party", table_id=1)
    older = printed(("北", 9, 9), line="government", table_id=2)
    government = printed(("北", 1, 1), ("南", 1, 1), ("西", 1, 1), ("外", 1, 1), ("合计", 4, 4),
                         line="government", table_id=3)  # fmt: skip
    for shown in (party, government):
        found = beside(snapshot, shown, kept=(government, older, party))
        assert set(reasons(found).values()) == {"same"}
        assert found.lines.frame.row(0, named=True)["government"] == "1/1"
        assert found.parts.frame.is_empty()
        assert [note.zh for note in found.lines.notes] == [
            "只在党委线出现、另一线按0计：东", "只在政府线出现、另一线按0计：南、西、外",
        ]  # fmt: skip
    (note, *_) = beside(snapshot, older, kept=(government, older, party)).lines.notes
    assert "较新的政府线" in note.zh


@pytest.mark.parametrize("other", ["another period", "another measure"])
def test_one_line_alone_claims_no_difference(snapshot, other):
    party = printed(("北", 1, 0), ("合计", 1, 0), line="party", table_id=1)
    government = printed(("北", 1, 1), line="government", table_id=2)
    government = (
        replace(government, ends_on=date(2022, 5, 31))
        if other == "another period"
        else replace(government, headings=COUNT)
    )
    found = beside(snapshot, party, kept=(party, government))
    assert reasons(found) == {"北": "lacks", "合计": "lacks"}
    assert found.lines.frame["difference_denominator"].null_count() == 2
    assert found.parts is None
    assert "缺政府线" in found.lines.finding.zh


def test_one_line_that_is_more_than_the_whole_register_is_said(snapshot):
    found = beside(snapshot, printed(("北", 3, 1), ("南", 1, 1), line="party"))
    assert reasons(found) == {"北": "over", "南": "same"}
    assert "1个单位单此一线已多于登记" in found.lines.finding.zh


def test_a_table_with_departments_counts_by_office_so_that_no_item_counts_twice(snapshot):
    found = beside(snapshot, printed(("局", 4, 3), ("东", 2, 2), ("合计", 6, 5)))
    assert set(reasons(found).values()) == {"same"}


def test_a_count_is_compared_without_a_whole(snapshot):
    found = beside(snapshot, printed(("北", 3), ("南", 9), headings=COUNT))
    assert reasons(found) == {"北": "same", "南": "unexplained"}
    assert found.lines.frame["denominator"].null_count() == 2
    assert parts(found)["difference"] == (12 - 8, 0)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_cell_that_contradicts_others_is_marked_where_it_stands(language):
    table = printed(("北", 2, 1), ("合计", 3, 1))
    assert statistics.as_printed(table, language)["按期答复 / 应答复数"].to_list() == ["2", "3 ※"]
    assert statistics.contradictions(table, language)["expected"].to_list() == ["2"]
    assert "1" in statistics.finding(table)(language)


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        ("", 1, {"unexplained": -1}),  # the end of the period is no day on which the table was made
        ("制表日期：2022年6月25日", 1, {"later": -1}),
        ("制表日期：2022年6月25日", 5, {"later": -1, "unexplained": 4}),
        ("制表日期：2022年6月25日", 2, {}),
    ],
)
def test_what_came_after_the_table_is_one_part_and_the_rest_another(tmp_path, day, number, expected):
    days = ("2022-04-02", "2022-06-28")
    cases = pl.DataFrame([{"case_id": day, "registered_at": day, "place_code": "北", "unusable": 0} for day in days])
    snapshot = build_from_frames(tmp_path / "s", cases, newest_file_date=date(2022, 7, 31))
    table = replace(printed(("北", number), headings=COUNT), notes=(day,))
    found = {reason: amount for reason, (amount, _) in parts(beside(snapshot, table)).items()}
    found.pop("difference", None)
    assert found == expected


def test_late_entries_corrections_and_later_days_are_parts_of_their_own(tmp_path):
    def register(name, **places):
        days = {"a": "2022-04-02", "b": "2022-04-03", "c": "2022-04-04", "late": "2022-04-05", "after": "2022-06-28"}
        cases = [{"case_id": each, "registered_at": days[each], "place_code": at, "unusable": 0}
                 for each, at in places.items()]  # fmt: skip
        return build_from_frames(tmp_path / name, pl.DataFrame(cases), newest_file_date=date(2022, 7, 31))

    then = register("then", a="北", b="北", c="南")
    filled = register("filled", a="北", b="北", c="南", late="北")
    now = register("now", a="北", b="北", c="北", late="北", after="北")
    before = Earlier(1, then, filled, pl.DataFrame(), pl.DataFrame())
    for number, rest in ((2, {}), (9, {"unexplained": 7})):
        table = replace(printed(("北", number), headings=COUNT), notes=("制表日期：2022年6月25日",))
        found = {reason: amount for reason, (amount, _) in parts(beside(now, table, before=before)).items()}
        assert found.pop("difference") == number - 5
        assert found == {"later": -1, "corrected": -1, "late": -1} | rest


def test_a_reading_that_explains_most_lines_is_the_tables_and_only_the_rest_stays_unexplained(tmp_path):
    offices = {"北": 5, "南": 6, "东": 7, "西": 9}
    items = [{"registered_at": "2022-04-02", "place_code": place, "responsible_office_id": office, "unusable": 0}
             for office, number in offices.items()
             for place in ["北", "南", "东", "西", *["北"] * (number - 4)]]  # fmt: skip
    cases = pl.DataFrame([each | {"case_id": str(n)} for n, each in enumerate(items)])
    snapshot = build_from_frames(tmp_path / "s", cases, newest_file_date=date(2022, 7, 31))
    found = beside(snapshot, printed(("北", 5), ("南", 6), ("东", 7), ("西", 10), headings=COUNT))
    assert reasons(found) == {"北": "by_office", "南": "by_office", "东": "by_office", "西": "by_office"}
    assert parts(found)["unexplained"] == (1, 0)
    assert "1个未能说明（西）" in found.lines.finding.zh


def test_repeats_of_a_printed_total_are_held_against_the_share_of_repeats(tmp_path):
    items = [{"case_id": str(n), "registered_at": "2022-04-02", "place_code": "北", "is_repeat": n < 2, "unusable": 0}
             for n in range(5)]  # fmt: skip
    snapshot = build_from_frames(tmp_path / "s", pl.DataFrame(items), newest_file_date=date(2022, 7, 31))
    table = printed(("北", 5, 2, "40.0%"), ("合计", 5, 3, "60.0%"),
                    headings=(("单位",), ("登记件数",), ("重复件数",), ("重复信访率",)))  # fmt: skip
    told = {each.measure: reconciled(snapshot, Filters(), each, {}) for each in statements(table)}
    assert {name: reasons(found)["北"] for name, found in told.items()} == {"repeat_share": "same"}
    assert statistics.contradictions(table, "en").select("column", "expected").rows() == [("重复件数", "2")]


def test_what_rounding_may_hide_is_a_reason_of_its_own(snapshot):
    headings = (("单位",), ("登记件数（万件）",))
    assert reasons(beside(snapshot, printed(("北", "0.00"), headings=headings))) == {"北": "rounding"}
    assert reasons(beside(snapshot, printed(("北", "0.01"), headings=headings))) == {"北": "unexplained"}


def test_rows_of_one_office_are_added(snapshot):
    found = beside(snapshot, printed(("北", 1, 1), ("北", 1, 0), ("合计", 2, 1)))
    assert reasons(found)["北"] == "same"
    assert found.lines.frame.height == 2


AMOUNTS = st.tuples(st.integers(-5, 5), st.integers(-5, 5))


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS, st.integers(0, 5), st.booleans(), st.booleans())
def test_parts_always_sum_to_the_difference(difference, later, late, elsewhere, rows, certain, is_share):
    known = Known((("later", later), ("late", late)), certain, (("by_office", elsewhere),), (("excluded", rows),),
                  is_share=is_share)  # fmt: skip
    found = explained(difference, known)
    assert total_of(found) == difference
    assert all(amount != (0, 0) for _, amount in found)
