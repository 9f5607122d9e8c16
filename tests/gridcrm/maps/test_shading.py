import re

import pytest

from geo.palette import HIDDEN, NO_DATA, contrast, oklab
from gridcrm.maps.metrics import METRICS, Measure, Metric
from gridcrm.maps.rules import Figure, State
from gridcrm.maps.shading import legend, scale


def known(*values: float) -> list[Figure]:
    return [Figure(State.KNOWN, value, 100, 50) for value in values]


def words(figures: list[Figure], metric: Metric = Metric.CUSTOMERS) -> list[str]:
    definition = METRICS[metric]
    drawn = scale(definition.measure, figures)
    states = {figure.state for figure in figures}
    return [item.label for item in legend("t", drawn, states, blurred=False).items]


def test_classes_of_counts_are_said_without_gap_or_overlap():
    assert words(known(*range(1, 101))) == ["1–20", "21–40", "41–60", "61–80", "81–100"]


def test_a_class_of_one_count_is_one_number():
    assert words(known(3, 3, 7)) == ["3–6", "7"]


def test_zero_stands_apart_from_the_classes():
    figures = [*known(5, 9), Figure(State.ZERO, 0, 0, 0)]
    drawn = scale(Measure.COUNT, figures)

    assert words(figures) == ["0", "5–8", "9"]
    assert drawn.shade(figures[2]).name == "zero"
    assert drawn.shade(figures[0]).colour != drawn.shade(figures[2]).colour


@pytest.mark.parametrize("values", [[4], [3, 7, 7], [1, 2, 2, 5, 8, 13, 21, 21, 34, 55, 89]])
def test_every_cell_is_in_the_class_that_all_cells_together_give(values: list[float]):
    drawn = scale(Measure.COUNT, known(*values))
    alone = [int(drawn.shade(figure).name) - 1 for figure in known(*values)]
    assert alone == drawn.classes.codes(values).tolist()


def test_shares_are_said_in_percent():
    assert words(known(0.1, 0.25, 0.4), Metric.CONSENT) == ["10–24 %", "25–39 %", "40 %"]


def test_densities_are_said_as_they_are_read_on_the_map():
    figures = known(0.31, 2, 4.449, 7, 9.96, 12, 40, 240.2, 999, 1200)
    assert words(figures, Metric.DENSITY) == [">0–3.9", "4–9.9", "10–39", "40–599", "600–1,200"]


def test_a_share_that_rounds_to_nothing_is_not_called_zero():
    figures = [*known(0.004, 0.02, 0.04), Figure(State.ZERO, 0, 100, 0)]
    assert words(figures, Metric.CONSENT) == ["0 %", ">0–1 %", "2–3 %", "4 %"]
    assert words(known(0.004, 0.01), Metric.CONSENT) == [">0 %", "1 %"]


@pytest.mark.parametrize("metric", [Metric.CUSTOMERS, Metric.DENSITY, Metric.CONSENT])
@pytest.mark.parametrize("most", [6, 37, 100, 4321])
def test_no_figure_fits_two_lines_of_the_legend(metric: Metric, most: int):
    measure = METRICS[metric].measure
    values = [n / most if measure is Measure.RATE else n for n in range(1, most + 1)]
    ends = [re.findall(r"[\d.]+", said.replace(",", "")) for said in words(known(*values), metric)]
    numbers = [float(end) for line in ends for end in line]
    assert numbers == sorted(set(numbers))


def test_hidden_few_and_missing_are_three_different_looks():
    figures = [Figure(State.HIDDEN), Figure(State.FEW, None, 12, 4), Figure(State.NO_DATA)]
    drawn = scale(Measure.RATE, figures)
    hidden, few, missing = (drawn.shade(figure) for figure in figures)

    assert (hidden.colour, hidden.hatched) == (HIDDEN, False)
    assert (missing.colour, missing.hatched) == (NO_DATA, True)
    assert few.colour not in (hidden.colour, missing.colour)
    assert words(figures, Metric.CONSENT) == [
        "Fewer than 20 people: counts only",
        "Too few people to show",
        "No data",
    ]


def test_a_hidden_count_takes_part_in_no_class():
    with_hidden = [*known(10, 20, 30), Figure(State.HIDDEN)]
    assert (
        scale(Measure.COUNT, with_hidden).classes == scale(Measure.COUNT, known(10, 20, 30)).classes
    )


@pytest.mark.parametrize("measure", Measure)
def test_more_is_darker(measure: Measure):
    drawn = scale(measure, known(*(n / 10 for n in range(1, 11))))
    lightness = [oklab(colour)[0] for colour in drawn.ramp]
    assert lightness == sorted(lightness, reverse=True)
    assert contrast(drawn.ramp[0], drawn.ramp[-1]) > 5


def test_the_legend_says_when_numbers_are_rounded():
    drawn = scale(Measure.COUNT, known(10, 20))

    assert legend("t", drawn, set(), blurred=False).note == ""
    assert "rounded to fives" in legend("t", drawn, set(), blurred=True).note


def test_a_map_without_any_value_has_no_classes():
    assert words([Figure(State.HIDDEN)]) == ["Fewer than 10: not shown"]
