"""The segment builder as people use it: every change is counted at once, nothing is lost."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
BOTH = pytest.mark.parametrize(
    "visit", [("desk", "en"), ("phone", "zh")], indirect=True, ids=["desk", "phone"]
)


def step(page: Page, act: str) -> None:
    """Press the button of a step, in the menu that holds it."""
    button = page.locator(f'button[name="act"][value="{act}"]')
    menu = page.locator("details.seg-add").filter(has=button)
    if menu.count():
        menu.locator("> summary").click()
    with page.expect_response("**/segments/draft"):
        button.click()


def type_in(page: Page, name: str, value: str) -> None:
    with page.expect_response("**/segments/draft"):
        page.fill(f'[name="{name}"]', value)
        page.locator(f'[name="{name}"]').blur()


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


@BOTH
def test_a_segment_is_built_while_the_count_follows_and_saved_as_it_was_counted(visit: Visit):
    visit.sign_in("lead")
    page = visit.goto("/segments/new")
    everybody = number(page.inner_text("#count .seg-count-n"))

    step(page, "add::age_band")
    expect(page.locator('[name="v.0.min_age"]')).to_be_focused()
    expect(page.locator("#count .seg-open")).to_be_visible()
    type_in(page, "v.0.min_age", "60")
    expect(page.locator("#count .seg-open")).to_have_count(0)
    seniors = number(page.inner_text("#count .seg-count-n"))
    assert 0 < seniors < everybody

    step(page, "group:0")
    step(page, "add:0:has_child")
    expect(page.locator("#drop-0-1")).to_contain_text("→")
    either = number(page.inner_text("#count .seg-count-n"))
    assert either > seniors
    with page.expect_response("**/segments/draft"):
        page.select_option('[name="j.0"]', "none")
    neither = number(page.inner_text("#count .seg-count-n"))
    assert either + neither == everybody

    page.fill("[name=name_zh]", "既非老人也非亲子")
    page.locator("button[formaction]").click()
    page.wait_for_url(re.compile(r"/segments/\d+$"))
    assert number(page.inner_text(".seg-hero .seg-count-n")) == neither
    assert page.locator("tbody tr").count() == min(50, neither)
    assert visit.strangers() == []
    assert visit.complaints == []


def test_the_list_counts_everybody_after_it_is_shown(visit: Visit):
    visit.sign_in("lead")
    page = visit.goto("/segments")
    expect(page.locator(".seg-card-n").first).to_have_text(re.compile(r"^[\d,]+$"))
    assert page.locator(".seg-card-n").count() == 16
    assert visit.complaints == []
