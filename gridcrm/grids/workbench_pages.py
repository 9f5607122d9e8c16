"""The workbench: a draft on a map and in a table, and the changes that can be made to it."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, TypeVar

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.rules import home
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page, wants_fragment
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import PACKED, needs
from gridcrm.core.who import Right, Who
from gridcrm.grids import bench, queries, service, showing, workbench
from gridcrm.grids.forms import (
    BorderIn,
    DrawIn,
    MergeIn,
    RenameIn,
    SplitIn,
    SplitWay,
    StepIn,
)
from gridcrm.grids.models import PlanState
from gridcrm.grids.queries import CellFilter
from gridcrm.grids.reshaping import Reshaped

_In = TypeVar("_In", bound=SQLModel)
_Verb = Callable[[AsyncSession, Who, int, _In], Awaitable[Any]]
_Ask = Request[Any, Any, Any]


class WorkbenchPages(Controller):
    """A draft that is being shaped by hand."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @get("/{plan_id:int}/workbench")
    async def show(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        q: FromQuery[str] = "",
        number: PageNumber = 1,
    ) -> Response[Any]:
        """Show a draft with the tools to shape it."""
        plan = await queries.plan(session, who, plan_id)
        if plan.state is not PlanState.DRAFT:
            words = gettext("A published plan keeps its cells. Make a draft of it and change that.")
            return go(f"/grids/{plan_id}", words, "warn")
        return await _page(request, session, who, plan_id, Form(), q, number)

    @get("/{plan_id:int}/workbench/cells.json", opt=PACKED)
    async def cells(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> dict[str, Any]:
        """Return all cells of a plan for the map of the workbench."""
        return await _told(session, who, plan_id)

    @get("/{plan_id:int}/workbench/coverage")
    async def coverage(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Template:
        """Say how well the cells cover the area, and where they are thin."""
        plan = await queries.plan(session, who, plan_id)
        return await page(
            request,
            "grids/_coverage.html",
            plan=plan,
            cover=await showing.covered(plan),
            shown=await bench.bench(session, who, plan),
        )

    @post("/{plan_id:int}/copy")
    async def copy(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        plan_id: FromPath[int],
    ) -> Redirect:
        """Make a draft with the same cells, to be shaped."""
        draft = await service.copy(session, who, plan_id, now)
        words = gettext("Version {n} is a copy to shape. Nothing counts yet.")
        return go(f"/grids/{draft.id}/workbench", words.format(n=draft.version))


class ShapingPages(Controller):
    """Changes of a draft by hand."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @post("/{plan_id:int}/workbench/merge")
    async def merge(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Make the chosen cells one."""
        if not isinstance(data.get("cell_id"), list):
            data["cell_id"] = [data["cell_id"]] if data.get("cell_id") else []
        return await _made(request, session, who, plan_id, data, MergeIn, workbench.merge)

    @post("/{plan_id:int}/workbench/split")
    async def split(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Cut a cell along a line."""
        return await _made(request, session, who, plan_id, data, SplitIn, workbench.split)

    @post("/{plan_id:int}/workbench/border")
    async def border(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Give ground of one cell to another."""
        return await _made(request, session, who, plan_id, data, BorderIn, workbench.move_border)

    @post("/{plan_id:int}/workbench/draw")
    async def draw(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Put a drawn cell in the place of what it covers."""
        return await _made(request, session, who, plan_id, data, DrawIn, workbench.draw)

    @post("/{plan_id:int}/workbench/rename")
    async def rename(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Call a cell otherwise."""
        return await _made(request, session, who, plan_id, data, RenameIn, workbench.rename)

    @post("/{plan_id:int}/workbench/undo")
    async def undo(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Take the last change back."""
        return await _made(request, session, who, plan_id, data, StepIn, workbench.undo)

    @post("/{plan_id:int}/workbench/redo")
    async def redo(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Make the change again that was taken back last."""
        return await _made(request, session, who, plan_id, data, StepIn, workbench.redo)


async def _made(
    request: _Ask,
    session: AsyncSession,
    who: Who,
    plan_id: int,
    data: dict[str, Any],
    schema: type[_In],
    verb: _Verb[_In],
) -> Response[Any]:
    """Carry a change out and answer the map with what changed, or a form with the page."""
    await queries.plan(session, who, plan_id)
    for_map = "application/json" in request.headers.get("accept", "")
    try:
        done = await verb(session, who, plan_id, parse(schema, data))
    except (InvalidInput, RuleBroken) as error:
        if for_map:
            return Response({"error": _words(data, error)}, status_code=error.status)
        return await _page(request, session, who, plan_id, refused(data, error))
    if not for_map:
        return go(f"/grids/{plan_id}/workbench", gettext("The draft is changed."))
    await session.flush()
    return Response(await _told(session, who, plan_id, done))


async def _told(
    session: AsyncSession, who: Who, plan_id: int, done: object = None
) -> dict[str, Any]:
    """Return the cells of a plan, or of a change the ones that are new or other than before."""
    shown = await bench.bench(session, who, await queries.plan(session, who, plan_id))
    only = _touched(done)
    return {
        "step": shown.step,
        "can_redo": bool(shown.plan.undone),
        "totals": shown.totals,
        "shades": shown.shades,
        "gone": [row.id for row in done.gone] if isinstance(done, Reshaped) else [],
        "cells": bench.features(shown, await accounts.staff_names(session, who.here), only),
    }


def _touched(done: Any) -> set[str] | None:
    if done is None:
        return None
    if isinstance(done, Reshaped):
        return {row["key"] for row in done.new} | {row.key for row, _ in done.changed}
    return {done.key}


def _words(data: dict[str, Any], error: InvalidInput | RuleBroken) -> str:
    form = refused(data, error)
    return " ".join(words for messages in form.errors.values() for words in messages)


async def _page(
    request: _Ask,
    session: AsyncSession,
    who: Who,
    plan_id: int,
    form: Form,
    q: str = "",
    number: int = 1,
) -> Template:
    shown = await bench.bench(session, who, await queries.plan(session, who, plan_id))
    wanted = CellFilter(words=q.strip())
    total = await queries.how_many_cells(session, plan_id, wanted)
    pager = page_of(number, total, f"/grids/{plan_id}/workbench", {"q": q})
    return await page(
        request,
        "grids/_bench_cells.html" if wants_fragment(request) else "grids/workbench.html",
        status=form.status,
        form=form,
        plan=shown.plan,
        shown=shown,
        rows=await queries.cell_page(session, plan_id, wanted, pager),
        pager=pager,
        q=q,
        ways=[
            (SplitWay.EAST_WEST.value, gettext("Split into west and east")),
            (SplitWay.NORTH_SOUTH.value, gettext("Split into north and south")),
        ],
        names=await accounts.staff_names(session, who.here),
        home=home(await branches.here(session, who)),
    )
