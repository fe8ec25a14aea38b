"""What a click leads to is shown ahead of the run of the page, and the run shows the same."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from dashboard.frame import ahead
from dashboard.screens import pages
from dashboard.state import narrowing, seats, stage
from dashboard.state.choices import Choices
from dashboard.state.session import Session
from queries.access import Viewer
from queries.settings import Settings
from queries.snapshot import Snapshot, current
from tests.app_test import AppTest
from tests.figures import told
from tests.installations import DemoOf

BY_NAME = {page.name: page for page in pages()}
NARROWED = ("overview", "closure", "repeats", "satisfaction", "forwarding")  # the pages with figures that narrow
SWITCHED = {
    "closure": ("by", "course", "days"),
    "repeats": ("by", "returning", "old"),
    "satisfaction": ("why",),
    "townships": ("look",),
    "forwarding": ("by",),
    "batches": ("by",),
}


@pytest.fixture(scope="module")
def settings(demo_of: DemoOf) -> Settings:
    return demo_of(1_500)


@pytest.fixture(scope="module")
def snapshot(settings: Settings) -> Snapshot:
    return current(settings)


def reader(settings: Settings, snapshot: Snapshot) -> Session:
    choices = Choices()
    return Session(settings, "zh", False, snapshot, choices.filters(snapshot.as_of), choices, snapshot.as_of)


def draw(name: str, session: Session, **controls: str) -> AppTest:
    app = AppTest.from_function(_draw, args=(BY_NAME[name], session), default_timeout=30)
    for control, value in controls.items():
        app.session_state[f"local.{control}"] = value
    app.run()
    assert not app.exception
    return app


def _draw(page, session):  # runs as a script of its own, where no annotation has a meaning
    page.render(session)


def seated(session: Session) -> seats.Seat:
    seat = seats.Seat()
    seat.session = session
    seats._seats[seat.token] = seat
    return seat


def post(token: str, body: bytes, **headers: str) -> tuple[int, str]:
    """Status and text that the server answers a browser."""
    app = Starlette(routes=[Route(ahead.PATH, ahead.answer, methods=["POST"])])
    path, sent = ahead.PATH.format(token=token), [{"type": "http.request", "body": body}]
    got: list[Any] = []

    async def receive() -> Any:
        return sent.pop() if sent else await asyncio.Event().wait()  # nobody hangs up

    async def send(message: Any) -> None:
        got.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(app(scope, receive, send))
    return got[0]["status"], b"".join(each.get("body", b"") for each in got[1:]).decode()


def asked(session: Session, question: object) -> dict[str, Any]:
    """The parts that the server answers, by name."""
    seat = seated(session)
    status, text = post(seat.token, json.dumps(question).encode())
    assert status == 200
    return {line["part"]: line["data"] for line in map(json.loads, text.splitlines())}


def clicks(session: Session) -> Iterator[tuple[str, narrowing.Mark]]:
    """A mark of every figure that narrows."""
    for figure, view in session.stage.views.items():
        yield figure, list(narrowing.marks(session, view))[-1]


@pytest.mark.parametrize("name", NARROWED)
def test_a_click_shows_the_figures_and_words_that_the_run_of_the_page_shows(name, settings, snapshot):
    here = reader(settings, snapshot)
    draw(name, here)
    found = list(clicks(here))
    assert found
    for figure, mark in found:
        shown = asked(here, {"figure": figure, "point": {"customdata": [mark.key]}})
        there = here.under(narrowing.narrowed(here.choices, mark))
        run = told(draw(name, replace(there, stage=stage.Stage())))
        common = set(shown) & set(run)
        assert figure in common
        assert {part: shown[part] for part in common} == {part: run[part] for part in common}, (figure, mark)


@pytest.mark.parametrize(("name", "control"), [(name, each) for name, names in SWITCHED.items() for each in names])
def test_a_switch_of_one_card_shows_what_its_run_shows(name, control, settings, snapshot):
    here = reader(settings, snapshot)
    draw(name, here)
    for at, option in enumerate(here.stage.switches[control].ways):
        shown = asked(here, {"switch": control, "at": at})
        assert shown
        run = told(draw(name, reader(settings, snapshot), **{control: option}))
        assert shown == {part: run[part] for part in shown}


EXPLORED = "on_time_reply_rate,days_to_close"


@pytest.mark.parametrize(
    ("control", "option"),
    [("by", "office"), ("by", "-"), ("and", "channel"), ("t", "quarter"), ("vs", "last_year"), ("top", "20"),
     ("swap", "1"), ("draw", "days_to_close")],
)  # fmt: skip
def test_an_option_of_explore_shows_what_its_run_shows(control, option, settings, snapshot):
    here = reader(settings, snapshot)
    draw("explore", here, m=EXPLORED, sort="-on_time_reply_rate")
    shown = asked(here, {"switch": control, "at": list(here.stage.switches[control].ways).index(option)})
    run = told(draw("explore", reader(settings, snapshot), m=EXPLORED, sort="-on_time_reply_rate", **{control: option}))
    assert {"headline", "figures-table-explore"} <= set(shown)
    assert shown == {part: run[part] for part in shown}


@pytest.mark.parametrize(
    ("name", "parts"),
    [("overview", {"figure-on-time", "figures-headlines"}), ("explore", {"figure-explored", "figures-table-explore"})],
)
def test_everything_taken_back_shows_the_page_of_the_plain_address(name, parts, settings, snapshot):
    here = reader(settings, snapshot).under(Choices(period="all"))
    draw(name, here)
    run = told(draw(name, reader(settings, snapshot)))
    shown = asked(here, {"clear": True})
    assert parts <= set(shown)
    assert shown == {part: run[part] for part in shown}


def test_what_nobody_may_ask_or_nobody_understands_shows_nothing(settings, snapshot):
    here = reader(settings, snapshot)
    draw("overview", here)
    nothing = (
        {},
        {"figure": "none", "point": {}},
        {"figure": "figure-on-time", "point": {"x": "?"}},
        {"figure": "figure-on-time", "point": 3},
        {"switch": "none", "at": 0},
        {"switch": 1, "at": "x"},
    )
    for question in nothing:
        assert asked(here, question) == {}
    seat = seated(here)
    assert post(seat.token, b"[]")[0] == post(seat.token, b"{")[0] == 400
    assert post("guessed", b'{"clear": true}')[0] == 404


def test_another_viewer_than_the_one_who_opened_the_page_is_shown_nothing(settings, snapshot):
    office = snapshot.keys("office")[0]
    held = replace(settings, viewer_header="x-viewer")
    seat = seated(replace(reader(held, snapshot), viewer=Viewer("office", office)))
    assert [post(seat.token, b"{}", **{"x-viewer": quote(who)})[0] for who in ("bureau", office)] == [404, 200]


def test_while_one_pointer_rests_on_a_mark_clicks_alone_are_answered(settings, snapshot, monkeypatch):
    here = reader(settings, snapshot)
    draw("overview", here)
    with ahead._resting:
        assert asked(here, {"clear": True, "rests": True}) == {}
        assert asked(here, {"clear": True})
    assert asked(here, {"clear": True, "rests": True})


def test_a_window_that_is_closed_leaves_nothing_behind(settings, snapshot):
    seat = seated(reader(settings, snapshot))
    token = seat.token
    assert seats.session_of(token) is seat.session
    del seat
    assert seats.session_of(token) is None
