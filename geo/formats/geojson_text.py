"""Features as the text of GeoJSON (RFC 7946), for files and for answers over the network."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np
import shapely

from geo.formats.reading import Shapes

DECIMALS = 7
"""Of a degree, in files: one centimetre; RFC 7946 advises no more."""
SCREEN_DECIMALS = 6
"""Of a degree, on a screen: 11 cm."""
_ENCODER = msgspec.json.Encoder()  # what is no number becomes null


def feature_texts(
    ids: Iterable[Any], rows: Iterable[Mapping[str, Any]], shapes: Shapes, decimals: int = DECIMALS
) -> list[str]:
    """Return every feature as text, its rings by the right hand; an id of None is left out."""
    return [
        _feature(key, row, geometry)
        for key, row, geometry in zip(ids, rows, _geometries(shapes, decimals), strict=True)
    ]


def collection(
    ids: Iterable[Any], rows: Iterable[Mapping[str, Any]], shapes: Shapes, decimals: int = DECIMALS
) -> bytes:
    """Return the features as one collection."""
    texts = feature_texts(ids, rows, shapes, decimals)
    return f'{{"type":"FeatureCollection","features":[{",".join(texts)}]}}'.encode()


def _feature(key: Any, properties: Mapping[str, Any], geometry: str | None) -> str:
    named = "" if key is None else f'"id":{_dumps(key)},'
    return (
        f'{{"type":"Feature",{named}"properties":{_dumps(properties)},'
        f'"geometry":{geometry or "null"}}}'
    )


def _geometries(shapes: Shapes, decimals: int) -> Sequence[str | None]:
    rounded = shapely.transform(shapes, lambda xy: np.round(xy, decimals) + 0.0)  # -0.0 is 0.0
    texts: Sequence[str | None] = shapely.to_geojson(shapely.orient_polygons(rounded)).tolist()
    return texts


def _dumps(value: object) -> str:
    return _ENCODER.encode(value).decode()
