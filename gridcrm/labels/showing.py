"""What the pages about labels show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.counts import shown
from gridcrm.core.who import Right, Who
from gridcrm.labels import counting, queries, registry, words
from gridcrm.labels.models import Label
from gridcrm.labels.rules import LEAF_DEPTH

_MOST_CELLS = 8


@dataclass
class Node:
    """A label in the tree, with how many people carry it as this reader may know it."""

    label: Label
    people: str = ""
    below: list["Node"] = field(default_factory=list)


async def tree_view(
    session: AsyncSession, who: Who, now: datetime, q: str, *, retired: bool
) -> dict[str, Any]:
    """Return the tree, or what of it fits a search."""
    tree = await queries.tree(session)
    kept = _kept(tree, q, retired=retired)
    counts = await _counts(session, who, now)
    return {
        "themes": _nested([label for label in tree if label.id in kept], counts),
        "q": q,
        "retired": retired,
        "retired_count": sum(not label.active for label in tree),
        "in_use": sum(label.active and label.depth == LEAF_DEPTH for label in tree),
        "may_manage": who.may(Right.LABELS_MANAGE),
    }


async def label_view(
    session: AsyncSession, who: Who, now: datetime, label_id: int
) -> dict[str, Any]:
    """Return everything that is said about one label."""
    label = await queries.one(session, label_id)
    tree = await queries.tree(session)
    counts = await _counts(session, who, now)
    below = [one for one in tree if one.parent_id == label_id]
    return {
        "label": label,
        "parents": await queries.parents(session, label),
        "people": counts.get(label_id, shown(0, who)) if counts is not None else "",
        "below": [Node(one, _people(counts, one)) for one in below],
        "related": await queries.related(session, label_id),
        "uses": await registry.uses(session, who, label),
        "merged_into": None if label.active else await queries.merged_into(session, label),
        "is_leaf": label.depth == LEAF_DEPTH,
        "cells": await _cells(session, who, label_id, now),
        "may_manage": who.may(Right.LABELS_MANAGE),
        "leaves": _other_leaves(tree, label_id),
        "new_parents": _places(tree, label),
    }


def _other_leaves(tree: Sequence[Label], label_id: int) -> list[Any]:
    """Return the leaves by group, without the label itself; groups stay, they give the names."""
    return words.leaf_options([one for one in tree if one.id != label_id or one.depth < LEAF_DEPTH])


def parent_options(tree: Sequence[Label]) -> list[tuple[int, str]]:
    """Return what a new label can stand below: themes and groups in use."""
    above = {label.id: words.name(label) for label in tree if label.depth == 1}
    return [
        (label.id or 0, _full_name(label, above))
        for label in tree
        if label.active and label.depth < LEAF_DEPTH
    ]


def _places(tree: Sequence[Label], label: Label) -> list[tuple[int, str]]:
    above = {one.id: words.name(one) for one in tree if one.depth == 1}
    return [
        (one.id or 0, _full_name(one, above))
        for one in tree
        if one.active and one.depth == label.depth - 1 and one.id != label.parent_id
    ]


def _full_name(label: Label, above: dict[int | None, str]) -> str:
    top = above.get(label.parent_id)
    return f"{top} › {words.name(label)}" if top else words.name(label)


async def _counts(session: AsyncSession, who: Who, now: datetime) -> dict[int, str] | None:
    """Return how many carry each label, None for somebody who has chosen no branch."""
    if who.branch_id is None:
        return None
    counts = await counting.people_counts(session, who, now)
    return {label_id: shown(n, who) for label_id, n in counts.items()}


async def _cells(
    session: AsyncSession, who: Who, label_id: int, now: datetime
) -> list[tuple[str, int]]:
    """Return the cells in which most people carry a label, to who may list these people."""
    if who.branch_id is None or not who.may(Right.CUSTOMERS_LIST):
        return []
    return (await queries.cells_of(session, who.here, label_id, now))[:_MOST_CELLS]


def _people(counts: dict[int, str] | None, label: Label) -> str:
    return "" if counts is None else counts.get(label.id or 0, "")


def _kept(tree: Sequence[Label], q: str, *, retired: bool) -> set[int | None]:
    """Return the ids of what fits, of all that is above it, and of all below a fitting label."""
    by_id = {label.id: label for label in tree}
    found: set[int | None] = set()
    for label in tree:
        line = list(_upwards(label, by_id))
        if all(one.active or retired for one in line) and any(_fits(one, q) for one in line):
            found |= {one.id for one in line}
    return found


def _upwards(label: Label, by_id: dict[int | None, Label]) -> Iterator[Label]:
    at: Label | None = label
    while at is not None:
        yield at
        at = by_id.get(at.parent_id)


def _fits(label: Label, q: str) -> bool:
    words_of = (label.name_zh, label.name_en, label.slug.rpartition(".")[2])
    return any(queries.folded(q) in queries.folded(word) for word in words_of)


def _nested(labels: Sequence[Label], counts: dict[int, str] | None) -> list[Node]:
    nodes = {label.id: Node(label, _people(counts, label)) for label in labels}
    for label in labels:
        if label.parent_id in nodes:
            nodes[label.parent_id].below.append(nodes[label.id])
    return [node for node in nodes.values() if node.label.parent_id is None]
