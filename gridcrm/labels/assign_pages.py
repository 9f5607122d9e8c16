"""Giving labels to people and cells, and taking them away."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import MultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, local_path, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import queries as customers
from gridcrm.customers.filters import shown_of
from gridcrm.customers.listing import matching
from gridcrm.customers.models import Customer
from gridcrm.customers.profile import show_profile
from gridcrm.grids import queries as grids
from gridcrm.labels import queries, rules, service, words
from gridcrm.labels.forms import AssignIn, BulkAssignIn, CellLabelsIn
from gridcrm.labels.on_customers import PANEL
from gridcrm.labels.service import Assigned

AnyRequest = Request[Any, Any, Any]


class CustomerLabelPages(Controller):
    """The labels of one customer."""

    path = "/customers/{customer_id:int}/labels"
    include_in_schema = False
    opt = needs(Right.LABELS_ASSIGN)

    @post()
    async def add(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Give the customer a label, with how we know."""
        customer = await customers.one(session, who, customer_id)
        try:
            form = parse(AssignIn, data)
        except InvalidInput as error:
            forms = {PANEL: refused(data, error)}
            return await show_profile(request, session, who, customer, now, forms=forms)
        rules.check_may_carry(customer.birth_year, local_day(now))
        label = await queries.one(session, form.label_id)
        done = await service.assign(session, who, [customer_id], label, form.source, now)
        return _back(who, customer_id, await _said(session, done, words.name(label)))

    @post("/{label_id:int}/remove")
    async def remove(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        label_id: FromPath[int],
    ) -> Redirect:
        """Take a label off; the page offers to put it back."""
        await service.remove(session, who, customer_id, label_id, now)
        return _back(who, customer_id)

    @post("/{label_id:int}/restore")
    async def restore(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        label_id: FromPath[int],
    ) -> Redirect:
        """Put a label back that was taken off."""
        await service.restore(session, who, customer_id, label_id, now)
        return _back(who, customer_id)


class BulkLabelPages(Controller):
    """Labels for many at once, and for cells."""

    path = "/labels"
    include_in_schema = False
    opt = needs(Right.LABELS_ASSIGN)

    @post("/assign")
    async def assign(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Give the people picked in a list, or everybody whom its filter finds, a label."""
        try:
            form = parse(BulkAssignIn, data)
        except InvalidInput:
            return go(local_path(data.get("back")), gettext("Choose a label first."), "warn")
        label = await queries.one(session, form.label_id)
        chosen = await _chosen(session, who, form, now)
        done = await service.assign(session, who, chosen, label, form.source, now)
        return go(local_path(form.back), summary(done, words.name(label)))

    @get("/cells/{cell_id:int}")
    async def cell_form(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        cell_id: FromPath[int],
    ) -> Template:
        """Show which labels a cell has by hand."""
        chosen = (await queries.on_cells(session, [cell_id])).get(cell_id, [])
        form = Form({"label_id": [label.id for label in chosen]})
        return await _cell(request, session, who, cell_id, form)

    @post("/cells/{cell_id:int}")
    async def on_cell(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        cell_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Say by hand which labels a cell has."""
        try:
            form = parse(CellLabelsIn, data)
        except InvalidInput as error:
            return await _cell(request, session, who, cell_id, refused(data, error))
        await service.set_on_cell(session, who, cell_id, form.label_id)
        return go(f"/labels/cells/{cell_id}", gettext("The labels of the cell are saved."))


def summary(done: Assigned, label: str) -> str:
    """Return what became of giving many people a label."""
    given = ngettext(
        "{n} person has the label {label} now.",
        "{n} people have the label {label} now.",
        done.given,
    ).format(n=f"{done.given:,}", label=label)
    if not done.left_out:
        return given
    left_out = ngettext("{n} was left out.", "{n} were left out.", done.left_out)
    return f"{given} {left_out.format(n=f'{done.left_out:,}')}"


async def _chosen(session: AsyncSession, who: Who, form: BulkAssignIn, now: datetime) -> list[int]:
    if not form.whole:
        return form.customer_id
    shown = shown_of(MultiDict(parse_qsl(urlsplit(form.back).query)))
    fitting = matching(who, shown.given, shown.facets, now).with_only_columns(col(Customer.id))
    return list(await session.exec(fitting))  # type: ignore[call-overload]


async def _cell(
    request: AnyRequest, session: AsyncSession, who: Who, cell_id: int, form: Form
) -> Template:
    cell = await grids.cell(session, who, cell_id)
    options = words.leaf_options(await queries.tree(session))
    return await page(
        request, "labels/cell.html", status=form.status, cell=cell, form=form, options=options
    )


async def _said(session: AsyncSession, done: Assigned, label: str) -> str:
    if not done.given:
        return gettext("{label} was left out: eight labels are surer.").format(label=label)
    said = [gettext("{label} is noted.").format(label=label)]
    for label_id in done.dropped_ids:
        gone = words.name(await queries.one(session, label_id))
        text = gettext("{label} was dropped: a person has eight labels at most.")
        said.append(text.format(label=gone))
    return " ".join(said)


def _back(who: Who, customer_id: int, said: str = "") -> Redirect:
    may_open = who.may(Right.CUSTOMERS_LIST)
    return go(f"/customers/{customer_id}" if may_open else "/customers/lookup", said)
