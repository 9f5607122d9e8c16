"""Map files that people bring: every feature is read, or refused with its reason."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry

from geo import Datum, GeoError
from geo.formats import Fault, Format, Limits, Reading, read
from geo.formats.kinds import SUFFIXES
from gridcrm.branches.words import refusal
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import N_
from gridcrm.core.uploads import Upload

READABLE = ",".join(SUFFIXES)
"""The endings that a browser offers when a file is chosen."""
_LIMITS = Limits(features=200_000, vertices=5_000_000)
_LONGEST_REF = 64
_REF_COLUMNS = ("@id", "full_id", "id")
_OSM_COLUMNS = frozenset({"@id", "full_id", "osm_id", "osm_way_id"})
"""What programs that download from OpenStreetMap call the number of an object."""
_OSM_REF = re.compile(r"(node|way|relation)/\d+")
_REASONS = {
    Fault.NOT_A_FEATURE: N_("This is not a feature."),
    Fault.NO_GEOMETRY: N_("It has no geometry."),
    Fault.UNREADABLE: N_("Its coordinates can't be read."),
    Fault.KIND: N_("It is not a point, line or area."),
    Fault.NOT_A_NUMBER: N_("A coordinate is not a number."),
    Fault.SWAPPED: N_("Longitude and latitude look exchanged."),
    Fault.OUT_OF_RANGE: N_("A coordinate is out of range."),
    Fault.NO_GROUND: N_("The area covers no ground."),
}


Said = tuple[str, Mapping[str, str]]
"""A msgid and what belongs into it."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One feature, its shape in WGS 84; `number` counts from one."""

    number: int
    ref: str
    properties: Mapping[str, Any]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class Bad:
    """A feature that can't be used: which one, and why (a msgid and its values)."""

    number: int
    ref: str
    reason: str
    params: dict[str, Any] = field(default_factory=dict)


class Features(NamedTuple):
    """What a file holds, whether it has the tags of OpenStreetMap, and what is to say of it."""

    good: list[Feature]
    bad: list[Bad]
    has_tags: bool
    remarks: list[Said]


def read_features(upload: Upload, datum: Datum, layer: str = "") -> Features:
    """Return the features of a file in WGS 84, and those that can't be read; takes a while."""
    try:
        given = read(upload.content, upload.filename, datum=datum, layer=layer, limits=_LIMITS)
    except GeoError as error:
        raise refusal("file", error) from error
    if not len(given) and not given.refused:
        raise InvalidInput({"file": "There is no feature in this file."})
    bad = [Bad(no, _printable(ref)[:_LONGEST_REF], _REASONS[why]) for no, ref, why in given.refused]
    remarks = [(words, params) for words, params in given.remarks]
    return Features(list(_features(given)), bad, _has_tags(given), remarks)


def _has_tags(given: Reading) -> bool:
    """Say whether a file comes from OpenStreetMap: as its own format, or as programs pass it on."""
    return (
        given.format in (Format.OSM_PBF, Format.OSM_XML)
        or not _OSM_COLUMNS.isdisjoint(given.columns)
        or any(_OSM_REF.fullmatch(ref) for ref in given.refs)
    )


def text_of(feature: Feature, name: str) -> str:
    """Return a property as trimmed text, empty if it is not there."""
    return _printable(feature.properties.get(name, ""))


def _features(given: Reading) -> Iterator[Feature]:
    names = tuple(given.columns)
    rows = zip(*given.columns.values(), strict=True) if names else iter([()] * len(given))
    for number, ref, row, shape in zip(given.numbers, given.refs, rows, given.shapes, strict=True):
        there = zip(names, row, strict=True)
        properties = {name: value for name, value in there if value is not None}
        yield Feature(int(number), _ref(ref, properties), properties, shape)


def _ref(ref: str, properties: Mapping[str, Any]) -> str:
    found = next((v for v in (ref, *(properties.get(name) for name in _REF_COLUMNS)) if v), "")
    text = _printable(found)
    return text if len(text) <= _LONGEST_REF else _digest(text)


def _printable(value: object) -> str:
    """Return a value as text that every database takes and every page shows."""
    return "".join(mark for mark in str(value) if mark.isprintable()).strip()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_LONGEST_REF]
