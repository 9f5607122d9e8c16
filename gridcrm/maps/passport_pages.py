"""The passport of a cell on a page and as PDF, and those of a whole grid in files."""

import asyncio
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.db import Database
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import page
from gridcrm.core.policy import needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.events.qr import inline
from gridcrm.maps import passport_words, passports
from gridcrm.maps.passport_pdf import passports_pdf
from gridcrm.maps.passports import MOST_A_FILE, Asked
from gridcrm.maps.vicinity_svg import svg


class PassportPages(Controller):
    """Cells on paper."""

    include_in_schema = False
    opt = needs(Right.MAP_VIEW)

    @get("/cells/{cell_id:int}/passport")
    async def passport(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
        cell_id: FromPath[int],
    ) -> Template:
        """Show one cell as it is printed."""
        asked = Asked(who, now, settings.secret, settings.base_url)
        book = await passports.one(session, asked, cell_id)
        (only,) = book.passports
        title = gettext("Surroundings of {name}").format(name=only.found.cell.name)
        return await page(
            request,
            "maps/passport.html",
            book=book,
            found=only.found,
            picture=svg(only.picture, title),
            code=inline(only.address),
            say=passport_words,
        )

    @post("/cells/{cell_id:int}/passport.pdf")
    async def file(
        self,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
        cell_id: FromPath[int],
    ) -> Response[bytes]:
        """Hand out one cell as a page of PDF."""
        asked = Asked(who, now, settings.secret, settings.base_url)
        async with database.read() as reading:
            book = await passports.one(reading, asked, cell_id)
        content = await asyncio.to_thread(passports_pdf, book)
        passports.note(session, who, ("grid_cell", cell_id), book)
        return _pdf(content, f"cell-{cell_id}.pdf")

    @get("/grids/{plan_id:int}/passports")
    async def files(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Template:
        """Show the files that hold the passports of all cells, and how large they may grow."""
        plan, parts = await passports.parts(session, who, plan_id)
        return await page(
            request, "maps/passports.html", plan=plan, parts=parts, most_a_file=MOST_A_FILE
        )

    @post("/grids/{plan_id:int}/passports.pdf")
    async def book(
        self,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
        plan_id: FromPath[int],
        part: FromQuery[int] = 1,
    ) -> Response[bytes]:
        """Hand out the cells of a plan as one PDF; those of a large plan in parts."""
        asked = Asked(who, now, settings.secret, settings.base_url)
        async with database.read() as reading:
            book = await passports.part(reading, asked, plan_id, part)
        content = await asyncio.to_thread(passports_pdf, book)
        passports.note(session, who, ("grid_plan", plan_id), book)
        return _pdf(content, f"cells-v{book.plan.version}-{part}.pdf")


def _pdf(content: bytes, name: str) -> Response[bytes]:
    headers = {
        "content-disposition": f'attachment; filename="{name}"',
        "cache-control": "no-store",
    }
    return Response(content, status_code=200, media_type="application/pdf", headers=headers)
