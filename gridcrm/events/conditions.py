"""Conditions of segments that ask about events: who came, who was invited."""

from datetime import timedelta
from typing import Any, ClassVar, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.i18n import N_, gettext
from gridcrm.core.who import Who
from gridcrm.customers.models import Customer
from gridcrm.events import queries
from gridcrm.events.models import (
    Event,
    EventState,
    Invitation,
    InvitationState,
    Registration,
    RegistrationState,
)
from gridcrm.segments.condition import Choice, Condition, Context, Input, InputKind, Names

_GROUP = N_("Events")
_TIMES = Input("times", InputKind.NUMBER, N_("Times"), minimum=1, maximum=50)
_DAYS = Input("days", InputKind.NUMBER, N_("Days"), minimum=1, maximum=3650)
_SERIES = Input(
    "series_id", InputKind.ONE, N_("Series"), source="series", blank=N_("events of any kind")
)


class _AtEvents(Condition):
    """How often within the last days, in one series or in any."""

    times: int = Field(default=1, ge=1, le=50)
    days: int = Field(default=180, ge=1, le=3650)
    series_id: int | None = None

    group: ClassVar = _GROUP
    inputs: ClassVar = (_TIMES, _DAYS, _SERIES)

    def words(self, names: Names) -> str:
        """Return what follows the verb."""
        known = names.get("series", {})
        series = gettext("events of any kind")
        if self.series_id is not None:
            series = known.get(str(self.series_id), str(self.series_id))
        said = {"times": self.times, "days": self.days, "series_id": series}
        return gettext(self.ask).format(**said)

    def _often(self, rows: Select[Any], context: Context) -> ColumnElement[bool]:
        since = context.now - timedelta(days=self.days)
        rows = rows.where(
            col(Event.starts_at) > since,
            col(Event.starts_at) <= context.now,
            col(Event.state) != EventState.CANCELLED,
        )
        if self.series_id is not None:
            rows = rows.where(col(Event.series_id) == self.series_id)
        return rows.having(func.count() >= self.times).correlate(Customer).exists()


class HasAttended(_AtEvents):
    """Has been checked in at events."""

    kind: Literal["attended"] = "attended"

    title: ClassVar = N_("Came to events")
    verbs: ClassVar = (N_("came"), N_("did not come"))
    ask: ClassVar = N_("{times} or more times in {days} days to {series_id}")

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        rows = (
            select(col(Registration.customer_id))
            .join(Event, col(Event.id) == Registration.event_id)
            .where(
                col(Registration.customer_id) == Customer.id,
                col(Registration.state) == RegistrationState.CHECKED_IN,
            )
            .group_by(col(Registration.customer_id))
        )
        return self._often(rows, context)


class WasInvited(_AtEvents):
    """Has been invited to events that have begun."""

    kind: Literal["invited"] = "invited"

    title: ClassVar = N_("Was invited to events")
    verbs: ClassVar = (N_("were invited"), N_("were not invited"))
    ask: ClassVar = N_("{times} or more times in {days} days to {series_id}")

    def clause(self, context: Context) -> ColumnElement[bool]:
        """Return the condition as SQL."""
        rows = (
            select(col(Invitation.customer_id))
            .join(Event, col(Event.id) == Invitation.event_id)
            .where(
                col(Invitation.customer_id) == Customer.id,
                col(Invitation.state) != InvitationState.SUPPRESSED,
            )
            .group_by(col(Invitation.customer_id))
        )
        return self._often(rows, context)


async def _series(session: AsyncSession, who: Who) -> list[Choice]:
    return [Choice(str(one.id), one.name) for one in await queries.all_series(session, who)]


CONDITIONS = (HasAttended, WasInvited)
SOURCES = {"series": _series}
