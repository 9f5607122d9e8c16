"""Segments for programs."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import queries as branches
from gridcrm.core.masking import mask_name, mask_phone
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import READS, needs
from gridcrm.core.who import Right, Who
from gridcrm.customers.models import Lifecycle, Tier
from gridcrm.segments import queries
from gridcrm.segments.answer import answer
from gridcrm.segments.forms import CountIn
from gridcrm.segments.predicate import explain, parse


class SegmentOut(SQLModel):
    """A segment as programs read it; without a branch it is ready-made."""

    id: int
    slug: str | None
    name_zh: str
    name_en: str
    note: str
    predicate: dict[str, Any]
    explanation: str
    ready_made: bool


class MemberOut(SQLModel):
    """A member, with name and phone masked."""

    id: int
    number: str | None
    name: str
    phone: str | None
    cell_id: int | None
    cell: str | None
    community: str
    tier: Tier | None
    lifecycle: Lifecycle


class CountApi(Controller):
    """Asking how many people fulfil conditions."""

    path = "/segments:count"
    tags = ("segments",)
    opt = needs(Right.SEGMENTS_VIEW)

    @post(opt=READS, status_code=200)
    async def count(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: JSONBody[CountIn],
    ) -> dict[str, Any]:
        """Count who fulfils a predicate, in words and step by step; nothing is stored."""
        if data.branch is not None:
            branch = await branches.by_code(session, who, data.branch)
            who = replace(who, branch_id=branch.id)
        return await answer(session, who, data.predicate, now)


class SegmentApi(Controller):
    """The segments of the branch and the ready-made ones."""

    path = "/segments"
    tags = ("segments",)
    opt = needs(Right.SEGMENTS_VIEW)

    @get()
    async def segments(
        self, session: NamedDependency[AsyncSession], who: NamedDependency[Who]
    ) -> list[SegmentOut]:
        """List the segments in use, the branch's own first."""
        found = await queries.listed(session, who)
        names = await queries.names(session, who, [parse(one.predicate) for one in found])
        return [
            SegmentOut(
                **one.model_dump(include=_PLAIN),
                explanation=explain(one.predicate, names),
                ready_made=one.branch_id is None,
            )
            for one in found
        ]

    @get("/{segment_id:int}/members")
    async def members(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
        number: PageNumber = 1,
    ) -> dict[str, Any]:
        """Return a page of the members, names and phones masked, in the order of their ids."""
        segment = await queries.one(session, who, segment_id)
        who.must(Right.CUSTOMERS_LIST)
        total = await queries.count(session, who, segment.predicate, now)
        page = page_of(number, total, "", {})
        rows = await queries.members(session, who, segment.predicate, now, page.offset)
        items = [_member(customer, cell) for customer, cell in rows]
        return {"total": total, "page": page.number, "pages": page.pages, "items": items}


_PLAIN = {"id", "slug", "name_zh", "name_en", "note", "predicate"}


def _member(customer: Any, cell: str | None) -> MemberOut:
    return MemberOut(
        id=customer.id,
        number=customer.number,
        name=mask_name(customer.name),
        phone=mask_phone(customer.phone) if customer.phone else None,
        cell_id=customer.cell_id,
        cell=cell,
        community=customer.community,
        tier=customer.tier,
        lifecycle=customer.lifecycle,
    )
