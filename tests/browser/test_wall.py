"""The meeting screen in a real browser: it fits, it obeys, it outlives its server."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from unicodedata import normalize

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page
from pypdf import PdfReader
from starlette.applications import Starlette

from dashboard.wall.server import ROUTES
from queries.settings import Settings

pytestmark = pytest.mark.browser
LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8")
UP = ".slide.shown h1"


@dataclass
class Server:
    """The screen's own addresses, without the rest of the app, so that it can go away and come back."""

    port: int
    running: uvicorn.Server | None = None
    thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        config = uvicorn.Config(Starlette(routes=ROUTES), port=self.port, log_level="error", lifespan="off")
        self.running = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.running.run, daemon=True)
        self.thread.start()
        end = time.monotonic() + 30
        while not self.running.started and time.monotonic() < end:
            time.sleep(0.02)
        assert self.running.started

    def stop(self) -> None:
        if self.running is not None and self.thread is not None:
            self.running.force_exit = self.running.should_exit = True
            self.thread.join(timeout=20)


@pytest.fixture(scope="module")
def server(demo_settings: Settings) -> Iterator[Server]:
    """On the demo register, with the name of a bureau."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("HUIYIN_DATA_DIR", str(demo_settings.data_dir))
        environment.setenv("HUIYIN_BUREAU", "云汀市信访局")
        yield from serving()


def serving() -> Iterator[Server]:
    """A server on a free port, until it is no longer needed."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    made = Server(port)
    made.start()
    yield made
    made.stop()


OpenWall = Callable[..., Page]


@pytest.fixture
def open_wall(browser: Browser, server: Server) -> Iterator[OpenWall]:
    """Open the screen, paused, without fading; ready on return."""
    contexts: list[BrowserContext] = []

    def open_it(query: str = "lang=zh", width: int = 1920, height: int = 1080) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, reduced_motion="reduce")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{server.address}/wall?paused=1&{query}")
        page.wait_for_selector(UP)
        return page

    yield open_it
    for context in contexts:
        context.close()


def settled(page: Page) -> None:
    page.evaluate("huiyin.settled()")


def headline(page: Page) -> str:
    settled(page)
    return page.inner_text(UP)


@pytest.mark.parametrize(
    ("width", "height", "query"),
    [
        (1366, 768, "lang=en&theme=light"),
        (1920, 1080, "lang=zh&theme=dark"),
        (3840, 2160, "lang=zh&theme=light"),
        (1920, 1080, "lang=en&theme=dark&preset=compact"),
    ],
)
def test_every_slide_fills_the_screen_accessibly_and_nothing_is_cut_off_or_covered(open_wall, width, height, query):
    page = open_wall(query, width, height)
    wrong = {}
    for _ in range(page.evaluate("huiyin.slides().length")):
        settled(page)
        found = page.evaluate(LAYOUT)
        if width < 3840 and "compact" not in query:  # a size, a language and a theme each
            faults = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
            found += [fault["id"] for fault in faults.response["violations"]]
        if found:
            wrong[page.inner_text("#position")] = found
        page.keyboard.press("PageDown")
    assert wrong == {}


def test_type_is_as_large_as_five_metres_need(open_wall):
    page = open_wall()
    size = "name => parseFloat(getComputedStyle(document.querySelector(name)).fontSize) * innerHeight / 720"
    found = {name: round(page.evaluate(size, name)) for name in (".tile .value", ".subtitle", ".change", "#facts")}
    assert found == {".tile .value": 96, ".subtitle": 30, ".change": 30, "#facts": 27}
    assert 45 <= round(page.evaluate(size, "h1")) <= 51
    page.keyboard.press("End")
    page.keyboard.press("Home")


def test_keys_remotes_and_fingers_turn_pause_and_darken_the_screen(open_wall):
    page = open_wall()
    count = page.evaluate("huiyin.slides().length")
    said = {
        "PageDown": 2,
        "ArrowRight": 3,
        "ArrowLeft": 2,
        "PageUp": 1,
        "End": count,
        "Home": 1,
        "7": 7,
        "0": 10,
        "Enter": 1,
        "2": 2,
    }
    for key, place in said.items():
        page.keyboard.press(key)
        assert page.inner_text("#position") == f"{place}/{count}"
    assert "已暂停" in page.inner_text("#state")
    page.keyboard.press("Space")
    assert "已暂停" not in page.inner_text("#state")
    page.keyboard.press(".")
    assert page.is_visible("#black")
    page.keyboard.press("b")
    assert page.is_hidden("#black")
    page.mouse.click(1800, 500)
    assert page.inner_text("#position") == f"3/{count}"
    page.mouse.click(100, 500)
    page.mouse.click(960, 500)
    assert page.inner_text("#position") == f"2/{count}"
    assert "已暂停" in page.inner_text("#state")
    page.mouse.move(1200, 500)
    page.mouse.down()
    page.mouse.move(700, 500)
    page.mouse.up()
    assert page.inner_text("#position") == f"3/{count}"


def test_a_screen_outlives_its_server_and_comes_back_by_itself(open_wall, server):
    page = open_wall()
    page.wait_for_function("caches.open('huiyin-wall').then(c => c.keys()).then(keys => keys.length > 5)")
    first = headline(page)
    server.stop()
    try:
        # a day later
        page.evaluate("huiyin.feed.contact -= 24 * 3600e3; huiyin.feed.ask()")
        page.wait_for_function("document.getElementById('state').textContent.includes('未联系上服务器')")
        assert headline(page) == first
        page.keyboard.press("PageDown")
        second = headline(page)
        page.reload()  # somebody switched the screen off and on
        page.wait_for_selector(UP)
        assert headline(page) == second
        page.keyboard.press("PageUp")
        assert headline(page) == first
        page.evaluate("huiyin.feed.contact -= 24 * 3600e3; huiyin.feed.ask()")
        page.wait_for_function("document.getElementById('state').textContent.includes('未联系上服务器')")
    finally:
        server.start()
    page.evaluate("huiyin.feed.ask()")
    page.wait_for_function("!document.getElementById('state').textContent.includes('未联系上服务器')")
    assert headline(page) == first


def test_a_broken_answer_changes_nothing_and_a_slide_that_failed_stays_as_it_was(open_wall):
    page = open_wall()
    first = headline(page)
    page.route("**/slides.json*", lambda route: route.fulfill(status=500, body="<h1>Internal Server Error</h1>"))
    page.evaluate("huiyin.feed.ask()")
    assert headline(page) == first
    page.unroute("**/slides.json*")
    failed = [{"key": key, "failed": True, "seconds": 20, "label": ""} for key in ("headlines", "unheard_of")]
    answer = {"slides": failed, "facts": [], "face": page.evaluate("huiyin.feed.payload.face")}
    page.route("**/slides.json*", lambda route: route.fulfill(json=answer))
    page.evaluate("huiyin.feed.ask()")
    page.wait_for_function("huiyin.slides().length === 1")
    assert headline(page) == first


def test_a_screen_that_slept_shows_the_time_and_the_next_slide_as_it_wakes(open_wall):
    page = open_wall()
    page.keyboard.press(" ")  # not paused any longer
    first, clock = headline(page), page.inner_text("#clock")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("""const before = Date, ahead = 8 * 3600e3 + 1800e3;
        window.Date = class extends before {
            constructor(...given) { given.length ? super(...given) : super(before.now() + ahead); }
            static now() { return before.now() + ahead; }
        }; document.dispatchEvent(new Event('resume'))""")
    assert page.inner_text("#clock") != clock
    assert headline(page) != first
    assert any("slides.json" in url for url in asked)


def test_turning_the_slides_leaves_nothing_behind(open_wall):
    page = open_wall()
    count = page.evaluate("huiyin.slides().length")
    elements = "document.querySelectorAll('*').length"

    def turn() -> int:
        for _ in range(count):
            page.keyboard.press("PageDown")
            settled(page)
        return int(page.evaluate(elements))

    assert turn() == turn() == turn()


def test_all_slides_are_printed_light_one_a_sheet_lying_on_its_side_and_the_screen_goes_on(open_wall):
    page = open_wall("lang=zh&theme=dark")
    before = headline(page)
    count = page.evaluate("huiyin.slides().length")
    page.evaluate("window.print = () => { document.body.dataset.printed = ''; }; null")
    page.keyboard.press("Control+p")
    page.wait_for_selector("body[data-printed]")
    assert page.locator(".sheet").first.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 255, 255)"
    sheets = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True, print_background=True))).pages
    assert len(sheets) == count
    for number, sheet in enumerate(sheets, start=1):
        text = normalize("NFKC", sheet.extract_text()).replace(" ", "")
        assert (f"{number}/{count}" in text, "数据截至" in text) == (True, True)
        assert sheet.mediabox.width > sheet.mediabox.height
    assert page.locator("#sheets").count() == 0
    assert headline(page) == before
