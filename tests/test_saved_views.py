"""Views saved by name: whose they are, where they lead, with which of them a reader begins."""

import pytest

from dashboard.frame.link_menu import as_text, parameters
from dashboard.i18n import Words
from queries.filters import Filters
from queries.records import write
from queries.records.kinds import kind_of
from queries.records.validate import checked
from queries.settings import Settings
from queries.snapshot import current
from queries.store import open_store
from queries.views.saved import saved_views, start_of
from tests.app_test import AppTest
from tests.installations import DemoOf, copied
from tests.test_screens import APP


@pytest.fixture(scope="module")
def settings(demo_of: DemoOf, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return copied(demo_of(700), tmp_path_factory.mktemp("saved") / "city")


@pytest.fixture
def front_door(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(settings.data_dir))
    monkeypatch.delenv("HUIYIN_DATABASE_URL", raising=False)
    app = AppTest.from_file(APP, default_timeout=30)
    app.context = {"locale": "zh-CN"}
    return app


@pytest.mark.parametrize("link", [
    {}, {"place": ["岚溪镇", "望川乡"], "period": ["all"]}, {"q": ["a&b=c #1 +2%"], "cols": ["case_id,state"]},
    {"topic_l2": [""], "sort": ["-due"]},
])  # fmt: skip
def test_the_text_of_a_link_says_what_the_link_says(link):
    assert parameters(as_text(link)) == link


@pytest.mark.parametrize("text", ["a@example.com", "138 0013 8000", "１３８００１３８０００"])
def test_a_link_that_looks_for_a_person_is_not_saved(text):
    view = {"name": "v", "owner": "某科", "page": "cases", "link": as_text({"q": [text]})}
    assert "link" in checked(kind_of("saved_view"), view)[1]
    assert checked(kind_of("saved_view"), view | {"link": "q=100%+a"})[1] == {}


def test_no_parameters_are_kept_as_a_dash():
    assert parameters("-") == {}


def view(view_id: int, name: str, owner: str, *, start: bool = False) -> dict[str, object]:
    return {"view_id": view_id, "name": name, "owner": owner, "page": "closure", "link": "-", "is_start": start,
            "version": 1}  # fmt: skip


def test_ones_own_views_come_first_and_the_newest_start_page_counts(tmp_path):
    from queries.snapshot import build_from_frames
    from tests.conftest import typed

    cases = typed([{"case_id": "a", "registered_at": "2022-01-01"}])
    rows = [view(1, "乙", "甲科", start=True), view(2, "甲", "乙科", start=True), view(3, "丙", "甲科", start=True)]
    held = build_from_frames(tmp_path / "s", cases, records={"saved_view": rows})
    assert [each.view_id for each in saved_views(held, Filters(), "甲科")] == [3, 1, 2]
    assert [each.view_id for each in saved_views(held, Filters(), "乙科", True)] == [2]
    begun = start_of(held, Filters(), "甲科")
    assert begun is not None
    assert begun.view_id == 3
    assert start_of(held, Filters(), "") is None
    unsigned = start_of(held, Filters(), "", "2")
    assert unsigned is not None
    assert unsigned.view_id == 2
    assert start_of(held, Filters(), "", "9; x") is None


def test_a_view_is_saved_listed_renamed_and_withdrawn_by_its_owner_only(settings, front_door):
    app = front_door
    app.session_state["_kept.signature"] = "办公室"
    app.query_params["period"] = "all"
    app.run()
    app.session_state["link-menu"] = True
    app.run()
    app.text_input(key="view-name-0").input("全部时间")
    app.text_input(key="view-note-0").input("每月")
    next(each for each in app.button if each.label == "保存视图").click().run()
    assert not app.exception
    (saved,) = saved_views(current(settings), Filters())
    assert (saved.name, saved.owner, saved.page, parameters(saved.link)) == (
        "全部时间", "办公室", "overview", {"period": ["all"]})  # fmt: skip

    assert Words("zh")("links.saved") in [each.value for each in app.success]
    assert {each.value for each in app.text_input if each.label in ("名称", "说明")} == {""}

    shown, other = (_views_page(settings, "办公室") for _ in range(2))
    assert "全部时间" in [each.proto.label for each in shown.get("page_link")]
    next(each for each in shown.text_input if each.label == "名称").input("历年")
    next(each for each in shown.button if each.label == "保存").click().run()
    assert not shown.exception
    (renamed,) = saved_views(current(settings), Filters())
    assert renamed.name == "历年"

    next(each for each in other.text_input if each.label == "名称").input("别名")
    next(each for each in other.button if each.label == "保存").click().run()
    assert "历年" in other.warning[0].value
    assert saved_views(current(settings), Filters()) == (renamed,)

    stranger = _views_page(settings, "别人")
    assert not [each for each in stranger.button if str(each.key or "").startswith(("start-", "withdraw-"))]
    own = _views_page(settings, "办公室")
    own.button(key=f"start-{renamed.view_id}").click().run()
    assert start_of(current(settings), Filters(), "办公室") is not None
    again = _views_page(settings, "办公室")
    again.button(key=f"withdraw-{renamed.view_id}").click().run()
    assert saved_views(current(settings), Filters()) == ()
    assert not again.info[0].value.startswith("视图")
    assert "历年" in other.run().info[0].value


def _views_page(settings: Settings, who: str) -> AppTest:
    app = AppTest.from_function(_draw, args=(settings,), default_timeout=30)
    app.session_state["_kept.signature"] = who
    return app.run()


def _draw(settings):
    from dashboard.screens.views import PAGE
    from dashboard.state.session import default_reader

    PAGE.render(default_reader(settings, "zh"))


def test_a_view_of_an_office_that_is_no_more_says_so_by_name(front_door):
    app = front_door
    app.query_params["office"] = ["撤并的局"]
    app.run()
    assert not app.exception
    assert any("责任单位" in each.value and "撤并的局" in each.value for each in app.warning)


def test_a_reader_begins_on_the_start_page_once_and_is_offered_it_afterwards(settings, front_door):
    engine = open_store(settings)
    number = write.save(engine, "saved_view", {"name": "超期", "owner": "督查科", "page": "closure",
                                               "link": "period=all", "is_start": True}, by="督查科")  # fmt: skip
    app = front_door
    app.session_state["_kept.signature"] = "督查科"
    app.run()
    assert not app.exception
    assert dict(app.query_params) == {"period": "all"}
    again = AppTest.from_file(APP, default_timeout=30)
    again.context = {"locale": "zh-CN"}
    again.session_state["_kept.signature"], again.session_state["_kept.began"] = "督查科", True
    again.run()
    assert dict(again.query_params) == {}
    assert any("超期" in each.proto.label for each in again.get("page_link"))
    write.withdraw(engine, "saved_view", number, by="督查科", version=1)
    engine.dispose()
