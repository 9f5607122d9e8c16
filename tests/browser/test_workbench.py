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
    return number_of(box.locator(".stat-value").inner_text())


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
    rename_and_back(page, first)
    draw_cell(page, second, (second[0] - first[0]) / 4)
    check(page)

    lives = people(page)
    carried = past_counts(visit, plan)
    publish(
        visit.goto(plan.removeprefix(visit.site.url) + "/workbench"),
        plan,
        "Two communities belong together.",
    )
    assert on_the_map(visit.goto("/map?view=table&metric=customers")) == lives
    assert past_counts(visit, plan) == carried
    assert "From old cells to new ones" in page.inner_text("main")
    assert visit.complaints == []
    assert visit.strangers() == []


def draw_squares(page: Page) -> str:
    """Draw a draft of squares in English and return the address of its page."""
    if "Draw" not in page.title():
        page.locator("form[action='/language'] button").first.click()
        expect(page).to_have_title(re.compile("^Draw"))
    page.check("input[name=kind][value=square]")
    page.fill("[name=side_m]", "500")
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


def rename_and_back(page: Page, spot: Spot) -> None:
    """Call a cell otherwise in its panel, take that back by the keyboard and make it again."""
    page.mouse.click(*spot)
    field = page.locator("[data-one] [name=name]")
    former = field.input_value()
    field.fill("Two in one")
    page.click("[data-one] button")
    undo, redo = page.locator("[data-undo]"), page.locator("[data-redo]")
    expect(undo).to_have_text(f"Undo: rename {former}")
    expect(redo).to_be_disabled()
    page.keyboard.press("Control+z")
    expect(undo).to_have_text("Undo: merge 2 cells")
    expect(redo).to_have_text(f"Redo: rename {former}")
    assert former in people(page)
    page.keyboard.press("Control+Shift+z")
    expect(redo).to_have_text("Redo")
    assert "Two in one" in people(page)


def draw_cell(page: Page, spot: Spot, half: float) -> None:
    """Draw a square cell around a spot and give it a name."""
    x, y = spot
    page.click("[data-tool=draw]")
    corners = [
        (x - half, y - half),
        (x + half, y - half),
        (x + half, y + half),
        (x - half, y + half),
    ]
    for corner in [*corners, corners[0]]:
        page.mouse.move(*corner)
        page.mouse.click(*corner)
    page.fill("#bench-new-name", "New market")
    page.click("#bench-name button.btn-primary")
    expect(page.locator("[data-undo]")).to_have_text("Undo: new cell New market")


def check(page: Page) -> None:
    """Let the coverage be checked, and look at a sliver that it found."""
    page.click("text=Check the coverage")
    found = page.locator(".bench-found")
    expect(found).to_contain_text("100 % of the area is in a cell")
    fault = found.locator("[data-fault]").first
    expect(fault).to_contain_text("m wide")
    fault.click()
    expect(page.locator(".bench-map path[stroke-width='4']")).to_have_count(1)


def people(page: Page) -> dict[str, int]:
    """Return how many people live in each cell of the draft on the bench, by their position."""
    found: dict[str, int] = page.evaluate(
        """async (url) => Object.fromEntries((await (await fetch(url)).json())
            .cells.map((cell) => [cell.properties.name, cell.properties.people]))""",
        page.url + "/cells.json",
    )
    return found


def on_the_map(page: Page) -> dict[str, int]:
    """Return how many customers every cell that counts has, by the cell they were put into."""
    rows = page.locator(".map-table tbody tr").all()
    cells = [row.locator("td").all_inner_texts() for row in rows]
    return {name.strip(): number_of(n) for name, n, *_ in cells}


def past_counts(visit: Visit, plan: str) -> dict[str, int]:
    """Return the sums of what was counted in the old cells; on the new ones they are the same."""
    page = visit.goto(plan.removeprefix(visit.site.url) + "/changes")
    found = {}
    for table in page.locator("table:has(th[scope=row])").all():
        *rows, total = [row.inner_text().split("\t") for row in table.locator("tbody tr").all()]
        assert total[0] == "Together, as before"
        found[table.locator("caption").inner_text()] = number_of(total[1])
        assert sum(number_of(row[1]) for row in rows) == number_of(total[1]) > 0
    assert found
    return found


def number_of(text: str) -> int:
    """Return a number as the page writes it."""
    return int(text.replace(",", ""))


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
        (
            name
            for name in near[1:]
            if abs(found[name][1] - found[centre][1]) < 8 < abs(found[name][0] - found[centre][0])
        ),
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
