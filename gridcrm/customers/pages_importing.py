"""Pages that bring a file of customers in: choose, check, correct, take in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.branches import datum_shown
from gridcrm.branches.forms import DatumIn
from gridcrm.branches.showing import datums
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotFound
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.uploads import needed_upload
from gridcrm.core.who import Right, Who
from gridcrm.customers import imports, queries, reports, words
from gridcrm.customers.cells import ValueClass
from gridcrm.customers.columns import Field
from gridcrm.customers.forms import FileIn
from gridcrm.customers.imports import Choice
from gridcrm.customers.models import ImportFile, PlacedBy

AnyRequest = Request[Any, Any, Any]
_COLUMN = "column-{}"


class ImportPages(Controller):
    """Files of customers for the branch at hand."""

    path = "/customers"
    include_in_schema = False
    opt = needs(Right.CUSTOMERS_IMPORT)

    @get("/import")
    async def form(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Show where to choose a file, and the files brought before."""
        return await _start(request, session, who, Form({"datum": Datum.GCJ02.value}))

    @post("/import")
    async def upload(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: MultipartBody[dict[str, Any]],
    ) -> Response[Any]:
        """Check a file and store it; nothing is taken in yet."""
        try:
            upload = await needed_upload(data)
            said = parse(FileIn, data)
            choice = Choice(said.datum, said.sheet)
            async with database.read() as reading:
                examined = await imports.examine(reading, who, upload, choice, now)
            file = await imports.keep(session, who, upload, choice, examined, now)
        except InvalidInput as error:
            return await _start(request, session, who, refused(data, error))
        return go(f"/customers/imports/{file.id}")

    @get("/imports/{import_id:int}")
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        import_id: FromPath[int],
    ) -> Template:
        """Show what a file would do, or did."""
        file = await queries.import_file(session, who, import_id)
        return await _file(request, session, who, file, Form())

    @post("/imports/{import_id:int}/check")
    async def check(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        import_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Check the file again, as somebody now says its columns are to be read."""
        async with database.read() as reading:
            file = await imports.open_file(reading, who, import_id)
            try:
                choice = _choice(file, data)
                upload = imports.upload_of(file)
                examined = await imports.examine(reading, who, upload, choice, now)
            except InvalidInput as error:
                return await _file(request, session, who, file, refused(data, error))
        await imports.check_again(session, who, import_id, choice, examined, now)
        return go(f"/customers/imports/{import_id}", gettext("The file is checked again."))

    @post("/imports/{import_id:int}/datum")
    async def answer(
        self,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        import_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Check the file again, with positions read in the datum that somebody says they are in."""
        async with database.read() as reading:
            file = await imports.open_file(reading, who, import_id)
            said = parse(DatumIn, data)
            choice = imports.choice_of(file).answering(said.said, said.datum)
            examined = await imports.examine(reading, who, imports.upload_of(file), choice, now)
        await imports.check_again(session, who, import_id, choice, examined, now)
        return go(f"/customers/imports/{import_id}")

    @post("/imports/{import_id:int}/commit")
    async def commit(
        self,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        import_id: FromPath[int],
    ) -> Redirect:
        """Take the file in; it is read before the turn to write is taken."""
        async with database.read() as reading:
            file = await imports.open_file(reading, who, import_id)
            examined = await imports.examine(
                reading, who, imports.upload_of(file), imports.choice_of(file), now
            )
        taken = await imports.commit(session, who, import_id, examined, now)
        new, changed = len(taken.differences.new), len(taken.differences.changed)
        if new + changed == 0:
            return go(f"/customers/imports/{import_id}", gettext("Nothing had to be changed."))
        message = ngettext("{n} person is taken in.", "{n} people are taken in.", new + changed)
        return go(f"/customers/imports/{import_id}", message.format(n=f"{new + changed:,}"))

    @get("/imports/{import_id:int}/refused.csv")
    async def refused_rows(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        import_id: FromPath[int],
    ) -> Response[bytes]:
        """Hand out the rows that stay out, as they came and with the reasons."""
        content = await imports.refused_rows(session, who, import_id, now)
        if content is None:
            raise NotFound("There are no refused rows to download.")
        name = f'attachment; filename="refused-{import_id}.csv"'
        return Response(
            content, media_type="text/csv; charset=utf-8", headers={"Content-Disposition": name}
        )


def _choice(file: ImportFile, data: Mapping[str, Any]) -> Choice:
    given = {key: value for key, value in data.items() if not key.startswith("column-")}
    said = parse(FileIn, given)
    columns = file.report.get("columns", [])
    if not columns or (said.sheet and said.sheet != file.sheet):
        return Choice(said.datum, said.sheet)
    mapping = {}
    for index, column in enumerate(columns):
        name = data.get(_COLUMN.format(index), "")
        mapping[column] = Field(name) if name in set(Field) else None
    return Choice(said.datum, said.sheet, mapping)


async def _start(request: AnyRequest, session: AsyncSession, who: Who, form: Form) -> Template:
    return await page(
        request,
        "customers/import.html",
        status=form.status,
        form=form,
        files=await queries.import_files(session, who),
        datums=datums(),
    )


async def _file(
    request: AnyRequest, session: AsyncSession, who: Who, file: ImportFile, form: Form
) -> Template:
    return await page(
        request,
        "customers/import_file.html",
        status=form.status,
        form=form,
        file=file,
        report=file.report,
        before=await queries.taken_before(session, who, file),
        said=reports.said,
        doubts=datum_shown.shown(file.report),
        fields=words.options(Field),
        datums=datums(),
        kinds=dict(words.options(ValueClass)),
        placed_by=dict(words.options(PlacedBy)),
        column_name=_COLUMN.format,
    )
