"""Bringing in files of places: check, commit, and take back."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, LonLat
from gridcrm.branches import datum_doubt, importing, queries
from gridcrm.branches.features import read_features
from gridcrm.branches.forms import DatumIn, PlacesIn
from gridcrm.branches.importing import Changes, Checked, Choice
from gridcrm.branches.models import Place, PlaceImport, PlaceImportState
from gridcrm.branches.rules import home
from gridcrm.core import audit
from gridcrm.core.errors import RuleBroken
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who


async def examine(session: AsyncSession, who: Who, upload: Upload, form: PlacesIn) -> Checked:
    """Read and check a file; raise InvalidInput on the field that has to change.

    Reading takes a while: the session is to be one that nobody waits for.
    """
    branch = await queries.here(session, who)
    checked = await asyncio.to_thread(_examined, upload, form, home(branch))
    given = {form.datum: importing.entered_points(checked.rows, form.datum)}
    replaced = {(form.source, row.source_ref) for row in checked.rows}
    return replace(checked, doubts=await datum_doubt.doubts(session, who.here, given, replaced))


async def examine_kept(session: AsyncSession, who: Who, import_id: int) -> Checked:
    """Read and check a kept file again, as it was said to be."""
    return await _examine_as(session, who, import_id, {})


async def examine_in(session: AsyncSession, who: Who, import_id: int, datum: Datum) -> Checked:
    """Read and check a kept file again, in the datum that somebody says it is in."""
    return await _examine_as(session, who, import_id, {"datum": datum})


async def _examine_as(
    session: AsyncSession, who: Who, import_id: int, changes: dict[str, Any]
) -> Checked:
    kept = _waiting(await queries.place_import(session, who, import_id))
    told = {name: getattr(kept, name) for name in PlacesIn.model_fields}
    upload = Upload(kept.filename, kept.content or b"")
    return await examine(session, who, upload, PlacesIn.model_construct(**told | changes))


async def check(
    session: AsyncSession,
    who: Who,
    upload: Upload,
    form: PlacesIn,
    checked: Checked,
    now: datetime,
) -> PlaceImport:
    """Keep a file with the report of what it would change; nothing else changes yet."""
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
    kept.report = importing.report(checked, await _changes(session, kept, checked))
    session.add(kept)
    await session.flush()
    return kept


async def answer(
    session: AsyncSession, who: Who, import_id: int, form: DatumIn, checked: Checked
) -> None:
    """Keep the answer in which datum a file is, with its new check."""
    kept = _waiting(await queries.place_import(session, who, import_id))
    answers = datum_doubt.answers_of(kept.report) | {form.said: form.datum}
    kept.datum = form.datum
    report = importing.report(checked, await _changes(session, kept, checked))
    kept.report = report | {"answers": answers}
    session.add(kept)


async def commit(
    session: AsyncSession, who: Who, import_id: int, checked: Checked, now: datetime
) -> PlaceImport:
    """Write the places of a checked file and drop its bytes.

    A doubt that came up since it was checked is kept instead, to be answered first.
    """
    kept = _waiting(await queries.place_import(session, who, import_id))
    answers = datum_doubt.answers_of(kept.report)
    datum_doubt.answered(datum_doubt.of_report(kept.report), answers)
    changes = await _changes(session, kept, checked)
    kept.report = importing.report(checked, changes) | {"answers": answers}
    session.add(kept)
    if datum_doubt.unanswered(checked.doubts, answers):
        return kept
    _write(session, kept, changes)
    kept.state, kept.committed_at, kept.content = PlaceImportState.COMMITTED, now, None
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


def _examined(upload: Upload, form: PlacesIn, branch: LonLat) -> Checked:
    choice = Choice(form.licence, form.kind, form.kind_property)
    return importing.check(read_features(upload, form.datum, form.layer), choice, branch)


def _waiting(kept: PlaceImport) -> PlaceImport:
    if kept.state is not PlaceImportState.CHECKED:
        raise RuleBroken("This file has been brought in already.")
    return kept


async def _changes(session: AsyncSession, kept: PlaceImport, checked: Checked) -> Changes:
    stored = await queries.of_source(session, kept.branch_id, kept.source)
    return importing.compare(checked.rows, stored)


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
