"""The page that explains why a number changed."""

from datetime import date

import pytest

from dashboard.i18n import Words
from dashboard.screens.changes import PAGE
from dashboard.state.choices import Choices
from dashboard.state.session import _FILTER_PARAMETERS, Session
from queries.snapshot import current
from seed.load import run
from tests.app_test import AppTest
from tests.figures import words_of
from tests.seed.registers import write_register

NOW = date(2022, 6, 30)


def case(registered, closed, due="2022-05-20"):
    return {"registered": f"{registered} 09:00:00", "due": due, "closed": closed}


FIRST = [case("2022-03-01", "2022-05-01"), case("2022-03-01", ""), case("2022-05-31", "")]
SECOND = [case("2022-03-01", "2022-05-01"), case("2022-03-01", "2022-05-18"), case("2022-05-31", ""),
          case("2022-03-02", "2022-05-03"), case("2022-06-01", "2022-06-30", due="2022-06-29")]  # fmt: skip


@pytest.fixture
def opened(settings):
    """The page for a reader of what has been imported."""

    def open_it(language="zh"):
        snapshot = current(settings)
        choices = Choices(period="all")
        reader = Session(settings, language, False, snapshot, choices.filters(snapshot.as_of), choices, NOW)
        app = AppTest.from_function(_draw, args=(PAGE, reader), default_timeout=30).run()
        assert not app.exception
        return app

    return open_it


def _draw(page, reader):  # runs as a script of its own, where no annotation has a meaning
    page.render(reader)


def texts(app):
    return "\n".join([*(str(part.value) for part in (*app.markdown, *app.caption, *app.info)), *words_of(app)])


@pytest.fixture
def twice(settings, tmp_path):
    for name, rows in (("may.csv", FIRST), ("june.csv", SECOND)):
        run(write_register(tmp_path / name, rows), settings)


def test_with_one_import_the_page_says_so_and_compares_two_days(opened, settings, tmp_path):
    run(write_register(tmp_path / "june.csv", SECOND), settings)
    app = opened()
    assert Words("zh")("changes.one_import") in texts(app)
    assert [box.label for box in app.selectbox] == [Words("zh")("changes.measure"), Words("zh")("changes.then_rules")]
    assert any(part.proto.id.endswith("figure-waterfall") for part in app.get("bidi_component"))


def test_after_two_imports_the_page_compares_with_the_register_of_then(opened, twice):
    app = opened()
    said = texts(app)
    assert Words("zh")("changes.one_import") not in said
    assert "补登" in said
    assert app.date_input[0].value == date(2022, 5, 31)
    register = next(box for box in app.selectbox if box.label == Words("zh")("changes.register"))
    assert "may.csv" in register.options[0]
    moves, touched = app.dataframe
    assert moves.value["entered"].to_list()[0] == 1
    assert touched.value["items"].sum() == 1


def test_the_register_of_now_compares_two_days_only(opened, twice):
    app = opened("en")
    next(box for box in app.selectbox if box.label == Words("en")("changes.register")).select("now").run()
    assert not app.exception
    assert len(app.dataframe) == 1


def test_a_choice_of_the_page_never_takes_the_name_of_a_filter():
    controls = {"measure", "register", "then", "then_period", "then_rules", "silence"}
    assert not controls & {*_FILTER_PARAMETERS, "lang"}
    assert all(Words("en").has(f"changes.{name}") for name in controls)


def test_every_measure_offered_can_be_looked_at(opened, twice):
    app = opened("en")
    measures = next(box for box in app.selectbox if box.label == Words("en")("changes.measure"))
    for place in range(len(measures.options)):
        app.selectbox[0].select_index(place).run()
        assert not app.exception
