"""Every page opens: in both languages, without data, with nothing selected, on a register that lacks columns."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from dashboard.exports.sheets import sheet
from dashboard.i18n import Words
from dashboard.parts import take_away
from dashboard.screens import pages
from dashboard.state import session as session_module
from dashboard.state.choices import Choices
from dashboard.state.filter_widgets import WIDGET
from dashboard.state.session import Session
from queries.filters import Filters
from queries.records.write import save
from queries.settings import Settings
from queries.snapshot import Snapshot, build_from_frames, current
from queries.store import open_store
from queries.views import View
from seed import load
from tests.app_test import AppTest
from tests.figures import words_of
from tests.installations import DemoOf, empty

ROOT = Path(__file__).parents[1]
APP = str(ROOT / "dashboard" / "app.py")
BY_NAME = {page.name: page for page in pages()}
FILTERED = [page.name for page in pages() if page.filtered]
LANGUAGES = ("zh", "en")
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session")
def demo_settings(demo_of: DemoOf) -> Settings:
    """An installation with a small demo register."""
    return demo_of(1_500)


@pytest.fixture(scope="session")
def snapshot(demo_settings: Settings) -> Snapshot:
    return current(demo_settings)


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A register that knows when items were registered and closed, by what channel, and nothing else."""
    cases = pl.DataFrame(
        {
            "case_id": ["a", "b", "c"],
            "registered_at": ["2022-05-02", "2022-05-09", "2022-06-20"],
            "closed_at": ["2022-05-20", None, "2022-06-29"],
            "channel": ["letter", "visit", "phone"],
        }
    )
    return build_from_frames(tmp_path_factory.mktemp("bare") / "s", cases)


@pytest.fixture
def opened(demo_settings: Settings) -> OpenPage:
    """Draw one page for a reader."""

    def open_it(name: str, snapshot: Snapshot, filters: Filters | None = None, language: str = "zh") -> AppTest:
        choices = Choices()
        reader = Session(
            settings=demo_settings,
            language=language,
            dark=False,
            snapshot=snapshot,
            filters=filters or choices.filters(snapshot.as_of),
            choices=choices,
            today=snapshot.as_of,
        )
        app = AppTest.from_function(_draw, args=(BY_NAME[name], reader), default_timeout=30)
        return app.run()

    return open_it


def _draw(page, reader):  # runs as a script of its own, where no annotation has a meaning
    page.render(reader)


def _is_key(heading: str, language: str) -> bool:
    return "_" in heading or (language == "zh" and heading.isascii())


def _texts(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.warning]
    return "\n".join([*(str(part.value) for part in parts), *words_of(app)])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", BY_NAME)
def test_every_page_opens_in_both_languages_and_says_how_fresh_the_data_is(
    name, language, opened, snapshot, monkeypatch
):
    cards: list[tuple[View, take_away.Card]] = []
    monkeypatch.setattr(take_away, "menu", lambda session, view, card: cards.append((view, card)))
    app = opened(name, snapshot, language=language)
    assert not app.exception
    files = [sheet(take_away.with_figures(view, card), "", card.key, snapshot, language) for view, card in cards]
    assert not [heading for file in files for heading in file.frame.columns if _is_key(heading, language)]
    if BY_NAME[name].filtered:
        assert Words(language)("frame.demo") in _texts(app)


@pytest.mark.parametrize("name", BY_NAME)
def test_every_page_opens_when_the_filters_leave_nothing(name, opened, snapshot):
    app = opened(
        name, snapshot, Filters(start=date(2005, 1, 1), end=date(2005, 12, 31), where=(("channel", ("letter",)),))
    )
    assert not app.exception


@pytest.mark.parametrize("name", BY_NAME)
def test_every_page_opens_on_a_register_that_lacks_most_columns(name, opened, bare):
    app = opened(name, bare)
    assert not app.exception


@pytest.mark.parametrize("name", BY_NAME)
def test_every_page_opens_for_one_month_of_one_channel_seen_from_an_earlier_day(name, opened, snapshot):
    filters = Filters(date(2022, 3, 1), date(2022, 3, 31), (("channel", ("visit",)),), as_of=date(2022, 4, 10))
    assert not opened(name, snapshot, filters).exception


def _alike(number: int, day: date, **more: str | None) -> dict[str, str | None]:
    """An item forwarded, accepted and closed on its day, due in two months."""
    moment = day.isoformat()
    return {
        "case_id": f"c{number}", "registered_at": moment, "forwarded_at": moment, "accepted_at": moment,
        "due_at": (day + timedelta(days=60)).isoformat(), "closed_at": moment, "channel": "letter",
        "place_code": ("north", "south")[number % 2], "topic_l1": "城乡建设", "is_repeat": "no",
    } | more  # fmt: skip


ODD: dict[str, list[dict[str, str | None]]] = {
    "one item": [_alike(1, date(2025, 6, 10))],
    "all closed on the day": [_alike(n, date(2025, 1, 2) + timedelta(days=3 * n)) for n in range(110)],
    "all open": [_alike(n, date(2025, 1, 2) + timedelta(days=3 * n), closed_at=None) for n in range(110)],
    "one old month": [_alike(n, date(1999, 3, 1 + n)) for n in range(25)],
}
"""Registers of offices that have just begun, have nothing to complain of, or keep an old archive."""
NO_NUMBER = re.compile(r"(?<![A-Za-z])(nan|NaN|None|inf)(?![A-Za-z])|[−-]0\.0(?!\d)|(?<!\d)0/0(?!\d)")


@pytest.fixture(scope="session", params=ODD)
def odd(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """A small register whose figures are all alike, or hardly there; everybody who answered was satisfied."""
    cases = pl.DataFrame(ODD[request.param], infer_schema_length=None)
    answers = cases.filter(pl.col("closed_at").is_not_null()).select(
        "case_id", target=pl.lit("bureau"), status=pl.lit("evaluated"), score=pl.lit("satisfied"),
        window_ends_at=pl.col("closed_at"), evaluated_at=pl.col("closed_at"),
    )  # fmt: skip
    goals = [
        {"measure": name, "scope": "", "value": value, "valid_from": "1990-01-01", "valid_to": None, "source": "x"}
        for name, value in (("satisfaction_rate", 0.0), ("on_time_reply_rate", 1.0))
    ]
    cases = cases.with_columns(is_repeat=pl.col("is_repeat") == "yes")
    return build_from_frames(tmp_path_factory.mktemp("odd") / "s", cases, answers, records={"target": goals})


@pytest.mark.parametrize("name", FILTERED)
def test_every_page_of_figures_is_whole_on_the_oddest_registers(name, opened, odd):
    app = opened(name, odd)
    assert not app.exception
    assert not NO_NUMBER.search(_texts(app))
    assert not [table for table in app.table if NO_NUMBER.search(table.value.to_csv())]


def test_a_register_of_an_old_archive_opens_with_its_filter_bar(tmp_path, monkeypatch):
    file = tmp_path / "register.csv"
    rows = (f"X{day},1999-03-{day:02},1999-03-{day:02}" for day in range(1, 10))
    file.write_text("\n".join(["信访件编号,登记时间,办结时间", *rows]), "utf-8")
    settings = empty(tmp_path / "data")
    load.run([file], settings)
    app = _front_door(settings, monkeypatch, "zh-CN")
    app.query_params["as_of"] = "1999-03-05"
    app.session_state["more-filters"] = True
    app.run()
    assert not app.exception
    assert app.date_input(key="filter.as_of").value == date(1999, 3, 5)


def test_the_reason_stands_where_a_figure_cannot_be_computed(opened, bare):
    said = _texts(opened("closure", bare))
    assert "办理期限" in said
    assert "无法计算" in said
    assert "100.0%" not in said


def test_without_data_the_front_door_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("HUIYIN_DATABASE_URL", raising=False)
    app = AppTest.from_file(APP, default_timeout=30)
    app.context = {"locale": "zh-CN"}
    app.run()
    assert not app.exception
    assert Words("zh")("frame.no_data") in _texts(app)


@pytest.fixture(scope="module")
def only_records(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation whose clerk keeps records and has imported no register."""
    folder = tmp_path_factory.mktemp("records")
    settings = empty(folder)
    store = open_store(settings)
    for kind, content in {
        "special_period": {"name_zh": "某会期", "name_en": "A session", "kind": "congress",
                           "starts_on": date(2022, 3, 5), "ends_on": date(2022, 3, 11)},
        "backlog_item": {"batch": "第一批", "item_id": "1", "assigned_on": date(2022, 1, 4),
                         "reported_on": date(2022, 3, 20)},
        "target": {"measure": "on_time_reply_rate", "valid_from": date(2022, 1, 1), "value": 0.95, "source": "某文"},
    }.items():  # fmt: skip
        save(store, kind, content, by="综合科")
    store.dispose()
    return settings


@pytest.mark.parametrize("name", ["batches", "reports", "periods", "supervision", "targets", "meeting"])
def test_records_are_seen_without_a_register(opened, only_records, name):
    """They are seen from the newest day recorded."""
    snapshot = current(only_records)
    assert snapshot.as_of == date(2022, 3, 20)
    assert BY_NAME[name].on_records or not BY_NAME[name].filtered
    said = _texts(opened(name, snapshot))
    assert Words("zh")("frame.no_data") not in said
    assert {"batches": "第一批", "targets": "有效目标1项"}.get(name, "") in said


def test_a_page_of_records_shows_its_period_without_a_register(only_records, monkeypatch):
    monkeypatch.setattr("dashboard.screens.pages", lambda: (replace(BY_NAME["reports"], order=0),))
    app = _front_door(only_records, monkeypatch, "zh-CN")
    app.session_state["more-filters"] = True
    app.run()
    assert not app.exception
    assert app.selectbox(key="filter.period").value == "last12"
    assert app.date_input(key="filter.as_of").value is None


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh"), ("en-GB", "en"), ("fr-FR", "zh")])
def test_the_browser_chooses_the_language(locale, language, demo_settings, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, locale).run()
    assert not app.exception
    assert Words(language)("frame.demo") in _texts(app)


def test_a_link_chooses_the_language_and_the_filters(demo_settings, snapshot, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN")
    place = snapshot.keys("place")[0]
    for name, value in {"lang": "en", "place": place, "from": "2022-01-01", "to": "2022-03-31"}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert Words("en")("frame.demo") in _texts(app)
    assert app.multiselect(key="filter.place").value == [place]
    assert app.selectbox(key="filter.period").value == "custom"


def test_a_choice_goes_into_the_link_and_clear_takes_it_back(demo_settings, snapshot, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN").run()
    place = snapshot.keys("place")[1]
    app.multiselect(key="filter.place").select(place).run()
    assert dict(app.query_params) == {"place": place}
    app.button(key="clear-filters").click().run()
    assert dict(app.query_params) == {}
    assert app.multiselect(key="filter.place").value == []


def test_a_choice_among_the_other_filters_narrows_the_page_and_outlives_their_menu(demo_settings, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN")
    app.session_state["more-filters"] = True
    app.run()
    app.multiselect(key="filter.purpose").select("accusation").run()
    assert dict(app.query_params) == {"purpose": "accusation"}
    app.session_state["more-filters"] = False
    app.run()
    assert "filter.purpose" not in {each.key for each in app.multiselect}
    app.selectbox(key="filter.period").select("last3").run()
    assert set(app.query_params) == {"purpose", "from", "to"}
    assert app.query_params["purpose"] == "accusation"


def test_a_change_of_language_keeps_every_choice(demo_settings, snapshot, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN").run()
    app.multiselect(key="filter.channel").select("visit").run()
    app.selectbox(key="filter.period").select("last3").run()
    app.button_group(key="language").set_value("en").run()
    assert not app.exception
    assert app.multiselect(key="filter.channel").value == ["visit"]
    assert app.selectbox(key="filter.period").value == "last3"
    app.run()
    assert app.multiselect(key="filter.channel").value == ["visit"]
    assert dict(app.query_params)["lang"] == "en"


def _front_door(settings: Settings, monkeypatch: pytest.MonkeyPatch, locale: str) -> AppTest:
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(settings.data_dir))
    monkeypatch.delenv("HUIYIN_DATABASE_URL", raising=False)
    app = AppTest.from_file(APP, default_timeout=30)
    app.context = {"locale": locale}
    return app


def test_a_figure_is_kept_until_the_selection_changes(snapshot, demo_settings):
    from queries.views import overview

    choices = Choices()
    reader = session_module.Session(
        demo_settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, snapshot.as_of
    )
    assert reader.view(overview.headlines) is reader.view(overview.headlines)


def test_every_condition_is_a_pill_that_takes_it_back(demo_settings, snapshot, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN")
    place = snapshot.keys("place")[0]
    for name, value in {"place": place, "channel": "visit", "from": "2022-01-01", "to": "2022-03-31"}.items():
        app.query_params[name] = value
    app.run()
    app.button(key="remove-channel").click().run()
    assert dict(app.query_params) == {"place": place, "from": "2022-01-01", "to": "2022-03-31"}
    app.button(key="remove-period").click().run()
    assert dict(app.query_params) == {"place": place}
    app.button(key="clear-filters").click().run()
    assert dict(app.query_params) == {}


def test_a_long_word_of_a_link_is_shortened_where_a_sentence_repeats_it(demo_settings, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN")
    app.query_params["place"] = "y" * 5_000
    app.query_params["x" * 5_000] = "1"
    app.run()
    assert not app.exception
    said = [each.value for each in (*app.warning, *app.caption) if "xxx" in each.value or "yyy" in each.value]
    assert len(said) == 2
    assert all(len(each) < 200 and "…" in each for each in said)


def test_a_choice_in_the_menu_of_a_card_narrows_the_page_and_the_same_again_takes_it_back(
    demo_settings, snapshot, monkeypatch
):
    app = _front_door(demo_settings, monkeypatch, "zh-CN").run()
    assert not [each for each in app.selectbox if "narrow-to" in str(each.key)]  # made when it is opened
    app.session_state["narrow-on-time"] = True
    app.run()
    menu = next(each for each in app.selectbox if str(each.key) == "narrow-to-on-time")
    chosen = menu.options[0]
    menu.select(chosen).run()
    assert not app.exception
    (narrowed,) = dict(app.query_params).values()
    assert snapshot.labels("place", "zh")[narrowed] == chosen
    menu = next(each for each in app.selectbox if str(each.key) == "narrow-to-on-time")
    menu.select(chosen).run()
    assert dict(app.query_params) == {}


def _with_its_ways_on(settings):  # runs as a script of its own
    import streamlit as st

    from dashboard.state.session import begin, enter_page

    st.session_state["ways on"] = dict(begin(settings).frame)
    enter_page()


def test_ways_on_are_the_same_before_and_after_the_first_click_on_a_page_opened_in_its_language(
    demo_settings, snapshot
):
    app = AppTest.from_function(_with_its_ways_on, args=(demo_settings,), default_timeout=30)
    app.query_params["lang"] = "zh"
    before = app.run().session_state["ways on"]
    app.session_state[WIDGET + "place"] = [snapshot.keys("place")[0]]
    assert before == app.run().session_state["ways on"]


def _with_a_control(settings):  # runs as a script of its own
    from dashboard.parts.components import choose
    from dashboard.state.session import begin, enter_page

    session = begin(settings)
    enter_page()
    choose(session, "at", ["north", "south"], str, label="at")


def test_an_address_that_states_what_goes_without_saying_stays_until_something_is_chosen(demo_settings, snapshot):
    app = AppTest.from_function(_with_a_control, args=(demo_settings,), default_timeout=30)
    app.query_params["at"] = "north"
    app.run()
    assert dict(app.query_params) == {"at": "north"}
    app.session_state[WIDGET + "place"] = [snapshot.keys("place")[0]]
    app.run()
    assert list(app.query_params) == ["place"]


def _with_an_option_that_goes(settings):  # runs as a script of its own
    from dashboard.parts.components import choose
    from dashboard.state.session import begin, enter_page

    session = begin(settings)
    enter_page()
    options = ["south"] if session.choices.where else ["north", "south"]
    choose(session, "at", options, str, label="at")


def test_back_is_obeyed_where_a_narrowing_took_away_what_a_control_had_chosen(demo_settings, snapshot):
    app = AppTest.from_function(_with_an_option_that_goes, args=(demo_settings,), default_timeout=30).run()
    app.session_state[WIDGET + "place"] = [snapshot.keys("place")[0]]
    app.run()
    assert list(app.query_params) == ["place"]
    app.query_params.clear()
    app.run()
    assert not app.exception
    assert dict(app.query_params) == {}
    assert app.session_state["_choices"].is_default


def test_what_a_link_says_that_no_control_understands_is_named(demo_settings, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN")
    app.query_params["zzz"] = "1"
    app.run()
    assert not app.exception
    assert any("zzz" in str(each.value) and "已忽略" in str(each.value) for each in app.caption)
    app.run()
    assert not any("zzz" in str(each.value) for each in app.caption)


def test_a_link_with_nonsense_opens_and_says_what_it_left_out(demo_settings, monkeypatch):
    app = _front_door(demo_settings, monkeypatch, "zh-CN")
    for name, value in {"place": ["nowhere", ""], "from": ["yesterday"]}.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    said = " ".join(str(each.value) for each in (*app.warning, *app.caption))
    assert "from" in said
    assert "nowhere" in said
