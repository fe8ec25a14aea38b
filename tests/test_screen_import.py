"""The import page: look first, then decide; whatever is uploaded, the page stays calm."""

import re
from collections.abc import Callable

import pytest

from dashboard.desk import Desk
from dashboard.i18n import Words
from dashboard.screens.importing import PAGE
from dashboard.screens.quality import PAGE as QUALITY
from dashboard.state import import_work
from dashboard.state.choices import Choices
from dashboard.state.session import Session
from queries.snapshot import current
from seed import load
from tests.app_test import AppTest
from tests.figures import headline_figures, words_of
from tests.installations import copied
from tests.seed.registers import write_register

OpenPage = Callable[..., AppTest]
ROWS = [{}, {"closed": "2022-02-01 09:00:00"}, {"registered": ""}]


@pytest.fixture
def opened(settings) -> OpenPage:
    """Draw the page for a reader of the data as it is now."""

    def open_it(language: str = "zh", page=PAGE, desk=True) -> AppTest:
        snapshot, choices = current(settings), Choices()
        reader = Session(settings, language, False, snapshot, choices.filters(snapshot.as_of), choices, snapshot.as_of,
                         Desk(settings) if desk else None)  # fmt: skip
        return AppTest.from_function(_draw, args=(page, reader), default_timeout=30).run()

    return open_it


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Let a click wait for the work, which in a test is short."""
    monkeypatch.setattr("dashboard.screens.importing.GLANCE", 30)


@pytest.fixture
def register(tmp_path) -> tuple[str, bytes, str]:
    return "三月.csv", write_register(tmp_path / "r.csv", ROWS, 姓名="某人").read_bytes(), "text/csv"


def _draw(page, reader):  # runs as a script of its own, where no annotation has a meaning
    page.render(reader)


def upload(app: AppTest, *files: tuple[str, bytes, str]) -> AppTest:
    app.file_uploader(key="import-files-0").set_value(list(files)).run()
    assert not app.exception
    return app


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning, *app.error]
    return "\n".join([*(str(part.value) for part in parts), *words_of(app)]).replace("\\", "")


def cards(app: AppTest) -> list[str]:
    return [figure["value"] for figure in headline_figures(app)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_before_anything_is_chosen_the_page_says_what_will_happen(language, opened):
    app = opened(language)
    assert Words(language)("import.step_2") in texts(app)
    assert app.button(key="import-check").disabled


def test_a_check_says_what_would_happen_and_writes_nothing(opened, register, settings):
    app = click(upload(opened(), register), "import-check")
    assert cards(app) == ["3", "2", "1", "1"]
    said = texts(app)
    assert "新增2行，1行不能导入" in said
    assert "姓名" in said  # the dropped heading
    assert "某人" not in said
    assert current(settings).rows["cases"] == 0


def test_every_problem_is_shown_with_its_place(opened, register):
    app = click(upload(opened(), register), "import-check")
    table = app.table[0].value
    rows = {row[0]: row for row in table.itertuples(index=False)}
    missing = rows["缺少登记时间"]
    assert missing[1:3] == ("1", "未导入")
    assert "第4行" in missing[3].replace("\\", "")
    assert "三月.csv" in missing[3].replace("\\", "")


def test_a_confirmed_import_is_in_the_data(opened, register, settings):
    app = click(click(upload(opened(), register), "import-check"), "import-confirm")
    assert "已导入：新增2行" in texts(app)
    assert current(settings).rows["cases"] == 2
    assert "三月.csv" in str(opened(page=QUALITY).dataframe[-1].value)


def test_a_second_click_does_not_import_twice(opened, register, settings, monkeypatch):
    app = click(upload(opened(), register), "import-check")
    confirm = app.button(key="import-confirm")
    click(app, "import-confirm")
    confirm.click().run()  # the browser's second click, sent before it saw the answer to the first
    assert current(settings).manifest["imports"][0]["import_id"] == 1


def test_other_files_make_the_last_check_void(opened, register):
    app = click(upload(opened(), register), "import-check")
    upload(app, ("other.csv", register[1], "text/csv"))
    assert cards(app) == []
    assert not app.button(key="import-check").disabled


def test_a_first_real_import_warns_that_the_demo_goes(opened, register, settings, demo_of):
    copied(demo_of(700), settings.data_dir)
    app = opened()
    assert Words("zh")("import.demo_will_go") in texts(app)
    app = click(upload(app, register), "import-check")
    assert Words("zh")("import.replaces_demo") in texts(app)
    assert app.button(key="import-confirm").label == Words("zh")("import.confirm_replacing")
    click(app, "import-confirm")
    snapshot = current(settings)
    assert (snapshot.rows["cases"], snapshot.is_demo) == (2, False)


def test_where_not_one_row_can_be_imported_there_is_nothing_to_confirm(opened, tmp_path, settings, demo_of):
    copied(demo_of(700), settings.data_dir)
    content = write_register(tmp_path / "r.csv", [{"registered": ""}]).read_bytes()
    app = click(upload(opened(), ("r.csv", content, "text/csv")), "import-check")
    assert Words("zh")("import.nothing_kept") in texts(app)
    assert app.button(key="import-confirm").disabled


def test_the_same_file_again_is_said_to_change_nothing(opened, register, settings, tmp_path):
    load.run([write_register(tmp_path / "r.csv", ROWS)], settings)
    app = click(upload(opened(), register), "import-check")
    assert "2行与已有数据完全相同，导入后数字不变，1行不能导入" in texts(app)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.csv", b""), ("photo.png", b"\x89PNG\r\n\x1a\n\x00\x00"), ("a.zip", b"PK\x03\x04junk"),
     ("notes.txt", "今天开会\n明天也开会\n".encode()), ("book.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1broken")],
)  # fmt: skip
def test_any_other_file_gets_one_calm_sentence_that_names_it(name, content, language, opened, settings):
    app = click(upload(opened(language), (name, content, "")), "import-check")
    assert Words(language)("import.headline_failed") in texts(app)
    said = "\n".join(warning.value for warning in app.warning).replace("\\", "")
    assert name in said
    assert current(settings).rows["cases"] == 0


def test_a_failure_nobody_foresaw_gets_a_number_and_stays_in_the_log(opened, register, monkeypatch, caplog):
    def fail(*_):
        raise ZeroDivisionError("somewhere")

    monkeypatch.setattr(load, "check", fail)
    app = click(upload(opened(), register), "import-check")
    (error,) = app.error
    assert "somewhere" not in error.value
    number = re.search("编号([0-9a-f]+)", error.value)[1]
    assert number in caplog.text
    app.run()
    assert number in app.error[0].value  # one failure, one number


def test_own_mapping_files_are_asked_for_and_used(opened, register):
    app = opened()
    app.selectbox[0].select("own").run()
    upload(app, register)
    assert app.button(key="import-check").disabled
    mapping = '[columns]\ncase_id = "信访件编号"\nregistered_at = "登记时间"\n'.encode()
    app.file_uploader(key="import-mapping").set_value(("mine.toml", mapping, "")).run()
    click(app, "import-check")
    assert "未使用的列" in texts(app)


def test_markup_in_headings_and_names_is_shown_as_it_is(opened, tmp_path):
    content = write_register(tmp_path / "r.csv", ROWS, **{"**x** :red[y]": "1"}).read_bytes()
    app = click(upload(opened(), ("<b>_r_</b>.csv", content, "text/csv")), "import-check")
    shown = [str(part.value) for part in [*app.markdown, *app.caption]]
    assert not any("**x**" in text or "<b>" in text for text in shown)


def test_while_work_goes_on_the_page_shows_how_far_it_is(opened, register, monkeypatch):
    monkeypatch.setattr(import_work.ImportWork, "is_running", property(lambda self: True))
    app = click(upload(opened(), register), "import-check")
    assert Words("zh")("import.meanwhile_check") in texts(app)
    assert app.button(key="import-check").disabled


def test_where_importing_is_not_offered_the_page_says_so(opened):
    assert Words("zh")("import.not_offered") in texts(opened(desk=False))
