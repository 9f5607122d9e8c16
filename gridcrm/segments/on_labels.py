"""What segments add to labels: the link that a merge changes, and where a label is used."""

from collections.abc import Mapping
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import ngettext
from gridcrm.core.who import Right, Who
from gridcrm.labels.models import Label
from gridcrm.labels.registry import Link, Use
from gridcrm.segments import queries
from gridcrm.segments.models import SegmentLabel
from gridcrm.segments.predicate import conditions_of, parse

LINK = Link(SegmentLabel, "segment_id")


async def uses(session: AsyncSession, who: Who, label: Label) -> list[Use]:
    """Return how many segments ask for a label or say that their people like it."""
    if not who.may(Right.SEGMENTS_VIEW) or who.branch_id is None:
        return []
    found = await queries.listed(session, who)
    liked = await queries.labels_of(session, [segment.id for segment in found])
    n = sum(
        label.id in {one.id for one in liked.get(segment.id or 0, [])}
        or _asks_for(segment.predicate, label.slug)
        for segment in found
    )
    text = ngettext("{n} segment is about it", "{n} segments are about it", n)
    return [Use("filter", text.format(n=n), "/segments")] if n else []


def _asks_for(predicate: Mapping[str, Any], slug: str) -> bool:
    return any(getattr(one, "slug", None) == slug for one in conditions_of(parse(predicate)))
