"""What a map needs, loaded for the person who looks."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.core.errors import NotFound
from gridcrm.core.who import Who
from gridcrm.customers import reaching
from gridcrm.grids import queries as grids
from gridcrm.maps import queries
from gridcrm.maps.answer import Answer, answer
from gridcrm.maps.drawing import Sheet
from gridcrm.maps.forms import MapIn
from gridcrm.maps.question import ask
from gridcrm.maps.records import Ask


@dataclass(frozen=True, slots=True)
class Ground:
    """The branch at hand and its published grid."""

    branch: Branch
    branch_id: int
    plan_id: int


async def ground(session: AsyncSession, who: Who, branch: Branch | None = None) -> Ground:
    """Return the ground to draw; NotFound where no grid is published."""
    branch = branch or await branches.here(session, who)
    assert branch.id is not None
    plan = await grids.published(session, branch.id)
    if plan is None or plan.id is None:
        raise NotFound("This branch has no published grid yet.")
    return Ground(branch, branch.id, plan.id)


async def answered(
    session: AsyncSession, who: Who, on: Ground, given: MapIn, now: datetime, key: bytes | None
) -> Answer:
    """Return the answer of every cell; the key rounds it for those who may not list the people."""
    question = await ask(session, who, given, now, on.branch.time_zone)
    return await answer(session, Ask(who, on.plan_id, question), key)


async def sheet(session: AsyncSession, on: Ground, shown: Answer) -> Sheet:
    """Return what the map is drawn from."""
    return Sheet(
        branch=on.branch,
        plan_id=on.plan_id,
        bounds=await queries.bounds(session, on.plan_id),
        answer=shown,
        named=await queries.named_places(session, on.branch_id),
        origins=await queries.origins(session, on.branch_id),
        catchment=await reaching.of_branch(session, on.branch_id),
    )
