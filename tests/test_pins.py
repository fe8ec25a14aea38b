"""A data version is opened again exactly: kept or rebuilt, its figures stay whatever is imported or recorded since."""

# ruff: noqa: DTZ001  the clocks of a register carry no zone

import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from dashboard.agenda import AGENDA
from dashboard.cli.recorder import recorder_of
from dashboard.i18n import Words
from dashboard.screens import pages
from dashboard.state.session import Session, default_reader
from queries.filters import Filters
from queries.records import write
from queries.schema import petition_case
from queries.settings import Settings
from queries.snapshot import Snapshot, current, pins
from queries.store import open_store
from queries.views import View
from queries.views.meeting import meeting_of, newest_month
from tests.app_test import AppTest
from tests.figures import words_of
from tests.installations import DemoOf
from tests.later_changes import correct, rename_an_office

APP = str(Path(__file__).parents[1] / "dashboard" / "app.py")


@pytest.fixture(scope="module")
def installed(demo_of: DemoOf) -> Settings:
    """An installation with a demo register, to copy."""
    return demo_of(700)


def every_view(reader: Session) -> dict[str, View]:
    """Everything the pages open with and everything on the agenda."""
    recorder = recorder_of(reader, reader.filters)
    for page in pages():
        if page.warm is not None:
            page.warm(recorder)
    session = meeting_of(reader.snapshot, reader.filters, newest_month(reader.snapshot.as_of))
    for item in AGENDA:
        for panel in item.panels:
            filters = session.filters(panel.span)
            recorder.views[f"agenda {panel.name}"] = panel.question(reader.snapshot, filters, *panel.arguments)
    return recorder.views


def assert_same_figures(before: dict[str, View], after: dict[str, View]) -> None:
    assert set(before) == set(after)
    for name, view in before.items():
        assert view.frame.equals(after[name].frame), name
        assert _said_beside(view) == _said_beside(after[name]), name


def _said_beside(view: View) -> tuple[object, ...]:
    return view.finding, view.notes, view.measures, view.by, view.filters, view.as_of


@pytest.fixture(scope="module")
def before(installed: Settings) -> dict[str, View]:
    """Every view of the installation as it stands."""
    return every_view(default_reader(installed, "zh"))


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "rebuilt"])
def test_no_figure_of_a_pinned_version_changes_after_corrections_and_records(kept, city, before):
    engine = open_store(city)
    first = current(city, engine)
    name = pins.version_of(first)
    if kept:
        pins.keep(city, first)
    else:  # the sessions the demo closed keep it too
        shutil.rmtree(city.data_dir / "pinned")
    correct(engine)
    if kept:  # names of offices are not part of the recorded changes
        rename_an_office(engine)
    newest = current(city, engine)
    assert pins.version_of(newest) != name
    pinned = pins.open_version(city, newest, name, engine)
    assert pinned is not None
    assert pins.version_of(pinned) == name
    reader = replace(default_reader(city, "zh"), snapshot=pinned)
    assert_same_figures(before, every_view(reader))
    now = recorder_of(default_reader(city, "zh"), Filters())
    opening = next(page for page in pages() if page.name == "overview")
    assert opening.warm is not None
    opening.warm(now)
    assert not all(view.frame.equals(before[key].frame) for key, view in now.views.items() if key in before)
    engine.dispose()


def test_the_records_alone_can_have_moved_on(city):
    engine = open_store(city)
    first = current(city, engine)
    write.save(engine, "target", {"measure": "closure_rate", "valid_from": datetime(2022, 6, 1).date(), "value": 0.99,
                                  "source": "later"}, by="test")  # fmt: skip
    newest = current(city, engine)
    assert newest.version == first.version
    pinned = pins.open_version(city, newest, pins.version_of(first), engine)
    assert pinned is not None
    assert pinned.records.version == first.records.version
    assert pinned.records.rows("target").equals(first.records.rows("target"))
    assert newest.records.rows("target").height == first.records.rows("target").height + 1
    engine.dispose()


def test_a_version_kept_once_is_found_by_a_later_start(city):
    engine = open_store(city)
    name = pins.version_of(current(city, engine))
    pins.keep(city, current(city, engine))
    pins.keep(city, current(city, engine))
    correct(engine)
    newest = current(city, engine)
    shutil.rmtree(city.data_dir / "history", ignore_errors=True)
    assert pins.open_version(city, newest, name, engine) is not None
    assert not (city.data_dir / "history").exists()
    engine.dispose()


@pytest.mark.parametrize("name", ["", "nonsense", "1-1-abcdef.0", "99-1-abcdef.1", "../../etc.1", "9" * 400])
def test_a_name_that_was_never_a_version_opens_nothing(name, city):
    engine = open_store(city)
    assert pins.open_version(city, current(city, engine), name, engine) is None
    engine.dispose()


def test_a_version_of_the_future_opens_nothing(city):
    engine = open_store(city)
    newest = current(city, engine)
    later = f"{newest.version}.{newest.records.version + 1}"
    assert pins.open_version(city, newest, later, engine) is None
    engine.dispose()


def test_rows_hidden_from_a_reader_are_hidden_in_what_changed_since(city):
    engine = open_store(city)
    first = current(city, engine)
    name = pins.version_of(first)
    correct(engine)
    purpose = first.keys("purpose")[:1]
    newest = current(city, engine).hide("purpose", purpose)
    found = pins.since(city, newest, name, engine)
    assert found is not None
    assert [dimension for dimension, _ in found.then.hidden] == ["purpose"]
    assert pins.since(city, newest, pins.version_of(newest), engine) is None
    engine.dispose()


def _open(settings: Settings, monkeypatch: pytest.MonkeyPatch, data: str) -> AppTest:
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(settings.data_dir))
    monkeypatch.delenv("HUIYIN_DATABASE_URL", raising=False)
    app = AppTest.from_file(APP, default_timeout=30)
    app.context = {"locale": "zh-CN"}
    app.query_params["data"] = data
    return app.run()


def _said(app: AppTest) -> str:
    return "\n".join([*(str(part.value) for part in (*app.markdown, *app.caption, *app.info)), *words_of(app)])


def test_a_link_with_a_version_pins_the_whole_app_until_the_reader_goes_back(city, monkeypatch):
    engine = open_store(city)
    first: Snapshot = current(city, engine)
    name = pins.version_of(first)
    correct(engine)
    engine.dispose()
    app = _open(city, monkeypatch, name)
    assert not app.exception
    assert "固定版本" in _said(app)
    app.selectbox(key="filter.period").select("last3").run()  # the pin outlives a choice
    assert dict(app.query_params)["data"] == name
    assert "固定版本" in _said(app)
    app.button(key="unpin").click().run()
    assert not app.exception
    assert "data" not in app.query_params
    assert "固定版本" not in _said(app)


def test_opening_a_link_to_the_newest_version_keeps_its_files_for_the_day_it_is_not(city, monkeypatch):
    engine = open_store(city)
    name = pins.version_of(current(city, engine))
    app = _open(city, monkeypatch, name)
    assert Words("zh")("pinned.newest") in _said(app)
    correct(engine)
    rename_an_office(engine)
    pinned = pins.open_version(city, current(city, engine), name, engine)
    assert pinned is not None
    assert "新名" not in pinned.labels("place", "zh").values()
    engine.dispose()


def test_a_link_with_an_unknown_version_says_so_and_shows_the_newest(city, monkeypatch):
    app = _open(city, monkeypatch, "12-34-abcdef.5")
    assert not app.exception
    assert "打不开" in _said(app)
    assert Words("zh")("frame.demo") in _said(app)
    app.button(key="unpin").click().run()
    assert "打不开" not in _said(app)


def test_a_single_item_of_a_pinned_version_reads_as_it_did_then(city):
    reader = default_reader(city, "zh")
    pins.keep(city, reader.snapshot)
    store = open_store(city)
    with store.connect() as connection:
        keys = connection.execute(select(petition_case.c.case_id).order_by(petition_case.c.case_no)).scalars().all()
    assert reader.cases is not None
    before = {key: reader.cases.case(key) for key in keys[:30]}
    correct(store)
    then, now = default_reader(city, "zh", reader.data_version).cases, default_reader(city, "zh").cases
    assert then is not None
    assert now is not None
    changed = 0
    for key, known in before.items():
        assert known is not None
        read, newest = then.case(key), now.case(key)
        assert read is not None
        assert newest is not None
        assert replace(read[1], source_file=None, source_row=None) == replace(
            known[1], source_file=None, source_row=None
        )
        changed += read[1].moments != newest[1].moments
    assert changed >= 10
    assert now.case("late1") is not None
    assert then.case("late1") is None
    store.dispose()
