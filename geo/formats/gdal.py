"""Reading GeoPackage, Shapefile and KML with GDAL; only in a process made for it.

The process is started with all drivers but those of DRIVERS switched off.
"""

from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError, ParserCreate

from geo.errors import FormatError
from geo.formats.archive import SHAPEFILE_PARTS, Archive
from geo.formats.kinds import Format
from geo.formats.limits import Limits
from geo.formats.raw import Raw, columns_of, from_wkb
from geo.formats.reading import Remark, warn

DRIVERS = {
    Format.GEOPACKAGE: "GPKG",
    Format.SHAPEFILE: "ESRI Shapefile",
    Format.KML: "LIBKML",
    Format.KMZ: "LIBKML",
}
_BATCH = 10_000
_NAMED = 20
_FOLDER = "folder"
_KML_NAMES = {"Name": "name", "Description": "description"}
_LOOKS = "timestamp begin end altitudeMode tessellate extrude visibility drawOrder icon"
_KML_LOOKS = frozenset(_LOOKS.split())
_CHINESE, _LATIN = "GB18030", "UTF-8"
_HAS_NO_GEOMETRY = None


def read_geopackage(path: Path, layer: str, limits: Limits) -> Raw:
    """Return one layer of a GeoPackage."""
    layers = _spatial(path)
    chosen = choose(layers, layer)
    rows, wkb, crs = _features(path, chosen, limits)
    return _raw(rows, wkb, crs, limits, (chosen, layers), _of_several(layers, layer))


def read_shapefile(archive: Archive, layer: str, limits: Limits, folder: Path) -> Raw:
    """Return one Shapefile of a zip file."""
    layers = tuple(archive.stems(".shp"))
    chosen = choose(layers, layer)
    path = archive.unpack(chosen, SHAPEFILE_PARTS, folder)
    encoding, guessed = _encoding(path)
    rows, wkb, crs = _features(path, path.stem, limits, encoding)
    remarks = (*_of_several(layers, layer), *guessed)
    return _raw(rows, wkb, crs, limits, (chosen, layers), remarks)


def read_kml(path: Path, layer: str, limits: Limits) -> Raw:
    """Return the placemarks of a KML file, of all folders if none is chosen."""
    _refuse_entities(path)
    layers = _spatial(path)
    rows: list[dict[str, Any]] = []
    wkb: list[bytes | None] = []
    for name in (choose(layers, layer),) if layer else layers:
        found, shapes, _ = _features(path, name, limits)
        rows += [_placemark(row) | {_FOLDER: name} for row in found]
        wkb += shapes
        limits.check_features(len(rows))
    return _raw(rows, wkb, "EPSG:4326", limits, (layer, layers))


def choose(layers: tuple[str, ...], wanted: str) -> str:
    """Return the layer that was asked for, the first one if none was."""
    if not layers:
        raise FormatError(
            "There is no layer with shapes in the file.",
            "Choose a file with points, lines or areas.",
        )
    if wanted and wanted not in layers:
        raise FormatError(
            "The file has no layer {layer}.",
            "Choose one of: {layers}.",
            layer=wanted[:80],
            layers=", ".join(layers[:_NAMED]),
        )
    return wanted or layers[0]


def _of_several(layers: tuple[str, ...], wanted: str) -> tuple[Remark, ...]:
    if wanted or len(layers) == 1:
        return ()
    names = ", ".join(layers[:_NAMED])
    return (
        warn(
            "The file has several layers: {names}. Read was: {first}.", names=names, first=layers[0]
        ),
    )


def _spatial(path: Path) -> tuple[str, ...]:
    from pyogrio import list_layers  # here, because GDAL is wanted in few places

    return tuple(str(name) for name, kind in list_layers(path) if kind is not _HAS_NO_GEOMETRY)


def _features(
    path: Path, layer: str, limits: Limits, encoding: str | None = None
) -> tuple[list[dict[str, Any]], list[bytes | None], str]:
    from pyogrio.raw import open_arrow

    rows: list[dict[str, Any]] = []
    wkb: list[bytes | None] = []
    with open_arrow(
        path,
        layer,
        encoding,
        batch_size=_BATCH,
        use_pyarrow=True,
        datetime_as_string=True,
    ) as opened:
        about, batches = opened
        geometry = about["geometry_name"] or "wkb_geometry"
        for batch in batches:
            found = batch.to_pylist()
            wkb += [row.pop(geometry) for row in found]
            rows += found
            limits.check_features(len(rows))
    return rows, wkb, about["crs"] or ""


def _raw(
    rows: list[dict[str, Any]],
    wkb: list[bytes | None],
    crs: str,
    limits: Limits,
    layer: tuple[str, tuple[str, ...]],
    remarks: tuple[Remark, ...] = (),
) -> Raw:
    shapes, faults = from_wkb(wkb, limits)
    columns, dropped = columns_of(rows, limits)
    refs = [""] * len(rows)
    return Raw(shapes, columns, refs, crs, *layer, faults, (*remarks, *dropped))


def _placemark(row: dict[str, Any]) -> dict[str, Any]:
    """Return what a placemark says, without how it looks."""
    kept = {name: value for name, value in row.items() if name not in _KML_LOOKS}
    return {_KML_NAMES.get(name, name): value for name, value in kept.items()}


def _encoding(path: Path) -> tuple[str | None, tuple[Remark, ...]]:
    """Return how the texts of a Shapefile are written, if it does not say so itself."""
    table = path.with_suffix(".dbf")
    if path.with_suffix(".cpg").exists() or not table.exists():
        return None, ()
    try:
        table.read_bytes()[32:].decode(_LATIN)
    except UnicodeDecodeError:
        return _CHINESE, (warn("The file does not name its encoding; GB18030 was taken."),)
    return _LATIN, ()


def _refuse_entities(path: Path) -> None:
    """Refuse a document type, in which texts can be defined that grow without end."""
    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(path.read_bytes(), True)  # noqa: FBT003
    except ExpatError as error:
        raise FormatError(
            "The KML file is damaged: {error}.",
            "It may have been cut off on its way. Save it again.",
            error=error,
        ) from error


def _refuse_doctype(*_: object) -> None:
    raise FormatError(
        "The KML file defines its own entities, which may hide anything.",
        "Save it again without a document type.",
    )
