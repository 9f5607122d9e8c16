"""What people and programs may send about outcomes."""

from datetime import date

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from gridcrm.core.i18n import gettext
from gridcrm.customers.cells import CellError
from gridcrm.customers.cells_numbers import parse_money
from gridcrm.customers.products import by_slug
from gridcrm.outcomes.models import OutcomeKind


class ClaimIn(SQLModel):
    """A claim; `customer` is an exact phone number or customer number, `amount` is in yuan."""

    model_config = {"extra": "forbid"}

    customer: str = Field(min_length=1, max_length=64)
    kind: OutcomeKind
    product: str = Field(default="", max_length=32)
    amount: str | None = Field(default=None, max_length=32)
    happened_on: date
    event_id: int | None = None
    reference: str | None = Field(default=None, max_length=64)
    sales_zone: bool = False
    recording_ref: str = Field(default="", max_length=64)
    confirmed: bool = False

    @field_validator("product")
    @classmethod
    def _known_product(cls, value: str) -> str:
        if value and by_slug(value) is None:
            raise ValueError(gettext("Choose one of the list."))
        return value

    @field_validator("amount", mode="before")
    @classmethod
    def _written_amount(cls, value: object) -> str | None:
        if value is None or value == "":
            return None
        try:
            parse_money(str(value), 1)
        except CellError:
            wrong = gettext("Give an amount in yuan, such as 12000 or 1.2万.")
            raise ValueError(wrong) from None
        return str(value)

    @property
    def amount_fen(self) -> int | None:
        """Return the amount in fen."""
        return parse_money(self.amount, 1) if self.amount else None


class NoteIn(SQLModel):
    """Why a claim is rejected or an outcome reversed."""

    model_config = {"extra": "forbid"}

    note: str = Field(min_length=2, max_length=200)


class FilterIn(SQLModel):
    """A filter of the list as an address holds it."""

    model_config = {"extra": "ignore"}

    kind: OutcomeKind | None = None
    product: str = Field(default="", max_length=32)
    event: int | None = None
    since: date | None = None
    until: date | None = None
