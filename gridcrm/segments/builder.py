"""What the segment builder shows: each condition as a sentence with its fields and its drop-off."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.counts import share, shown
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Who
from gridcrm.segments import choices, draft, registry
from gridcrm.segments.cautions import caution
from gridcrm.segments.condition import Choice, Condition, Input, InputKind, kind_of
from gridcrm.segments.measure import Measured, measure
from gridcrm.segments.predicate import DEEPEST, MOST_CONDITIONS, Node, dump, explain
from gridcrm.segments.tree import Tree, below, children, leaves, strip

_SLOT = re.compile(r"{(\w+)}")


@dataclass(frozen=True)
class Slot:
    """A field within the sentence of a condition."""

    input: Input
    name: str
    id: str
    value: object
    options: Sequence[Choice]
    wrong: bool

    @property
    def said(self) -> str:
        """Return the chosen values in words, for the closed list of a choice of several."""
        chosen = set(map(str, self.value)) if isinstance(self.value, list) else set()
        names = [choice.name for choice in self.options if choice.value in chosen]
        unknown = chosen - {choice.value for choice in self.options}
        return gettext(", ").join([*names, *sorted(unknown)])


@dataclass(frozen=True)
class Row:
    """A condition: words and fields in the order of its sentence."""

    path: str
    title: str
    verbs: tuple[str, str]
    denied: bool
    parts: Sequence[str | Slot]
    wrong: Sequence[str]
    drop: tuple[str, str] | None
    share: int | None


@dataclass(frozen=True)
class Box:
    """A group: which of its parts must hold."""

    path: str
    mode: str
    rows: Sequence["Row | Box"]
    drop: tuple[str, str] | None
    share: int | None
    may_nest: bool


@dataclass
class Built:
    """A draft as the builder shows it."""

    tree: Tree
    box: Box
    node: Node
    measured: Measured
    total: str
    count: str
    share: int | None
    sentence: str
    wrong: Mapping[str, Mapping[str, str]]
    kinds: Sequence[tuple[str, Sequence[tuple[str, str]]]] = field(default_factory=list)
    is_full: bool = False
    fresh: str = ""
    caution: str = ""

    @property
    def predicate(self) -> dict[str, Any]:
        """Return what of the draft is complete, as it would be stored."""
        return dump(self.node)


async def build(
    session: AsyncSession, who: Who, tree: Tree, now: datetime, fresh: str = ""
) -> Built:
    """Check, count and word a draft; what is incomplete is shown but not counted.

    `fresh` is the path of the condition that was just added, where typing goes on.
    """
    node, wrong = draft.checked(tree)
    measured = await measure(session, who, node, now)
    options = await choices.load(session, who, _sources(tree), registry.sources())
    drops = {
        path: measured.steps[at] for at, path in draft.places(tree, wrong) if at in measured.steps
    }
    return Built(
        tree=tree,
        box=_Builder(who, options, wrong, drops).box(tree, "", 0),
        node=node,
        measured=measured,
        total=shown(measured.total, who),
        count=shown(measured.count, who),
        share=share(measured.count, measured.total, who),
        sentence=explain(dump(node), choices.names_of(options)),
        wrong=wrong,
        kinds=_kinds(),
        is_full=sum(1 for _ in leaves(tree)) >= MOST_CONDITIONS,
        fresh=fresh,
        caution=await caution(session, who, tree),
    )


class _Builder:
    """Walks a draft once, with everything its parts need at hand."""

    def __init__(
        self,
        who: Who,
        options: Mapping[str, Sequence[Choice]],
        wrong: Mapping[str, Mapping[str, str]],
        drops: Mapping[str, Any],
    ) -> None:
        self._who, self._options, self._wrong, self._drops = who, options, wrong, drops

    def box(self, tree: Tree, path: str, depth: int) -> Box:
        inner, denied = strip(tree)
        word = "all" if "all" in inner else "any"
        mode = next(m for m, known in draft.MODES.items() if known == (word, denied))
        parts = enumerate(children(inner) or [])
        rows = [self._part(part, below(path, at), depth + 1) for at, part in parts]
        return Box(path, mode, rows, *self._drop(path), may_nest=depth <= DEEPEST - 2)

    def _part(self, tree: Tree, path: str, depth: int) -> Row | Box:
        inner, denied = strip(tree)
        if children(inner) is not None:
            return self.box(tree, path, depth)
        known = registry.conditions().get(str(inner.get("kind")))
        wrong = self._wrong.get(path, {})
        drop, left = self._drop(path)
        return Row(
            path=path,
            title=gettext(known.title) if known else str(inner.get("kind"))[:40],
            verbs=(gettext(known.verbs[0]), gettext(known.verbs[1])) if known else ("", ""),
            denied=denied,
            parts=list(self._sentence(known, inner, path, wrong)) if known else [],
            wrong=sorted(set(wrong.values())),
            drop=drop,
            share=left,
        )

    def _sentence(
        self, known: type[Condition], leaf: Tree, path: str, wrong: Mapping[str, str]
    ) -> Iterator[str | Slot]:
        inputs = {item.name: item for item in known.inputs}
        for at, part in enumerate(_SLOT.split(gettext(known.ask))):
            if at % 2 == 0:
                if part.strip():
                    yield part.strip()
            elif part in inputs:
                faulty = any(name.split(".")[0] in (part, "") for name in wrong)
                yield self._slot(inputs[part], leaf.get(part), path, wrong=faulty)

    def _slot(self, item: Input, value: object, path: str, *, wrong: bool) -> Slot:
        options = self._options.get(item.source, ())
        if item.kind is InputKind.WORDS and isinstance(value, list):
            value = gettext(", ").join(map(str, value))
        name = f"v.{path}.{item.name}"
        return Slot(item, name, name.replace(".", "-"), value, options, wrong)

    def _drop(self, path: str) -> tuple[tuple[str, str] | None, int | None]:
        step = self._drops.get(path)
        if step is None:
            return None, None
        words = (shown(step.before, self._who), shown(step.after, self._who))
        return words, share(step.after, step.whole, self._who)


def _sources(tree: Tree) -> set[str]:
    known = [registry.conditions().get(str(leaf.get("kind"))) for _, leaf in leaves(tree)]
    return {item.source for one in known if one for item in one.inputs if item.source}


def _kinds() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the conditions that can be added, under the names of their groups."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for condition in registry.conditions().values():
        group = groups.setdefault(gettext(condition.group), [])
        group.append((kind_of(condition), gettext(condition.title)))
    return list(groups.items())
