"""The ready-made segments every installation starts with, from archetypes.json."""

import json
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.labels import queries as labels
from gridcrm.segments.models import Segment, SegmentLabel

_FILE = Path(__file__).parent / "archetypes.json"
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)
"""Ready-made segments are as old as this list, not as the installation."""


async def seed(session: AsyncSession) -> int:
    """Add the ready-made segments that are missing and return how many; labels come before."""
    known = set(await session.exec(select(Segment.slug).where(col(Segment.slug).is_not(None))))
    entries = json.loads(_FILE.read_text(encoding="utf-8"))
    new = [entry for entry in entries if entry["slug"] not in known]
    found = await labels.by_slugs(session, [slug for entry in new for slug in entry["labels"]])
    for entry in new:
        named = {key: value for key, value in entry.items() if key != "labels"}
        segment = Segment(**named, created_at=_WRITTEN)
        session.add(segment)
        await session.flush()
        session.add_all(
            SegmentLabel(segment_id=segment.id or 0, label_id=found[slug].id or 0)
            for slug in entry["labels"]
            if slug in found
        )
    await session.flush()
    return len(new)
