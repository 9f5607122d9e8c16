"""Reading GeoParquet 1.0 and 1.1: well-known binary or arrays of coordinates."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import FormatError
from geo.formats.limits import Limits
from geo.formats.raw import Raw, from_wkb, left_out, plain, renamed
from geo.formats.reading import Fault, Shapes

if TYPE_CHECKING:
    import pyarrow as pa

_WGS84 = "OGC:CRS84"
_DEPTHS = {
    "point": 0,
    "linestring": 1,
    "multipoint": 1,
    "polygon": 2,
    "multilinestring": 2,
    "multipolygon": 3,
}


def read_parquet(path: Path, limits: Limits) -> Raw:
    """Return the features of a GeoParquet file."""
    from pyarrow.parquet import ParquetFile  # here, because it takes a while to load

    with ParquetFile(path) as file:
        limits.check_features(file.metadata.num_rows)
        limits.check_unpacked(_unpacked_bytes(file.metadata))
        name, column = _geometry(file.metadata.metadata or {})
        names = [field.name for field in file.schema_arrow]
        others = [other for other in names if other != name][: limits.columns]
        table = file.read([*others, name], use_threads=False)
    shapes, faults = _shapes(table[name], str(column.get("encoding", "")).lower(), limits)
    columns = renamed({other: _values(table[other]) for other in others})
    remarks = left_out(len(names) - 1, len(others))
    refs = [""] * len(shapes)
    return Raw(shapes, columns, refs, _crs(column), faults=faults, remarks=remarks)


def _geometry(metadata: Mapping[bytes, bytes]) -> tuple[str, Mapping[str, Any]]:
    """Return the name of the column with the shapes, and what the file says of it."""
    try:
        about = json.loads(metadata[b"geo"])
        name = str(about["primary_column"])
        return name, dict(about["columns"][name])
    except (KeyError, ValueError, TypeError) as error:
        raise FormatError(
            "The Parquet file does not say where its shapes are.",
            "Save it as GeoParquet, which does.",
        ) from error


def _unpacked_bytes(metadata: Any) -> int:
    groups = range(metadata.num_row_groups)
    return sum(int(metadata.row_group(group).total_byte_size) for group in groups)


def _crs(column: Mapping[str, Any]) -> str:
    """Return the coordinates: WGS 84 if nothing is said, none if they are said to be unknown."""
    crs = column.get("crs", _WGS84)
    return json.dumps(crs) if isinstance(crs, dict) else str(crs or "")


def _values(column: "pa.ChunkedArray") -> list[Any]:
    import pyarrow as pa

    if pa.types.is_timestamp(column.type):  # nanoseconds would want pandas
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    if pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type):
        return [None] * len(column)
    return [plain(value) for value in column.to_pylist()]


def _shapes(
    column: "pa.ChunkedArray", encoding: str, limits: Limits
) -> tuple[Shapes, dict[int, Fault]]:
    if encoding == "wkb":
        return from_wkb(column.to_pylist(), limits)
    if encoding not in _DEPTHS:
        raise FormatError(
            "The shapes of the file are stored as {encoding}, which is not known.",
            "Save it as GeoParquet 1.0 with WKB.",
            encoding=encoding[:40] or "?",
        )
    shapes = _of_arrays(column.combine_chunks(), encoding)
    limits.check_vertices(int(shapely.get_num_coordinates(shapes).sum()))
    missing = np.flatnonzero(shapely.is_missing(shapes)).tolist()
    return shapes, dict.fromkeys(missing, Fault.NO_GEOMETRY)


def _of_arrays(column: Any, encoding: str) -> Shapes:
    """Build shapes from lists of lists of (x, y), as GeoParquet 1.1 stores them."""
    absent = np.asarray(column.is_null())
    offsets: list[NDArray[np.int64]] = []
    inner = column
    for _ in range(_DEPTHS[encoding]):
        offsets.append(np.asarray(inner.offsets, dtype=np.int64))
        inner = inner.values
    corners = np.column_stack([_numbers(inner.field("x")), _numbers(inner.field("y"))])
    kind = shapely.GeometryType[encoding.upper()]
    shapes = shapely.from_ragged_array(kind, corners, tuple(reversed(offsets)) or None)
    shapes[absent] = None
    return shapes


def _numbers(field: Any) -> NDArray[np.float64]:
    return np.asarray(field.to_numpy(zero_copy_only=False), dtype=np.float64)
