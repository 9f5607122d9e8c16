"""A segment while it is being built: a predicate that may still be incomplete.

Parts are addressed by their place in the groups, such as "0.2"; "" is the whole. "not" counts as
no level of its own: it is a property of the part that it denies.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.segments import registry
from gridcrm.segments.condition import Input, InputKind
from gridcrm.segments.predicate import Node, parse
from gridcrm.segments.tree import Tree, below, children, leaves, strip, word_of

MODES = {
    "all": ("all", False),
    "any": ("any", False),
    "none": ("any", True),
    "not_all": ("all", True),
}
_LONGEST = 200_000
_MOST_BRACKETS = 500
"""More than forty conditions in groups can need; nesting is bounded by it too."""


def begin(predicate: object = None) -> Tree:
    """Return a predicate as a draft: a group at the top, arguments as they were given."""
    tree = json.loads(json.dumps(predicate)) if isinstance(predicate, Mapping) else {"all": []}
    inner, denied = strip(tree)
    return tree if children(inner) is not None and not denied else {"all": [tree]}


def read(data: Mapping[str, Any]) -> Tree:
    """Return the draft that a form carries, with what was typed into its fields."""
    text = str(data.get("draft") or "{}")
    try:
        tree = json.loads(text) if _may_be_a_draft(text) else None
    except (ValueError, RecursionError):
        tree = None
    if not isinstance(tree, dict):
        raise InvalidInput({"draft": gettext("This draft cannot be read; start again.")})
    return begin(_typed(begin(tree or None), "", data))


def change(tree: Tree, act: str) -> Tree:
    """Return the draft after one step: add:PATH:KIND, group:PATH, ungroup:PATH or remove:PATH.

    Adding the kind "group" adds an empty group; a step that leads nowhere changes nothing.
    """
    verb, _, rest = act.partition(":")
    path, _, kind = rest.partition(":")
    if verb == "add":
        return _at(tree, path, lambda part: _with_part(part, kind))
    if verb == "group":
        return _at(tree, path, lambda part: [{"any": [part]}])
    if verb == "ungroup":
        return _at(tree, path, lambda part: children(strip(part)[0]) or [])
    if verb == "remove":
        return _at(tree, path, lambda _part: [])
    return tree


def added(tree: Tree, act: str) -> str:
    """Return the path of the condition that a step has added, "" for any other step."""
    verb, _, rest = act.partition(":")
    path = rest.partition(":")[0]
    if verb != "add":
        return ""
    found = [child for child, _ in leaves(tree) if child.rpartition(".")[0] == path]
    return found[-1] if found else ""


def checked(tree: Tree) -> tuple[Node, dict[str, dict[str, str]]]:
    """Return what of a draft can be asked already, and what is wrong: path → argument → message."""
    wrong: dict[str, dict[str, str]] = {}
    for path, leaf in leaves(tree):
        try:
            parse(leaf)
        except InvalidInput as error:
            wrong[path] = {name.removeprefix("predicate").lstrip("."): text
                           for name, text in error.fields.items()}  # fmt: skip
    return parse(_pruned(tree, "", wrong) or {"all": []}), wrong


def tidy(tree: Tree) -> Tree:
    """Return a draft without empty groups, to be checked and stored."""
    return _pruned(tree, "", {}) or {"all": []}


def places(
    tree: Tree, wrong: Mapping[str, object], path: str = "", at: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield where each complete part stands once the others are left out, and its path here."""
    yield at, path
    kept = 0
    for n, part in enumerate(children(strip(tree)[0]) or []):
        if _pruned(part, below(path, n), wrong) is not None:
            yield from places(part, wrong, below(path, n), (*at, kept))
            kept += 1


def _may_be_a_draft(text: str) -> bool:
    return len(text) <= _LONGEST and text.count("{") + text.count("[") <= _MOST_BRACKETS


def _pruned(tree: Tree, path: str, wrong: Mapping[str, object]) -> Tree | None:
    """Return a draft without its incomplete conditions and empty groups."""
    inner, denied = strip(tree)
    parts = children(inner)
    if parts is None:
        kept: Tree | None = None if path in wrong else inner
    else:
        found = [_pruned(part, below(path, at), wrong) for at, part in enumerate(parts)]
        whole = [part for part in found if part is not None]
        kept = {word_of(inner): whole} if whole else None
    return {"not": kept} if kept and denied else kept


def _typed(tree: Tree, path: str, data: Mapping[str, Any]) -> Tree:
    inner, denied = strip(tree)
    parts = children(inner)
    if parts is None:
        denied = str(data.get(f"n.{path}", int(denied))) == "1"
        made = _filled(inner, path, data) if f"n.{path}" in data else inner
    else:
        word, denied = MODES.get(str(data.get(f"j.{path}")), (word_of(inner), denied))
        made = {word: [_typed(part, below(path, at), data) for at, part in enumerate(parts)]}
    return {"not": made} if denied else made


def _filled(leaf: Tree, path: str, data: Mapping[str, Any]) -> Tree:
    known = registry.conditions().get(str(leaf.get("kind")))
    if known is None:
        return leaf
    typed = {item.name: _value(item, data.get(f"v.{path}.{item.name}")) for item in known.inputs}
    given = {name: value for name, value in typed.items() if value not in (None, "", [])}
    return {"kind": leaf["kind"], **given}


def _value(item: Input, raw: object) -> object:
    if item.kind is InputKind.SEVERAL:
        return list(raw) if isinstance(raw, list) else [raw] if raw else []
    text = str(raw[-1] if isinstance(raw, list) else raw or "").strip()
    if item.kind is InputKind.WORDS:
        return [word for word in re.split(r"[,，、;；\n]+\s*", text) if word.strip()]
    return text


def _with_part(tree: Tree, kind: str) -> list[Tree]:
    inner, denied = strip(tree)
    parts = children(inner)
    known = registry.conditions().get(kind)
    new: Tree = {"any": []} if kind == "group" else _fresh(kind)
    if parts is None or (known is None and kind != "group"):
        return [tree]
    made = {word_of(inner): [*parts, new]}
    return [{"not": made} if denied else made]


def _fresh(kind: str) -> Tree:
    known = registry.conditions().get(kind)
    if known is None:
        return {"kind": kind}
    usual = {
        field.alias or name: field.default
        for name, field in known.model_fields.items()
        if name != "kind" and not field.is_required() and field.default not in (None, ())
    }
    return {"kind": kind, **usual}


def _at(tree: Tree, path: str, become: Any) -> Tree:
    """Return the draft in which one part has become none, one or several others."""
    if not path:
        made = become(tree)
        return made[0] if len(made) == 1 and children(strip(made[0])[0]) is not None else tree
    inner, denied = strip(tree)
    parts = children(inner)
    first, _, rest = path.partition(".")
    if parts is None or not first.isdigit() or int(first) >= len(parts):
        return tree
    at = int(first)
    middle = become(parts[at]) if not rest else [_at(parts[at], rest, become)]
    made = {word_of(inner): [*parts[:at], *middle, *parts[at + 1 :]]}
    return {"not": made} if denied else made
