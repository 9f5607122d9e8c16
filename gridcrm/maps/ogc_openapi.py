"""The OpenAPI 3.0 definition of what stands under /ogc."""

from typing import Any

from gridcrm import __version__
from gridcrm.maps.ogc_crs import SYSTEMS
from gridcrm.maps.ogc_documents import GEOJSON, JSON, Addresses
from gridcrm.maps.ogc_query import MOST_FEATURES, USUAL_FEATURES
from gridcrm.maps.ogc_sources import SOURCES

_ANY: dict[str, Any] = {"type": "object"}


def definition(at: Addresses) -> dict[str, Any]:
    """Return every address with what it takes."""
    return {
        "openapi": "3.0.3",
        "info": {"title": "GridCRM: OGC API Features", "version": __version__},
        "servers": [{"url": f"{at.root}/ogc"}],
        "security": [{"token": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "parameters": _parameters(),
        },
    }


def _paths() -> dict[str, Any]:
    one = ["branch", "f"]
    return {
        "/": _get("Where everything begins", one, JSON),
        "/api": _get("This definition", one, JSON),
        "/conformance": _get("Which parts of the standard hold", one, JSON),
        "/collections": _get("What there is", one, JSON),
        "/collections/{collectionId}": _get("One collection", ["collectionId", *one], JSON),
        "/collections/{collectionId}/items": _get(
            "Features, page by page",
            ["collectionId", "limit", "offset", "bbox", "bbox-crs", "datetime", "crs", *one],
            GEOJSON,
        ),
        "/collections/{collectionId}/items/{featureId}": _get(
            "One feature", ["collectionId", "featureId", "crs", *one], GEOJSON
        ),
    }


def _get(summary: str, parameters: list[str], media_type: str) -> dict[str, Any]:
    return {
        "get": {
            "summary": summary,
            "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in parameters],
            "responses": {
                "200": {"description": "Found", "content": {media_type: {"schema": _ANY}}},
                "400": {"description": "A parameter is wrong"},
                "401": {"description": "There is no valid token"},
                "403": {"description": "The role lacks the right"},
                "404": {"description": "There is nothing here that the token may see"},
            },
        }
    }


def _parameters() -> dict[str, Any]:
    systems = {"type": "string", "format": "uri", "enum": list(SYSTEMS)}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST_FEATURES, "default": USUAL_FEATURES}
    box = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
    names = {"type": "string", "enum": list(SOURCES)}
    return {
        "collectionId": _in_path("collectionId", names),
        "featureId": _in_path("featureId", {"type": "integer"}),
        "limit": _in_query("limit", limit),
        "offset": _in_query("offset", {"type": "integer", "minimum": 0, "default": 0}),
        "bbox": _in_query("bbox", box) | {"style": "form", "explode": False},
        "bbox-crs": _in_query("bbox-crs", systems),
        "crs": _in_query("crs", systems),
        "datetime": _in_query("datetime", {"type": "string"}),
        "branch": _in_query("branch", {"type": "string"}),
        "f": _in_query("f", {"type": "string", "enum": ["json", "geojson"]}),
    }


def _in_query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def _in_path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}
