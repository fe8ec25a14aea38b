"""A real server on the demo register, and a real browser."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Page, sync_playwright

from queries.settings import Settings
from seed import demo
from tests.installations import empty

ROOT = Path(__file__).parents[2]
CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
                 if Path(path).exists()), None)  # fmt: skip
SWITCHES = ["--no-sandbox", "--disable-gpu"]
CASES = 2_000  # enough for every page to have something to say
STILL = 300  # milliseconds without a change
SETTLED = """(still) => new Promise((done) => {
    const busy = '[data-testid=stSkeleton], [data-testid=stStatusWidget], [data-stale=true]';
    let changed = performance.now();
    const changes = new MutationObserver(() => { changed = performance.now(); });
    changes.observe(document.body, { childList: true, subtree: true, characterData: true, attributes: true });
    const look = setInterval(() => {
        if (document.querySelector(busy) || performance.now() - changed < still) return;
        clearInterval(look);
        changes.disconnect();
        done();
    }, 50);
})"""
OpenPage = Callable[..., Page]
ProfileOf = Callable[[str], BrowserContext]
Settle = Callable[[Page], None]


@pytest.fixture(scope="package")
def demo_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """An installation with a small demo register."""
    folder = tmp_path_factory.mktemp("demo")
    settings = empty(folder)
    demo.load(settings, cases=CASES)
    return settings


@pytest.fixture(scope="package")
def address(demo_settings: Settings) -> Iterator[str]:
    """The address of a running server."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", "dashboard/asgi.py", "--server.port", str(port),
               "--server.address", "127.0.0.1", "--server.headless", "true"]  # fmt: skip
    environment = {**os.environ, "HUIYIN_DATA_DIR": str(demo_settings.data_dir)}
    environment.pop("HUIYIN_DATABASE_URL", None)
    with (demo_settings.data_dir / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/healthz", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=10)


def _wait_for(url: str, server: subprocess.Popen[bytes], seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert server.poll() is None, "the server ended while starting"
        try:
            with urlopen(url, timeout=1) as answer:
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"no answer from {url}")


@pytest.fixture(scope="package")
def chromium() -> Iterator[BrowserType]:
    """Debian's chromium, as Playwright starts it."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed (apt-get install chromium fonts-noto-cjk)")
    if shutil.which("fc-list") and not subprocess.run(["fc-list", ":lang=zh"], capture_output=True, check=False).stdout:
        pytest.skip("no font with Chinese characters is installed (apt-get install fonts-noto-cjk)")
    with sync_playwright() as playwright:
        yield playwright.chromium


@pytest.fixture(scope="package")
def browser(chromium: BrowserType) -> Iterator[Browser]:
    """One whose profiles are forgotten."""
    browser = chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def profile_of(chromium: BrowserType, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProfileOf]:
    """A profile of a browser by its language, in a folder: scripts compiled once are kept, as a reader's are."""
    made: list[BrowserContext] = []

    @cache
    def profile(language: str) -> BrowserContext:
        folder = tmp_path_factory.mktemp("profile")
        made.append(
            chromium.launch_persistent_context(folder, executable_path=CHROMIUM, args=SWITCHES, locale=language)
        )
        return made[-1]

    yield profile
    for each in made:
        each.close()


@pytest.fixture
def open_page(profile_of: ProfileOf, address: str) -> Iterator[OpenPage]:
    """Open a path of the app as a new reader: `open_page("/closure", language="en-GB")`; settled on return."""
    pages: list[Page] = []

    def open_it(
        path: str = "/", *, language: str = "zh-CN", width: int = 1366, height: int = 768, dark: bool = False
    ) -> Page:
        page = profile_of(language).new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        # what fades and slides costs the processor time and is what no test looks at
        page.emulate_media(color_scheme="dark" if dark else "light", reduced_motion="reduce")
        page.set_default_timeout(60_000)  # a busy machine is no fault of a page
        requests: list[str] = []
        page.on("request", lambda request: requests.append(request.url))
        page.goto(address + path)
        page.requests = requests  # type: ignore[attr-defined]  # read back by the test that looks for strangers
        page.wait_for_selector("h1")
        _settle(page)
        return page

    yield open_it
    for page in pages:
        if not page.is_closed():
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
            page.close()
        page.context.clear_cookies()


@pytest.fixture(scope="session")
def settled() -> Settle:
    """Wait until the script has run and everything is painted."""
    return _settle


def _settle(page: Page) -> None:
    page.evaluate(SETTLED, STILL)
