from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput, NotAllowed, NotFound, RuleBroken
from gridcrm.core.models import AuditEntry
from gridcrm.core.sheets import read_table
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events.models import RegistrationState
from gridcrm.exports import queries, rules, service
from gridcrm.exports.columns import chosen, columns_for
from gridcrm.exports.forms import TakeIn
from gridcrm.exports.models import ExportEntry, ExportMember, ListKind, Use
from gridcrm.exports.service import Taken
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.exports.conftest import Town


def wanted(town: Town, **changes: Any) -> TakeIn:
    given = {"kind": "segment", "id": town.segment.id, "use": "marketing_call"}
    words = {"reason": "calls for the autumn salon", "columns": ["name", "phone"], "format": "csv"}
    return TakeIn.model_validate(given | words | changes)


async def take(database: Database, who: Who, form: TakeIn) -> Taken:
    async with database.transaction() as session:
        return await service.take(session, who, form, NOON)


def rows(taken: Taken) -> list[tuple[object, ...]]:
    return [row.cells for row in read_table(taken.content, taken.filename).rows]


async def test_of_nine_elders_two_may_be_called_and_each_other_is_counted_with_the_reason(
    database: Database, cast: Cast, town: Town
):
    taken = await take(database, cast.hang, wanted(town, whole=True))

    assert rows(taken) == [("欧阳小三", "13800138001"), ("李四", "13800138002")]
    assert taken.entry.dropped == {
        "deceased": 1,
        "staff": 1,
        "do_not_contact": 1,
        "open_complaint": 1,
        "no_consent": 2,
        "no_reachable_channel": 1,
    }


async def test_a_withdrawal_in_the_meantime_takes_the_person_off_the_next_list(
    database: Database, cast: Cast, town: Town
):
    from gridcrm.consent import service as consents
    from gridcrm.consent.models import Purpose

    assert (await take(database, cast.hang, wanted(town))).entry.row_count == 2
    async with database.transaction() as session:
        await consents.withdraw(
            session, cast.hang, town.people["agrees"].id, Purpose.MARKETING_CALL, "at_the_desk", NOON  # type: ignore[arg-type]
        )  # fmt: skip
    assert (await take(database, cast.hang, wanted(town))).entry.row_count == 1


async def test_names_and_phones_are_masked_unless_asked_for(
    database: Database, cast: Cast, town: Town
):
    taken = await take(database, cast.hang, wanted(town))
    assert rows(taken)[0] == ("欧阳**", "138****8001")
    assert taken.entry.masked


async def test_meis_list_is_masked_even_when_she_asks_for_phones(
    database: Database, cast: Cast, town: Town
):
    taken = await take(database, cast.mei, wanted(town, whole=True))
    assert rows(taken)[0] == ("欧阳**", "138****8001")
    assert taken.entry.masked
    assert not (await take(database, cast.hang, wanted(town, whole=True))).entry.masked


async def test_a_visit_needs_no_consent_and_leaves_out_who_wants_no_contact(
    database: Database, cast: Cast, town: Town
):
    taken = await take(database, cast.hang, wanted(town, use="visit"))
    assert taken.entry.row_count == 7
    assert taken.entry.dropped == {"deceased": 1, "do_not_contact": 1}


async def test_for_analysis_nobody_is_named(database: Database, cast: Cast, town: Town):
    form = wanted(
        town, use="analysis", columns=["name", "phone", "number", "tier", "age"], whole=True
    )
    taken = await take(database, cast.hang, form)
    assert taken.entry.columns == ["age", "tier"]
    assert taken.entry.masked
    assert taken.entry.row_count == 9


def test_the_building_is_for_visits_and_an_answer_for_invitations():
    keys = {use: {c.key for c in columns_for(ListKind.SEGMENT, use)} for use in Use}
    assert "building" in keys[Use.VISIT]
    assert "building" not in keys[Use.MARKETING_CALL]
    assert "answer" not in keys[Use.VISIT]
    invited = {c.key for c in columns_for(ListKind.EVENT_INVITED, Use.EVENT)}
    assert {"answer", "name"} <= invited
    unknown = chosen(ListKind.SEGMENT, Use.VISIT, ["password_hash"])
    assert "password_hash" not in {c.key for c in unknown}
    assert unknown[0].key == "number"


async def test_zhous_list_holds_the_people_of_his_cell_and_mings_none_of_them(
    database: Database, cast: Cast, town: Town
):
    everybody = {"kind": "customers", "id": None, "use": "visit"}
    assert (await take(database, cast.zhou, wanted(town, **everybody))).entry.row_count == 7
    assert (await take(database, cast.ming, wanted(town, **everybody))).entry.row_count == 1
    assert (await take(database, cast.bo, wanted(town, **everybody))).entry.row_count == 1


async def test_a_filter_of_the_customer_list_holds_for_its_list_out(
    database: Database, cast: Cast, town: Town
):
    form = wanted(town, kind="customers", id=None, use="visit", query="age=18-28")
    taken = await take(database, cast.hang, form)
    assert taken.entry.row_count == 1
    assert taken.entry.filter["age"] == "18-28"


async def test_the_lists_of_an_event_and_of_a_cell(database: Database, cast: Cast, town: Town):
    event = {"id": town.event.id, "use": "event", "columns": ["name", "party", "answer"]}
    invited = await take(database, cast.hang, wanted(town, kind="event_invited", **event))
    assert rows(invited) == [("欧阳**", "comes"), ("李*", "no answer yet")]
    attended = await take(database, cast.hang, wanted(town, kind="event_attended", **event))
    assert rows(attended) == [("欧阳**", "2")]
    registered = await take(database, cast.hang, wanted(town, kind="event_registered", **event))
    assert registered.entry.row_count == 2
    cell = await take(database, cast.hang, wanted(town, kind="cell", id=town.cell.id, use="visit"))
    assert cell.entry.row_count == 7


async def test_a_list_for_the_door_says_who_has_a_seat_and_who_waits(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        waiting = {"state": RegistrationState.WAITLISTED, "checked_in_at": None}
        session.add(make.registration(town.event, town.people["asked_nothing"], **waiting))
    form = wanted(town, kind="event_registered", id=town.event.id, use="event", columns=["state"])
    taken = await take(database, cast.hang, form)
    assert rows(taken) == [("has come",), ("did not come",), ("waits",)]
    assert "state" in {c.key for c in chosen(ListKind.EVENT_REGISTERED, Use.EVENT, [])}


async def test_bo_of_branch_b_gets_nothing_of_branch_a(database: Database, cast: Cast, town: Town):
    for kind, number in (
        ("segment", town.segment.id),
        ("cell", town.cell.id),
        ("event_attended", town.event.id),
    ):
        use = "event" if kind.startswith("event") else "visit"
        with pytest.raises(NotFound):
            await take(database, cast.bo, wanted(town, kind=kind, id=number, use=use))


async def test_lin_takes_no_list(database: Database, cast: Cast, town: Town):
    with pytest.raises(NotAllowed):
        await take(database, cast.lin, wanted(town))


async def test_a_list_needs_a_purpose_in_ones_own_words(database: Database, cast: Cast, town: Town):
    with pytest.raises(InvalidInput) as refused:
        await take(database, cast.hang, wanted(town, reason="no"))
    assert "reason" in refused.value.fields
    with pytest.raises(InvalidInput) as refused:
        await take(database, cast.hang, wanted(town, use="event"))
    assert "use" in refused.value.fields


def test_nobody_takes_more_than_five_thousand_rows_alone():
    rules.check_length(5_000)
    with pytest.raises(RuleBroken, match="5,001 rows"):
        rules.check_length(5_001)


async def test_the_register_keeps_who_took_what_and_the_fingerprint_of_the_file(
    database: Database, cast: Cast, town: Town
):
    taken = await take(database, cast.zhou, wanted(town))
    async with database.read() as session:
        entry = await session.get_one(ExportEntry, taken.entry.id)
        members = (await session.exec(select(ExportMember.customer_id))).all()
        noted = (await session.exec(select(AuditEntry))).one()
    assert entry.sha256 == sha256(taken.content).hexdigest()
    assert (entry.taken_by, entry.title, entry.reason) == (
        cast.zhou.user_id, "Elders", "calls for the autumn salon",
    )  # fmt: skip
    assert set(members) == {town.people["agrees"].id, town.people["agreed_too"].id}
    assert (noted.action, noted.details["rows"]) == ("export", 2)
    assert "欧阳" not in str(noted.details)


async def test_one_can_ask_on_which_lists_somebody_stood(
    database: Database, cast: Cast, town: Town
):
    await take(database, cast.zhou, wanted(town))
    await take(database, cast.mei, wanted(town, use="visit"))
    async with database.read() as session:
        called = await queries.with_customer(session, cast.hang, town.people["agrees"].id)  # type: ignore[arg-type]
        silent = await queries.with_customer(session, cast.hang, town.people["withdrew"].id)  # type: ignore[arg-type]
        abroad = await queries.with_customer(session, cast.bo, town.people["agrees"].id)  # type: ignore[arg-type]
    assert [line.taken_by for line in called] == ["Mei", "Zhou"]
    assert [line.entry.purpose for line in silent] == [Use.VISIT]
    assert abroad == []


async def test_everybody_sees_their_own_lists_and_the_register_all(
    database: Database, cast: Cast, town: Town
):
    await take(database, cast.zhou, wanted(town))
    await take(database, cast.mei, wanted(town))
    async with database.read() as session:
        assert await queries.count(session, queries.own(cast.mei)) == 1
        assert await queries.count(session, queries.registered(cast.hang)) == 2
        assert await queries.count(session, queries.registered(cast.bo)) == 0


async def test_a_spreadsheet_says_in_itself_who_took_it_and_what_for(
    database: Database, cast: Cast, town: Town
):
    taken = await take(database, cast.zhou, wanted(town, format="xlsx"))
    assert rows(taken)[0] == ("欧阳**", "138****8001")
    assert taken.filename.endswith(f"-{taken.entry.id}.xlsx")
    from io import BytesIO
    from zipfile import ZipFile

    with ZipFile(BytesIO(taken.content)) as packed:
        inside = packed.read("xl/worksheets/sheet1.xml") + packed.read("docProps/custom.xml")
    assert b"Zhou" in inside
    assert b"calls for the autumn salon" in inside


async def test_who_may_still_be_seventeen_is_on_no_marketing_list(
    database: Database, cast: Cast, town: Town
):
    async with database.transaction() as session:
        youth = await session.get_one(Customer, town.people["youth"].id)
        youth.birth_year = NOON.year - 18
        session.add(youth)
    form = wanted(town, kind="customers", id=None)
    assert (await take(database, cast.hang, form)).entry.dropped["minor"] == 1


async def test_a_consent_that_has_run_out_is_none(database: Database, cast: Cast, town: Town):
    from gridcrm.consent.models import Consent

    async with database.transaction() as session:
        given = await session.exec(
            select(Consent).where(Consent.customer_id == town.people["agrees"].id)
        )
        consent = given.one()
        consent.expires_on = (NOON - timedelta(days=1)).date()
        session.add(consent)
    assert (await take(database, cast.hang, wanted(town))).entry.row_count == 1
