"""The map page in a real Chromium; its server is a table of answers, so nothing leaves the test."""

import json
from pathlib import Path

import pytest

from geo import LonLat, SquareSpec, circle, tessellate
from geo.render.folium_map import map_file, map_page
from geo.render.outlines import outlines_json, values_json
from geo.render.view import CellsSpec, CellValues, Legend, LegendItem, MapView, Place

LEAFLET = Path(__file__).parents[2] / "gridcrm/static/vendor/leaflet/dist"
SITE = "http://map.test"
POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-n0'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'"
)
FRAME = """<!DOCTYPE html><body style="margin:0"><iframe src="/map" style="width:100%;height:95vh"></iframe>
<script>heard = []; addEventListener("message", (e) => heard.push(e.data));</script>"""
NASTY = "大冲 <img src=x onerror=alert(1)> {{ 7*7 }}"
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not LEAFLET.is_dir(), reason="browser libraries are missing: make assets"),
]


@pytest.fixture
def browser(chromium):
    return chromium


@pytest.fixture(scope="module")
def cells():
    home = LonLat(113.9474738, 22.5438314)
    return tessellate(circle(home, 1000), SquareSpec(500, home))


def outlines(cells):
    return outlines_json(range(len(cells)), cells.frame.geometry.to_numpy())


def content(cells, colour="#2a72b5", legend=None):
    classes = (LegendItem("", colour), LegendItem("", "#ffffff", hatched=True))
    codes = [0] * (len(cells) - 1) + [1]
    said = ["7"] * len(cells)
    return values_json(
        CellValues(NASTY, classes, codes, said, legend or Legend(NASTY), list(cells.ids))
    )


def view(cells):
    home = LonLat(113.9474738, 22.5438314)
    legend = Legend(NASTY, (LegendItem("1 – 5", "#2a72b5"), LegendItem("无", "#fff", hatched=True)))
    return MapView("图", home, cells, legend, places=(Place(NASTY, home),), attribution=NASTY)


class Visit:
    """A page, everything it asked for and everything it complained about."""

    def __init__(self, browser, answers, width=1000):
        self.page = browser.new_page(viewport={"width": width, "height": 800})
        self.asked, self.complaints = [], []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda m: self.complaints.append(m.text) if m.type == "error" else None
        )
        self.page.on("dialog", lambda d: (self.complaints.append("dialog"), d.dismiss()))
        self.answers = answers
        self.page.route("**/*", self._answer)

    def _answer(self, route):
        path = route.request.url.removeprefix(SITE)
        self.asked.append(path)
        if path not in self.answers:
            route.abort()
            return
        kind, body = self.answers[path]
        headers = {"Content-Security-Policy": POLICY} if path == "/map" else {}
        route.fulfill(status=200, content_type=kind, headers=headers, body=body)

    def open(self):
        self.page.goto(f"{SITE}/")
        self.map = self.page.frame(url=f"{SITE}/map")
        self.map.wait_for_selector("body[data-ready]")
        self.pictures = [self.map.evaluate(PICTURE)]
        return self

    def heard(self, kind):
        return [m for m in self.page.evaluate("heard") if m["type"] == kind]

    def say(self, message):
        text = json.dumps(message)
        self.page.evaluate(f"frames[0].postMessage({text}, location.origin)")


@pytest.fixture
def answers(cells):
    layer = CellsSpec("格 <b>", content(cells), url="/outlines")
    page = map_page(view(layer), {"leaflet": "/l.js", "leaflet_css": "/l.css"}, "n0")
    legend = Legend("新", (LegendItem("9", "#9a4a08"),))
    return {
        "/": ("text/html", FRAME),
        "/map": ("text/html", page),
        "/l.js": ("text/javascript", (LEAFLET / "leaflet.js").read_text()),
        "/l.css": ("text/css", (LEAFLET / "leaflet.css").read_text()),
        "/outlines": ("application/json", outlines(cells)),
        "/news.json": ("application/json", content(cells, "#9a4a08", legend)),
    }


PICTURE = "[...document.querySelectorAll('.gm-cells canvas')].map((one) => one.toDataURL()).join()"


def wait_until_the_picture(visit, condition):
    visit.map.wait_for_function(f"(other) => {PICTURE} {condition} other[0]", arg=visit.pictures)


def test_a_click_tells_the_page_around_which_cell_it_was(browser, answers, cells):
    visit = Visit(browser, answers).open()
    visit.page.mouse.click(500, 390)
    visit.page.wait_for_function("heard.some((m) => m.type === 'cell')")
    assert visit.heard("cell") == [
        {"type": "cell", "id": str(cells.ids.tolist().index("sq:500:0:0"))}
    ]
    assert visit.complaints == []
    assert set(visit.asked) <= {"/", "/map", "/l.js", "/l.css", "/outlines"}


@pytest.mark.parametrize("kind", ["box", "lasso"])
def test_cells_in_a_box_or_a_line_by_hand_are_told_and_the_next_click_is_free_again(
    browser, answers, kind
):
    visit = Visit(browser, answers).open()
    visit.map.click(f".gm-{kind}")
    mouse = visit.page.mouse
    mouse.move(120, 60)
    mouse.down()
    for x, y in ((880, 60), (880, 720), (120, 720)) if kind == "lasso" else ((880, 720),):
        mouse.move((120 + x) / 2, (60 + y) / 2)
        mouse.move(x, y)
    mouse.up()
    visit.page.wait_for_function("heard.some((m) => m.type === 'picked')")
    (picked,) = visit.heard("picked")
    assert len(picked["ids"]) > 4
    assert visit.heard("cell") == []

    mouse.click(500, 390)
    visit.page.wait_for_function("heard.some((m) => m.type === 'cell')")
    visit.say({"type": "unpick"})
    assert visit.complaints == []


def test_what_people_wrote_is_read_and_not_run(browser, answers):
    visit = Visit(browser, answers).open()
    for step in range(40):
        visit.page.mouse.move(400 + 3 * step, 330)
        if visit.map.query_selector(".gm-tip"):
            break
        visit.page.wait_for_timeout(50)
    visit.map.wait_for_selector(".gm-tip")
    for place in (".gm-tip", ".gm-legend summary", ".gm-place", ".leaflet-control-attribution"):
        assert NASTY in visit.map.inner_text(place)
    assert visit.map.query_selector("img") is None
    assert visit.complaints == []


def test_colours_and_legend_change_without_a_new_page(browser, answers):
    visit = Visit(browser, answers).open()
    visit.say({"type": "recolour", "url": "/news.json"})
    visit.page.wait_for_function("heard.some((m) => m.type === 'recoloured')")
    wait_until_the_picture(visit, "!==")
    assert "新" in visit.map.inner_text(".gm-legend")
    assert visit.asked.count("/map") == 1


def test_a_message_from_the_map_itself_changes_nothing(browser, answers):
    answers["/honest.json"] = answers["/news.json"]
    visit = Visit(browser, answers).open()
    visit.map.evaluate("window.postMessage({type: 'recolour', url: '/news.json'}, location.origin)")
    visit.say({"type": "recolour", "url": "/honest.json"})
    visit.page.wait_for_function("heard.some((m) => m.type === 'recoloured')")
    assert "/news.json" not in visit.asked


def test_the_page_around_can_point_at_a_cell_and_let_go(browser, answers):
    visit = Visit(browser, answers).open()
    visit.say({"type": "highlight", "id": "3"})
    wait_until_the_picture(visit, "!==")
    visit.pictures = [visit.map.evaluate(PICTURE)]
    visit.say({"type": "highlight", "id": None})
    wait_until_the_picture(visit, "!==")
    assert visit.heard("cell") == []


def test_missing_data_is_said_in_words(browser, answers):
    answers["/outlines"] = ("text/html", "<h1>500</h1>")
    visit = Visit(browser, answers)
    visit.page.goto(f"{SITE}/")
    alarm = visit.page.frame_locator("iframe").locator("[role=alert]")
    alarm.wait_for()
    assert "could not be loaded" in alarm.inner_text()


def test_a_map_does_not_fetch_from_another_server(browser, answers):
    visit = Visit(browser, answers).open()
    visit.say({"type": "recolour", "url": "http://elsewhere.test/news.json"})
    visit.page.frame_locator("iframe").locator("[role=alert]").wait_for()
    assert not [path for path in visit.asked if "elsewhere" in path]


def test_in_a_narrow_frame_the_legend_is_folded_and_nothing_is_cut_off(browser, answers):
    visit = Visit(browser, answers, width=320).open()
    assert not visit.map.evaluate("document.querySelector('.gm-legend').open")
    assert visit.map.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_the_one_file_map_opens_without_any_server(browser, cells, tmp_path):
    layer = CellsSpec("格", content(cells), outlines=outlines(cells))
    contents = {
        "leaflet": (LEAFLET / "leaflet.js").read_text(),
        "leaflet_css": (LEAFLET / "leaflet.css").read_text(),
    }
    path = tmp_path / "map.html"
    path.write_text(map_file(view(layer), contents), encoding="utf-8")
    page = browser.new_page(viewport={"width": 1000, "height": 800})
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-ready]")
    assert asked == [path.as_uri()]
    assert complaints == []
    assert page.query_selector("canvas") is not None
