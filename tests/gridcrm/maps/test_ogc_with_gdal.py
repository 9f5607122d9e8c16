"""GDAL's own client reads a real server: every cell once, in a box, in another system."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from pyogrio.errors import DataSourceError

from gridcrm.core.db import Database
from gridcrm.core.settings import Settings
from gridcrm.customers.publishing import publish_plan
from gridcrm.grids import queries, service
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import GridCell
from tests.cast import Cast, give_token
from tests.conftest import NOON
from tests.race.serving import servers

PAGE = 7


@pytest.fixture
async def cells(cast: Cast, database: Database) -> list[GridCell]:
    """A published grid of branch A, more cells than several pages hold."""
    async with database.transaction() as session:
        form = DraftIn(kind=DraftKind.SQUARE, side_m=500)
        plan = await service.draft(session, cast.hang, form, None, NOON)
        assert plan.id is not None
        await publish_plan(session, cast.hang, plan.id, NOON)
        return await queries.cells(session, plan.id)


class Client:
    """GDAL with a token."""

    def __init__(self, url: str, token: str, everywhere: str) -> None:
        self.source = f"OAPIF:{url}/ogc"
        self.token, self.everywhere = token, everywhere

    async def read(self, layer: str, **options: Any) -> gpd.GeoDataFrame:
        """Read a collection as QGIS does."""
        return await asyncio.to_thread(self._read, layer, options)

    async def layers(self) -> set[str]:
        """Return the names of the collections."""
        found = await asyncio.to_thread(self._asked, pyogrio.list_layers)
        return {str(name) for name, _ in found}

    def _read(self, layer: str, options: dict[str, Any]) -> gpd.GeoDataFrame:
        return self._asked(pyogrio.read_dataframe, layer=layer, **options)

    def _asked(self, how: Callable[..., Any], **options: Any) -> Any:
        token = {"GDAL_HTTP_AUTH": "BEARER", "GDAL_HTTP_BEARER": self.token}
        pyogrio.set_gdal_config_options(token)
        try:
            return how(self.source, **options)
        finally:
            pyogrio.set_gdal_config_options(dict.fromkeys(token))


@pytest.fixture
async def client(
    cells: list[GridCell], cast: Cast, settings: Settings, database: Database
) -> AsyncIterator[Client]:
    now = datetime.now(UTC)  # a real server has its own clock
    headers = [await give_token(database, who, now) for who in (cast.zhou, cast.fen)]
    tokens = [header["authorization"].removeprefix("Bearer ") for header in headers]
    async with servers(settings, 1) as (url,):
        yield Client(url, *tokens)


async def test_gdal_reads_every_cell_once_in_a_box_and_in_other_systems(
    client: Client, cells: list[GridCell]
):
    known = {cell.key: shapely.from_wkb(cell.wkb) for cell in cells}
    box = (125.466, 43.777, 125.474, 43.783)

    whole = await client.read("cells", PAGE_SIZE=str(PAGE))
    inside = await client.read("cells", bbox=box, PAGE_SIZE="3")

    assert len(cells) > 3 * PAGE
    assert sorted(whole["key"]) == sorted(known)
    assert _farthest(whole, known) < 1e-7
    assert whole["area_m2"].sum() == pytest.approx(sum(cell.area_m2 for cell in cells), rel=1e-6)
    meant = [key for key, shape in known.items() if shape.intersects(shapely.box(*box))]
    assert sorted(inside["key"]) == sorted(meant)
    assert 0 < len(meant) < len(cells)
    for code in ("EPSG:3857", "EPSG:4326", "EPSG:4490"):
        there = await client.read("cells", CRS=code, PAGE_SIZE=str(PAGE))
        assert there.crs.equals(code, ignore_axis_order=True)
        assert sorted(there["key"]) == sorted(known)
        assert _farthest(there.to_crs(4326), known) < 1e-6
    assert await client.layers() == {"cells", "places", "catchment", "areas"}
    client.token, client.source = client.everywhere, f"{client.source}?branch=A001"
    of_head_office = await client.read("cells", PAGE_SIZE=str(PAGE))
    assert sorted(of_head_office["key"]) == sorted(known)
    client.token = "grid_wrong"
    with pytest.raises(DataSourceError, match="401"):
        await client.read("cells")


def _farthest(made: gpd.GeoDataFrame, known: dict[str, Any]) -> float:
    pairs = zip(made["key"], made.geometry, strict=True)
    return max(shapely.hausdorff_distance(shape, known[key]) for key, shape in pairs)
