"""Whatever is recorded can be read: the audit is for people."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from gridcrm.accounts.action_words import action_words, detail_words, thing_words
from gridcrm.consent.models import ConsentState
from gridcrm.core.i18n import Language, spoken
from gridcrm.events.rules import Verb as EventVerb
from gridcrm.outcomes.rules import Verb as OutcomeVerb

ROOT = Path(__file__).parents[3] / "gridcrm"


def calls() -> Iterator[ast.Call]:
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                yield node


def recorded() -> Iterator[tuple[str, str]]:
    """Every action and kind of thing that the code gives to `audit.record` as it stands."""
    for node in calls():
        action, thing = node.args[2], node.args[3]
        kind = thing.elts[0] if isinstance(thing, ast.Tuple) else thing
        named = (action.body, action.orelse) if isinstance(action, ast.IfExp) else (action,)
        for name in named:
            if isinstance(name, ast.Constant) and isinstance(kind, ast.Constant):
                yield name.value, kind.value


def details() -> set[str]:
    """Every detail that the code gives to `audit.record` by its name."""
    return {key.arg for node in calls() for key in node.keywords if key.arg} - {"branch_id"}


@pytest.mark.parametrize(("action", "thing"), sorted(set(recorded())))
def test_every_action_and_thing_has_words(action: str, thing: str):
    unsaid = action.replace("_", " ")

    assert action_words(action) != unsaid, "give it words in gridcrm/accounts/action_words.py"
    assert action_words(f"{action}_unheard_of") == f"{unsaid} unheard of"
    assert thing_words(thing)


@pytest.mark.parametrize("detail", sorted(details()))
def test_every_detail_has_words_in_chinese(detail: str):
    with spoken(Language.ZH):
        said = detail_words(detail)

    assert not said.isascii(), "give it words in gridcrm/accounts/action_words.py"


def test_an_action_without_words_reads_as_it_was_recorded():
    assert action_words("moon_eclipse") == "moon eclipse"
    assert thing_words("moon_face") == "moon face"
    assert detail_words("dark_side") == "dark side"


@pytest.mark.parametrize(
    "action",
    [
        *(f"event_{verb}" for verb in EventVerb),
        *(f"outcome_{verb}" for verb in OutcomeVerb),
        *(f"consent_{state}" for state in ConsentState),
    ],
)
def test_every_step_that_is_put_together_has_words_too(action: str):
    assert action_words(action) != action.replace("_", " ")
