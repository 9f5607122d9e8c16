"""The documents of OGC API Features that describe what is offered, and where the next page is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gridcrm.core.i18n import gettext
from gridcrm.maps.ogc_crs import CRS84, SYSTEMS, Box
from gridcrm.maps.ogc_sources import Source

JSON, GEOJSON = "application/json", "application/geo+json"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
_SPEC = "http://www.opengis.net/spec/ogcapi-features-"
CONFORMS_TO = (
    f"{_SPEC}1/1.0/conf/core",
    f"{_SPEC}1/1.0/conf/geojson",
    f"{_SPEC}1/1.0/conf/oas30",
    f"{_SPEC}2/1.0/conf/crs",
)
Link = dict[str, str]


@dataclass(frozen=True, slots=True)
class Addresses:
    """How addresses are made: where the server is, and which branch the asker named."""

    root: str
    branch: str = ""

    def to(self, path: str = "", params: Mapping[str, object] | None = None) -> str:
        """Return an address below /ogc that keeps to the same branch."""
        kept = {"branch": self.branch} if self.branch else {}
        query = urlencode(kept | dict(params or {}), safe=":/,")
        return f"{self.root}/ogc{path}" + (f"?{query}" if query else "")


def landing(at: Addresses) -> dict[str, Any]:
    """Return the first document that a program reads."""
    return {
        "title": "GridCRM",
        "description": gettext("Cells and places of a bank branch."),
        "links": [
            _link(at.to(), "self", JSON),
            _link(at.to("/api"), "service-desc", OPENAPI),
            _link(at.to("/conformance"), "conformance", JSON),
            _link(at.to("/collections"), "data", JSON),
        ],
    }


def collections(at: Addresses, described: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the list of collections."""
    return {
        "links": [_link(at.to("/collections"), "self", JSON)],
        "crs": list(SYSTEMS),
        "collections": described,
    }


def collection(at: Addresses, name: str, source: Source, reach: Box | None) -> dict[str, Any]:
    """Return what a collection is and how far it reaches."""
    extent = {"spatial": {"bbox": [list(reach)], "crs": CRS84.uri}} if reach else {}
    return {
        "id": name,
        "title": gettext(source.title),
        "description": gettext(source.description),
        "itemType": "feature",
        "crs": list(SYSTEMS),
        "storageCrs": CRS84.uri,
        "extent": extent,
        "links": [
            _link(at.to(f"/collections/{name}"), "self", JSON),
            _link(at.to(f"/collections/{name}/items"), "items", GEOJSON),
        ],
    }


def page_links(
    at: Addresses, name: str, params: Mapping[str, str], page: tuple[int, int, int]
) -> list[Link]:
    """Return the ways from a page of items (limit, offset, matched) to itself and its neighbours."""
    limit, offset, matched = page
    path, asked = f"/collections/{name}/items", {k: v for k, v in params.items() if k != "branch"}
    links = [_link(at.to(path, asked), "self", GEOJSON)]
    if offset + limit < matched:
        following = asked | {"limit": str(limit), "offset": str(offset + limit)}
        links.append(_link(at.to(path, following), "next", GEOJSON))
    if offset > 0:
        before = asked | {"limit": str(limit), "offset": str(max(0, offset - limit))}
        links.append(_link(at.to(path, before), "prev", GEOJSON))
    return [*links, _link(at.to(f"/collections/{name}"), "collection", JSON)]


def item_links(at: Addresses, name: str, feature_id: int) -> list[Link]:
    """Return the ways from one feature."""
    path = f"/collections/{name}"
    return [
        _link(at.to(f"{path}/items/{feature_id}"), "self", GEOJSON),
        _link(at.to(path), "collection", JSON),
    ]


def _link(href: str, rel: str, media_type: str) -> Link:
    return {"href": href, "rel": rel, "type": media_type}
