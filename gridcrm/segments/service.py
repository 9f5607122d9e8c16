"""Keeping segments, and freezing one when it is used."""

from datetime import datetime

from sqlalchemy import delete, func, insert, literal
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.errors import RuleBroken
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.labels.models import Label
from gridcrm.segments import queries
from gridcrm.segments.forms import SegmentIn
from gridcrm.segments.models import FreezeMember, Segment, SegmentFreeze, SegmentLabel
from gridcrm.segments.predicate import dump, parse


async def create(session: AsyncSession, who: Who, form: SegmentIn, now: datetime) -> Segment:
    """Keep a new segment in one's branch."""
    segment = Segment(
        branch_id=who.here,
        name_zh=form.name_zh,
        name_en=form.name_en or form.name_zh,
        note=form.note,
        predicate=dump(parse(form.predicate)),
        created_by=who.user_id,
        created_at=now,
    )
    session.add(segment)
    await session.flush()
    await _set_labels(session, segment, form.label_id)
    audit.record(session, who, "segment_add", ("segment", segment.id))
    return segment


async def change(session: AsyncSession, who: Who, segment_id: int, form: SegmentIn) -> Segment:
    """Change a segment of one's branch; what was frozen earlier stays as it was."""
    segment = await _own(session, who, segment_id)
    segment.name_zh, segment.name_en = form.name_zh, form.name_en or form.name_zh
    segment.note, segment.predicate = form.note, dump(parse(form.predicate))
    session.add(segment)
    await _set_labels(session, segment, form.label_id)
    audit.record(session, who, "segment_change", ("segment", segment_id))
    return segment


async def copy(session: AsyncSession, who: Who, segment_id: int, now: datetime) -> Segment:
    """Copy a segment, ready-made or own, into one's branch, to be changed there."""
    source = await queries.one(session, who, segment_id)
    made = Segment(
        branch_id=who.here,
        name_zh=source.name_zh,
        name_en=source.name_en,
        note=source.note,
        predicate=source.predicate,
        playbook=source.playbook,
        created_by=who.user_id,
        created_at=now,
    )
    session.add(made)
    await session.flush()
    labels = (await queries.labels_of(session, [segment_id])).get(segment_id, [])
    await _set_labels(session, made, [label.id or 0 for label in labels])
    audit.record(session, who, "segment_copy", ("segment", made.id), source=segment_id)
    return made


async def archive(session: AsyncSession, who: Who, segment_id: int, now: datetime) -> Segment:
    """Put a segment of one's branch away; it can be taken out again."""
    segment = await _own(session, who, segment_id)
    segment.archived_at = segment.archived_at or now
    session.add(segment)
    await session.flush()
    audit.record(session, who, "segment_archive", ("segment", segment_id))
    return segment


async def restore(session: AsyncSession, who: Who, segment_id: int) -> Segment:
    """Take an archived segment of one's branch into use again."""
    segment = await _own(session, who, segment_id)
    segment.archived_at = None
    session.add(segment)
    await session.flush()
    audit.record(session, who, "segment_restore", ("segment", segment_id))
    return segment


async def freeze(
    session: AsyncSession, who: Who, segment_id: int, used_for: str, now: datetime
) -> SegmentFreeze:
    """Keep the condition and the members of a segment as they are at this moment."""
    segment = await queries.one(session, who, segment_id)
    if segment.archived_at is not None:
        raise RuleBroken("This segment is archived; take it out of the archive first.")
    node = parse(segment.predicate)
    frozen = SegmentFreeze(
        segment_id=segment_id,
        branch_id=who.here,
        predicate=dump(node),
        used_for=used_for,
        member_count=0,
        frozen_by=who.user_id,
        frozen_at=now,
    )
    session.add(frozen)
    await session.flush()
    members = queries.as_sql(who, node, await queries.context(session, who, now))
    await session.exec(
        insert(FreezeMember).from_select(
            ["freeze_id", "customer_id"],
            members.with_only_columns(literal(frozen.id), col(Customer.id)),
        )
    )
    kept = select(func.count()).where(FreezeMember.freeze_id == frozen.id)
    frozen.member_count = (await session.exec(kept)).one()
    session.add(frozen)
    await session.flush()
    audit.record(
        session, who, "segment_freeze", ("segment", segment_id),
        freeze=frozen.id, members=frozen.member_count, used_for=used_for,
    )  # fmt: skip
    return frozen


async def _own(session: AsyncSession, who: Who, segment_id: int) -> Segment:
    segment = await queries.one(session, who, segment_id)
    if segment.branch_id is None:
        raise RuleBroken("This segment is ready-made: copy it into your branch to change it.")
    return segment


async def _set_labels(session: AsyncSession, segment: Segment, label_ids: list[int]) -> None:
    await session.exec(delete(SegmentLabel).where(col(SegmentLabel.segment_id) == segment.id))
    known = await session.exec(select(Label.id).where(col(Label.id).in_(set(label_ids))))
    session.add_all(
        SegmentLabel(segment_id=segment.id or 0, label_id=label_id or 0) for label_id in known
    )
    await session.flush()
