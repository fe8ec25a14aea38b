"""What the data quality page says is what the import found and what the measures leave out."""

import csv
import io
import re

import openpyxl
import polars as pl
import pytest

from dashboard.exports.findings import findings_csv, findings_workbook
from queries.checks import CHECKS
from queries.counting.evaluate import evaluate
from queries.filters import Filters
from queries.measures import measures
from queries.register import changes, examples, findings, imports
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current
from queries.store import open_store
from queries.views import quality
from seed import load
from tests.installations import DemoOf
from tests.seed.registers import write_register

EVERYTHING = Filters()
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def demo_settings(demo_of: DemoOf) -> Settings:
    """An installation with a small demo register."""
    return demo_of(3_000)


@pytest.fixture(scope="module")
def demo_snapshot(demo_settings: Settings) -> Snapshot:
    return current(demo_settings)


@pytest.fixture
def imported(settings, tmp_path):
    """Import rows as one register and give the snapshot after it."""

    def do(rows, name="register.csv", **extra):
        load.run([write_register(tmp_path / name, rows, **extra)], settings)
        return current(settings)

    return do


def test_a_register_without_contradictions_is_called_so(imported):
    standing = quality.standing(imported([{"closed": "2022-03-20 10:00:00"}, {}]), EVERYTHING)
    assert (standing.items, standing.contradicted) == (2, 0)
    assert standing.finding.zh.startswith("2件中没有发现矛盾")
    assert standing.finding.en.startswith("No contradictions in 2 items")


def test_contradicted_items_and_rejected_rows_are_in_the_headline(imported):
    snapshot = imported(
        [{"closed": "2022-02-01 09:00:00"}, {"closed": "2022-03-20 10:00:00"}, {"registered": ""}, {"id": "ZH001"}]
    )
    standing = quality.standing(snapshot, EVERYTHING)
    assert (standing.items, standing.contradicted) == (2, 1)
    assert standing.newest is not None
    assert (standing.newest.read, standing.newest.rejected) == (4, 2)
    assert "2件中有1件内容矛盾" in standing.finding.zh
    assert "2行未导入" in standing.finding.zh


def test_an_empty_store_says_that_nothing_was_imported(settings):
    standing = quality.standing(current(settings), EVERYTHING)
    assert standing.finding.zh == "还没有导入信访登记数据"
    assert quality.coverage(current(settings), EVERYTHING).is_empty()


def test_what_is_left_out_is_what_the_measures_leave_out(demo_snapshot):
    said = dict(quality.left_out(demo_snapshot, EVERYTHING).select("measure", "excluded").rows())
    counted = evaluate(demo_snapshot, list(measures()), (), Filters(as_of=demo_snapshot.as_of))
    assert said == {name: rows for name, rows in counted.select("measure", "excluded").rows() if rows}
    assert said


def test_a_measure_is_left_out_because_of_the_column_the_check_spoilt(imported):
    snapshot = imported([{"closed": "2022-02-01 09:00:00"}, {"closed": "2022-03-20 10:00:00"}])
    rows = {row["measure"]: row for row in quality.left_out(snapshot, EVERYTHING).to_dicts()}
    assert rows["closed_share"]["because_zh"] == "办结时间"
    assert (rows["closed_share"]["excluded"], rows["closed_share"]["counted"]) == (1, 1)
    assert rows["closed_share"]["share"] == 0.5


def test_words_not_given_are_named_only_where_contradictions_do_not_explain_the_number(demo_snapshot):
    rows = {row["measure"]: row for row in quality.left_out(demo_snapshot, EVERYTHING).to_dicts()}
    assert "未填写" in rows["repeat_share"]["because_zh"]
    assert "未填写" not in rows["on_time_reply_rate"]["because_zh"]


def test_contradictions_no_measure_depends_on_are_named(demo_snapshot):
    said = quality.harmless(demo_snapshot, EVERYTHING)
    assert said is not None
    assert "复查、复核时间" in said.zh


def test_every_measure_that_cannot_be_computed_has_its_sentence(tmp_path):
    cases = {"case_id": ["a"], "registered_at": ["2022-05-02"], "channel": ["letter"]}
    snapshot = build_from_frames(tmp_path / "s", pl.DataFrame(cases))
    sentences = quality.not_computable(snapshot, EVERYTHING)
    standing = quality.standing(snapshot, EVERYTHING)
    assert standing.computable == standing.measures - len(sentences)
    assert any("“办理期限”" in sentence.zh for sentence in sentences)
    assert all("无法计算" in sentence.zh and "cannot be computed" in sentence.en for sentence in sentences)


def test_coverage_counts_items_alone_and_every_column_of_the_snapshot(demo_snapshot):
    frame = quality.coverage(demo_snapshot, EVERYTHING)
    filled = {row["column"]: row for row in frame.to_dicts()}
    assert filled["place_code"]["filled"] == demo_snapshot.rows["cases"]  # the backlog names places too
    assert frame["share"].max() <= 1
    assert filled["due_at"]["heading"] == "办理期限"
    shown = {column for columns in quality.COLUMNS.values() for column in columns}
    whole_rows = {"evaluation", "evaluation_bureau", "evaluation_office", "backlog", "batch"}
    assert set(demo_snapshot.coverage) <= shown | whole_rows


def test_every_column_has_a_name_in_both_languages(demo_snapshot):
    for row in quality.coverage(demo_snapshot, EVERYTHING).to_dicts():
        assert CHINESE.search(row["zh"]), row["column"]
        assert not CHINESE.search(row["en"]), row["column"]


def test_columns_empty_throughout_are_named(imported):
    said = quality.coverage_finding(imported([{}]), EVERYTHING)
    assert "列全部为空" in said.zh
    assert "empty throughout" in said.en


def test_names_on_no_office_list_are_listed_with_their_items(demo_snapshot):
    frame = quality.unlisted(demo_snapshot, EVERYTHING)
    assert {"问题属地", "责任单位"} == set(frame["zh"])
    assert quality.unlisted_finding(demo_snapshot, EVERYTHING).zh.startswith(f"{frame.height}个名称不在单位名单中")


def test_without_an_office_list_nothing_is_called_unmatched(imported):
    snapshot = imported([{}])
    assert quality.unlisted(snapshot, EVERYTHING).is_empty()
    assert "没有导入单位名单" in quality.unlisted_finding(snapshot, EVERYTHING).zh


def test_findings_are_told_by_severity_the_severest_first():
    frame = quality.found_by_checks({"place_unknown": 9, "dates_out_of_order": 2, "registered_missing": 1})
    assert frame["severity"].to_list() == ["reject", "quarantine", "warn"]
    said = quality.checks_finding({"place_unknown": 9, "dates_out_of_order": 2, "registered_missing": 1}, 20, 1)
    assert said.zh == "1行未导入，2处矛盾，9处需核实"
    assert quality.checks_finding({}, 20, 0).zh == "20行全部通过检查"


def test_clumps_of_closures_are_called_to_be_verified_and_nothing_worse():
    said = quality.checks_finding({"closures_clumped": 6}, 20, 0)
    assert said.zh == "6处需核实"
    assert "需核实" in CHECKS["closures_clumped"].label.zh


def test_every_kind_of_value_in_a_report_has_its_words(demo_settings):
    found = findings(open_store(demo_settings), 1)
    assert {CHECKS[name].severity for name in found["check"]} >= {"quarantine", "warn"}
    for kind in found["value_class"].unique():
        assert CHINESE.search(quality.value_class(kind, "zh")), kind
    assert quality.value_class("6 closures in a minute", "zh") == "一分钟内办结6件"
    assert quality.value_class("6 closures on days 59-60", "en") == "6 closed on days 59–60"
    assert quality.value_class(None, "zh") == ""


def test_one_example_is_kept_of_every_check(demo_settings, demo_snapshot):
    run = imports(demo_snapshot)[0]
    shown = examples(open_store(demo_settings), run.import_id)
    assert sorted(shown["check"]) == sorted(run.checks)


def test_a_second_import_says_which_columns_it_changed(imported, settings):
    imported([{"closed": ""}, {}])
    snapshot = imported([{"closed": "2022-03-20 10:00:00"}, {}], name="later.csv")
    newest = imports(snapshot)[0]
    assert (newest.changed, newest.same) == (1, 1)
    changed = changes(open_store(settings), newest.import_id)
    assert changed["closed_at"] == 1
    assert "办结时间" in quality.changed_values(changed)["zh"].to_list()


def test_the_findings_file_opens_in_a_spreadsheet_and_holds_no_formula(settings, tmp_path):
    file = write_register(tmp_path / "=cmd.csv", [{"registered": "=1+1"}, {}])
    report = load.check([file], settings)
    found = report.findings.rename({"check_name": "check"})
    content = findings_csv(found, "zh")
    assert content.startswith(b"\xef\xbb\xbf")
    heading, row = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert heading[:2] == ["处理", "检查"]
    assert row[0] == "未导入"
    assert row[2] == "'=cmd.csv"
    assert "=1+1" not in content.decode()  # the kind of a value, never the value
    sheet = openpyxl.load_workbook(io.BytesIO(findings_workbook(found, "en"))).active
    assert [cell.value for cell in sheet[1]][:2] == ["What happens", "Check"]
    assert sheet["C2"].value == "=cmd.csv"
    assert sheet["C2"].data_type == "s"
    assert sheet["E2"].value == 2
