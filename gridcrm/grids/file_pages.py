"""Taking a plan out of the house, as a file that other programs open."""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.forms import parse
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.grids import taking
from gridcrm.grids.taking import FileIn


class PlanFilePages(Controller):
    """Files of plans."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_VIEW)

    @post("/{plan_id:int}/file")
    async def take(
        self,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[bytes]:
        """Hand out a plan's cells, or the places around, for QGIS and other programs."""
        form = parse(FileIn, data)
        async with database.read() as reading:
            taken = await taking.plan_file(reading, who, plan_id, form)
        taking.note(session, who, plan_id, form, taken)
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(taken.name)}",
            "cache-control": "no-store",
        }
        return Response(
            taken.content, status_code=200, media_type=taken.media_type, headers=headers
        )
