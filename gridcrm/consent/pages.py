"""What a person agrees to, on their page: record it, take it back in one step."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent import service
from gridcrm.consent.forms import ConsentIn, WithdrawIn
from gridcrm.consent.models import ConsentState, Purpose
from gridcrm.consent.on_customers import PANEL
from gridcrm.consent.words import word
from gridcrm.core.errors import InvalidInput, NotFound
from gridcrm.core.forms import parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import queries as customers
from gridcrm.customers.profile import show_profile


class ConsentPages(Controller):
    """A customer's statements."""

    path = "/customers/{customer_id:int}/consents"
    include_in_schema = False
    opt = needs(Right.CUSTOMERS_EDIT)

    @post()
    async def record(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Keep what a person said about a purpose."""
        customer = await customers.one(session, who, customer_id)
        try:
            form = parse(ConsentIn, data)
            await service.record(
                session,
                who,
                customer_id,
                form.purpose,
                ConsentState(form.state),
                form.how,
                now,
                notice_version=form.notice_version,
                expires_on=form.expires_on,
            )
        except InvalidInput as error:
            forms = {PANEL: refused(data, error)}
            return await show_profile(request, session, who, customer, now, forms=forms)
        message = gettext("Kept: {purpose}.").format(purpose=word(form.purpose))
        return go(f"/customers/{customer_id}#panel-{PANEL}", message)

    @post("/{purpose:str}/withdraw")
    async def withdraw(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer_id: FromPath[int],
        purpose: FromPath[str],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Take a consent back; it counts at once."""
        if purpose not in set(Purpose):
            raise NotFound
        how = parse(WithdrawIn, data).how
        await service.withdraw(session, who, customer_id, Purpose(purpose), how, now)
        message = gettext("Withdrawn, from this moment: {purpose}.")
        said = message.format(purpose=word(Purpose(purpose)))
        return go(f"/customers/{customer_id}#panel-{PANEL}", said)
