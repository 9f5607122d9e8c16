"""Areas, cells, points and maps of a branch: a pure computing library.

Coordinates are (longitude, latitude) in degrees of WGS 84, lengths are in metres.
"""

from geo.area import area_from_geojson, circle
from geo.assign import assign, assign_codes
from geo.datum import Datum, convert
from geo.datum_detect import DatumGuess, detect_datum
from geo.distance import distance_m
from geo.errors import GeoError
from geo.points import LonLat, check_points
from geo.tessellate import tessellate
from geo.tessellate.cells import Cells
from geo.tessellate.spec import H3Spec, HexSpec, PolygonSpec, SquareSpec, spec_from_dict
from geo.tessellate.spec_points import QuadSpec, VoronoiSpec

__all__ = [
    "Cells",
    "Datum",
    "DatumGuess",
    "GeoError",
    "H3Spec",
    "HexSpec",
    "LonLat",
    "PolygonSpec",
    "QuadSpec",
    "SquareSpec",
    "VoronoiSpec",
    "area_from_geojson",
    "assign",
    "assign_codes",
    "check_points",
    "circle",
    "convert",
    "detect_datum",
    "distance_m",
    "spec_from_dict",
    "tessellate",
]
