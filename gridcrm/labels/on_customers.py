"""What labels add to customers: a panel, lines of the timeline, a filter, a column of imports."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.days import local_day
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import N_, gettext
from gridcrm.core.who import Right, Who
from gridcrm.customers.imported import CustomerRow
from gridcrm.customers.models import Customer
from gridcrm.customers.registry import BulkPart, Entry, Facet, Panel
from gridcrm.labels import clauses, queries, rules, service, words

PANEL = "labels"
_UNDO_FOR = timedelta(days=1)
_SLUG = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+){0,2}")


async def panel(session: AsyncSession, who: Who, customer: Customer, now: datetime) -> Panel | None:
    """Return the labels of a customer, and the form that adds one."""
    if not who.may(Right.LABELS_VIEW):
        return None
    customer_id, today = customer.id or 0, local_day(now)
    carried = await queries.of_customer(session, customer_id)
    live = [(row, label) for row, label in carried if label.active and row.expires_on >= today]
    context = {
        "live": live,
        "expired": [(row, label) for row, label in carried if row.expires_on < today],
        "removed": await queries.removed_since(session, customer_id, now - _UNDO_FOR),
        "options": words.leaf_options(await queries.tree(session)),
        "sources": words.source_options(),
        "source_word": words.source_word,
        "age": lambda day: words.age(day, today),
        "may_assign": who.may(Right.LABELS_ASSIGN),
        "is_full": len(live) >= rules.MOST_PER_PERSON,
        "most": rules.MOST_PER_PERSON,
    }
    return Panel(PANEL, gettext("Labels"), "labels/_panel.html", context)


async def timeline(session: AsyncSession, who: Who, customer: Customer) -> list[Entry]:
    """Return when a customer's labels were learnt, and how."""
    if not who.may(Right.LABELS_VIEW):
        return []
    text = gettext("Label {label}: {source}")
    return [
        Entry(
            at=row.updated_at,
            icon="tag",
            text=text.format(label=words.name(label), source=words.source_word(row.source)),
            url=f"/labels/{label.id}",
        )
        for row, label in await queries.of_customer(session, customer.id or 0)
    ]


async def store_imported(
    session: AsyncSession, who: Who, pairs: Sequence[tuple[int, CustomerRow]], now: datetime
) -> dict[str, int]:
    """Give imported customers the labels that their rows name; count those that nobody knows."""
    names = {customer_id: row.label_names for customer_id, row in pairs if row.label_names}
    if not names:
        return {}
    done, unknown = await service.assign_by_name(session, who, names, now)
    return {"labels": done.given, "unknown_labels": len(unknown)}


async def bulk(session: AsyncSession, who: Who) -> BulkPart | None:
    """Return the part of the list that gives picked people a label."""
    if not who.may(Right.LABELS_ASSIGN):
        return None
    options = words.leaf_options(await queries.tree(session))
    context = {"options": options, "sources": words.source_options()}
    return BulkPart("labels/_bulk.html", context)


async def _options(session: AsyncSession, _who: Who) -> list[tuple[str, str]]:
    tree = await queries.tree(session)
    return [
        (label.slug, words.name(label))
        for label in tree
        if label.depth == rules.LEAF_DEPTH and label.active
    ]


def _condition(slug: str, now: datetime) -> ColumnElement[bool]:
    if not _SLUG.fullmatch(slug):
        raise InvalidInput({"label": "Choose one of the list."})
    return clauses.carries(slug, 0, local_day(now))


FACET = Facet("label", N_("Label"), _options, _condition)
