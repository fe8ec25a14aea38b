"""Registers as workbooks: titles above the heading, headings of two rows, dates and text in one column."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

import shutil
from datetime import datetime

import polars as pl
import pytest
import xlsxwriter

from queries.store import open_store
from seed.load import run
from tests.seed.registers import stored


@pytest.fixture
def workbook(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "register.xlsx")
    yield book
    if not book.fileclosed:
        book.close()


@pytest.fixture
def imported(tmp_path, settings, workbook):
    def import_it(name="register.xlsx"):
        workbook.close()
        if name != "register.xlsx":
            shutil.copy(tmp_path / "register.xlsx", tmp_path / name)
        report = run(tmp_path / name, settings)
        engine = open_store(settings)
        rows = stored(engine, "case_id", "registered_at", "closed_at")
        engine.dispose()
        return report, rows

    return import_it


def test_text_real_dates_and_serial_numbers_stand_in_one_column(workbook, imported):
    sheet = workbook.add_worksheet()
    day = workbook.add_format({"num_format": "yyyy/m/d h:mm"})
    sheet.write_row(0, 0, ["信访件编号", "登记时间", "办结时间"])
    sheet.write_row(1, 0, ["00123", "2022年6月3日 14:05"])
    sheet.write(2, 0, "00124")
    sheet.write_datetime(2, 1, datetime(2022, 6, 3, 14, 5), day)
    sheet.write_datetime(2, 2, datetime(2022, 6, 4), day)
    sheet.write_row(3, 0, ["00125", 44715.586805556, "2022.6.5"])
    report, rows = imported()
    assert report.rejected == report.quarantined == 0
    assert rows == [
        ("00123", datetime(2022, 6, 3, 14, 5), None),
        ("00124", datetime(2022, 6, 3, 14, 5), datetime(2022, 6, 4)),
        ("00125", datetime(2022, 6, 3, 14, 5), datetime(2022, 6, 5)),
    ]


@pytest.mark.parametrize("name", ["register.csv", "register.xls", "登记"])
def test_a_workbook_under_a_wrong_name_is_imported(workbook, imported, name):
    workbook.add_worksheet().add_table(0, 0, 1, 1, {"data": [["1", "2022-06-03"]], "columns": [
        {"header": "信访件编号"}, {"header": "登记时间"}]})  # fmt: skip
    report, rows = imported(name)
    assert report.files[0]["name"] == name
    assert rows == [("1", datetime(2022, 6, 3), None)]


def test_a_title_above_and_a_heading_of_two_rows_are_found(workbook, imported):
    sheet = workbook.add_worksheet()
    sheet.merge_range(0, 0, 0, 4, "某市2022年上半年信访事项登记表")
    sheet.merge_range(1, 0, 2, 0, "信访件编号")
    sheet.merge_range(1, 1, 2, 1, "登记时间")
    sheet.merge_range(1, 2, 1, 3, "办理情况")
    sheet.write_row(2, 2, ["转送时间", "办结时间"])
    sheet.merge_range(1, 4, 2, 4, "信访人 姓名")
    sheet.write_row(3, 0, ["1", "2022-06-03", "2022-06-03", "2022-06-09", "某甲"])
    sheet.write_row(5, 0, ["合计", "", "", ""])
    report, rows = imported()
    assert report.used["closed_at"] == "办理情况 / 办结时间"
    assert report.dropped_personal == ("信访人 姓名",)
    assert rows == [("1", datetime(2022, 6, 3), datetime(2022, 6, 9))]
    assert report.findings.select("check_name", "row").rows() == [("registered_missing", 6)]


def test_a_title_in_the_first_cell_is_no_part_of_the_headings(workbook, imported):
    sheet = workbook.add_worksheet()
    sheet.write(0, 0, "某县信访登记表（2022年上半年）")
    sheet.write_row(1, 0, ["信访件编号", "登记时间", "办理科室"])
    sheet.write_row(2, 0, ["1", "2022-06-03", "无"])
    report, rows = imported()
    assert report.used["registered_at"] == "登记时间"
    assert report.ignored == ("办理科室",)
    assert rows == [("1", datetime(2022, 6, 3), None)]


def test_every_sheet_that_is_a_register_is_read_and_findings_name_it(workbook, imported):
    for name, number in (("一月", "1"), ("二月", "2")):
        sheet = workbook.add_worksheet(name)
        sheet.write_row(0, 0, ["信访件编号", "登记时间"])
        sheet.write_row(1, 0, [number, "2022-01-05"])
        sheet.write_row(2, 0, [f"{number}x", "?"])
    workbook.add_worksheet("说明").write(0, 0, "本表由系统导出")
    report, rows = imported()
    assert [row[0] for row in rows] == ["1", "2"]
    assert report.findings.select("sheet", "row").rows() == [("一月", 3), ("二月", 3)]


def test_numbers_and_yes_no_cells_of_a_workbook_are_understood(workbook, imported, settings):
    sheet = workbook.add_worksheet()
    sheet.write_row(0, 0, ["信访件编号", "登记时间", "信访人数", "重复信访"])
    sheet.write_row(1, 0, [1001, "2022-06-03", 5, True])
    _, rows = imported()
    assert rows[0][0] == "1001"
    engine = open_store(settings)
    assert stored(engine, "petitioner_count", "is_repeat") == [(5, True)]
    engine.dispose()


def test_parquet_is_imported_with_its_own_types(tmp_path, settings):
    columns = {"case id": [7], "registered at": [datetime(2022, 6, 3, 1, 2)], "is repeat": [False], "petitioners": [2]}
    pl.DataFrame(columns).write_parquet(tmp_path / "r.parquet")
    assert run(tmp_path / "r.parquet", settings).new == 1
    engine = open_store(settings)
    assert stored(engine, "case_id", "registered_at", "is_repeat", "petitioner_count") == [
        ("7", datetime(2022, 6, 3, 1, 2), False, 2)
    ]
    engine.dispose()
