"""A draft goes back and forth in a form; nothing that was typed is lost on the way."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridcrm.core.errors import InvalidInput
from gridcrm.segments import draft, predicate
from tests.gridcrm.segments.worlds import predicates

CHILD = {"kind": "has_child"}
OLD = {"kind": "age_band", "min_age": 60}
CHOIR = {"kind": "label", "slug": "stage.singing.choir", "min_confidence": 0.5}


def form(tree: Any, **fields: Any) -> dict[str, Any]:
    return {"draft": json.dumps(tree), **fields}


def test_a_new_draft_is_an_empty_group_in_which_all_must_hold():
    assert draft.begin() == {"all": []}
    assert draft.begin(OLD) == {"all": [OLD]}
    assert draft.begin({"any": [OLD]}) == {"any": [OLD]}
    assert draft.begin({"not": {"any": [OLD]}}) == {"all": [{"not": {"any": [OLD]}}]}


def test_what_was_typed_replaces_what_was_there():
    typed = {"n.0": "0", "v.0.min_age": "25", "v.0.max_age": " 40 ", "j.": "all"}
    assert draft.read(form({"all": [OLD]}, **typed)) == {
        "all": [{"kind": "age_band", "min_age": "25", "max_age": "40"}]
    }


def test_an_emptied_field_is_gone_and_boxes_that_were_all_unticked_too():
    tiers = {"kind": "tier", "in": ["mass"]}
    tree = {"all": [OLD, tiers]}
    typed = {"n.0": "0", "v.0.min_age": "", "v.0.max_age": "", "n.1": "0"}
    assert draft.read(form(tree, **typed)) == {"all": [{"kind": "age_band"}, {"kind": "tier"}]}


def test_one_ticked_box_is_a_list_of_one_and_words_are_split_at_either_comma():
    tree = {"all": [{"kind": "tier"}, {"kind": "occupation"}]}
    typed = {"n.0": "0", "v.0.in": "mass", "n.1": "0", "v.1.contains": "退休，teacher, 护士"}
    assert draft.read(form(tree, **typed)) == {
        "all": [
            {"kind": "tier", "in": ["mass"]},
            {"kind": "occupation", "contains": ["退休", "teacher", "护士"]},
        ]
    }


def test_the_verb_denies_a_condition_and_the_mode_a_group():
    tree = {"all": [OLD, {"any": [CHILD, CHOIR]}]}
    read = draft.read(form(tree, **{"n.0": "1", "v.0.min_age": "60", "j.1": "none"}))
    assert read == {
        "all": [{"not": {"kind": "age_band", "min_age": "60"}}, {"not": {"any": [CHILD, CHOIR]}}]
    }


def test_a_condition_whose_fields_did_not_come_stays_as_it_was():
    assert draft.read(form({"all": [OLD]})) == {"all": [OLD]}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        '"all"',
        "[" * 100_000,
        '{"all":' * 60_000,
        '{"not":' * 900 + "{}" + "}" * 900,
        "x" * 300_000,
    ],
)
def test_a_draft_that_cannot_be_read_is_refused(text: str):
    with pytest.raises(InvalidInput, match="correction"):
        draft.read({"draft": text})


@pytest.mark.parametrize(
    ("act", "after"),
    [
        ("add::has_child", {"all": [OLD, {"any": [CHILD, CHOIR]}, CHILD]}),
        ("add:1:has_child", {"all": [OLD, {"any": [CHILD, CHOIR, CHILD]}]}),
        ("add:1:group", {"all": [OLD, {"any": [CHILD, CHOIR, {"any": []}]}]}),
        ("group:0", {"all": [{"any": [OLD]}, {"any": [CHILD, CHOIR]}]}),
        ("group:1.1", {"all": [OLD, {"any": [CHILD, {"any": [CHOIR]}]}]}),
        ("ungroup:1", {"all": [OLD, CHILD, CHOIR]}),
        ("remove:0", {"all": [{"any": [CHILD, CHOIR]}]}),
        ("remove:1.0", {"all": [OLD, {"any": [CHOIR]}]}),
        ("remove:1", {"all": [OLD]}),
        ("remove:7", None), ("remove:1.7", None), ("remove:0.0", None), ("remove:", None),
        ("remove:x", None), ("add:0:has_child", None), ("add::shoe_size", None), ("dance:0", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_step_changes_one_place_and_a_wrong_one_changes_nothing(act: str, after: Any):
    tree = {"all": [OLD, {"any": [CHILD, CHOIR]}]}
    assert draft.change(tree, act) == (after or tree)


def test_a_new_condition_comes_with_its_usual_values_and_is_where_typing_goes_on():
    tree = draft.change({"all": [OLD]}, "add::label")
    assert tree["all"][1] == {"kind": "label", "min_confidence": 0.5}
    assert draft.added(tree, "add::label") == "1"
    assert draft.added(tree, "remove:0") == ""


def test_what_is_incomplete_is_told_and_left_out_of_the_question():
    tree = {"all": [OLD, {"kind": "label"}, {"any": [{"kind": "tier"}, CHILD]}, {"any": []}]}
    node, wrong = draft.checked(tree)
    assert predicate.dump(node) == {"all": [OLD, {"any": [CHILD]}]}
    assert {path: list(said) for path, said in wrong.items()} == {"1": ["slug"], "2.0": ["in"]}
    assert {path: at for at, path in draft.places(tree, wrong)} == {
        "": (), "0": (0,), "2": (1,), "2.1": (1, 0),
    }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(asked=predicates([1, 2], [1, 2]))
def test_a_stored_predicate_comes_back_from_the_builder_as_it_was(asked: dict[str, Any]):
    node, wrong = draft.checked(draft.read(form(draft.begin(asked))))
    assert wrong == {}
    assert predicate.say(node, {}) == predicate.say(predicate.parse(asked), {})


@settings(max_examples=200, deadline=None)
@given(
    asked=predicates([1, 2], [1, 2]), steps=st.lists(st.text("adgroupemv:.019ht_lc", max_size=14))
)
def test_no_step_ever_breaks_a_draft(asked: dict[str, Any], steps: list[str]):
    tree = draft.begin(asked)
    for step in steps:
        tree = draft.change(tree, step)
    draft.checked(tree)
