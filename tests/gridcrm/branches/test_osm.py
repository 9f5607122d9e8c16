import pytest

from gridcrm.branches.osm import kind_of_tags


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "kindergarten"}, "school"),
        ({"amenity": "bank"}, "competitor"),
        ({"shop": "bakery"}, "merchant"),
        ({"landuse": "residential"}, "community"),
        ({"leisure": "park"}, "park"),
        ({"natural": "water"}, "water"),
        ({"highway": "primary"}, "road"),
        ({"highway": "motorway"}, "motorway"),
        ({"highway": "motorway_link"}, "motorway"),
        ({"building": "apartments"}, "community"),
        ({"building": "yes"}, "building"),
        ({"highway": "crossing"}, None),
        ({"amenity": "bench"}, None),
        ({"barrier": "wall"}, None),
    ],
)
def test_tags_tell_what_a_place_is(tags: dict[str, str], kind: str | None):
    assert kind_of_tags(tags, named=True) == kind


def test_a_community_without_a_name_is_a_building_or_nothing():
    assert kind_of_tags({"building": "apartments"}, named=False) == "building"
    assert kind_of_tags({"landuse": "residential"}, named=False) is None


def test_a_motorway_in_a_tunnel_is_no_place_and_one_on_a_bridge_is():
    motorway = {"highway": "motorway", "layer": "-1"}
    assert kind_of_tags(motorway | {"tunnel": "yes"}, named=True) is None
    assert kind_of_tags(motorway | {"tunnel": "no", "bridge": "yes"}, named=True) == "motorway"


def test_a_tag_that_says_no_says_nothing():
    assert kind_of_tags({"building": "no", "shop": ""}, named=True) is None
