"""Pages that change one customer: take in, edit, look after, hand back, do not contact."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput, NotFound
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, local_path, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import queries, service, words
from gridcrm.customers.forms import ContactIn, CustomerEdit, CustomerIn, Gender, OwnerIn, PickedIn
from gridcrm.customers.models import Customer, Tier
from gridcrm.customers.profile import show_profile

AnyRequest = Request[Any, Any, Any]
_FEN_PER_YUAN = 100


class EditPages(Controller):
    """What may be changed about a customer."""

    path = "/customers"
    include_in_schema = False
    opt = needs(Right.CUSTOMERS_EDIT)

    @get("/new")
    async def new(self, request: AnyRequest) -> Template:
        """Show the empty form."""
        return await _form(request, Form(), None)

    @post("/new")
    async def add(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Take somebody in."""
        try:
            customer = await service.add(session, who, parse(CustomerIn, data), now)
        except InvalidInput as error:
            return await _form(request, refused(data, error), None)
        return await _onward(session, who, customer, gettext("The customer is taken in."))

    @get("/{customer_id:int}/edit")
    async def edit(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        customer_id: FromPath[int],
    ) -> Template:
        """Show the form; name, phone and building stay hidden in it."""
        customer = await queries.one(session, who, customer_id)
        return await _form(request, Form(_entered(customer)), customer)

    @post("/{customer_id:int}/edit")
    async def change(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Change a customer."""
        customer = await queries.one(session, who, customer_id)
        try:
            form = parse(CustomerEdit, data)
            await service.change(session, who, customer_id, form, now)
        except InvalidInput as error:
            return await _form(request, refused(data, error), customer)
        return await _onward(session, who, customer, gettext("The changes are saved."))

    @post("/{customer_id:int}/claim")
    async def claim(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Look after a customer, or hand them to a colleague."""
        customer = await queries.one(session, who, customer_id)
        try:
            owner_id = parse(OwnerIn, data).owner_id
            await service.claim(session, who, customer_id, owner_id, now)
        except InvalidInput as error:
            forms = {"owner": refused(data, error)}
            return await show_profile(request, session, who, customer, now, forms=forms)
        return await _onward(session, who, customer, gettext("It is kept who looks after them."))

    @post("/owner")
    async def claim_many(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Look after people picked in the list, or hand them to a colleague."""
        form = parse(PickedIn, data)
        done, left_out = await service.claim_many(
            session, who, form.customer_id, form.owner_id, now
        )
        said = ngettext("{n} person is handed over.", "{n} people are handed over.", done)
        said = said.format(n=f"{done:,}")
        if left_out:
            others = gettext("{n} stay as they were: a colleague looks after them.")
            said = f"{said} {others.format(n=f'{left_out:,}')}"
        return go(local_path(form.back), said)

    @post("/{customer_id:int}/release")
    async def release(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
    ) -> Redirect:
        """Hand a customer back."""
        customer = await service.release(session, who, customer_id, now)
        return await _onward(session, who, customer, gettext("Nobody looks after them now."))

    @post("/{customer_id:int}/contact")
    async def contact(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Keep, or take back, that a customer is not to be contacted."""
        await queries.one(session, who, customer_id)
        on = parse(ContactIn, data).do_not_contact
        customer = await service.set_do_not_contact(session, who, customer_id, now, on=on)
        done = (
            gettext("Nobody contacts them from now on.")
            if on
            else gettext("Contact is open again.")
        )
        return await _onward(session, who, customer, done)


async def _onward(session: AsyncSession, who: Who, customer: Customer, message: str) -> Redirect:
    """Go to the customer, or to the list if this person may no longer see them."""
    try:
        await queries.one(session, who, int(customer.id or 0))
    except NotFound:
        return go("/customers", message)
    return go(f"/customers/{customer.id}", message)


async def _form(request: AnyRequest, form: Form, customer: Customer | None) -> Template:
    return await page(
        request,
        "customers/edit.html",
        status=form.status,
        form=form,
        customer=customer,
        genders=words.options(Gender),
        tiers=words.options(Tier),
    )


def _entered(customer: Customer) -> dict[str, Any]:
    """Return what the form shows of a customer: nothing that is masked elsewhere."""
    names = CustomerEdit.model_fields.keys() - {"name", "phone", "building", "no_phone", "aum_yuan"}
    values = {name: getattr(customer, name) for name in names}
    values["aum_yuan"] = _yuan(customer.aum_fen)
    values["has_child"] = {True: "1", False: "0", None: ""}[customer.has_child]
    return {name: "" if value is None else value for name, value in values.items()}


def _yuan(fen: int | None) -> str:
    return "" if fen is None else f"{fen / _FEN_PER_YUAN:.2f}".removesuffix(".00")
