"""Every page as a person sees it: nothing from outside, nothing broken, nothing unreadable."""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import SIZES, Visit

PICTURES = Path(__file__).parent.parent.parent / "docs" / "images"
PAGES = (
    "/", "/map", "/map?view=table", "/customers", "/customers/new", "/customers/import",
    "/customers/unplaced", "/segments", "/segments/new", "/labels", "/events", "/events/new",
    "/events/micro", "/outcomes", "/outcomes/funnel", "/desk", "/grids", "/grids/new",
    "/exports", "/admin", "/admin/branch", "/admin/places", "/admin/audit", "/me",
)  # fmt: skip
VISITS = [(size, language) for size in SIZES for language in ("zh", "en")]
BLANK_ICONS = """[...document.querySelectorAll(".ti")]
  .filter(icon => ["none", "normal"].includes(getComputedStyle(icon, "::before").content))
  .map(icon => icon.className)"""
WORST = {"serious", "critical"}

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("visit", VISITS, indirect=True, ids="-".join)
def test_the_manager_can_read_every_page_and_nothing_leaves_the_machine(visit: Visit):
    visit.sign_in("manager")
    faults = []
    for path in PAGES:
        page = visit.goto(path)
        answer = page.evaluate("document.title")
        wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if wide > 0:
            faults.append(f"{path}: {wide} px too wide")
        faults += [f"{path} ({answer}): {fault}" for fault in _unreadable(visit)]
        faults += [f"{path}: no picture for {icon}" for icon in page.evaluate(BLANK_ICONS)]
    assert faults == []
    assert visit.strangers() == []
    assert visit.complaints == []


def _unreadable(visit: Visit) -> list[str]:
    found = Axe().run(visit.page).response["violations"]
    return [
        f"{item['id']}: {item['nodes'][0]['html'][:120]}"
        for item in found
        if item["impact"] in WORST
    ]


def picture(visit: Visit, name: str) -> None:
    """Keep a screenshot for the README where it is asked for (`make pictures`)."""
    if os.environ.get("GRIDCRM_PICTURES"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        visit.page.screenshot(path=PICTURES / f"{name}.png")
