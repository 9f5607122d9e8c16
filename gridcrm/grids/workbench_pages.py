"""The workbench: a draft on a map and in a table, and the changes that can be made to it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.rules import home
from gridcrm.core.errors import InvalidInput, NotFound, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page, wants_fragment
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import PACKED, needs
from gridcrm.core.who import Right, Who
from gridcrm.grids import bench, queries, service, workbench
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

_Verb = Callable[[AsyncSession, Who, int, Any], Awaitable[Reshaped]]
_Ask = Request[Any, Any, Any]
_MOST_FAULTS = 100


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
        """Say how well the cells cover the area, and show each gap, overlap and sliver."""
        plan = await queries.plan(session, who, plan_id)
        shown = await bench.bench(session, who, plan)
        name = "grids/_coverage.html" if wants_fragment(request) else "grids/coverage.html"
        return await page(request, name, shown=shown, most=_MOST_FAULTS)

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


_CHANGES: dict[str, tuple[type[SQLModel], _Verb]] = {
    "merge": (MergeIn, workbench.merge),
    "split": (SplitIn, workbench.split),
    "border": (BorderIn, workbench.move_border),
    "draw": (DrawIn, workbench.draw),
    "rename": (RenameIn, workbench.rename),
    "undo": (StepIn, workbench.undo),
    "redo": (StepIn, workbench.redo),
}


class ShapingPages(Controller):
    """Changes of a draft by hand: an address for each."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @post("/{plan_id:int}/workbench/{change:str}")
    async def change(
        self,
        request: _Ask,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        change: FromPath[str],
        data: URLEncodedBody[dict[str, Any]],
        q: FromQuery[str] = "",
        number: PageNumber = 1,
    ) -> Response[Any]:
        """Merge, split, border, draw, rename, undo or redo: tell the map what is other now."""
        await queries.plan(session, who, plan_id)
        if change not in _CHANGES:
            raise NotFound
        schema, verb = _CHANGES[change]
        for_map = "application/json" in request.headers.get("accept", "")
        try:
            done = await verb(session, who, plan_id, parse(schema, data))
        except (InvalidInput, RuleBroken) as error:
            if for_map:
                return Response({"error": _words(data, error)}, status_code=error.status)
            return await _page(request, session, who, plan_id, refused(data, error), q, number)
        if not for_map:
            here = f"/grids/{plan_id}/workbench?{request.url.query}".rstrip("?")
            return go(here, gettext("The draft is changed."))
        await session.flush()
        return Response(await _told(session, who, plan_id, done))


async def _told(
    session: AsyncSession, who: Who, plan_id: int, done: Reshaped | None = None
) -> dict[str, Any]:
    """Return the cells of a plan, or of a change the ones that are new or other than before."""
    shown = await bench.bench(session, who, await queries.plan(session, who, plan_id))
    leads = await accounts.staff_names(session, who.here)
    shapes = await queries.outlines(session, plan_id, done.touched if done else None)
    return {
        "revision": shown.plan.revision,
        "undo": shown.undo,
        "redo": shown.redo,
        "can_undo": bool(shown.plan.done),
        "can_redo": bool(shown.plan.undone),
        "totals": shown.totals,
        "shades": shown.shades,
        "gone": [row.id for row in done.gone] if done else [],
        "cells": await asyncio.to_thread(bench.features, shown, shapes, leads),
    }


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
        ticked=_ticked(form),
        ways=[
            (SplitWay.EAST_WEST.value, gettext("Split into west and east")),
            (SplitWay.NORTH_SOUTH.value, gettext("Split into north and south")),
        ],
        names=await accounts.staff_names(session, who.here),
        home=home(await branches.here(session, who)),
    )


def _ticked(form: Form) -> set[str]:
    """Return the numbers of the cells that were chosen in a form that comes back."""
    given = form.values.get("cell_id", [])
    return {given} if isinstance(given, str) else set(given)
