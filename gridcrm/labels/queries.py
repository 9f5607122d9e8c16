"""Reading the taxonomy and what carries a label."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import local_day
from gridcrm.core.errors import NotFound
from gridcrm.customers.models import Customer
from gridcrm.grids.models import GridCell
from gridcrm.labels import rules
from gridcrm.labels.clauses import live
from gridcrm.labels.models import (
    CellLabel,
    CustomerLabel,
    Label,
    LabelAlias,
    LabelRelation,
    RemovedLabel,
)


async def tree(session: AsyncSession) -> list[Label]:
    """Return every label, retired ones too, each above what is below it."""
    below: dict[int | None, list[Label]] = {}
    query = select(Label).order_by(col(Label.position), col(Label.id))
    for label in await session.exec(query):
        below.setdefault(label.parent_id, []).append(label)
    return list(_from_the_top(below, None))


async def one(session: AsyncSession, label_id: int) -> Label:
    """Return a label; all branches share them."""
    label = await session.get(Label, label_id)
    if label is None:
        raise NotFound
    return label


async def by_slugs(session: AsyncSession, slugs: Iterable[str]) -> dict[str, Label]:
    """Return the labels behind slugs, also behind those from before a move or a merge."""
    wanted = set(slugs)
    found = {
        label.slug: label
        for label in await session.exec(select(Label).where(col(Label.slug).in_(wanted)))
    }
    moved = select(LabelAlias.slug, Label).join(Label, col(Label.id) == LabelAlias.label_id)
    aliases = await session.exec(moved.where(col(LabelAlias.slug).in_(wanted)))
    return found | dict(aliases.all())


async def by_words(session: AsyncSession) -> dict[str, Label]:
    """Return every label in use that people can carry, by its names, its slug and the slug's end.

    Keys are folded by `folded`; a word that could mean two labels means neither.
    """
    found: dict[str, set[int]] = {}
    leaves = [x for x in await tree(session) if x.active and x.depth == rules.LEAF_DEPTH]
    for label in leaves:
        for word in (label.name_zh, label.name_en, label.slug, label.slug.rpartition(".")[2]):
            found.setdefault(folded(word), set()).add(label.id or 0)
    known = {label.id: label for label in leaves}
    return {word: known[min(ids)] for word, ids in found.items() if len(ids) == 1}


def folded(word: str) -> str:
    """Return a word without spaces and capitals, as names are compared."""
    return "".join(word.split()).casefold()


async def parents(session: AsyncSession, label: Label) -> list[Label]:
    """Return what a label stands below, from the top."""
    found: list[Label] = []
    while label.parent_id is not None:
        label = await one(session, label.parent_id)
        found.insert(0, label)
    return found


async def related(session: AsyncSession, label_id: int) -> list[Label]:
    """Return the labels that lie close to one."""
    query = (
        select(Label)
        .join(
            LabelRelation,
            or_(
                (col(LabelRelation.label_id) == label_id)
                & (col(LabelRelation.related_id) == Label.id),
                (col(LabelRelation.related_id) == label_id)
                & (col(LabelRelation.label_id) == Label.id),
            ),
        )
        .order_by(Label.slug)
    )
    return list(await session.exec(query))


async def merged_into(session: AsyncSession, label: Label) -> Label | None:
    """Return the label that a retired one was merged into."""
    query = select(Label).join(LabelAlias, col(LabelAlias.label_id) == Label.id)
    return (await session.exec(query.where(LabelAlias.slug == label.slug))).first()


async def of_customer(session: AsyncSession, customer_id: int) -> list[tuple[CustomerLabel, Label]]:
    """Return a customer's labels, the surest first; the caller has already seen the customer."""
    query = (
        select(CustomerLabel, Label)
        .join(Label, col(Label.id) == CustomerLabel.label_id)
        .where(CustomerLabel.customer_id == customer_id)
        .order_by(col(CustomerLabel.confidence).desc(), Label.slug)
    )
    return [(row, label) for row, label in await session.exec(query)]


async def removed_since(
    session: AsyncSession, customer_id: int, since: datetime
) -> list[tuple[RemovedLabel, Label]]:
    """Return what was taken off a customer since a moment and can be put back."""
    query = (
        select(RemovedLabel, Label)
        .join(Label, col(Label.id) == RemovedLabel.label_id)
        .where(RemovedLabel.customer_id == customer_id, RemovedLabel.removed_at >= since)
        .order_by(col(RemovedLabel.removed_at).desc())
    )
    return [(row, label) for row, label in await session.exec(query)]


async def rollup(session: AsyncSession, cell_id: int, now: datetime) -> list[tuple[Label, int]]:
    """Return the labels of a cell's people with counts, the most frequent first; none below five."""
    return (await rollups(session, [cell_id], now)).get(cell_id, [])


async def rollups(
    session: AsyncSession, cell_ids: Iterable[int], now: datetime
) -> dict[int, list[tuple[Label, int]]]:
    """Return the same for several cells at once."""
    n = func.count()
    query = (
        select(Customer.cell_id, CustomerLabel.label_id, n)
        .join(Customer, col(Customer.id) == CustomerLabel.customer_id)
        .where(col(Customer.cell_id).in_(set(cell_ids)), live(local_day(now)))
        .group_by(col(Customer.cell_id), col(CustomerLabel.label_id))
        .having(n >= rules.FEWEST_IN_CELL)
    )
    counts = list(await session.exec(query))
    known = {label.id: label for label in await session.exec(select(Label).where(Label.active))}
    found: dict[int, list[tuple[Label, int]]] = {}
    for cell_id, label_id, count in counts:
        if label_id in known and cell_id is not None:
            found.setdefault(cell_id, []).append((known[label_id], count))
    return {
        cell_id: sorted(mix, key=lambda pair: (-pair[1], pair[0].slug))
        for cell_id, mix in found.items()
    }


async def cells_of(
    session: AsyncSession, branch_id: int, label_id: int, now: datetime
) -> list[tuple[str, int]]:
    """Return the names of the cells where people carry a label, with counts; none below five."""
    n = func.count()
    query = (
        select(GridCell.name, n)
        .join(Customer, col(Customer.cell_id) == GridCell.id)
        .join(CustomerLabel, col(CustomerLabel.customer_id) == Customer.id)
        .where(
            Customer.branch_id == branch_id,
            CustomerLabel.label_id == label_id,
            live(local_day(now)),
        )
        .group_by(col(GridCell.id), col(GridCell.name))
        .having(n >= rules.FEWEST_IN_CELL)
        .order_by(n.desc(), GridCell.name)
    )
    return [(name, count) for name, count in await session.exec(query)]


async def on_cells(session: AsyncSession, cell_ids: Iterable[int]) -> dict[int, list[Label]]:
    """Return the labels that the team put on cells by hand."""
    query = (
        select(CellLabel.cell_id, Label)
        .join(Label, col(Label.id) == CellLabel.label_id)
        .where(col(CellLabel.cell_id).in_(set(cell_ids)))
        .order_by(Label.slug)
    )
    found: dict[int, list[Label]] = {}
    for cell_id, label in await session.exec(query):
        found.setdefault(cell_id, []).append(label)
    return found


async def given_to(
    session: AsyncSession, customer_ids: Iterable[int]
) -> dict[int, dict[int, CustomerLabel]]:
    """Return customer id → label id → assignment, for a batch of customers."""
    query = select(CustomerLabel).where(col(CustomerLabel.customer_id).in_(set(customer_ids)))
    found: dict[int, dict[int, CustomerLabel]] = {}
    for row in await session.exec(query):
        found.setdefault(row.customer_id, {})[row.label_id] = row
    return found


def _from_the_top(below: Mapping[int | None, list[Label]], parent: int | None) -> Iterator[Label]:
    for label in below.get(parent, []):
        yield label
        yield from _from_the_top(below, label.id)
