"""Cells as compact GeoJSON bytes: six decimals (11 cm), the feature's id is the cell's.

Corners of neighbouring cells are the same, so every different corner is written out once.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import RenderError
from geo.tessellate.cells import Cells

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

Columns = Mapping[str, Sequence[Any] | NDArray[Any]]

_SCALE = 1_000_000  # six decimals


def cells_geojson(cells: Cells, columns: Columns | None = None) -> bytes:
    """Return the cells as a feature collection, `columns` as the properties in the cells' order."""
    shapes = cells.frame.geometry.to_numpy()
    return _collection(cells.ids.tolist(), shapes, columns or {})


def frame_geojson(frame: "gpd.GeoDataFrame", id_column: str) -> bytes:
    """Return a frame in EPSG:4326 as a feature collection, its other columns as properties."""
    others = [name for name in frame.columns if name not in (id_column, frame.geometry.name)]
    columns = {str(name): _known(frame[name]) for name in others}
    return _collection(frame[id_column].tolist(), frame.geometry.to_numpy(), columns)


def wkb_geojson(ids: Sequence[str], wkb: Sequence[bytes], columns: Columns | None = None) -> bytes:
    """Return stored shapes (WKB in EPSG:4326) as a feature collection."""
    return _collection(list(ids), np.asarray(shapely.from_wkb(list(wkb)), object), columns or {})


def _collection(ids: list[Any], shapes: NDArray[np.object_], columns: Columns) -> bytes:
    if len(ids) != len(shapes):
        raise RenderError(
            "There are {ids} ids for {shapes} shapes.",
            "Give one id for each shape.",
            ids=len(ids),
            shapes=len(shapes),
        )
    features = (
        f'{{"type":"Feature","id":{_dumps(key)},"properties":{_dumps(row)},"geometry":{geometry}}}'
        for key, row, geometry in zip(
            ids, _rows(len(ids), columns), geometry_texts(shapes), strict=True
        )
    )
    return f'{{"type":"FeatureCollection","features":[{",".join(features)}]}}'.encode()


def geometry_texts(shapes: NDArray[np.object_]) -> list[str]:
    """Return every polygon or multipolygon as the text of a GeoJSON geometry."""
    if not len(shapes):
        return []
    parts, owner = shapely.get_parts(shapes, return_index=True)
    kinds, empty = shapely.get_type_id(parts), shapely.is_empty(shapes)
    if empty.any() or (kinds != shapely.GeometryType.POLYGON).any():
        raise RenderError(
            "Only polygons can be written as cells.", "Leave out lines, points and empty shapes."
        )
    rings, polygon = shapely.get_rings(shapely.orient_polygons(parts), return_index=True)
    texts = _joined(_ring_texts(rings), polygon, len(parts))
    return [
        f'{{"type":"Polygon","coordinates":{several[0]}}}'
        if len(several) == 1
        else f'{{"type":"MultiPolygon","coordinates":[{",".join(several)}]}}'
        for several in _grouped(texts, owner, len(shapes))
    ]


def _ring_texts(rings: NDArray[np.object_]) -> list[str]:
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    scaled = np.rint(coordinates * _SCALE).astype(np.int64)
    keys, which = np.unique((scaled[:, 0] << 32) + scaled[:, 1], return_inverse=True)
    east = (keys + (1 << 31)) >> 32
    pairs = zip((east / _SCALE).tolist(), ((keys - (east << 32)) / _SCALE).tolist(), strict=True)
    corners = np.array([f"[{lon},{lat}]" for lon, lat in pairs], dtype=object)
    return _joined(corners[which].tolist(), ring, len(rings))


def _joined(texts: list[str], owner: NDArray[np.intp], count: int) -> list[str]:
    return [f"[{','.join(several)}]" for several in _grouped(texts, owner, count)]


def _grouped(texts: list[str], owner: NDArray[np.intp], count: int) -> Iterable[list[str]]:
    """Yield for each owner, 0 to count, its texts; owners ascend."""
    ends = np.searchsorted(owner, np.arange(count), side="right").tolist()
    start = 0
    for end in ends:
        yield texts[start:end]
        start = end


def _rows(count: int, columns: Columns) -> Iterable[dict[str, Any]]:
    plain = {name: _plain(values) for name, values in columns.items()}
    for name, values in plain.items():
        if len(values) != count:
            raise RenderError(
                "The column {name} has {values} values for {count} cells.",
                "Give one value for each cell, in the same order.",
                name=name,
                values=len(values),
                count=count,
            )
    if not plain:
        return ({} for _ in range(count))
    return (dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True))


def _known(column: "pd.Series") -> list[Any]:
    return list(column.astype(object).where(column.notna(), None))


def _plain(values: Sequence[Any] | NDArray[Any]) -> list[Any]:
    listed = values.tolist() if isinstance(values, np.ndarray) else list(values)
    return [None if value != value else value for value in listed]  # noqa: PLR0124  NaN


def _dumps(value: object) -> str:
    return json.dumps(
        value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_other
    )


def _other(value: object) -> object:
    return value.item() if isinstance(value, np.generic) else str(value)
