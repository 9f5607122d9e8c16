"""What segments add to labels: the link that a merge changes, and where a label is used."""

from collections.abc import Mapping
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import ngettext
from gridcrm.core.who import Right, Who
from gridcrm.labels import queries as labels
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
    asked = [_slugs(segment.predicate) for segment in found]
    known = await labels.by_slugs(session, set().union(*asked))
    n = sum(
        label.id in {one.id for one in liked.get(segment.id or 0, [])}
        or label.id in {known[slug].id for slug in slugs & known.keys()}
        for segment, slugs in zip(found, asked, strict=True)
    )
    text = ngettext("{n} segment is about it", "{n} segments are about it", n)
    return [Use("filter", text.format(n=n), "/segments")] if n else []


def _slugs(predicate: Mapping[str, Any]) -> set[str]:
    """Return the slugs that a predicate asks for, also those from before a label moved."""
    return {one.slug for one in conditions_of(parse(predicate)) if hasattr(one, "slug")}
