"""The map, what its frame asks for, and the page of one cell."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from litestar import Controller, MediaType, Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from litestar.status_codes import HTTP_204_NO_CONTENT
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from geo.render.outlines import FORMAT, outlines_json, values_json
from geo.render.view import Level
from gridcrm.branches import queries as branches
from gridcrm.core.errors import NotFound
from gridcrm.core.forms import parse
from gridcrm.core.pages import page, wants_fragment
from gridcrm.core.policy import PACKED, needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.customers import reaching
from gridcrm.grids import queries as grids
from gridcrm.maps import answer as answers
from gridcrm.maps import cells, drawing, loading, queries, screen
from gridcrm.maps.answer import Answer, Line
from gridcrm.maps.basemap import basemap_of, drawn_in
from gridcrm.maps.cells import Profile
from gridcrm.maps.choices import choices, completed
from gridcrm.maps.forms import MapIn, ViewIn
from gridcrm.maps.metrics import Shown
from gridcrm.maps.places import places_geojson
from gridcrm.maps.rules import blur_key
from gridcrm.maps.walks import Outline, outline_geojson, outlines

_GEOJSON = "application/geo+json"
_KEPT = {"Cache-Control": "private, max-age=604800"}
_ASKED = {"Cache-Control": "private, no-cache"}
_FRAME_POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'"
)


class MapPages(Controller):
    """The map of the branch at hand."""

    path = "/map"
    include_in_schema = False
    opt = needs(Right.MAP_VIEW)

    @get()
    async def map(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Template:
        """Show the map with its panel; HTMX gets only the panel."""
        asked = parse(ViewIn, dict(request.query_params))
        shown = await screen.load(session, who, asked, now, settings.secret)
        if shown is None:
            return await _nothing_to_draw(request, session, who)
        name = "maps/_panel.html" if wants_fragment(request) else "maps/map.html"
        return await page(request, name, shown=shown)

    @get("/frame", opt=PACKED)
    async def frame(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Response[str]:
        """Return the map itself, for the frame; it runs only scripts that carry the nonce."""
        on = await loading.ground(session, who)
        given = completed(_given(request), await choices(session, who))
        shown = await loading.answered(session, who, on, given, now, blur_key(who, settings.secret))
        sheet = replace(await loading.sheet(session, on, shown), base=basemap_of(settings))
        nonce = secrets.token_urlsafe(16)
        assets = _assets(request.app.state.static)
        html = await asyncio.to_thread(drawing.frame_page, sheet, assets, nonce)
        headers = {"Content-Security-Policy": _FRAME_POLICY.format(nonce=nonce)}
        return Response(html, media_type=MediaType.HTML, headers=headers)

    @get("/values", opt=PACKED)
    async def values(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Response[bytes]:
        """Return the colours and words of another metric for cells that are already drawn."""
        on = await loading.ground(session, who)
        given = completed(_given(request), await choices(session, who))
        shown = await loading.answered(session, who, on, given, now, blur_key(who, settings.secret))
        return Response(values_json(answers.values(shown, named=False)), media_type=MediaType.JSON)

    @get("/outlines", opt=PACKED)
    async def outlines(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan: FromQuery[int | None] = None,
        datum: FromQuery[Datum] = Datum.WGS84,
    ) -> Response[bytes | None]:
        """Return the shapes of the published cells and nothing else; they never change."""
        on = await loading.ground(session, who)
        if plan not in (None, on.plan_id):
            raise NotFound
        tag = f'W/"plan-{on.plan_id}-{datum.value}-{FORMAT}"'
        if request.headers.get("if-none-match") == tag:
            return Response(None, status_code=304, headers={"ETag": tag})
        shapes = await queries.shapes(session, on.plan_id)
        content = await asyncio.to_thread(_outlines, shapes, datum)
        headers = (_KEPT if plan else _ASKED) | {"ETag": tag}
        return Response(content, media_type=MediaType.JSON, headers=headers)

    @get("/places.geojson", opt=PACKED)
    async def places(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        level: FromQuery[Level] = Level.MARKS,
        datum: FromQuery[Datum] = Datum.WGS84,
    ) -> Response[bytes]:
        """Return the streets, water and parks below the cells, or the marks above them."""
        on = await loading.ground(session, who)
        bounds = await queries.bounds(session, on.plan_id)
        found = await queries.places(session, bounds, on.branch_id, level)
        content = await asyncio.to_thread(places_geojson, found, datum)
        return Response(
            content, media_type=_GEOJSON, headers={"Cache-Control": "private, max-age=300"}
        )

    @get("/catchment.geojson", opt=PACKED)
    async def catchment(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        outline: FromQuery[Outline] = Outline.RINGS,
        datum: FromQuery[Datum] = Datum.WGS84,
    ) -> Response[bytes]:
        """Return the rings around the branch, or the ground within each walk to it."""
        branch = await branches.here(session, who)
        found = await reaching.of_branch(session, who.here)
        if found is None or outline not in outlines(found):
            raise NotFound
        content = await asyncio.to_thread(outline_geojson, branch, found, outline, datum)
        return Response(content, media_type=_GEOJSON, headers=_ASKED)

    @get("/tiles/{z:int}/{x:int}/{y:int}")
    async def tile(
        self,
        settings: NamedDependency[Settings],
        z: FromPath[int],
        x: FromPath[int],
        y: FromPath[int],
    ) -> Response[bytes | None]:
        """Return a tile of the base map; nothing where there is none."""
        base = basemap_of(settings)
        found = await base.tile(z, x, y) if base else None
        if found is None:
            return Response(None, status_code=HTTP_204_NO_CONTENT)
        packed = {"Content-Encoding": "gzip"} if found.packed else {}
        return Response(found.content, media_type=found.media_type, headers=_KEPT | packed)

    @get("/print")
    async def print(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
    ) -> Template:
        """Show the map and its table for paper."""
        asked = parse(ViewIn, dict(request.query_params))
        shown = await screen.load(session, who, asked, now, settings.secret)
        if shown is None:
            raise NotFound
        shapes = await grids.cells(session, shown.on.plan_id)
        sheet = await loading.sheet(session, shown.on, shown.answer)
        picture = await asyncio.to_thread(drawing.drawing, sheet, shapes)
        return await page(request, "maps/print.html", shown=shown, picture=picture)


class CellPages(Controller):
    """One cell."""

    path = "/cells/{cell_id:int}"
    include_in_schema = False
    opt = needs(Right.MAP_VIEW)

    @get()
    async def cell(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
        cell_id: FromPath[int],
    ) -> Template:
        """Show what is known of a cell; the map's panel gets the same without the frame."""
        cell = await grids.cell(session, who, cell_id)
        found = await cells.profile(session, who, cell, now, settings.secret)
        drawn = await _drawn(session, who, found, _given(request), now, settings.secret)
        name = "maps/_cell.html" if wants_fragment(request) else "maps/cell.html"
        return await page(request, name, found=found, drawn=drawn)


async def _drawn(
    session: AsyncSession, who: Who, of: Profile, given: MapIn, now: datetime, secret: str
) -> tuple[Answer, Line] | None:
    """Return what the map makes of the cell's figure, None where it shows the figure itself."""
    given = completed(given, await choices(session, who))
    if given.shown is Shown.FIGURES or not of.is_current:
        return None
    on = await loading.ground(session, who)
    found = await loading.answered(session, who, on, given, now, blur_key(who, secret))
    return found, next(line for line in found.lines if line.cell.id == of.cell.id)


def _outlines(shapes: Mapping[int, bytes], datum: Datum) -> bytes:
    found = np.asarray(shapely.from_wkb(list(shapes.values())), dtype=object)
    return outlines_json(list(shapes), drawn_in(datum, found))


def _given(request: Request[Any, Any, Any]) -> MapIn:
    return parse(MapIn, dict(request.query_params))


def _assets(static: Callable[[str], str]) -> dict[str, str]:
    leaflet = "vendor/leaflet/dist/leaflet"
    return {
        "leaflet": static(f"{leaflet}.js"),
        "leaflet_css": static(f"{leaflet}.css"),
        "protomaps": static("vendor/protomaps-leaflet/dist/protomaps-leaflet.js"),
    }


async def _nothing_to_draw(
    request: Request[Any, Any, Any], session: AsyncSession, who: Who
) -> Template:
    return await page(request, "maps/nothing.html", to_choose=await branches.choices(session, who))
