"""Conditions on what people have with the bank and what they agreed to."""

from datetime import timedelta
from typing import ClassVar, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, select
from sqlmodel import col

from gridcrm.consent import clauses
from gridcrm.consent.models import Purpose
from gridcrm.core.i18n import N_, gettext
from gridcrm.customers.models import Customer, Holding, Lifecycle, Tier
from gridcrm.segments.condition import (
    Condition,
    Context,
    Input,
    InputKind,
    Names,
    among,
    within,
)  # fmt: skip

_GROUP = N_("What they have with us")


class HasTier(Condition):
    """The tier by assets."""

    kind: Literal["tier"] = "tier"
    values: tuple[Tier, ...] = Field(alias="in", min_length=1)

    title: ClassVar = N_("Tier")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("belong to the tier"), N_("do not belong to the tier"))
    ask: ClassVar = N_("{in}")
    inputs: ClassVar = (Input("in", InputKind.SEVERAL, N_("Tiers"), source="tier"),)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return among(col(Customer.tier), self.values)


class StandsAt(Condition):
    """Where the person stands with the bank."""

    kind: Literal["lifecycle"] = "lifecycle"
    values: tuple[Lifecycle, ...] = Field(alias="in", min_length=1)

    title: ClassVar = N_("Lifecycle")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("are at the stage"), N_("are not at the stage"))
    ask: ClassVar = N_("{in}")
    inputs: ClassVar = (Input("in", InputKind.SEVERAL, N_("Stages"), source="lifecycle"),)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return among(col(Customer.lifecycle), self.values)


class Holds(Condition):
    """A product, or any at all."""

    kind: Literal["holding"] = "holding"
    product: str | None = Field(default=None, max_length=32)

    title: ClassVar = N_("Product")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("hold"), N_("do not hold"))
    ask: ClassVar = N_("{product}")
    inputs: ClassVar = (
        Input("product", InputKind.ONE, N_("Product"), source="product", blank=N_("any product")),
    )

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        held = select(col(Holding.product)).where(col(Holding.customer_id) == Customer.id)
        if self.product is not None:
            held = held.where(col(Holding.product) == self.product)
        return held.correlate(Customer).exists()

    def words(self, names: Names) -> str:
        """Return what follows the verb."""
        return gettext("any product") if self.product is None else super().words(names)


class Opened(Condition):
    """Opened their first account not long ago."""

    kind: Literal["opened"] = "opened"
    within_days: int = Field(ge=1, le=36_500)

    title: ClassVar = N_("Account opened")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("opened an account"), N_("did not open an account"))
    ask: ClassVar = N_("within the last {within_days} days")
    inputs: ClassVar = (Input("within_days", InputKind.NUMBER, N_("Days"), minimum=1),)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        first = context.today - timedelta(days=self.within_days)
        return within(col(Customer.opened_on), first, context.today)


class IsLookedAfterBy(Condition):
    """A member of staff looks after them, or anybody at all."""

    kind: Literal["owner"] = "owner"
    values: tuple[int, ...] = Field(default=(), alias="in", max_length=500)

    title: ClassVar = N_("Looked after by")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("are looked after by"), N_("are not looked after by"))
    ask: ClassVar = N_("{in}")
    inputs: ClassVar = (
        Input("in", InputKind.SEVERAL, N_("Staff"), source="staff", blank=N_("anybody")),
    )

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        owner = col(Customer.owner_id)
        return among(owner, self.values) if self.values else owner.is_not(None)

    def words(self, names: Names) -> str:
        """Return what follows the verb."""
        return super().words(names) if self.values else gettext("anybody")


class Agreed(Condition):
    """The latest statement for a purpose grants it, and has neither ended nor been withdrawn."""

    kind: Literal["consent"] = "consent"
    purpose: Purpose

    title: ClassVar = N_("Consent")
    group: ClassVar = _GROUP
    verbs: ClassVar = (N_("agreed to"), N_("did not agree to"))
    ask: ClassVar = N_("{purpose}")
    inputs: ClassVar = (Input("purpose", InputKind.ONE, N_("Purpose"), source="purpose"),)

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        return clauses.allows(self.purpose, context.now, context.time_zone)


CONDITIONS: tuple[type[Condition], ...] = (
    HasTier, StandsAt, Holds, Opened, IsLookedAfterBy, Agreed,
)  # fmt: skip
