"""Walks along the streets, and shares beside other banks; no database."""

import pytest

from geo import LonLat, huff_share
from geo.streets import street_graph
from gridcrm.customers.reach import Reach, Site, Ways, derived
from tests.gridcrm.customers.river import HOME, at, banks_of_a_river


def reach(*rivals: Site, streets: bool = True, **changes: float) -> Reach:
    given = {"speed_m_per_min": 80.0, "decay": 2.0} | changes
    return Reach(Site(HOME), rivals, ways(HOME, *rivals) if streets else None, **given)


def ways(home: LonLat, *rivals: Site) -> Ways:
    return Ways(street_graph(banks_of_a_river()), [home, *(rival.at for rival in rivals)])


def test_the_walk_goes_round_by_the_bridge():
    north = at(0, 600)
    ((minutes, _share),) = reach().of([north.lon], [north.lat])

    assert minutes == pytest.approx((1000 + 600 + 1000) / 80, abs=0.1)


def test_who_walks_more_slowly_walks_longer():
    east = at(800, 0)
    assert reach().of([east.lon], [east.lat])[0][0] == pytest.approx(10, abs=0.1)
    assert reach(speed_m_per_min=40.0).of([east.lon], [east.lat])[0][0] == pytest.approx(
        20, abs=0.1
    )


def test_the_share_is_huffs_along_the_streets():
    rival, home = at(400, 0), at(100, 0)
    ((_minutes, share),) = reach(Site(rival, 2.0)).of([home.lon], [home.lat])

    assert share == pytest.approx(float(huff_share([[100, 300]], [1, 2])[0, 0]), abs=1e-3)


def test_a_bank_across_the_river_takes_less_than_one_as_near_on_this_side():
    home = at(0, 0)
    across, beside = at(0, 600), at(600, 0)
    ((_, with_across),) = reach(Site(across)).of([home.lon], [home.lat])
    ((_, with_beside),) = reach(Site(beside)).of([home.lon], [home.lat])

    assert with_across is not None
    assert with_beside is not None
    assert with_across > with_beside


def test_a_bank_that_no_street_reaches_takes_nobody_and_nobody_is_lost():
    home, lost = at(100, 0), at(0, 3000)
    assert reach(Site(lost)).of([home.lon], [home.lat])[0][1] == 1


def test_who_lives_far_from_any_street_has_no_way_and_no_share():
    far = at(0, -900)
    assert reach(Site(at(400, 0))).of([far.lon], [far.lat]) == [(None, None)]


def test_without_streets_shares_follow_from_distances_and_no_walk_is_known():
    home = at(300, 0)
    ((minutes, share),) = reach(Site(at(600, 0)), streets=False).of([home.lon], [home.lat])

    assert minutes is None
    assert share == pytest.approx(0.5, abs=1e-3)


def test_who_has_no_position_has_no_numbers_and_does_not_move_the_others():
    east = at(800, 0)
    nan = float("nan")
    lon, lat = [nan, east.lon, None, east.lon], [nan, east.lat, None, east.lat]
    found = reach().of(lon, lat)

    assert (found[0], found[2]) == ((None, None), (None, None))
    assert found[1] == found[3] != (None, None)


def test_before_anything_is_worked_out_nobody_has_numbers():
    assert derived(None, [HOME.lon], [HOME.lat]) == [(None, None)]


def test_a_branch_beside_every_street_reaches_nobody_and_has_no_ground():
    branch = at(0, -900)
    lost = Reach(Site(branch), (), ways(branch), speed_m_per_min=80, decay=2)
    east = at(800, 0)

    assert lost.of([east.lon], [east.lat]) == [(None, None)]
    assert (lost.reachable, lost.areas([5.0])) == (None, ())
