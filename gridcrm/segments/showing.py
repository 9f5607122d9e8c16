"""What the pages about segments show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.counts import share, shown
from gridcrm.core.i18n import Language, current
from gridcrm.core.paging import Page, page_of
from gridcrm.core.who import Right, Who
from gridcrm.customers import words
from gridcrm.labels import queries as labels
from gridcrm.labels.models import Label
from gridcrm.labels.words import leaf_options, source_options
from gridcrm.segments import queries
from gridcrm.segments.cautions import caution
from gridcrm.segments.measure import Measured, measure
from gridcrm.segments.models import Segment
from gridcrm.segments.predicate import Group, Node, explain, parse, say


@dataclass(frozen=True)
class Line:
    """A segment in the list."""

    segment: Segment
    sentence: str
    labels: Sequence[Label]
    count: str = ""
    events: str = ""
    needs: str = ""


async def list_view(
    session: AsyncSession, who: Who, now: datetime, *, archived: bool, counted: bool
) -> dict[str, Any]:
    """Return the branch's segments and the ready-made ones, with counts if they are asked for."""
    found = await queries.listed(session, who, archived=archived)
    nodes = [parse(segment.predicate) for segment in found]
    names = await queries.names(session, who, nodes)
    liked = await queries.labels_of(session, [segment.id for segment in found])
    counts = await queries.counts(session, who, nodes, now) if counted else [None] * len(found)
    lines = [
        Line(
            segment,
            explain(segment.predicate, names),
            liked.get(segment.id or 0, []),
            "" if n is None else shown(n, who),
            _in_language(segment, "events"),
            _in_language(segment, "needs"),
        )
        for segment, n in zip(found, counts, strict=True)
    ]
    return {
        "own": [line for line in lines if line.segment.branch_id is not None],
        "ready_made": [line for line in lines if line.segment.branch_id is None],
        "archived": archived,
        "counted": counted,
        "may_edit": who.may(Right.SEGMENTS_EDIT),
    }


async def detail_view(
    session: AsyncSession, who: Who, segment: Segment, now: datetime, number: int
) -> dict[str, Any]:
    """Return a segment with its funnel, a page of its members and its past uses."""
    node = parse(segment.predicate)
    names = await queries.names(session, who, [node])
    measured = await measure(session, who, node, now)
    page = page_of(number, measured.count, f"/segments/{segment.id}", {})
    liked = await queries.labels_of(session, [segment.id])
    tree = await labels.tree(session)
    return {
        "segment": segment,
        "sentence": explain(segment.predicate, names),
        "caution": await caution(session, who, segment.predicate),
        "count": shown(measured.count, who),
        "total": shown(measured.total, who),
        "steps": _steps_of(node, measured, who, names),
        "liked": liked.get(segment.id or 0, []),
        "playbook": (_in_language(segment, "events"), _in_language(segment, "needs")),
        "uses": [
            (use, shown(use.member_count, who))
            for use in await queries.freezes(session, who, segment.id or 0)
        ],
        "may_edit": who.may(Right.SEGMENTS_EDIT),
        "is_own": segment.branch_id is not None,
        "options": leaf_options(tree),
        "sources": source_options(),
        **await _members_view(session, who, segment, now, page),
    }


async def _members_view(
    session: AsyncSession, who: Who, segment: Segment, now: datetime, page: Page
) -> dict[str, Any]:
    """Return a page of a segment's members; nobody for who may not list people."""
    may_list = who.may(Right.CUSTOMERS_LIST)
    rows = (
        await queries.members(session, who, segment.predicate, now, page.offset) if may_list else []
    )
    return {"rows": rows, "page": page, "may_list": may_list, "word": words.word}


def _steps_of(node: Node, measured: Measured, who: Who, names: Any) -> list[dict[str, Any]]:
    """Return the conditions at the top with how many each leaves."""
    top = node if isinstance(node, Group) else Group("all", (node,))
    return [
        {
            "condition": say(part, names),
            "before": shown(measured.steps[(at,)].before, who),
            "after": shown(measured.steps[(at,)].after, who),
            "share": share(measured.steps[(at,)].after, measured.total, who),
        }
        for at, part in enumerate(top.parts)
    ]


def _in_language(segment: Segment, what: str) -> str:
    language = "zh" if current() is Language.ZH else "en"
    return (segment.playbook or {}).get(f"{what}_{language}", "")
