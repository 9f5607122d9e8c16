"""OpenStreetMap files: what is a point, a line or an area."""

from collections import Counter
from pathlib import Path

import osmium
import pytest

from geo.errors import FormatError
from geo.formats.limits import Limits
from geo.formats.reading import Fault, Reading
from tests.geo.formats import files
from tests.geo.formats.conftest import Read
from tests.shared_data import shared_data


@pytest.mark.parametrize("name", ["made.osm", "made.osm.pbf"])
def test_objects_with_tags_become_points_lines_and_areas(
    name: str, read_here: Read, tmp_path: Path
):
    made = read_here(files.every_format(tmp_path)[name])

    kinds = {ref: shape.geom_type for ref, shape in zip(made.refs, made.shapes, strict=True)}
    assert kinds == {
        "n4": "Point",
        "w10": "Polygon",
        "w11": "LineString",
        "w12": "LineString",
        "w16": "LineString",
        "r20": "Polygon",
    }
    assert made.frame.set_index("id").loc["n4", "name"] == "招商"
    assert made.frame.set_index("id").loc["r20", "landuse"] == "residential"


def test_what_is_not_whole_is_refused_or_cut_and_said(read_here: Read):
    made = read_here(files.OSM)

    assert {item.ref: item.fault for item in made.refused} == {
        "w13": Fault.NO_GEOMETRY,
        "w14": Fault.UNREADABLE,
        "r21": Fault.UNREADABLE,
    }
    assert "the part inside is kept: 2" in str(made.remarks[0])


def test_too_many_objects_are_refused(read_here: Read):
    with pytest.raises(FormatError, match="more than 3 features"):
        read_here(files.OSM, limits=Limits(features=3))


def test_the_real_files_hold_what_their_counts_say(read_here: Read):
    whole = read_here(shared_data("helsinki_osm_pbf", "Helsinki.osm.pbf"))
    part = read_here(shared_data("helsinki_osm_pbf", "test.osm.pbf"))

    assert _with(whole, "n", "amenity") == 1006
    assert _with(whole, "n", "shop") == 508
    assert _with(whole, "w", "shop") == 4
    banks = [
        ref
        for ref, what in zip(whole.refs, whole.columns["amenity"], strict=True)
        if what == "bank"
    ]
    assert Counter(ref[0] for ref in banks) == {"n": 16, "w": 1}
    buildings = _buildings(shared_data("helsinki_osm_pbf", "test.osm.pbf"))
    refused = {item.ref for item in part.refused}
    assert len(buildings) == 2219
    assert buildings <= {*part.refs, *refused}
    assert _with(part, "w", "building") == len(buildings - refused)


def test_communities_of_the_real_town_are_found_in_its_raw_file(read_here: Read):
    made = read_here(shared_data("shenzhen_nanshan_osm", "raw", "osm_bbox.osm.xml"))
    clean = read_here(shared_data("shenzhen_nanshan_osm", "layers", "communities.geojson"))

    assert set(clean.refs) <= set(made.refs) | {item.ref for item in made.refused}
    assert set(clean.columns["name"]) - {None} <= set(made.columns["name"])


def _with(made: Reading, kind: str, key: str) -> int:
    pairs = zip(made.refs, made.columns[key], strict=True)
    return sum(ref[0] == kind and value is not None for ref, value in pairs)


def _buildings(path: Path) -> set[str]:
    items = osmium.FileProcessor(str(path))
    return {f"w{item.id}" for item in items if item.is_way() and "building" in item.tags}
