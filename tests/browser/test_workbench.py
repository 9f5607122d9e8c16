"""A manager shapes next year's division on the map, as one story."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser

Spot = tuple[float, float]


def middles(page: Page) -> dict[str, Spot]:
    """Return where on the screen the middle of each cell is, by the cell's name."""
    page.locator(".bench-map").scroll_into_view_if_needed()
    rows = page.evaluate(
        """async (url) => (await (await fetch(url)).json()).cells.map((cell) => {
            const ring = cell.geometry.type === "Polygon" ? cell.geometry.coordinates[0] : cell.geometry.coordinates[0][0];
            const lon = ring.map((at) => at[0]), lat = ring.map((at) => at[1]);
            return [cell.properties.name, (Math.min(...lon) + Math.max(...lon)) / 2, (Math.min(...lat) + Math.max(...lat)) / 2];
        })""",
        page.url + "/cells.json",
    )
    west, east = min(r[1] for r in rows), max(r[1] for r in rows)
    south, north = min(r[2] for r in rows), max(r[2] for r in rows)
    boxes = [
        path.bounding_box() for path in page.locator(".bench-map path.leaflet-interactive").all()
    ]
    spots = [(b["x"] + b["width"] / 2, b["y"] + b["height"] / 2) for b in boxes if b]
    left, right = min(s[0] for s in spots), max(s[0] for s in spots)
    top, bottom = min(s[1] for s in spots), max(s[1] for s in spots)
    return {
        name: (
            left + (lon - west) / (east - west) * (right - left),
            bottom - (lat - south) / (north - south) * (bottom - top),
        )
        for name, lon, lat in rows
    }


def number(page: Page, label: str) -> int:
    """Return what one of the numbers above the map says."""
    box = page.locator(".bench-totals .stat", has=page.get_by_text(label, exact=True))
    return int(box.locator(".stat-value").inner_text().replace(",", ""))


def said(page: Page, words: str) -> None:
    """Wait until the line above the map says something."""
    expect(page.locator(".bench-say")).to_contain_text(words)


def test_a_draft_is_drawn_shaped_taken_back_published_and_the_past_is_carried_over(visit: Visit):
    visit.sign_in("manager")
    plan = draw_squares(visit.goto("/grids/new"))
    page = visit.page
    page.click("text=Shape it")
    page.wait_for_selector("[data-ready]")
    drawn = number(page, "Cells")

    first, second = merge_two(page)
    assert number(page, "Cells") == drawn - 1
    cut_between(page, first, second)
    assert number(page, "Cells") == drawn

    for step in (drawn - 1, drawn):
        page.click("[data-undo]")
        said(page, f"Done. {step} cells now.")
    assert page.locator("[data-undo]").is_disabled()
    page.click("[data-redo]")
    said(page, f"Done. {drawn - 1} cells now.")
    page.click("text=Check the coverage")
    page.wait_for_selector(".bench-found")
    assert "100 %" in page.inner_text(".bench-found")

    publish(page, plan, "Two communities belong together.")
    page.click("text=What it changes")
    page.wait_for_load_state("networkidle")
    bridge = page.inner_text("main")
    assert "From old cells to new ones" in bridge
    assert "Together, as before" in bridge
    assert visit.complaints == []
    assert visit.strangers() == []


def draw_squares(page: Page) -> str:
    """Draw a draft of squares in English and return the address of its page."""
    if "Draw" not in page.title():
        page.locator("form[action='/language'] button").first.click()
        expect(page).to_have_title(re.compile("^Draw"))
    page.check("input[name=kind][value=square]")
    page.fill("[name=side_m]", "800")
    page.click("text=Draw it")
    page.wait_for_url(re.compile(r"/grids/\d+$"))
    return page.url


def merge_two(page: Page) -> tuple[Spot, Spot]:
    """Choose two cells in the middle of the map, make them one, and return where they were."""
    found = middles(page)
    first, second = (found[name] for name in neighbours(found))
    page.mouse.click(*first)
    page.keyboard.down("Shift")
    page.mouse.click(*second)
    page.keyboard.up("Shift")
    said(page, "2 cells chosen")
    page.click("[data-tool=merge]")
    said(page, "Done.")
    return first, second


def cut_between(page: Page, first: Spot, second: Spot) -> None:
    """Draw a line from west to east through the cell that holds two spots."""
    page.mouse.click(*first)
    said(page, "is chosen")
    page.click("[data-tool=split]")
    half = second[0] - first[0]
    for spot in (
        (first[0] - half, first[1]),
        (second[0] + half, second[1]),
        (second[0] + half, second[1]),
    ):
        page.mouse.move(*spot)
        page.mouse.click(*spot)
    said(page, "Done.")


def publish(page: Page, plan: str, note: str) -> None:
    """Let the draft count with a note, after reading what that does."""
    page.click("text=Publish …")
    assert "People who change cell" in page.inner_text(".stats")
    page.fill("[name=note]", note)
    page.click("main form[action$='/publish'] button")
    page.wait_for_url(plan)
    assert "people changed cell" in page.inner_text("#flash")
    assert note in page.inner_text(".page-head")


def neighbours(found: dict[str, Spot]) -> tuple[str, str]:
    """Return two cells beside each other in the middle of the map, the western one first."""
    x = sorted(spot[0] for spot in found.values())[len(found) // 2]
    y = sorted(spot[1] for spot in found.values())[len(found) // 2]
    near = sorted(found, key=lambda name: (found[name][0] - x) ** 2 + (found[name][1] - y) ** 2)
    centre = near[0]
    beside = min(
        (name for name in near[1:] if abs(found[name][1] - found[centre][1]) < 8),
        key=lambda name: abs(found[name][0] - found[centre][0]),
    )
    one, other = sorted((centre, beside), key=lambda name: found[name][0])
    return one, other


@pytest.mark.parametrize("visit", [("phone", "zh")], indirect=True)
def test_on_a_phone_the_bench_fits_and_several_cells_are_chosen_by_touch(visit: Visit):
    visit.sign_in("manager")
    page = visit.goto("/grids")
    plans = page.locator("td a[href^='/grids/']").all()
    for address in [link.get_attribute("href") for link in plans]:
        visit.goto(str(address))
        if page.locator("form[action$='/copy'] button").count():  # the plan that counts
            break
    page.click("form[action$='/copy'] button")
    page.wait_for_selector("[data-ready]")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.tap("[data-tool=several]")
    first, second = (found := middles(page))[neighbours(found)[0]], found[neighbours(found)[1]]
    page.touchscreen.tap(*first)
    page.touchscreen.tap(*second)
    expect(page.locator("#bench-cells :checked")).to_have_count(2)
    assert visit.complaints == []
