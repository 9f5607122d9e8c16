"""The map page: Leaflet by way of Folium, without a single request to somebody else's server.

This is the only file that imports folium.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from html import escape
from importlib.resources import files
from typing import Any

import folium
from branca.element import CssLink, Figure, JavascriptLink, MacroElement
from folium.map import Layer
from folium.template import Template

from geo.errors import RenderError
from geo.palette import NO_DATA, NO_DATA_LINE
from geo.render.view import InlineLayerSpec, MapView, TileKind, UrlLayerSpec

_LEAFLET = [("leaflet", "leaflet.js")]
_LEAFLET_CSS = [("leaflet_css", "leaflet.css")]
_SCRIPTS = ("cells.js", "tools.js", "map.js")
_MAX_ZOOM = 20
_ZOOM_STEP, _WHEEL_PX = 0.25, 120  # fine steps, so that a map fills its window
_LABEL_ZOOM = 13
_FILE_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
)


def map_page(view: MapView, assets: Mapping[str, str], nonce: str) -> str:
    """Return a page for an iframe; `assets` gives the local address of leaflet and leaflet_css.

    The page tells its parent {type: "cell", id} on a click, {type: "hover", id} and
    {type: "picked", ids}, and listens for {type: "highlight", id} and {type: "recolour", url}, from
    its own origin only.
    """
    return _rendered(OfflineFigure(view, assets, nonce))


def map_file(view: MapView, contents: Mapping[str, str]) -> str:
    """Return the page as one file that asks for nothing; `contents` holds leaflet and leaflet_css."""
    asking = (view.cells, *view.layers, *([view.base] if view.base else []))
    by_url = [layer.name for layer in asking if getattr(layer, "url", "")]
    if by_url:
        raise RenderError(
            "The layer {name} comes by address and can't travel in a file.",
            "Give its content instead of its address.",
            name=by_url[0],
        )
    return _rendered(OneFileFigure(view, contents, ""))


class OfflineFigure(Figure):
    """A page in which every script and style comes from a known address of our own.

    Branca runs the text of every element through Jinja twice. So nothing that a person wrote goes
    into an element: names, titles and data stand in JSON blocks that only this template writes.
    """

    _template = Template("""<!DOCTYPE html>
<html lang="{{ this.view.language|e }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{{ this.policy }}
<title>{{ this.view.title|e }}</title>
{{ this.head }}
<style>{{ this.style }}</style>
</head>
<body>
{{ this.html.render(**kwargs) }}
<details class="gm-legend" hidden></details>
{{ this.data }}
<script>{{ this.behaviour }}</script>
<script>
{{ this.script.render(**kwargs) }}
GridMap.start();
</script>
</body>
</html>
""")
    policy = ""
    style = files("geo.render").joinpath("map.css").read_text("utf-8")
    behaviour = "\n".join(
        files("geo.render").joinpath(name).read_text("utf-8") for name in _SCRIPTS
    )

    def __init__(self, view: MapView, assets: Mapping[str, str], nonce: str) -> None:
        super().__init__()
        self.view = view
        self.assets = assets
        self.nonce = nonce
        self.head = ""
        self.data = "\n".join(_data_blocks(view))

    def render(self, **kwargs: Any) -> str:
        """Return the whole page, every script with the nonce."""
        for child in list(self._children.values()):
            child.render(**kwargs)
        self.head = "\n".join(self._links())
        html: str = self._template.render(this=self, kwargs=kwargs)
        return re.sub(r"<script(?=[\s>])", f'<script nonce="{escape(self.nonce)}"', html)

    def _links(self) -> Iterable[str]:
        for name, item in self.header._children.items():  # noqa: SLF001  branca has no other way
            if isinstance(item, JavascriptLink):
                yield self.script_tag(self._asset(name))
            elif isinstance(item, CssLink):
                yield self.style_tag(self._asset(name))

    def _asset(self, name: str) -> str:
        if name not in self.assets:
            raise RenderError(
                "The map needs the library {name}, which is not among the local ones.",
                "Add it to the vendored libraries and to the map's assets.",
                name=name,
            )
        return self.assets[name]

    def script_tag(self, asset: str) -> str:
        """Return the tag that brings in a script by its address."""
        return f'<script src="{escape(asset)}"></script>'

    def style_tag(self, asset: str) -> str:
        """Return the tag that brings in a style sheet by its address."""
        return f'<link rel="stylesheet" href="{escape(asset)}">'


class OneFileFigure(OfflineFigure):
    """The same page with its libraries inside and the door to the network shut."""

    policy = f'<meta http-equiv="Content-Security-Policy" content="{_FILE_POLICY}">'

    def script_tag(self, asset: str) -> str:
        """Return the script itself."""
        inert = asset.replace("</script", "<\\/script")
        return f"<script>{inert}</script>"

    def style_tag(self, asset: str) -> str:
        """Return the style sheet itself, without the pictures it would fetch."""
        alone = re.sub(r"url\((?!['\"]?data:)[^)]*\)", "none", asset)
        return f"<style>{alone.replace('</style', '')}</style>"


class _Shell(folium.Map):
    """Folium's map without its own page furniture."""

    default_js = _LEAFLET
    default_css = _LEAFLET_CSS
    _template = Template("""
{% macro html(this, kwargs) %}<div class="folium-map" id="{{ this.get_name() }}"></div>{% endmacro %}
{% macro script(this, kwargs) %}
const {{ this.get_name() }} = L.map("{{ this.get_name() }}", {
  center: {{ this.location|tojson }},
  ...{{ this.options|tojavascript }}
});
GridMap.on({{ this.get_name() }});
{% endmacro %}
""")


class CellsLayer(Layer):
    """The cells of the view."""

    _template = Template("""
{% macro script(this, kwargs) %}
const {{ this.get_name() }} = GridMap.cells();
{% endmacro %}
""")

    def __init__(self) -> None:
        super().__init__(overlay=True, show=False)
        _call(self, "cells", 0)


class FeaturesLayer(Layer):
    """One layer of the view, by its number; the page fetches it."""

    _template = Template("""
{% macro script(this, kwargs) %}
const {{ this.get_name() }} = GridMap.layer({{ this.number }});
{% endmacro %}
""")

    def __init__(self, number: int) -> None:
        super().__init__(overlay=True, show=False)
        self.number = number
        _call(self, "layer", number)


def _rendered(figure: OfflineFigure) -> str:
    view = figure.view
    if view.base and view.base.kind is TileKind.VECTOR:
        figure.header.add_child(JavascriptLink("protomaps.js"), name="protomaps")
    shell = _Shell(
        [view.centre.lat, view.centre.lon],
        tiles=None,
        zoom_start=view.zoom,
        zoom_control=False,
        prefer_canvas=True,
        maxZoom=_MAX_ZOOM,
        zoomSnap=_ZOOM_STEP,
        wheelPxPerZoomLevel=_WHEEL_PX,
    )
    _call(shell, "map", 0)
    shell.add_child(CellsLayer())
    for number in range(len(view.layers)):
        shell.add_child(FeaturesLayer(number))
    figure.add_child(shell)
    return figure.render()


def _call(element: MacroElement, name: str, number: int) -> None:
    """Give an element the same name in every rendering, so that a page can be cached."""
    vars(element).update(_name=name, _id=str(number))  # branca draws lots otherwise


def _data_blocks(view: MapView) -> Iterable[str]:
    yield _block("gm-config", json.dumps(_config(view), ensure_ascii=False))
    yield _block("gm-values", view.cells.values.decode())
    if view.cells.outlines:
        yield _block("gm-outlines", view.cells.outlines.decode())
    for number, layer in enumerate(view.layers):
        if isinstance(layer, InlineLayerSpec):
            yield _block(f"gm-data-{number}", layer.geojson.decode())


def _block(name: str, text: str) -> str:
    inert = text.replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{inert}</script>'


def _config(view: MapView) -> dict[str, Any]:
    return {
        "title": view.title,
        "attribution": view.attribution,
        "label_zoom": _LABEL_ZOOM,
        "hatch": {"ground": NO_DATA, "line": NO_DATA_LINE},
        "words": asdict(view.words),
        "legend": asdict(view.legend),
        "cells": {"name": view.cells.name, "url": view.cells.url},
        "bounds": view.bounds,
        "base": asdict(view.base) if view.base else None,
        "language": view.language[:2],
        "shift": view.shift,
        "places": [
            {"name": p.name, "lon": p.at.lon, "lat": p.at.lat, "kind": p.kind} for p in view.places
        ],
        "layers": [_layer(layer) for layer in view.layers],
    }


def _layer(layer: UrlLayerSpec | InlineLayerSpec) -> dict[str, Any]:
    return {
        "name": layer.name,
        "url": layer.url if isinstance(layer, UrlLayerSpec) else "",
        "level": layer.level.value,
        "shown": layer.shown,
    }
