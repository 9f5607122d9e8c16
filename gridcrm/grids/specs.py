"""From what somebody chose to a spec that geo can draw."""

import asyncio
from collections.abc import Iterable

from shapely.geometry.base import BaseGeometry

from geo import GeoError, H3Spec, HexSpec, LonLat, PolygonSpec, SquareSpec
from geo.frame import CRS
from geo.tessellate.spec import Spec
from gridcrm.branches.features import Feature, Features, read_features, text_of
from gridcrm.branches.words import refusal
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.core.uploads import Upload
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import GridKind
from gridcrm.grids.naming import Landmark, numbered

_KEY = "name"
_LONGEST_KEY = 100
GRID_KINDS = {
    DraftKind.SQUARE: GridKind.SQUARE,
    DraftKind.HEXAGON: GridKind.HEXAGON,
    DraftKind.H3: GridKind.H3,
    DraftKind.COMMUNITIES: GridKind.POLYGONS,
    DraftKind.POLYGONS: GridKind.POLYGONS,
}


async def brought(form: DraftIn, upload: Upload | None) -> Features | None:
    """Return what is in the file of a form that needs one, read before any turn to write."""
    if form.kind is not DraftKind.POLYGONS or upload is None or not upload.content:
        return None
    return await asyncio.to_thread(read_features, upload, form.datum, form.layer)


def spec_of(
    form: DraftIn, home: LonLat, communities: list[Landmark], given: Features | None
) -> Spec:
    """Return how to divide, or say which field stands against it."""
    try:
        if form.kind is DraftKind.SQUARE:
            return SquareSpec(form.side_m, home)
        if form.kind is DraftKind.HEXAGON:
            return HexSpec(form.edge_m, home)
        if form.kind is DraftKind.H3:
            return H3Spec(form.resolution)
        if form.kind is DraftKind.COMMUNITIES:
            return _of_communities(communities)
        return _of_file(form, given)
    except GeoError as error:
        raise refusal(field_of(form), error) from error


def name_of(form: DraftIn) -> str:
    """Return what a plan is called when nobody gave it a name."""
    return {
        DraftKind.SQUARE: gettext("Squares of {n} m").format(n=f"{form.side_m:g}"),
        DraftKind.HEXAGON: gettext("Hexagons of {n} m").format(n=f"{form.edge_m:g}"),
        DraftKind.H3: gettext("H3, resolution {n}").format(n=form.resolution),
        DraftKind.COMMUNITIES: gettext("Communities"),
        DraftKind.POLYGONS: gettext("Imported shapes"),
    }[form.kind]


def field_of(form: DraftIn) -> str:
    """Return the field that a refusal of the shapes belongs to."""
    return "file" if form.kind is DraftKind.POLYGONS else "kind"


def outlined(communities: Iterable[Landmark]) -> list[Landmark]:
    """Return the communities of which the outline is known, not just a point."""
    return [mark for mark in communities if mark.shape.area > 0]


def _of_communities(communities: list[Landmark]) -> Spec:
    outlines = outlined(communities)
    if not outlines:
        raise InvalidInput({"kind": "There are no outlines of communities yet. Bring in places."})
    names = numbered([mark.name for mark in outlines], range(len(outlines)), _LONGEST_KEY)
    return _polygons(names, [mark.shape for mark in outlines])


def _of_file(form: DraftIn, given: Features | None) -> Spec:
    if given is None:
        raise InvalidInput({"file": "Choose a file with the shapes of the cells."})
    if given.bad:
        words = gettext("Feature {number} {ref}: {reason}")
        first = given.bad[0]
        reason = gettext(first.reason)
        raise InvalidInput(
            {"file": words.format(number=first.number, ref=first.ref, reason=reason)}
        )
    keys = [_key(feature, form.key) for feature in given.good]
    return _polygons(keys, [feature.shape for feature in given.good])


def _key(feature: Feature, key: str) -> str:
    found = text_of(feature, key)
    if not found:
        words = gettext("Feature {number} has no “{key}”. Name another property.")
        raise InvalidInput({"key": words.format(number=feature.number, key=key)})
    return found


def _polygons(names: list[str], shapes: list[BaseGeometry]) -> Spec:
    columns = {_KEY: names, "geometry": shapes}
    import geopandas as gpd  # here, because it takes a second to load

    return PolygonSpec(gpd.GeoDataFrame(columns, geometry="geometry", crs=CRS), _KEY)
