import json
import re
from html.parser import HTMLParser

import folium
import pytest

from geo import LonLat
from geo.errors import RenderError
from geo.render.folium_map import OfflineFigure, map_file, map_page
from geo.render.outlines import values_json
from geo.render.view import (
    CellsSpec,
    CellValues,
    InlineLayerSpec,
    Legend,
    LegendItem,
    Level,
    MapView,
    MapWords,
    Place,
    TileKind,
    TilesSpec,
    UrlLayerSpec,
)

ASSETS = {"leaflet": "/static/leaflet.js", "leaflet_css": "/static/leaflet.css"}
CONTENTS = {
    "leaflet": "/* </script> */ window.L = {};",
    "leaflet_css": ".a { background: url(images/layers.png) } .b { background: url('data:image/png;base64,AA') }",
}
NASTY = "</script><script>alert(1)</script>\"'><img src=x onerror=alert(2)> {{ 7*7 }} {% raw %}"
EMPTY = b'{"type":"FeatureCollection","features":[]}'


def view(*layers, text="地图", cells=None, **more):
    legend = Legend(text, (LegendItem(text, "#2a72b5"),), text)
    cells = cells or CellsSpec(text, said(text), url="/map/outlines?plan=1&kind=n")
    return MapView(text, LonLat(113.9474738, 22.5438314), cells, legend, layers, **more)


def said(text):
    one = LegendItem("", "#2a72b5")
    return values_json(CellValues(text, (one,), [0], [text], Legend(text), [text]))


def alone(*layers):
    return view(*layers, cells=CellsSpec("cells", said("x"), outlines=b"{}"))


class Tags(HTMLParser):
    """Every start tag with its attributes, and the text of every script."""

    def __init__(self, html):
        super().__init__()
        self.found, self.scripts = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data):
        if self.found and self.found[-1][0] == "script":
            self.scripts[-1] += data

    def of(self, tag):
        return [attrs for name, attrs in self.found if name == tag]


def config(html):
    return json.loads(re.search(r'id="gm-config">(.*?)</script>', html, re.DOTALL)[1])


def test_only_local_addresses_are_in_the_page():
    html = map_page(view(), ASSETS, "n0nce")
    tags = Tags(html)
    links = [a["src"] for a in tags.of("script") if "src" in a] + [
        a["href"] for a in tags.of("link")
    ]
    assert links == ["/static/leaflet.js", "/static/leaflet.css"]
    assert set(re.findall(r"https?://[^'\"\s)]+", html)) == {"http://www.w3.org/2000/svg"}


def test_every_script_carries_the_nonce_and_nothing_is_an_inline_handler():
    tags = Tags(map_page(view(places=(Place("大冲", LonLat(113.9, 22.5)),)), ASSETS, 'n"1'))
    assert tags.of("script")
    assert all(a["nonce"] == 'n"1' for a in tags.of("script"))
    assert not [name for _, attrs in tags.found for name in attrs if name.startswith("on")]


def test_what_people_wrote_never_becomes_a_tag_or_a_template():
    nasty = view(
        UrlLayerSpec(NASTY, "/x", Level.MARKS), text=NASTY, places=(Place(NASTY, LonLat(1, 1)),), attribution=NASTY,
        language='"><script>', words=MapWords(places=NASTY),
    )  # fmt: skip
    calm = view(UrlLayerSpec("x", "/x", Level.MARKS))
    html, plain = map_page(nasty, ASSETS, "n"), map_page(calm, ASSETS, "n")
    assert [tag for tag, _ in Tags(html).found] == [tag for tag, _ in Tags(plain).found]
    found = config(html)
    assert found["title"] == found["legend"]["note"] == found["places"][0]["name"] == NASTY
    assert found["layers"][0]["name"] == found["attribution"] == found["words"]["places"] == NASTY


def test_a_library_nobody_brought_along_is_refused():
    with pytest.raises(RenderError, match="needs the library leaflet_css"):
        map_page(view(), {"leaflet": "/l.js"}, "n")


@pytest.mark.parametrize("kind", TileKind)
def test_only_a_base_map_of_shapes_brings_along_what_draws_them(kind):
    base = TilesSpec("streets", "/tiles/{z}/{x}/{y}", kind, deepest=14)
    html = map_page(view(base=base), ASSETS | {"protomaps": "/static/protomaps.js"}, "n")
    assert ("/static/protomaps.js" in html) == (kind is TileKind.VECTOR)
    with pytest.raises(RenderError, match="needs the library protomaps"):
        map_page(view(base=TilesSpec("s", "/t", TileKind.VECTOR, deepest=14)), ASSETS, "n")


def test_a_folium_plugin_with_foreign_libraries_is_refused():
    figure = OfflineFigure(view(), ASSETS, "n")
    figure.add_child(folium.Map(tiles=None))
    with pytest.raises(RenderError, match="needs the library jquery"):
        figure.render()


def test_the_page_is_the_same_every_time_so_that_it_can_be_cached():
    assert map_page(view(), ASSETS, "n") == map_page(view(), ASSETS, "n")


def test_cells_come_first_and_layers_in_order_with_their_settings():
    layers = (
        UrlLayerSpec("roads", "/roads", Level.GROUND),
        UrlLayerSpec("schools", "/schools", Level.MARKS, shown=False),
    )
    html = map_page(view(*layers), ASSETS, "n")
    calls = ["GridMap.cells()", "GridMap.layer(0)", "GridMap.layer(1)", "GridMap.start()"]
    assert sorted(calls, key=html.index) == calls
    assert config(html)["layers"] == [
        {"name": "roads", "url": "/roads", "level": "ground", "shown": True},
        {"name": "schools", "url": "/schools", "level": "marks", "shown": False},
    ]


def test_values_travel_apart_from_the_outlines():
    html = map_page(view(cells=CellsSpec("cells", said(NASTY), url="/o")), ASSETS, "n")
    block = re.search(r'id="gm-values">(.*?)</script>', html, re.DOTALL)[1]
    assert json.loads(block)["said"] == json.loads(block)["names"] == [NASTY]
    assert config(html)["cells"] == {"name": "cells", "url": "/o"}
    assert 'id="gm-outlines"' not in html


def test_the_page_names_its_language_and_can_be_zoomed_by_hand():
    html = map_page(view(language="en"), ASSETS, "n")
    assert '<html lang="en">' in html
    assert "user-scalable=no" not in html


def test_one_file_asks_for_nothing():
    html = map_file(alone(InlineLayerSpec("roads", EMPTY, Level.GROUND)), CONTENTS)
    tags = Tags(html)
    assert not [a for _, a in tags.found if "src" in a or "href" in a]
    assert "images/layers.png" not in html
    assert "data:image/png;base64,AA" in html
    policy = next(a["content"] for a in tags.of("meta") if a.get("http-equiv"))
    assert policy.startswith("default-src 'none'")
    assert "connect-src" not in policy


def test_one_file_holds_its_data_and_libraries_without_ending_the_script_early():
    data = json.dumps({"type": "FeatureCollection", "features": [], "note": NASTY}).encode()
    html = map_file(alone(InlineLayerSpec("roads", data, Level.GROUND)), CONTENTS)
    assert [tag for tag, _ in Tags(html).found].count("script") == 7
    block = re.search(r'id="gm-data-0">(.*?)</script>', html, re.DOTALL)[1]
    assert json.loads(block)["note"] == NASTY


def test_a_layer_by_address_can_not_travel_in_a_file():
    with pytest.raises(RenderError, match="layer 地图 comes by address"):
        map_file(view(), CONTENTS)
    with pytest.raises(RenderError, match="layer roads comes by address"):
        map_file(alone(UrlLayerSpec("roads", "/roads", Level.GROUND)), CONTENTS)
