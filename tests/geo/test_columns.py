"""Columns of numbers, in whatever form somebody has them, and what is none."""

import numpy as np
import pandas as pd
import pytest

from geo import (
    Datum,
    SquareSpec,
    assign,
    assign_codes,
    check_points,
    convert,
    distance_m,
    tessellate,
)
from geo.classify import classify
from geo.columns import fitting, numbers, position_pairs, whole_numbers
from geo.errors import GeoError, PointError, StatsError
from geo.palette import colours
from geo.stats import counts, rate

EAST, NORTH = 113.9474738, 22.5438314
COLUMNS = {
    "list": list,
    "tuple": tuple,
    "array": np.array,
    "rows": lambda values: np.array([values, values]),
    "every second of an array": lambda values: np.repeat(values, 2)[::2],
    "Series": lambda values: pd.Series(values, index=range(7, 7 + len(values))),
    "Series that may lack values": lambda values: pd.Series(values, dtype="Float64"),
    "objects": lambda values: np.array(values, dtype=object),
}


@pytest.mark.parametrize("form", COLUMNS.values(), ids=COLUMNS)
def test_every_form_of_a_column_gets_the_same_answer(area, home, form):
    cells = tessellate(area, SquareSpec(250, home))
    lon, lat = form([EAST, EAST + 0.001]), form([NORTH, NORTH])
    assert assign(lon, lat, cells).ravel().tolist()[:2] == ["sq:250:0:0", "sq:250:0:0"]
    assert distance_m(lon, lat, home).ravel()[1] == pytest.approx(102.9, abs=0.1)
    moved = convert(lon, lat, Datum.WGS84, Datum.GCJ02)
    assert moved[0].shape == np.asarray(lon).shape
    assert len(check_points(lon, lat)) == 0


def test_a_single_place_gets_a_single_answer(area, home):
    cells = tessellate(area, SquareSpec(250, home))
    assert assign(EAST, NORTH, cells).item() == "sq:250:0:0"
    assert assign_codes(np.array(EAST), NORTH, cells).shape == ()


@pytest.mark.parametrize(
    "missing",
    [
        [None],
        [np.nan],
        pd.Series([pd.NA], dtype="Float64"),
        np.ma.array([EAST], mask=[True]),
    ],
    ids=["None", "NaN", "NA", "masked"],
)
def test_a_missing_number_is_a_missing_place(area, home, missing):
    cells = tessellate(area, SquareSpec(250, home))
    assert assign(missing, [NORTH], cells).tolist() == [None]
    assert np.isnan(distance_m(missing, [NORTH], home)).all()
    assert check_points(missing, [NORTH]).faults == ("missing",)


@pytest.mark.parametrize(
    "wrong",
    [["east"], [[1.0], [1.0, 2.0]], [1j], ["2026-01-01"], np.array(["2026-01-01"], "M8[D]"), [{}]],
    ids=["text", "ragged", "complex", "text of a date", "date", "object"],
)
def test_what_is_no_number_is_refused_and_not_cut_down_to_one(area, home, wrong):
    cells = tessellate(area, SquareSpec(250, home))
    for use in (
        lambda: assign(wrong, wrong, cells),
        lambda: assign_codes(wrong, wrong, cells),
        lambda: convert(wrong, wrong, Datum.WGS84, Datum.GCJ02),
        lambda: check_points(wrong, wrong),
        lambda: distance_m(wrong, wrong, home),
    ):
        with pytest.raises(PointError, match="does not consist of numbers"):
            use()
    with pytest.raises(StatsError, match="does not consist of numbers"):
        rate(wrong, 1)


def test_columns_of_different_tables_are_refused(home):
    with pytest.raises(PointError, match=r"the shape \(2,\), latitudes \(1,\)"):
        distance_m([EAST, EAST], [NORTH], home)
    with pytest.raises(StatsError, match=r"different shapes: \(2,\), \(3,\)"):
        rate([1, 2], [1, 2, 3])
    with pytest.raises(StatsError, match="different shapes"):
        counts([0, 1], 2, weight=[1, 2, 3])


def test_a_single_number_stands_for_a_column_of_it():
    assert [part.tolist() for part in fitting(StatsError, [1, 2], 3)] == [[1, 2], [3, 3]]


def test_positions_are_whole_numbers():
    assert whole_numbers([1.0, 2.0], GeoError).tolist() == [1, 2]
    assert whole_numbers(np.array([1, 2], np.int8), GeoError).dtype == np.int64
    for wrong in ([0.5], [np.nan], [np.inf], [1e300]):
        with pytest.raises(GeoError, match="is not whole"):
            whole_numbers(wrong, GeoError)


def test_pairs_stand_in_rows_of_two():
    assert position_pairs([[0, 1], [1, 2]], GeoError).shape == (2, 2)
    assert position_pairs([], GeoError).shape == (0, 2)
    for wrong in ([0, 1, 2, 3], [[0, 1, 2]], 5):
        with pytest.raises(GeoError, match="no rows of two"):
            position_pairs(wrong, GeoError)


def test_numbers_are_not_copied_without_need():
    column = np.array([1.0, 2.0])
    assert np.shares_memory(numbers(column, GeoError), column)


def test_a_choice_that_there_is_not_is_refused_with_those_there_are():
    with pytest.raises(PointError, match=r"'mars' is none of the choices\. .*wgs84, gcj02, bd09"):
        convert(EAST, NORTH, "mars", Datum.WGS84)
    with pytest.raises(StatsError, match="quantile, equal, jenks"):
        classify([1.0, 2.0], "pretty")
    with pytest.raises(GeoError, match="blue_orange"):
        colours("rainbow", 3)
