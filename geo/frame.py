"""Frames of polygons: reading imported ones, writing our own."""

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from pyproj.exceptions import ProjError

from geo.area import checked_area
from geo.errors import FrameError, GeoError

if TYPE_CHECKING:
    import geopandas as gpd

CRS = "EPSG:4326"


def cell_frame(
    ids: NDArray[np.object_], geometry: NDArray[np.object_], area_m2: NDArray[np.float64]
) -> "gpd.GeoDataFrame":
    """Return a frame in EPSG:4326 with the columns cell_id, geometry and area_m2."""
    import geopandas as gpd  # here, because it takes a second to load

    return gpd.GeoDataFrame(
        {"cell_id": ids, "geometry": geometry, "area_m2": area_m2}, geometry="geometry", crs=CRS
    )


def read_polygons(
    frame: "gpd.GeoDataFrame", key: str
) -> tuple[tuple[str, ...], NDArray[np.object_]]:
    """Return the keys of a frame of polygons and its shapes in WGS 84, sorted by key.

    Invalid shapes are mended, heights are passed over; what can't be a cell is refused by its row.
    """
    if not hasattr(frame, "crs"):
        raise FrameError("There are no shapes in this table.", "Give a GeoDataFrame.")
    if key not in frame.columns:
        raise FrameError(
            "The table has no column {key}.",
            "Choose one of: {columns}.",
            key=key,
            columns=", ".join(str(name) for name in frame.columns if name != frame.geometry.name),
        )
    keys = _keys(frame[key].tolist(), key)
    shapes = _shapes(_in_degrees(frame), keys)
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return tuple(keys[i] for i in order), shapes[order]


def _keys(values: list[object], column: str) -> list[str]:
    keys = [_text(value) for value in values]
    missing = [row for row, text in enumerate(keys, start=1) if not text]
    if missing:
        raise FrameError(
            "Row {row} has no {column}.",
            "Fill in the column or choose another one.",
            row=missing[0],
            column=column,
        )
    twice = [text for text, times in Counter(keys).items() if times > 1]
    if twice:
        rows = [str(row) for row, text in enumerate(keys, start=1) if text == twice[0]]
        raise FrameError(
            "{key} stands more than once in {column}: in the rows {rows}.",
            "Choose a column in which every polygon has its own value.",
            rows=", ".join(rows[:5]),
            column=column,
            key=twice[0],
        )
    return keys


def _text(value: object) -> str:
    if value is None or value != value:  # noqa: PLR0124  NaN and NA are not equal to themselves
        return ""
    return str(value).strip()


def _in_degrees(frame: "gpd.GeoDataFrame") -> "gpd.GeoDataFrame":
    if frame.crs is None:
        raise FrameError(
            "The table does not say in which coordinates it is.",
            "Set its reference system, for example EPSG:4326.",
        )
    if frame.crs.equals(CRS):
        return frame
    try:
        return frame.to_crs(CRS)
    except ProjError as error:
        raise FrameError(
            "No way leads from the coordinates of the table to WGS 84: {error}.",
            "Save it again as EPSG:4326.",
            error=error,
        ) from error


def _shapes(frame: "gpd.GeoDataFrame", keys: list[str]) -> NDArray[np.object_]:
    if not len(frame):
        raise FrameError("The table has no polygons.", "Choose a file with at least one.")
    out = np.empty(len(frame), dtype=object)
    for at, (whole, key) in enumerate(zip(frame.geometry.to_numpy(), keys, strict=True)):
        if whole is None or whole.is_empty:
            raise FrameError(
                "Row {row} ({key}) has no shape.",
                "Draw it, or leave the row out.",
                row=at + 1,
                key=key,
            )
        try:
            out[at] = checked_area(whole)
        except GeoError as error:
            raise FrameError(
                "Row {row} ({key}): {reason}", row=at + 1, key=key, reason=str(error)
            ) from error
    return out
