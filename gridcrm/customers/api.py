"""Customers for programs: masked like on the pages, and brought in by file."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.branches import queries as branches
from gridcrm.core.days import local_day
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput
from gridcrm.core.paging import PAGE_SIZE
from gridcrm.core.policy import needs
from gridcrm.core.uploads import Upload, needed_upload
from gridcrm.core.who import Right, Who
from gridcrm.customers import imports, queries
from gridcrm.customers.filters import shown_of
from gridcrm.customers.imports import Choice
from gridcrm.customers.listing import find
from gridcrm.customers.out import CustomerOut, CustomersOut, ImportOut
from gridcrm.customers.profile import card_names

AnyRequest = Request[Any, Any, Any]
_LARGEST_PAGE = 500


class CustomerApi(Controller):
    """The customers that a person may see."""

    path = "/customers"
    tags = ("customers",)
    opt = needs(Right.CUSTOMERS_LIST)

    @get()
    async def customers(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        page: FromQuery[int] = 1,
        size: FromQuery[int] = PAGE_SIZE,
    ) -> CustomersOut:
        """List customers, a page at a time.

        Filters as on the page: q (a whole phone or number, a name), cell, community, tier,
        lifecycle, age, owner (a user's number, me or nobody), source, unplaced, do_not_contact,
        label, consent; sort is one of created, distance, active, tier, with a minus to turn it.
        """
        size = min(max(1, size), _LARGEST_PAGE)
        shown = shown_of(request.query_params)
        found = await find(session, who, shown.given, shown.facets, now, number=page, size=size)
        today = local_day(now)
        return CustomersOut(
            total=found.total,
            page=found.number,
            pages=found.pages,
            items=[
                CustomerOut.of(person, cell, owner, today) for person, cell, owner in found.rows
            ],
        )

    @get("/{customer_id:int}")
    async def customer(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
    ) -> CustomerOut:
        """Return one customer."""
        found = await queries.one(session, who, customer_id)
        names = await card_names(session, who, found)
        return CustomerOut.of(found, names["cell_name"], names["owner_name"], local_day(now))


class ImportApi(Controller):
    """Files of customers from other systems."""

    path = "/branches"
    tags = ("customers",)
    opt = needs(Right.CUSTOMERS_IMPORT)

    @post("/{code:str}/customers:import", status_code=200)
    async def import_file(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        code: FromPath[str],
        dry_run: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        datum: FromQuery[Datum] = Datum.WGS84,
        sheet: FromQuery[str] = "",
    ) -> ImportOut:
        """Bring a file in, as multipart form data (`file`) or as a body of text/csv.

        All good rows are taken in together; refused rows come back with line, column, reason and
        remedy. With dry_run=true nothing is stored. The same file again changes nothing.
        """
        there = replace(who, branch_id=(await branches.by_code(session, who, code)).id)
        upload, choice = await _upload(request), Choice(datum, sheet)
        async with database.read() as reading:
            examined = await imports.examine(reading, there, upload, choice, now)
        if dry_run:
            return ImportOut.of(await imports.preview(session, there, examined, now), dry_run=True)
        report = await imports.take_in(session, there, upload, choice, examined, now)
        return ImportOut.of(report, dry_run=False)


async def _upload(request: AnyRequest) -> Upload:
    kind, _params = request.content_type
    if kind == "multipart/form-data":
        return await needed_upload(dict(await request.form()))
    content = await request.body()
    if not content:
        raise InvalidInput({"file": "Send a file: as multipart form data, or as text/csv."})
    return Upload("upload.csv", content)
