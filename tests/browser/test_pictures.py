"""The five screens that the README shows, each with what must be readable on it."""

import re

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_tour import picture

pytestmark = pytest.mark.browser
PHONE = pytest.mark.parametrize("visit", [("phone", "zh")], indirect=True, ids=["phone"])
CHINESE = pytest.mark.parametrize("visit", [("desk", "zh")], indirect=True, ids=["desk"])


@CHINESE
def test_a_click_on_a_cell_of_the_map_opens_what_is_known_of_it(visit: Visit):
    visit.sign_in("manager")
    page = visit.goto("/map?metric=attended&days=365")
    frame = page.frame_locator("iframe")
    frame.get_by_text("锦绣嘉园").first.wait_for()
    box = page.locator("iframe").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.72, box["y"] + box["height"] * 0.46)
    page.get_by_role("link", name="策划活动").first.wait_for()
    picture(visit, "map")
    assert visit.strangers() == []
    assert visit.complaints == []


@CHINESE
def test_an_event_shows_its_people_as_a_funnel(visit: Visit):
    visit.sign_in("manager")
    page = visit.goto("/outcomes/funnel?days=365")
    assert "已到场" in page.inner_text("main")
    picture(visit, "funnel")
    page = visit.goto("/events?month=2026-11")
    page.get_by_role("link", name=re.compile("书法冬季班")).first.click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("多功能厅").first.is_visible()
    picture(visit, "event")


@CHINESE
def test_a_copied_segment_is_shaped_with_the_count_in_sight(visit: Visit):
    visit.sign_in("manager")
    page = visit.goto("/segments")
    page.get_by_role("link", name="活力银发").first.click()
    page.get_by_role("button", name="复制到本网点").click()
    page.wait_for_load_state("networkidle")
    assert page.get_by_text("2,220").first.is_visible()
    picture(visit, "segment")


@PHONE
def test_the_door_opens_empty_and_finds_nobody_by_a_wrong_number(visit: Visit):
    visit.sign_in("lobby")
    page = visit.goto("/")
    page.get_by_role("link", name=re.compile("签到")).first.click()
    page.wait_for_load_state("networkidle")
    assert page.locator("table").count() == 0
    picture(visit, "door")
