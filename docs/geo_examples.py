"""One example for each public function of geo; docs/geo_pages.py shows its text and its picture.

An example returns what is to be seen: pairs of shapes and a colour for each of them (or for all).
"""

import json
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo import (
    Cells,
    Datum,
    H3Spec,
    HexSpec,
    LonLat,
    PolygonSpec,
    QuadSpec,
    SquareSpec,
    VoronoiSpec,
    area_from_geojson,
    assign_codes,
    bridge,
    check_points,
    circle,
    convert,
    coverage,
    detect_datum,
    distance_m,
    draw,
    huff_share,
    merge,
    move_border,
    neighbors,
    rings,
    split,
    tessellate,
    walking_areas,
    walking_minutes,
)  # fmt: skip
from geo.classify import classify
from geo.formats import Format, format_of, read, to_geojson, write
from geo.hotspots import hot_spots
from geo.palette import Ramp, colours
from geo.plane import Plane
from geo.smoothing import Chance, empirical_bayes
from geo.stats import counts, density_per_km2, rate, wilson
from geo.streets import street_graph
from geo.territories import propose
from geo.walking import reachable_share

A_THIRD = 1 / 3
Shown = Sequence[tuple[Any, Any]]

HOME = LonLat(113.9474738, 22.5438314)
AREA = circle(HOME, 1000)
PLANE = Plane(HOME)
BLUE, GREY, RED, GREEN, AMBER = "#9cc3e6", "#e3e7ec", "#c2410c", "#2f855a", "#d9a441"
SOFT = ("#a6c5e8", "#f2c9a1", "#b7dcc0", "#e8b4bc", "#cfc2e6", "#e9df9f")
_RANDOM = np.random.default_rng(7)
PEOPLE = PLANE.inverse(*_RANDOM.normal((250, 180), (330, 300), (900, 2)).T)
RIVER = shapely.LineString(np.column_stack(PLANE.inverse([-1100, -200, 1100], [-260, -90, -380])))


def at(*metres: tuple[float, float]) -> np.ndarray:
    """Places so many metres east and north of the branch, as rows of longitude and latitude."""
    return np.column_stack(PLANE.inverse(*np.array(metres, dtype=float).T))


def dots(lon: Any, lat: Any) -> np.ndarray:
    """Points to draw."""
    return shapely.points(np.asarray(lon), np.asarray(lat))


def shapes(cells: Cells) -> np.ndarray:
    """The shapes of cells."""
    return cells.frame.geometry.to_numpy()


def shaded(values: Any, ramp: Ramp = Ramp.BLUE) -> list[str]:
    """A colour for each value, by five classes."""
    classed = classify(values)
    table = colours(ramp, max(1, len(classed.classes)))
    return [table[code] if code >= 0 else "#ffffff" for code in classed.codes]


def circle_of_a_branch() -> Shown:
    """`geo.circle`, `geo.LonLat`."""
    area = circle(HOME, radius_m=1000)
    return [([area], BLUE), (dots([HOME.lon], [HOME.lat]), RED)]


def area_of_a_drawing() -> Shown:
    """`geo.area_from_geojson`."""
    ring = at((-800, -500), (700, -700), (900, 400), (0, 800), (-900, 300), (-800, -500)).tolist()
    hole = at((-200, -200), (200, -200), (200, 200), (-200, 200), (-200, -200)).tolist()
    area = area_from_geojson({"type": "Polygon", "coordinates": [ring, hole]})
    return [([area], BLUE)]


def rings_of_distance() -> Shown:
    """`geo.rings`, `geo.ring_of`."""
    found = rings(HOME, radii_m=(300, 600, 1000))
    return [(found, colours(Ramp.BLUE, 3)[::-1])]


def squares() -> Shown:
    """`geo.SquareSpec`, `geo.tessellate`, `geo.Cells`, `geo.spec_from_dict`."""
    cells = tessellate(AREA, SquareSpec(side_m=250, origin=HOME))
    return [(shapes(cells), BLUE)]


def hexagons() -> Shown:
    """`geo.HexSpec`."""
    cells = tessellate(AREA, HexSpec(side_m=160, origin=HOME))
    return [(shapes(cells), BLUE)]


def h3_cells() -> Shown:
    """`geo.H3Spec`."""
    cells = tessellate(AREA, H3Spec(resolution=9))
    return [(shapes(cells), BLUE)]


def quarters_where_people_are() -> Shown:
    """`geo.QuadSpec`."""
    cells = tessellate(AREA, QuadSpec(PEOPLE, max_points=60, min_side_m=60, origin=HOME))
    return [(dots(*PEOPLE), "#c7d3e0"), (shapely.boundary(shapes(cells)), "#4a7fb5")]


def ground_of_sites() -> Shown:
    """`geo.VoronoiSpec`."""
    sites = at((-500, 300), (100, 500), (500, -100), (-200, -400), (0, 0))
    cells = tessellate(AREA, VoronoiSpec(["a", "b", "c", "d", "e"], (sites[:, 0], sites[:, 1])))
    return [(shapes(cells), SOFT), (dots(*sites.T), RED)]


def imported_polygons() -> Shown:
    """`geo.PolygonSpec`."""
    west = shapely.Polygon(at((-900, -600), (0, -700), (-100, 600), (-800, 700)))
    east = shapely.Polygon(at((0, -700), (900, -500), (700, 600), (-100, 600)))
    frame = gpd.GeoDataFrame({"name": ["西片", "东片"]}, geometry=[west, east], crs=4326)
    cells = tessellate(AREA, PolygonSpec(frame, key="name"))
    return [([AREA], GREY), (shapes(cells), SOFT)]


def points_in_cells() -> Shown:
    """`geo.assign`, `geo.assign_codes`, `geo.stats.counts`."""
    cells = tessellate(AREA, SquareSpec(side_m=250, origin=HOME))
    people = counts(assign_codes(*PEOPLE, cells), len(cells))
    return [(shapes(cells), shaded(people)), (dots(*PEOPLE), "#1f2937")]


def points_that_need_a_look() -> Shown:
    """`geo.check_points`, `geo.GeoError`."""
    lon = np.array([113.9474, 22.5438, np.nan, 0.0])  # the second pair is exchanged
    lat = np.array([22.5438, 113.9474, 22.5438, 0.0])
    report = check_points(lon, lat)
    good = np.setdiff1d(np.arange(4), report.indices)
    return [([AREA], GREY), (dots(lon[good], lat[good]), GREEN)]


def one_place_in_three_datums() -> Shown:
    """`geo.convert`, `geo.Datum`."""
    gcj = convert(HOME.lon, HOME.lat, source=Datum.WGS84, target=Datum.GCJ02)
    bd = convert(HOME.lon, HOME.lat, source=Datum.WGS84, target=Datum.BD09)
    lon, lat = np.array([(HOME.lon, HOME.lat), gcj, bd], dtype=float).T
    return [([AREA], GREY), (dots(lon, lat), (GREEN, AMBER, RED))]


def which_datum() -> Shown:
    """`geo.detect_datum`, `geo.DatumGuess`."""
    places = shapely.buffer(dots(*PEOPLE), 0.0002, quad_segs=2)
    as_written = convert(*PEOPLE, source=Datum.WGS84, target=Datum.GCJ02)
    guess = detect_datum(*as_written, places)
    assert guess.datum is Datum.GCJ02
    few = slice(0, 200)
    return [(places[few], GREY), (dots(*as_written)[few], RED), (dots(*PEOPLE)[few], GREEN)]


def ways_to_the_branch() -> Shown:
    """`geo.distance_m`."""
    far = distance_m(*PEOPLE, HOME)
    return [([AREA], GREY), (dots(*PEOPLE), shaded(far))]


def who_is_next_to_whom() -> Shown:
    """`geo.neighbors`."""
    cells = tessellate(AREA, SquareSpec(side_m=500, origin=HOME))
    pairs = neighbors(cells, barriers=[RIVER])
    middle = dict(zip(cells.ids, shapely.centroid(shapes(cells)), strict=True))
    ways = [
        shapely.LineString([middle[a], middle[b]])
        for a, b in zip(pairs.cell_id, pairs.neighbor_id, strict=True)
    ]
    return [(shapes(cells), GREY), ([RIVER], "#4a90c2"), (ways, RED)]


def two_cells_made_one() -> Shown:
    """`geo.merge`, `geo.EditedSpec`."""
    cells = tessellate(AREA, SquareSpec(side_m=500, origin=HOME))
    merged = merge(cells, ["sq:500:0:0", "sq:500:1:0"])
    marked = [AMBER if name == "sq:500:0:0" else BLUE for name in merged.ids]
    return [(shapes(merged), marked)]


def one_cell_cut_in_two() -> Shown:
    """`geo.split`."""
    cells = tessellate(AREA, SquareSpec(side_m=500, origin=HOME))
    cut = split(cells, "sq:500:0:0", shapely.LineString(at((-300, -120), (300, 160))))
    marked = [AMBER if name.startswith("sq:500:0:0") else BLUE for name in cut.ids]
    return [(shapes(cut), marked)]


def a_border_moved() -> Shown:
    """`geo.move_border`."""
    cells = tessellate(AREA, SquareSpec(side_m=500, origin=HOME))
    piece = shapely.Polygon(at((100, -250), (250, -250), (250, 250), (180, 250)))
    moved = move_border(cells, "sq:500:0:0", "sq:500:1:0", piece)
    marked = [AMBER if name in ("sq:500:0:0", "sq:500:1:0") else BLUE for name in moved.ids]
    return [(shapes(moved), marked)]


def a_cell_drawn_by_hand() -> Shown:
    """`geo.draw`, `geo.undo`."""
    cells = tessellate(AREA, SquareSpec(side_m=500, origin=HOME))
    market = shapely.Polygon(at((-150, -150), (350, -100), (300, 300), (-100, 200)))
    drawn = draw(cells, "market", market)
    marked = [AMBER if name == "draw:market" else BLUE for name in drawn.ids]
    return [(shapes(drawn), marked)]


def gaps_and_overlaps() -> Shown:
    """`geo.coverage`."""
    one = shapely.Polygon(at((-900, -600), (100, -600), (100, 600), (-900, 600)))
    two = shapely.Polygon(at((0, -600), (600, -600), (600, 600), (0, 600)))
    frame = gpd.GeoDataFrame({"name": ["a", "b"]}, geometry=[one, two], crs=4326)
    cells = tessellate(AREA, PolygonSpec(frame, key="name"))
    found = coverage(cells, AREA)
    return [(shapes(cells), BLUE), (found.gaps.geometry, AMBER), (found.overlaps.geometry, RED)]


def old_cells_on_a_new_grid() -> Shown:
    """`geo.bridge`, `geo.carry`."""
    old = tessellate(AREA, SquareSpec(side_m=500, origin=HOME))
    new = tessellate(AREA, HexSpec(side_m=300, origin=HOME))
    shares = bridge(old, new, weights=PEOPLE)
    centre = shares[(shares.old_id == "sq:500:0:0") & shares.new_id.notna()]
    part = dict(zip(centre.new_id, centre.area_share, strict=True))
    marked = [
        shaded([0.1, 0.3, 0.6])[2]
        if part.get(name, 0) > A_THIRD
        else BLUE
        if name in part
        else GREY
        for name in new.ids
    ]
    return [(shapes(new), marked), (shapely.boundary(shapes(old)), RED)]


def minutes_on_foot() -> Shown:
    """`geo.walking_areas`, `geo.walking_minutes`, `geo.bands`, `geo.streets.street_graph`, `geo.walking.reachable_share`."""
    lines = [[(x, -1000), (x, 1000)] for x in range(-1000, 1001, 200)]
    lines += [[(-1050, y), (1050, y)] for y in (-800, -400, 0, 400, 800)]
    roads = [shapely.LineString(at(*line)) for line in lines]
    streets = street_graph(shapely.unary_union(roads).geoms)  # once for several questions
    reached = walking_areas(streets, HOME, minutes=(5, 10))
    assert walking_minutes(streets, HOME, [HOME.lon], [HOME.lat]).tolist() == [0.0]
    assert round(reachable_share(streets, HOME), 6) == 1.0  # the streets hang together
    return [(reached[::-1], (BLUE, "#4a7fb5")), (roads, "#6b7280")]


def shares_of_two_branches() -> Shown:
    """`geo.huff_share`."""
    cells = tessellate(AREA, SquareSpec(side_m=125, origin=HOME))
    x, y = PLANE.forward(*shapely.get_coordinates(shapely.centroid(shapes(cells))).T)
    far = np.column_stack([np.hypot(x + 300, y), np.hypot(x - 500, y - 200)])
    ours = huff_share(far, attraction=[1.0, 2.0], decay=2.0)[:, 0]
    return [(shapes(cells), shaded(ours)), (dots(*at((-300, 0), (500, 200)).T), RED)]


def people_per_square_kilometre() -> Shown:
    """`geo.stats.density_per_km2`."""
    cells = tessellate(AREA, HexSpec(side_m=120, origin=HOME))  # cells at the border are smaller
    people = counts(assign_codes(*PEOPLE, cells), len(cells))
    return [(shapes(cells), shaded(density_per_km2(people, cells.area_m2)))]


def how_sure_a_rate_is() -> Shown:
    """`geo.stats.wilson`."""
    low, high = wilson(successes=[1, 4, 16, 64], trials=[5, 20, 80, 320])  # a fifth, each time
    metres = [
        ((1000 * a, 100 * n), (1000 * b, 100 * n))
        for n, (a, b) in enumerate(zip(low, high, strict=True))
    ]
    fifth = shapely.LineString(at((200, -50), (200, 350)))
    return [([fifth], GREY), ([shapely.LineString(at(*pair)) for pair in metres], RED)]


def smoothed_rates() -> Shown:
    """`geo.smoothing.empirical_bayes`, `geo.smoothing.Chance` beside `geo.stats.rate`."""
    cells = tessellate(AREA, SquareSpec(side_m=250, origin=HOME))
    people = counts(assign_codes(*PEOPLE, cells), len(cells))
    buyers = np.random.default_rng(3).binomial(people.astype(int), 0.12)
    raw, calm = rate(buyers, people), empirical_bayes(buyers, people, Chance.PEOPLE).rate
    east = 0.03
    return [
        (shapes(cells), shaded(raw, Ramp.AMBER)),
        (
            shapely.transform(shapes(cells), lambda found: found + np.array([east, 0])),
            shaded(calm, Ramp.AMBER),
        ),
    ]


def hot_and_cold() -> Shown:
    """`geo.hotspots.hot_spots`."""
    cells = tessellate(AREA, SquareSpec(side_m=125, origin=HOME))
    people = counts(assign_codes(*PEOPLE, cells), len(cells))
    place = {name: number for number, name in enumerate(cells.ids)}
    pairs = neighbors(cells)
    numbered = np.column_stack([pairs.cell_id.map(place), pairs.neighbor_id.map(place)])
    found = hot_spots(people, numbered)
    return [(shapes(cells), [{1: RED, -1: "#4a7fb5"}.get(int(kind), GREY) for kind in found.kind])]


def classes_of_values() -> Shown:
    """`geo.classify.classify`."""
    cells = tessellate(AREA, HexSpec(side_m=120, origin=HOME))
    people = counts(assign_codes(*PEOPLE, cells), len(cells))
    classed = classify(people, count=5)
    table = colours(Ramp.BLUE, len(classed.classes))
    return [(shapes(cells), [table[code] for code in classed.codes])]


def colour_ramps() -> Shown:
    """`geo.palette.colours`."""
    strip = [
        shapely.box(*at((x, y))[0], *at((x + 200, y + 140))[0])
        for y in range(0, 200 * len(Ramp), 200)
        for x in range(0, 1000, 200)
    ]
    return [(strip, [colour for ramp in Ramp for colour in colours(ramp, 5)])]


def fair_territories() -> Shown:
    """`geo.territories.propose`."""
    cells = tessellate(AREA, SquareSpec(side_m=250, origin=HOME))
    people = counts(assign_codes(*PEOPLE, cells), len(cells))
    place = {name: number for number, name in enumerate(cells.ids)}
    pairs = neighbors(cells)
    numbered = np.column_stack([pairs.cell_id.map(place), pairs.neighbor_id.map(place)])
    bases = [place["sq:250:-2:-1"], place["sq:250:2:2"], place["sq:250:1:-2"]]
    found = propose(people, numbered, bases, staff=[11, 12, 13], tolerance=0.1)
    tint = dict(zip((11, 12, 13), islice(cycle(SOFT), 3), strict=True))
    return [
        (shapes(cells), [tint[int(one)] for one in found.staff]),
        (shapely.centroid(shapes(cells)[bases]), RED),
    ]


def a_file_of_somebody_else() -> Shown:
    """`geo.formats.read`, `geo.formats.Reading`, `geo.formats.Remark`, `geo.formats.Refused`, `geo.formats.Fault`, `geo.formats.Limits`."""
    ring = at((-300, -200), (300, -300), (200, 300), (-250, 250), (-300, -200))
    as_drawn = np.column_stack(convert(*ring.T, source=Datum.WGS84, target=Datum.GCJ02))
    park = {"type": "Polygon", "coordinates": [as_drawn.tolist()]}
    found = [
        {"type": "Feature", "properties": {"name": "公园"}, "geometry": park},
        {"type": "Feature", "properties": {"name": "nowhere"}, "geometry": None},
    ]
    text = json.dumps({"type": "FeatureCollection", "features": found}).encode()
    reading = read(text, "parks.geojson", datum=Datum.GCJ02)  # in a process of its own
    assert reading.frame["name"].tolist() == ["公园"]
    assert [(one.number, one.fault) for one in reading.refused] == [(2, "no_geometry")]
    return [([AREA], GREY), (reading.shapes, GREEN)]


def cells_in_a_file() -> Shown:
    """`geo.formats.write`, `geo.formats.format_of`, `geo.formats.Format`, `geo.formats.to_geojson`."""
    cells = tessellate(AREA, HexSpec(side_m=300, origin=HOME))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "cells.gpkg"
        write(cells.frame, path, layer="cells")
        again = read(path).frame
    assert format_of(path) is Format.GEOPACKAGE
    assert again["cell_id"].tolist() == cells.ids.tolist()
    assert to_geojson(cells.frame, id_column="cell_id").startswith(b'{"type":"FeatureCollection"')
    return [(again.geometry, SOFT)]
