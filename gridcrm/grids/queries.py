"""Reading grid plans and cells, as far as a person may see them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func
from sqlalchemy import select as select_columns
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.core.errors import NotFound
from gridcrm.core.paging import Page
from gridcrm.core.who import Who
from gridcrm.grids.models import CellKind, GridCell, GridPlan, PlanState

_MOST_ASKED = 500
_A_TURN = 500


class CellRow(NamedTuple):
    """A cell without its shape."""

    id: int
    key: str
    name: str
    area_m2: float
    lead_id: int | None
    backup_id: int | None


async def published(session: AsyncSession, branch_id: int) -> GridPlan | None:
    """Return the plan of a branch that counts today, if there is one."""
    query = select(GridPlan).where(
        GridPlan.branch_id == branch_id, GridPlan.state == PlanState.PUBLISHED
    )
    return (await session.exec(query)).first()


async def cells(session: AsyncSession, plan_id: int) -> list[GridCell]:
    """Return the cells of a plan, in the order in which they were drawn."""
    query = select(GridCell).where(GridCell.plan_id == plan_id).order_by(col(GridCell.id))
    some = query.execution_options(yield_per=_A_TURN)  # others have their turn in between
    return [cell async for cell in await session.stream_scalars(some)]


async def cell_rows(session: AsyncSession, plan_id: int) -> list[CellRow]:
    """Return the same cells without their shapes."""
    return await _rows(session, _columns().where(col(GridCell.plan_id) == plan_id))


async def outlines(
    session: AsyncSession, plan_id: int, keys: Collection[str] | None = None
) -> dict[str, bytes]:
    """Return the shapes of the cells of a plan, or of some of them, by key."""
    query = select(GridCell.key, GridCell.wkb).where(GridCell.plan_id == plan_id)
    if keys is not None and len(keys) <= _MOST_ASKED:
        query = query.where(col(GridCell.key).in_(keys))
    return {key: wkb for key, wkb in await session.exec(query) if keys is None or key in keys}


async def published_rows(session: AsyncSession, branch_id: int) -> list[CellRow]:
    """Return the cells of a branch that count today without their shapes, none before the first."""
    now = (col(GridPlan.branch_id) == branch_id, col(GridPlan.state) == PlanState.PUBLISHED)
    plan = select_columns(col(GridPlan.id)).where(*now)
    return await _rows(session, _columns().where(col(GridCell.plan_id).in_(plan)))


async def cell(session: AsyncSession, who: Who, cell_id: int) -> GridCell:
    """Return a cell of the branch at hand."""
    query = select(GridCell).where(GridCell.id == cell_id, GridCell.branch_id == who.here)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


def own_cell_ids(who: Who) -> SelectOfScalar[int | None]:
    """Select the ids of the cells that a person leads or backs up."""
    return select(GridCell.id).where(_looks_after(who.user_id))  # type: ignore[return-value]


async def plan(session: AsyncSession, who: Who, plan_id: int) -> GridPlan:
    """Return a plan of the branch at hand."""
    query = select(GridPlan).where(GridPlan.id == plan_id, GridPlan.branch_id == who.here)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def held_plan(session: AsyncSession, who: Who, plan_id: int) -> GridPlan:
    """Return a plan as it is now; nobody draws or publishes it before this is written."""
    found = await plan(session, who, plan_id)
    await session.refresh(found, with_for_update={"key_share": True})
    return found


async def plan_before(session: AsyncSession, plan: GridPlan) -> GridPlan | None:
    """Return the plan that counted before another one, or that counts while it is a draft."""
    if plan.published_at is None:
        return await published(session, plan.branch_id)
    since, version = col(GridPlan.published_at), col(GridPlan.version)
    earlier = or_(
        since < plan.published_at, and_(since == plan.published_at, version < plan.version)
    )
    query = select(GridPlan).where(GridPlan.branch_id == plan.branch_id, earlier)
    return (await session.exec(query.order_by(since.desc(), version.desc()))).first()


async def plans(session: AsyncSession, who: Who) -> list[tuple[GridPlan, int, int]]:
    """Return the plans of the branch at hand with their numbers of cells and of cells with a lead."""
    query = (
        select(GridPlan, func.count(col(GridCell.id)), func.count(col(GridCell.lead_id)))
        .outerjoin(GridCell, col(GridCell.plan_id) == GridPlan.id)
        .where(GridPlan.branch_id == who.here)
        .group_by(col(GridPlan.id))
        .order_by(col(GridPlan.version).desc())
    )
    return [(found, count, led) for found, count, led in await session.exec(query)]


async def last_version(session: AsyncSession, branch_id: int) -> int:
    """Return the highest version a branch has given to a plan, 0 before the first."""
    query = select(func.max(GridPlan.version)).where(GridPlan.branch_id == branch_id)
    return (await session.exec(query)).one() or 0


@dataclass(frozen=True)
class CellFilter:
    """Which cells of a plan are listed."""

    kind: CellKind | None = None
    words: str = ""
    without_lead: bool = False

    def clauses(self) -> list[ColumnElement[bool]]:
        """Return what holds for the cells."""
        found = [col(GridCell.kind) == self.kind] if self.kind else []
        if self.words:
            found.append(col(GridCell.name).icontains(self.words, autoescape=True))
        return [*found, col(GridCell.lead_id).is_(None)] if self.without_lead else found


async def how_many_cells(session: AsyncSession, plan_id: int, wanted: CellFilter) -> int:
    """Return how many cells of a plan pass the filter."""
    query = select(func.count(col(GridCell.id))).where(GridCell.plan_id == plan_id)
    return (await session.exec(query.where(*wanted.clauses()))).one()


async def cell_page(
    session: AsyncSession, plan_id: int, wanted: CellFilter, shown: Page
) -> list[GridCell]:
    """Return one page of the cells of a plan that pass the filter, by name."""
    query = select(GridCell).where(GridCell.plan_id == plan_id, *wanted.clauses())
    ordered = query.order_by(col(GridCell.name), col(GridCell.id))
    return list(await session.exec(ordered.offset(shown.offset).limit(shown.size)))


def _columns() -> Select[*tuple[Any, ...]]:
    return select_columns(*(getattr(GridCell, name) for name in CellRow._fields))


async def _rows(session: AsyncSession, query: Select[*tuple[Any, ...]]) -> list[CellRow]:
    connection = await session.connection()  # ten thousand rows in a quarter less time
    found = await connection.execute(query.order_by(col(GridCell.id)))
    return [CellRow._make(row) for row in found]


def _looks_after(user_id: int) -> ColumnElement[bool]:
    return or_(col(GridCell.lead_id) == user_id, col(GridCell.backup_id) == user_id)
