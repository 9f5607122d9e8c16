"""Conditions kept as data: check them, compile them to one SQL expression, say them in words.

{"all": […]}, {"any": […]} and {"not": …} hold conditions such as {"kind": "age_band", "min_age": 60}.
A denial is no level of its own, unless it denies another one.
Every condition is true or false for everybody: what is not known is not fulfilled.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from pydantic import ValidationError
from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import field_messages
from gridcrm.core.i18n import gettext
from gridcrm.segments import registry
from gridcrm.segments.condition import Condition, Context, Names, each_of, one_of

DEEPEST = 6
MOST_CONDITIONS = 40
_GROUPS = ("all", "any")


@dataclass(frozen=True)
class Group:
    """Conditions of which all must hold, or any."""

    word: str
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class Denied:
    """What must not hold."""

    part: "Node"


Node = Group | Denied | Condition


def parse(predicate: object) -> Node:
    """Check a predicate; InvalidInput names the path of the first faulty condition."""
    return _parse(predicate, "predicate", 0, count(1))


def dump(node: Node) -> dict[str, Any]:
    """Return a checked predicate as the data that is stored."""
    if isinstance(node, Group):
        return {node.word: [dump(part) for part in node.parts]}
    if isinstance(node, Denied):
        return {"not": dump(node.part)}
    return node.model_dump(mode="json", by_alias=True, exclude_defaults=True) | {"kind": node.kind}


def compile_predicate(predicate: object, context: Context) -> ColumnElement[bool]:
    """Return a predicate as one SQL expression over Customer, with bound parameters only."""
    return clause_of(parse(predicate), context)


def clause_of(node: Node, context: Context) -> ColumnElement[bool]:
    """Return a checked predicate as one SQL expression over Customer."""
    if isinstance(node, Condition):
        return node.clause(context)
    if isinstance(node, Denied):
        return not_(clause_of(node.part, context))
    parts = [clause_of(part, context) for part in node.parts]
    return and_(true(), *parts) if node.word == "all" else or_(false(), *parts)


def explain(predicate: object, names: Names) -> str:
    """Return a predicate as a sentence in the reader's language."""
    node = parse(predicate)
    if isinstance(node, Group) and not node.parts:
        return gettext("Everybody.")
    return gettext("People who {what}.").format(what=say(node, names))


def say(node: Node, names: Names, *, denied: bool = False) -> str:
    """Return what comes after "people who"; parts that are joined otherwise stand in brackets."""
    return _joined(*_spoken(node, names, denied))


def conditions_of(node: Node) -> Iterator[Condition]:
    """Yield the conditions of a predicate from left to right."""
    if isinstance(node, Group):
        for part in node.parts:
            yield from conditions_of(part)
    elif isinstance(node, Denied):
        yield from conditions_of(node.part)
    else:
        yield node


def _spoken(node: Node, names: Names, denied: bool) -> tuple[str, list[str]]:  # noqa: FBT001
    """Return how the parts are joined and each in words; what is joined alike goes up."""
    if isinstance(node, Condition):
        return "", [node.sentence(names, denied=denied)]
    if isinstance(node, Denied):
        return _spoken(node.part, names, not denied)
    if len(node.parts) == 1:
        return _spoken(node.parts[0], names, denied)
    word = _GROUPS[(node.word == "any") is not denied]
    said: list[str] = []
    for part in node.parts:
        inner, words = _spoken(part, names, denied)
        alike = inner in ("", word) or len(words) == 1
        said += words if alike else [gettext("({words})").format(words=_joined(inner, words))]
    return word, said


def _joined(word: str, words: list[str]) -> str:
    return one_of(words) if word == "any" else each_of(words)


def _parse(predicate: object, path: str, depth: int, numbers: "count[int]") -> Node:
    if depth > DEEPEST:
        raise _faulty(path, gettext("Groups go {n} levels deep at most.").format(n=DEEPEST))
    if not isinstance(predicate, Mapping):
        example = '{"kind": "has_child"}'
        raise _faulty(path, gettext("A condition is an object such as {it}.").format(it=example))
    if "kind" in predicate:
        return _condition(predicate, path, next(numbers))
    if len(predicate) != 1 or (word := next(iter(predicate))) not in (*_GROUPS, "not"):
        raise _faulty(path, gettext("Give one of “all”, “any”, “not” and “kind”."))
    if word == "not":
        inner = predicate["not"]
        twice = isinstance(inner, Mapping) and "not" in inner
        return Denied(_parse(inner, f"{path}.not", depth + twice, numbers))
    parts = predicate[word]
    if not isinstance(parts, list | tuple):
        raise _faulty(f"{path}.{word}", gettext("A group is a list of conditions."))
    if not parts and (depth or word == "any"):
        raise _faulty(f"{path}.{word}", gettext("A group needs at least one condition."))
    made = [
        _parse(part, f"{path}.{word}.{at}", depth + 1, numbers) for at, part in enumerate(parts)
    ]
    return Group(word, tuple(made))


def _condition(given: Mapping[str, Any], path: str, number: int) -> Condition:
    if number > MOST_CONDITIONS:
        raise _faulty(path, gettext("Use at most {n} conditions.").format(n=MOST_CONDITIONS))
    known = registry.conditions().get(str(given["kind"]))
    if known is None:
        kind = str(given["kind"])[:40]
        raise _faulty(f"{path}.kind", gettext("There is no condition “{kind}”.").format(kind=kind))
    try:
        return known.model_validate(dict(given))
    except ValidationError as error:
        messages = field_messages(error).items()
        fields = {path if name == "form" else f"{path}.{name}": text for name, text in messages}
        raise InvalidInput(fields, "A condition of the segment is wrong.") from None


def _faulty(path: str, message: str) -> InvalidInput:
    return InvalidInput({path: message}, "A condition of the segment is wrong.")
