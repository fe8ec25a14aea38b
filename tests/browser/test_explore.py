"""Explore in a real browser: down one level and back, the chart as a picture, and the search that leads there."""

from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

pytestmark = pytest.mark.browser


def test_a_row_leads_one_level_down_and_back_and_a_chart_is_saved_with_its_title(open_page, settled, tmp_path: Path):
    page = open_page("/explore")
    page.wait_for_selector("tbody th.open")
    with page.expect_navigation(url="**by=office**", wait_until="commit"):
        page.locator("tbody th.open").first.click()
    page.go_back()  # at once, before the page has been drawn anew
    settled(page)
    assert urlsplit(page.url).query == ""

    page.locator(".st-key-take-explored button").first.click()
    with page.expect_download() as saved:
        page.get_by_role("button", name="SVG", exact=True).click()
    saved.value.save_as(tmp_path / "chart.svg")
    drawn = (tmp_path / "chart.svg").read_text(encoding="utf-8")
    assert "按期答复率" in drawn
    assert "演示数据" in drawn
    assert 'lengthAdjust="spacingAndGlyphs"' in drawn  # words as wide as on the page, in whatever font
    with page.expect_download() as saved:
        page.get_by_role("button", name="PNG", exact=True).click()
    saved.value.save_as(tmp_path / "chart.png")
    assert (tmp_path / "chart.png").read_bytes().startswith(b"\x89PNG")


def test_a_click_on_a_heading_sorts_at_once_and_the_address_follows(open_page, settled):
    page = open_page("/explore?by=office&top=300")
    page.wait_for_selector(".huiyin-table tbody th.open")
    settled(page)
    names = "[...document.querySelectorAll('.huiyin-table tbody tr')].map((row) => row.cells[0].innerText)"
    plain = page.evaluate(names)
    heading = page.locator(".huiyin-table thead").get_by_role("button")
    heading.click()
    falling = page.evaluate(names)
    assert falling != plain
    assert set(falling) == set(plain)
    settled(page)
    assert (page.evaluate(names), urlsplit(page.url).query.count("sort=-on_time_reply_rate")) == (falling, 1)
    page.locator(".huiyin-table tbody th.open").first.click()
    page.wait_for_url(f"**office={quote(falling[0])}**")
    page.go_back()
    settled(page)
    assert page.evaluate(names) == falling
    page.go_back()
    settled(page)
    assert page.evaluate(names) == plain


def test_initials_typed_into_the_search_lead_to_a_page(open_page, settled):
    page = open_page("/closure")
    page.wait_for_selector(".opener")
    page.keyboard.press("Control+k")
    page.keyboard.type("zjbj")
    page.wait_for_selector(".asking li")
    page.keyboard.press("Enter")
    page.wait_for_url("**/townships**")
    settled(page)


def test_one_step_back_from_the_items_of_a_month_is_the_table_they_were_opened_from(open_page, settled):
    page = open_page("/explore?by=-&t=month")
    page.wait_for_selector("tbody th.open")
    said, rows = page.locator("h1").inner_text(), page.locator("tbody th.open").count()
    steps = page.evaluate("history.length")
    page.locator("tbody th.open").first.click()
    page.wait_for_url("**/cases?*")
    settled(page)
    assert page.evaluate("history.length") == steps + 1, "one click is one step of Back"
    page.go_back()
    settled(page)
    assert (page.locator("h1").inner_text(), page.locator("tbody th.open").count()) == (said, rows)
