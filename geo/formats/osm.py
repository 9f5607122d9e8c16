"""Reading OpenStreetMap files: nodes, ways and multipolygons that carry tags."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo.formats.kinds import Format
from geo.formats.limits import Limits
from geo.formats.raw import Raw, columns_of
from geo.formats.reading import Fault, Remark, warn

_FILE_TYPES = {Format.OSM_PBF: "pbf", Format.OSM_XML: "osm"}
_AREA_WORDS = (
    "aeroway amenity boundary building craft historic landuse leisure military natural office "
    "place shop sport tourism"
)
_AREA_KEYS = frozenset(_AREA_WORDS.split())
"""A closed way with one of these is an area, unless it says otherwise."""
_WGS84 = "EPSG:4326"
_FEWEST_CORNERS = 4
_AREA_RELATIONS = {"multipolygon", "boundary"}


class _Found:
    """What has been met in a file so far."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.rows: list[Mapping[str, str]] = []
        self.refs: list[str] = []
        self.shapes: list[BaseGeometry | None] = []
        self.faults: dict[int, Fault] = {}
        self.areas: dict[str, int] = {}
        self.cut = 0

    def add(
        self,
        ref: str,
        tags: Mapping[str, str],
        shape: BaseGeometry | None,
        fault: Fault | None = None,
    ) -> int:
        """Keep a feature; return its position."""
        if fault is not None:
            self.faults[len(self.rows)] = fault
        self.rows.append(tags)
        self.refs.append(ref)
        self.shapes.append(shape)
        self.limits.check_features(len(self.rows))
        return len(self.rows) - 1

    def await_area(self, ref: str, tags: Mapping[str, str]) -> None:
        """Keep a place for an area that is put together later, or never."""
        if ref not in self.areas:
            self.areas[ref] = self.add(ref, tags, None, Fault.UNREADABLE)

    def complete(self, ref: str, tags: Mapping[str, str], shape: BaseGeometry) -> None:
        """Take an area, which may come before or after the object that it belongs to."""
        if ref not in self.areas:
            self.areas[ref] = self.add(ref, tags, shape)
            return
        at = self.areas[ref]
        self.shapes[at] = shape
        del self.faults[at]


def read_osm(path: Path, form: Format, limits: Limits) -> Raw:
    """Return every object with tags: a point, a line, or an area; ids are n…, w… and r…."""
    import osmium  # here, because few files need it
    from osmium.filter import EmptyTagFilter
    from osmium.geom import WKBFactory
    from osmium.io import File

    found, factory = _Found(limits), WKBFactory()
    reader = osmium.FileProcessor(File(str(path), _FILE_TYPES[form]))
    stored = reader.with_locations("sparse_mem_array").with_areas()
    for item in stored.with_filter(EmptyTagFilter()):
        _take(found, item, factory)
    columns, remarks = columns_of(found.rows, limits)
    shapes = np.array([*found.shapes, None], dtype=object)[:-1]
    limits.check_vertices(int(shapely.get_num_coordinates(shapes).sum()))
    remarks = (*remarks, *_cut_off(found.cut))
    return Raw(shapes, columns, found.refs, _WGS84, faults=found.faults, remarks=remarks)


def _take(found: _Found, item: Any, factory: Any) -> None:
    tags = {tag.k: tag.v for tag in item.tags}
    if item.is_node():
        _take_corners(found, f"n{item.id}", tags, [item])
    elif item.is_way():
        _take_way(found, item, tags)
    elif item.is_area():
        _take_area(found, item, tags, factory)
    elif tags.get("type") in _AREA_RELATIONS:
        found.await_area(f"r{item.id}", tags)


def _take_way(found: _Found, way: Any, tags: Mapping[str, str]) -> None:
    ref = f"w{way.id}"
    if way.is_closed() and len(way.nodes) >= _FEWEST_CORNERS and _is_area(tags):
        found.await_area(ref, tags)
    else:
        _take_corners(found, ref, tags, way.nodes)


def _take_corners(found: _Found, ref: str, tags: Mapping[str, str], nodes: Any) -> None:
    """Take a point or a line, of a line what lies within the file."""
    corners = [(node.location.lon, node.location.lat) for node in nodes if node.location.valid()]
    found.cut += len(corners) < len(nodes)
    if len(nodes) == 1 and corners:
        found.add(ref, tags, Point(corners[0]))
    elif len(corners) > 1:
        found.add(ref, tags, LineString(corners))
    else:
        found.add(ref, tags, None, Fault.NO_GEOMETRY)


def _take_area(found: _Found, area: Any, tags: Mapping[str, str], factory: Any) -> None:
    if area.from_way() and not _is_area(tags):
        return
    whole = shapely.from_wkb(factory.create_multipolygon(area))
    shape = whole.geoms[0] if len(whole.geoms) == 1 else whole
    found.complete(f"{'w' if area.from_way() else 'r'}{area.orig_id()}", tags, shape)


def _is_area(tags: Mapping[str, str]) -> bool:
    """Return whether a closed way is the ground inside, not the line around it."""
    said = tags.get("area")
    return said == "yes" or (said != "no" and not _AREA_KEYS.isdisjoint(tags))


def _cut_off(count: int) -> tuple[Remark, ...]:
    if not count:
        return ()
    return (
        warn("Lines that go on beyond the file, of which the part inside is kept: {n}.", n=count),
    )
