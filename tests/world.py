"""One of everything in branch A and in branch B, for tests that try every door."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import shapely
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts.models import ApiToken
from gridcrm.branches.models import Branch, Place, PlaceImport, PlaceKind
from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.core.who import Who
from gridcrm.customers.models import Catchment, CommunityAlias, Customer, ImportFile
from gridcrm.events.models import (
    Event,
    EventSeries,
    EventState,
    Invitation,
    InvitationState,
    Registration,
    RegistrationSource,
    RegistrationState,
    Seat,
    Venue,
)
from gridcrm.exports.models import ExportEntry, ExportMember
from gridcrm.grids.models import GridCell, GridKind, GridPlan, PlanState
from gridcrm.labels.models import CustomerLabel, Label, LabelSource
from gridcrm.ledger.models import Task, Visit
from gridcrm.outcomes.models import Outcome, OutcomeKind
from gridcrm.segments.models import FreezeMember, Segment, SegmentFreeze
from tests.cast import Cast

SQUARE = {"kind": "square", "side_m": 500.0, "origin": None}


@dataclass
class World:
    """The path parameters that lead to the things of each branch."""

    a: dict[str, Any]
    b: dict[str, Any]


async def build(session: AsyncSession, cast: Cast, now: datetime) -> World:
    """Make one of everything in both branches."""
    label = Label(slug="visual", depth=1, name_zh="视觉", name_en="Visual")
    await _keep(session, label)
    a = await _branch_things(session, cast.a, cast.zhou, cast.hang, label, now)
    b = await _branch_things(session, cast.b, cast.bo, cast.bo, label, now)
    return World(a=a, b=b)


async def _keep(session: AsyncSession, row: SQLModel) -> int:
    session.add(row)
    await session.flush()
    found: int = row.id  # type: ignore[attr-defined]
    return found


async def _branch_things(
    session: AsyncSession, branch: Branch, lead: Who, manager: Who, label: Label, now: datetime
) -> dict[str, Any]:
    assert branch.id is not None
    ids: dict[str, Any] = {"code": branch.code, "label_id": label.id, "token": "unknown" * 6}
    ids |= {"purpose": "marketing_sms", "slug": "visual"}
    ids |= await _grid(session, branch, lead, manager, now)
    ids |= await _people(session, branch, ids["cell_id"], lead, label, now)
    ids |= await _segments(session, branch, ids["customer_id"], manager, now)
    ids |= await _event(session, branch, ids, manager, now)
    ids |= await _results(session, branch, ids, lead, now)
    ids["user_id"] = lead.user_id
    token = ApiToken(
        user_id=manager.user_id, name="t", token_hash=branch.code, created_at=now, expires_at=now
    )
    ids["token_id"] = await _keep(session, token)
    return ids


async def _grid(
    session: AsyncSession, branch: Branch, lead: Who, manager: Who, now: datetime
) -> dict[str, Any]:
    box = shapely.box(branch.lon - 0.01, branch.lat - 0.01, branch.lon + 0.01, branch.lat + 0.01)
    shape = {"lon": branch.lon, "lat": branch.lat, "wkb": shapely.to_wkb(box)}
    bounds = dict(zip(("min_lon", "min_lat", "max_lon", "max_lat"), box.bounds, strict=True))
    common = {"branch_id": branch.id, "name": "grid", "kind": GridKind.SQUARE, "spec": SQUARE}
    made = {"area_wkb": shapely.to_wkb(box), "created_by": manager.user_id, "created_at": now}
    published = GridPlan(version=1, state=PlanState.PUBLISHED, published_at=now, **common, **made)
    draft = GridPlan(version=2, **common, **made)
    published_id, draft_id = await _keep(session, published), await _keep(session, draft)
    place = Place(
        branch_id=branch.id, kind=PlaceKind.COMMUNITY, name=f"{branch.name}花园",
        source="test", licence="CC0", **shape, **bounds,
    )  # fmt: skip
    cell = {"branch_id": branch.id, "name": "cell", "area_m2": 250_000.0, **shape, **bounds}
    cell_id = await _keep(
        session, GridCell(plan_id=published_id, key="sq:500:0:0", lead_id=lead.user_id, **cell)
    )
    await _keep(session, GridCell(plan_id=draft_id, key="sq:500:0:0", **cell))
    file = PlaceImport(
        branch_id=branch.id, filename="p.geojson", source="file", licence="CC0", datum="wgs84",
        kind=PlaceKind.PARK, content=b'{"type": "FeatureCollection", "features": []}',
        report={"new": 0, "changed": 0, "unchanged": 0, "kinds": {}, "bad": []},
        created_by=manager.user_id, created_at=now,
    )  # fmt: skip
    catchment = Catchment(
        branch_id=branch.id, rings_m=[500.0], minutes=[5.0], speed_m_per_min=80, decay=2,
        attraction=1, attractions={}, basis="", streets=0, competitors=0, worked_out_at=now,
    )  # fmt: skip
    session.add(catchment)
    return {
        "plan_id": draft_id,
        "change": "undo",
        "cell_id": cell_id,
        "collection_id": "cells",
        "feature_id": cell_id,
        **dict.fromkeys("zxy", 0),
        "place_id": await _keep(session, place),
        "place_import_id": await _keep(session, file),
    }


async def _people(
    session: AsyncSession, branch: Branch, cell_id: int, lead: Who, label: Label, now: datetime
) -> dict[str, Any]:
    customer = Customer(
        branch_id=branch.id, number=f"{branch.code}-1", name=f"张{branch.name}",
        phone=f"1990000{branch.id:04d}", birth_year=1960, cell_id=cell_id, owner_id=lead.user_id,
        lon=branch.lon, lat=branch.lat, distance_m=0, created_at=now, updated_at=now,
    )  # fmt: skip
    customer_id = await _keep(session, customer)
    given = {"customer_id": customer_id, "branch_id": branch.id, "given_at": now}
    session.add(
        Consent(
            purpose=Purpose.MARKETING_SMS, state=ConsentState.GRANTED, obtained_how="t", **given
        )
    )
    session.add(
        CustomerLabel(
            customer_id=customer_id,
            label_id=label.id,
            source=LabelSource.OWN_STATEMENT,
            confidence=0.9,
            given_on=now.date(),
            expires_on=now.date() + timedelta(days=500),
            updated_at=now,
        )
    )
    work = {"branch_id": branch.id, "cell_id": cell_id, "customer_id": customer_id}
    alias = CommunityAlias(
        branch_id=branch.id, name="幸福理", name_key="幸福理", lon=branch.lon, lat=branch.lat,
        decided_by=lead.user_id, decided_at=now,
    )  # fmt: skip
    task = Task(
        title="call", assignee_id=lead.user_id, due_on=now.date(), created_by=lead.user_id,
        created_at=now, **work,
    )  # fmt: skip
    visit = Visit(visited_on=now.date(), visitor_id=lead.user_id, created_at=now, **work)
    file = ImportFile(
        branch_id=branch.id, filename="a.csv", sha256=branch.code, mapping={}, datum="wgs84",
        content="姓名,手机号\n王五,19900009999\n".encode(), report={}, created_by=lead.user_id,
        created_at=now,
    )  # fmt: skip
    return {
        "customer_id": customer_id,
        "alias_id": await _keep(session, alias),
        "task_id": await _keep(session, task),
        "visit_id": await _keep(session, visit),
        "import_id": await _keep(session, file),
    }


async def _segments(
    session: AsyncSession, branch: Branch, customer_id: int, manager: Who, now: datetime
) -> dict[str, Any]:
    predicate: dict[str, Any] = {"all": [{"kind": "age_band", "min_age": 60}]}
    segment = Segment(
        branch_id=branch.id, name_zh="长者", name_en="Elders", predicate=predicate, created_at=now
    )
    segment_id = await _keep(session, segment)
    freeze = SegmentFreeze(
        segment_id=segment_id, branch_id=branch.id, predicate=predicate, used_for="event",
        member_count=1, frozen_by=manager.user_id, frozen_at=now,
    )  # fmt: skip
    freeze_id = await _keep(session, freeze)
    session.add(FreezeMember(freeze_id=freeze_id, customer_id=customer_id))
    return {"segment_id": segment_id, "freeze_id": freeze_id}


async def _event(
    session: AsyncSession, branch: Branch, ids: dict[str, Any], manager: Who, now: datetime
) -> dict[str, Any]:
    venue_id = await _keep(session, Venue(branch_id=branch.id, name="大堂", capacity=20))
    series_id = await _keep(session, EventSeries(branch_id=branch.id, name="艺术银行"))
    event = Event(
        branch_id=branch.id, series_id=series_id, venue_id=venue_id, template="tea_salon",
        title=f"茶艺 {branch.name}", starts_at=now, ends_at=now + timedelta(hours=1),
        host_id=manager.user_id, capacity=2, taken=1, state=EventState.OPEN,
        created_by=manager.user_id, created_at=now, updated_at=now,
    )  # fmt: skip
    event_id = await _keep(session, event)
    common = {"event_id": event_id, "branch_id": branch.id, "customer_id": ids["customer_id"]}
    invitation = Invitation(
        state=InvitationState.SENT, freeze_id=ids["freeze_id"], cell_id=ids["cell_id"],
        sent_at=now, **common,
    )  # fmt: skip
    registration = Registration(
        state=RegistrationState.CONFIRMED, source=RegistrationSource.STAFF, cell_id=ids["cell_id"],
        created_at=now, **common,
    )  # fmt: skip
    registration_id = await _keep(session, registration)
    session.add(Seat(event_id=event_id, number=1, registration_id=registration_id))
    session.add(Seat(event_id=event_id, number=2))
    return {
        "venue_id": venue_id,
        "series_id": series_id,
        "event_id": event_id,
        "invitation_id": await _keep(session, invitation),
        "registration_id": registration_id,
    }


async def _results(
    session: AsyncSession, branch: Branch, ids: dict[str, Any], lead: Who, now: datetime
) -> dict[str, Any]:
    outcome = Outcome(
        branch_id=branch.id, customer_id=ids["customer_id"], kind=OutcomeKind.ACCOUNT_OPENED,
        happened_on=now.date(), claimed_by=lead.user_id, claimed_at=now,
    )  # fmt: skip
    export = ExportEntry(
        branch_id=branch.id, kind="segment", object_id=ids["segment_id"], filter={},
        columns=["name"], masked=True, purpose="visit", format="csv", row_count=1, sha256="0" * 64,
        taken_by=lead.user_id, taken_at=now,
    )  # fmt: skip
    export_id = await _keep(session, export)
    session.add(ExportMember(export_id=export_id, customer_id=ids["customer_id"]))
    return {"outcome_id": await _keep(session, outcome), "export_id": export_id}
