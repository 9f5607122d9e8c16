"""Writing features for other programs: GeoPackage, GeoParquet, GeoJSON and PMTiles."""

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import shapely
from pyproj import Transformer

from geo.errors import FormatError
from geo.formats.geojson_text import collection
from geo.formats.kinds import Format
from geo.formats.raw import plain
from geo.formats.reading import Shapes
from geo.frame import CRS

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa

ENDINGS = {
    Format.GEOPACKAGE: ".gpkg",
    Format.GEOPARQUET: ".parquet",
    Format.GEOJSON: ".geojson",
    Format.PMTILES: ".pmtiles",
}
"""What can be written, each with the ending of its name."""

_ALSO = {".json": Format.GEOJSON, ".geoparquet": Format.GEOPARQUET}
_FORMATS = {ending: form for form, ending in ENDINGS.items()} | _ALSO
_WEB_MERCATOR = "EPSG:3857"
_TILES: dict[str, Any] = {"MINZOOM": 8, "MAXZOOM": 15, "MAX_SIZE": 8_000_000}
"""Tiles may be far larger than a branch's cells need: above that, features would be left out."""


class _Target(NamedTuple):
    """Through which driver of GDAL a layer is written, and how."""

    driver: str
    layer: str
    geometry: str
    crs: str
    options: dict[str, Any]


def format_of(path: Path) -> Format:
    """Return the format in which a file of this name is written."""
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise FormatError(
            "A file called {name} can't be written.",
            "Let its name end in one of: {endings}.",
            name=path.name,
            endings=", ".join(ENDINGS.values()),
        )
    return form


def write(
    frame: "gpd.GeoDataFrame", path: Path, *, id_column: str = "", layer: str = "features"
) -> None:
    """Write a frame in EPSG:4326 into a file, in the format that the file's ending names.

    In GeoJSON the values of `id_column` become the ids of the features, in the other formats it
    stays a column. `layer` is what the layer of a GeoPackage or of tiles is called.
    """
    form = format_of(path)
    if frame.crs is None or not frame.crs.equals(CRS):
        raise FormatError("Only a table in EPSG:4326 can be written.", "Use to_crs first.")
    table, shapes = _table(frame), np.asarray(frame.geometry.array, dtype=object)
    path.unlink(missing_ok=True)
    if form is Format.GEOJSON:
        path.write_bytes(_collection(table, shapes, id_column))
    elif form is Format.GEOPARQUET:
        frame.to_parquet(path, index=False)
    elif form is Format.GEOPACKAGE:
        _write_gdal(table, shapes, path, _Target("GPKG", layer, str(frame.geometry.name), CRS, {}))
    else:
        tiles = _Target("PMTiles", layer, str(frame.geometry.name), _WEB_MERCATOR, _TILES)
        _write_gdal(table, _in_web_mercator(shapes), path, tiles)


def to_geojson(frame: "gpd.GeoDataFrame", id_column: str = "") -> bytes:
    """Return a frame in EPSG:4326 as RFC 7946 has it: rings by the right hand, seven decimals."""
    return _collection(_table(frame), np.asarray(frame.geometry.array, dtype=object), id_column)


def _table(frame: "gpd.GeoDataFrame") -> "pa.Table":
    """Return the attributes of a frame; a missing value is missing, whatever pandas calls it."""
    import pandas as pd
    import pyarrow as pa

    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    try:
        table = pa.Table.from_pandas(attributes, preserve_index=False)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise FormatError(
            "A column holds values of different types: {error}.",
            "Make them all texts or all numbers.",
            error=str(error.args[0]),
        ) from error
    fields = [_named(field) for field in table.schema]
    return table.cast(pa.schema(fields))


def _named(field: "pa.Field") -> "pa.Field":
    """Return a field that every format can hold: a column without any value is one of texts."""
    import pyarrow as pa

    return field.with_type(pa.string()) if pa.types.is_null(field.type) else field


def _collection(table: "pa.Table", shapes: Shapes, id_column: str) -> bytes:
    columns = {name: list(map(plain, table[name].to_pylist())) for name in table.column_names}
    ids = columns.pop(id_column) if id_column else [None] * len(shapes)
    values = zip(*columns.values(), strict=True) if columns else [()] * len(shapes)
    rows = (dict(zip(columns, row, strict=True)) for row in values)
    return collection(ids, rows, shapes)


def _in_web_mercator(shapes: Shapes) -> Shapes:
    there = Transformer.from_crs(CRS, _WEB_MERCATOR, always_xy=True)
    flat: Shapes = shapely.transform(
        shapes, lambda xy: np.column_stack(there.transform(xy[:, 0], xy[:, 1]))
    )
    return flat


def _write_gdal(table: "pa.Table", shapes: Shapes, path: Path, target: _Target) -> None:
    import pyarrow as pa
    from pyogrio import write_arrow

    kinds = {shape.geom_type for shape in shapes if shape is not None}
    columns = {name: table[name] for name in table.column_names}
    columns[target.geometry] = pa.array(shapely.to_wkb(shapes).tolist(), pa.binary())
    write_arrow(
        pa.table(columns),
        path,
        layer=target.layer,
        driver=target.driver,
        geometry_name=target.geometry,
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        crs=target.crs,
        **target.options,
    )
