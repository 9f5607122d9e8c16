"""The register of lists for programs."""

from datetime import datetime

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.paging import page_of
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.exports import queries
from gridcrm.exports.models import FileFormat, ListKind, Use


class EntryOut(SQLModel):
    """One list that left the branch; `dropped` counts who was left out, by reason."""

    id: int
    branch_id: int
    kind: ListKind
    object_id: int | None
    title: str
    purpose: Use
    reason: str
    columns: list[str]
    masked: bool
    format: FileFormat
    row_count: int
    dropped: dict[str, int]
    sha256: str
    taken_by: str
    taken_at: datetime


class RegisterOut(SQLModel):
    """A page of the register, newest first."""

    total: int
    page: int
    pages: int
    items: list[EntryOut]


class ExportApi(Controller):
    """Every list that left the system."""

    path = "/exports"
    tags = ("exports",)
    opt = needs(Right.EXPORTS_REGISTER)

    @get()
    async def register(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        page: FromQuery[int] = 1,
    ) -> RegisterOut:
        """Return who took which list, when and what for.

        Whoever serves all branches reads those of all of them.
        """
        query = queries.everywhere(who)
        here = page_of(page, await queries.count(session, query), "", {})
        lines = await queries.lines(session, query, offset=here.offset, limit=here.size)
        items = [
            EntryOut.model_validate(line.entry.model_dump() | {"taken_by": line.taken_by})
            for line in lines
        ]
        return RegisterOut(total=here.total, page=here.number, pages=here.pages, items=items)
