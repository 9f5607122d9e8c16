"""Pages that put people on the ground: the queue of those without a place, and the pin."""

from datetime import datetime
from functools import partial
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.branches import queries as branches
from gridcrm.branches.rules import home
from gridcrm.branches.showing import datums
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import communities, placing, queries, remembering, service
from gridcrm.customers.directions import seen_from
from gridcrm.customers.forms import CommunitiesIn, CommunityIn, PositionIn, UndoIn
from gridcrm.customers.models import Customer
from gridcrm.customers.waiting import waiting

AnyRequest = Request[Any, Any, Any]
_LATEST = 3
_QUEUE = "/customers/unplaced"


class PlacingPages(Controller):
    """Where people live."""

    path = "/customers"
    include_in_schema = False
    opt = needs(Right.CUSTOMERS_EDIT)

    @get("/unplaced")
    async def queue(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Show who has no place yet."""
        here = home(await branches.here(session, who))
        return await page(
            request,
            "customers/unplaced.html",
            waiting=await waiting(session, who),
            decisions=await remembering.decisions(session, who, _LATEST),
            together=await remembering.decided_together(session, who),
            where=partial(seen_from, here),
        )

    @post("/unplaced")
    async def accept(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Put everybody of a community at the place that was guessed."""
        people = await communities.place(session, who, [parse(CommunityIn, data)], now)
        return go(_QUEUE, _placed(people))

    @post("/unplaced/all")
    async def accept_all(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Put the people of all ticked communities at the places that were ticked for them."""
        chosen = parse(CommunitiesIn, data).chosen
        people = await communities.place(session, who, chosen, now)
        return go(_QUEUE, _placed(people) if chosen else gettext("Tick a name first."))

    @post("/unplaced/undo")
    async def undo(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Take back all names that were decided together."""
        at = parse(UndoIn, data).decided_at
        people = await remembering.take_all_back(session, who, at, now)
        words = ngettext(
            "{n} person waits for a place again.", "{n} people wait for a place again.", people
        )
        return go(_QUEUE, words.format(n=f"{people:,}"))

    @get("/surroundings.json")
    async def surroundings(
        self, session: NamedDependency[AsyncSession], who: NamedDependency[Who]
    ) -> Response[bytes]:
        """Return the published cells and the communities around the branch, for the pin."""
        content = await placing.surroundings(session, who)
        return Response(content, media_type="application/json")

    @get("/{customer_id:int}/position")
    async def position(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        customer_id: FromPath[int],
        back: FromQuery[str] = "",
    ) -> Template:
        """Show the pin, where it is or where the branch is."""
        customer = await queries.one(session, who, customer_id)
        return await _pin(request, session, who, customer, _start(customer), back)

    @post("/{customer_id:int}/position")
    async def set_position(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Put the customer where the pin is, and go back to where somebody came from."""
        back = data.pop("back", "")
        customer = await queries.one(session, who, customer_id)
        try:
            form = parse(PositionIn, data)
            people = await service.set_position(session, who, customer_id, form, now)
        except InvalidInput as error:
            return await _pin(request, session, who, customer, refused(data, error), back)
        done = _placed(people)
        if customer.cell_id is None:
            done = gettext("The place is kept; no published cell holds it.")
        return go(_QUEUE if back == _QUEUE else f"/customers/{customer_id}", done)


def _placed(people: int) -> str:
    words = ngettext("{n} person is placed.", "{n} people are placed.", people)
    return words.format(n=f"{people:,}")


def _start(customer: Customer) -> Form:
    """Return the form with the stored position, in WGS 84 like the map."""
    values: dict[str, Any] = {"datum": Datum.WGS84.value}
    if customer.lon is not None:
        return Form(values | {"lon": round(customer.lon, 6), "lat": round(customer.lat or 0, 6)})
    return Form(values | {"whole_community": "1" if customer.community else ""})


async def _pin(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    customer: Customer,
    form: Form,
    back: str,
) -> Template:
    return await page(
        request,
        "customers/position.html",
        status=form.status,
        form=form,
        customer=customer,
        home=await branches.here(session, who),
        back=_QUEUE if back == _QUEUE else "",
        datums=datums(),
    )
