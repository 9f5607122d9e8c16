from datetime import date
from typing import Any

import pytest

from geo import Datum
from gridcrm.customers.cells import Reason
from gridcrm.customers.differences import Differences, Known, compare
from gridcrm.customers.imported import CustomerRow
from gridcrm.customers.intake import _BLANK
from gridcrm.customers.models import PlacedBy, Tier
from gridcrm.customers.placement import Spot

TODAY = date(2026, 11, 21)
GARDEN = Spot("阳光花园", 125.471, 43.781)
KNOWN = Known({"周网格": 7}.get, {"阳光花园": GARDEN}.get, TODAY)


def person(**values: Any) -> dict[str, Any]:
    return _BLANK | {"id": 1, "name": "张三", "products": set()} | values


def row(**values: Any) -> CustomerRow:
    return CustomerRow(**({"line": 2, "name": "张三"} | values))


def against(stored: list[dict[str, Any]], *rows: CustomerRow) -> Differences:
    points = {r.line: (r.lon, r.lat) for r in rows if r.lon is not None and r.lat is not None}
    return compare(rows, stored, points, KNOWN)


def only_change(stored: dict[str, Any], changed: CustomerRow) -> dict[str, Any]:
    found = against([stored], changed)
    assert not found.new
    assert not found.clashes
    return found.changed[0][2] if found.changed else {}


def test_a_number_that_nobody_has_is_a_new_person():
    found = against([person(number="1")], row(number="2"))
    assert [values["number"] for _row, values in found.new] == ["2"]


def test_the_same_row_again_changes_nothing():
    stored = person(number="1", phone="13800000001", community="阳光花园", lon=125.4, lat=43.7)
    same = row(number="1", phone="13800000001", community="阳光花园")
    found = against([stored], same)
    assert [row_id for row_id, _row in found.same] == [1]


def test_empty_cells_erase_nothing():
    stored = person(number="1", phone="13800000001", occupation="教师", aum_fen=5, tier=Tier.MASS)
    assert only_change(stored, row(number="1")) == {}


def test_without_a_number_the_phone_tells_who_it_is():
    stored = person(number="1", phone="13800000001")
    changed = only_change(stored, row(name="张三丰", phone="13800000001"))
    assert changed == {"name": "张三丰"}


def test_a_prospect_known_by_phone_gets_their_number():
    assert only_change(person(phone="138"), row(number="9", phone="138")) == {"number": "9"}


def test_somebody_elses_phone_is_a_clash():
    stored = [person(id=1, number="1", phone="138"), person(id=2, number="2", phone="139")]
    found = against(stored, row(number="2", phone="138"), row(line=3, number="3", phone="139"))
    assert [clash.row.line for clash in found.clashes] == [2, 3]
    assert not found.changed
    assert not found.new


def test_two_rows_about_one_stored_person_are_a_clash():
    found = against(
        [person(number="1", phone="138")], row(number="1", phone="137"), row(line=3, phone="138")
    )
    assert [clash.reason for clash in found.clashes] == [
        Reason("This is the same stored customer as in line {line}.", {"line": 2})
    ]


def test_people_without_number_and_phone_are_known_by_name_community_and_building():
    stored = person(community="阳光花园", building="3栋", lon=1.0, lat=1.0)
    again = row(community="阳光花园", building="3栋")
    next_door = row(line=3, community="阳光花园", building="4栋")
    found = against([stored], again, next_door)
    assert (len(found.same), len(found.new)) == (1, 1)


def test_new_assets_move_the_tier_unless_the_file_names_one():
    stored = person(number="1", tier=Tier.MASS, aum_fen=1)
    assert only_change(stored, row(number="1", aum_fen=60_000_000))["tier"] is Tier.AFFLUENT
    named = row(number="1", aum_fen=60_000_000, tier=Tier.PRIVATE)
    assert only_change(stored, named)["tier"] is Tier.PRIVATE


def test_a_made_up_name_does_not_replace_a_real_one():
    assert only_change(person(number="1"), row(number="1", name="Household 1")) == {}


def test_an_age_that_still_fits_keeps_the_birth_year():
    assert only_change(person(number="1", birth_year=1991), row(number="1", age_band="30-39")) == {}
    assert only_change(person(number="1"), row(number="1", age_band="30-39")) == {
        "birth_year": 1992
    }


def test_the_owner_is_a_colleague_by_name_or_stays_as_they_are():
    assert only_change(person(number="1"), row(number="1", owner_name="周网格")) == {"owner_id": 7}
    assert only_change(person(number="1"), row(number="1", owner_name="不认识")) == {}


def test_only_products_that_are_missing_are_added():
    stored = person(number="1", products={"存款"})
    changed = only_change(stored, row(number="1", products=("存款", "理财")))
    assert changed == {"products": {"理财"}}


AT = {"lon": 125.476504, "lat": 43.782476, "datum": Datum.GCJ02}


def test_coordinates_place_a_person_and_the_pair_is_kept_as_entered():
    ((_row, values),) = against([], row(number="1", **AT)).new
    assert (values["entered_lon"], values["entered_datum"]) == (125.476504, Datum.GCJ02)
    assert values["placed_by"] is PlacedBy.COORDINATES


def test_a_pin_that_a_colleague_set_stays():
    stored = person(number="1", placed_by=PlacedBy.PIN, lon=1.0, lat=1.0)
    assert only_change(stored, row(number="1", **AT)) == {}
    assert only_change(stored, row(number="1", community="阳光花园")) == {"community": "阳光花园"}


@pytest.mark.parametrize(
    ("community", "expected"),
    [
        ("阳光花园", {"lon": GARDEN.lon, "lat": GARDEN.lat, "placed_by": PlacedBy.COMMUNITY}),
        ("无此小区", {}),
    ],
)
def test_a_community_places_who_has_no_position(community: str, expected: dict[str, Any]):
    changed = only_change(
        person(number="1", community=community), row(number="1", community=community)
    )
    assert changed == expected


def test_who_moves_from_a_known_community_to_an_unknown_one_waits_for_a_place():
    stored = person(
        number="1", community="阳光花园", lon=125.471, lat=43.781, placed_by=PlacedBy.COMMUNITY
    )
    changed = only_change(stored, row(number="1", community="无此小区"))
    assert changed == {"community": "无此小区", "lon": None, "lat": None, "placed_by": None}
