"""The list of items in a real browser: page by page, by keyboard, in another order."""

from io import BytesIO
from unicodedata import normalize
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

pytestmark = pytest.mark.browser

SHOWN = "[...document.querySelectorAll('.huiyin-cases tbody tr')].map((row) => row.innerText)"
ONE_TURN = """async () => {
    const next = document.querySelector('.huiyin-cases .next');
    next.focus();
    next.click();
    await new Promise((done) => setTimeout(done));
    window.later = 0;
    const list = document.querySelector('.huiyin-cases');
    new MutationObserver((changes) => { window.later += changes.length; })
        .observe(list, { childList: true, subtree: true, characterData: true, attributes: true });
    return [...list.querySelectorAll('tbody tr')].map((row) => row.innerText);
}"""


def step(page: Page, name: str, times: int = 1) -> None:
    page.evaluate("([name, times]) => { for (let at = 0; at < times; at++)"
                  " document.querySelector('.huiyin-cases .' + name).click(); }", [name, times])  # fmt: skip


def arrives_at(page: Page, settled, number: int) -> None:
    wanted = None if number == 1 else [str(number)]
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("page") == wanted)
    expect(page.locator(".huiyin-cases .place")).to_contain_text(f"{number}/", timeout=60_000)
    settled(page)


def test_a_turned_page_is_shown_at_once_and_the_run_behind_it_changes_nothing(open_page, settled):
    page = open_page("/cases?period=all")
    at_once = page.evaluate(ONE_TURN)
    arrives_at(page, settled, 2)
    assert page.evaluate("window.later") == 0
    assert page.locator(".huiyin-cases .next").evaluate("each => each === document.activeElement")
    second = open_page("/cases?period=all&page=2")
    assert at_once == second.evaluate(SHOWN)
    sheets = PdfReader(BytesIO(second.pdf(format="A4"))).pages
    assert len(sheets) > 1
    assert all("信访件编号" in normalize("NFKC", sheet.extract_text()).replace(" ", "") for sheet in sheets)


def test_presses_in_a_row_are_all_counted_and_back_goes_page_by_page(open_page, settled):
    page = open_page("/cases?period=all")
    step(page, "next", times=5)
    arrives_at(page, settled, 6)
    assert page.evaluate(SHOWN) == open_page("/cases?period=all&page=6").evaluate(SHOWN)
    page.bring_to_front()
    page.locator(".huiyin-cases .next").click()
    arrives_at(page, settled, 7)
    page.locator(".huiyin-cases .last").click()
    expect(page.locator(".huiyin-cases .last")).to_have_attribute("aria-disabled", "true")
    settled(page)
    expect(page.locator(".huiyin-cases .last")).to_be_focused()
    for number in (7, 6, 1):
        page.go_back()
        arrives_at(page, settled, number)


def test_an_item_is_opened_by_keyboard_and_the_focus_comes_back_to_it(open_page, settled):
    page = open_page("/cases?period=all")
    page.locator(".huiyin-cases thead button").last.focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    item = page.locator(".huiyin-cases tbody a").nth(1)
    expect(item).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text(item.inner_text(), timeout=60_000)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0, timeout=60_000)
    settled(page)
    expect(item).to_be_focused()


def test_a_heading_sorts_the_whole_list_which_begins_anew(open_page, settled):
    page = open_page("/cases?period=all&page=3")
    heading = page.locator(".huiyin-cases thead th").nth(2)
    expect(heading).to_have_attribute("aria-sort", "descending")
    heading.get_by_role("button").click()
    page.wait_for_url("**sort=registered**")
    settled(page)
    expect(heading).to_have_attribute("aria-sort", "ascending")
    assert "page" not in parse_qs(urlsplit(page.url).query)
    page.locator(".huiyin-cases .last").click()
    settled(page)
    last = page.evaluate(SHOWN)[-1]
    assert last == open_page("/cases?period=all").evaluate(SHOWN)[0]
