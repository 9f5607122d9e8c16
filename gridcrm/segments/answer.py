"""What a program is told about a predicate: how many, in words, and step by step."""

from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.counts import FEWEST_SHOWN
from gridcrm.core.who import Right, Who
from gridcrm.segments import queries
from gridcrm.segments.measure import measure
from gridcrm.segments.predicate import Group, explain, parse, say


async def answer(
    session: AsyncSession, who: Who, predicate: object, now: datetime
) -> dict[str, Any]:
    """Return count, total, explanation and steps; None for a count too small for this reader."""
    node = parse(predicate)
    top = node if isinstance(node, Group) else Group("all", (node,))
    names = await queries.names(session, who, [node])
    found = await measure(session, who, node, now)
    steps = [(say(part, names), found.steps[(at,)]) for at, part in enumerate(top.parts)]
    return {
        "count": _plain(found.count, who),
        "total": _plain(found.total, who),
        "explanation": explain(predicate, names),
        "steps": [
            {"condition": words, "before": _plain(s.before, who), "after": _plain(s.after, who)}
            for words, s in steps
        ],
    }


def _plain(count: int, who: Who) -> int | None:
    return count if who.may(Right.CUSTOMERS_LIST) or count >= FEWEST_SHOWN else None
