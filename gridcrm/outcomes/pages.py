"""Pages of outcomes: the list, a claim, and the second person's decision."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import N_, gettext
from gridcrm.core.pages import go, page, wants_fragment
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.verbs import verb_of
from gridcrm.core.who import Right, Who
from gridcrm.customers.products import name_of
from gridcrm.outcomes import crediting, queries, service, words
from gridcrm.outcomes.forms import ClaimIn, FilterIn, NoteIn
from gridcrm.outcomes.models import Outcome
from gridcrm.outcomes.queries import Tab
from gridcrm.outcomes.rules import Verb

AnyRequest = Request[Any, Any, Any]
_DECIDED = {
    Verb.VERIFY: N_("Verified. It counts from now on."),
    Verb.REJECT: N_("Rejected. The claimant sees your reason."),
    Verb.REVERSE: N_("Reversed. It does not count any more."),
}


class OutcomePages(Controller):
    """What customers did with us: claimed by one person, checked by another."""

    path = "/outcomes"
    include_in_schema = False

    @get(opt=needs(Right.OUTCOMES_VIEW))
    async def index(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        number: PageNumber = 1,
    ) -> Template:
        """List the outcomes of a tab that fit the filter in the address."""
        asked = request.query_params.get("tab", "")
        tab = Tab(asked) if asked in set(Tab) else _first_tab(who)
        return await _list(request, session, who, tab, number)

    @get("/mine", opt=needs(Right.OUTCOMES_CLAIM))
    async def mine(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        number: PageNumber = 1,
    ) -> Template:
        """List one's own claims, for those who see no others."""
        return await _list(request, session, who, Tab.MINE, number)

    @get("/new", opt=needs(Right.OUTCOMES_CLAIM))
    async def new(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        customer: FromQuery[str] = "",
    ) -> Template:
        """Show the form, for a customer of our records (#12) if one is named."""
        named = customer if customer.startswith("#") else ""
        return await _claim_form(request, session, who, now, Form({"customer": named}))

    @post(opt=needs(Right.OUTCOMES_CLAIM))
    async def claim(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Claim an outcome; the button beside the customer only looks them up."""
        if data.pop("step", "") == "find":
            return await _claim_form(request, session, who, now, Form(dict(data)))
        try:
            outcome = await service.claim(session, who, parse(ClaimIn, data), now)
        except (InvalidInput, RuleBroken) as error:
            return await _claim_form(request, session, who, now, refused(data, error))
        return go("/outcomes/mine", _thanks(outcome))

    @get("/{outcome_id:int}", opt=needs(Right.OUTCOMES_VIEW))
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        outcome_id: FromPath[int],
    ) -> Template:
        """Show one outcome and what can be decided about it."""
        return await _detail(request, session, who, outcome_id, Form())

    @post([f"/{{outcome_id:int}}/{verb}" for verb in Verb], opt=needs(Right.OUTCOMES_VERIFY))
    async def decide(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        outcome_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Verify a colleague's claim, reject it, or reverse what was verified, and say why."""
        verb, typed = Verb(verb_of(request)), data or {}
        try:
            note = "" if verb is Verb.VERIFY else parse(NoteIn, typed).note
            await service.decide(session, who, outcome_id, verb, now, note)
        except (InvalidInput, RuleBroken) as error:
            return await _detail(request, session, who, outcome_id, refused(typed, error))
        path = f"/outcomes/{outcome_id}" if verb is Verb.REVERSE else "/outcomes?tab=to_verify"
        return go(path, gettext(_DECIDED[verb]))


def _first_tab(who: Who) -> Tab:
    if who.may(Right.OUTCOMES_VERIFY):
        return Tab.TO_VERIFY
    return Tab.MINE if who.may(Right.OUTCOMES_CLAIM) else Tab.VERIFIED


async def _list(
    request: AnyRequest, session: AsyncSession, who: Who, tab: Tab, number: int
) -> Template:
    asked = {name: value for name, value in request.query_params.items() if value}
    given, form = _read_filter(asked)
    counts = await queries.counts(session, who, given)
    params = {name: asked[name] for name in FilterIn.model_fields if name in asked}
    path = request.url.path
    here = page_of(number, counts[tab], path, {"tab": tab} | params)
    lines = await queries.lines(session, who, tab, given, offset=here.offset, limit=here.size)
    return await page(
        request,
        "outcomes/list.html",
        status=form.status,
        lines=lines,
        page=here,
        tab=tab,
        tabs=_tabs(who, tab, counts, params),
        form=form,
        filtered=bool(params),
        **_names(),
    )


def _read_filter(asked: dict[str, str]) -> tuple[FilterIn, Form]:
    try:
        return parse(FilterIn, asked), Form(dict(asked))
    except InvalidInput as error:
        return FilterIn(), refused(asked, error)


def _tabs(
    who: Who, now_open: Tab, counts: dict[Tab, int], params: dict[str, str]
) -> list[tuple[str, str, bool, int]]:
    labels = {
        Tab.TO_VERIFY: gettext("To verify"),
        Tab.VERIFIED: gettext("Verified"),
        Tab.MINE: gettext("Mine"),
        Tab.ALL: gettext("All"),
    }
    shown = [tab for tab in Tab if tab is not Tab.MINE or who.may(Right.OUTCOMES_CLAIM)]
    return [
        (labels[tab], f"/outcomes?{urlencode({'tab': tab} | params)}", tab is now_open, counts[tab])
        for tab in shown
    ]


def _names() -> dict[str, Any]:
    return {
        "kinds": words.kinds(),
        "states": words.states(),
        "product_name": name_of,
        "kind_options": words.kind_options(),
        "product_options": words.product_options(),
    }


async def _claim_form(
    request: AnyRequest, session: AsyncSession, who: Who, now: datetime, form: Form
) -> Template:
    called = str(form.values.get("customer", "")).strip()
    customer = await queries.find_customer(session, who, called) if called else None
    zone = await crediting.zone_of(session, who.here)
    today = local_day(now, zone.key)
    found = await crediting.suggestions(session, customer, today, zone) if customer else []
    name = "outcomes/_found.html" if wants_fragment(request) else "outcomes/new.html"
    return await page(
        request,
        name,
        status=form.status,
        form=form,
        called=called,
        customer=customer,
        suggestions=found,
        counts=customer is not None and crediting.counts(customer, today),
        event_options=_event_options,
        today=today,
        **_names(),
    )


def _event_options(found: list[crediting.Suggestion]) -> list[tuple[int, str]]:
    return [(one.event_id, f"{one.title} · {one.ended_on:%m-%d}") for one in found]


async def _detail(
    request: AnyRequest, session: AsyncSession, who: Who, outcome_id: int, form: Form
) -> Template:
    line = await queries.line(session, who, outcome_id)
    return await page(
        request,
        "outcomes/detail.html",
        status=form.status,
        form=form,
        line=line,
        may_credit=crediting.may_credit(line.customer, line.outcome),
        **_names(),
    )


def _thanks(outcome: Outcome) -> str:
    if outcome.event_id is None:
        return gettext("Claimed. It credits no event; a colleague verifies it.")
    return gettext("Claimed. It counts for the event as soon as a colleague verifies it.")
