import json
from typing import Any

import pytest

from geo import Datum, LonLat
from gridcrm.branches import importing
from gridcrm.branches.features import Bad, read_features
from gridcrm.branches.importing import Choice, PlaceRow, compare
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.branches.rules import name_key
from gridcrm.core.errors import InvalidInput
from gridcrm.core.uploads import Upload
from tests.geo.formats import files

HOME = LonLat(125.47, 43.78)
COMMUNITIES = Choice("ODbL 1.0", PlaceKind.COMMUNITY)


def file(*features: tuple[str, dict[str, object]], lon: float = 125.47) -> bytes:
    made = [
        {
            "type": "Feature",
            "id": ref,
            "properties": properties,
            "geometry": {"type": "Point", "coordinates": [lon + n / 1000, 43.78]},
        }
        for n, (ref, properties) in enumerate(features)
    ]
    return json.dumps({"type": "FeatureCollection", "features": made}).encode()


def check(
    content: bytes, choice: Choice, branch: LonLat, name: str = "a.geojson"
) -> tuple[list[PlaceRow], list[Bad]]:
    checked = importing.check(read_features(Upload(name, content), Datum.WGS84), choice, branch)
    return checked.rows, checked.bad


def stored(row: PlaceRow, **changes: Any) -> Place:
    return Place(branch_id=1, source="OSM", **(row.values() | changes))


def test_a_community_is_known_by_its_plain_name():
    (row,), bad = check(file(("w1", {"name": "大冲新城花园（一期）"})), COMMUNITIES, HOME)

    assert bad == []
    assert (row.source_ref, row.kind, row.name_key) == ("w1", "community", "大冲新城花园一期")


def test_the_chinese_name_stands_in_where_there_is_no_other():
    (row,), _ = check(file(("w1", {"name:zh": "大冲", "name:en": "Dachong"})), COMMUNITIES, HOME)

    assert row.name == "大冲"


def test_a_community_without_a_name_is_refused_and_a_road_without_one_is_not():
    nameless = file(("w1", {}))

    _, bad = check(nameless, COMMUNITIES, HOME)
    roads, none = check(nameless, Choice("ODbL 1.0", PlaceKind.ROAD), HOME)

    assert [(b.number, b.ref, b.reason) for b in bad] == [(1, "w1", "A community needs a name.")]
    assert (len(roads), none) == (1, [])


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("school", "school"),
        ("幼儿园", "school"),
        ("银行", "competitor"),
        ("Residential", "community"),
    ],
)
def test_the_kind_can_stand_in_a_property(word: str, kind: str):
    choice = Choice("ODbL 1.0", kind_property="art")

    (row,), _ = check(file(("w1", {"name": "春城", "art": word})), choice, HOME)

    assert row.kind == kind


def test_an_unknown_kind_is_reported_with_its_word():
    choice = Choice("ODbL 1.0", kind_property="art")

    rows, bad = check(file(("w1", {"art": "castle"}), ("w2", {})), choice, HOME)

    assert rows == []
    assert [b.reason.format(**b.params) for b in bad] == [
        "Its kind “castle” is not known.",
        "Its kind “” is not known.",
    ]


def test_a_place_in_another_city_is_refused():
    rows, bad = check(file(("w1", {"name": "深圳"}), lon=113.95), COMMUNITIES, HOME)

    assert rows == []
    assert "km from the branch" in bad[0].reason
    assert bad[0].params["km"] > 900


def test_the_second_of_two_equal_ids_is_refused():
    rows, bad = check(file(("w1", {"name": "a"}), ("w1", {"name": "b"})), COMMUNITIES, HOME)

    assert [row.name for row in rows] == ["a"]
    assert [b.number for b in bad] == [2]


def test_a_name_as_long_as_the_column_fits_and_a_longer_one_is_refused():
    rows, bad = check(
        file(("w1", {"name": "a" * 120}), ("w2", {"name": "a" * 121})), COMMUNITIES, HOME
    )

    assert [len(row.name) for row in rows] == [120]
    assert [b.ref for b in bad] == ["w2"]


def test_places_without_an_id_get_the_same_reference_every_time():
    once, _ = check(file(("", {"name": "a"}), ("", {"name": "b"})), COMMUNITIES, HOME)
    again, _ = check(file(("", {"name": "a"}), ("", {"name": "b"})), COMMUNITIES, HOME)

    assert [row.source_ref for row in once] == [row.source_ref for row in again]
    assert len({row.source_ref for row in once}) == 2


def test_the_same_rows_again_change_nothing_and_a_new_name_changes_one():
    rows, _ = check(file(("w1", {"name": "a"}), ("w2", {"name": "b"})), COMMUNITIES, HOME)
    there = {row.source_ref: stored(row) for row in rows}

    same = compare(rows, there)
    there["w2"] = stored(rows[1], name="old")
    other = compare(rows, there)
    fresh = compare(rows, {})

    assert (len(same.new), len(same.changed), same.unchanged) == (0, 0, 2)
    assert (len(other.new), len(other.changed), other.unchanged) == (0, 1, 1)
    assert (len(fresh.new), len(fresh.changed), fresh.unchanged) == (2, 0, 0)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("大冲新城 花园", "大冲新城花园"),
        ("ＡＢＣ小区", "abc小区"),
        ("万科（东区）", "万科(东区)"),
        ("Ｎｏ．3", "no 3"),
    ],
)
def test_names_compare_without_spaces_width_case_and_punctuation(one: str, other: str):
    assert name_key(one) == name_key(other)


def test_different_names_stay_different():
    assert name_key("大冲一期") != name_key("大冲二期")


def test_tags_of_openstreetmap_tell_the_kinds_and_the_rest_is_passed_over():
    given = read_features(Upload("town.osm", files.OSM), Datum.WGS84)

    checked = importing.check(given, Choice("ODbL 1.0"), LonLat(113.9, 22.5))

    assert {row.source_ref: row.kind for row in checked.rows} == {
        "n4": "competitor",
        "w10": "building",
        "w11": "road",
        "w12": "road",
    }
    assert checked.passed_over == 2  # a track, and residential ground without a name
    assert [item.ref for item in checked.bad] == ["w13", "w14", "r21"]


def test_tags_tell_the_kinds_in_a_geojson_too_as_people_download_it():
    given = file(
        ("way/1", {"highway": "motorway", "name": "长深高速"}),
        ("way/2", {"highway": "residential"}),
        ("way/3", {"landuse": "grass"}),
    )

    rows, bad = check(given, Choice("ODbL 1.0"), HOME)

    assert [(row.source_ref, row.kind) for row in rows] == [
        ("way/1", "motorway"),
        ("way/2", "road"),
    ]
    assert bad == []


def test_columns_that_only_sound_like_tags_tell_no_kind():
    counted = file(
        ("w1", {"name": "一期", "building": 3}), ("w2", {"name": "二期", "shop": "旗舰"})
    )

    with pytest.raises(InvalidInput) as refused:
        check(counted, Choice("CC0"), HOME)

    assert list(refused.value.fields) == ["kind"]


def test_without_tags_somebody_has_to_say_what_the_features_are():
    with pytest.raises(InvalidInput) as refused:
        check(file(("w1", {"name": "a"})), Choice("ODbL 1.0"), HOME)

    assert list(refused.value.fields) == ["kind"]


def test_more_places_than_a_branch_can_use_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(importing, "MOST_PLACES", 1)

    with pytest.raises(InvalidInput, match="correction"):
        check(file(("w1", {"name": "a"}), ("w2", {"name": "b"})), COMMUNITIES, HOME)
