"""What is done to one customer: adding, changing, looking after, showing, placing."""

from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import LonLat
from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import position
from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import N_
from gridcrm.core.who import Who
from gridcrm.customers import communities, placing, queries, remembering, rules
from gridcrm.customers.forms import (
    CustomerBase,
    CustomerEdit,
    CustomerIn,
    PositionIn,
)
from gridcrm.customers.intake import import_rows
from gridcrm.customers.models import Customer, PlacedBy, Reveal, RevealReason
from gridcrm.customers.placing import Group
from gridcrm.customers.publishing import lock_branch, publish_plan

__all__ = [
    "add",
    "change",
    "claim",
    "claim_many",
    "import_rows",
    "look_up",
    "publish_plan",
    "release",
    "reveal",
    "set_do_not_contact",
    "set_position",
]

_KEPT_IF_EMPTY = ("name", "phone", "building")


async def add(session: AsyncSession, who: Who, form: CustomerIn, now: datetime) -> Customer:
    """Take in a customer or prospect of one's branch; a grid officer looks after them at once."""
    if form.community:
        await lock_branch(session, who.here)
    branch = await branches.here(session, who)
    await _check_free(session, who, form, None)
    customer = Customer(
        branch_id=who.here,
        name=form.name,
        phone=form.phone,
        building=form.building,
        owner_id=who.user_id if rules.looks_after_own(who) else None,
        created_at=now,
        updated_at=now,
        **_values(form),
    )
    _derive(customer, branch, now, holds_product=False)
    session.add(customer)
    await session.flush()
    await _place_by_community(session, branch, customer, now)
    audit.record(session, who, "customer_add", ("customer", customer.id))
    return customer


async def change(
    session: AsyncSession, who: Who, customer_id: int, form: CustomerEdit, now: datetime
) -> Customer:
    """Change a customer; what was not shown whole stays unless something new is given."""
    customer = await queries.one(session, who, customer_id)
    if form.community != customer.community:
        await lock_branch(session, who.here)
    branch = await branches.here(session, who)
    await _check_free(session, who, form, customer_id)
    values = _values(form) | {
        key: value for key in _KEPT_IF_EMPTY if (value := getattr(form, key)) is not None
    }
    if form.no_phone:
        values["phone"] = None
    changed = sorted(key for key, value in values.items() if getattr(customer, key) != value)
    customer.sqlmodel_update(values | {"updated_at": now})
    held = await queries.holdings(session, customer_id)
    _derive(customer, branch, now, holds_product=bool(held))
    session.add(customer)
    await session.flush()
    if "community" in changed and customer.placed_by in (None, PlacedBy.COMMUNITY):
        await _place_by_community(session, branch, customer, now)
    if changed:
        audit.record(session, who, "customer_change", ("customer", customer_id), fields=changed)
    return customer


async def claim(
    session: AsyncSession, who: Who, customer_id: int, owner_id: int | None, now: datetime
) -> Customer:
    """Look after a customer nobody looks after; who leads others may also hand customers over."""
    customer = await _held(session, who, customer_id)
    owner_id = await _new_owner(session, who, owner_id)
    if customer.owner_id not in (None, who.user_id):
        rules.check_may_hand_over(who)
    return await _give(session, who, customer, owner_id, now)


async def claim_many(
    session: AsyncSession, who: Who, picked: list[int], owner_id: int | None, now: datetime
) -> tuple[int, int]:
    """Do the same for people picked in a list; return how many it was done for, and how many not."""
    owner_id = await _new_owner(session, who, owner_id)
    found = queries.visible(who).where(col(Customer.id).in_(picked)).order_by(col(Customer.id))
    people = list(await session.exec(found.with_for_update(of=Customer, key_share=True)))
    free = (None, who.user_id)
    mine = [p for p in people if rules.may_hand_over(who) or p.owner_id in free]
    for customer in mine:
        await _give(session, who, customer, owner_id, now)
    return len(mine), len(set(picked)) - len(mine)


async def release(session: AsyncSession, who: Who, customer_id: int, now: datetime) -> Customer:
    """Stop looking after a customer, so that a colleague can."""
    customer = await _held(session, who, customer_id)
    if customer.owner_id != who.user_id:
        rules.check_may_hand_over(who)
    return await _give(session, who, customer, None, now)


async def set_do_not_contact(
    session: AsyncSession, who: Who, customer_id: int, now: datetime, *, on: bool
) -> Customer:
    """Keep, or take back, that a customer is not to be contacted at all."""
    customer = await queries.one(session, who, customer_id)
    customer.do_not_contact, customer.updated_at = on, now
    session.add(customer)
    await session.flush()
    audit.record(session, who, "customer_do_not_contact", ("customer", customer_id), on=on)
    return customer


async def reveal(
    session: AsyncSession, who: Who, customer_id: int, reason: RevealReason, now: datetime
) -> Customer:
    """Return a customer whose name and phone may be shown whole this once."""
    customer = await queries.one(session, who, customer_id)
    await accounts.take_turns(session, who)
    seen = await queries.reveals_within_the_hour(session, who.user_id, now)
    if not rules.may_reveal_again(seen):
        raise RuleBroken(
            "You have looked at {n} names and phones within an hour. Go on in a while.", n=seen
        )
    session.add(Reveal(customer_id=customer_id, user_id=who.user_id, reason=reason, at=now))
    await session.flush()
    audit.record(session, who, "customer_reveal", ("customer", customer_id), reason=reason)
    return customer


async def look_up(session: AsyncSession, who: Who, phone: str) -> Customer | None:
    """Return the one customer with exactly this phone number; the attempt is kept either way."""
    customer = await queries.by_phone(session, who, phone)
    found = ("customer", customer.id if customer else "none")
    audit.record(session, who, "customer_lookup", found)
    return customer


async def set_position(
    session: AsyncSession, who: Who, customer_id: int, form: PositionIn, now: datetime
) -> int:
    """Put a customer, and if asked their community, where a pin was set; return how many."""
    await lock_branch(session, who.here)
    customer = await queries.one(session, who, customer_id)
    branch = await branches.here(session, who)
    spot = position(form.lon, form.lat, form.datum)
    rules.check_near(branch, spot)
    customer.entered_lon, customer.entered_lat = form.lon, form.lat
    customer.entered_datum = form.datum
    await placing.put(session, branch, [Group([customer], spot)], PlacedBy.PIN, now)
    audit.record(session, who, "customer_place", ("customer", customer_id), by=PlacedBy.PIN)
    if not (form.whole_community and customer.community):
        return 1
    others = await communities.put(session, who, branch, {customer.community: spot}, now)
    if not others:
        await remembering.remember(session, who, {customer.community: spot}, now)
    return 1 + others


async def _held(session: AsyncSession, who: Who, customer_id: int) -> Customer:
    """Return a customer as they are now; nobody else changes them before this is written."""
    customer = await queries.one(session, who, customer_id)
    await session.refresh(customer, with_for_update={"key_share": True})
    return customer


async def _new_owner(session: AsyncSession, who: Who, owner_id: int | None) -> int:
    """Return who is to look after somebody, if this person may decide so."""
    if owner_id in (None, who.user_id):
        return who.user_id
    rules.check_may_hand_over(who)
    if owner_id not in {user.id for user in await accounts.staff(session, who.here)}:
        raise InvalidInput({"owner_id": "Choose somebody who works in this branch."})
    return owner_id


async def _give(
    session: AsyncSession, who: Who, customer: Customer, owner_id: int | None, now: datetime
) -> Customer:
    customer.owner_id, customer.updated_at = owner_id, now
    session.add(customer)
    await session.flush()
    audit.record(session, who, "customer_owner", ("customer", customer.id), owner_id=owner_id)
    return customer


async def _check_free(
    session: AsyncSession, who: Who, form: CustomerIn | CustomerEdit, own_id: int | None
) -> None:
    """Refuse a phone or number that another customer of the branch has, naming the field."""
    wrong = {}
    for key, message in (
        ("phone", N_("Another customer of your branch has this phone number.")),
        ("number", N_("Another customer of your branch has this customer number.")),
    ):
        value = getattr(form, key)
        same = select(Customer.id).where(
            Customer.branch_id == who.here, getattr(Customer, key) == value, Customer.id != own_id
        )
        if value and (await session.exec(same)).first() is not None:
            wrong[key] = message
    if wrong:
        raise InvalidInput(wrong)


def _values(form: CustomerBase) -> dict[str, Any]:
    given = form.model_dump(exclude={"aum_yuan", "name", "phone", "building", "no_phone", "gender"})
    return given | {"aum_fen": form.aum_fen, "gender": form.gender or ""}


def _derive(customer: Customer, branch: Branch, now: datetime, *, holds_product: bool) -> None:
    """Fill what follows from the rest: the tier from the assets, the lifecycle from the days."""
    today = local_day(now, branch.time_zone)
    customer.tier = rules.tier_of(customer.aum_fen) or customer.tier
    customer.lifecycle = rules.lifecycle_of(
        customer.opened_on,
        customer.last_active_on,
        customer.lifecycle,
        today,
        holds_product=holds_product or bool(customer.aum_fen),
    ).lifecycle


async def _place_by_community(
    session: AsyncSession, branch: Branch, customer: Customer, now: datetime
) -> None:
    if not customer.community:
        return
    spot = (await placing.gazetteer_of(session, customer.branch_id)).find(customer.community)
    if spot is not None:
        there = LonLat(spot.lon, spot.lat)
        await placing.put(session, branch, [Group([customer], there)], PlacedBy.COMMUNITY, now)
