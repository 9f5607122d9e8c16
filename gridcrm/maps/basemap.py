"""The base map under the cells: none, a PMTiles file, or a template that the server asks."""

import asyncio
import http.client
import mmap
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, Request, build_opener

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import Datum, convert
from geo.render.view import TileKind, TilesSpec
from gridcrm.core.settings import Settings

TILES = "/map/tiles/{z}/{x}/{y}"
_DEEPEST = 22
_SECONDS = 6
_MOST_BYTES = 2_000_000
_PLACES = ("{z}", "{x}", "{y}")
_IMAGES = frozenset({"image/png", "image/jpeg", "image/webp"})
_DATUMS = (Datum.WGS84, Datum.GCJ02)


def drawn_in(datum: Datum, shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return shapes in WGS 84 where a base map of this datum shows them."""
    if datum is Datum.WGS84:
        return shapes
    moved = shapely.transform(
        shapes, lambda at: np.column_stack(convert(at[:, 0], at[:, 1], Datum.WGS84, datum))
    )
    return np.asarray(moved, dtype=object)


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as it is sent on; vector tiles are packed already."""

    content: bytes
    media_type: str
    packed: bool = False


class Source(Protocol):
    """Where tiles come from."""

    @property
    def kind(self) -> TileKind:
        """Return what a tile is."""
        ...

    @property
    def deepest(self) -> int:
        """Return the deepest zoom that has tiles."""
        ...

    async def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return a tile, None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Basemap:
    """A base map, the datum it is drawn in, and whose data it is."""

    source: Source
    datum: Datum
    credit: str

    def shown(self, name: str) -> TilesSpec:
        """Return how a map page asks for it."""
        return TilesSpec(name, TILES, self.source.kind, self.source.deepest, self.credit)

    async def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return a tile, None outside the world or where the source has none."""
        if not (
            0 <= z <= min(_DEEPEST, self.source.deepest) and 0 <= x < 1 << z and 0 <= y < 1 << z
        ):
            return None
        return await self.source.tile(z, x, y)


@lru_cache(maxsize=4)
def basemap_of(settings: Settings) -> Basemap | None:
    """Return the base map of an installation; what is set wrongly stops the start with the reason."""
    if not settings.basemap:
        return None
    if settings.basemap_datum not in {datum.value for datum in _DATUMS}:
        raise SystemExit("GRIDCRM_BASEMAP_DATUM must be wgs84 or gcj02.")
    datum = Datum(settings.basemap_datum)
    if settings.basemap.endswith(".pmtiles"):
        return Basemap(TileFile(Path(settings.basemap)), datum, settings.basemap_credit)
    return Basemap(_template(settings), datum, settings.basemap_credit)


def _template(settings: Settings) -> "TileTemplate":
    address = urlsplit(settings.basemap)
    if address.scheme not in ("http", "https") or any(p not in settings.basemap for p in _PLACES):
        raise SystemExit(
            "GRIDCRM_BASEMAP must be a .pmtiles file, or an http address with {z}, {x} and {y}."
        )
    if (address.hostname or "") not in settings.basemap_hosts:
        raise SystemExit(
            f"GRIDCRM_BASEMAP asks {address.hostname}, which GRIDCRM_BASEMAP_HOSTS does not name."
        )
    return TileTemplate(settings.basemap, settings.basemap_hosts)


class TileFile:
    """Tiles of a PMTiles file on this machine."""

    def __init__(self, path: Path) -> None:
        from pmtiles.reader import Reader

        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._reader = Reader(lambda start, length: self._map[start : start + length])
            header: dict[str, Any] = self._reader.header()
        except Exception as error:  # the library raises whatever a broken file makes it meet
            raise SystemExit(f"GRIDCRM_BASEMAP: {path} can't be read: {error}") from error
        kind = header["tile_type"].name.lower()
        self.kind = TileKind.VECTOR if kind == "mvt" else TileKind.RASTER
        self.deepest = int(header["max_zoom"])
        self._media_type = (
            "application/vnd.mapbox-vector-tile" if kind == "mvt" else f"image/{kind}"
        )
        self._packed = header["tile_compression"].name == "GZIP"

    async def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return a tile of the file."""
        content = self._reader.get(z, x, y)
        return Tile(content, self._media_type, self._packed) if content else None


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True)
class TileTemplate:
    """Tiles of another server, asked by this one: browsers of the intranet never leave it."""

    address: str
    hosts: frozenset[str]
    kind: TileKind = TileKind.RASTER
    deepest: int = 18
    _opener: OpenerDirector = field(
        default_factory=lambda: build_opener(_NoRedirect), repr=False, compare=False
    )

    async def tile(self, z: int, x: int, y: int) -> Tile | None:
        """Return the picture that the other server has, None if it does not answer with one."""
        return await asyncio.to_thread(self._ask, z, x, y)

    def _ask(self, z: int, x: int, y: int) -> Tile | None:
        values = {"{z}": str(z), "{x}": str(x), "{y}": str(y)}
        address = re.sub(r"\{[zxy]\}", lambda found: values[found[0]], self.address)
        request = Request(address, headers={"User-Agent": "GridCRM"})  # noqa: S310  checked at the start
        try:
            with self._opener.open(request, timeout=_SECONDS) as answer:
                media_type = answer.headers.get_content_type()
                content = answer.read(_MOST_BYTES + 1)
        except (URLError, http.client.HTTPException, OSError):
            return None
        if media_type not in _IMAGES or len(content) > _MOST_BYTES:
            return None
        return Tile(content, media_type)
