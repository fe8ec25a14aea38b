"""Records from filled templates: what is new, changed, the same or cannot be kept, and the round trip of an export."""

import io
from datetime import date

import pytest
from openpyxl import load_workbook
from sqlalchemy import insert, select

from dashboard.exports.record_books import record_book, record_csv, rejected_book
from queries.errors import UnreadableFile
from queries.records import of_rows
from queries.records.kinds import KINDS
from queries.records.read import newest, read
from queries.records.write import save
from queries.schema import RECORD_TABLES, office, record_change
from queries.snapshot import current
from queries.store import open_store, writing
from seed.record_files import load_records
from tests.installations import copied

IMPORTED = [name for name, kind in KINDS.items() if kind.page not in ("views", "wall")]
NAMES = {"office": ["岚溪镇", "财政局"], "place": ["岚溪镇"]}


@pytest.fixture
def store(settings):
    engine = open_store(settings)
    with writing(engine) as connection:
        connection.execute(
            insert(office),
            [{"office_id": name, "name": name, "kind": "township", "aliases": "[]"} for name in NAMES["office"]],
        )
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def demo_settings(tmp_path_factory, demo_of):
    return copied(demo_of(700), tmp_path_factory.mktemp("records"))


def csv(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def changes(engine):
    with engine.connect() as connection:
        return newest(connection)


def reasons(report):
    return [(each.row, each.column, each.reason.zh) for each in report.rejected]


REPORTS = """报告单位,应报日期,实报日期,排查问题数
岚溪镇,2022-06-13,2022-06-13,2
岚溪镇,2022/6/28,,
蓝溪镇,2022-06-13,2022-06-13,1
财政局,十三号,2022-06-13,1
财政局,2022-06-13,,3
财政局,2022-06-13,2022-06-13,三
岚溪镇,2022-06-13,2022-06-14,2
"""


def test_good_rows_are_written_and_bad_ones_are_said_with_row_column_and_reason(store, tmp_path):
    path = csv(tmp_path / "排查报告.csv", REPORTS)
    check = load_records(path, store, by="综合科", only_check=True)
    assert changes(store) == 0
    report = load_records(path, store, by="综合科")
    assert report.counts == check.counts
    found = report.counts["problem_report"]
    assert (found.new, found.changed, found.same, found.rejected) == (2, 0, 0, 5)
    assert reasons(report) == [
        (4, "报告单位", "未匹配单位“蓝溪镇”，是否为岚溪镇？"),
        (5, "应报日期", "“十三号”不是日期，请按2022-06-13的样子填写"),
        (6, "实报日期", "已填写问题数，须填写实报日期"),
        (7, "排查问题数", "“三”不是0或更大的整数，请填数字"),
        (8, "", "文件中同一条记录出现多次"),
    ]
    assert report.rejected[0].cells["排查问题数"] == "1"
    assert [(each.row, each.change, each.content["office_id"], each.content["due_on"]) for each in check.brought] == [
        (2, "new", "岚溪镇", date(2022, 6, 13)),
        (3, "new", "岚溪镇", date(2022, 6, 28)),
    ]
    with store.connect() as connection:
        assert set(connection.execute(select(record_change.c.changed_by)).scalars()) == {"综合科"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rejected_rows_come_back_as_a_workbook_that_is_read_again_once_put_right(store, tmp_path, language):
    text = "指标,起始月份,理由,适用范围\n办结率,2022-01,新系统上线,岚溪真\n办结率,十三月,,财政局\n"
    path = csv(tmp_path / "控制限.csv", text)
    report = load_records(path, store, by="甲")
    back = tmp_path / "退回.xlsx"
    back.write_bytes(rejected_book(report, language))
    assert [(each.row, each.column) for each in load_records(back, store, by="甲").rejected] == [
        (2, "适用范围"),
        (3, "起始月份"),
    ]
    book = load_workbook(back)
    page = book.worksheets[0]
    place, reasons = (page.cell(2, at).value for at in (5, 6))
    assert "控制限.csv" in place
    assert "2" in place
    assert "岚溪镇" in reasons
    page["D2"], page["B3"], page["C3"] = "岚溪镇", "2022-03", "口径调整"
    book.save(back)
    again = load_records(back, store, by="甲")
    assert (again.counts["rebaseline"].new, again.rejected) == (2, ())
    assert {each.content["reason"] for each in again.brought} == {"新系统上线", "口径调整"}


def test_the_same_file_again_changes_nothing(store, tmp_path):
    path = csv(tmp_path / "r.csv", REPORTS)
    load_records(path, store, by="甲")
    before = changes(store)
    again = load_records(path, store, by="乙").counts["problem_report"]
    assert (again.new, again.changed, again.same) == (0, 0, 2)
    assert changes(store) == before


def test_a_known_key_is_a_change_and_a_row_of_an_older_version_is_refused(store, tmp_path):
    number = save(store, "problem_report", {"office_id": "岚溪镇", "due_on": "2022-06-13"}, by="甲")
    report = load_records(
        csv(tmp_path / "a.csv", "报告单位,应报日期,实报日期\n岚溪镇,2022-06-13,2022-06-15\n"), store, by="乙"
    )
    assert report.counts["problem_report"].changed == 1
    stale = f"系统编号,版本,报告单位,应报日期,实报日期\n{number},1,岚溪镇,2022-06-13,2022-06-14\n"
    report = load_records(csv(tmp_path / "b.csv", stale), store, by="丙")
    assert reasons(report) == [(2, "", "导出后已由乙修改（现为第2版），请重新导出再改")]
    with store.connect() as connection:
        assert read(connection).rows("problem_report")["reported_on"].to_list() == [date(2022, 6, 15)]


def test_a_number_nobody_has_is_refused(store, tmp_path):
    text = "系统编号,报告单位,应报日期\n99,岚溪镇,2022-06-13\n"
    assert reasons(load_records(csv(tmp_path / "a.csv", text), store, by="甲")) == [
        (2, "系统编号", "没有这个系统编号的记录")
    ]


def test_an_item_of_a_batch_is_found_again_by_its_number_within_the_batch(store, tmp_path):
    path = csv(tmp_path / "a.csv", "积案编号,批次,交办日期\n07,第三批,2022-06-01\n")
    assert load_records(path, store, by="甲").counts["backlog_item"].new == 1
    assert load_records(path, store, by="甲").counts["backlog_item"].same == 1


def test_a_target_may_be_written_as_people_write_it(store, tmp_path):
    text = "指标,适用范围,起始日期,目标值,依据\n办结率,全市,2022.1.1,95%,文件\n"
    text += "满意率,,2022-01-01,0.92,文件\n参评率,,2022-01-01,70,文件\n"
    report = load_records(csv(tmp_path / "a.csv", text), store, by="甲")
    with store.connect() as connection:
        rows = read(connection).rows("target").sort("value")
    assert rows["value"].to_list() == [0.92, 0.95]
    assert rows["scope"].to_list() == ["", ""]
    assert [(each.row, each.column) for each in report.rejected] == [(4, "目标值")]


def test_a_closing_time_may_be_written_as_people_and_workbooks_write_it(store, tmp_path):
    rows = ["2022-01-01,17:30,文件", "2022-05-01,18：20,文件", "2022-06-01,17时45分,文件",
            "2022-07-01,1899-12-31 17:00:00,文件", "2022-08-01,9:00,文件", "2022-09-01,五点半,文件"]  # fmt: skip
    report = load_records(csv(tmp_path / "下班时间.csv", "\n".join(["起始日期,下班时间,依据", *rows])), store, by="甲")
    assert [row for row, _, _ in reasons(report)] == [6, 7]
    with store.connect() as connection:
        assert [f"{at:%H:%M}" for _, at in read(connection).closing_times] == ["17:30", "18:20", "17:45", "17:00"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", "甲,乙\n1,2\n".encode(), b"\x00\xff" * 50])
def test_a_wrong_file_is_refused_with_a_sentence_and_nothing_is_written(store, tmp_path, content):
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile) as refused:
        load_records(path, store, by="甲")
    assert refused.value.zh
    assert changes(store) == 0


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_template_is_recognised_and_its_example_row_skipped(demo_settings, tmp_path, language):
    snapshot = current(demo_settings)
    engine = open_store(demo_settings)
    path = tmp_path / "template.xlsx"
    path.write_bytes(record_book(snapshot, IMPORTED, NAMES, language, filled=False))
    before = changes(engine)
    report = load_records(path, engine, by="甲")
    assert set(report.counts) == set(IMPORTED)
    assert (report.brings, report.rejected, changes(engine)) == (0, (), before)
    book = load_workbook(path)
    page = book[KINDS["problem_report"].label(language)]
    assert page["A3"].value.startswith(("示例", "example"))
    assert page["F3"].value == 1, "a number of the example is no day"
    assert any(rule.type == "list" for rule in page.data_validations.dataValidation)
    engine.dispose()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_export_read_again_changes_nothing(demo_settings, tmp_path, language):
    snapshot = current(demo_settings)
    engine = open_store(demo_settings)
    before = changes(engine)
    path = tmp_path / "all.xlsx"
    path.write_bytes(record_book(snapshot, IMPORTED, NAMES, language, filled=True))
    report = load_records(path, engine, by="甲")
    assert report.rejected == ()
    assert report.brings == 0
    assert sum(each.same for each in report.counts.values()) == sum(
        snapshot.records.rows(name).height for name in IMPORTED
    )
    for kind in IMPORTED:
        path = tmp_path / f"{kind}.csv"
        path.write_bytes(record_csv(snapshot, kind, language))
        if snapshot.records.rows(kind).height:
            report = load_records(path, engine, by="甲", kind=kind)
            assert (report.rejected, report.brings) == ((), 0), kind
    assert changes(engine) == before
    engine.dispose()


def test_what_looks_like_a_formula_stays_text_in_an_export(demo_settings):
    snapshot = current(demo_settings)
    row = {"rectification_id": 1, "found_on": "2022-04-11", "finding": "=1+1", "version": 1}
    from dataclasses import replace

    odd = replace(snapshot, records=of_rows({"rectification_item": [row]}))
    assert b"'=1+1" in record_csv(odd, "rectification_item", "zh")
    book = load_workbook(io.BytesIO(record_book(odd, ["rectification_item"], NAMES, "zh", filled=True)))
    cell = book.worksheets[0]["D3"]
    assert (cell.value, cell.data_type) == ("=1+1", "s") or cell.data_type == "s"


def test_every_kind_kept_by_hand_has_a_template():
    assert set(RECORD_TABLES) - set(IMPORTED) == {"saved_view", "wall_slide", "wall_screen"}
