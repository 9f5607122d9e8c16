"""Taking people in, changing them, and who looks after whom."""

import pytest
from sqlmodel import select

from gridcrm.core.db import Database
from gridcrm.customers.models import Customer, Lifecycle, PlacedBy, Tier
from tests.cast import Cast, seat
from tests.conftest import Browser, Clock
from tests.gridcrm.customers.conftest import Town, stored
from tests.ground import place


async def by_name(database: Database, name: str) -> Customer:
    async with database.read() as session:
        return (await session.exec(select(Customer).where(Customer.name == name))).one()


@pytest.mark.usefixtures("town")
async def test_zhou_takes_a_prospect_in_and_looks_after_them(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(
        "/customers/new", name="陈新", phone="+86 139-1234-5678", birth_year="1980", source="走访"
    )

    chen = await by_name(database, "陈新")
    assert answer.headers["location"] == f"/customers/{chen.id}"
    assert (chen.phone, chen.owner_id, chen.branch_id) == (
        "13912345678", cast.zhou.user_id, cast.a.id,
    )  # fmt: skip
    assert chen.lifecycle is Lifecycle.PROSPECT


async def test_a_community_on_the_list_puts_a_new_person_into_a_cell(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    async with database.transaction() as session:
        session.add(place(cast.a, "阳光花园", cast.a.lon, cast.a.lat))
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form("/customers/new", name="陈新", community="阳光 花园")

    chen = await by_name(database, "陈新")
    assert (chen.cell_id, chen.placed_by) == (town.own_cell, PlacedBy.COMMUNITY)
    assert chen.distance_m == pytest.approx(0, abs=0.01)


@pytest.mark.usefixtures("town")
async def test_a_phone_that_is_taken_is_refused_beside_its_field(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post_form("/customers/new", name="陈新", phone="138 0000 0001")

    assert answer.status_code == 422
    assert "Another customer of your branch has this phone number." in answer.text
    assert "陈新" in answer.text  # what was typed is still there


@pytest.mark.usefixtures("town")
async def test_a_phone_of_branch_b_is_free_in_branch_a(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post_form("/customers/new", name="陈新", phone="13800000003")
    assert answer.status_code == 303


@pytest.mark.usefixtures("town")
async def test_a_wrong_phone_and_an_unknown_field_are_refused(
    browser: Browser, database: Database, cast: Cast, clock: Clock
):
    await seat(database, browser, cast.wang, clock.now)
    wrong = await browser.post_form("/customers/new", name="陈新", phone="12345")
    sneaky = await browser.post_form("/customers/new", name="陈新", branch_id="2")

    assert (wrong.status_code, sneaky.status_code) == (422, 422)
    assert 'id="f-phone-error"' in wrong.text


async def test_the_edit_form_shows_no_name_phone_or_building(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    text = (await browser.get(f"/customers/{town.li}/edit")).text

    assert "李阳光" not in text
    assert "13800000001" not in text
    assert "3栋" not in text
    assert "600000" in text  # her assets, to be changed


async def test_what_is_left_empty_in_hidden_fields_stays_and_elsewhere_goes(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(
        f"/customers/{town.li}/edit", name="", phone="", building="", number="A-1", occupation="教师",
        aum_yuan="",
    )  # fmt: skip

    li = await stored(database, town.li)
    assert answer.status_code == 303
    assert (li.name, li.phone, li.building) == ("李阳光", "13800000001", "3栋")
    assert (li.occupation, li.community, li.aum_fen) == ("教师", "", None)


async def test_new_assets_move_the_tier_and_days_move_the_lifecycle(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(
        f"/customers/{town.li}/edit", aum_yuan="60000.50", opened_on="2026-11-01"
    )

    li = await stored(database, town.li)
    assert (li.aum_fen, li.tier, li.lifecycle) == (6_000_050, Tier.POTENTIAL, Lifecycle.NEW)


async def test_a_phone_number_can_be_taken_away(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/customers/{town.li}/edit", no_phone="1")
    assert (await stored(database, town.li)).phone is None


async def test_zhou_cannot_edit_a_customer_of_another_cell_nor_bo_one_of_another_branch(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    for who in (cast.zhou, cast.bo):
        await seat(database, browser, who, clock.now)
        answer = await browser.post_form(f"/customers/{town.zhao}/edit", name="改名")
        assert answer.status_code == 404
    assert (await stored(database, town.zhao)).name == "赵东城"


async def test_mei_of_marketing_and_lin_of_the_lobby_change_nobody(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    for who in (cast.mei, cast.lin):
        await seat(database, browser, who, clock.now)
        for verb in ("edit", "claim", "release", "contact", "position"):
            answer = await browser.post_form(f"/customers/{town.li}/{verb}", name="改名")
            assert answer.status_code == 403
    assert (await stored(database, town.li)).name == "李阳光"


async def test_zhou_claims_a_customer_of_his_cell_and_hands_them_back(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/customers/{town.li}/claim")
    claimed = (await stored(database, town.li)).owner_id
    await browser.post_form(f"/customers/{town.li}/release")

    assert claimed == cast.zhou.user_id
    assert (await stored(database, town.li)).owner_id is None


async def test_ming_cannot_take_a_customer_from_zhou_but_wang_can_hand_them_over(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/customers/{town.li}/claim")
    await seat(database, browser, cast.ming, clock.now)
    by_ming = await browser.post_form(f"/customers/{town.li}/claim")
    await seat(database, browser, cast.wang, clock.now)
    by_wang = await browser.post_form(
        f"/customers/{town.li}/claim", owner_id=str(cast.ming.user_id)
    )

    assert by_ming.status_code == 404  # not one of ming's cells
    assert by_wang.status_code == 303
    assert (await stored(database, town.li)).owner_id == cast.ming.user_id


async def test_zhou_cannot_give_a_customer_of_his_to_a_colleague(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    answer = await browser.post_form(f"/customers/{town.li}/claim", owner_id=str(cast.ming.user_id))
    assert answer.status_code == 409


async def test_a_customer_is_not_given_to_somebody_of_another_branch(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post_form(f"/customers/{town.li}/claim", owner_id=str(cast.bo.user_id))

    assert answer.status_code == 422
    assert (await stored(database, town.li)).owner_id is None


async def test_who_hands_back_a_customer_outside_their_cells_is_led_to_the_list(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.wang, clock.now)
    await browser.post_form(f"/customers/{town.zhao}/claim", owner_id=str(cast.ming.user_id))
    await seat(database, browser, cast.ming, clock.now)
    answer = await browser.post_form(f"/customers/{town.zhao}/release")

    assert answer.headers["location"] == "/customers"


async def test_do_not_contact_is_kept_and_taken_back(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    await browser.post_form(f"/customers/{town.li}/contact", do_not_contact="1")
    on = await browser.get(f"/customers/{town.li}")
    await browser.post_form(f"/customers/{town.li}/contact", do_not_contact="0")

    assert "Allow contact again" in on.text
    assert (await stored(database, town.li)).do_not_contact is False


async def test_wang_hands_over_people_picked_in_the_list(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.wang, clock.now)
    answer = await browser.post(
        "/customers/owner",
        data={
            "customer_id": [town.li, town.zhao, town.sun],
            "owner_id": cast.ming.user_id,
            "label_id": "",  # of the list's other action
            "back": "/customers?tier=affluent",
        },
    )

    assert answer.headers["location"] == "/customers?tier=affluent"
    assert (await stored(database, town.li)).owner_id == cast.ming.user_id
    assert (await stored(database, town.zhao)).owner_id == cast.ming.user_id
    assert (await stored(database, town.sun)).owner_id is None  # of branch B


async def test_zhou_takes_on_only_those_whom_nobody_looks_after_and_whom_he_sees(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    await seat(database, browser, cast.zhou, clock.now)
    mine = await browser.post(
        "/customers/owner", data={"customer_id": [town.li, town.zhao], "back": "/customers"}
    )
    to_ming = await browser.post(
        "/customers/owner", data={"customer_id": town.li, "owner_id": cast.ming.user_id}
    )
    nobody = await browser.post_form("/customers/owner", owner_id="")

    assert (mine.status_code, to_ming.status_code, nobody.status_code) == (303, 409, 422)
    assert (await stored(database, town.li)).owner_id == cast.zhou.user_id
    assert (await stored(database, town.zhao)).owner_id == cast.wang.user_id


async def test_the_list_offers_what_a_role_may_do_with_the_people_picked(
    browser: Browser, database: Database, cast: Cast, clock: Clock, town: Town
):
    offers = {}
    for who in (cast.wang, cast.zhou, cast.mei):
        await seat(database, browser, who, clock.now)
        text = (await browser.get("/customers")).text
        offers[who.display_name] = (
            f'name="customer_id" value="{town.li}"' in text,
            'formaction="/customers/owner"' in text,
            'formaction="/labels/assign"' in text,
        )
    assert offers == {
        "Wang": (True, True, True), "Zhou": (True, True, True), "Mei": (False, False, False),
    }  # fmt: skip
