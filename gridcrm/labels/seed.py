"""The labels every installation starts with, from taxonomy.json."""

import json
from pathlib import Path
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.labels.models import Label, LabelAlias, LabelRelation

_FILE = Path(__file__).parent / "taxonomy.json"


async def seed(session: AsyncSession) -> int:
    """Add the labels that were never there and return how many; what was edited stays."""
    taxonomy = json.loads(_FILE.read_text(encoding="utf-8"))
    known = {label.slug: label for label in await session.exec(select(Label))}
    gone = set(await session.exec(select(LabelAlias.slug)))
    added = await _add(session, taxonomy["labels"], None, known, gone)
    await _relate(session, taxonomy["related"], known, {label.slug for label in added})
    return len(added)


async def _add(
    session: AsyncSession,
    entries: list[dict[str, Any]],
    parent: Label | None,
    known: dict[str, Label],
    gone: set[str],
) -> list[Label]:
    """Add one level and what is below it; a label that was moved away is not made again."""
    added: list[Label] = []
    for position, entry in enumerate(entries):
        slug = f"{parent.slug}.{entry['slug']}" if parent else entry["slug"]
        if slug in gone:
            continue
        if slug not in known:
            known[slug] = _label(entry, slug, parent, position)
            added.append(known[slug])
            session.add(known[slug])
    await session.flush()
    for entry in entries:
        slug = f"{parent.slug}.{entry['slug']}" if parent else entry["slug"]
        if slug in known and "labels" in entry:
            added += await _add(session, entry["labels"], known[slug], known, gone)
    return added


def _label(entry: dict[str, Any], slug: str, parent: Label | None, position: int) -> Label:
    return Label(
        slug=slug,
        parent_id=parent.id if parent else None,
        depth=parent.depth + 1 if parent else 1,
        name_zh=entry["name_zh"],
        name_en=entry["name_en"],
        position=position,
    )


async def _relate(
    session: AsyncSession, pairs: list[list[str]], known: dict[str, Label], new: set[str]
) -> None:
    """Relate what is new; a relation that somebody took away does not come back."""
    for pair in pairs:
        if new & set(pair) and set(pair) <= known.keys():
            low, high = sorted(known[slug].id or 0 for slug in pair)
            session.add(LabelRelation(label_id=low, related_id=high))
    await session.flush()
