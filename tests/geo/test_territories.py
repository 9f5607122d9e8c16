"""Who looks after which cells: on random maps, on maps small enough to try everything, by hand."""

import os
from itertools import product

import numpy as np
import pandas as pd
import pytest
import shapely

from geo import HexSpec, neighbors, tessellate
from geo.errors import TerritoryError
from geo.plane import Plane
from geo.territories import NOBODY, Status, bridged, propose
from geo.territory.graph import graph_of
from geo.territory.homes import homes_of
from geo.territory.problem import problem_of

MAPS = int(os.environ.get("GRIDCRM_TERRITORY_MAPS", "60"))
"""How many random maps are tried; a release tries a thousand."""


def squares(rows, cols):
    """The pairs of squares with a common edge."""
    at = np.arange(rows * cols).reshape(rows, cols)
    return np.concatenate(
        [
            np.column_stack([at[:, :-1].ravel(), at[:, 1:].ravel()]),
            np.column_stack([at[:-1].ravel(), at[1:].ravel()]),
        ]
    )


def a_map(random):
    """Squares of a town with gaps in it: loads, pairs, and the length of each step."""
    rows, cols = random.integers(4, 9, 2)
    there = random.random(rows * cols) > random.uniform(0, 0.3)
    place = np.cumsum(there) - 1
    pairs = squares(rows, cols)
    pairs = place[pairs[there[pairs].all(axis=1)]]
    load = np.round(random.lognormal(3, random.uniform(0.1, 1), there.sum()))
    load[random.random(len(load)) < 0.1] = 0
    return load, pairs, random.uniform(80, 250, len(pairs))


def reached(pairs, cells):
    """Return how many of some cells are reached from the first one, step by step."""
    around = {cell: set() for cell in cells}
    for one, other in pairs.tolist():
        if one in around and other in around:
            around[one].add(other)
            around[other].add(one)
    seen, todo = {cells[0]}, [cells[0]]
    while todo:
        todo += [near for near in around[todo.pop()] if near not in seen and not seen.add(near)]
    return len(seen)


def held(proposal, load, person):
    return load[proposal.staff == person].sum()


def test_territories_are_connected_and_balanced_on_many_maps_or_it_says_why_not():
    found = dict.fromkeys(Status, 0)
    for seed in range(MAPS):
        random = np.random.default_rng(seed)
        load, pairs, steps = a_map(random)
        people = int(random.integers(2, 6))
        bases = random.choice(len(load), people, replace=False).tolist()
        staff = [10 + person for person in range(people)]
        tolerance = float(random.choice([0.05, 0.1, 0.25]))
        proposal = propose(load, pairs, bases, staff, tolerance, steps_m=steps, seconds=0.15)
        found[proposal.status] += 1
        if proposal.status is Status.IMPOSSIBLE:
            assert str(proposal.why).startswith("Impossible")
            assert (proposal.staff == NOBODY).all()
            continue
        for person, base, its_load in zip(staff, bases, proposal.load, strict=True):
            cells = np.flatnonzero(proposal.staff == person).tolist()
            assert base in cells
            assert reached(pairs, cells) == len(cells)
            assert its_load == held(proposal, load, person)
        assert proposal.spread <= tolerance + 1e-9
    assert found[Status.BEST] + found[Status.GOOD] > MAPS / 3


def every_division(size, home):
    """Return all ways of giving cells to people who keep their homes, one in each row."""
    choices = [range(len(home))] * size
    for person, cell in enumerate(home):
        choices[cell] = [person]
    return np.array(list(product(*choices)))


def compact(problem, owners):
    """Keep the rows in which every cell has a neighbour of its person nearer to the home."""
    kept = np.ones(len(owners), dtype=bool)
    for cell, around in enumerate(problem.graph.around):
        led = np.isin(cell, problem.home) & np.ones(len(owners), dtype=bool)
        for near in around:
            person = owners[:, cell]
            nearer = problem.away[near][person] < problem.away[cell][person]
            led |= (owners[:, near] == person) & nearer
        kept &= led
    return owners[kept]


@pytest.mark.parametrize("seed", range(8))
def test_no_other_compact_division_of_a_small_map_is_cheaper(seed):
    random = np.random.default_rng(seed)
    rows, cols, people = ((3, 4, 3), (4, 4, 2), (5, 3, 2), (2, 6, 3))[seed % 4]
    pairs, load = squares(rows, cols), random.integers(1, 20, rows * cols).astype(float)
    bases = random.choice(len(load), people, replace=False)
    today = random.integers(0, people, len(load))
    proposal = propose(load, pairs, bases.tolist(), range(people), 0.2, today=today)
    problem = problem_of(graph_of(len(load), pairs, None), load, bases, 0.2, today, None)
    owners = compact(problem, every_division(len(load), bases))
    costs = problem.cost[np.arange(len(load)), owners].sum(axis=1)
    within = np.array([problem.beyond(owner) == 0 for owner in owners])
    if not within.any():
        assert proposal.status is not Status.BEST
    else:
        assert proposal.status is Status.BEST
        assert problem.total_cost(proposal.staff) <= costs[within].min()
        if problem.is_compact(proposal.staff):
            assert problem.total_cost(proposal.staff) == costs[within].min()


@pytest.mark.parametrize("seed", range(12))
def test_impossible_is_only_said_where_nothing_connected_exists_and_ways_are_nearly_the_best(seed):
    """Against every connected division, compact or not."""
    random = np.random.default_rng(seed)
    rows, cols, people = ((3, 4, 3), (4, 3, 2), (2, 6, 3))[seed % 3]
    pairs, load = squares(rows, cols), np.round(random.lognormal(2.5, 0.6, rows * cols))
    bases = random.choice(len(load), people, replace=False)
    proposal = propose(load, pairs, bases.tolist(), range(people), 0.1, seconds=0.5)
    problem = problem_of(
        graph_of(len(load), pairs, None), load, bases, 0.1, np.full(len(load), -1), None
    )
    costs = [
        problem.total_cost(owner)
        for owner in every_division(len(load), bases)
        if not problem.beyond(owner) and all_connected(pairs, owner, people)
    ]
    assert (proposal.status is Status.IMPOSSIBLE) == (not costs)
    if costs:
        assert min(costs) <= problem.total_cost(proposal.staff) <= 1.03 * min(costs)


def all_connected(pairs, owner, people):
    territories = [np.flatnonzero(owner == person).tolist() for person in range(people)]
    return all(reached(pairs, cells) == len(cells) for cells in territories)


def test_the_same_question_gets_the_same_answer():
    random = np.random.default_rng(5)
    load, pairs = random.poisson(30, 100), squares(10, 10)
    bases = random.choice(100, 6, replace=False).tolist()
    one, two = (propose(load, pairs, bases, range(6), 0.05, seconds=0.2) for _ in range(2))
    assert (one.staff == two.staff).all()
    assert one.why == two.why


@pytest.mark.parametrize("seed", range(4))
def test_one_customer_more_or_less_moves_few_cells(seed):
    random = np.random.default_rng(seed)
    load, pairs = random.poisson(30, 100), squares(10, 10)
    bases = random.choice(100, 4, replace=False).tolist()
    before = propose(load, pairs, bases, range(4), 0.1, seconds=0.3)
    for change in (-1, 1):
        load[random.integers(100)] += change
        after = propose(load, pairs, bases, range(4), 0.1, today=before.staff, seconds=0.3)
        assert after.changed.sum() <= 5
        assert (after.changed == (after.staff != before.staff)).all()
        before = after


def test_ways_are_short():
    """Two people at the ends of a street each take the half at their door."""
    street = np.column_stack([np.arange(9), np.arange(1, 10)])
    proposal = propose([5] * 10, street, [0, 9], [7, 3], 0.1)
    assert proposal.staff.tolist() == [7] * 5 + [3] * 5
    assert proposal.load.tolist() == [25, 25]
    assert proposal.status is Status.BEST
    assert not proposal.changed.any()


def test_what_works_today_stays_unless_a_change_pays():
    street = np.column_stack([np.arange(9), np.arange(1, 10)])
    today = [7] * 6 + [3] * 4
    kept = propose([5] * 10, street, [0, 9], [7, 3], 0.2, today=today)
    assert kept.staff.tolist() == today
    assert not kept.changed.any()
    moved = propose([5] * 10, street, [0, 9], [7, 3], 0.2, today=today, keep_m=0.1)
    assert moved.staff.tolist() == [7] * 5 + [3] * 5
    assert moved.changed.tolist() == [False] * 5 + [True] + [False] * 4


def test_cells_of_somebody_who_left_are_shared_out_and_the_others_keep_theirs():
    today = np.repeat([1, 2, 3], 12)
    proposal = propose([10] * 36, squares(6, 6), [0, 35], [1, 3], 0.15, today=today)
    assert proposal.status is Status.BEST
    assert proposal.changed[today == 2].all()
    assert not proposal.changed[today != 2].any()


def test_a_territory_that_was_cut_in_two_is_made_whole():
    today = np.array([1, 1, 2, 1, 2, 2])
    street = np.column_stack([np.arange(5), np.arange(1, 6)])
    proposal = propose([1] * 6, street, [0, 5], [1, 2], 0.1, today=today)
    assert proposal.staff.tolist() == [1, 1, 1, 2, 2, 2]
    assert proposal.changed.tolist() == [False, False, True, True, False, False]


def test_people_who_all_work_in_the_branch_each_get_their_own_corner():
    random = np.random.default_rng(2)
    load, pairs = random.poisson(20, 100), squares(10, 10)
    proposal = propose(load, pairs, [44] * 4, range(4), 0.1, seconds=0.3)
    assert proposal.status is not Status.IMPOSSIBLE
    for person in range(4):
        cells = np.flatnonzero(proposal.staff == person)
        assert reached(pairs, cells.tolist()) == len(cells)
        rows, cols = np.divmod(cells, 10)
        assert max(np.ptp(rows), np.ptp(cols)) <= 7  # a corner, not a strip through the town


def test_people_of_one_branch_keep_the_territory_they_have():
    today = np.repeat([[1] * 5 + [2] * 5], 4, axis=0).ravel()
    proposal = propose([3] * 40, squares(4, 10), [0, 0], [1, 2], 0.1, today=today)
    assert (proposal.staff == today).all()


def test_a_lone_person_gets_everything():
    proposal = propose([1, 2, 3], [[0, 1], [1, 2]], [1], [8], 0)
    assert proposal.staff.tolist() == [8, 8, 8]
    assert proposal.spread == 0
    assert propose([4.0], [], [0], [8], 0.1, today=[8]).staff.tolist() == [8]


def test_a_large_map_is_divided_without_a_proof():
    random = np.random.default_rng(1)
    load, pairs = random.poisson(30, 30 * 30), squares(30, 30)
    bases = random.choice(900, 20, replace=False).tolist()
    proposal = propose(load, pairs, bases, range(20), 0.1, seconds=0.5)
    assert proposal.status is Status.GOOD
    assert "Too many choices for a proof" in str(proposal.why)
    assert proposal.spread <= 0.1
    for person in range(20):
        cells = np.flatnonzero(proposal.staff == person).tolist()
        assert reached(pairs, cells) == len(cells)


def test_a_proposal_without_proof_says_how_much_better_one_could_be():
    random = np.random.default_rng(1)
    load, pairs = random.poisson(30, 196), squares(14, 14)
    bases = random.choice(196, 8, replace=False).tolist()
    proposal = propose(load, pairs, bases, range(8), 0.03, seconds=1)
    assert proposal.status is Status.GOOD
    assert "could not be ruled out" in str(proposal.why)
    assert 0 < proposal.why.params["percent"] < 20


def test_loads_that_are_no_whole_numbers_are_balanced_too():
    load = np.random.default_rng(3).lognormal(0, 0.5, 64)
    proposal = propose(load, squares(8, 8), [0, 7, 60], range(3), 0.05, seconds=1)
    assert proposal.status is not Status.IMPOSSIBLE
    assert proposal.spread <= 0.05


def test_the_largest_cell_can_make_it_impossible_and_splitting_it_possible():
    street = np.column_stack([np.arange(5), np.arange(1, 6)])
    proposal = propose([10, 1, 1, 1, 1, 90], street, [0, 5], range(2), 0.1)
    assert proposal.status is Status.IMPOSSIBLE
    assert "the largest cell holds 173.1 % of one person's fair share" in str(proposal.why)
    assert "allow a difference of 73.1 %" in str(proposal.why)
    assert proposal.staff.tolist() == [NOBODY] * 6
    assert proposal.load.tolist() == [0, 0]
    assert proposal.spread == 0
    assert not proposal.changed.any()
    wider = propose([10, 1, 1, 1, 1, 90], street, [0, 5], range(2), 0.731)
    assert wider.load.tolist() == [14, 90]


def test_customers_cannot_be_cut_in_half():
    proposal = propose([1, 1, 1], [[0, 1], [1, 2]], [0, 2], range(2), 0.1)
    assert "a fair share is 1.5, and no whole number lies within 10 % of it" in str(proposal.why)


def test_a_river_without_a_bridge_makes_two_maps_with_their_own_people():
    banks = np.array([[0, 1], [1, 2], [3, 4], [4, 5]])
    proposal = propose([2] * 6, banks, [0, 5], [1, 2], 0.1)
    assert proposal.staff.tolist() == [1, 1, 1, 2, 2, 2]
    uneven = propose([4, 4, 4, 2, 2, 2], banks, [0, 5], [1, 2], 0.1)
    assert uneven.status is Status.IMPOSSIBLE
    assert "cut off, 3 of 6 cells, holds 1.33 fair shares; with 1 people" in str(uneven.why)
    bridge = propose([4, 4, 4, 2, 2, 2], [*banks.tolist(), [2, 3]], [0, 5], [1, 2], 0.4)
    assert bridge.status is Status.BEST


def test_who_shares_a_base_may_be_sent_across_the_river():
    banks = np.array([[0, 1], [1, 2], [3, 4], [4, 5]])
    proposal = propose([2] * 6, banks, [0, 0], [1, 2], 0.1)
    assert set(proposal.staff[:3].tolist()) != set(proposal.staff[3:].tolist())


def test_an_empty_island_is_named_and_can_be_bridged():
    pairs = [[0, 1], [1, 2], [2, 3]]
    load = [5, 5, 5, 5, 0]
    lost = propose(load, pairs, [0, 3], range(2), 0.1)
    assert "no way leads from any base to 1 of 5 cells" in str(lost.why)
    joined = bridged(pairs, [0, 100, 200, 300, 320], [0, 0, 0, 0, 90])
    assert joined.tolist() == [*pairs, [3, 4]]
    assert propose(load, joined, [0, 3], range(2), 0.1).staff.tolist() == [0, 0, 1, 1, 1]


def test_several_islands_are_bridged_one_by_one_and_none_is_needed_where_all_hang_together():
    joined = bridged([], [0, 10, 25, 100], [0, 0, 0, 0])
    assert sorted(map(sorted, joined.tolist())) == [[0, 1], [1, 2], [2, 3]]
    assert bridged([[0, 1]], [0, 1], [0, 0]).tolist() == [[0, 1]]
    assert bridged([], [], []).shape == (0, 2)


def test_more_people_than_cells_cannot_be():
    proposal = propose([1, 2], [[0, 1]], [0, 1, 1], range(3), 0.5)
    assert "there are 3 people but only 2 cells" in str(proposal.why)


def test_where_no_division_is_found_the_nearest_is_named():
    """A cross with all customers at its four tips: one base in the middle, one at a tip."""
    star = [[0, 1], [0, 2], [0, 3], [0, 4]]
    proposal = propose([0, 10, 10, 10, 10], star, [0, 1], range(2), 0.2)
    assert proposal.status is Status.IMPOSSIBLE
    assert "the nearest reaches 50 %" in str(proposal.why)
    assert propose([0, 10, 10, 10, 10], star, [0, 1], range(2), 0.5).load.tolist() == [30, 10]


def test_the_cells_of_a_branch_become_territories(area, home):
    """From the area to who looks after which hexagon, as a plan is made."""
    cells = tessellate(area, HexSpec(side_m=200, origin=home))
    links = neighbors(cells)
    at = pd.Index(cells.ids)
    pairs = np.column_stack([at.get_indexer(links.cell_id), at.get_indexer(links.neighbor_id)])
    flat = Plane(home).flatten_all(cells.frame.geometry.to_numpy())
    middles = shapely.get_coordinates(shapely.centroid(flat))
    steps = np.hypot(*(middles[pairs[:, 0]] - middles[pairs[:, 1]]).T)
    load = np.random.default_rng(8).poisson(cells.area_m2 / 2000)
    branch = int(np.flatnonzero(cells.ids == "hex:200:0:0")[0])
    proposal = propose(load, pairs, [branch] * 5, range(5), 0.1, steps_m=steps, seconds=1)
    assert proposal.status is not Status.IMPOSSIBLE
    assert proposal.spread <= 0.1
    for person in range(5):
        ours = np.flatnonzero(proposal.staff == person).tolist()
        assert reached(pairs, ours) == len(ours)


def test_homes_of_people_without_a_base_of_their_own_are_spread():
    graph = graph_of(100, squares(10, 10), None)
    home = homes_of(graph, np.ones(100), np.array([0, 55, 55, 55]), np.full(100, -1))
    assert home[0] == 0
    assert len(set(home.tolist())) == 4
    assert graph.away(home)[home][~np.eye(4, dtype=bool)].min() > 16 * 3


GOOD = {
    "load": [1, 1, 1],
    "neighbors": [[0, 1], [1, 2]],
    "bases": [0, 2],
    "staff": [1, 2],
    "tolerance": 0.5,
}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"load": []}, "Loads are numbers"),
        ({"load": [0, 0, 0]}, "Loads are numbers"),
        ({"load": [1, -1, 1]}, "Loads are numbers"),
        ({"load": [1, float("nan"), 1]}, "Loads are numbers"),
        ({"staff": [], "bases": []}, "Staff are different"),
        ({"staff": [1, 1]}, "Staff are different"),
        ({"staff": [-1, 1]}, "Staff are different"),
        ({"bases": [0]}, "not a base among the 3 cells for each of 2"),
        ({"bases": [0, 3]}, "not a base"),
        ({"bases": [-1, 2]}, "not a base"),
        ({"tolerance": -0.1}, "not between 0 and 1"),
        ({"tolerance": 10}, "not between 0 and 1"),
        ({"seconds": 0}, "nothing to be found in 0 seconds"),
        ({"keep_m": -1}, "can't be worth -1 m"),
        ({"neighbors": [[0, 3]]}, "outside the 3 cells"),
        ({"steps_m": [1]}, "not 2 lengths above 0"),
        ({"steps_m": [1, 0]}, "not 2 lengths above 0"),
        ({"today": [1, 2]}, "3 cells, but 2 that somebody has today"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(change, message):
    assert propose(**GOOD).status is Status.BEST
    with pytest.raises(TerritoryError, match=message):
        propose(**{**GOOD, **change})
