"""Places from a file: which feature is what, and what a file would change. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import shapely

from geo import Datum, LonLat, distance_m
from gridcrm.branches.features import Bad, Feature, read_features, text_of
from gridcrm.branches.models import Place, PlaceKind
from gridcrm.branches.rules import FARTHEST_PLACE_M, name_key
from gridcrm.core.i18n import N_

LONGEST_NAME = 120
_M_PER_KM = 1000
_NAME_PROPERTIES = ("name", "name:zh", "名称")
_WORDS = {
    PlaceKind.COMMUNITY: "小区 社区 住宅 居民区 residential apartments neighbourhood",
    PlaceKind.SCHOOL: "学校 小学 中学 大学 幼儿园 kindergarten college university",
    PlaceKind.COMPETITOR: "银行 竞品 竞品网点 bank",
    PlaceKind.MERCHANT: "商户 商店 店铺 餐饮 shop retail restaurant supermarket marketplace",
    PlaceKind.PARK: "公园 绿地 garden",
    PlaceKind.BUILDING: "楼宇 写字楼 建筑 office commercial",
    PlaceKind.ROAD: "道路 街道 road street highway",
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
    """What somebody said about a file: its datum, its licence and what its features are."""

    datum: Datum
    licence: str
    kind: PlaceKind | None = None
    kind_property: str = ""


@dataclass(frozen=True)
class Changes:
    """What a file would do to the places that are there."""

    new: list[PlaceRow]
    changed: list[tuple[Place, PlaceRow]]
    unchanged: int


def check(content: bytes, choice: Choice, branch: LonLat) -> tuple[list[PlaceRow], list[Bad]]:
    """Return the places of a file, and every feature that can't become one, in file order."""
    features, bad = read_features(content, choice.datum)
    rows: dict[str, PlaceRow] = {}
    for feature, far in zip(features, _far_km(features, branch), strict=True):
        row = _row(feature, choice, far)
        if isinstance(row, PlaceRow) and row.source_ref in rows:
            row = Bad(feature.number, feature.ref, N_("It stands in the file a second time."))
        if isinstance(row, Bad):
            bad.append(row)
        else:
            rows[row.source_ref] = row
    return list(rows.values()), sorted(bad, key=lambda item: item.number)


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


def report(rows: list[PlaceRow], bad: list[Bad], changes: Changes) -> dict[str, Any]:
    """Return the counts and the refused features as JSON values."""
    return {
        "new": len(changes.new),
        "changed": len(changes.changed),
        "unchanged": changes.unchanged,
        "kinds": dict(Counter(row.kind.value for row in rows)),
        "bad": [asdict(item) for item in bad],
    }


def _far_km(features: list[Feature], branch: LonLat) -> list[float]:
    points = shapely.get_coordinates([shapely.point_on_surface(f.shape) for f in features])
    if not len(points):
        return []
    return [float(km) for km in distance_m(points[:, 0], points[:, 1], branch) / _M_PER_KM]


def _row(feature: Feature, choice: Choice, far_km: float) -> PlaceRow | Bad:
    kind = choice.kind or _KIND_OF.get(text_of(feature, choice.kind_property).lower())
    name = next(filter(None, (text_of(feature, key) for key in _NAME_PROPERTIES)), "")
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
