"""The page where a meeting screen is set up."""

import pytest

from dashboard.i18n import Words
from dashboard.screens.slides import PAGE
from dashboard.state.session import Session
from dashboard.wall.payload import Screen, reader
from dashboard.wall.programme import programme
from queries import records
from queries.settings import Settings
from tests.app_test import AppTest
from tests.installations import DemoOf
from tests.wall_sessions import bare

ALL = tuple(entry.slide for entry in programme(records.of_rows({"wall_slide": []}), "main"))


@pytest.fixture(scope="module")
def demo_settings(demo_of: DemoOf) -> Settings:
    return demo_of(3_000)


@pytest.fixture
def session(demo_settings: Settings) -> Session:
    return reader(demo_settings, Screen("main", "zh"))


def _draw(page, reader):  # runs as a script of its own, where no annotation has a meaning
    page.render(reader)


@pytest.fixture
def opened(demo_settings: Settings):
    def open_it(language="zh", session=None):
        reading = session or reader(demo_settings, Screen("main", language))
        app = AppTest.from_function(_draw, args=(PAGE, reading), default_timeout=30).run()
        assert not app.exception
        return app

    return open_it


def _texts(app):
    return "\n".join(str(part.value) for part in [*app.markdown, *app.caption, *app.code])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_settings_page_shows_every_slide_with_its_sentence_and_the_address(opened, language):
    app = opened(language)
    text = _texts(app)
    for name in ALL:
        assert Words(language)(f"wall.slide_{name}") in text
    assert any(address.value.endswith("/wall") for address in app.code)


def test_the_settings_page_says_why_a_slide_is_left_out(opened, session, tmp_path):
    assert "现在略过：" in _texts(opened(session=bare(session, tmp_path))).replace("\\", "")


def test_a_slide_moved_on_the_page_waits_to_be_saved(opened):
    app = opened()
    first = next(button for button in app.button if button.key.startswith("down-main-0"))
    first.click().run()
    assert not app.exception
    order = [Words("zh")(f"wall.slide_{name}") for name in (ALL[1], ALL[0])]
    said = [part.value.strip("*") for part in app.markdown if part.value.startswith("**")]
    assert [each for each in said if each.endswith(tuple(order))][:2] == [f"1 {order[0]}", f"2 {order[1]}"]
    assert "有尚未保存的修改" in _texts(app)
    assert any(button.key == "save-slides" for button in app.button)


def test_a_look_chosen_on_the_page_waits_to_be_saved_and_slides_follow_its_period(opened):
    app = opened()
    next(box for box in app.selectbox if box.key.startswith("look-main-period")).select("2022-06").run()
    assert not app.exception
    assert next(box for box in app.selectbox if box.key.startswith("look-main-period")).value == "2022-06"
    assert "有尚未保存的修改" in _texts(app)
