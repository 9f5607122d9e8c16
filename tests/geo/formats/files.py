"""Small files of every format, written by the programs that people use."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import osmium
from shapely.geometry import Polygon

NAMES = ["大冲", None, "白石洲"]
HOMES = [411, None, 25]
SHAPES = [
    Polygon([(113.9, 22.5), (113.91, 22.5), (113.91, 22.51), (113.9, 22.51)]),
    Polygon([(113.92, 22.5), (113.93, 22.5), (113.93, 22.51), (113.92, 22.5)]),
    Polygon([(113.94, 22.5), (113.95, 22.5), (113.95, 22.51), (113.94, 22.51)]),
]


def frame(crs: str | None = "EPSG:4326") -> gpd.GeoDataFrame:
    columns = {"code": ["a", "b", "c"], "name": NAMES, "homes": HOMES}
    made = gpd.GeoDataFrame(columns, geometry=SHAPES, crs="EPSG:4326")
    made["homes"] = made["homes"].astype("Int64")
    return made.set_crs(None, allow_override=True) if crs is None else made.to_crs(crs)


def geojson(*features: object, **members: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **members}).encode()


def feature(geometry: object, **members: object) -> dict[str, object]:
    return {"type": "Feature", "properties": {}, "geometry": geometry, **members}


def geopackage(folder: Path, *layers: tuple[str, gpd.GeoDataFrame]) -> bytes:
    path = folder / "made.gpkg"
    for name, content in layers or (("cells", frame()),):
        content.to_file(path, layer=name, driver="GPKG")
    return path.read_bytes()


def geoparquet(folder: Path, content: gpd.GeoDataFrame | None = None, **options: Any) -> bytes:
    path = folder / "made.parquet"
    (frame() if content is None else content).to_parquet(path, **options)
    return path.read_bytes()


def shapefile(
    folder: Path, content: gpd.GeoDataFrame | None = None, encoding: str = "UTF-8"
) -> dict[str, bytes]:
    """Return the files of a Shapefile by name."""
    path = folder / "made.shp"
    content = frame() if content is None else content
    content.to_file(path, driver="ESRI Shapefile", encoding=encoding)
    return {one.name: one.read_bytes() for one in sorted(folder.glob("made.*"))}


def zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def kml(*placemarks: str, head: str = "") -> bytes:
    body = "".join(placemarks) or placemark("大冲", "113.9,22.5,7")
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}'
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'
    ).encode()


def placemark(name: str, corner: str) -> str:
    return (
        f'<Placemark id="p"><name>{name}</name><visibility>0</visibility>'
        '<ExtendedData><Data name="kind"><value>community</value></Data></ExtendedData>'
        f"<Point><coordinates>{corner}</coordinates></Point></Placemark>"
    )


OSM = b"""<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
<node id="1" lat="22.50" lon="113.90"/>
<node id="2" lat="22.50" lon="113.91"/>
<node id="3" lat="22.51" lon="113.91"/>
<node id="4" lat="22.51" lon="113.90"><tag k="amenity" v="bank"/><tag k="name" v="\xe6\x8b\x9b\xe5\x95\x86"/></node>
<way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
  <tag k="building" v="yes"/></way>
<way id="11"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/><tag k="highway" v="service"/></way>
<way id="12"><nd ref="1"/><nd ref="2"/><nd ref="99"/><tag k="highway" v="primary"/></way>
<way id="13"><nd ref="98"/><nd ref="99"/><tag k="highway" v="primary"/></way>
<way id="14"><nd ref="1"/><nd ref="2"/><nd ref="99"/><nd ref="1"/><tag k="landuse" v="grass"/></way>
<way id="15"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/></way>
<way id="16"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="1"/>
  <tag k="leisure" v="track"/><tag k="area" v="no"/></way>
<relation id="20"><member type="way" ref="15" role="outer"/>
  <tag k="type" v="multipolygon"/><tag k="landuse" v="residential"/></relation>
<relation id="21"><member type="way" ref="13" role="outer"/>
  <tag k="type" v="multipolygon"/><tag k="landuse" v="forest"/></relation>
<relation id="22"><member type="way" ref="12" role=""/><tag k="type" v="route"/></relation>
</osm>"""


def osm_pbf(folder: Path) -> bytes:
    """Return the same as OSM, in the binary form."""
    given, path = folder / "made.osm", folder / "made.osm.pbf"
    given.write_bytes(OSM)
    with osmium.SimpleWriter(str(path)) as writer:
        for item in osmium.FileProcessor(str(given)):
            writer.add(item)
    return path.read_bytes()


def every_format(folder: Path) -> dict[str, bytes]:
    """Return one good file of each format by its name."""
    return {
        "made.geojson": geojson(feature({"type": "Point", "coordinates": [113.9, 22.5]})),
        "made.gpkg": geopackage(folder),
        "made.parquet": geoparquet(folder),
        "made.zip": zipped(shapefile(folder)),
        "made.kml": kml(),
        "made.kmz": zipped({"doc.kml": kml()}),
        "made.osm": OSM,
        "made.osm.pbf": osm_pbf(folder),
    }
