"""What kind of place an object of OpenStreetMap is, by its tags."""

from collections.abc import Mapping
from typing import Any

from gridcrm.branches.models import PlaceKind

_ANY = "*"
_KINDS: tuple[tuple[str, str, PlaceKind], ...] = (
    ("amenity", "school kindergarten college university", PlaceKind.SCHOOL),
    ("amenity", "bank", PlaceKind.COMPETITOR),
    ("amenity", "restaurant cafe fast_food pharmacy marketplace bar pub", PlaceKind.MERCHANT),
    ("shop", _ANY, PlaceKind.MERCHANT),
    ("landuse", "residential", PlaceKind.COMMUNITY),
    ("place", "neighbourhood quarter", PlaceKind.COMMUNITY),
    ("leisure", "park garden", PlaceKind.PARK),
    ("natural", "water", PlaceKind.WATER),
    ("waterway", _ANY, PlaceKind.WATER),
    ("highway", "motorway motorway_link", PlaceKind.MOTORWAY),
    ("highway", _ANY, PlaceKind.ROAD),
    ("building", "apartments residential", PlaceKind.COMMUNITY),
    ("building", _ANY, PlaceKind.BUILDING),
)
_FURNITURE = frozenset(
    {"crossing", "traffic_signals", "bus_stop", "street_lamp", "stop", "give_way", "turning_circle"}
)
"""Points along a street that are tagged as if they were one."""
_NOTHING = (None, "", "no")


def kind_of_tags(tags: Mapping[str, Any], *, named: bool) -> PlaceKind | None:
    """Return the kind of place that the tags describe, None for what is no place to a branch.

    A community without a name is a building, or nothing: nobody can be looked up in it.
    """
    if tags.get("highway") in _FURNITURE or _is_below(tags):
        return None
    for key, values, kind in _KINDS:
        told = tags.get(key)
        if told in _NOTHING or (values != _ANY and told not in values.split()):
            continue
        if named or kind is not PlaceKind.COMMUNITY:
            return kind
    return None


def _is_below(tags: Mapping[str, Any]) -> bool:
    """Say whether this is a motorway in a tunnel: it parts nobody, and nobody walks along it."""
    return str(tags.get("highway")).startswith("motorway") and tags.get("tunnel") not in _NOTHING
