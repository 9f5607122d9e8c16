"""Labels for programs."""

from litestar import Controller, get
from litestar.di import NamedDependency
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.policy import needs
from gridcrm.core.who import Right
from gridcrm.labels import queries


class LabelOut(SQLModel):
    """A label as programs read it; `slug` is its path and what conditions refer to."""

    id: int
    slug: str
    parent_id: int | None
    depth: int
    name_zh: str
    name_en: str
    active: bool


class LabelApi(Controller):
    """The tree of labels."""

    path = "/labels"
    tags = ("labels",)
    opt = needs(Right.LABELS_VIEW)

    @get()
    async def labels(self, session: NamedDependency[AsyncSession]) -> list[LabelOut]:
        """List every label, retired ones too, each after what it stands below."""
        return [
            LabelOut.model_validate(one, from_attributes=True)
            for one in await queries.tree(session)
        ]
