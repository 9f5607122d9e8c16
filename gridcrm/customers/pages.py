"""Pages that show customers: the list, one customer, and the look-up by phone number."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.pages import page
from gridcrm.core.paging import PageNumber
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import service, words
from gridcrm.customers.filters import list_view
from gridcrm.customers.forms import LookupIn, RevealIn
from gridcrm.customers.profile import card_names, show_profile
from gridcrm.customers.queries import one

AnyRequest = Request[Any, Any, Any]


class CustomerPages(Controller):
    """The customers of the branch at hand, as far as this person may see them."""

    path = "/customers"
    include_in_schema = False
    opt = needs(Right.CUSTOMERS_LIST)

    @get()
    async def index(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        number: PageNumber = 1,
    ) -> Template:
        """List the customers that fit the filter in the address."""
        view = await list_view(session, who, request.query_params, now, number)
        return await page(request, "customers/list.html", word=words.word, **view)

    @get("/{customer_id:int}")
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
    ) -> Template:
        """Show one customer, name and phone masked."""
        customer = await one(session, who, customer_id)
        return await show_profile(request, session, who, customer, now)

    @post("/{customer_id:int}/reveal", opt=needs(Right.CUSTOMERS_REVEAL), status_code=200)
    async def reveal(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Template:
        """Show the name and the phone number whole, this once and with a reason."""
        customer = await one(session, who, customer_id)
        try:
            reason = parse(RevealIn, data).reason
        except InvalidInput as error:
            forms = {"reveal": refused(data, error)}
            return await show_profile(request, session, who, customer, now, forms=forms)
        await service.reveal(session, who, customer_id, reason, now)
        return await show_profile(request, session, who, customer, now, revealed=True)


class LookupPages(Controller):
    """Finding one customer by a whole phone number, without a list."""

    path = "/customers/lookup"
    include_in_schema = False
    opt = needs(Right.CUSTOMERS_LOOKUP)

    @get()
    async def form(self, request: AnyRequest) -> Template:
        """Show the empty field."""
        return await _lookup(request, Form())

    @post(status_code=200)
    async def look_up(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Template:
        """Show the card of the customer with this number, if there is one."""
        try:
            phone = parse(LookupIn, data).phone
        except InvalidInput as error:
            return await _lookup(request, refused(data, error))
        found = await service.look_up(session, who, phone)
        names = await card_names(session, who, found) if found else {}
        form = Form({"phone": data.get("phone", "")})
        return await _lookup(request, form, asked=True, found=found, **names)


async def _lookup(request: AnyRequest, form: Form, **shown: object) -> Template:
    blank = {"asked": False, "found": None, "word": words.word}
    status = form.status
    return await page(request, "customers/lookup.html", status=status, form=form, **(blank | shown))
