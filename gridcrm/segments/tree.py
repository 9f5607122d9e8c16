"""The shape of a predicate as plain data, complete or not: groups, conditions, denials."""

from collections.abc import Iterator
from typing import Any

Tree = dict[str, Any]
_GROUPS = ("all", "any")


def leaves(tree: Tree, path: str = "") -> Iterator[tuple[str, Tree]]:
    """Yield the conditions of a draft with their paths."""
    inner, _ = strip(tree)
    parts = children(inner)
    if parts is None:
        yield path, inner
        return
    for at, part in enumerate(parts):
        yield from leaves(part, below(path, at))


def strip(tree: Tree) -> tuple[Tree, bool]:
    """Return a part without its denials, and whether they deny it."""
    denied = False
    while isinstance(tree.get("not"), dict):
        tree, denied = tree["not"], not denied
    return tree, denied


def children(tree: Tree) -> list[Tree] | None:
    """Return the parts of a group, None for a condition."""
    for word in _GROUPS:
        if isinstance(tree.get(word), list):
            return [part for part in tree[word] if isinstance(part, dict)]
    return None


def below(path: str, at: int) -> str:
    """Return the path of a part of a group."""
    return f"{path}.{at}" if path else str(at)


def word_of(group: Tree) -> str:
    """Return whether all parts of a group must hold, or any."""
    return next(word for word in _GROUPS if isinstance(group.get(word), list))
