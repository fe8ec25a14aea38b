"""The app in a real browser: every page in both languages, links, Back, nothing fetched from elsewhere."""

import json
from collections.abc import Callable
from io import BytesIO
from unicodedata import normalize
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader
from sqlalchemy import select

from dashboard.i18n import Words
from dashboard.screens import pages
from queries.schema import petition_case
from queries.settings import Settings
from queries.store import open_store

pytestmark = pytest.mark.browser
OpenPage = Callable[..., Page]
Settle = Callable[[Page], None]
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
WIDTHS = (1366, 1920, 390)  # CSS pixels: a laptop, a large screen, a phone
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
HELD = """() => {
    const send = WebSocket.prototype.send, held = [];
    WebSocket.prototype.send = function (...given) { held.push(() => send.apply(this, given)); };
    window.released = () => { WebSocket.prototype.send = send; held.forEach((each) => each()); };
}"""  # nothing reaches Streamlit


def path(name: str) -> str:
    return "/" if pages()[0].name == name else f"/{name}"


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def arrives(page: Page, settled: Settle, **wanted: list[str]) -> None:
    """Wait until the address holds these choices and no other, and the page has settled."""
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query) == wanted)
    settled(page)


def headline_figures(page: Page) -> list[str]:
    values = page.locator(".huiyin-figure .value")
    values.first.wait_for()
    return values.all_inner_texts()


def choose_place(page: Page, settled: Settle, number: int = 0) -> None:
    page.click(".st-key-filter-place input")
    page.get_by_role("option").nth(number).click()
    page.keyboard.press("Escape")
    page.wait_for_url("**place=*")
    settled(page)


def barriers(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA: rule and element."""
    options = {"resultTypes": ["violations"], "runOnly": WCAG}
    found = Axe().run(page, options=options).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def scrolls_sideways(page: Page, width: int, settled: Settle) -> bool:
    if page.viewport_size != (size := {"width": width, "height": 768}):
        page.set_viewport_size(size)
        settled(page)
    wide, shown = page.locator("[data-testid=stMain]").evaluate("e => [e.scrollWidth, e.clientWidth]")
    return bool(wide > shown)


def is_in_the_navigation(page: Page, name: str, words: Words) -> bool:
    """Whether the page's link stands in the bar, or in the menu of its section."""
    section = next(each.section for each in pages() if each.name == name)
    if section:
        page.get_by_test_id("stTopNavSection").filter(has_text=words(f"section.{section}")).click()
    link = page.get_by_role("menuitem" if section else "link", name=words(f"{name}.title"), exact=True)
    link.first.wait_for(state="attached")
    return link.count() == 1


def faults(page: Page, name: str, language: str) -> list[str]:
    """What is wrong with an open page: errors it shows, barriers, its place in the navigation."""
    errors = page.locator("[data-testid=stException], [data-testid=stAlertContentError]").all_inner_texts()
    missing = [] if is_in_the_navigation(page, name, Words(language)) else ["not in the navigation"]
    return errors + barriers(page) + missing


@pytest.mark.parametrize("name", [page.name for page in pages()])
def test_every_page_opens_asks_nobody_else_and_is_accessible(name: str, open_page: OpenPage, settled: Settle):
    """Chinese on light ground at three widths, then English on dark ground."""
    page = open_page(path(name))
    assert faults(page, name, "zh") == []
    assert [width for width in WIDTHS if scrolls_sideways(page, width, settled)] == []
    page.set_viewport_size({"width": 1366, "height": 768})
    page.emulate_media(color_scheme="dark")
    page.get_by_text("EN", exact=True).click()
    page.wait_for_selector("html[lang=en][data-huiyin=dark]", state="attached")
    settled(page)
    assert faults(page, name, "en") == []
    strangers = [url for url in page.requests if not url.startswith(("http://127.0.0.1", "data:", "blob:"))]
    assert strangers == []


def test_the_overview_shows_its_figures_and_first_two_charts_on_a_laptop_screen(open_page: OpenPage, settled: Settle):
    page = open_page("/", language=LANGUAGES["en"])  # whose words are longer
    headline_figures(page)
    page.locator(".js-plotly-plot").nth(1).wait_for()
    settled(page)
    ends = page.evaluate("""() => [...document.querySelectorAll('.huiyin-figure, .js-plotly-plot')]
        .slice(0, 6).map(each => each.getBoundingClientRect().bottom)""")
    assert len(ends) == 6
    assert max(ends) <= page.viewport_size["height"]


def test_a_shared_link_shows_the_same_in_another_browser_and_language(open_page: OpenPage, settled: Settle):
    page = open_page("/")
    choose_place(page, settled)
    chosen = query(page)["place"]
    other = open_page("/?" + urlsplit(page.url).query, language=LANGUAGES["en"])
    assert other.locator(".st-key-filter-place").inner_text().strip().startswith(chosen[0][:2])
    assert headline_figures(other) == headline_figures(page)


def test_back_twice_in_a_moment_takes_two_choices_back(open_page: OpenPage, settled: Settle):
    page = open_page("/explore")
    before = page.url
    for _ in range(2):
        drilled = page.url
        page.locator("tbody th.open").first.click()
        page.wait_for_url(lambda url, drilled=drilled: url != drilled)
        settled(page)
        page.locator("tbody th").first.wait_for()
    page.evaluate("() => { history.back(); setTimeout(() => history.back(), 60); }")
    page.wait_for_url(before)
    settled(page)
    assert page.evaluate("location.href") == before


def test_a_choice_is_kept_in_another_language_and_on_another_page_and_back_takes_it_back(
    open_page: OpenPage, settled: Settle
):
    page = open_page("/")
    before = headline_figures(page)
    choose_place(page, settled)
    chosen = query(page)["place"]
    heard = page.locator("#huiyin-heard")
    page.wait_for_timeout(500)  # a screen reader is told once the headline stands
    told = heard.inner_text()
    assert told.startswith(page.inner_text("h1"))
    assert "件" in told
    page.get_by_text("EN", exact=True).click()
    arrives(page, settled, place=chosen, lang=["en"])
    page.wait_for_timeout(500)
    assert heard.inner_text() == told
    assert Words("en")("frame.as_of", day="").strip() in page.inner_text(".st-key-heading")
    page.go_back()
    arrives(page, settled, place=chosen)
    assert Words("zh")("frame.as_of", day="").strip() in page.inner_text(".st-key-heading")
    page.get_by_role("link", name=Words("zh")("closure.title")).click()
    settled(page)
    assert urlsplit(page.url).path == "/closure"
    assert query(page)["place"] == chosen
    page.go_back()
    settled(page)
    assert urlsplit(page.url).path == "/"
    assert query(page)["place"] == chosen
    page.go_back()
    arrives(page, settled)
    expect(page.locator(".huiyin-figure .value")).to_have_text(before)


def test_a_session_is_walked_by_keyboard_and_back_leads_to_its_item(open_page: OpenPage, settled: Settle):
    page = open_page("/meeting")
    for step in ("headlines", "signals", "offices"):
        page.keyboard.press("PageDown")
        arrives(page, settled, step=[step])
    page.keyboard.press("PageUp")
    arrives(page, settled, step=["signals"])
    page.get_by_role("link", name=Words("zh")("meeting.open")).click()
    page.wait_for_url("**/signals?*")
    settled(page)
    assert set(query(page)) == {"from", "to", "as_of"}
    page.go_back()
    arrives(page, settled, step=["signals"])


def test_an_open_menu_is_walked_by_keyboard_from_its_button_and_back(open_page: OpenPage):
    page = open_page("/")
    button = page.locator("[class*=st-key-take-] button").first
    button.press("Enter")
    menu = page.get_by_test_id("stPopoverBody")
    menu.get_by_role("button", name="CSV").first.wait_for()
    button.press("Tab")
    expect(menu.locator(":focus")).to_have_count(1)
    page.keyboard.press("Shift+Tab")
    expect(button).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(menu).to_have_count(0)
    expect(button).to_be_focused()


def test_the_drawer_of_an_item_is_accessible_and_scrolled_by_keyboard(open_page: OpenPage, demo_settings: Settings):
    with open_store(demo_settings).connect() as connection:
        case_id = connection.execute(select(petition_case.c.case_id).limit(1)).scalar_one()
    page = open_page(f"/cases?period=all&case={case_id}")
    page.get_by_role("dialog").get_by_role("table").first.wait_for()
    assert barriers(page) == []


def test_a_control_of_one_page_is_in_the_link(open_page: OpenPage, settled: Settle):
    page = open_page("/closure")
    page.locator(".st-key-local-by button").nth(1).click()
    arrives(page, settled, by=["office"])
    other = open_page("/closure?" + urlsplit(page.url).query)
    assert (
        other.locator(".st-key-local-by [aria-checked=true]").inner_text()
        == page.locator(".st-key-local-by [aria-checked=true]").inner_text()
    )


def test_the_search_takes_the_keys_pressed_before_the_page_has_drawn(open_page: OpenPage):
    page = open_page("/no-such-folder/no-such-page")
    assert "no-such-page" in page.inner_text("h1")
    page.reload(wait_until="domcontentloaded")
    assert page.locator("h1").count() == 0
    page.keyboard.press("Control+k")
    page.keyboard.type("bjl")
    found = page.get_by_role("option")
    found.first.wait_for()
    assert page.get_by_role("combobox", name=Words("zh")("ask.ask_items")).input_value() == "bjl"


def test_a_click_on_a_mark_narrows_the_page_and_a_second_one_takes_it_back_and_charts_stay(
    open_page: OpenPage, settled: Settle
):
    page = open_page("/")
    page.wait_for_selector(".st-key-figure-on-time .point")
    assert page.locator(".st-key-figure-on-time [role=figure][aria-label]").count() == 1
    page.evaluate("document.querySelectorAll('.huiyin-plot').forEach((each) => { each.stays = true; }); null")
    for narrowed in (1, 0):
        page.locator(".st-key-figure-on-time .scatterlayer .point").first.dispatch_event("mousemove")
        page.locator(".st-key-figure-on-time .scatterlayer .point").first.click(force=True)
        page.wait_for_url("**/?place=*" if narrowed else "**/")
        settled(page)
        assert len(query(page).get("place", [])) == narrowed
    stay = page.evaluate("[...document.querySelectorAll('.huiyin-plot')].map((each) => each.stays)")
    assert len(stay) > 1
    assert all(stay)


def test_a_click_is_answered_before_the_page_has_run_and_the_run_leaves_the_answer(
    open_page: OpenPage, settled: Settle
):
    page = open_page("/")
    before = headline_figures(page)
    chart = page.locator(".st-key-figure-repeats [role=figure]")
    drawn = chart.inner_html()
    page.evaluate(HELD)
    mark = page.locator(".st-key-figure-on-time .scatterlayer .point").first
    mark.dispatch_event("mousemove")
    mark.click(force=True)
    expect(page.locator(".huiyin-figure .value")).not_to_have_text(before)
    page.wait_for_function("was => document.querySelector('.st-key-figure-repeats [role=figure]').innerHTML !== was",
                           arg=drawn)  # fmt: skip
    ahead = headline_figures(page)
    assert "place" not in query(page)
    page.evaluate("window.released(); null")
    page.wait_for_url("**/?place=*")
    settled(page)
    assert headline_figures(page) == ahead
    page.locator(".st-key-filter-channel [role=combobox]").first.click()
    with page.expect_response("**/api/ahead/*") as answer:
        page.get_by_role("option").nth(1).click()
    parts = {line["part"]: line["data"] for line in map(json.loads, answer.value.text().splitlines())}
    page.wait_for_url("**/?channel=*")
    settled(page)
    shown = page.locator(".huiyin-figure .value").all_inner_texts()
    assert shown == [each["value"] for each in parts["figures-headlines"]["figures"]]


def test_a_tap_on_a_mark_narrows_the_page(browser: Browser, address: str, settled: Settle):
    phone = browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = phone.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/")
    mark = page.locator(".st-key-figure-on-time .scatterlayer .point").first
    mark.scroll_into_view_if_needed()
    settled(page)
    mark.tap(force=True)  # what takes the tap lies over the mark
    page.wait_for_url("**/?place=*")
    settled(page)
    assert len(query(page)["place"]) == 1  # a second click, as of a mouse, would have taken it back
    phone.close()


def test_a_mark_of_the_townships_shows_that_one_beside_the_others_and_back_goes_mark_by_mark(open_page, settled):
    page = open_page("/townships")
    for place in (2, 4):
        mark = page.locator(".st-key-figure-groups .scatterlayer .point").nth(place)
        before = page.url
        box = mark.bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_url(lambda url, before=before: "at=" in url and url != before)
        settled(page)
    page.go_back()
    page.wait_for_url(lambda url: url == before)
    page.go_back()
    page.wait_for_url("**/townships")


def test_a_page_is_printed_light_without_its_controls_and_says_what_it_is(open_page: OpenPage, settled: Settle):
    page = open_page("/townships", language="zh-CN", dark=True)
    settled(page)
    page.wait_for_selector(".js-plotly-plot .main-svg")
    before = page.locator(".js-plotly-plot text").first.evaluate("e => getComputedStyle(e).fill")
    first = page.locator(".js-plotly-plot .main-svg").first
    on_screen = first.get_attribute("width")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # as from the browser's menu
    assert first.get_attribute("width") != on_screen
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert first.get_attribute("width") == on_screen
    page.evaluate("window.printed = 0; window.print = () => { window.printed += 1; }; null")
    page.keyboard.press("Control+p")
    page.wait_for_function("window.printed === 1")
    sheets = PdfReader(BytesIO(page.pdf(format="A4", landscape=True, print_background=True))).pages
    said = [normalize("NFKC", sheet.extract_text()).replace(" ", "") for sheet in sheets]
    for number, text in enumerate(said, start=1):
        assert f"{number}/{len(sheets)}" in text
        assert "数据截至" in text
        assert "带走" not in text
    assert "镇街比较" in said[0]
    assert "满意率口径" in said[0]
    # on upright paper a wide table has a sheet that lies on its side, and no sheet is empty
    upright = PdfReader(BytesIO(page.pdf(format="A4", print_background=True))).pages
    assert [sheet.mediabox.width > sheet.mediabox.height for sheet in upright].count(True) == 1
    assert all(len(sheet.extract_text()) > 80 for sheet in upright)
    # what printing changed is taken back
    assert (
        page.locator(
            "#huiyin-paper-head, [data-huiyin-fit], [data-huiyin-wide], .huiyin-picture, html.huiyin-paper"
        ).count()
        == 0
    )
    assert page.locator(".js-plotly-plot text").first.evaluate("e => getComputedStyle(e).fill") == before
