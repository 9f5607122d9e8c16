"""Real ground under a test: a plan of real cells around a branch, and named places."""

from typing import Any

import numpy as np
import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells, LonLat, SquareSpec, circle, tessellate
from geo.area import Area
from geo.plane import Plane
from geo.tessellate.spec import Spec
from gridcrm.branches.models import Branch, Place, PlaceKind
from gridcrm.branches.rules import name_key
from gridcrm.core.who import Who
from gridcrm.grids.models import GridCell, GridKind, GridPlan, PlanState
from tests.conftest import NOON


async def squares(
    session: AsyncSession, branch: Branch, who: Who, side_m: float = 500, **changes: Any
) -> GridPlan:
    """A draft of squares within 1.5 km of the branch, stored with its cells."""
    home = LonLat(branch.lon, branch.lat)
    return await divided(
        session, branch, who, circle(home, 1500), SquareSpec(side_m, home), **changes
    )


async def divided(
    session: AsyncSession, branch: Branch, who: Who, area: Area, spec: Spec, **changes: Any
) -> GridPlan:
    """A draft that divides an area, stored with its cells."""
    cells = tessellate(area, spec)
    row: dict[str, Any] = {
        "branch_id": branch.id,
        "version": 1,
        "name": "draft",
        "kind": GridKind(changes.pop("kind", GridKind.SQUARE)),
        "spec": cells.spec.to_dict(),
        "area_wkb": shapely.to_wkb(cells.area),
        "state": PlanState.DRAFT,
        "created_by": who.user_id,
        "created_at": NOON,
    }
    plan = GridPlan(**row | changes)
    session.add(plan)
    await session.flush()
    session.add_all(_rows(plan, cells))
    await session.flush()
    return plan


def place(branch: Branch, name: str, lon: float, lat: float, **changes: Any) -> Place:
    """A small square with a name."""
    shape = shapely.box(lon - 0.0005, lat - 0.0005, lon + 0.0005, lat + 0.0005)
    row: dict[str, Any] = {
        "branch_id": branch.id,
        "kind": PlaceKind.COMMUNITY,
        "name": name,
        "name_key": name_key(name),
        "source": "test",
        "source_ref": f"{name} {lon} {lat}",
        "licence": "CC0",
        "wkb": shapely.to_wkb(shape),
        "lon": lon,
        "lat": lat,
        **_bounds(shape),
    }
    return Place(**row | changes)


def houses(branch: Branch, count: int = 300, seed: int = 3) -> list[Place]:
    """Houses of 40 m strewn over 3 km around a branch, always the same ones."""
    x, y = np.random.default_rng(seed).uniform(-1500, 1500, (2, count))
    plane = Plane(LonLat(branch.lon, branch.lat))
    shapes = plane.unflatten_all(shapely.box(x - 20, y - 20, x + 20, y + 20))
    at = zip(*(values.tolist() for values in plane.inverse(x, y)), shapes, strict=True)
    return [
        place(
            branch, "", lon, lat, kind=PlaceKind.BUILDING, wkb=shapely.to_wkb(shape),
            **_bounds(shape),
        )
        for lon, lat, shape in at
    ]  # fmt: skip


def _rows(plan: GridPlan, cells: Cells) -> list[GridCell]:
    rows = zip(cells.frame.cell_id, cells.frame.geometry, cells.frame.area_m2, strict=True)
    return [
        GridCell(
            plan_id=plan.id,
            branch_id=plan.branch_id,
            key=key,
            name=key,
            area_m2=area_m2,
            lon=shape.representative_point().x,
            lat=shape.representative_point().y,
            wkb=shapely.to_wkb(shape),
            **_bounds(shape),
        )
        for key, shape, area_m2 in rows
    ]


def _bounds(shape: shapely.Geometry) -> dict[str, float]:
    return dict(zip(("min_lon", "min_lat", "max_lon", "max_lat"), shape.bounds, strict=True))
