"""Labels as conditions over Customer: only what is in use, has not expired and is sure enough."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, func, literal, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from gridcrm.customers.models import Customer
from gridcrm.labels.models import CustomerLabel, Label, LabelAlias


def carries(slug: str, min_confidence: float, today: date) -> ColumnElement[bool]:
    """Return the condition that a customer carries the label, whatever its slug was once."""
    return _carried(min_confidence, today).where(
        col(CustomerLabel.label_id).in_(_named(slug))
    ).exists()  # fmt: skip


def carries_under(slug: str, min_confidence: float, today: date) -> ColumnElement[bool]:
    """Return the condition that a customer carries any label below a theme or a group."""
    leaf, group, top = aliased(Label), aliased(Label), _named(slug)
    below = (
        select(col(leaf.id))
        .join(group, col(group.id) == leaf.parent_id)
        .where(
            col(leaf.active),
            (col(group.id).in_(top)) | (col(group.parent_id).in_(top)),
        )
    )
    carried = col(CustomerLabel.label_id) + 0  # look at a person's few labels, not for each of many
    return _carried(min_confidence, today).where(carried.in_(below)).exists()


def carries_several(at_least: int, min_confidence: float, today: date) -> ColumnElement[bool]:
    """Return the condition that a customer carries so many labels of one and the same theme."""
    leaf, group = aliased(Label), aliased(Label)
    return (
        _carried(min_confidence, today)
        .join(leaf, col(leaf.id) == CustomerLabel.label_id)
        .join(group, col(group.id) == leaf.parent_id)
        .where(col(leaf.active))
        .group_by(col(group.parent_id))
        .having(func.count() >= at_least)
        .exists()
    )


def live(today: date) -> ColumnElement[bool]:
    """Return the condition that an assignment still counts."""
    return col(CustomerLabel.expires_on) >= today


def _carried(min_confidence: float, today: date) -> Select[Any]:
    return (
        select(literal(1))
        .select_from(CustomerLabel)
        .where(
            col(CustomerLabel.customer_id) == Customer.id,
            live(today),
            col(CustomerLabel.confidence) >= min_confidence,
        )
        .correlate(Customer)
    )


def _named(slug: str) -> CompoundSelect[Any]:
    own: Select[Any] = select(col(Label.id).label("id")).where(
        col(Label.slug) == slug, col(Label.active)
    )
    once: Select[Any] = (
        select(col(Label.id).label("id"))
        .join(LabelAlias, col(LabelAlias.label_id) == Label.id)
        .where(col(LabelAlias.slug) == slug, col(Label.active))
    )
    return union_all(own, once)
