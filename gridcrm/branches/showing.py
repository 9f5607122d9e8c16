"""How a branch and the places around it are shown."""

from dataclasses import dataclass
from typing import Any

import shapely
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, convert
from geo.area import Area
from geo.plane import Plane
from geo.render.schematic import SchematicCell, schematic_svg
from geo.render.view import Legend, LegendItem
from geo.render.view import Place as Spot
from gridcrm.branches import queries
from gridcrm.branches.models import Branch, Place, PlaceKind
from gridcrm.branches.rules import area_of, home
from gridcrm.core.i18n import gettext
from gridcrm.core.tables import stored

_GROUND, _COMMUNITY = "#dfeaf3", "#9cc4e4"
_M2_PER_KM2 = 1_000_000
_NAMED_AT_MOST = 40


@dataclass(frozen=True)
class BranchView:
    """What the settings page shows beside the form."""

    drawn: bool
    area_km2: float
    positions: list[tuple[str, str]]
    picture: Markup


async def branch(session: AsyncSession, found: Branch) -> BranchView:
    """Return the position of a branch in every datum, and its area as a drawing."""
    area = area_of(found)
    return BranchView(
        drawn=found.catchment_wkb is not None,
        area_km2=Plane(home(found)).flatten(area).area / _M2_PER_KM2,
        positions=[(datum_name(datum), _pair(found, datum)) for datum in Datum],
        picture=_picture(found, area, await queries.communities(session, stored(found.id))),
    )


def entered(found: Branch) -> dict[str, Any]:
    """Return the form of a branch as it was filled in."""
    return {
        "name": found.name,
        "time_zone": found.time_zone,
        "lon": found.entered_lon,
        "lat": found.entered_lat,
        "datum": found.entered_datum.value,
        "catchment_radius_m": f"{found.catchment_radius_m:g}",
        "customer_count": found.customer_count,
        "transaction_count": found.transaction_count,
        "counts_on": found.counts_on,
        "area_datum": Datum.GCJ02.value,
    }


def datum_name(datum: Datum) -> str:
    """Return a datum as people know it: by whose maps use it."""
    return {
        Datum.WGS84: gettext("WGS-84 (GPS, Tianditu)"),
        Datum.GCJ02: gettext("GCJ-02 (AMap, Tencent)"),
        Datum.BD09: gettext("BD-09 (Baidu)"),
    }[datum]


def datums() -> list[tuple[str, str]]:
    """Return the datums with their words, for a select; what most people's maps use comes first."""
    return [(one.value, datum_name(one)) for one in (Datum.GCJ02, Datum.WGS84, Datum.BD09)]


def kind_name(kind: PlaceKind) -> str:
    """Return the word for a kind of place."""
    return {
        PlaceKind.COMMUNITY: gettext("Community"),
        PlaceKind.SCHOOL: gettext("School"),
        PlaceKind.COMPETITOR: gettext("Competitor"),
        PlaceKind.MERCHANT: gettext("Merchant"),
        PlaceKind.PARK: gettext("Park"),
        PlaceKind.BUILDING: gettext("Building"),
        PlaceKind.ROAD: gettext("Road"),
        PlaceKind.MOTORWAY: gettext("Motorway"),
        PlaceKind.WATER: gettext("Water"),
        PlaceKind.OTHER: gettext("Other"),
    }[kind]


def _pair(found: Branch, datum: Datum) -> str:
    lon, lat = convert(found.lon, found.lat, Datum.WGS84, datum)
    return f"{lon:.6f}, {lat:.6f}"


def _picture(found: Branch, area: Area, communities: list[Place]) -> Markup:
    outlines = [(name, shape) for name, shape in _outlines(communities) if shape.intersects(area)]
    named = len(outlines) <= _NAMED_AT_MOST
    cells = [SchematicCell(area, _GROUND)]
    cells += [SchematicCell(shape, _COMMUNITY, name if named else "") for name, shape in outlines]
    items = [LegendItem(gettext("Area of the branch"), _GROUND)]
    if outlines:
        items.append(LegendItem(gettext("Communities"), _COMMUNITY))
    spots = [Spot(found.name, home(found))]
    return Markup(schematic_svg(found.name, cells, Legend("", tuple(items)), spots))  # noqa: S704 - escaped there


def _outlines(communities: list[Place]) -> list[tuple[str, Area]]:
    shapes = [(place.name, shapely.from_wkb(place.wkb)) for place in communities]
    return [(name, shape) for name, shape in shapes if isinstance(shape, Area)]
