"""Giving labels to people and cells, and taking them away."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core import audit
from gridcrm.core.days import local_day
from gridcrm.core.errors import RuleBroken
from gridcrm.core.who import Who
from gridcrm.customers import queries as customers
from gridcrm.customers.models import Customer
from gridcrm.grids import queries as grids
from gridcrm.labels import queries, rules
from gridcrm.labels.models import CellLabel, CustomerLabel, Label, LabelSource, RemovedLabel
from gridcrm.labels.rules import Given

KEPT_AFTER_REMOVAL = timedelta(days=30)
_BATCH = 500


@dataclass
class Assigned:
    """What became of giving labels: how many stuck, which weaker ones went, who was left out."""

    given: int = 0
    dropped: int = 0
    left_out: int = 0
    dropped_ids: tuple[int, ...] = ()


async def assign(
    session: AsyncSession,
    who: Who,
    customer_ids: Iterable[int],
    label: Label,
    source: LabelSource,
    now: datetime,
    confidence: float | None = None,
) -> Assigned:
    """Give a label to those of the customers whom this person may see."""
    rules.check_leaf(label.depth, active=label.active)
    new = rules.given(label.id or 0, source, local_day(now), confidence)
    wanted = {customer_id: [new] for customer_id in customer_ids}
    done = await _give(session, who, wanted, now)
    audit.record(
        session, who, "label_assign", ("label", label.id), source=source, people=done.given
    )
    return done


async def assign_by_name(
    session: AsyncSession,
    who: Who,
    names: Mapping[int, Sequence[str]],
    now: datetime,
    source: LabelSource = LabelSource.IMPORT,
) -> tuple[Assigned, list[str]]:
    """Give customers the labels named for them; return also the names that no label has."""
    known = await queries.by_words(session)
    today = local_day(now)
    wanted: dict[int, list[Given]] = {}
    unknown: dict[str, None] = {}
    for customer_id, words in names.items():
        for word in words:
            label = known.get(queries.folded(word))
            if label is None:
                unknown[word] = None
            else:
                given = rules.given(label.id or 0, source, today)
                wanted.setdefault(customer_id, []).append(given)
    done = await _give(session, who, wanted, now)
    if wanted:
        audit.record(session, who, "label_import", ("label", ""), given=done.given)
    return done, list(unknown)


async def attended(
    session: AsyncSession, customer_ids: Iterable[int], label_ids: Iterable[int], now: datetime
) -> Assigned:
    """Note once for an event that these people came to something with these labels."""
    today = local_day(now)
    query = select(Label).where(col(Label.id).in_(set(label_ids)), col(Label.active))
    signs = [
        rules.given(label.id or 0, LabelSource.ATTENDANCE, today)
        for label in await session.exec(query)
        if label.depth == rules.LEAF_DEPTH
    ]
    return await _give(session, None, {one: signs for one in customer_ids if signs}, now)


async def remove(
    session: AsyncSession, who: Who, customer_id: int, label_id: int, now: datetime
) -> None:
    """Take a label off a customer; it can be put back as it was."""
    await customers.one(session, who, customer_id)
    row = await session.get(CustomerLabel, (customer_id, label_id))
    if row is None:
        raise RuleBroken("This person does not carry the label any more.")
    kept = row.model_dump(exclude={"updated_at"})
    await session.merge(RemovedLabel(**kept, removed_by=who.user_id, removed_at=now))
    await session.delete(row)
    await session.flush()
    await session.exec(
        delete(RemovedLabel).where(col(RemovedLabel.removed_at) < now - KEPT_AFTER_REMOVAL)
    )
    audit.record(session, who, "label_remove", ("customer", customer_id), label=label_id)


async def restore(
    session: AsyncSession, who: Who, customer_id: int, label_id: int, now: datetime
) -> None:
    """Put a label back that was taken off by mistake; of nine the least sure goes, as ever."""
    await customers.one(session, who, customer_id)
    row = await session.get(RemovedLabel, (customer_id, label_id))
    rows = (await queries.given_to(session, [customer_id])).get(customer_id, {})
    if row is None or label_id in rows:
        raise RuleBroken("There is nothing to put back.")
    kept = row.model_dump(exclude={"removed_by", "removed_at"})
    rows[label_id] = CustomerLabel(**kept, updated_at=now)
    session.add(rows[label_id])
    await session.delete(row)
    await session.flush()
    if gone := rules.to_drop(map(_as_given, rows.values()), local_day(now)):
        await session.delete(rows[gone.label_id])
        await session.flush()
    audit.record(session, who, "label_restore", ("customer", customer_id), label=label_id)


async def set_on_cell(
    session: AsyncSession, who: Who, cell_id: int, label_ids: Iterable[int]
) -> None:
    """Say by hand which labels a cell has."""
    await grids.cell(session, who, cell_id)
    query = select(Label.id).where(
        col(Label.id).in_(set(label_ids)), col(Label.active), Label.depth == rules.LEAF_DEPTH
    )
    chosen = list(await session.exec(query))
    await session.exec(delete(CellLabel).where(col(CellLabel.cell_id) == cell_id))
    session.add_all(CellLabel(cell_id=cell_id, label_id=one or 0) for one in chosen)
    await session.flush()
    audit.record(session, who, "cell_labels", ("cell", cell_id), labels=len(chosen))


async def _give(
    session: AsyncSession, who: Who | None, wanted: Mapping[int, Sequence[Given]], now: datetime
) -> Assigned:
    done = Assigned()
    for ids in _batches(list(wanted)):
        people = await _who_may_carry(session, who, ids, now)
        before = await queries.given_to(session, people)
        for customer_id in people:
            rows = before.get(customer_id, {})
            await _give_one(session, who, customer_id, rows, wanted[customer_id], now, done)
        done.left_out += len(ids) - len(people)
        await session.flush()
    return done


async def _give_one(
    session: AsyncSession,
    who: Who | None,
    customer_id: int,
    rows: Mapping[int, CustomerLabel],
    signs: Sequence[Given],
    now: datetime,
    done: Assigned,
) -> None:
    today = local_day(now)
    labels = {label_id: _as_given(row) for label_id, row in rows.items()}
    touched = {sign.label_id for sign in signs}
    for sign in signs:
        before = labels.get(sign.label_id)
        labels[sign.label_id] = rules.strengthened(before, sign, today)
        if (gone := rules.to_drop(labels.values(), today)) is not None:
            del labels[gone.label_id]
    for label_id in touched & labels.keys():
        _keep(session, rows.get(label_id), customer_id, labels[label_id], who, now)
    lost = rows.keys() - labels.keys()
    for label_id in lost:
        await session.delete(rows[label_id])
    done.given += len(touched & labels.keys())
    done.dropped += len(lost)
    done.dropped_ids += tuple(lost)
    done.left_out += len(touched - labels.keys() - lost)


def _keep(
    session: AsyncSession,
    row: CustomerLabel | None,
    customer_id: int,
    given: Given,
    who: Who | None,
    now: datetime,
) -> None:
    kept = row or CustomerLabel(
        customer_id=customer_id,
        label_id=given.label_id,
        source=given.source,
        confidence=given.confidence,
        given_on=given.given_on,
        expires_on=given.expires_on,
        updated_at=now,
    )
    kept.source, kept.confidence = given.source, given.confidence
    kept.given_on, kept.expires_on = given.given_on, given.expires_on
    kept.attendances, kept.updated_at = given.attendances, now
    kept.given_by = who.user_id if who else kept.given_by
    session.add(kept)


async def _who_may_carry(
    session: AsyncSession, who: Who | None, ids: Sequence[int], now: datetime
) -> list[int]:
    query = customers.visible(who) if who else select(Customer)
    found = await session.exec(query.where(col(Customer.id).in_(ids)))
    today = local_day(now)
    return [one.id or 0 for one in found if rules.may_carry(one.birth_year, today)]


def _as_given(row: CustomerLabel) -> Given:
    return Given(
        label_id=row.label_id,
        source=row.source,
        confidence=row.confidence,
        given_on=row.given_on,
        expires_on=row.expires_on,
        attendances=row.attendances,
    )


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
