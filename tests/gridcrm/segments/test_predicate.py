from typing import Any

import pytest

from gridcrm.core.errors import InvalidInput
from gridcrm.segments import predicate, registry

CHILD = {"kind": "has_child"}
OLD = {"kind": "age_band", "min_age": 60}


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"all": [CHILD, {"kind": "shoe_size"}]}, "predicate.all.1.kind"),
        (
            {"all": [{"any": [{"kind": "consent", "purpose": "x"}]}]},
            "predicate.all.0.any.0.purpose",
        ),
        ({"not": {"kind": "label"}}, "predicate.not.slug"),
        ({"kind": "label", "slug": "a", "min_confidence": 2}, "predicate.min_confidence"),
        ({"all": [{"kind": "has_child", "how_many": 2}]}, "predicate.all.0.how_many"),
        ({"all": [{"kind": "age_band"}]}, "predicate.all.0"),
        ({"kind": "age_band", "min_age": 60, "max_age": 20}, "predicate"),
        ({"kind": "cell", "in": []}, "predicate.in"),
        ({"all": [CHILD], "any": [CHILD]}, "predicate"),
        ({"every": [CHILD]}, "predicate"),
        ({"all": {"kind": "has_child"}}, "predicate.all"),
        ({"all": [CHILD, "has_child"]}, "predicate.all.1"),
        ({"all": [{"any": []}]}, "predicate.all.0.any"),
        ({"any": []}, "predicate.any"),
        ([], "predicate"),
        ("all", "predicate"),
    ],
)
def test_a_fault_is_named_by_its_path(asked: Any, path: str):
    with pytest.raises(InvalidInput) as refused:
        predicate.parse(asked)
    assert list(refused.value.fields) == [path]
    assert all(refused.value.fields.values())


def test_groups_go_six_levels_deep_and_no_deeper():
    six = nested(6)
    assert predicate.dump(predicate.parse(six)) == six
    with pytest.raises(InvalidInput) as refused:
        predicate.parse(nested(7))
    assert next(iter(refused.value.fields)) == "predicate" + ".all.0" * 7


def test_a_denial_takes_no_level_but_denials_of_denials_do():
    deep = {"not": nested(6)}
    assert predicate.dump(predicate.parse(deep)) == deep
    for _ in range(7):
        deep = {"not": deep}
    with pytest.raises(InvalidInput):
        predicate.parse(deep)


def test_forty_conditions_are_allowed_and_the_next_one_is_named():
    assert predicate.parse({"all": [CHILD] * 40})
    with pytest.raises(InvalidInput) as refused:
        predicate.parse({"all": [{"any": [CHILD] * 20}, {"any": [CHILD] * 21}]})
    assert list(refused.value.fields) == ["predicate.all.1.any.20"]


def test_a_flood_of_conditions_is_refused_at_once():
    with pytest.raises(InvalidInput):
        predicate.parse({"all": [{"any": [CHILD] * 1000}] * 1000})


def test_nobody_is_left_out_of_an_empty_segment():
    assert predicate.explain({"all": []}, {}) == "Everybody."


def test_what_is_stored_says_nothing_that_goes_without_saying():
    asked = {"kind": "label", "slug": "a.b.c", "min_confidence": 0.5}
    assert predicate.dump(predicate.parse(asked)) == {"kind": "label", "slug": "a.b.c"}


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (OLD, "People who are aged 60 or over."),
        ({"not": OLD}, "People who are not aged 60 or over."),
        ({"kind": "age_band", "min_age": 18, "max_age": 28}, "People who are aged 18 to 28."),
        ({"all": [OLD, CHILD]}, "People who are aged 60 or over and have a child."),
        (
            {"all": [OLD, {"any": [CHILD, {"kind": "unplaced"}]}]},
            "People who are aged 60 or over and (have a child or do not have a place in the grid).",
        ),
        (
            {"not": {"any": [OLD, CHILD]}},
            "People who are not aged 60 or over and do not have a child.",
        ),
        ({"not": {"not": OLD}}, "People who are aged 60 or over."),
        (
            {"all": [OLD, {"all": [CHILD, {"kind": "owner"}]}]},
            "People who are aged 60 or over, have a child and are looked after by anybody.",
        ),
        ({"kind": "distance", "max_m": 1500}, "People who live within 1,500 m of the branch."),
        (
            {"kind": "walk", "max_min": 10},
            "People who live at most 10 minutes on foot from the branch.",
        ),
        ({"kind": "tier", "in": ["mass", "private"]}, "People who belong to the tier Mass or private."),
        ({"not": {"kind": "holding"}}, "People who do not hold any product."),
        ({"kind": "organisation"}, "People who work at a known employer."),
        (
            {"kind": "label", "slug": "x.y.z", "min_confidence": 0.7},
            "People who have the label Choir with confidence ≥ 0.7.",
        ),
    ],
)  # fmt: skip
def test_a_predicate_reads_as_a_sentence(asked: Any, said: str):
    names = {"tier": {"mass": "Mass"}, "label": {"x.y.z": "Choir"}}
    assert predicate.explain(asked, names) == said


def test_every_condition_says_its_inputs_in_its_sentence():
    for kind, condition in registry.conditions().items():
        for item in condition.inputs:
            assert "{" + item.name + "}" in condition.ask, kind
            assert not item.source or item.source in registry.sources(), kind


def nested(levels: int) -> dict[str, Any]:
    asked: dict[str, Any] = dict(CHILD)
    for _ in range(levels):
        asked = {"all": [asked]}
    return asked
