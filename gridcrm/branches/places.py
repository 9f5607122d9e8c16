"""Bringing in files of places: check, commit, and take back."""

import asyncio
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.branches import importing, queries
from gridcrm.branches.forms import PlacesIn
from gridcrm.branches.importing import Changes, Choice
from gridcrm.branches.models import Branch, Place, PlaceImport, PlaceImportState
from gridcrm.branches.rules import home
from gridcrm.core import audit
from gridcrm.core.errors import RuleBroken
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who


async def check(
    session: AsyncSession, who: Who, upload: Upload, form: PlacesIn, now: datetime
) -> PlaceImport:
    """Keep a file with the report of what it would change; nothing else changes yet."""
    branch = await queries.here(session, who)
    await _drop_earlier_checks(session, who)
    kept = PlaceImport(
        branch_id=who.here,
        filename=upload.filename,
        content=upload.content,
        report={},
        created_by=who.user_id,
        created_at=now,
        **form.model_dump(),
    )
    _, kept.report = await _examined(session, branch, kept)
    session.add(kept)
    await session.flush()
    return kept


async def commit(session: AsyncSession, who: Who, import_id: int, now: datetime) -> PlaceImport:
    """Write the places of a checked file; its bytes are dropped."""
    branch = await queries.here(session, who)
    kept = await queries.place_import(session, who, import_id)
    if kept.state is not PlaceImportState.CHECKED:
        raise RuleBroken("This file has been brought in already.")
    changes, kept.report = await _examined(session, branch, kept)
    _write(session, kept, changes)
    kept.state, kept.committed_at, kept.content = PlaceImportState.COMMITTED, now, None
    session.add(kept)
    counts = {key: kept.report[key] for key in ("new", "changed", "unchanged")}
    audit.record(session, who, "places_import", ("place_import", import_id), **counts)
    return kept


async def take_back(session: AsyncSession, who: Who, import_id: int) -> int:
    """Remove a file and the places that it added; return how many."""
    kept = await queries.place_import(session, who, import_id)
    gone = await session.exec(delete(Place).where(col(Place.import_id) == import_id))
    await session.delete(kept)
    if kept.state is PlaceImportState.COMMITTED:
        audit.record(
            session, who, "places_take_back", ("place_import", import_id), removed=gone.rowcount
        )
    return int(gone.rowcount)


async def _examined(
    session: AsyncSession, branch: Branch, kept: PlaceImport
) -> tuple[Changes, dict[str, Any]]:
    choice = Choice(kept.datum, kept.licence, kept.kind, kept.kind_property)
    rows, bad = await asyncio.to_thread(importing.check, kept.content or b"", choice, home(branch))
    changes = importing.compare(rows, await queries.of_source(session, kept.branch_id, kept.source))
    return changes, importing.report(rows, bad, changes)


def _write(session: AsyncSession, kept: PlaceImport, changes: Changes) -> None:
    for row in changes.new:
        place = Place(
            branch_id=kept.branch_id, import_id=kept.id, source=kept.source, **row.values()
        )
        session.add(place)
    for place, row in changes.changed:
        place.sqlmodel_update(row.values())
        session.add(place)


async def _drop_earlier_checks(session: AsyncSession, who: Who) -> None:
    await session.exec(
        delete(PlaceImport).where(
            col(PlaceImport.created_by) == who.user_id,
            col(PlaceImport.state) == PlaceImportState.CHECKED,
        )
    )
