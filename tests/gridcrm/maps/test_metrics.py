from gridcrm.core.who import Right
from gridcrm.maps.formulas import formulas_markdown
from gridcrm.maps.metrics import DEFINITIONS, METRICS, Measure, Metric, Need


def test_every_metric_is_defined_once():
    assert [definition.metric for definition in DEFINITIONS] == list(Metric)
    assert set(METRICS) == set(Metric)


def test_the_page_of_formulas_has_every_metric_with_its_formula():
    page = formulas_markdown()
    for definition in DEFINITIONS:
        assert f"| {definition.name} | `{definition.metric}` |" in page
        assert definition.formula in page


def test_a_rate_says_what_it_is_divided_by():
    for definition in DEFINITIONS:
        assert (definition.measure is Measure.COUNT) == ("÷" not in definition.formula)


def test_a_metric_says_period_in_its_formula_exactly_when_it_asks_for_one():
    for definition in DEFINITIONS:
        assert (Need.PERIOD in definition.needs) == ("within the period" in definition.formula)


def test_only_the_segment_asks_for_the_right_to_see_segments():
    assert [d.metric for d in DEFINITIONS if d.right is Right.SEGMENTS_VIEW] == [Metric.SEGMENT]
