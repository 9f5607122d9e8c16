"""How plans and cells are shown."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from markupsafe import Markup
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Cells
from geo.render.view import Place
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import area_of, home
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Right, Who
from gridcrm.grids import preview, queries
from gridcrm.grids.covering import Covering, covering
from gridcrm.grids.estimate import MOST_CELLS, cell_count, cell_size
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import CellKind, CellStatus, GridCell, GridKind, GridPlan, PlanState
from gridcrm.grids.registry import people_in
from gridcrm.grids.shape import cells_of

_COMPARED = 6


@dataclass(frozen=True)
class PlanView:
    """What the page of a plan shows above its table of cells."""

    cells: int
    without_lead: int
    people: dict[str, int] | None
    stats: preview.Stats | None
    cover: Covering | None
    loads: list[tuple[int, int, int]]
    picture: Markup | None


async def plan_view(session: AsyncSession, who: Who, plan: GridPlan) -> PlanView:
    """Return a plan's numbers and its drawing; people only for those who may list them."""
    rows = await queries.cells(session, plan.id or 0)
    cells = await asyncio.to_thread(cells_of, plan)
    branch = await branches.here(session, who)
    count = await people_in(session, who, cells) if who.may(Right.CUSTOMERS_LIST) else None
    people = preview.by_key(cells, count.per_cell) if count else None
    return PlanView(
        cells=len(rows),
        without_lead=sum(row.lead_id is None for row in rows),
        people=people,
        stats=preview.stats(count) if count else None,
        cover=await _cover(plan, cells),
        loads=_loads(rows, people or {}),
        picture=await asyncio.to_thread(_picture, plan, rows, people, branch),
    )


async def compared(
    session: AsyncSession, who: Who, plans: Sequence[GridPlan]
) -> dict[int, preview.Stats]:
    """Return people per cell of the plan that counts and of the newest drafts, to compare them."""
    if not who.may(Right.CUSTOMERS_LIST):
        return {}
    current = [plan for plan in plans if plan.state is not PlanState.RETIRED][:_COMPARED]
    found: dict[int, preview.Stats] = {}
    for plan in current:
        cells = await asyncio.to_thread(cells_of, plan)
        numbers = preview.stats(await people_in(session, who, cells))
        if numbers is not None and plan.id is not None:
            found[plan.id] = numbers
    return found


@dataclass(frozen=True)
class Estimate:
    """About how many cells a kind of division gives, None where the shapes are brought along."""

    cells: int | None
    ground_m2: float = 0

    @property
    def too_many(self) -> bool:
        """Return whether nobody could look after so many."""
        return self.cells is not None and self.cells > MOST_CELLS


async def estimates(
    session: AsyncSession, branch: Branch, forms: dict[DraftKind, DraftIn]
) -> dict[DraftKind, Estimate]:
    """Return the estimate of each kind of division, for the cards to choose from."""
    area = area_of(branch)
    shapes = [shapely.from_wkb(p.wkb) for p in await branches.communities(session, branch.id or 0)]
    outlines = sum(shape.area > 0 and shape.intersects(area) for shape in shapes)
    return {kind: _estimate(branch, form, outlines) for kind, form in forms.items()}


def _estimate(branch: Branch, form: DraftIn, communities: int) -> Estimate:
    size = cell_size(form, home(branch))
    if size is not None:
        return Estimate(cell_count(area_of(branch), home(branch), size), size.area_m2)
    return Estimate(communities if form.kind is DraftKind.COMMUNITIES else None)


def kind_name(kind: CellKind) -> str:
    """Return the word for what a cell mostly is."""
    return {
        CellKind.COMMUNITY: gettext("Residential community"),
        CellKind.BUSINESS_DISTRICT: gettext("Business district"),
        CellKind.MARKET: gettext("Market"),
        CellKind.ENTERPRISE: gettext("Enterprise park"),
        CellKind.PUBLIC_INSTITUTION: gettext("Public institution"),
        CellKind.SCHOOL: gettext("School"),
        CellKind.HOSPITAL: gettext("Hospital"),
        CellKind.VILLAGE: gettext("Village"),
        CellKind.OFFICE_BUILDING: gettext("Office building"),
        CellKind.LOBBY: gettext("Lobby"),
    }[kind]


def status_name(status: CellStatus) -> str:
    """Return the words for how far the team has got in a cell."""
    return {
        CellStatus.NOT_STARTED: gettext("Not started"),
        CellStatus.PROFILING: gettext("Profiling"),
        CellStatus.DEEPENING: gettext("Deepening"),
        CellStatus.MAINTAINING: gettext("Maintaining"),
    }[status]


def state_name(state: PlanState) -> str:
    """Return the word for whether a plan counts."""
    return {
        PlanState.DRAFT: gettext("draft"),
        PlanState.PUBLISHED: gettext("counts now"),
        PlanState.RETIRED: gettext("replaced"),
    }[state]


async def _cover(plan: GridPlan, cells: Cells) -> Covering | None:
    if plan.kind is not GridKind.POLYGONS:
        return None
    return await asyncio.to_thread(covering, cells)


def _loads(rows: list[GridCell], people: dict[str, int]) -> list[tuple[int, int, int]]:
    """Return (user, cells, people) of everybody who leads cells, the most loaded first."""
    cells, heads = Counter[int](), Counter[int]()
    for row in rows:
        if row.lead_id is not None:
            cells[row.lead_id] += 1
            heads[row.lead_id] += people.get(row.key, 0)
    return [(user, n, heads[user]) for user, n in cells.most_common()]


def _picture(
    plan: GridPlan, rows: list[GridCell], people: dict[str, int] | None, branch: Branch
) -> Markup | None:
    if not 0 < len(rows) <= preview.MOST_DRAWN:
        return None
    counted = people if people and any(people.values()) else None
    drawn = preview.picture(plan.name, rows, counted, Place(branch.name, home(branch)))
    return Markup(drawn)  # noqa: S704 - geo escapes every text in it
