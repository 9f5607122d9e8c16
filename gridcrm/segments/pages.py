"""Pages that show segments and do something with a whole one."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.counts import shown
from gridcrm.core.forms import parse
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page, wants_fragment
from gridcrm.core.paging import PageNumber
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import queries as customers
from gridcrm.labels import queries as labels
from gridcrm.labels import service as labelling
from gridcrm.labels import words
from gridcrm.labels.assign_pages import summary
from gridcrm.labels.forms import AssignIn
from gridcrm.segments import queries, service, showing
from gridcrm.segments.predicate import explain
from gridcrm.segments.predicate import parse as parse_predicate
from gridcrm.segments.profile import FEWEST_FOR_AN_INDEX, profile
from gridcrm.segments.why import why

AnyRequest = Request[Any, Any, Any]


class SegmentPages(Controller):
    """The segments of the branch and the ready-made ones."""

    path = "/segments"
    include_in_schema = False
    opt = needs(Right.SEGMENTS_VIEW)

    @get()
    async def index(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        archived: FromQuery[str] = "",
        counts: FromQuery[str] = "",
    ) -> Template:
        """List the segments; how many are in each follows when it is asked for."""
        view = await showing.list_view(
            session, who, now, archived=bool(archived), counted=bool(counts)
        )
        name = "segments/_list.html" if wants_fragment(request) else "segments/list.html"
        return await page(request, name, **view)

    @get("/{segment_id:int}")
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
        number: PageNumber = 1,
    ) -> Template:
        """Show one segment: its sentence, what each condition leaves, its members, its uses."""
        segment = await queries.one(session, who, segment_id)
        view = await showing.detail_view(session, who, segment, now, number)
        return await page(request, "segments/detail.html", **view)

    @get("/{segment_id:int}/profile")
    async def profile(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
    ) -> Template:
        """Show what is more and what is less usual among the people of a segment."""
        segment = await queries.one(session, who, segment_id)
        who.must(Right.CUSTOMERS_LIST)
        parts = await profile(session, who, parse_predicate(segment.predicate), now)
        return await page(
            request,
            "segments/profile.html",
            segment=segment,
            parts=parts,
            fewest=FEWEST_FOR_AN_INDEX,
        )

    @get("/{segment_id:int}/why/{customer_id:int}")
    async def why(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
        customer_id: FromPath[int],
    ) -> Template:
        """Show which conditions hold for one person."""
        segment = await queries.one(session, who, segment_id)
        customer = await customers.one(session, who, customer_id)
        node = parse_predicate(segment.predicate)
        reasons = await why(session, who, node, customer_id, now)
        return await page(
            request, "segments/why.html", segment=segment, customer=customer, reasons=reasons
        )

    @get("/uses/{freeze_id:int}")
    async def used(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        freeze_id: FromPath[int],
    ) -> Template:
        """Show a segment as it was when it was used."""
        freeze, segment = await queries.freeze(session, who, freeze_id)
        names = await queries.names(session, who, [parse_predicate(freeze.predicate)])
        sentence = explain(freeze.predicate, names)
        return await page(
            request,
            "segments/use.html",
            freeze=freeze,
            segment=segment,
            sentence=sentence,
            count=shown(freeze.member_count, who),
        )


class SegmentActions(Controller):
    """What is done with a whole segment."""

    path = "/segments/{segment_id:int}"
    include_in_schema = False
    opt = needs(Right.SEGMENTS_EDIT)

    @post("/copy")
    async def copy(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
    ) -> Redirect:
        """Copy a segment into the branch, to be changed there."""
        made = await service.copy(session, who, segment_id, now)
        return go(
            f"/segments/{made.id}/edit", gettext("Copied; change it as your branch needs it.")
        )

    @post("/archive")
    async def archive(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
    ) -> Redirect:
        """Put a segment away; its page offers to take it out again."""
        await service.archive(session, who, segment_id, now)
        return go(f"/segments/{segment_id}")

    @post("/restore")
    async def restore(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        segment_id: FromPath[int],
    ) -> Redirect:
        """Take a segment out of the archive."""
        await service.restore(session, who, segment_id)
        return go(f"/segments/{segment_id}", gettext("The segment is in use again."))

    @post("/label", opt=needs(Right.LABELS_ASSIGN))
    async def label(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        segment_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Give everybody in a segment a label."""
        who.must(Right.SEGMENTS_VIEW)
        segment = await queries.one(session, who, segment_id)
        who.must(Right.CUSTOMERS_LIST)
        form = parse(AssignIn, data)
        label = await labels.one(session, form.label_id)
        members = await queries.member_ids(session, who, segment.predicate, now)
        done = await labelling.assign(session, who, members, label, form.source, now)
        return go(f"/segments/{segment_id}", summary(done, words.name(label)))
