"""OGC API Features, Part 1 and 2: what GIS programs such as QGIS read with a person's token."""

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.formats.geojson_text import feature_texts
from gridcrm.branches import queries as branches
from gridcrm.core.errors import NotFound
from gridcrm.core.policy import PACKED, needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.grids import queries as grids
from gridcrm.maps import ogc_documents as documents
from gridcrm.maps.ogc_crs import System, projected
from gridcrm.maps.ogc_documents import Addresses
from gridcrm.maps.ogc_openapi import definition
from gridcrm.maps.ogc_query import asked, asked_system, refuse_all_but
from gridcrm.maps.ogc_sources import SOURCES, Feature, View, source

_Asker = Request[Any, Any, Any]


def _addresses(request: _Asker, settings: NamedDependency[Settings]) -> Addresses:
    return Addresses(settings.base_url, request.query_params.get("branch", ""))


async def _view(
    session: NamedDependency[AsyncSession],
    who: NamedDependency[Who],
    now: NamedDependency[datetime],
    settings: NamedDependency[Settings],
) -> View:
    branch = await branches.here(session, who)
    plan = await grids.published(session, who.here)
    return View(session, who, branch, plan.id if plan else None, now, settings.secret)


_NEEDED = {"at": Provide(_addresses, sync_to_thread=False), "view": Provide(_view)}


class OgcApi(Controller):
    """Collections of features for programs that draw maps."""

    path = "/ogc"
    include_in_schema = False
    opt = needs(Right.MAP_VIEW) | PACKED
    dependencies = _NEEDED

    @get()
    async def landing(self, request: _Asker, at: NamedDependency[Addresses]) -> Response[Any]:
        """Say what is here and where it goes on."""
        refuse_all_but(request.query_params)
        return _json(documents.landing(at))

    @get("/api")
    async def api(self, request: _Asker, at: NamedDependency[Addresses]) -> Response[Any]:
        """Return the OpenAPI definition of these addresses."""
        refuse_all_but(request.query_params)
        return _json(definition(at), documents.OPENAPI)

    @get("/conformance")
    async def conformance(self, request: _Asker) -> Response[Any]:
        """Say which parts of the standard hold."""
        refuse_all_but(request.query_params)
        return _json({"conformsTo": documents.CONFORMS_TO})

    @get("/collections")
    async def collections(
        self, request: _Asker, at: NamedDependency[Addresses], view: NamedDependency[View]
    ) -> Response[Any]:
        """List the collections of the branch with how far they reach."""
        refuse_all_but(request.query_params)
        described = [await _described(at, view, name) for name in SOURCES]
        return _json(documents.collections(at, described))

    @get("/collections/{collection_id:str}")
    async def collection(
        self,
        request: _Asker,
        at: NamedDependency[Addresses],
        view: NamedDependency[View],
        collection_id: FromPath[str],
    ) -> Response[Any]:
        """Describe one collection."""
        refuse_all_but(request.query_params)
        return _json(await _described(at, view, collection_id))

    @get("/collections/{collection_id:str}/items")
    async def items(
        self,
        request: _Asker,
        at: NamedDependency[Addresses],
        view: NamedDependency[View],
        collection_id: FromPath[str],
    ) -> Response[Any]:
        """Return a page of features, those that meet the box if one is given."""
        wanted = source(collection_id)
        query = asked(request.query_params)
        ids = await wanted.find(view, query.box)
        found = await wanted.load(view, ids[query.offset : query.offset + query.limit])
        page = (query.limit, query.offset, len(ids))
        about = {
            "numberMatched": len(ids),
            "numberReturned": len(found),
            "links": documents.page_links(at, collection_id, request.query_params, page),
        }
        texts = await asyncio.to_thread(_texts, found, query.crs)
        features = f'"type":"FeatureCollection","features":[{",".join(texts)}]'
        at_this_time = {"timeStamp": view.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
        lasting = f"{features},{_members(about)}"
        return _geojson(request, lasting, query.crs, at_this_time)

    @get("/collections/{collection_id:str}/items/{feature_id:int}")
    async def item(
        self,
        request: _Asker,
        at: NamedDependency[Addresses],
        view: NamedDependency[View],
        collection_id: FromPath[str],
        feature_id: FromPath[int],
    ) -> Response[Any]:
        """Return one feature of a collection."""
        wanted = source(collection_id)
        system = asked_system(request.query_params)
        if feature_id not in await wanted.find(view, None):
            raise NotFound
        (text,) = _texts(await wanted.load(view, [feature_id]), system)
        links = documents.item_links(at, collection_id, feature_id)
        return _geojson(request, f"{text[1:-1]},{_members({'links': links})}", system)


async def _described(at: Addresses, view: View, name: str) -> dict[str, Any]:
    wanted = source(name)
    return documents.collection(at, name, wanted, await wanted.reach(view))


def _texts(found: Sequence[Feature], system: System) -> list[str]:
    shapes = projected(np.array([*(one.shape for one in found), None], dtype=object)[:-1], system)
    ids, rows = [one.id for one in found], [one.properties for one in found]
    return feature_texts(ids, rows, shapes, system.decimals)


def _members(values: Mapping[str, Any]) -> str:
    """Return the members of a JSON object without its braces."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))[1:-1]


def _json(document: Mapping[str, Any], media_type: str = documents.JSON) -> Response[Any]:
    return Response(document, media_type=media_type)


def _geojson(
    request: _Asker, members: str, system: System, passing: Mapping[str, Any] | None = None
) -> Response[Any]:
    """Answer with features, or say that they are what the asker has; the time does not count."""
    tag = f'W/"{hashlib.sha256(f"{system.uri} {members}".encode()).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    headers |= {"Content-Crs": f"<{system.uri}>"}
    if tag in map(str.strip, request.headers.get("if-none-match", "").split(",")):
        return Response(None, status_code=304, headers=headers)
    text = f"{{{members},{_members(passing)}}}" if passing else f"{{{members}}}"
    return Response(text.encode(), media_type=documents.GEOJSON, headers=headers)
