"""Places from a file: which feature is what, and what a file would change. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import shapely

from geo import Datum, LonLat, convert, distance_m
from gridcrm.branches.datum_doubt import WITNESSES, Doubt, Points, as_json
from gridcrm.branches.features import Bad, Feature, Features, Said, text_of
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.branches.osm import kind_of_tags
from gridcrm.branches.rules import FARTHEST_PLACE_M, name_key
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import N_

LONGEST_NAME = 120
MOST_PLACES = 20_000
_M_PER_KM = 1000
_NAME_PROPERTIES = ("name", "name:zh", "名称", "NAME", "Name")
_WORDS = {
    PlaceKind.COMMUNITY: "小区 社区 住宅 居民区 residential apartments neighbourhood",
    PlaceKind.SCHOOL: "学校 小学 中学 大学 幼儿园 kindergarten college university",
    PlaceKind.COMPETITOR: "银行 竞品 竞品网点 bank",
    PlaceKind.MERCHANT: "商户 商店 店铺 餐饮 shop retail restaurant supermarket marketplace",
    PlaceKind.PARK: "公园 绿地 garden",
    PlaceKind.BUILDING: "楼宇 写字楼 建筑 office commercial",
    PlaceKind.ROAD: "道路 街道 road street highway",
    PlaceKind.MOTORWAY: "高速公路 高速",
    PlaceKind.WATER: "水系 河流 湖泊 river lake stream",
    PlaceKind.OTHER: "其他",
}
_KIND_OF = {word: kind for kind, words in _WORDS.items() for word in words.split()}
_KIND_OF |= {kind.value: kind for kind in PlaceKind}


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as it will be stored."""

    source_ref: str
    kind: PlaceKind
    name: str
    name_key: str
    licence: str
    wkb: bytes
    lon: float
    lat: float
    min_lon: float
    min_lat: float
    max_lon: float
    max_lat: float

    def values(self) -> dict[str, Any]:
        """Return the columns by name."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody said about a file: its licence and what its features are.

    Without a kind and a property that tells it, the tags of OpenStreetMap tell it.
    """

    licence: str
    kind: PlaceKind | None = None
    kind_property: str = ""

    @property
    def by_tags(self) -> bool:
        """Whether nobody said what the features are."""
        return self.kind is None and not self.kind_property


@dataclass(frozen=True)
class Changes:
    """What a file would do to the places that are there."""

    new: list[PlaceRow]
    changed: list[tuple[Place, PlaceRow]]
    unchanged: int


@dataclass(frozen=True)
class Checked:
    """The places of a file, what can't become one, and how many features are none of ours."""

    rows: list[PlaceRow]
    bad: list[Bad]
    passed_over: int
    remarks: list[Said]
    doubts: list[Doubt] = field(default_factory=list)


def check(given: Features, choice: Choice, branch: LonLat) -> Checked:
    """Return the places of a file, and every feature that can't become one, in file order."""
    if choice.by_tags and not given.has_tags:
        words = "Choose one kind for the file, or name the property that tells it."
        raise InvalidInput({"kind": words})
    places = _places(given.good, choice)
    far_km = _far_km([feature for feature, _ in places], branch)
    bad = list(given.bad)
    rows: dict[str, PlaceRow] = {}
    for (feature, kind), far in zip(places, far_km, strict=True):
        row = _row(feature, kind, choice, far)
        if isinstance(row, PlaceRow) and row.source_ref in rows:
            row = Bad(feature.number, feature.ref, N_("It stands in the file a second time."))
        if isinstance(row, Bad):
            bad.append(row)
        else:
            rows[row.source_ref] = row
    bad.sort(key=lambda item: item.number)
    return Checked(list(rows.values()), bad, len(given.good) - len(places), given.remarks)


def compare(rows: Iterable[PlaceRow], stored: Mapping[str, Place]) -> Changes:
    """Tell which rows are new and which differ from the stored places, by their reference."""
    new: list[PlaceRow] = []
    changed: list[tuple[Place, PlaceRow]] = []
    unchanged = 0
    for row in rows:
        place = stored.get(row.source_ref)
        if place is None:
            new.append(row)
        elif all(getattr(place, name) == value for name, value in row.values().items()):
            unchanged += 1
        else:
            changed.append((place, row))
    return Changes(new, changed, unchanged)


def report(checked: Checked, changes: Changes) -> dict[str, Any]:
    """Return the counts, the refused features and what is to say of the file as JSON values."""
    return {
        "new": len(changes.new),
        "changed": len(changes.changed),
        "unchanged": changes.unchanged,
        "kinds": dict(Counter(row.kind.value for row in checked.rows)),
        "bad": [asdict(item) for item in checked.bad],
        "passed_over": checked.passed_over,
        "remarks": checked.remarks,
        "doubts": as_json(checked.doubts),
    }


def entered_points(rows: Iterable[PlaceRow], datum: Datum) -> Points:
    """Return where the places stand that people go to, as the file has them."""
    some = [(row.lon, row.lat) for row in rows if row.kind in WITNESSES]
    points = np.array(some, dtype=np.float64).reshape(-1, 2)
    return np.column_stack(convert(points[:, 0], points[:, 1], Datum.WGS84, datum))


def _far_km(features: list[Feature], branch: LonLat) -> list[float]:
    points = shapely.get_coordinates([shapely.point_on_surface(f.shape) for f in features])
    if not len(points):
        return []
    return [float(km) for km in distance_m(points[:, 0], points[:, 1], branch) / _M_PER_KM]


def _places(features: list[Feature], choice: Choice) -> list[tuple[Feature, PlaceKind | None]]:
    """Return every feature with its kind, without those whose tags say that they are no place."""
    kinds = [(feature, _kind(feature, choice)) for feature in features]
    places = [pair for pair in kinds if pair[1] or not choice.by_tags]
    if len(places) > MOST_PLACES:
        raise InvalidInput({"file": "There are more than 20,000 places; divide the file."})
    return places


def _kind(feature: Feature, choice: Choice) -> PlaceKind | None:
    if choice.by_tags:
        return kind_of_tags(feature.properties, named=bool(_name(feature)))
    return choice.kind or _KIND_OF.get(text_of(feature, choice.kind_property).lower())


def _name(feature: Feature) -> str:
    return next(filter(None, (text_of(feature, key) for key in _NAME_PROPERTIES)), "")


def _row(feature: Feature, kind: PlaceKind | None, choice: Choice, far_km: float) -> PlaceRow | Bad:
    name = _name(feature)
    if kind is None:
        word = text_of(feature, choice.kind_property)
        return _bad(feature, N_("Its kind “{word}” is not known."), word=word)
    if kind is PlaceKind.COMMUNITY and not name:
        return _bad(feature, N_("A community needs a name."))
    if len(name) > LONGEST_NAME:
        return _bad(feature, N_("Its name is longer than {limit} characters."), limit=LONGEST_NAME)
    if far_km * _M_PER_KM > FARTHEST_PLACE_M:
        return _bad(feature, N_("It lies {km} km from the branch."), km=round(far_km))
    return _made(feature, kind, name, choice.licence)


def _bad(feature: Feature, reason: str, **params: object) -> Bad:
    return Bad(feature.number, feature.ref, reason, params)


def _made(feature: Feature, kind: PlaceKind, name: str, licence: str) -> PlaceRow:
    wkb = shapely.to_wkb(feature.shape)
    inside = shapely.point_on_surface(feature.shape)
    bounds = feature.shape.bounds
    ref = feature.ref or hashlib.sha256(f"{kind}\n{name}\n".encode() + wkb).hexdigest()[:32]
    return PlaceRow(ref, kind, name, name_key(name), licence, wkb, inside.x, inside.y, *bounds)
