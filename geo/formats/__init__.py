"""Files of other programs: read with care, written so that they can be read anywhere."""

from geo.formats.kinds import Format
from geo.formats.limits import Limits
from geo.formats.reader import read
from geo.formats.reading import Fault, Reading, Refused, Remark
from geo.formats.writer import format_of, to_geojson, write

__all__ = [
    "Fault",
    "Format",
    "Limits",
    "Reading",
    "Refused",
    "Remark",
    "format_of",
    "read",
    "to_geojson",
    "write",
]
