"""One valid object of each kind, to be changed by one thing at a time."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

import shapely
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.branches.models import Branch
from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.models import (
    Event,
    EventState,
    Invitation,
    InvitationState,
    Registration,
    RegistrationSource,
    RegistrationState,
    Seat,
)
from gridcrm.grids.models import GridCell, GridKind, GridPlan, PlanState
from tests.conftest import NOON

_numbers = count(1)


def branch(code: str, name: str) -> Branch:
    """A branch in the middle of Changchun."""
    lon, lat = 125.47, 43.78
    return Branch(
        code=code, name=name, entered_lon=lon, entered_lat=lat, entered_datum=Datum.WGS84,
        lon=lon, lat=lat, created_at=NOON,
    )  # fmt: skip


def customer(branch: Branch, **changes: Any) -> Customer:
    """A grown-up with a phone."""
    n = next(_numbers)
    row: dict[str, Any] = {
        "branch_id": branch.id,
        "name": f"王{n}",
        "phone": f"199{n:08d}",
        "birth_year": 1970,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Customer(**row | changes)


def consent(person: Customer, purpose: Purpose = Purpose.MARKETING_SMS, **changes: Any) -> Consent:
    """A grant, given a year ago."""
    row: dict[str, Any] = {
        "customer_id": person.id,
        "branch_id": person.branch_id,
        "purpose": purpose,
        "state": ConsentState.GRANTED,
        "obtained_how": "at_the_desk",
        "given_at": NOON - timedelta(days=365),
    }
    return Consent(**row | changes)


def event(branch: Branch, host: Who, **changes: Any) -> Event:
    """An open event tomorrow; its seats are made by `seats`."""
    starts_at: datetime = changes.pop("starts_at", NOON + timedelta(days=1))
    row: dict[str, Any] = {
        "branch_id": branch.id,
        "template": "tea_salon",
        "title": "花茶茶艺",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=1),
        "host_id": host.user_id,
        "capacity": 4,
        "state": EventState.OPEN,
        "created_by": host.user_id,
        "created_at": NOON,
        "updated_at": NOON,
    }
    return Event(**row | changes)


def seats(of: Event) -> list[Seat]:
    """The free seats of a stored event."""
    assert of.id is not None
    return [Seat(event_id=of.id, number=n) for n in range(1, of.capacity + 1)]


def invitation(to: Event, person: Customer, **changes: Any) -> Invitation:
    """Somebody asked a week before the event."""
    row: dict[str, Any] = {
        "event_id": to.id,
        "branch_id": to.branch_id,
        "customer_id": person.id,
        "cell_id": person.cell_id,
        "state": InvitationState.SENT,
        "sent_at": to.starts_at - timedelta(days=7),
    }
    return Invitation(**row | changes)


def registration(at: Event, person: Customer, **changes: Any) -> Registration:
    """Somebody who came to the event."""
    row: dict[str, Any] = {
        "event_id": at.id,
        "branch_id": at.branch_id,
        "customer_id": person.id,
        "cell_id": person.cell_id,
        "state": RegistrationState.CHECKED_IN,
        "source": RegistrationSource.STAFF,
        "created_at": at.starts_at - timedelta(days=3),
        "checked_in_at": at.starts_at,
    }
    return Registration(**row | changes)


async def plan(session: AsyncSession, branch: Branch, who: Who, **changes: Any) -> GridPlan:
    """A published plan of 500-metre squares, stored."""
    row: dict[str, Any] = {
        "branch_id": branch.id,
        "version": next(_numbers),
        "name": "grid",
        "kind": GridKind.SQUARE,
        "spec": {"kind": "square", "side_m": 500.0, "origin": None},
        "area_wkb": shapely.to_wkb(_around(branch)),
        "state": PlanState.PUBLISHED,
        "created_by": who.user_id,
        "created_at": NOON,
        "published_at": NOON,
    }
    made = GridPlan(**row | changes)
    session.add(made)
    await session.flush()
    return made


def cell(branch: Branch, plan: GridPlan, **changes: Any) -> GridCell:
    """A cell of a plan, around the branch."""
    n, box = next(_numbers), _around(branch)
    row: dict[str, Any] = {
        "plan_id": plan.id,
        "branch_id": branch.id,
        "key": f"sq:500:{n}:0",
        "name": f"cell {n}",
        "area_m2": 250_000.0,
        "lon": branch.lon,
        "lat": branch.lat,
        "wkb": shapely.to_wkb(box),
        **dict(zip(("min_lon", "min_lat", "max_lon", "max_lat"), box.bounds, strict=True)),
    }
    return GridCell(**row | changes)


def _around(branch: Branch) -> shapely.Polygon:
    return shapely.box(branch.lon - 0.01, branch.lat - 0.01, branch.lon + 0.01, branch.lat + 0.01)
