"""The map as people use it: colours change without new shapes, panel and map know each other."""

import re

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

from tests.browser.conftest import Site, Visit

pytestmark = pytest.mark.browser


def drawn(visit: Visit, path: str = "/map") -> tuple[Page, Frame]:
    """The page once its map is there."""
    page = visit.goto(path)
    frame = page.frame(url=re.compile("/map/frame"))
    assert frame is not None
    frame.wait_for_selector("body[data-ready]")
    return page, frame


def choose(page: Page, metric: str) -> str:
    """Choose a metric and return its name in the reader's language."""
    page.select_option("#f-metric", metric)
    return page.locator("#f-metric option:checked").inner_text()


def click_beside_the_branch(page: Page) -> None:
    """A cell lies a little to the north-east of the branch, wherever the map puts it."""
    box = page.locator("#map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 - 60)


def test_another_metric_recolours_the_cells_without_fetching_their_shapes_again(visit: Visit):
    visit.sign_in("manager")
    page, frame = drawn(visit)
    visit.requests.clear()

    name = choose(page, "consent_share")

    expect(frame.locator(".gm-legend summary")).to_have_text(name)
    expect(page.locator("#panel h2")).to_have_text(name)
    assert "metric=consent_share" in page.url
    asked = [re.sub(r"^https?://[^/]+|\?.*", "", url) for url in visit.requests]
    assert sorted(path for path in asked if path.startswith("/map")) == ["/map", "/map/values"]
    assert visit.complaints == []
    assert visit.strangers() == []


def test_hot_spots_recolour_the_cells_without_fetching_their_shapes_again(visit: Visit):
    visit.sign_in("manager")
    page, frame = drawn(visit)
    before = frame.locator(".gm-legend .gm-row").all_inner_texts()
    visit.requests.clear()

    page.select_option("#f-shown", "hot_spots")

    expect(page.locator("#panel .meta").first).to_contain_text("Getis-Ord")
    expect(frame.locator(".gm-legend p")).not_to_be_empty()
    assert frame.locator(".gm-legend .gm-row").all_inner_texts() != before
    assert "shown=hot_spots" in page.url
    asked = [re.sub(r"^https?://[^/]+|\?.*", "", url) for url in visit.requests]
    assert sorted(path for path in asked if path.startswith("/map")) == ["/map", "/map/values"]
    assert visit.complaints == []


def test_ways_that_a_metric_does_not_have_are_not_offered(visit: Visit):
    visit.sign_in("manager")
    page, _ = drawn(visit, "/map?metric=consent_share&shown=smoothed")
    expect(page.locator("#f-shown")).to_have_value("smoothed")
    expect(page.locator("#f-classes")).to_be_visible()

    page.select_option("#f-metric", "customers")
    expect(page.locator("#f-shown")).to_have_value("figures")
    expect(page.locator("#f-shown option[value=smoothed]")).to_be_disabled()

    page.select_option("#f-shown", "hot_spots")
    expect(page.locator("#f-classes")).to_be_hidden()


@pytest.mark.parametrize("visit", [("phone", "zh")], indirect=True)
def test_on_a_phone_the_ways_of_showing_unfold_over_a_map_that_stays_in_view(visit: Visit):
    visit.sign_in("manager")
    page, frame = drawn(visit)
    expect(page.locator("#f-shown")).to_be_hidden()
    top = page.locator("#map").bounding_box()
    assert top is not None
    assert top["y"] < 130

    page.tap("[data-map-how]")
    page.select_option("#f-shown", "hot_spots")

    expect(frame.locator(".gm-legend p")).not_to_be_empty()
    below = page.locator("#map").bounding_box()
    assert below is not None
    assert below["y"] < 200
    assert visit.complaints == []


def test_only_the_fields_that_the_metric_needs_are_shown(visit: Visit):
    visit.sign_in("manager")
    page, _ = drawn(visit)
    expect(page.locator("#f-days")).to_be_hidden()

    page.select_option("#f-metric", "visits")
    expect(page.locator("#f-days")).to_be_visible()
    expect(page.locator("#f-label")).to_be_hidden()

    page.select_option("#f-metric", "label_share")
    expect(page.locator("#f-label")).to_be_visible()
    expect(page.locator("#f-days")).to_be_hidden()


def test_a_click_on_the_map_opens_the_cell_beside_it_and_back(visit: Visit):
    visit.sign_in("manager")
    page, _ = drawn(visit)

    click_beside_the_branch(page)
    expect(page.locator("#panel .cell-numbers")).to_be_visible()
    assert page.url.endswith("/map")

    page.click("[data-map-home]")
    expect(page.locator("#panel .cell-list")).to_be_visible()


def test_an_open_cell_says_what_the_map_shows_now(visit: Visit):
    visit.sign_in("manager")
    page, _ = drawn(visit, "/map?metric=customers&shown=hot_spots")
    click_beside_the_branch(page)
    expect(page.locator("#panel .cell-drawn")).to_be_visible()
    cell = page.locator("#panel .cell-profile h2").inner_text()

    page.select_option("#f-shown", "figures")

    expect(page.locator("#panel .cell-drawn")).to_have_count(0)
    expect(page.locator("#panel .cell-profile h2")).to_have_text(cell)


def test_an_address_with_a_cell_opens_it(visit: Visit):
    visit.sign_in("manager")
    page, _ = drawn(visit)
    link = page.locator("#panel a[data-cell]").first
    name, cell_id = link.locator("span").inner_text(), link.get_attribute("data-cell")

    page, _ = drawn(visit, f"/map?cell={cell_id}")

    expect(page.locator("#panel .cell-profile h2")).to_have_text(name)


def test_a_row_under_the_pointer_lights_its_cell_and_a_clicked_cell_its_row(visit: Visit):
    visit.sign_in("manager")
    page, frame = drawn(visit, "/map?view=table")
    frame.evaluate("addEventListener('message', (event) => { window.heard = event.data; })")
    row = page.locator("#panel tbody tr").nth(1)

    row.hover()
    frame.wait_for_function("window.heard?.type === 'highlight'")
    assert frame.evaluate("window.heard.id") == row.get_attribute("data-cell")

    click_beside_the_branch(page)
    expect(page.locator("#panel tr.lit")).to_have_count(1)
    expect(page.locator("#panel table")).to_be_visible()


def test_print_and_table_follow_what_is_chosen(visit: Visit):
    visit.sign_in("manager")
    page, _ = drawn(visit)
    expect(page.locator("#panel h2")).to_have_text(choose(page, "density"))

    assert "metric=density" in (page.locator("[data-map-print]").get_attribute("href") or "")
    page.click(".map-views a[href*='view=table']")
    expect(page.locator("#panel table")).to_be_visible()
    expect(page.locator("#f-metric")).to_have_value("density")


@pytest.mark.parametrize("visit", [("phone", "zh")], indirect=True)
def test_on_a_phone_the_panel_is_a_sheet_and_the_chosen_cell_stays_in_view(visit: Visit):
    visit.sign_in("manager")
    page, _ = drawn(visit)
    panel = page.locator("#panel")
    expect(panel.locator(".cell-list")).to_be_hidden()
    attribution = page.frame_locator("#map").locator(".leaflet-control-attribution")
    expect(attribution).to_be_in_viewport()

    panel.locator("[data-sheet]").tap()
    expect(panel.locator(".cell-list")).to_be_visible()
    panel.locator("[data-sheet]").tap()
    click_beside_the_branch(page)
    expect(panel.locator(".cell-numbers")).to_be_visible()
    assert visit.complaints == []


def test_without_javascript_the_table_has_the_numbers_and_the_form_works(
    chromium: Browser, site: Site
):
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    visit = Visit(context.new_page(), site)
    visit.sign_in("manager")
    page = visit.goto("/map?view=table")
    name = choose(page, "consent_share")
    page.select_option("#f-classes", "jenks")

    page.click("form.map-bar button[type=submit]")

    expect(page.locator("#panel h2")).to_have_text(name)
    expect(page.locator("#f-classes")).to_have_value("jenks")
    expect(page.locator("#panel tbody tr").first).to_contain_text("%")
    context.close()
