"""Which formats are known, and how a file's first bytes tell which one it is."""

from enum import StrEnum

from geo.errors import FormatError


class Format(StrEnum):
    """A way of storing features in a file."""

    GEOJSON = "geojson"
    GEOPACKAGE = "gpkg"
    GEOPARQUET = "parquet"
    SHAPEFILE = "shapefile"
    KML = "kml"
    KMZ = "kmz"
    OSM_PBF = "osm_pbf"
    OSM_XML = "osm_xml"
    PMTILES = "pmtiles"


NAMES = {
    Format.GEOJSON: "GeoJSON",
    Format.GEOPACKAGE: "GeoPackage",
    Format.GEOPARQUET: "GeoParquet",
    Format.SHAPEFILE: "Shapefile",
    Format.KML: "KML",
    Format.KMZ: "KMZ",
    Format.OSM_PBF: "OSM PBF",
    Format.OSM_XML: "OSM XML",
    Format.PMTILES: "PMTiles",
}
SUFFIXES = {
    ".geojson": Format.GEOJSON,
    ".json": Format.GEOJSON,
    ".gpkg": Format.GEOPACKAGE,
    ".parquet": Format.GEOPARQUET,
    ".geoparquet": Format.GEOPARQUET,
    ".zip": Format.SHAPEFILE,
    ".kml": Format.KML,
    ".kmz": Format.KMZ,
    ".pbf": Format.OSM_PBF,
    ".osm": Format.OSM_XML,
    ".xml": Format.OSM_XML,
}
"""The endings of names that can be read, each with the format it promises."""
HEAD_BYTES = 4096

_STARTS = {
    b"SQLite format 3\x00": Format.GEOPACKAGE,
    b"PAR1": Format.GEOPARQUET,
    b"PK\x03\x04": Format.SHAPEFILE,
}
_PBF_HEADER = b"\n\x09OSMHeader"
_BOM = b"\xef\xbb\xbf"
_BARE_SHAPEFILE = b"\x00\x00\x27\x0a"


def recognise(head: bytes) -> Format:
    """Return the format that the first bytes of a file show; a zip counts as Shapefile for now."""
    if not head:
        raise FormatError("The file is empty.", "Choose another one.")
    for start, found in _STARTS.items():
        if head.startswith(start):
            return found
    if head[4:].startswith(_PBF_HEADER):
        return Format.OSM_PBF
    return _of_text(head.removeprefix(_BOM).lstrip()) or _unknown(head)


def promised(name: str) -> Format | None:
    """Return the format that the ending of a name promises, None for an unknown ending."""
    ending = name.lower().rpartition(".")[2]
    return SUFFIXES.get(f".{ending}")


def _of_text(text: bytes) -> Format | None:
    if text.startswith((b"{", b"[")):
        return Format.GEOJSON
    if not text.startswith(b"<"):
        return None
    if b"<osm" in text:
        return Format.OSM_XML
    return Format.KML if b"<kml" in text or b":kml" in text else None


def _unknown(head: bytes) -> Format:
    if head.startswith(_BARE_SHAPEFILE):
        raise FormatError(
            "This is one file of a Shapefile, which has several.",
            "Pack .shp, .shx, .dbf, .prj and .cpg into one zip file.",
        )
    raise FormatError(
        "What is in this file is none of the known formats.",
        "Choose GeoJSON, GeoPackage, GeoParquet, a zipped Shapefile, KML or an OSM file.",
    )
