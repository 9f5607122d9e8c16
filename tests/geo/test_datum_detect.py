import csv
import json

import numpy as np
import pytest
import shapely

from geo import Datum, LonLat, convert, detect_datum
from geo.datum_detect import DatumGuess
from geo.errors import PointError
from geo.plane import Plane

HOME = LonLat(125.32, 43.88)
EVERY = list(Datum)


def blocks(count, seed):
    """Buildings of 40 m strewn over 6 km of a town, in WGS 84, and their middles."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-3000, 3000, (2, count))
    plane = Plane(HOME)
    shapes = plane.unflatten_all(shapely.box(x - 20, y - 20, x + 20, y + 20))
    return plane.inverse(x, y), shapes


@pytest.fixture(scope="module")
def town():
    return blocks(400, seed=3)


@pytest.fixture(scope="module")
def shenzhen(shared):
    root = shared / "shenzhen_nanshan_osm"
    names = ("communities", "buildings", "roads")
    layers = {name: _layer(root / f"layers/{name}.geojson") for name in names}
    rows = list(csv.DictReader((root / "truth/points.csv").read_text("utf-8").splitlines()))
    points = tuple(np.array([float(row[name]) for row in rows]) for name in ("lon", "lat"))
    return points, layers


def _layer(path):
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    return np.array([shapely.geometry.shape(f["geometry"]) for f in features])


@pytest.mark.parametrize("datum", EVERY)
def test_homes_in_buildings_give_their_datum_away(town, datum):
    middles, shapes = town
    guess = detect_datum(*convert(*middles, Datum.WGS84, datum), shapes)
    assert guess.datum is datum
    found = next(e for e in guess.evidence if e.datum is datum)
    assert found.near == guess.points
    assert found.typical_m == 0
    assert found.behind == 0
    assert found.ahead > 50
    assert str(guess.why).startswith("Read as")


@pytest.mark.parametrize("datum", EVERY)
def test_real_points_of_shenzhen_give_their_datum_away(shenzhen, datum):
    points, layers = shenzhen
    known = np.concatenate(list(layers.values()))
    assert detect_datum(*convert(*points, Datum.WGS84, datum), known).datum is datum


@pytest.mark.parametrize("datum", EVERY)
@pytest.mark.parametrize("layer", ["communities", "roads"])
def test_buildings_that_keep_off_the_streets_never_name_a_wrong_datum(shenzhen, datum, layer):
    _, layers = shenzhen
    middles = shapely.get_coordinates(shapely.centroid(layers["buildings"])).T
    guess = detect_datum(*convert(*middles, Datum.WGS84, datum), layers[layer])
    assert guess.datum in (None, datum)


def test_places_strewn_anywhere_name_no_datum(town):
    wrong = 0
    for seed in range(40):
        random = np.random.default_rng(seed)
        lon = HOME.lon + random.uniform(-0.02, 0.02, 200)
        lat = HOME.lat + random.uniform(-0.02, 0.02, 200)
        guess = detect_datum(lon, lat, town[1])
        wrong += guess.datum is not None
        assert str(guess.why).startswith("It can't be told")
    assert wrong == 0


def test_one_neighbourhood_is_no_evidence_however_many_live_there(town):
    (lon, lat), shapes = town
    jitter = np.random.default_rng(2).normal(0, 1e-5, (2, 500))
    at = np.argmin(np.hypot(lon - HOME.lon, lat - HOME.lat))
    guess = detect_datum(lon[at] + jitter[0], lat[at] + jitter[1], shapes)
    assert guess.datum is None
    assert guess.points == 500
    assert guess.evidence[0].near == 500  # they do fit, yet by chance any might


def test_places_that_cover_everything_tell_nothing():
    everywhere = [shapely.box(125.0, 43.5, 125.6, 44.2)]
    lon, lat = np.random.default_rng(1).uniform(-0.02, 0.02, (2, 300))
    guess = detect_datum(HOME.lon + lon, HOME.lat + lat, everywhere)
    assert guess.datum is None
    assert [e.near for e in guess.evidence] == [300, 300, 300]
    assert guess.warning(Datum.GCJ02) is None


def test_a_file_said_to_be_in_another_datum_is_warned_about(town):
    middles, shapes = town
    guess = detect_datum(*convert(*middles, Datum.WGS84, Datum.GCJ02), shapes)
    warning = guess.warning(Datum.WGS84)
    assert warning is not None
    assert str(warning).startswith("The points are said to be in WGS 84, but only ")
    assert "read as GCJ-02" in str(warning)
    assert "Choose GCJ-02" in str(warning)
    assert guess.warning(Datum.GCJ02) is None


def test_missing_points_repeats_and_points_abroad_do_not_count(town):
    (lon, lat), shapes = town
    more = ([np.nan, 8.5, *lon, *lon], [43.9, 47.4, *lat, *lat])
    assert len({detect_datum(*more, shapes), detect_datum(lon, lat, shapes)}) == 1


def test_many_points_are_thinned_and_give_the_same_answer():
    lon, lat = np.random.default_rng(1).uniform(-0.03, 0.03, (2, 12_000))
    _, shapes = blocks(400, seed=3)
    assert detect_datum(HOME.lon + lon, HOME.lat + lat, shapes).points <= 5000


def test_abroad_the_datums_are_one(town):
    guess = detect_datum([8.5], [47.4], town[1])
    assert guess == DatumGuess(None, guess.why)
    assert str(guess.why) == "No point lies in China, where the datums differ."


@pytest.mark.parametrize("places", [[], [None], [shapely.Polygon()]])
def test_without_places_nothing_can_be_told(places):
    guess = detect_datum([125.32], [43.88], places)
    assert guess.datum is None
    assert "No places are known" in str(guess.why)


def test_places_of_another_town_tell_nothing(shenzhen, town):
    guess = detect_datum(*town[0], shenzhen[1]["buildings"])
    assert guess.datum is None
    assert "No point lies where places are known" in str(guess.why)


def test_columns_of_different_length_are_refused(town):
    with pytest.raises(PointError, match="Longitudes have the shape"):
        detect_datum([1, 2], [1], town[1])
