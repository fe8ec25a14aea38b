"""From a click to the page repainted, in a real browser on the data of this installation.

What is timed is the time from the press of the button to the last frame in which what was asked for looks different, as
the browser itself sees both: the frame after the last change of the charts with their words, or of the list. Beside it
stands the last frame in which anything on the page looks different: filters and headline follow with Streamlit's
own run. What nobody sees is no change: `aria-` and `data-` attributes, and what a canvas holds for screen readers. The
processor time of the server is read beside it. On a machine that does other things the times say little; the processor
time and the ratio to a run that changes nothing say more.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.request import urlopen

from queries.dimensions import DIMENSIONS
from queries.errors import SettingsError
from queries.settings import Settings

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

ROOT = Path(__file__).parents[2]
BROWSERS = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ROUNDS = 8
QUIET_MILLISECONDS = 500  # without a change the page is taken to be finished
PLAIN = "nothing but a run"
CHARTS = ".huiyin-plot, .huiyin-words, .huiyin-figures, .huiyin-table"
LIST = ".huiyin-cases"

WATCH = """
(asked) => {
  const watched = document.querySelector('[data-testid=stMain]');
  const frame = new MessageChannel();  // its message comes after the frame is made
  let awaited = false, meant = false;
  const begin = () => {
    window.pressed = window.changed = window.painted = window.still = performance.now();
  };
  begin();
  frame.port1.onmessage = () => {
    window.still = performance.now();
    if (meant) window.painted = window.still;
    awaited = meant = false;
  };
  const seen = (places) => {
    window.changed = performance.now();
    meant ||= places.some((each) => each.closest(asked));
    if (!awaited) requestAnimationFrame(() => frame.port2.postMessage(''));
    awaited = true;
  };
  for (const kind of ['pointerdown', 'keydown']) window.addEventListener(kind, begin, true);
  const visible = (change) => !/^(aria|data)-/.test(change.attributeName ?? '') && !place(change)?.closest('canvas');
  const place = (change) => change.target.nodeType === 1 ? change.target : change.target.parentElement;
  new MutationObserver((changes) => {
    const found = changes.filter(visible).map(place).filter(Boolean);
    if (found.length) seen(found);
  }).observe(watched, { childList: true, subtree: true, characterData: true, attributes: true });
  for (const name of ['fillText', 'drawImage', 'fillRect', 'clearRect']) {
    const draw = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...given) {
      if (this.canvas.isConnected) seen([this.canvas]);
      return draw.apply(this, given);
    };
  }
}
"""
SETTLED = f"() => window.pressed && performance.now() - Math.max(window.changed, window.pressed) > {QUIET_MILLISECONDS}"


@dataclass(frozen=True)
class Action:
    """What a reader does.

    Attributes:
        press: what to press in each round.
        asked: selector of what the press asks for.
        at_most: milliseconds until that is on the screen which the product promises at a million items; None where
            none are promised.
    """

    name: str
    path: str
    press: Callable[["Page", int], "Locator"]
    asked: str
    at_most: int | None


@dataclass(frozen=True)
class Timed:
    """An action by round: milliseconds from the press to the last frame that differs, and of the server's processor.

    Attributes:
        elapsed: of what was asked for. at_rest: of the whole page.
    """

    action: Action
    elapsed: list[float]
    at_rest: list[float]
    processor: list[float]

    @property
    def met(self) -> bool | None:
        """Whether the median keeps the promise; None without one."""
        return None if self.action.at_most is None else median(self.elapsed) <= self.action.at_most


def _dot(page: "Page", at: int) -> "Locator":
    return page.locator(".st-key-figure-on-time .scatterlayer .point").nth(at // 2) if at % 2 == 0 else _clear(page)


def _place(page: "Page", at: int) -> "Locator":
    if at % 2:
        page.keyboard.press("Escape")  # the list stays open after a choice
        return _clear(page)
    page.locator(".st-key-filter-place [role=combobox]").first.click()
    return page.get_by_role("option").nth(1 + at // 2)


def _clear(page: "Page") -> "Locator":
    """Takes back what the round before narrowed to, so that every other round narrows to what nobody has asked for."""
    return page.locator(".st-key-clear-filters button")


def _other(page: "Page", at: int, card: str, names: tuple[str, ...]) -> "Locator":
    return page.locator(f".st-key-card-{card}").get_by_role("radio", name=DIMENSIONS[names[at % len(names)]].label.zh)


ACTIONS = (
    Action(PLAIN, "/views?lang=zh", lambda page, at: page.locator(".st-key-link-menu button").first, "*", None),
    Action("a click on a point, every chart of the overview", "/?lang=zh", _dot, CHARTS, 300),
    Action("a place of the filter bar, every chart of the overview", "/?lang=zh", _place, CHARTS, 300),
    Action(
        "another breakdown, one card",
        "/closure?lang=zh",
        lambda page, at: _other(page, at, "groups", ("office", "place")),
        CHARTS,
        150,
    ),
    Action(
        "another breakdown of Explore, its chart and its table",
        "/explore?lang=zh",
        lambda page, at: _option(page, "by", DIMENSIONS[("office", "topic_l1")[at % 2]].label.zh),
        CHARTS,
        300,
    ),
    Action("next page of the items", "/cases?lang=zh&period=all", lambda page, at: _next(page), LIST, 100),
    Action(
        "next page, in the order of due dates",
        "/cases?lang=zh&period=all&sort=due",
        lambda page, at: _next(page),
        LIST,
        100,
    ),
)


def _option(page: "Page", control: str, name: str) -> "Locator":
    """An option of a list, once it is open."""
    page.locator(f".st-key-switch-{control} [role=combobox]").click()
    return page.get_by_role("option").filter(has_text=name)


def _next(page: "Page") -> "Locator":
    return page.locator(".st-key-case-table button.next")


def measure_browser(settings: Settings, rounds: int = ROUNDS) -> list[Timed]:
    """Start a server on an installation's data, and do everything in ACTIONS `rounds` times.

    Raises:
        SettingsError: there is no browser, or Playwright is not installed.
    """
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise SettingsError("The browser is driven by Playwright, which is not installed: sh setup.sh bench") from error
    found = next((path for path in BROWSERS if Path(path).exists()), None)
    if found is None:
        raise SettingsError("No browser is installed: apt-get install chromium fonts-noto-cjk")
    with _server(settings) as (address, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        try:
            timed = []
            for action in ACTIONS:
                context = browser.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
                timed.append(_measure(context.new_page(), address, action, process, rounds))
                context.close()
            return timed
        finally:
            browser.close()


def _measure(page: "Page", address: str, action: Action, process: int, rounds: int) -> Timed:
    page.goto(address + action.path)
    page.wait_for_selector("h1", timeout=120_000)
    page.evaluate(WATCH, action.asked)
    page.wait_for_timeout(4 * QUIET_MILLISECONDS)
    elapsed, at_rest, processor = [], [], []
    for at in range(rounds):
        target = action.press(page, at).first
        target.scroll_into_view_if_needed()
        page.wait_for_timeout(QUIET_MILLISECONDS)
        box = target.bounding_box()
        assert box is not None  # it was scrolled to
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_timeout(QUIET_MILLISECONDS)  # what the pointer alone changes is over
        page.evaluate("() => { window.pressed = 0; }")
        before = _processor(process)
        page.mouse.down()
        page.mouse.up()
        page.wait_for_function(SETTLED, timeout=60_000)
        elapsed.append(float(page.evaluate("() => window.painted - window.pressed")))
        at_rest.append(float(page.evaluate("() => window.still - window.pressed")))
        processor.append(_processor(process) - before)
    return Timed(action, elapsed, at_rest, processor)


def _processor(process: int) -> float:
    """Milliseconds of processor a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


@contextmanager
def _server(settings: Settings) -> Iterator[tuple[str, int]]:
    """A server of its own on a free port: its address and the number of its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        *(sys.executable, "-m", "streamlit", "run", str(ROOT / "dashboard" / "asgi.py")),
        *("--server.address", "127.0.0.1", "--server.port", str(port), "--server.headless", "true"),
    ]
    environment = os.environ | {"HUIYIN_DATA_DIR": str(settings.data_dir), "HUIYIN_DATABASE_URL": settings.database_url}
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        _await(f"http://127.0.0.1:{port}/api/healthz", server)
        yield f"http://127.0.0.1:{port}", server.pid
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:  # it is making its first answers and hears nothing
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _await(url: str, server: "subprocess.Popen[bytes]", seconds: float = 900) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if server.poll() is not None:
            raise SettingsError("The server ended while it started; `huiyin serve` says why.")
        try:
            with urlopen(url, timeout=1):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise SettingsError(f"The server did not answer within {seconds:.0f} seconds.")
