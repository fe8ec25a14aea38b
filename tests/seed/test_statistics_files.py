"""Aggregate workbooks: read as printed, checked against their own arithmetic and against the register."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import insert

from queries import register
from queries.errors import UnreadableFile
from queries.filters import Filters
from queries.schema import office
from queries.snapshot import current
from queries.store import open_store, writing
from queries.views.reconciliation import reconciled
from queries.views.statistics import cautions
from queries.workbooks import printed
from queries.workbooks.arithmetic import disagreements
from queries.workbooks.kept import tables, withdraw
from queries.workbooks.lines import comparisons, statements
from seed.demo.statistics import WRONG_BY, WRONG_PLACE, WRONG_TOTAL_BY
from seed.load.names import replace_listed
from seed.statistics_files import HIDDEN, headings, load_statistics, period_of
from tests.seed.registers import everything_in

THREE_ROWS = [
    ["某市信访事项统计表（党委线）", "", "", "", "", "", "", "", ""],
    ["2022年第二季度", "", "", "", "", "", "", "", ""],
    ["序号", "单位名称", "办理情况", "", "", "", "满意度评价", "", ""],
    ["", "", "及时受理", "", "按期答复", "", "参评数", "满意数", "满意率"],
    ["", "", "应受理数", "及时受理数", "应答复数", "按期答复数", "", "", ""],
    ["1", "北镇（街道）", "20", "19", "10", "9", "4", "3", "75%"],
    ["2", "南镇", "1,000", "1,000", "5", "5", "", "", "—"],
    ["", "小计", "1,020", "1,019", "15", "14", "4", "3", "75.0%"],
    ["3", "无名局", "2", "2", "1", "1", "2", "2", "100%"],
    ["", "合 计", "1,022", "1,021", "16", "15", "6", "5", "83.3%"],
    ["填表人：某科", "", "", "", "", "", "", "", ""],
]


def test_columns_about_people_are_not_kept_with_a_printed_table(tmp_path, store):
    lines = [["统计表", "", "", ""], ["单位", "件数", "联系人", "信访人姓名"], ["北镇", "3", "某人甲", "某人乙"]]
    table = load_statistics(workbook(tmp_path / "t.xlsx", lines), store, by="某科").tables[0]
    assert table.rows[0].cells == ("北镇", "3", "", "")
    assert "某人" not in everything_in(store)


def workbook(path, lines):
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("表一")
        for number, line in enumerate(lines):
            for at, cell in enumerate(line):
                if cell:
                    page.write_string(number, at, cell)
    return path


@pytest.fixture
def store(settings):
    engine = open_store(settings)
    names = [("北镇", '["北镇(街道)"]'), ("南镇", "[]")]
    with writing(engine) as connection:
        connection.execute(
            insert(office), [{"office_id": n, "name": n, "kind": "township", "aliases": other} for n, other in names]
        )
    yield engine
    engine.dispose()


def test_three_rows_of_headings_offices_totals_and_notes_are_read_as_printed(store, tmp_path):
    report = load_statistics(workbook(tmp_path / "a.xlsx", THREE_ROWS), store, by="综合科")
    (table,) = tables(store)
    assert (table.title, table.line) == ("某市信访事项统计表（党委线）", "party")
    assert (table.starts_on, table.ends_on) == (date(2022, 4, 1), date(2022, 6, 30))
    assert [column.name for column in table.columns if column.role != "other"] == [
        "办理情况 / 及时受理 / 应受理数", "办理情况 / 及时受理 / 及时受理数", "办理情况 / 按期答复 / 应答复数",
        "办理情况 / 按期答复 / 按期答复数", "满意度评价 / 参评数", "满意度评价 / 满意数", "满意度评价 / 满意率",
    ]  # fmt: skip
    assert [(row.row, row.kind, row.office_id) for row in table.rows] == [
        (6, "office", "北镇"), (7, "office", "南镇"), (8, "subtotal", None), (9, "office", None), (10, "total", None),
    ]  # fmt: skip
    assert table.rows[1].cells[2] == "1,000"
    assert table.notes == ("2022年第二季度", "填表人：某科")
    assert report.unmatched(report.tables[0]) == ("无名局",)
    assert disagreements(table) == ()


def test_the_same_table_is_kept_once_and_a_withdrawn_one_may_come_again(store, tmp_path):
    path = workbook(tmp_path / "a.xlsx", THREE_ROWS)
    assert load_statistics(path, store, by="甲", only_check=True).brings == 1
    assert tables(store) == ()
    assert [load_statistics(path, store, by="甲").brings for _ in range(2)] == [1, 0]
    withdraw(store, tables(store)[0].table_id, by="乙")
    assert tables(store) == ()
    assert load_statistics(path, store, by="甲").brings == 1


@pytest.mark.parametrize(
    ("row", "column", "cell", "found"),
    [
        (9, 2, "1,023", [("sum_of_rows", 10, 1022)]),
        (7, 3, "1,018", [("sum_of_rows", 8, 1019)]),
        (5, 8, "70%", [("satisfaction", 6, Decimal("0.75"))]),
        (9, 8, "83.4%", [("satisfaction", 10, Decimal(5) / 6)]),
        (9, 8, "83%", []),
        (9, 8, "0.8333", []),
    ],
)
def test_a_cell_that_contradicts_the_others_is_found_and_rounding_is_not(store, tmp_path, row, column, cell, found):
    lines = [list(line) for line in THREE_ROWS]
    lines[row][column] = cell
    load_statistics(workbook(tmp_path / "a.xlsx", lines), store, by="甲")
    assert [(each.rule, each.row.row, each.expected) for each in disagreements(tables(store)[0])] == found


@pytest.mark.parametrize(
    ("text", "period"),
    [
        ("2022年1—6月", ("2022-01-01", "2022-06-30")),
        ("统计期间：2022年1月至6月", ("2022-01-01", "2022-06-30")),
        ("2021年11月—2022年2月", ("2021-11-01", "2022-02-28")),
        ("2022年上半年", ("2022-01-01", "2022-06-30")),
        ("2022年2月", ("2022-02-01", "2022-02-28")),
        ("2022年第三季度", ("2022-07-01", "2022-09-30")),
        ("2022年度", ("2022-01-01", "2022-12-31")),
        ("2022年1月1日至2022年6月15日", ("2022-01-01", "2022-06-15")),
        ("2022年13月", None),
        ("统计表", None),
    ],
)
def test_the_period_is_read_from_the_title(text, period):
    assert period_of(text) == (period and tuple(map(date.fromisoformat, period)))


@pytest.mark.parametrize(
    "content",
    [b"", b"PK\x03\x04broken", "单位,总数\n".encode(), "姓名,电话\n张,13800138000\n".encode(), b"\x00\xff" * 40],
)
def test_a_file_without_such_a_table_is_refused_and_nothing_is_written(store, tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile):
        load_statistics(path, store, by="甲")
    assert tables(store) == ()


@given(st.lists(st.lists(st.text("甲乙单位总数率1.,% ", max_size=6), min_size=1, max_size=6), min_size=1, max_size=12))
def test_any_grid_of_texts_is_read_or_refused_without_an_exception(lines):
    from seed.statistics_files import printed_tables

    class Sheet:
        file, sheet, notes = "x.xlsx", "表", ()

        def head(self, rows):
            return lines[:rows]

    found = printed_tables(Sheet())
    for table in found if isinstance(found, list) else ():
        disagreements(table)
        comparisons(table)


def test_merged_cells_repeat_their_heading_to_the_right_only_where_there_is_one_below():
    rows = [["单位", "受理", "", "备注"], ["", "总数", "率", ""]]
    assert headings(rows) == (("单位",), ("受理", "总数"), ("受理", "率"), ("备注",))


def test_a_number_is_a_number_as_people_print_it():
    assert printed("1,234").value == 1234
    assert (printed("95.3%").value, printed("95.3%").slack) == (Decimal("0.953"), Decimal("0.0005"))
    assert printed("95.3", is_rate=True).value == Decimal("0.953")
    assert [printed(text) for text in ("—", "", "无", "NaN", "Infinity")] == [None] * 5


def messy(tmp_path):
    lines = [list(line) for line in THREE_ROWS]
    lines[5][2], lines[6][2], lines[10][0] = "约20", "1,000件", "制表日期：2022年7月5日"
    lines.insert(7, ["3", "北镇", "—", "/", "1", "1", "", "", ""])
    return workbook(tmp_path / "a.xlsx", lines)


def test_text_among_numbers_is_said_and_units_and_dashes_are_not(store, tmp_path):
    load_statistics(messy(tmp_path), store, by="甲")
    (table,) = tables(store)
    assert [(row.label, column.heading, table.text(row, column)) for row, column in table.unreadable] == [
        ("北镇（街道）", "应受理数", "约20")
    ]
    due = next(column for column in table.columns if column.heading == "应受理数")
    assert table.number(table.rows[1], due).value == 1000
    assert table.printed_on == date(2022, 7, 5)


def test_an_office_with_two_lines_is_said_whatever_its_spelling(store, tmp_path):
    load_statistics(messy(tmp_path), store, by="甲")
    (table,) = tables(store)
    assert table.repeated == ("北镇",)
    assert ["北镇在表中不止一行" in each.zh for each in cautions(table)] == [False, True]


def test_a_hidden_sheet_is_left_out_and_named(store, tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("表一", "草稿"):
            page = book.add_worksheet(name)
            for number, line in enumerate(THREE_ROWS):
                page.write_row(number, 0, line)
        page.hide()
    report = load_statistics(path, store, by="甲")
    assert [table.sheet for table in tables(store)] == ["表一"]
    assert report.skipped == (("草稿", HIDDEN),)


@pytest.mark.parametrize("label", ["全市合计", "合  计", "总计", "合计（件）"])
def test_a_total_is_a_total_by_any_of_its_names(store, tmp_path, label):
    lines = [list(line) for line in THREE_ROWS]
    lines[9][1] = label
    load_statistics(workbook(tmp_path / "a.xlsx", lines), store, by="甲")
    assert tables(store)[0].rows[-1].kind == "total"


@pytest.fixture(scope="module")
def demo_settings(demo_of):
    return demo_of(3_000)


def test_checks_find_exactly_the_errors_planted_in_the_demo_workbooks(demo_settings):
    engine = open_store(demo_settings)
    government, party = tables(engine)
    assert (party.line, party.is_demo, disagreements(party)) == ("party", True, ())
    assert {(each.rule, each.row.kind) for each in disagreements(government)} == {
        ("sum_of_rows", "total"),
        ("parts", "total"),
    }
    overdue = next(each for each in disagreements(government) if each.column.role == "overdue")
    assert overdue.printed - overdue.expected == WRONG_TOTAL_BY
    (statement,) = statements(party, (government, party))
    assert statement.measure == "on_time_reply_rate"
    skipped = register.not_counted(engine, statement.starts_on, statement.ends_on)
    found = reconciled(current(demo_settings), Filters(), statement, skipped)
    offices = found.lines.frame.filter(kind="office")
    wrong = offices.filter(pl.col("reasons").list.contains("unexplained"))
    assert wrong["label"].to_list() == [WRONG_PLACE]
    assert wrong["difference_denominator"].to_list() == [WRONG_BY]
    assert offices.filter(pl.col("reasons").list.contains("same")).height == offices.height - 1
    assert f"1个未能说明（{WRONG_PLACE}）" in found.lines.finding.zh
    engine.dispose()


def sheet(tmp_path, *lines):
    path = tmp_path / "odd.xlsx"
    book = Workbook()
    for line in lines:
        book.active.append(line)
    book.save(path)
    return path


def read(store, path):
    load_statistics(path, store, by="甲")
    return sorted(tables(store), key=lambda table: table.table_id)


TITLE, COUNTS = ["登记情况（2022年上半年）"], ["单位", "登记件数"]


def test_tables_below_one_another_and_side_by_side_are_tables_of_their_own(store, tmp_path):
    first, second, third, fourth = read(
        store,
        sheet(tmp_path, TITLE, COUNTS, ["北镇", 5], ["合计", 5], [], ["部门登记情况（2022年5月）"],
              [*COUNTS, "", *COUNTS], ["甲局", 1, "", "乙局", 3], ["合计", 1, "", "合计", 3],
              ["第三部分"], [*COUNTS, "备注"], ["南镇", 7, "x"]),
    )  # fmt: skip
    assert [[row.label for row in table.rows] for table in (first, second, third, fourth)] == [
        ["北镇", "合计"], ["甲局", "合计"], ["乙局", "合计"], ["南镇"],
    ]  # fmt: skip
    assert (second.rows[0].row, third.rows[0].cells) == (8, ("乙局", "3"))
    assert (second.title, third.title) == ("部门登记情况（2022年5月）（1）", "部门登记情况（2022年5月）（2）")
    assert (first.ends_on, third.ends_on, fourth.ends_on) == (date(2022, 6, 30), date(2022, 5, 31), None)
    assert not any(disagreements(table) for table in (first, second, third, fourth))


def test_a_long_table_printed_in_two_columns_is_one(store, tmp_path):
    lines = (TITLE, ["序号", *COUNTS, "序号", *COUNTS], [1, "北镇", 5, 3, "甲局", 1], [2, "南镇", 2, "", "合计", 8])
    (table,) = read(store, sheet(tmp_path, *lines))
    assert [(row.label, row.cells[2]) for row in table.rows] == [
        ("北镇", "5"), ("南镇", "2"), ("甲局", "1"), ("合计", "8"),
    ]  # fmt: skip
    assert disagreements(table) == ()


def test_an_office_in_merged_cells_is_that_of_the_rows_below(store, tmp_path):
    lines = (
        TITLE,
        ["单位", "类别", "登记件数"],
        ["北镇", "初次", 5],
        ["", "重复", 2],
        ["", "小计", 7],
        ["合计", "", 7],
    )
    (table,) = read(store, sheet(tmp_path, *lines))
    assert [(row.label, row.kind) for row in table.rows] == [
        ("北镇", "office"), ("北镇", "office"), ("北镇 小计", "subtotal"), ("合计", "total"),
    ]  # fmt: skip
    assert disagreements(table) == ()


@pytest.mark.parametrize(
    ("above", "period", "made"),
    [
        ("统计时段：2021.12.1-2022.2.28", ("2021-12-01", "2022-02-28"), None),
        ("统计时间：2022年1月15日至2022年6月30日", ("2022-01-15", "2022-06-30"), None),
        ("2022年一季度 制表日期：2022年4月5日", ("2022-01-01", "2022-03-31"), "2022-04-05"),
        ("2020年2月 填报时间：2020-03-02", ("2020-02-01", "2020-02-29"), "2020-03-02"),
        ("截至2022年6月30日", (None, None), "2022-06-30"),
    ],
)
def test_the_day_a_table_was_made_is_not_its_period(store, tmp_path, above, period, made):
    (table,) = read(store, sheet(tmp_path, ["登记情况"], [above], COUNTS, ["北镇", 5]))
    assert tuple(day and day.isoformat() for day in (table.starts_on, table.ends_on)) == period
    assert (table.printed_on and table.printed_on.isoformat()) == made


def test_what_is_printed_for_comparison_is_neither_checked_nor_held_against_the_period(store, tmp_path):
    heads = ["单位", "登记件数", "上年同期登记件数", "同比增长率"]
    (table,) = read(store, sheet(tmp_path, TITLE, heads, ["北镇", 5, 9, "-44%"], ["全市平均", 5, 9, ""],
                                 ["合计", 5, 9, "-44%"]))  # fmt: skip
    assert disagreements(table) == ()
    (comparison,) = comparisons(table)
    assert [column.heading for column in comparison.numerator] == ["登记件数"]
    assert [row.kind for row in table.rows] == ["office", "other", "total"]


def test_columns_of_several_periods_are_not_held_against_one(store, tmp_path):
    book = ["单位", "一季度登记件数", "二季度登记件数"]
    (table,) = read(store, sheet(tmp_path, TITLE, book, ["北镇", 5, 9]))
    assert comparisons(table) == ()
    assert "各列统计期不同" in cautions(table)[0].zh


@pytest.mark.parametrize("label", ["北镇人民政府", "中共北镇委员会", "北镇党委", "北 镇", "示例市北镇"])
def test_an_office_is_known_by_its_names_on_paper(store, tmp_path, label):
    with writing(store) as connection:
        connection.execute(
            insert(office), [{"office_id": "示例市", "name": "示例市", "kind": "county", "aliases": "[]"}]
        )
    (table,) = read(store, sheet(tmp_path, TITLE, COUNTS, [label, 5]))
    assert table.rows[0].office_id == "北镇"


@pytest.mark.parametrize(
    ("label", "office_id"),
    [
        ("人社局", "人力资源和社会保障局"),
        ("市人社局", "人力资源和社会保障局"),
        ("市场监管局", "市场监督管理局"),
        ("市自然资源局", "自然资源局"),
        ("农业局", None),  # two offices may be meant
        ("文旅局", None),
        ("人局", None),
    ],
)
def test_an_abbreviation_means_the_only_office_it_can_be_short_for_and_is_said(store, tmp_path, label, office_id):
    names = ["人力资源和社会保障局", "市场监督管理局", "自然资源局", "农业农村局", "农业机械局"]
    with writing(store) as connection:
        connection.execute(
            insert(office), [{"office_id": name, "name": name, "kind": "department", "aliases": "[]"} for name in names]
        )
    report = load_statistics(sheet(tmp_path, TITLE, COUNTS, [label, 5]), store, by="test", only_check=True)
    (table,) = report.tables
    assert table.rows[0].office_id == office_id
    assert report.unmatched(table) == (() if office_id else (label,))
    assert report.short_labels(table) == ((label,) if office_id and label != "市自然资源局" else ())


def test_a_township_merged_later_is_its_successor_in_tables_already_kept(store, tmp_path):
    (table,) = read(store, sheet(tmp_path, TITLE, COUNTS, ["北镇", 5], ["旧乡", 2]))
    assert [row.office_id for row in table.rows] == ["北镇", None]
    merged = {"office_id": "北镇", "name": "北镇", "kind": "township", "parent_id": None, "population": None}
    with writing(store) as connection:
        replace_listed(connection, [merged | {"aliases": ["旧乡"]}])
    assert [row.office_id for row in tables(store)[0].rows] == ["北镇", "北镇"]
