"""What a reader takes away from a card opens where it should and says what it stands on."""

import csv
import io
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from dashboard.exports.card import FORMS, view_file
from dashboard.exports.sheets import sheet
from dashboard.parts.take_away import foot, title_of
from dashboard.state.choices import Choices
from dashboard.state.session import Session
from queries.filters import Filters
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames
from queries.views import View, closure, explore, explore_table, funnels, standings
from queries.views.explore import OTHERS, Question

YEAR = Filters(start=date(2022, 1, 1), end=date(2022, 12, 31), as_of=date(2022, 12, 31))
BY_ENDING = {form.ending: form for form in FORMS}
NAMES = ("=HYPERLINK(1)", "+86", "-5", "@sum", "＝1+1", "岚溪镇")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    rows = [
        {"case_id": f"{name}{number}", "place_code": name, "registered_at": f"2022-0{1 + number % 5}-03",
         "due_at": "2022-08-01", "closed_at": "2022-07-01" if number % 3 else None}
        for name in NAMES for number in range(12)
    ]  # fmt: skip
    return build_from_frames(tmp_path_factory.mktemp("take") / "s", pl.DataFrame(rows), is_demo=True)


@pytest.fixture(scope="module")
def view(snapshot: Snapshot) -> View:
    return explore.answer(snapshot, YEAR, Question(("closure_rate", "registered_count"), "place"))


def file(form: str, view: View, snapshot: Snapshot, language: str = "zh") -> bytes:
    return view_file(BY_ENDING[form], view, "closure", "某局 · 演示数据", snapshot, language)


ASKED = {
    "course": (closure.on_time_course,), "groups": (closure.groups, "place"), "table": (closure.table, "place"),
    "funnel": (funnels.by_size, "closure_rate", "place"), "every": (standings.every_group, "closure_rate", "place"),
}  # fmt: skip


@pytest.mark.parametrize("asked", ASKED)
def test_headings_and_verdicts_of_a_file_are_words_of_its_language(snapshot, asked):
    question, *about = ASKED[asked]
    found = sheet(question(snapshot, YEAR, *about), "", asked, snapshot, "zh")
    keys = {"low", "same", "high", "small", "common", "run", "outside", "group", "line"}
    assert [name for name in found.frame.columns if name.isascii()] == []
    texts = found.frame.select(pl.col(pl.String).exclude("问题属地"))
    assert not {text for column in texts for text in column.to_list()} & keys


def test_a_csv_starts_with_the_mark_chinese_excel_needs_and_ends_with_what_it_stands_on(view, snapshot):
    data = file("csv", view, snapshot)
    assert data.startswith(b"\xef\xbb\xbf")
    text = data.decode("utf-8-sig")
    assert "演示数据" in text
    assert snapshot.id in text
    assert text.splitlines()[0].startswith("层次,指标,问题属地,分子,分母")


def test_names_that_begin_like_a_formula_stay_text_and_numbers_stay_numbers(view, snapshot):
    lines = list(csv.reader(io.StringIO(file("csv", view, snapshot).decode("utf-8-sig"))))
    lines = [line for line in lines if len(line) > 5]
    names = {line[2] for line in lines if line[0] == "各组"}
    assert names == {f"'{name}" for name in NAMES[:-1]} | {NAMES[-1]}
    numbers = [line[3] for line in lines if line[1] == "办结率"]
    assert all(float(number) >= 0 for number in numbers)


def test_a_workbook_holds_names_as_text_and_shares_as_numbers(view, snapshot):
    book = openpyxl.load_workbook(io.BytesIO(file("xlsx", view, snapshot)))
    cells = [cell for row in book["closure"].iter_rows() for cell in row if cell.value in NAMES]
    assert cells
    assert all(cell.data_type == "s" for cell in cells)
    shares = [cell for row in book["closure"].iter_rows() for cell in row if isinstance(cell.value, float)]
    assert shares


def test_a_parquet_file_holds_the_same_figures_and_says_what_they_stand_on(view, snapshot):
    data = io.BytesIO(file("parquet", view, snapshot))
    assert pl.read_parquet(data)["分子"].to_list() == view.frame["numerator"].to_list()
    data.seek(0)
    assert "selection.数据版本" in pl.read_parquet_metadata(data)


def test_a_file_of_a_table_holds_every_group_and_not_only_those_shown(snapshot):
    question = Question(("closure_rate",), "place", top=2)
    shown = explore.answer(snapshot, YEAR, question).frame
    assert OTHERS in shown["place"].to_list()
    everything = explore_table.tidy(snapshot, YEAR, question, "zh")
    assert set(NAMES) <= set(everything["place"].to_list())
    assert "其余" not in everything["place"].to_list()
    assert everything.filter(pl.col("part") == "分组")["numerator"].sum() == everything["numerator"].to_list()[-1]


def test_a_picture_says_what_it_stands_on_and_that_the_data_is_invented(view, snapshot):
    reader = Session(Settings(Path(), "sqlite://"), "zh", False, snapshot, YEAR, Choices(), snapshot.as_of)
    line = foot(reader, view)
    assert "2022年" in line
    assert snapshot.id in line
    assert "演示数据" in line
    assert title_of(reader) in line
