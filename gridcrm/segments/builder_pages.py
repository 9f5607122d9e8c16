"""The builder: a draft goes back and forth in the form, and nothing is kept before it is saved."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page, wants_fragment
from gridcrm.core.policy import READS, needs
from gridcrm.core.who import Right, Who
from gridcrm.labels import queries as labels
from gridcrm.labels.words import leaf_options
from gridcrm.segments import draft, queries, service
from gridcrm.segments.builder import Built, build
from gridcrm.segments.forms import SegmentIn
from gridcrm.segments.models import Segment
from gridcrm.segments.tree import Tree

AnyRequest = Request[Any, Any, Any]
_NAMES = ("name_zh", "name_en", "note", "label_id")


class BuilderPages(Controller):
    """Building a new segment or changing one of the branch's own."""

    path = "/segments"
    include_in_schema = False
    opt = needs(Right.SEGMENTS_EDIT)

    @get("/new")
    async def new(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        label: FromQuery[str] = "",
        cells: FromQuery[str] = "",
    ) -> Template:
        """Show an empty builder, or one that begins with a label or with cells of the map."""
        tree = draft.begin({"all": _first(label, cells)})
        return await _show(request, session, who, now, tree, Form())

    @get("/{segment_id:int}/edit")
    async def edit(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
    ) -> Template:
        """Show the builder with a segment in it."""
        segment = await queries.one(session, who, segment_id)
        liked = (await queries.labels_of(session, [segment_id])).get(segment_id, [])
        values = segment.model_dump(include=set(_NAMES)) | {"label_id": [x.id for x in liked]}
        tree = draft.begin(segment.predicate)
        return await _show(request, session, who, now, tree, Form(values), segment)

    @post("/draft", opt=READS, status_code=200)
    async def change(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Template:
        """Take one step in a draft, or count it again; nothing is stored."""
        act = str(data.get("act") or "")
        tree = draft.change(draft.read(data), act)
        built = await build(session, who, tree, now, draft.added(tree, act))
        if wants_fragment(request):
            name = "segments/_builder.html" if act else "segments/_live.html"
            return await page(request, name, built=built, draft_json=_json(tree))
        segment = await _edited(session, who, data)
        return await _shown(request, session, built, Form(_typed(data)), segment)

    @post("/new")
    async def create(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Save a new segment."""
        tree = draft.read(data)
        try:
            segment = await service.create(session, who, _form(data, tree), now)
        except InvalidInput as error:
            form = refused(_typed(data), error)
            return await _show(request, session, who, now, tree, form)
        return go(f"/segments/{segment.id}", gettext("The segment is saved."))

    @post("/{segment_id:int}/edit")
    async def save(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Save a changed segment."""
        segment = await queries.one(session, who, segment_id)
        tree = draft.read(data)
        try:
            await service.change(session, who, segment_id, _form(data, tree))
        except InvalidInput as error:
            form = refused(_typed(data), error)
            return await _show(request, session, who, now, tree, form, segment)
        return go(f"/segments/{segment_id}", gettext("The segment is saved."))


async def _show(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    now: datetime,
    tree: Tree,
    form: Form,
    segment: Segment | None = None,
) -> Template:
    return await _shown(request, session, await build(session, who, tree, now), form, segment)


async def _shown(
    request: AnyRequest, session: AsyncSession, built: Built, form: Form, segment: Segment | None
) -> Template:
    return await page(
        request,
        "segments/edit.html",
        status=form.status,
        built=built,
        draft_json=_json(built.tree),
        form=form,
        segment=segment,
        leaves=leaf_options(await labels.tree(session)),
    )


async def _edited(session: AsyncSession, who: Who, data: Mapping[str, Any]) -> Segment | None:
    """Return the segment that a draft is to change, None for a new one."""
    given = str(data.get("segment_id") or "")
    return await queries.one(session, who, int(given)) if given.isdecimal() else None


def _form(data: Mapping[str, Any], tree: Tree) -> SegmentIn:
    return parse(SegmentIn, _typed(data) | {"predicate": draft.tidy(tree)})


def _typed(data: Mapping[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in _NAMES if name in data}


def _json(tree: Tree) -> str:
    return json.dumps(tree, ensure_ascii=False)


def _first(label: str, cells: str) -> list[Tree]:
    found: list[Tree] = [{"kind": "label", "slug": label, "min_confidence": 0.5}] if label else []
    numbers = [part for part in cells.split(",") if part.isdecimal()]
    return [*found, {"kind": "cell", "in": numbers}] if numbers else found
