"""The demo's grid: an early plan that is retired, the one that counts, and a draft to try."""

import json
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.branches.features import Features
from gridcrm.core.tables import stored
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who
from gridcrm.customers.publishing import publish_plan
from gridcrm.grids import queries
from gridcrm.grids import service as grids
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import CellKind, CellStatus, GridCell
from gridcrm.grids.specs import brought
from gridcrm.web.demo import town

_WITHOUT_LEAD = 3
_LEADS = ("officer", "officer2", "officer3", "officer4", "lead")


async def draw(session: AsyncSession, staff: dict[str, Who], now: datetime, *, real: bool) -> None:
    """Draw, publish and staff the grid of the demo branch."""
    manager = staff["manager"]
    early = DraftIn(kind=DraftKind.SQUARE, side_m=500, name="试点 500 米")
    await _publish(session, manager, early, None, now)
    if real:
        final = DraftIn(kind=DraftKind.SQUARE, side_m=250, name="2026 方格")
        cells = await _publish(session, manager, final, None, now)
        _look_after_squares(cells, staff)
    else:
        upload = Upload("districts.geojson", json.dumps(town.districts()).encode())
        final = DraftIn(kind=DraftKind.POLYGONS, key="name", datum=Datum.WGS84, name="2026 网格")
        given = await brought(final, upload)
        cells = await _publish(session, manager, final, given, now)
        _look_after_districts(cells, staff)
    session.add_all(cells)
    trial = DraftIn(kind=DraftKind.HEXAGON, edge_m=200, name="六边形试画")
    await grids.draft(session, manager, trial, None, now)
    await session.flush()


async def _publish(
    session: AsyncSession, who: Who, form: DraftIn, given: Features | None, now: datetime
) -> list[GridCell]:
    plan = await grids.draft(session, who, form, given, now)
    await session.flush()
    await publish_plan(session, who, stored(plan.id), now)
    return await queries.cells(session, stored(plan.id))


def _look_after_squares(cells: list[GridCell], staff: dict[str, Who]) -> None:
    for number, cell in enumerate(cells[:-_WITHOUT_LEAD]):
        cell.lead_id = staff[_LEADS[number % len(_LEADS)]].user_id
        cell.status = list(CellStatus)[number % len(CellStatus)]


def _look_after_districts(cells: list[GridCell], staff: dict[str, Who]) -> None:
    known = {district.name: district for district in town.DISTRICTS}
    for number, cell in enumerate(cells):
        cell.lead_id = staff[_LEADS[number % len(_LEADS)]].user_id
        cell.backup_id = staff[_LEADS[(number + 1) % len(_LEADS)]].user_id
        district = known.get(cell.name)
        if district is None:
            cell.kind = CellKind.LOBBY
            continue
        cell.kind = CellKind(district.kind)
        cell.status = list(CellStatus)[number % len(CellStatus)]
        cell.households, cell.population = district.households, district.population
        cell.merchants = district.merchants
    cells[2].lead_id = None
