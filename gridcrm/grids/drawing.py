"""Dividing a branch's area into named cells, ready to be stored. Pure, and takes a while."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import Cells, assign_codes, tessellate
from geo.area import Area
from geo.tessellate.spec import Spec
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.grids.estimate import MOST_CELLS
from gridcrm.grids.models import CellKind, CellStatus, GridCell
from gridcrm.grids.naming import Namer, numbered

LONGEST_KEY = 120
FRESH: dict[str, Any] = {
    "kind": CellKind.COMMUNITY,
    "status": CellStatus.NOT_STARTED,
    "lead_id": None,
    "backup_id": None,
    "households": None,
    "population": None,
    "next_step": "",
    "profiled_on": None,
}
COUNTED = {
    "merchants": PlaceKind.MERCHANT,
    "buildings": PlaceKind.BUILDING,
    "competitors": PlaceKind.COMPETITOR,
}
KEPT = ("name", *FRESH, *COUNTED)
"""What a cell takes along when a new drawing has the same cell."""
_POLYGON = "poly:"


@dataclass(frozen=True)
class Around:
    """What names and fills the cells: a namer, places to count, and cells drawn before."""

    namer: Namer
    places: Sequence[Place] = ()
    before: Sequence[GridCell] = ()


@dataclass(frozen=True)
class Drawing:
    """A division and the columns of its cells, in the order of `cells.ids`."""

    cells: Cells
    rows: list[dict[str, Any]]


def draw(area: Area, spec: Spec, around: Around) -> Drawing:
    """Divide an area and fill in what is known of each cell."""
    cells = tessellate(area, spec)
    if len(cells) > MOST_CELLS:
        words = gettext("There would be {n} cells; at most {limit} can be looked after.")
        raise InvalidInput({"kind": words.format(n=f"{len(cells):,}", limit=f"{MOST_CELLS:,}")})
    columns = columns_of(cells, around.places)
    columns["name"] = _names(columns, around.namer)
    values = zip(*columns.values(), strict=True)
    rows = [FRESH | dict(zip(columns, row, strict=True)) for row in values]
    for at, kept in _kept(cells, around.before).items():
        rows[at] |= kept
    return Drawing(cells, rows)


def columns_of(cells: Cells, places: Sequence[Place]) -> dict[str, list[Any]]:
    """Return where every cell is and how many places of each kind it holds, by column."""
    return _ground(cells) | _counts(cells, places)


def _ground(cells: Cells) -> dict[str, list[Any]]:
    shapes = cells.frame.geometry.to_numpy()
    lon, lat = shapely.get_coordinates(shapely.point_on_surface(shapes)).T
    west, south, east, north = shapely.bounds(shapes).T
    keys: list[str] = cells.ids.tolist()
    if any(len(key) > LONGEST_KEY for key in keys):
        raise InvalidInput({"key": "A name in this file is longer than 100 characters."})
    return {
        "key": keys,
        "wkb": shapely.to_wkb(shapes).tolist(),
        "area_m2": cells.area_m2.tolist(),
        "lon": lon.tolist(),
        "lat": lat.tolist(),
        "min_lon": west.tolist(),
        "min_lat": south.tolist(),
        "max_lon": east.tolist(),
        "max_lat": north.tolist(),
    }


def _names(columns: Mapping[str, list[Any]], namer: Namer) -> list[str]:
    keys = columns["key"]
    if keys and keys[0].startswith(_POLYGON):
        return numbered([key.removeprefix(_POLYGON) for key in keys], range(len(keys)))
    return namer.names(np.array(columns["lon"]), np.array(columns["lat"]))


def _counts(cells: Cells, places: Sequence[Place]) -> dict[str, list[int | None]]:
    """Count the places of each kind in every cell; nothing is known of a kind nobody brought in."""
    return {name: _count(cells, places, kind) for name, kind in COUNTED.items()}


def _count(cells: Cells, places: Sequence[Place], kind: PlaceKind) -> list[int | None]:
    spots = [(place.lon, place.lat) for place in places if place.kind is kind]
    if not spots:
        return [None] * len(cells)
    lon, lat = np.array(spots).T
    codes: NDArray[np.int32] = assign_codes(lon, lat, cells)
    return list(np.bincount(codes[codes >= 0], minlength=len(cells)).tolist())


def _kept(cells: Cells, before: Sequence[GridCell]) -> dict[int, dict[str, Any]]:
    """Return what earlier cells hand on, by the position of the cell that is still the same.

    The same key is not enough: a lattice moves with the branch, so the ground must agree too.
    """
    if not before:
        return {}
    lon, lat = [old.lon for old in before], [old.lat for old in before]
    ids = cells.ids.tolist()
    found: dict[int, dict[str, Any]] = {}
    for old, code in zip(before, assign_codes(lon, lat, cells).tolist(), strict=True):
        if code >= 0 and ids[code] == old.key:
            values = {name: getattr(old, name) for name in KEPT}
            found[code] = {name: value for name, value in values.items() if value is not None}
    return found
