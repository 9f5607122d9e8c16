"""One customer's page: what is known, what other domains add, and what may be done."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar import Request
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import page
from gridcrm.core.tables import stored
from gridcrm.core.who import Right, Who
from gridcrm.customers import catchment, products, queries, registry, rules, words
from gridcrm.customers.models import Customer, RevealReason
from gridcrm.customers.registry import Entry
from gridcrm.grids import queries as grids


async def show_profile(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    who: Who,
    customer: Customer,
    now: datetime,
    *,
    forms: Mapping[str, Form] | None = None,
    revealed: bool = False,
) -> Template:
    """Show a customer; `forms` are those that come back, by the key of their panel.

    Forms of other domains end here too, also of roles that may not open customers.
    """
    forms = forms or {}
    _must_open(who, forms)
    context = await _known(session, who, customer, now)
    panels = await registry.panels(session, who, customer, now)
    return await page(
        request,
        "customers/profile.html",
        status=422 if any(form.errors for form in forms.values()) else 200,
        customer=customer,
        revealed=revealed,
        forms=forms,
        panels=panels,
        timeline=await registry.timeline(session, who, customer),
        word=words.word,
        reasons=words.options(RevealReason),
        **context,
    )


async def card_names(session: AsyncSession, who: Who, customer: Customer) -> dict[str, str | None]:
    """Return the names of the cell that holds a customer and of who looks after them."""
    cell = await grids.cell(session, who, customer.cell_id) if customer.cell_id else None
    staff = await accounts.staff_names(session, customer.branch_id)
    owner = staff.get(customer.owner_id) if customer.owner_id else None
    return {"cell_name": cell.name if cell else None, "owner_name": owner}


async def timeline(session: AsyncSession, who: Who, customer: Customer) -> list[Entry]:
    """Return when a customer was taken in, and who saw their name and phone whole, and why."""
    taken_in = Entry(customer.created_at, "user-plus", gettext("Taken in"))
    staff = await accounts.staff_names(session, customer.branch_id)
    text = gettext("{name} saw name and phone: {reason}")
    elsewhere = gettext("Somebody from outside the branch")
    seen = [
        Entry(
            at=reveal.at,
            icon="eye",
            text=text.format(
                name=staff.get(reveal.user_id, elsewhere), reason=words.word(reveal.reason)
            ),
        )
        for reveal in await queries.reveals(session, customer.id or 0)
        if who.may(Right.CUSTOMERS_REVEAL)
    ]
    return [*seen, taken_in]


def _must_open(who: Who, forms: Mapping[str, Form]) -> None:
    """Let somebody who may not open customers know what is wrong with their form, and no more."""
    wrong = {name: text for form in forms.values() for name, (text, *_) in form.errors.items()}
    if wrong and not who.may(Right.CUSTOMERS_LIST):
        raise InvalidInput(wrong)
    who.must(Right.CUSTOMERS_LIST)


async def _known(
    session: AsyncSession, who: Who, customer: Customer, now: datetime
) -> dict[str, Any]:
    branch = await branches.here(session, who)
    today = local_day(now, branch.time_zone)
    held = await queries.holdings(session, stored(customer.id))
    standing = rules.lifecycle_of(
        customer.opened_on,
        customer.last_active_on,
        customer.lifecycle,
        today,
        holds_product=bool(held or customer.aum_fen),
    )
    staff = await accounts.staff_names(session, who.here)
    cell = await grids.cell(session, who, customer.cell_id) if customer.cell_id else None
    return {
        "standing": standing,
        "age": rules.age_band(customer.birth_year, today),
        "holdings": held,
        "product_name": products.name_of,
        "staff": staff,
        "cell": cell,
        "stands": await catchment.standing(session, branch),
        "today": today,
        "sees_money": who.may(Right.CUSTOMERS_REVEAL),
        "may_hand_over": rules.may_hand_over(who),
        "colleagues": [
            (str(user.id), user.display_name)
            for user in await accounts.staff(session, who.here)
            if user.id != customer.owner_id
        ],
    }
