"""The meeting screen: what its slides say, what reaches it, and how it is set up."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote, unquote

import polars as pl
import pytest
from starlette.applications import Starlette

from dashboard.parts.components import STALE_AFTER, working_days
from dashboard.state.session import Session
from dashboard.wall import Ask, Chart, Content, Skipped, Slide, Stack, Table, every_slide
from dashboard.wall import payload as payload_module
from dashboard.wall.draft import added, chosen, lasts, moved, removed, save, save_look, timed
from dashboard.wall.look import PERIODS, Look, look
from dashboard.wall.payload import Failed, Screen, made, payload, reader, stale_from, version
from dashboard.wall.programme import LONGEST, SECONDS, SHORTEST, Entry, programme, walls
from dashboard.wall.server import ROUTES
from queries import records, wording
from queries.errors import Conflict, InvalidRecord
from queries.records import write
from queries.settings import Settings
from queries.store import open_store
from queries.views import townships
from queries.views.due import due_by_group
from queries.views.tartan import tartan
from tests.installations import DemoOf, empty
from tests.wall_sessions import bare, on

ALL = tuple(every_slide())


@pytest.fixture(scope="module")
def demo_settings(demo_of: DemoOf) -> Settings:
    return replace(demo_of(3_000), bureau="云江市信访局")


@pytest.fixture
def session(demo_settings: Settings) -> Session:
    return reader(demo_settings, Screen("main", "zh"))


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@pytest.fixture
def ask(demo_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Ask the screen's addresses, as a server hands a request on: `ask("/wall", "lang=zh", {"if-none-match": tag})`."""
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(demo_settings.data_dir))
    monkeypatch.delenv("HUIYIN_DATABASE_URL", raising=False)
    app = Starlette(routes=ROUTES)

    async def call(path: str, query: str, headers: dict[str, str]) -> Answer:
        sent: list[dict[str, Any]] = []

        async def receive() -> Any:
            return await asyncio.Event().wait()  # nothing more comes, and nobody hangs up

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(), "root_path": "",
                 "query_string": query.encode(), "http_version": "1.1", "scheme": "http", "server": ("here", 80),
                 "headers": [(name.encode(), value.encode()) for name, value in headers.items()]}  # fmt: skip
        await app(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], found, b"".join(part.get("body", b"") for part in sent[1:]))

    return lambda path, query="", headers=None: asyncio.run(call(path, query, headers or {}))


# ---------------------------------------------------------------- slides


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ALL)
def test_every_slide_says_one_sentence_on_the_demo(name, language, demo_settings):
    content = every_slide()[name].make(reader(demo_settings, Screen("main", language)), Ask())
    assert isinstance(content, Content)
    assert content.sentence
    assert content.tiles or content.panels


@pytest.mark.parametrize("name", ALL)
def test_a_slide_without_figures_is_left_out_and_says_why(name, session, tmp_path):
    content = every_slide()[name].make(bare(session, tmp_path), Ask())
    if name == "closure":
        assert isinstance(content, Content)
        assert content.sentence == "未办结2件"
    else:
        assert isinstance(content, Skipped)
        assert content.reason


def test_the_sentences_are_those_of_the_pages(session):
    view = session.view(townships.compared, "on_time_reply_rate", "place")
    assert every_slide()["townships"].make(session, Ask()).sentence == view.finding.zh
    other = every_slide()["townships"].make(session, Ask({"measure": "repeat_share"}))
    assert other.sentence == session.view(townships.compared, "repeat_share", "place").finding.zh


def test_a_measure_the_register_cannot_give_is_replaced_by_one_it_can(session):
    usual = every_slide()["townships"].make(session, Ask())
    assert every_slide()["townships"].make(session, Ask({"measure": "no_such_rate"})).sentence == usual.sentence


def test_of_hundreds_of_places_a_few_are_shown_and_the_others_counted(session, tmp_path):
    places = [f"place{number % 300:04}" for number in range(6000)]
    due = ["2022-03-01"] * 6000
    closed = ["2022-02-20" if number % 7 else "2022-03-20" for number in range(6000)]
    many = on(session, {"case_id": [str(number) for number in range(6000)], "registered_at": ["2022-01-03"] * 6000,
                        "due_at": due, "closed_at": closed, "place_code": places}, tmp_path)  # fmt: skip
    for ask, rows in ((Ask(), 12), (Ask(is_compact=True), 10)):
        compared = every_slide()["townships"].make(many, ask)
        assert isinstance(compared, Content), compared
        assert compared.footnote == f"其余{wording.number(300 - rows, 'zh')}个未列出。"
        table = every_slide()["tartan"].make(many, ask).panels[0]
        assert isinstance(table, Table)
        assert len(table.rows) == rows + 1  # the whole


def test_figures_are_drawn_for_looking_not_for_touching(session):
    for name in ALL:
        for panel in every_slide()[name].make(session, Ask()).panels:
            for part in panel.parts if isinstance(panel, Stack) else [panel]:
                if isinstance(part, Chart):
                    assert part.alt
                    assert not {key for trace in part.figure["data"] for key in trace} & {"customdata", "hovertemplate"}


def test_a_target_that_is_missed_says_by_how_much_and_one_that_is_met_says_so(session):
    tiles = {tile.label: tile.target for tile in every_slide()["headlines"].make(session, Ask()).tiles}
    on_time = session.answer(townships.one, "on_time_reply_rate", "岚溪镇")
    assert on_time.target == 0.95
    whole = on_time.overall
    assert ("达到" in tiles["按期答复率"]) == (whole >= 0.95)
    assert "95%" in tiles["按期答复率"]


def test_every_headline_prints_the_counts_it_stands_on_and_its_interval(session):
    for tile in every_slide()["headlines"].make(session, Ask()).tiles:
        counts, reach = tile.small_print
        assert counts.endswith("件")
        assert reach.startswith("(")
    assert tile.aside.startswith("参评率"), "a satisfaction is not read without it"


def test_overdue_is_the_only_red(session):
    content = every_slide()["due"].make(session, Ask())
    tones = {tile.label: tile.tone for tile in content.tiles}
    overdue = int(content.tiles[0].value)
    assert tones.pop("已超期") == ("breach" if overdue else "")
    assert set(tones.values()) == {""}


@pytest.mark.parametrize("name", ["headlines", "repeats", "satisfaction"])
def test_too_few_items_make_no_slide(name, session, tmp_path):
    answered = pl.DataFrame({"case_id": ["a"], "target": ["bureau"], "status": ["evaluated"], "score": ["satisfied"],
                             "evaluated_at": ["2022-02-01"], "window_ends_at": ["2022-02-20"]})  # fmt: skip
    cases = {"case_id": ["a", "b"], "registered_at": ["2022-01-03"] * 2, "closed_at": ["2022-01-20"] * 2,
             "is_repeat": [False, True]}  # fmt: skip
    few = on(session, cases, tmp_path, evaluations=answered)
    assert isinstance(every_slide()[name].make(few, Ask()), Skipped)


def test_where_nothing_is_due_the_slide_is_its_sentence(session, tmp_path):
    closed = on(session, {"case_id": ["a"], "registered_at": ["2022-01-03"], "due_at": ["2022-03-01"],
                          "closed_at": ["2022-02-20"]}, tmp_path)  # fmt: skip
    content = every_slide()["due"].make(closed, Ask())
    assert content.sentence == "没有超期件，30天内也没有到期件"
    assert not content.tiles
    assert not content.panels


def test_what_one_office_has_open_is_told_apart_by_topic_or_else_by_age(session, tmp_path):
    late = {"case_id": list("abcd"), "registered_at": ["2022-01-03"] * 4, "due_at": ["2022-01-10"] * 4,
            "closed_at": ["2022-01-30", None, None, None], "office_code": ["o"] * 4}  # fmt: skip
    topics = on(session, {**late, "topic_l1": ["城乡建设", "城乡建设", "自然资源", "自然资源"]}, tmp_path / "topics")
    table = every_slide()["due"].make(topics, Ask()).panels[0]
    assert [[cell.text for cell in row[:2]] for row in table.rows] == [["自然资源", "2"], ["城乡建设", "1"]]
    (by_age,) = every_slide()["due"].make(on(session, late, tmp_path / "one"), Ask()).panels
    assert by_age.title == session.words("wall.closure_ages")


# ---------------------------------------------------------------- views of its own


def test_the_table_of_all_measures_names_who_is_clearly_worse_on_what(session):
    view = session.view(tartan)
    worse = view.frame.filter("worse")
    for row in worse.iter_rows(named=True):
        alone = townships.compared(session.snapshot, session.filters, row["measure"]).frame
        assert alone.filter(pl.col("place") == row["place"])["worse"].to_list() == [True]
    assert ("没有哪一个明显劣于全体" in view.finding.zh) == (worse.height == 0)
    assert all(name in view.finding.zh for name in worse["zh"].unique().head(1))


def test_due_soon_adds_up_to_what_is_due(session):
    frame = session.view(due_by_group, "place").frame
    assert (frame["within_7"] <= frame["within_14"]).all()
    assert (frame["within_14"] <= frame["within_30"]).all()
    few = session.view(due_by_group, "place", 2)
    assert few.frame.height == min(2, frame.height)
    offices = session.view(due_by_group, "office").frame
    assert offices["overdue"].is_sorted(descending=True)  # no broken deadline gives way to one that is near
    assert (f"其余{frame.height - 2}个" in "".join(note.zh for note in few.notes)) == (frame.height > 2)


# ---------------------------------------------------------------- what reaches the screen


def test_only_sums_and_shares_reach_the_screen(ask, demo_settings):
    text = ask("/wall/slides.json", "lang=zh").text
    with sqlite3.connect(demo_settings.data_dir / "huiyin.db") as store:
        ids = [name for (name,) in store.execute("select case_id from petition_case")]
    assert json.loads(text)["slides"]
    assert len(ids) > 1000
    assert not [name for name in ids if name in text]
    for word in ("case_id", "matter_id", "case_no", "customdata"):
        assert word not in text


def test_an_unchanged_screen_is_answered_without_a_body(ask):
    first = ask("/wall/slides.json", "lang=zh")
    tag = {"if-none-match": first.headers["etag"]}
    assert ask("/wall/slides.json", "lang=zh", tag).status == 304
    for query in ("lang=en", "lang=zh&theme=light", "lang=zh&preset=compact", "lang=zh&wall=hall"):
        other = ask("/wall/slides.json", query, tag)
        assert (other.status, other.headers["etag"] == first.headers["etag"]) == (200, False)


def test_unknown_wishes_in_the_address_are_as_usual(ask):
    usual = ask("/wall/slides.json", "lang=zh")
    assert ask("/wall/slides.json", "lang=zh&preset=huge&theme=pink").body == usual.body


def test_the_page_carries_everything_but_the_slides_and_asks_no_stranger(ask):
    page = ask("/wall", "lang=en&theme=light")
    assert 'lang="en" data-theme="light"' in page.text
    assert "://" not in page.text
    for name in ("wall.css", "wall.js", "draw.js", "feed.js", "plotly.min.js"):
        answer = ask(f"/wall/static/any/{name}")
        assert (answer.status, "immutable" in answer.headers["cache-control"]) == (200, True)
    assert answer.text.startswith("/**\n* plotly.js"), "with its licence"
    for name in ("payload.py", "..%2Fserver.py", "wall.html"):
        assert ask(f"/wall/static/any/{name}").status == 404


def test_a_name_in_the_address_is_never_markup(ask):
    assert "<script>alert" not in ask("/wall", "wall=" + quote("</script><script>alert(1)</script>")).text


def test_the_emblem_is_a_picture_or_nothing(ask, tmp_path, monkeypatch):
    assert ask("/wall/emblem").status == 404
    for name, status in (("emblem.svg", 200), ("secret.txt", 404)):
        file = tmp_path / name
        file.write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
        monkeypatch.setenv("HUIYIN_EMBLEM", str(file))
        assert ask("/wall/emblem").status == status


def test_a_slide_that_breaks_is_told_apart_and_breaks_nothing_else(session, monkeypatch, caplog):
    def breaks(session, ask):
        raise RuntimeError("no such luck")

    broken = dict(every_slide()) | {"repeats": Slide("repeats", 30, breaks)}
    monkeypatch.setattr(payload_module, "every_slide", lambda: broken)
    monkeypatch.setattr("dashboard.wall.programme.every_slide", lambda: broken)
    kinds = [type(content) for content in made(session, programme(session.snapshot.records, "main"))]
    assert kinds.count(Failed) == 1
    found = {slide["key"]: slide for slide in payload(session, Screen("main", "zh"))["slides"]}
    assert found["repeats"] == {"key": "repeats", "label": "重复信访走势", "seconds": SECONDS, "failed": True}
    assert found["closure"]["sentence"]
    assert "no such luck" in caplog.text


def test_without_a_register_the_screen_says_so(tmp_path):
    found = payload(reader(empty(tmp_path), Screen("main", "zh")), Screen("main", "zh"))
    assert (found["slides"], found["message"]) == ([], "系统中还没有信访登记数据，导入后自动显示")


@pytest.mark.parametrize("as_of", [date(2022, 6, 30), date(2022, 9, 30), date(2022, 1, 28)])
def test_data_is_old_from_the_third_working_day_on(as_of):
    old = stale_from(as_of)
    assert working_days(as_of, old) == STALE_AFTER + 1
    assert working_days(as_of, old - timedelta(days=1)) == STALE_AFTER


def test_an_office_behind_the_proxy_sees_no_complaints_about_officials(demo_settings):
    settings = replace(demo_settings, viewer_header="X-Office")
    bureau = reader(settings, Screen("main", "zh"), lambda name: ["bureau"])
    stranger = reader(settings, Screen("main", "zh"))
    assert stranger.viewer.kind == "office"
    assert version(bureau, Screen("main", "zh")) != version(stranger, Screen("main", "zh"))


# ---------------------------------------------------------------- which slides


def kept(*rows):
    return records.of_rows({"wall_slide": [dict(zip(("slide_id", "wall", "position", "slide", "seconds", "options"),
                                                    row, strict=True)) | {"version": 1} for row in rows]})  # fmt: skip


def test_a_screen_nobody_set_up_shows_everything_in_the_usual_order():
    assert [entry.slide for entry in programme(kept(), "main")] == list(ALL)
    assert walls(kept()) == ("main",)


def test_a_screen_shows_what_was_chosen_in_its_order():
    found = kept(
        (1, "hall", 2, "repeats", 30, None),
        (2, "hall", 1, "townships", 1, '{"measure": "closure_rate"}'),
        (3, "main", 1, "due", 9999, "no object"),
        (4, "hall", 3, "of_a_later_version", 20, None),
    )
    hall = programme(found, "hall")
    assert [(entry.slide, entry.seconds, dict(entry.options)) for entry in hall] == [
        ("townships", SHORTEST, {"measure": "closure_rate"}),
        ("repeats", 30, {}),
    ]
    assert [(entry.seconds, dict(entry.options)) for entry in programme(found, "main")] == [(LONGEST, {})]
    assert walls(found) == ("main", "hall")


def test_a_draft_changes_by_steps():
    draft = (Entry("repeats"), Entry("due"), Entry("closure"))

    def names(found):
        return [entry.slide for entry in found]

    assert names(moved(draft, 2, -1)) == ["repeats", "closure", "due"]
    assert names(moved(draft, 0, -1)) == names(moved(draft, 2, 1)) == names(draft)
    assert names(removed(draft, 1)) == ["repeats", "closure"]
    assert names(added(draft, "tartan")) == ["repeats", "due", "closure", "tartan"]
    assert lasts(timed(draft, 0, 60)) == 100
    with_option = chosen(draft, 0, "measure", "closure_rate", "on_time_reply_rate")
    assert dict(with_option[0].options) == {"measure": "closure_rate"}
    assert chosen(with_option, 0, "measure", "on_time_reply_rate", "on_time_reply_rate") == draft


def test_two_slides_of_one_kind_have_different_keys():
    one = chosen((Entry("townships"),), 0, "measure", "closure_rate", "on_time_reply_rate")[0]
    assert one.key != Entry("townships").key


@pytest.fixture
def keeper(settings, monkeypatch):
    """Saves a draft as a signed reader of the newest records; its programme afterwards."""
    monkeypatch.setattr("dashboard.state.session.recall", lambda name: "王科长")

    def keep(draft, wall="hall"):
        session = reader(settings, Screen(wall, "zh"))
        save(session, wall, draft)
        return programme(reader(settings, Screen(wall, "zh")).snapshot.records, wall)

    return keep


def test_saving_writes_the_order_and_taking_one_out_withdraws_it(keeper, settings):
    first = keeper((Entry("repeats"), Entry("due", 40)))
    assert [(entry.slide, entry.seconds, entry.version) for entry in first] == [("repeats", 20, 1), ("due", 40, 1)]
    second = keeper(removed(moved(first, 1, -1), 1))
    assert [(entry.slide, entry.version) for entry in second] == [("due", 2)]
    store = open_store(settings)
    changes = write.history(store, "wall_slide", first[0].record_id)
    store.dispose()
    assert [(change.action, change.changed_by) for change in changes] == [("add", "王科长"), ("withdraw", "王科长")]


def test_of_a_draft_that_meets_another_change_nothing_is_written(keeper):
    first = keeper((Entry("repeats"), Entry("due")))
    keeper(timed(first, 1, 60))
    with pytest.raises(Conflict):
        keeper(timed(timed(first, 0, 90), 1, 90))
    assert [entry.seconds for entry in keeper(keeper_now(first))] == [20, 60]


def keeper_now(first):
    """The programme as it stands after the second save: the second slide is at version 2."""
    return (first[0], replace(first[1], seconds=60, version=2))


def test_nothing_is_saved_unsigned(keeper, monkeypatch):
    monkeypatch.setattr("dashboard.state.session.recall", lambda name: None)
    with pytest.raises(InvalidRecord):
        keeper((Entry("repeats"),))


# ---------------------------------------------------------------- how a screen looks


@pytest.mark.parametrize("period", [*PERIODS, "2022-06"])
def test_every_slide_can_be_made_of_every_period(period, demo_settings):
    session = reader(demo_settings, Screen("main", "zh", period=period))
    for content in made(session, programme(session.snapshot.records, "main")):
        assert not isinstance(content, Failed)


def test_a_period_named_in_the_address_is_the_period_of_the_figures(ask):
    def headline(query):
        return json.loads(ask("/wall/slides.json", f"lang=zh&{query}").body)["slides"][0]["subtitle"]

    assert "2022年6月" in headline("period=2022-06")
    assert headline("period=2022-13") == headline("period=custom") == headline("") != headline("period=2022-06")


def test_a_screen_looks_as_it_was_set_up_and_its_address_goes_first():
    row = {"screen_id": 1, "wall": "hall", "theme": "light", "language": "en", "preset": "compact", "period": "all"}
    found = records.of_rows({"wall_screen": [row | {"version": 3}]})
    assert look(found, "main") == Look()
    hall = look(found, "hall")
    assert hall == Look("light", "en", "compact", "all", 1, 3)
    asked = hall.asked({"theme": "dark", "lang": "fr", "period": "2022-06"})
    assert (asked.theme, asked.language, asked.preset, asked.period) == ("dark", "en", "compact", "2022-06")
    assert walls(found) == ("main", "hall")


def test_what_no_look_knows_is_as_usual():
    row = {"screen_id": 1, "wall": "hall", "theme": "pink", "preset": "", "period": "2022-06-01", "version": 1}
    assert look(records.of_rows({"wall_screen": [row]}), "hall") == replace(Look(), record_id=1, version=1)


def test_a_look_is_kept_with_its_screen_and_reaches_it_by_both_addresses(keeper, settings, ask, monkeypatch):
    keeper((Entry("repeats"),), "三楼 会议室")
    monkeypatch.setenv("HUIYIN_DATA_DIR", str(settings.data_dir))
    session = reader(settings, Screen("main", "zh"))
    save_look(session, "三楼 会议室", Look("light", "en", "compact", "last3"))
    for path, query in ((f"/wall/{quote('三楼 会议室')}", ""), ("/wall", f"screen={quote('三楼 会议室')}")):
        page = ask(path, query).text
        assert 'data-theme="light"' in page
        assert 'lang="en"' in page
        assert '"period": "last3"' in page
    kept_look = look(reader(settings, Screen("main", "zh")).snapshot.records, "三楼 会议室")
    save_look(session, "三楼 会议室", replace(kept_look, theme="dark"))
    with pytest.raises(Conflict):
        save_look(session, "三楼 会议室", replace(kept_look, preset="large"))


def test_a_page_one_folder_deeper_finds_its_files(ask):
    page = ask("/wall/hall").text
    assert 'href="../wall/static/' in page
    assert '"root": "../"' in page
    assert '"root": ""' in ask("/wall").text
