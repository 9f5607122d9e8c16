"""Pages that bring in a ledger of outcomes: a look first, then the import."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, MultipartBody, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, refused
from gridcrm.core.i18n import ngettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.uploads import needed_upload
from gridcrm.core.who import Right, Who
from gridcrm.outcomes import importing, queries
from gridcrm.outcomes.models import OutcomeLedger

AnyRequest = Request[Any, Any, Any]


class LedgerPages(Controller):
    """A ledger of outcomes as a file."""

    path = "/outcomes/import"
    include_in_schema = False
    opt = needs(Right.OUTCOMES_VERIFY)

    @get()
    async def form(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        ledger: FromQuery[int | None] = None,
    ) -> Template:
        """Ask for a file, or show what the file just checked would do."""
        checked = await queries.ledger(session, who, ledger) if ledger else None
        return await _show(request, Form(), checked)

    @post()
    async def check(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: MultipartBody[dict[str, Any]],
    ) -> Response[Any]:
        """Check a file; nothing is claimed yet."""
        try:
            upload = await needed_upload(data)
            ledger = await importing.check(session, who, upload.filename, upload.content, now)
        except InvalidInput as error:
            return await _show(request, refused({}, error), None)
        return go(f"/outcomes/import?ledger={ledger.id}")

    @post("/commit")
    async def commit(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Claim every good row of the file that was checked."""
        ledger = await importing.commit(session, who, _number(data.get("ledger")), now)
        done = int(ledger.report["ready"])
        message = ngettext("One outcome is claimed.", "{n} outcomes are claimed.", done)
        return go(f"/outcomes/import?ledger={ledger.id}", message.format(n=f"{done:,}"))


def _number(text: object) -> int:
    if not str(text or "").isdecimal():
        raise InvalidInput({"ledger": "Check a file first."})
    return int(str(text))


async def _show(request: AnyRequest, form: Form, ledger: OutcomeLedger | None) -> Template:
    return await page(request, "outcomes/import.html", status=form.status, form=form, ledger=ledger)
