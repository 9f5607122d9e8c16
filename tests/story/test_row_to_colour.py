"""One row of a CSV, all the way to a colour: every domain takes its turn, from left to right."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from geo import Datum, LonLat, convert
from gridcrm.core.db import Database
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who
from gridcrm.customers import imports
from gridcrm.customers.models import Customer
from gridcrm.customers.publishing import publish_plan
from gridcrm.events import service as events
from gridcrm.events.forms import EventIn
from gridcrm.events.models import Event, RegistrationSource
from gridcrm.grids import service as drawing
from gridcrm.grids.forms import DraftIn, DraftKind, LeadsIn
from gridcrm.grids.models import GridCell
from gridcrm.labels import queries as labels
from gridcrm.labels.models import LabelSource
from gridcrm.labels.seed import seed as seed_labels
from gridcrm.labels.service import assign
from gridcrm.outcomes import service as outcomes
from gridcrm.outcomes.forms import ClaimIn
from gridcrm.outcomes.models import Outcome, OutcomeKind
from gridcrm.outcomes.rules import Verb
from gridcrm.segments import service as segments
from gridcrm.segments.forms import SegmentIn
from gridcrm.segments.models import Segment
from tests.cast import Cast, give_token
from tests.conftest import Browser, Clock

LIVES_AT = LonLat(125.4734, 43.7812)
FLOWER_TEA = "taste.tea.flower_tea"


@dataclass
class Walk:
    """The way of one row; each step is one transaction, as in a request."""

    browser: Browser
    database: Database
    cast: Cast
    clock: Clock
    her: Customer = field(init=False, repr=False)
    cell: GridCell = field(init=False, repr=False)
    segment: Segment = field(init=False, repr=False)
    salon: Event = field(init=False, repr=False)
    claim: Outcome = field(init=False, repr=False)
    tokens: dict[str, dict[str, str]] = field(default_factory=dict)

    async def the_manager_publishes_a_grid(self) -> None:
        async with self.database.transaction() as session:
            await seed_labels(session)
            hang, now = self.cast.hang, self.clock.now
            form = DraftIn(kind=DraftKind.SQUARE, side_m=500)
            plan = await drawing.draft(session, hang, form, None, now)
            await publish_plan(session, hang, plan.id or 0, now)

    async def the_lead_imports_her_row(self) -> None:
        lon, lat = convert(LIVES_AT.lon, LIVES_AT.lat, Datum.WGS84, Datum.GCJ02)
        text = (
            "客户编号,姓名,手机号,出生年份,同意状态,经度,纬度\n"
            f"A-17,王小兰,19900000017,1968,同意,{lon:.7f},{lat:.7f}\n"
        )
        upload = Upload("客户台账.csv", text.encode("gb18030"))
        choice, who, now = imports.Choice(Datum.GCJ02), self.cast.wang, self.clock.now
        async with self.database.transaction() as session:
            examined = await imports.examine(session, who, upload, choice, now)
            report = await imports.take_in(session, who, upload, choice, examined, now)
            assert (report["new"], report["bad"]) == (1, [])
            query = select(Customer).where(Customer.number == "A-17")
            self.her = (await session.exec(query)).one()
            self.cell = await session.get_one(GridCell, self.her.cell_id)

    async def zhou_is_given_the_cell_and_notes_what_she_likes(self) -> None:
        form = LeadsIn(cell_id=[self.cell.id], lead_id=self.cast.zhou.user_id)
        async with self.database.transaction() as session:
            await drawing.assign_lead(session, self.cast.hang, self.cell.plan_id, form)
        async with self.database.transaction() as session:
            tea = (await labels.by_slugs(session, [FLOWER_TEA]))[FLOWER_TEA]
            her = [self.her.id or 0]
            source = LabelSource.OWN_STATEMENT
            done = await assign(session, self.cast.zhou, her, tea, source, self.clock.now)
            assert done.given == 1

    async def a_segment_of_tea_lovers_is_invited_to_a_salon(self) -> list[int]:
        hang, now = self.cast.hang, self.clock.now
        whom = SegmentIn(name_zh="花茶", predicate={"all": [{"kind": "label", "slug": FLOWER_TEA}]})
        what = EventIn(template="tea_salon", starts_at=now + timedelta(days=7))
        async with self.database.transaction() as session:
            self.segment = await segments.create(session, hang, whom, now)
            salon = await events.create(session, hang, what, now)
            self.salon = await events.go_far(session, hang, salon.id or 0, now)
            chosen = await events.invite(
                session, hang, self.salon.id or 0, self.segment.id or 0, now
            )
            return [one.candidate.customer_id for one in chosen.eligible]

    async def she_registers_and_comes(self) -> None:
        hang, salon_id = self.cast.hang, self.salon.id or 0
        async with self.database.transaction() as session:
            source = RegistrationSource.REPLY
            seat = await events.register(
                session, hang, salon_id, self.her.id or 0, 1, source, self.clock.now
            )
            self.clock.now = self.salon.starts_at
            await events.check_in(session, hang, salon_id, seat.id or 0, self.clock.now)

    async def zhou_claims_an_account(self) -> None:
        self.clock.now += timedelta(days=2)
        form = ClaimIn(
            customer="A-17",
            kind=OutcomeKind.ACCOUNT_OPENED,
            happened_on=self.clock.now.date(),
        )
        async with self.database.transaction() as session:
            self.claim = await outcomes.claim(session, self.cast.zhou, form, self.clock.now)

    async def the_manager_verifies_it(self) -> None:
        async with self.database.transaction() as session:
            claim, hang = self.claim.id or 0, self.cast.hang
            await outcomes.decide(session, hang, claim, Verb.VERIFY, self.clock.now)

    async def seen(self, name: str, metric: str = "conversion_rate") -> dict[str, dict[str, Any]]:
        """What the rendered GeoJSON says of each cell to a person."""
        if name not in self.tokens:
            who: Who = getattr(self.cast, name)
            self.tokens[name] = await give_token(self.database, who, self.clock.now)
        path = f"/api/v1/branches/A001/cells.geojson?metric={metric}"
        answer = await self.browser.get(path, headers=self.tokens[name])
        assert answer.status_code == 200, answer.text
        return {f["id"]: f["properties"] for f in answer.json()["features"]}


@pytest.fixture
def walk(browser: Browser, database: Database, cast: Cast, clock: Clock) -> Walk:
    return Walk(browser, database, cast, clock)


async def test_a_row_of_a_file_becomes_a_colour_on_the_map(walk: Walk):
    await walk.the_manager_publishes_a_grid()
    await walk.the_lead_imports_her_row()
    assert (walk.her.lon, walk.her.lat) == pytest.approx((LIVES_AT.lon, LIVES_AT.lat), abs=1e-6)
    assert walk.cell.min_lon <= walk.her.lon <= walk.cell.max_lon
    assert walk.cell.min_lat <= walk.her.lat <= walk.cell.max_lat

    await walk.zhou_is_given_the_cell_and_notes_what_she_likes()
    assert await walk.a_segment_of_tea_lovers_is_invited_to_a_salon() == [walk.her.id]

    await walk.she_registers_and_comes()
    await walk.zhou_claims_an_account()
    assert walk.claim.event_id == walk.salon.id, "the salon that she came to is credited"
    claimed = (await walk.seen("hang"))[walk.cell.key]
    assert (claimed["numerator"], claimed["n"]) == (0, 1), "a claim alone counts for nothing"

    await walk.the_manager_verifies_it()
    verified = (await walk.seen("hang"))[walk.cell.key]
    assert (verified["numerator"], verified["n"]) == (1, 1)
    assert (verified["value"], verified["class"]) == (None, "few"), "one person is no rate"

    converted = await walk.seen("hang", metric="converted")
    hers = converted.pop(walk.cell.key)
    assert (hers["value"], hers["class"]) == (1, "1")
    assert {other["class"] for other in converted.values()} == {"zero"}
    assert hers["colour"] not in {other["colour"] for other in converted.values()}

    for_head_office = await walk.seen("fen", metric="converted")
    assert {cell["class"] for cell in for_head_office.values()} == {"hidden"}
