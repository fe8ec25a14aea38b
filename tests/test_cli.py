"""The command line: what it prints, where it prints it, and its exit codes."""

import csv
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import urllib.request
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import polars as pl
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner, Result

from dashboard.cli import app, commands, server
from dashboard.cli.briefing import write_all
from dashboard.exports.briefings import Format
from dashboard.exports.cells import csv_bytes, safe_cell
from queries.counting.evaluate import evaluate
from queries.errors import InputError
from queries.filters import Filters
from queries.measures import measures
from queries.settings import Settings
from queries.snapshot import current
from seed import demo
from seed.demo.statistics import write_workbook

CASES = 800


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an installation that holds a small demo."""
    folder = tmp_path_factory.mktemp("data")
    assert huiyin(folder, "demo", "--cases", str(CASES)).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file as a bureau's system exports it."""
    return demo.write_file(tmp_path_factory.mktemp("files") / "register.csv", 300)


def huiyin(folder: Path, *arguments: str, **environment: str) -> Result:
    settings = {"HUIYIN_DATA_DIR": str(folder), "HUIYIN_DATABASE_URL": "", "HUIYIN_LANGUAGE": "", "COLUMNS": "200"}
    return CliRunner().invoke(app, list(arguments), env=settings | environment)


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.stderr
    found: list[dict[str, Any]] = json.loads(result.stdout)
    return found


def test_help_names_every_command_and_the_exit_codes() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for name in ("demo", "check", "import", "figures", "export", "serve", "bench", "Exit codes"):
        assert name in result.stdout


@pytest.mark.parametrize("name", ["demo", "check", "import", "figures", "export", "serve", "bench"])
def test_every_command_has_help(name: str) -> None:
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0
    assert f"huiyin {name}" in result.stdout


def test_help_imports_none_of_the_large_libraries() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from dashboard.cli import app; "
        "CliRunner().invoke(app, ['figures', '--help']); "
        "print(*{'streamlit', 'polars', 'sqlalchemy', 'plotly', 'scipy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_demo_defaults_are_those_of_the_generator() -> None:
    assert (commands.DEMO_CASES, commands.DEMO_SEED) == (demo.DEFAULT_CASES, demo.DEFAULT_SEED)


def test_json_is_the_only_thing_on_standard_output(data: Path) -> None:
    found = rows(huiyin(data, "figures", "closure_rate", "--format", "json"))
    assert list(found[0]) == [
        "measure", "group", "labels", "numerator", "denominator", "excluded", "value", "unit", "reason",
        "reason_text", "lower", "upper", "as_of",
    ]  # fmt: skip
    assert found[0]["value"] == pytest.approx(found[0]["numerator"] / found[0]["denominator"])
    assert found[0]["lower"] < found[0]["value"] < found[0]["upper"]


def test_figures_are_those_of_the_pages_under_the_same_filters(data: Path) -> None:
    found = rows(
        huiyin(data, "figures", "closure_rate", "--by", "place", "--where", "topic_l1=城乡建设",
               "--as-of", "2022-03-31", "--from", "2021-01-01", "--to", "2021-12-31", "-f", "json")
    )  # fmt: skip
    query = {"topic_l1": ["城乡建设"], "as_of": ["2022-03-31"], "from": ["2021-01-01"], "to": ["2021-12-31"]}
    snapshot = current(Settings.from_environment({"HUIYIN_DATA_DIR": str(data)}))
    frame = evaluate(snapshot, "closure_rate", ("place",), Filters.from_query(query))
    assert len(found) > 5
    ours = [(row["group"]["place"], row["numerator"], row["denominator"], row["excluded"]) for row in found]
    assert ours == frame.select("place", "numerator", "denominator", "excluded").rows()


def test_several_measures_several_groups_and_aliases(data: Path) -> None:
    found = rows(
        huiyin(data, "figures", "repeat_share", "closed_share", "-b", "township,year", "-b", "topic", "-f", "json")
    )
    assert {row["measure"] for row in found} == {"repeat_share", "closed_share"}
    assert list(found[0]["group"]) == ["place", "year", "topic_l1"]
    assert found[0]["group"]["year"] == "2020-01-01"
    assert found[0]["labels"]["year"] == "2020"


def test_without_a_measure_every_measure_is_printed(data: Path) -> None:
    assert [row["measure"] for row in rows(huiyin(data, "figures", "-f", "json"))] == list(measures())


def test_labels_follow_the_language(data: Path) -> None:
    for language, label in (("zh", "来访"), ("en", "Visit")):
        found = rows(huiyin(data, "figures", "closed_share", "--by", "channel", "-f", "json", "-l", language))
        assert label in [row["labels"]["channel"] for row in found]


def test_a_label_or_another_spelling_will_do_for_a_key(data: Path) -> None:
    said = [
        rows(huiyin(data, "figures", "closed_share", "--where", f"channel={word}", "-f", "json"))
        for word in ("visit", "来访", "Visit", "上访")
    ]
    assert said[0] == said[1] == said[2] == said[3]


def test_a_named_period_is_that_of_the_pages(data: Path) -> None:
    year = rows(huiyin(data, "figures", "registered_count", "--period", "last12", "-f", "json"))
    same = rows(huiyin(data, "figures", "registered_count", "--from", "2021-07-01", "--to", "2022-06-30", "-f", "json"))
    assert year == same


def test_csv_reads_back_as_the_same_numbers(data: Path) -> None:
    result = huiyin(data, "figures", "closure_rate", "--by", "place", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(result.stdout)))
    found = rows(huiyin(data, "figures", "closure_rate", "--by", "place", "--format", "json"))
    assert [(row["place"], int(row["numerator"])) for row in lines] == [
        (row["group"]["place"], row["numerator"]) for row in found
    ]


def test_a_csv_file_opens_in_excel_as_chinese(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "figures.csv"
    result = huiyin(data, "figures", "closure_rate", "--by", "place", "-f", "csv", "-o", str(target))
    assert result.exit_code == 0
    assert result.stdout == ""
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")


def test_the_table_says_period_and_demo(data: Path) -> None:
    result = huiyin(data, "figures", "closure_rate", "--by", "place", "--language", "zh")
    assert result.exit_code == 0
    assert "演示数据" in result.stdout
    assert "云汀镇" in result.stdout


def test_a_measure_without_its_column_has_a_reason_and_no_value(tmp_path: Path) -> None:
    register = tmp_path / "small.csv"
    register.write_text(
        "信访件编号,登记时间,登记机构级别,信访形式,信访人数,问题属地,内容分类,重复信访,办结时间\n"
        "A1,2022-03-01 09:00,县,来访,1,东镇,教育,否,2022-03-20 10:00\n"
        "A2,2022-04-01 09:00,县,来信,1,西镇,教育,是,\n",
        encoding="utf-8",
    )
    assert huiyin(tmp_path, "import", str(register)).exit_code == 0
    for by in ([], ["--by", "place"]):
        (found,) = rows(huiyin(tmp_path, "figures", "on_time_reply_rate", *by, "-f", "json", "-l", "zh"))
        assert found["value"] is None
        assert found["reason"] == "column_empty"
        assert "办理期限" in found["reason_text"]
        assert found["group"] == {}


@pytest.mark.parametrize(
    ("arguments", "culprit"),
    [
        (["closure_rte"], "Did you mean: closure_rate"),
        (["closure_rate", "--by", "plaice"], "Did you mean: place"),
        (["closure_rate", "--where", "place"], "Write dimension=value"),
        (["closure_rate", "--where", "place=Atlantis"], "Atlantis"),
        (["closure_rate", "--as-of", "30.6.2022"], "2022-06-30"),
        (["closure_rate", "--from", "2022-02-01", "--to", "2022-01-01"], "Swap"),
        (["closure_rate", "--rules", "1066"], "rule set"),
        (["closure_rate", "--convention", "hope"], "convention"),
        (["closure_rate", "--period", "soon"], "period"),
        (["closure_rate", "--language", "fr"], "language"),
        (["backlog_reported_rate", "--by", "channel"], "cannot be broken down"),
        (["closure_rate", "--format", "xml"], "xml"),
    ],
)
def test_a_wrong_question_gets_one_message_and_exit_code_2(data: Path, arguments: list[str], culprit: str) -> None:
    result = huiyin(data, "figures", *arguments)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert culprit in " ".join(result.stderr.split())
    assert "Traceback" not in result.stderr


def test_a_wrong_setting_gets_exit_code_1(data: Path) -> None:
    result = huiyin(data, "figures", HUIYIN_DATABASE_URL="mysql://nowhere")
    assert result.exit_code == 1
    assert "HUIYIN_DATABASE_URL" in result.stderr


def test_a_fault_is_one_line_for_the_reader_and_a_traceback_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("dashboard.cli.registers.load_demo", broken)
    result = huiyin(tmp_path, "demo")
    assert result.exit_code == 70
    assert "ZeroDivisionError" in result.stderr
    assert "Traceback" not in result.stderr
    assert "planted" in (tmp_path / "huiyin.log").read_text(encoding="utf-8")


def test_an_empty_register_says_what_to_do(tmp_path: Path) -> None:
    result = huiyin(tmp_path, "figures", "closure_rate", "-f", "json")
    assert "huiyin import" in result.stderr
    assert rows(result)[0]["value"] is None
    assert huiyin(tmp_path, "export", str(tmp_path / "x.xlsx")).exit_code == 1


def test_check_writes_nothing_and_import_does(tmp_path: Path, register: Path) -> None:
    checked = huiyin(tmp_path, "check", str(register))
    assert checked.exit_code == 0, checked.stderr
    assert "Nothing was written" in checked.stderr
    assert huiyin(tmp_path, "figures", "registered_count", "-f", "json").stderr.startswith("The register is empty")
    imported = huiyin(tmp_path, "import", str(register))
    assert imported.exit_code == 0, imported.stderr
    assert rows(huiyin(tmp_path, "figures", "registered_count", "-f", "json"))[0]["value"] > 290


def test_statistics_are_checked_first_and_kept_as_the_page_says(data: Path, tmp_path: Path) -> None:
    shutil.copytree(data, tmp_path / "data")
    files = []
    for line in ("party", "government"):
        files.append(str(tmp_path / f"{line}.xlsx"))
        write_workbook(Path(files[-1]), line, [("云汀镇", 5, 4), ("无名镇", 2, 2)])
    arguments = ("statistics", *files, "--by", "综合科", "--language", "zh")
    for extra in (["--check"], []):
        result = huiyin(tmp_path / "data", *arguments, *extra)
        assert result.exit_code == 0, result.stderr
        assert result.stdout.count("新报表") == 2
        assert "未匹配单位：无名镇" in result.stdout
        assert "按期答复率（党委线＋政府线）：2个单位中" in result.stdout
    assert "2 tables kept" in result.stderr
    again = huiyin(tmp_path / "data", *arguments)
    assert "0 tables kept" in again.stderr
    assert again.stdout.count("已有相同的报表") == 2
    assert huiyin(tmp_path / "data", "statistics", str(tmp_path / "nowhere.xlsx")).exit_code == 1


def test_the_report_of_an_import_can_be_kept(tmp_path: Path, register: Path) -> None:
    for name in ("report.csv", "report.xlsx"):
        assert huiyin(tmp_path, "check", str(register), "--report", str(tmp_path / name)).exit_code == 0
        assert (tmp_path / name).stat().st_size > 0
    assert huiyin(tmp_path, "check", str(register), "--report", str(tmp_path / "report.doc")).exit_code == 2


def test_a_file_that_is_no_register_gets_exit_code_1(tmp_path: Path) -> None:
    wrong = tmp_path / "photo.csv"
    wrong.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    for name in (wrong, tmp_path / "nowhere.csv"):
        result = huiyin(tmp_path, "check", str(name))
        assert result.exit_code == 1
        assert name.name in result.stderr
        assert "Traceback" not in result.stderr


def test_the_demo_never_replaces_a_real_register_unasked(tmp_path: Path, register: Path) -> None:
    assert huiyin(tmp_path, "import", str(register)).exit_code == 0
    result = huiyin(tmp_path, "demo", "--cases", "50")
    assert result.exit_code == 1
    assert "--force" in result.stderr or "force" in result.stderr


def test_a_real_register_replaces_the_demo(tmp_path: Path, register: Path) -> None:
    assert huiyin(tmp_path, "demo", "--cases", "200").exit_code == 0
    assert huiyin(tmp_path, "import", str(register)).exit_code == 0
    snapshot = current(Settings.from_environment({"HUIYIN_DATA_DIR": str(tmp_path)}))
    assert not snapshot.is_demo
    assert snapshot.rows["cases"] <= 300


def test_the_workbook_holds_the_pages_and_their_definitions(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "figures.xlsx"
    result = huiyin(data, "export", str(target), "--language", "zh")
    assert result.exit_code == 0, result.stderr
    book = load_workbook(target)
    assert book.sheetnames[0] == "数据口径"
    assert any(name.startswith("overview") for name in book.sheetnames)
    front = [cell.value for row in book["数据口径"].iter_rows() for cell in row]
    assert "演示数据" in str(front[0])
    assert "closure_rate" in front


def test_the_workbook_says_the_same_numbers_as_figures(data: Path, tmp_path: Path) -> None:
    target = tmp_path / "figures.xlsx"
    assert huiyin(data, "export", str(target), "--page", "overview", "-l", "en").exit_code == 0
    sheet = load_workbook(target)["overview_headlines"]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    line = next(row for row in cells if row[0] == "Closure rate")
    numbers = dict(zip(cells[0], line, strict=True))
    (found,) = rows(huiyin(data, "figures", "closure_rate", "--period", "last12", "-f", "json"))
    assert (numbers["Numerator"], numbers["Denominator"]) == (found["numerator"], found["denominator"])


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_tables_go_into_a_folder(data: Path, tmp_path: Path, form: str) -> None:
    folder = tmp_path / "tables"
    result = huiyin(data, "export", str(folder), "--format", form, "--page", "closure")
    assert result.exit_code == 0, result.stderr
    files = sorted(folder.glob(f"*.{form}"))
    assert any(file.name.startswith("closure_") for file in files)
    assert (folder / f"definitions.{form}").exists()
    if form == "parquet":
        assert all(pl.read_parquet(file).height for file in files)


def test_a_document_is_not_made_of_pages_and_the_message_names_the_command(data: Path, tmp_path: Path) -> None:
    result = huiyin(data, "export", str(tmp_path / "figures.docx"))
    assert result.exit_code == 2
    assert "huiyin export briefing --format docx" in result.stderr


def test_the_briefing_of_a_month_is_written_whole_and_its_files_are_listed(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    result = huiyin(data, "export", "briefing", "--month", "2022-05", "--format", "xlsx,pptx", "--output", str(folder))
    assert result.exit_code == 0, result.stderr
    listed = [Path(line) for line in result.stdout.splitlines()]
    assert sorted(folder.iterdir()) == sorted(listed)
    assert [path.suffix for path in listed] == [".xlsx", ".pptx"]
    assert all("2022年5月" in path.name or "May-2022" in path.name for path in listed)
    assert "2022" in load_workbook(listed[0]).worksheets[0]["A1"].value


def test_terms_asked_for_in_vain_are_said(data: Path, tmp_path: Path) -> None:
    asked = ["--rules", "regulation2022_180", "--convention", "silence_is_satisfied"]
    closed = huiyin(data, "export", "briefing", "--month", "2022-05", "-f", "xlsx", "-o", str(tmp_path), *asked)
    assert closed.exit_code == 0, closed.stderr
    assert "--rules regulation2022_180 was not followed" in closed.stderr
    assert "closed with observed" in closed.stderr
    followed = huiyin(data, "export", "briefing", "--month", "2022-06", "-f", "xlsx", "-o", str(tmp_path), *asked)
    assert "not followed" not in followed.stderr


def test_without_a_month_it_is_the_newest_that_is_over(data: Path, tmp_path: Path) -> None:
    result = huiyin(data, "export", "briefing", "-f", "xlsx", "-o", str(tmp_path), "-l", "en")
    assert result.exit_code == 0, result.stderr
    assert "_Jun-2022_" in result.stdout


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--month", "2022-13"], 2, "2022-06"),
        (["--month", "June"], 2, "2022-06"),
        (["--month", "2031-01"], 2, "not over"),
        (["--month", "1999-01"], 2, "begins in"),
        (["--format", "docx,doc"], 2, "docx"),
        (["--format", ","], 2, "docx,pptx,xlsx,pdf"),
        (["--where", "place=nowhere"], 2, "nowhere"),
        (["--language", "fr"], 2, "fr"),
        (["--output", "/proc/version/here"], 1, "--output"),
    ],
)
def test_a_briefing_that_cannot_be_written_says_why_and_leaves_nothing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = huiyin(data, "export", "briefing", *(["-f", "xlsx"] if "--format" not in options else []), *options)
    assert result.exit_code == code, result.stderr
    assert said in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_replaced_where_one_of_the_files_cannot_be_put_in_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Format("one", "", lambda made: b"new")
    other = Format("other", "", lambda made: b"new")
    made = cast("Any", SimpleNamespace(file_stem="b"))
    (tmp_path / "b.one").write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        write_all(tmp_path, made, [one, other])
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("b.one", b"old")]


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1"])
def test_text_never_becomes_a_formula(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    assert csv_bytes([[text]]).startswith(b"\xef\xbb\xbf")


def test_numbers_and_ordinary_text_stay_as_they_are() -> None:
    assert [safe_cell(value) for value in (-2, 0.5, "东镇", None)] == [-2, 0.5, "东镇", None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_serve_prints_its_address_answers_and_stops(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "dashboard.cli", "serve", "--no-demo", "--port", str(port)]
    environment = os.environ | {"HUIYIN_DATA_DIR": str(tmp_path), "HUIYIN_DATABASE_URL": ""}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            said = next(line for line in process.stdout if "http" in line)
            assert f"http://127.0.0.1:{port}" in said
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/healthz", timeout=30) as answer:
                assert answer.status == 200
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/overview?place=x", timeout=30) as answer:
                assert answer.url == f"http://127.0.0.1:{port}/?place=x"
            taken = huiyin(tmp_path, "serve", "--port", str(port))
            assert taken.exit_code == 1
            assert f"--port {port + 1}" in taken.stderr
        finally:
            process.terminate()
        assert process.wait(timeout=60) == 0
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_serve_loads_the_demo_into_an_empty_store_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("seed.demo.load", partial(demo.load, cases=100))
    settings = Settings.from_environment({"HUIYIN_DATA_DIR": str(tmp_path)})
    server.load_demo_when_empty(settings)
    first = current(settings)
    assert first.is_demo
    server.load_demo_when_empty(settings)
    assert current(settings).id == first.id


def test_the_server_finds_the_same_data_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({"HUIYIN_DATA_DIR": "here", "HUIYIN_DATABASE_URL": "sqlite:///here/own.db"})
    environment = server.whole_addresses(settings)
    assert environment["HUIYIN_DATA_DIR"] == str(tmp_path / "here")
    assert environment["HUIYIN_DATABASE_URL"] == f"sqlite:///{tmp_path / 'here' / 'own.db'}"


def test_the_data_folder_does_not_depend_on_where_a_command_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = Settings.from_environment({}).data_dir
    monkeypatch.chdir(tmp_path)
    assert Settings.from_environment({}).data_dir == before


def test_records_come_from_a_filled_template_and_a_check_writes_none(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    book = tmp_path / "template.xlsx"
    assert huiyin(folder, "template", str(book), "--kind", "context_event").exit_code == 0
    filled = load_workbook(book)
    filled["背景事件"].append([None, None, "2022-05-01", "条例施行", "Regulation in force", "制度施行"])
    filled["背景事件"].append([None, None, "初一", "培训", "Training", "业务培训"])
    filled.save(book)
    check = huiyin(folder, "records", str(book), "--check", "-l", "zh")
    assert (check.exit_code, "Nothing was written" in check.stderr) == (0, True)
    assert "背景事件, row 5, 日期: “初一”不是日期，请按2022-06-13的样子填写" in check.stderr
    report = tmp_path / "rejected.xlsx"
    assert huiyin(folder, "records", str(book), "--report", str(tmp_path / "r.csv")).exit_code == 2
    written = huiyin(folder, "records", str(book), "--by", "综合科", "--report", str(report))
    assert written.exit_code == 0
    assert load_workbook(report)["背景事件"]["C2"].value == "初一"
    assert "same" in huiyin(folder, "records", str(book), "--check").stdout
    assert huiyin(folder, "template", str(tmp_path / "x.csv")).exit_code == 2
