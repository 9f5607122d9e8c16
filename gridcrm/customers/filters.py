"""What the page with the list of customers shows: rows, filters, and what they can be set to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from litestar.datastructures import MultiDict
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.core.days import local_day
from gridcrm.core.forms import Form, parse
from gridcrm.core.i18n import gettext
from gridcrm.core.paging import page_of
from gridcrm.core.who import Right, Who
from gridcrm.customers import registry, showing, words
from gridcrm.customers.listing import FilterIn, Owner, find
from gridcrm.customers.models import Lifecycle, Tier
from gridcrm.customers.rules import AgeBand, age_band, may_hand_over
from gridcrm.customers.showing import Shown
from gridcrm.grids import queries as grids

Options = dict[str, list[tuple[str, str]]]


async def list_view(
    session: AsyncSession, who: Who, query: MultiDict[Any], now: datetime, number: int
) -> dict[str, Any]:
    """Return everything that the list's template needs for the filter in an address."""
    shown = shown_of(query)
    found = await find(session, who, shown.given, shown.facets, now, number=number)
    options = await _options(session, who)
    today = local_day(now)
    bulk = await registry.bulk(session, who)
    return {
        "shown": shown,
        "rows": found.rows,
        "page": page_of(number, found.total, showing.PATH, shown.params),
        "head": showing.head(shown, picking=bool(bulk)),
        "chips": showing.chips(shown, _words(shown, options)),
        "column_choices": showing.column_choices(),
        "options": options,
        "facets": registry.facets(),
        "bulk": bulk,
        "form": Form(shown.params),
        "whole_only": not who.may(Right.CUSTOMERS_REVEAL),
        "age_of": lambda year: age_band(year, today),
    }


def shown_of(query: MultiDict[Any]) -> Shown:
    """Read a filter from an address; refuse values that are in no list."""
    single = {key: query[key] for key in query}
    known = {facet.key for facet in registry.facets()}
    return Shown(
        given=parse(FilterIn, single),
        facets={key: value for key, value in single.items() if key in known},
        columns=showing.columns_of(query.getall("cols", [])),
    )


async def hand_over_part(session: AsyncSession, who: Who) -> registry.BulkPart | None:
    """Return the part that gives picked people to a colleague, or takes them on."""
    if not who.may(Right.CUSTOMERS_EDIT):
        return None
    staff = await accounts.staff(session, who.here) if may_hand_over(who) else []
    others = [(str(user.id), user.display_name) for user in staff if user.id != who.user_id]
    return registry.BulkPart("customers/_bulk_owner.html", {"colleagues": others})


async def _options(session: AsyncSession, who: Who) -> Options:
    """Return what each filter can be set to; one statement for each list that is stored."""
    staff = await accounts.staff(session, who.here)
    cells = await grids.published_rows(session, who.here)
    own = [(str(Owner.ME), gettext("Me")), (str(Owner.NOBODY), gettext("Nobody"))]
    stored: Options = {
        "owner": own + [(str(user.id), user.display_name) for user in staff],
        "cell": [(str(cell.id), cell.name) for cell in cells],
        "tier": words.options(Tier),
        "lifecycle": words.options(Lifecycle),
        "age": [(band, band) for band in AgeBand],
    }
    return stored | {facet.key: await facet.options(session, who) for facet in registry.facets()}


def _words(shown: Shown, options: Mapping[str, list[tuple[str, str]]]) -> dict[str, str]:
    found = {
        key: dict(choices)[str(value)]
        for key, value in shown.params.items()
        if (choices := options.get(key)) and str(value) in dict(choices)
    }
    if shown.given.q:
        found["q"] = gettext("“{words}”").format(words=shown.given.q)
    if shown.given.do_not_contact:
        found["do_not_contact"] = gettext("Do not contact")
    return found
