"""Areas, cells, points and maps of a branch: a pure computing library.

Coordinates are (longitude, latitude) in degrees of WGS 84, lengths are in metres.
"""

from geo.area import area_from_geojson, circle
from geo.assign import assign, assign_codes
from geo.bridge import bridge, carry
from geo.catchment import bands, ring_of, rings
from geo.coverage import coverage
from geo.datum import Datum, convert
from geo.datum_detect import DatumGuess, detect_datum
from geo.distance import distance_m
from geo.errors import GeoError
from geo.hotspots import hot_spots
from geo.huff import huff_share
from geo.neighbors import neighbors
from geo.points import LonLat, check_points
from geo.reshape import draw, merge, move_border, split, undo
from geo.smoothing import Chance, empirical_bayes
from geo.territories import propose
from geo.tessellate import tessellate
from geo.tessellate.cells import Cells
from geo.tessellate.spec import EditedSpec, H3Spec, HexSpec, PolygonSpec, SquareSpec, spec_from_dict
from geo.tessellate.spec_points import QuadSpec, VoronoiSpec
from geo.walking import walking_areas, walking_minutes

__all__ = [
    "Cells",
    "Chance",
    "Datum",
    "DatumGuess",
    "EditedSpec",
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
    "bands",
    "bridge",
    "carry",
    "check_points",
    "circle",
    "convert",
    "coverage",
    "detect_datum",
    "distance_m",
    "draw",
    "empirical_bayes",
    "hot_spots",
    "huff_share",
    "merge",
    "move_border",
    "neighbors",
    "propose",
    "ring_of",
    "rings",
    "spec_from_dict",
    "split",
    "tessellate",
    "undo",
    "walking_areas",
    "walking_minutes",
]
