"""Reading customers, as far as a person may see them."""

from datetime import datetime, timedelta

from sqlalchemy import false, func, or_
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from gridcrm.core.errors import NotFound
from gridcrm.core.who import Right, Role, Who
from gridcrm.customers.models import Customer, Holding, ImportFile, Reveal
from gridcrm.grids import queries as grids

_HOUR = timedelta(hours=1)


def visible(who: Who) -> SelectOfScalar[Customer]:
    """Select the customers whose records a person may open.

    A grid officer opens those of their own cells and those they look after.
    """
    query = counted(who)
    if not (who.may(Right.CUSTOMERS_LIST) or who.may(Right.CUSTOMERS_LOOKUP)):
        return query.where(false())
    if who.role is not Role.GRID_OFFICER:
        return query
    own = or_(
        col(Customer.owner_id) == who.user_id, col(Customer.cell_id).in_(grids.own_cell_ids(who))
    )
    return query.where(own)


def counted(who: Who) -> SelectOfScalar[Customer]:
    """Select the customers of the branch at hand, for sums that name nobody."""
    return select(Customer).where(Customer.branch_id == who.here)


async def one(session: AsyncSession, who: Who, customer_id: int) -> Customer:
    """Return a customer whom this person may see."""
    found = (await session.exec(visible(who).where(Customer.id == customer_id))).first()
    if found is None:
        raise NotFound
    return found


async def by_phone(session: AsyncSession, who: Who, phone: str) -> Customer | None:
    """Return the customer with exactly this phone number, if this person may see them."""
    return (await session.exec(visible(who).where(Customer.phone == phone))).first()


async def holdings(session: AsyncSession, customer_id: int) -> list[Holding]:
    """Return what a customer holds; the caller has already seen the customer."""
    query = select(Holding).where(Holding.customer_id == customer_id)
    return list(await session.exec(query.order_by(Holding.product)))


async def reveals_within_the_hour(session: AsyncSession, user_id: int, now: datetime) -> int:
    """Return how many names and phones somebody has been shown in the last hour."""
    query = select(func.count()).select_from(Reveal)
    return (
        await session.exec(query.where(Reveal.user_id == user_id, Reveal.at > now - _HOUR))
    ).one()


async def reveals(session: AsyncSession, customer_id: int) -> list[Reveal]:
    """Return who saw a customer's name and phone whole, newest first."""
    query = select(Reveal).where(Reveal.customer_id == customer_id)
    return list(await session.exec(query.order_by(col(Reveal.at).desc()).limit(50)))


async def import_file(session: AsyncSession, who: Who, import_id: int) -> ImportFile:
    """Return a file that somebody of this branch brought in."""
    query = select(ImportFile).where(ImportFile.id == import_id, ImportFile.branch_id == who.here)
    found = (await session.exec(query)).first()
    if found is None:
        raise NotFound
    return found


async def import_files(session: AsyncSession, who: Who) -> list[ImportFile]:
    """Return the files brought in for the branch at hand, newest first, without their contents."""
    query = select(ImportFile).where(ImportFile.branch_id == who.here)
    without_content = defer(ImportFile.content, raiseload=True)  # type: ignore[arg-type]
    light = query.options(without_content)
    return list(await session.exec(light.order_by(col(ImportFile.id).desc()).limit(50)))


async def taken_before(session: AsyncSession, who: Who, file: ImportFile) -> datetime | None:
    """Return when the very same file was taken in by this branch, if it was."""
    query = select(func.max(ImportFile.committed_at)).where(
        ImportFile.branch_id == who.here,
        ImportFile.sha256 == file.sha256,
        ImportFile.id != file.id,
    )
    return (await session.exec(query)).one()
