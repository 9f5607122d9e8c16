"""Changing the tree of labels; what people carry is never lost by it."""

from typing import Any

from sqlalchemy import ColumnElement, case, delete, exists, insert, literal, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.errors import RuleBroken
from gridcrm.core.who import Who
from gridcrm.labels import naming, queries, registry, rules
from gridcrm.labels.forms import LabelIn, NamesIn
from gridcrm.labels.models import CustomerLabel, Label, LabelAlias, LabelRelation


async def add(session: AsyncSession, who: Who, form: LabelIn) -> Label:
    """Add a label below its parent, or a theme."""
    naming.check_names(form.name_zh, form.name_en)
    parent = await queries.one(session, form.parent_id) if form.parent_id else None
    depth = parent.depth + 1 if parent else 1
    if depth > rules.LEAF_DEPTH:
        raise RuleBroken("Nothing goes below the lowest level.")
    siblings = await _below(session, form.parent_id)
    label = Label(
        slug=await _free_slug(session, parent, naming.slug_part(form.name_en)),
        parent_id=form.parent_id,
        depth=depth,
        name_zh=form.name_zh,
        name_en=form.name_en,
        position=1 + max((sibling.position for sibling in siblings), default=-1),
    )
    session.add(label)
    await session.flush()
    audit.record(session, who, "label_add", ("label", label.id), slug=label.slug)
    return label


async def rename(session: AsyncSession, who: Who, label_id: int, form: NamesIn) -> Label:
    """Give a label other names; its slug, and all that refers to it, stays."""
    naming.check_names(form.name_zh, form.name_en)
    label = await queries.one(session, label_id)
    before = [label.name_zh, label.name_en]
    label.name_zh, label.name_en = form.name_zh, form.name_en
    session.add(label)
    await session.flush()
    audit.record(session, who, "label_rename", ("label", label_id), before=before)
    return label


async def move(session: AsyncSession, who: Who, label_id: int, parent_id: int) -> Label:
    """Hang a label elsewhere; it gets a new slug, and the old ones lead to it."""
    label = await queries.one(session, label_id)
    parent = await queries.one(session, parent_id)
    rules.check_place(label.depth, parent.depth)
    before = label.slug
    if parent_id != label.parent_id:
        below = await _below(session, parent_id)
        label.parent_id = parent_id
        label.position = 1 + max((one.position for one in below), default=-1)
        part = label.slug.rpartition(".")[2]
        await _rename_slug(session, label, await _free_slug(session, parent, part))
    audit.record(session, who, "label_move", ("label", label_id), before=before, after=label.slug)
    return label


async def retire(session: AsyncSession, who: Who, label_id: int) -> Label:
    """Take a label out of use; what people carry is kept but counts no more."""
    label = await queries.one(session, label_id)
    if any(one.active for one in await _below(session, label_id)):
        raise RuleBroken("Retire or move the labels below it first.")
    return await _set_active(session, who, label, on=False)


async def reinstate(session: AsyncSession, who: Who, label_id: int) -> Label:
    """Take a retired label into use again."""
    label = await queries.one(session, label_id)
    if await queries.merged_into(session, label) is not None:
        raise RuleBroken("This label was merged into another one.")
    if any(not one.active for one in await queries.parents(session, label)):
        raise RuleBroken("Take the label above it into use first.")
    return await _set_active(session, who, label, on=True)


async def merge(session: AsyncSession, who: Who, label_id: int, target_id: int) -> Label:
    """Merge a label into another: people keep the surer sign and the later expiry of both."""
    label = await queries.one(session, label_id)
    target = await queries.one(session, target_id)
    rules.check_merge(label.id, target.id, (label.depth, target.depth))
    rules.check_leaf(target.depth, active=target.active)
    if await queries.merged_into(session, label) is not None:
        raise RuleBroken("This label was merged into another one.")
    people = await _merge_people(session, label_id, target_id)
    for link in registry.links():
        await _relink(session, link, label_id, target_id)
    await session.exec(
        update(LabelAlias).where(col(LabelAlias.label_id) == label_id).values(label_id=target_id)
    )
    session.add(LabelAlias(slug=label.slug, label_id=target_id))
    label.active = False
    session.add(label)
    await session.flush()
    audit.record(
        session, who, "label_merge", ("label", label_id), into=target.slug, assignments=people
    )
    return target


async def relate(session: AsyncSession, who: Who, label_id: int, other_id: int) -> None:
    """Say that two labels lie close to each other."""
    low, high = sorted((label_id, other_id))
    await queries.one(session, low)
    await queries.one(session, high)
    if low == high:
        raise RuleBroken("Choose another label.")
    await session.merge(LabelRelation(label_id=low, related_id=high))
    await session.flush()
    audit.record(session, who, "label_relate", ("label", label_id), other=other_id)


async def unrelate(session: AsyncSession, who: Who, label_id: int, other_id: int) -> None:
    """Say that two labels are not close to each other."""
    low, high = sorted((label_id, other_id))
    await session.exec(
        delete(LabelRelation).where(
            col(LabelRelation.label_id) == low, col(LabelRelation.related_id) == high
        )
    )
    audit.record(session, who, "label_unrelate", ("label", label_id), other=other_id)


async def _set_active(session: AsyncSession, who: Who, label: Label, *, on: bool) -> Label:
    label.active = on
    session.add(label)
    await session.flush()
    audit.record(session, who, "label_reinstate" if on else "label_retire", ("label", label.id))
    return label


async def _below(session: AsyncSession, parent_id: int | None) -> list[Label]:
    return [label for label in await queries.tree(session) if label.parent_id == parent_id]


async def _free_slug(session: AsyncSession, parent: Label | None, part: str) -> str:
    taken = {label.slug for label in await queries.tree(session)}
    taken |= set(await session.exec(select(LabelAlias.slug)))
    return naming.free_slug(f"{parent.slug}.{part}" if parent else part, taken)


async def _rename_slug(session: AsyncSession, label: Label, slug: str) -> None:
    session.add(LabelAlias(slug=label.slug, label_id=label.id or 0))
    label.slug = slug
    session.add(label)
    await session.flush()
    for below in await _below(session, label.id):
        await _rename_slug(session, below, f"{slug}.{below.slug.rpartition('.')[2]}")


async def _merge_people(session: AsyncSession, label_id: int, target_id: int) -> int:
    """Make the assignments of one label those of another and return how many there were."""
    mine, other = CustomerLabel, aliased(CustomerLabel)
    both = (col(other.customer_id) == mine.customer_id, col(other.label_id) == label_id)
    surer, later = _of(other.confidence, both), _of(other.expires_on, both)
    is_surer = surer > mine.confidence
    kept: dict[str, Any] = {
        name: case((is_surer, _of(getattr(other, name), both)), else_=getattr(mine, name))
        for name in ("confidence", "source", "given_on", "given_by")
    }
    kept["expires_on"] = case((later > mine.expires_on, later), else_=mine.expires_on)
    kept["attendances"] = mine.attendances + _of(other.attendances, both)
    strengthened = update(mine).where(col(mine.label_id) == target_id, exists().where(*both))
    await session.exec(strengthened.values(kept), execution_options=_ON_THE_SERVER)
    twin = aliased(CustomerLabel)
    doubled = exists().where(
        col(twin.customer_id) == mine.customer_id, col(twin.label_id) == target_id
    )
    gone = await session.exec(
        delete(mine).where(col(mine.label_id) == label_id, doubled),
        execution_options=_ON_THE_SERVER,
    )
    moved = await session.exec(
        update(mine).where(col(mine.label_id) == label_id).values(label_id=target_id),
        execution_options=_ON_THE_SERVER,
    )
    return gone.rowcount + moved.rowcount


_ON_THE_SERVER = {"synchronize_session": False}


def _of(column: Any, both: tuple[ColumnElement[bool], ...]) -> Any:
    return select(column).where(*both).correlate(CustomerLabel).scalar_subquery()


async def _relink(
    session: AsyncSession, link: registry.Link, label_id: int, target_id: int
) -> None:
    table = link.table.__table__  # type: ignore[attr-defined]
    owner, label, twin = table.c[link.owner], table.c.label_id, table.alias()
    doubled = exists().where(twin.c[link.owner] == owner, twin.c.label_id == target_id)
    both = select(owner, literal(target_id)).where(label == label_id, ~doubled)
    await session.exec(insert(table).from_select([owner, label], both))
    await session.exec(delete(table).where(label == label_id))
