"""What the arguments of conditions can be chosen from, in the reader's language."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.consent import words as consents
from gridcrm.core.who import Who
from gridcrm.customers import products, words
from gridcrm.customers.models import Customer, Holding, Lifecycle, Tier
from gridcrm.grids import queries as grids
from gridcrm.labels import queries as labels
from gridcrm.labels.rules import LEAF_DEPTH
from gridcrm.labels.words import name
from gridcrm.segments.condition import Choice, ChoiceSource


async def _labels(session: AsyncSession, _who: Who) -> list[Choice]:
    tree = await labels.tree(session)
    groups = {label.id: name(label) for label in tree}
    return [
        Choice(label.slug, name(label), groups[label.parent_id])
        for label in tree
        if label.depth == LEAF_DEPTH and label.active
    ]


async def _themes(session: AsyncSession, _who: Who) -> list[Choice]:
    tree = await labels.tree(session)
    names = {label.id: name(label) for label in tree}
    return [
        Choice(label.slug, name(label), names.get(label.parent_id, "") or name(label))
        for label in tree
        if label.depth < LEAF_DEPTH and label.active
    ]


async def _cells(session: AsyncSession, who: Who) -> list[Choice]:
    return [
        Choice(str(cell.id), cell.name) for cell in await grids.published_rows(session, who.here)
    ]


async def _products(session: AsyncSession, who: Who) -> list[Choice]:
    """Return the catalogue by families, then what else is held in the branch."""
    known = [
        Choice(one.slug, one.name, family.name)
        for family in products.families()
        for one in family.products
    ]
    query = (
        select(Holding.product)
        .join(Customer, col(Customer.id) == Holding.customer_id)
        .where(Customer.branch_id == who.here)
    )
    held = await session.exec(query.distinct().order_by(Holding.product))
    return known + [Choice(name, name) for name in held if products.by_slug(name) is None]


async def _staff(session: AsyncSession, who: Who) -> list[Choice]:
    staff = await accounts.staff(session, who.here)
    return [Choice(str(user.id), user.display_name) for user in staff]


async def _purposes(_session: AsyncSession, _who: Who) -> list[Choice]:
    return [Choice(purpose, word) for purpose, word in consents.purposes()]


def _closed(kind: type[StrEnum]) -> ChoiceSource:
    async def choices(_session: AsyncSession, _who: Who) -> list[Choice]:
        return [Choice(value, word) for value, word in words.options(kind)]

    return choices


SOURCES: Mapping[str, ChoiceSource] = {
    "label": _labels,
    "theme": _themes,
    "cell": _cells,
    "product": _products,
    "staff": _staff,
    "tier": _closed(Tier),
    "lifecycle": _closed(Lifecycle),
    "purpose": _purposes,
}


async def load(
    session: AsyncSession,
    who: Who,
    wanted: Iterable[str],
    known: Mapping[str, ChoiceSource] = SOURCES,
) -> dict[str, list[Choice]]:
    """Return the choices of each wanted source."""
    return {name: await known[name](session, who) for name in sorted(set(wanted)) if name in known}


def names_of(choices: Mapping[str, list[Choice]]) -> dict[str, dict[str, str]]:
    """Return source → value → name, as the words of a condition need them."""
    return {
        source: {choice.value: choice.name for choice in found} for source, found in choices.items()
    }
