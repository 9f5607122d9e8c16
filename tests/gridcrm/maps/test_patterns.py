"""Smoothed shares and hot spots: what is made of figures, and of nothing that is hidden."""

import re
from collections.abc import Mapping
from itertools import pairwise

import numpy as np
import pytest

from geo.classify import Method
from gridcrm.grids.queries import CellRow
from gridcrm.maps.answer import Answer, drawn
from gridcrm.maps.metrics import METRICS, Measure, Metric, Shown
from gridcrm.maps.patterns import Pairs, Spot, smoothed, standings
from gridcrm.maps.question import Question
from gridcrm.maps.rules import Figure, State, Tally
from gridcrm.maps.shading import legend, scale
from tests.conftest import NOON

KEY = b"k" * 32
SIDE = 12
MIDDLE = [row * SIDE + column for row in (4, 5, 6) for column in (4, 5, 6)]


def share(part: int, whole: int) -> Figure:
    return Figure(State.KNOWN if part else State.ZERO, part / whole, whole, part)


def few(part: int, whole: int) -> Figure:
    return Figure(State.FEW, None, whole, part)


def count(n: int) -> Figure:
    return Figure(State.KNOWN if n else State.ZERO, n, n, n)


def rook() -> Pairs:
    at = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    halves = [(at[:, :-1], at[:, 1:]), (at[:-1], at[1:])]
    return np.concatenate([np.column_stack([a.ravel(), b.ravel()]) for a, b in halves])


def town(middle: int, around: int = 12) -> dict[int, int]:
    """How many people live in each cell of a square town: more or fewer in its middle."""
    people = {at: around + at % 4 for at in range(SIDE * SIDE)}
    return people | dict.fromkeys(MIDDLE, middle)


def asked(metric: Metric, shown: Shown) -> Question:
    return Question(METRICS[metric], NOON, "Asia/Shanghai", 90, shown=shown)


def answered(
    metric: Metric,
    shown: Shown,
    part: Mapping[int, int],
    whole: Mapping[int, int],
    key: bytes | None,
) -> Answer:
    """What a person with this key sees of such counts; every cell measures one square kilometre."""
    cells = [CellRow(at, str(at), f"格 {at}", 1e6, None, None) for at in part]
    pairs = rook() if shown is Shown.HOT_SPOTS else None
    tallies = ({at: Tally(n, (n, at)) for at, n in counts.items()} for counts in (part, whole))
    return drawn(asked(metric, shown), cells, *tallies, key, pairs)


def seen(answer: Answer) -> list[object]:
    """Everything that leaves for the screen."""
    lines = [
        (line.figure, line.seen, line.standing, line.shade, line.said) for line in answer.lines
    ]
    return [*lines, answer.legend]


def test_a_small_cell_is_drawn_towards_the_branchs_share_and_a_large_one_is_not():
    figures = [few(1, 2), share(300, 1000), share(100, 1000), share(120, 1000), share(350, 1000)]
    made, overall = smoothed(figures)

    assert overall == pytest.approx(871 / 4002)
    assert (made[0].n, made[0].numerator) == (2, 1)
    assert made[0].value == pytest.approx(overall, abs=0.06)
    assert made[1].value == pytest.approx(0.3, abs=0.005)


def test_where_nobody_lives_or_a_number_is_hidden_smoothing_invents_none():
    figures = [Figure(State.NO_DATA, n=0, numerator=0), Figure(State.HIDDEN), share(30, 100)]
    made, overall = smoothed(figures)

    assert made[:2] == figures[:2]
    assert overall == 0.3
    assert smoothed(figures[:2]) == (figures[:2], None)


def test_a_share_whose_numerator_is_hidden_counts_as_it_is_shown():
    hidden, plain = Figure(State.KNOWN, 5 / 60, 60, None), share(5, 60)
    others = [share(30, 100), share(55, 100)]

    one, other = (smoothed([figure, *others])[0][0].value for figure in (hidden, plain))
    assert one == pytest.approx(other)


def test_nobody_of_many_is_not_zero_any_more_once_smoothed():
    made, _ = smoothed([share(0, 30), share(9, 40), share(2, 35), share(30, 50)])
    assert made[0].state is State.KNOWN
    assert made[0].value is not None
    assert made[0].value > 0
    assert [one.state for one in smoothed([share(0, 30), share(0, 40)])[0]] == [State.ZERO] * 2


def test_the_middle_where_many_live_is_hot_and_where_few_live_cold():
    for middle, wanted in ((60, Spot.HOT_99), (0, Spot.COLD_99)):
        found = standings([count(n) for n in town(middle).values()], rook())
        centre = found[5 * SIDE + 5]
        assert centre is not None
        assert (centre.spot, centre.z > 0) == (wanted, wanted.is_hot)
        assert {one.spot for one in found[:SIDE] if one} == {Spot.NEITHER}


def test_spots_stand_from_cold_to_hot():
    order = list(Spot)
    assert order.index(Spot.NEITHER) == 3
    assert [spot.is_hot for spot in order] == [False] * 4 + [True] * 3


def test_a_cell_without_a_value_is_neither_hot_nor_cold():
    figures = [count(n) for n in town(60).values()]
    figures[0], figures[1] = Figure(State.HIDDEN), few(3, 8)
    assert standings(figures, rook())[:2] == [None, None]


def counts_that_head_office_cannot_tell_apart(
    metric: Metric,
) -> list[tuple[dict[int, int], dict[int, int]]]:
    """Part and whole of two towns that differ only where it sees nothing.

    Below ten people it sees no count, and no share where nobody or everybody counts.
    """
    if metric is not Metric.CONSENT:
        return [(town(0), {}), (town(9), {})]
    people = town(40, 40)
    some = {at: n // (2 + at % 3) for at, n in people.items()}
    return [(some | dict.fromkeys(MIDDLE, agreeing), people) for agreeing in (0, 40)]


@pytest.mark.parametrize(
    ("metric", "shown"),
    [
        (Metric.CUSTOMERS, Shown.HOT_SPOTS),
        (Metric.DENSITY, Shown.HOT_SPOTS),
        (Metric.CONSENT, Shown.SMOOTHED),
        (Metric.CONSENT, Shown.HOT_SPOTS),
    ],
)
def test_head_office_learns_nothing_of_hidden_counts_from_what_is_made_of_them(
    metric: Metric, shown: Shown
):
    """The two towns look the same to head office, and not to the manager."""
    towns = counts_that_head_office_cannot_tell_apart(metric)
    blurred, exact = (
        [seen(answered(metric, shown, part, whole, key)) for part, whole in towns]
        for key in (KEY, None)
    )
    assert blurred[0] == blurred[1]
    assert exact[0] != exact[1]


def test_rounded_counts_and_not_the_counts_behind_them_make_head_offices_hot_spots():
    """What is made for head office is what anybody makes of the numbers on head office's screen."""
    people = town(60)
    shown = answered(Metric.CUSTOMERS, Shown.HOT_SPOTS, people, {}, KEY)
    exact = answered(Metric.CUSTOMERS, Shown.HOT_SPOTS, people, {}, None)

    again = standings([line.figure for line in shown.lines], rook())
    assert [line.standing for line in shown.lines] == again
    assert [line.standing for line in exact.lines] != again


def test_smoothing_says_how_in_one_sentence_and_keeps_the_counts_beside_the_share():
    people = {at: n + 20 for at, n in town(60).items()} | {0: 4, 1: 0}
    holders = {at: n // (2 + at % 5) for at, n in people.items()}
    answer = answered(Metric.CONSENT, Shown.SMOOTHED, holders, people, None)

    assert answer.legend.note.startswith(
        "A cell of few people is drawn towards the branch's rate ("
    )
    assert answer.legend.title == "Consent share, smoothed"
    assert answer.lines[0].said.endswith("% · 2 of 4")
    assert answer.lines[0].shade.name.isdigit()
    assert (answer.lines[1].shade.hatched, answer.lines[1].said) == (True, "no data")


def test_hot_spots_come_with_their_caution_and_a_legend_from_hot_to_cold():
    answer = answered(Metric.CUSTOMERS, Shown.HOT_SPOTS, town(60), {}, None)

    assert "not in the people who live there" in answer.legend.note
    assert "no cause" in answer.legend.note
    assert "in a hundred are so by chance" in answer.legend.note
    said = [item.label for item in answer.legend.items]
    assert said[0] == "Hot spot (99 %)"
    assert said[-1] == "No pattern"
    assert answer.lines[MIDDLE[4]].said == "Hot spot (99 %) · 60"
    assert len({line.shade.colour for line in answer.lines}) == len(said)


def test_the_caution_comes_before_the_word_on_rounding():
    note = answered(Metric.CUSTOMERS, Shown.HOT_SPOTS, town(60), {}, KEY).legend.note
    assert note.index("by chance") < note.index("rounded to fives")


def known(*values: float) -> list[Figure]:
    return [Figure(State.KNOWN, value, 100, 50) for value in values]


def words(measure: Measure, method: Method, *values: float) -> list[str]:
    figures = known(*values)
    used = scale(measure, figures, method)
    return [item.label for item in legend("t", used, {State.KNOWN}, blurred=False).items]


def test_equal_steps_have_round_borders_and_natural_breaks_keep_what_lies_together():
    values = (1, 2, 3, 4, 50, 51, 52, 98, 99, 100)
    assert words(Measure.COUNT, Method.EQUAL, *values) == [
        "1–19", "20–39", "40–59", "60–79", "80–100",
    ]  # fmt: skip
    one_class = {
        method: len(
            {scale(Measure.COUNT, known(*values), method).shade(f).name for f in known(52, 98)}
        )
        for method in (Method.QUANTILE, Method.JENKS)
    }
    assert one_class == {Method.QUANTILE: 1, Method.JENKS: 2}


@pytest.mark.parametrize("method", Method)
@pytest.mark.parametrize("measure", Measure)
@pytest.mark.parametrize("values", [range(1, 99), range(13, 41), (3, 7, 7, 8, 90, 91, 92, 99)])
def test_no_figure_fits_two_lines_of_the_legend_however_it_is_classed(
    measure: Measure, method: Method, values: range
):
    by = 100 if measure in (Measure.RATE, Measure.SHARE) else 1
    said = words(measure, method, *(value / by for value in values))
    ends = [[float(end) for end in re.findall(r"[\d.]+", line)] for line in said]
    assert all(one[-1] < other[0] for one, other in pairwise(ends)), said
