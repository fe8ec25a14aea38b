import json
from collections import Counter
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import Engine, func, insert, select

from queries.days import month_end
from queries.errors import StoreError, UsageError
from queries.schema import backlog_item, import_finding, import_run, metadata, petition_case
from queries.settings import Settings
from queries.store import open_store, store_version
from seed import demo
from seed.columns import COLUMNS
from seed.demo import truths
from seed.demo.files import wide
from seed.demo.programmes import programmes
from tests.installations import copied, empty

FEW = 400


@pytest.fixture(scope="module")
def progress() -> list[tuple[int, int]]:
    """What was told while `loaded` was made."""
    return []


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, progress: list[tuple[int, int]]) -> Settings:
    """An installation with a small demo, to read."""
    settings = empty(tmp_path_factory.mktemp("loaded"))
    demo.load(settings, FEW, progress=lambda done, total: progress.append((done, total)))
    return settings


def count(store: Engine, table) -> int:
    with store.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def rows(store: Engine, table) -> list[dict]:
    with store.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


@pytest.mark.parametrize("any_settings", ["sqlite"], indirect=True)
def test_a_demo_fills_every_table_of_the_programmes_and_says_it_is_one(any_settings: Settings, store: Engine):
    report = demo.load(any_settings, FEW)
    assert (report.cases, count(store, petition_case)) == (FEW, FEW)
    for name in programmes(demo.DEFAULT_SEED):
        assert count(store, metadata.tables[name]) > 0, name
    (run,) = rows(store, import_run)
    assert (run["is_demo"], run["source"], run["as_of"], run["rows_new"]) == (True, "demo", truths.LAST_DAY, FEW)
    assert "演示数据" in run["files"]
    assert {row["source"] for row in rows(store, petition_case)} == {"demo"}
    with store.connect() as connection:
        assert store_version(connection) == 1


def test_a_second_demo_replaces_the_first(any_settings: Settings, store: Engine):
    demo.load(any_settings, FEW)
    demo.load(any_settings, FEW // 2, seed=1)
    assert count(store, petition_case) == FEW // 2
    assert count(store, import_run) == 1
    assert count(store, backlog_item) == 42


def a_real_import(store: Engine) -> None:
    with store.begin() as connection:
        now = date(2022, 7, 1)
        values = {"imported_at": func.now(), "source": "bureau", "files": "[]", "is_demo": False, "as_of": now}
        connection.execute(insert(import_run).values(values))


def test_a_store_with_a_real_register_is_not_touched(any_settings: Settings, store: Engine):
    a_real_import(store)
    with pytest.raises(StoreError, match="Nothing was changed"):
        demo.load(any_settings, FEW)
    assert count(store, petition_case) == 0
    assert [row["source"] for row in rows(store, import_run)] == ["bureau"]


def test_a_forced_demo_replaces_a_real_register_after_copying_it(settings: Settings):
    a_real_import(open_store(settings))
    demo.load(settings, FEW, force=True)
    assert [row["source"] for row in rows(open_store(settings), import_run)] == ["demo"]
    assert len(list(settings.data_dir.glob("huiyin.backup_*.db"))) == 1


def test_an_interrupted_demo_leaves_the_old_one(loaded: Settings, tmp_path: Path):
    settings = copied(loaded, tmp_path / "copy")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo.load(settings, FEW // 2, progress=stop)
    assert count(open_store(settings), petition_case) == FEW


def test_progress_counts_up_to_all_items(loaded: Settings, progress: list[tuple[int, int]]):
    assert progress[-1] == (FEW, FEW)
    assert progress == sorted(progress)


def test_planted_faults_are_listed_as_findings_and_marked_in_the_rows(settings: Settings):
    report = demo.load(settings, 3_000)
    found = Counter(row["check_name"] for row in rows(open_store(settings), import_finding))
    planted = {name: len(range(offset, 3_000, every)) for name, (every, offset) in truths.FLAWS.items()}
    # a wrong due date, or a wrong extension where there is a due date, also makes the two disagree
    others = planted["due_before_accepted"] + planted["extension_out_of_range"]
    differing = planted.pop("due_differs_from_rule")
    assert differing <= found["due_differs_from_rule"] <= differing + others
    assert {name: found[name] for name in planted} == planted
    assert {name: report.checks.get(name, 0) for name in planted} == planted
    marked = [row for row in rows(open_store(settings), petition_case) if row["unusable"]]
    assert len(marked) > 5


def test_the_map_is_laid_out_for_the_dashboard_unless_there_is_one(loaded: Settings, settings: Settings):
    assert loaded.map_file.read_bytes() == demo.SHAPES_FILE.read_bytes()
    settings.map_file.write_text("{}")
    demo.load(settings, FEW)
    assert settings.map_file.read_text() == "{}"


def test_no_text_of_a_matter_number_reaches_the_store(loaded: Settings):
    matters = {row["matter_id"] for row in rows(open_store(loaded), petition_case)}
    assert {len(matter) for matter in matters} == {16}
    assert not any(b"YSM" in matter for matter in matters)


def test_the_batches_are_those_of_the_half_year_report(loaded: Settings):
    items = rows(open_store(loaded), backlog_item)
    for name, assigned, recognised in (("第一批", 32, 31), ("第二批", 10, 0)):
        batch = [item for item in items if item["batch"] == name]
        assert len(batch) == assigned
        assert all(item["leader_assigned"] and item["office_id"] and item["place_code"] for item in batch)
        assert all(item["assigned_on"] <= item["reported_on"] <= truths.LAST_DAY for item in batch)
        assert sum(item["review_result"] == "recognised" for item in batch) == recognised
    (open_one,) = [item for item in items if item["review_result"] == "under_review"]
    assert open_one["batch"] == "第一批"
    for item in items:
        stated = [item[name] for name in ("assigned_on", "reported_on", "reviewed_on", "reflow_on") if item[name]]
        assert stated == sorted(stated)
        assert stated[-1] <= truths.LAST_DAY


def test_programmes_keep_the_dates_of_the_half_year_report():
    tables = programmes(1)
    assert {row["found_on"] for row in tables["rectification_item"]} == {date(2022, 4, 11)}
    assert min(row["done_on"] for row in tables["rectification_item"] if row["done_on"]) == date(2022, 4, 22)
    assert {row["due_on"].day for row in tables["problem_report"]} == {13, 28}
    reception = {row["day"] for row in tables["reception_day"]}
    assert date(2022, 2, 5) in reception  # a Saturday
    assert all(row["settled_count"] <= row["received_count"] for row in tables["reception_day"])
    assert {row["source"] for row in tables["target"]} == {"演示目标"}
    assert all(month_end(row["due_on"]) <= truths.LAST_DAY for row in tables["problem_report"])


def test_every_office_named_by_a_programme_is_on_the_list():
    tables = programmes(1)
    listed = {row["office_id"] for row in tables["office"]}
    for name, items in tables.items():
        for column in ("office_id", "place_code", "parent_id"):
            assert {item[column] for item in items if item.get(column)} <= listed, (name, column)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_text_file_has_the_official_headings_and_all_rows(tmp_path, encoding):
    path = demo.write_file(tmp_path / "register.csv", FEW, encoding=encoding)
    lines = path.read_bytes().decode(encoding).splitlines()
    assert len(lines) == FEW + 1
    assert lines[0].split(",")[:4] == ["信访件编号", "关联件编号", "信访日期", "登记时间"]
    assert path.read_bytes().startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")


def test_a_workbook_holds_the_same_rows_as_the_register(tmp_path):
    path = demo.write_file(tmp_path / "register.xlsx", FEW)
    read = pl.read_excel(path, sheet_name="演示数据", infer_schema_length=None)
    expected = pl.concat([wide(chunk) for chunk in demo.register(FEW)])
    assert read.columns == expected.columns
    for heading in ("信访件编号", "信访形式", "重复信访", "办结时间", "信访日期"):
        assert read[heading].to_list() == expected[heading].cast(read[heading].dtype).to_list()


def test_a_file_names_every_column_and_none_of_a_person(tmp_path):
    header = demo.write_file(tmp_path / "register.tsv", FEW).read_text("utf-8-sig").splitlines()[0].split("\t")
    known = {column.headings[0] for column in COLUMNS.values()}
    assert set(header) <= known
    for word in ("姓名", "证件", "电话", "住址", "年龄"):
        assert not any(word in heading for heading in header)


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("register.doc", {}, "ending in .csv"),
        ("register.csv", {"encoding": "latin1"}, "gb18030"),
        ("register.xlsx", {"cases": 2_000_000}, "Write a .csv"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(tmp_path, name, options, said):
    with pytest.raises(UsageError, match=said):
        demo.write_file(tmp_path / name, **options)
    assert not (tmp_path / name).exists()


def test_the_demo_speaks_of_itself_as_a_demo():
    said = json.dumps({name: items[:3] for name, items in programmes(1).items()}, ensure_ascii=False, default=str)
    assert said.count("演示") > 8
