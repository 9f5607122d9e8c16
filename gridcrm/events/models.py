"""Events, who was invited, who registered and which seat they have."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from gridcrm.core.tables import choice


class EventState(StrEnum):
    """The life of an event, from plan to review."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    OPEN = "open_for_invite"
    FULL = "full"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"
    SETTLED = "settled"
    REVIEWED = "reviewed"
    CANCELLED = "cancelled"


class Channel(StrEnum):
    """How somebody is told of an invitation; each way needs its own consent."""

    SMS = "sms"
    WECHAT = "wechat"
    CALL = "call"


class InvitationState(StrEnum):
    """What became of an invitation."""

    SUPPRESSED = "suppressed"
    SENT = "sent"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    MAYBE = "maybe"


class Suppression(StrEnum):
    """Why somebody is left out of an invitation."""

    NO_CONSENT = "no_consent"
    REFUSED = "refused"
    DO_NOT_CONTACT = "do_not_contact"
    CAP_REACHED = "cap_reached"
    COOLDOWN = "cooldown"
    OPEN_COMPLAINT = "open_complaint"
    CARE_FLAG = "care_flag"
    MINOR = "minor"
    STAFF = "staff"
    DECEASED = "deceased"
    SUITABILITY = "suitability"
    AGE_GATE = "age_gate"
    NO_REACHABLE_CHANNEL = "no_reachable_channel"
    ALREADY_INVITED = "already_invited"
    WRONG_BRANCH = "wrong_branch"
    DATA_EXPIRED = "data_expired"


class RegistrationState(StrEnum):
    """Where a person stands with an event."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CHECKED_IN = "checked_in"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class RegistrationSource(StrEnum):
    """How a registration came about."""

    REPLY = "reply"
    STAFF = "staff"
    API = "api"
    WALK_IN = "walk_in"


class Venue(SQLModel, table=True):
    """A room or corner in which events take place."""

    __tablename__ = "venue"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    name: str = Field(max_length=80)
    capacity: int
    active: bool = True


class EventSeries(SQLModel, table=True):
    """Events that belong together, such as an art-bank year."""

    __tablename__ = "event_series"

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    name: str = Field(max_length=80)


class Event(SQLModel, table=True):
    """An event; `taken` seats never exceed `capacity`, whoever asks and however often."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("taken <= capacity", name="seats"),
        CheckConstraint("taken >= 0", name="taken"),
    )

    id: int | None = Field(default=None, primary_key=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    series_id: int | None = Field(default=None, foreign_key="event_series.id", index=True)
    template: str = Field(max_length=40)
    theme: str = Field(default="", max_length=40)
    title: str = Field(max_length=120)
    venue_id: int | None = Field(default=None, foreign_key="venue.id")
    cell_id: int | None = Field(default=None, foreign_key="grid_cell.id", index=True)
    starts_at: datetime = Field(index=True)
    ends_at: datetime
    host_id: int = Field(foreign_key="user_account.id")
    partner: str = Field(default="", max_length=120)
    cost_fen: int = Field(default=0, sa_type=BigInteger)
    capacity: int
    taken: int = 0
    state: EventState = Field(default=EventState.DRAFT, sa_type=choice(EventState), index=True)
    outcome_window_days: int = 30
    anonymous_count: int = 0
    description: str = Field(default="", max_length=2000)
    names_product: bool = False
    submitted_by: int | None = Field(default=None, foreign_key="user_account.id")
    approved_by: int | None = Field(default=None, foreign_key="user_account.id")
    note: str = Field(default="", max_length=400)
    review: str = Field(default="", max_length=2000)
    revision: int = 0
    closed_at: datetime | None = None
    created_by: int = Field(foreign_key="user_account.id")
    created_at: datetime
    updated_at: datetime


class EventLabel(SQLModel, table=True):
    """A label on an event: what it is about."""

    __tablename__ = "event_label"

    event_id: int = Field(foreign_key="event.id", primary_key=True)
    label_id: int = Field(foreign_key="label.id", primary_key=True)


class Invitation(SQLModel, table=True):
    """One customer asked to one event, or left out for a reason.

    `cell_id` is where the customer lived then. Their reply link is derived from the id and the
    installation's secret, so nothing of it is stored.
    """

    __tablename__ = "invitation"
    __table_args__ = (UniqueConstraint("event_id", "customer_id"),)

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id", index=True)
    branch_id: int = Field(foreign_key="branch.id", index=True)
    customer_id: int = Field(foreign_key="customer.id", index=True)
    freeze_id: int | None = Field(default=None, foreign_key="segment_freeze.id", index=True)
    cell_id: int | None = Field(default=None, foreign_key="grid_cell.id", index=True)
    state: InvitationState = Field(sa_type=choice(InvitationState))
    reason: Suppression | None = Field(default=None, sa_type=choice(Suppression))
    channel: Channel | None = Field(default=None, sa_type=choice(Channel))
    sent_at: datetime | None = Field(default=None, index=True)
    answered_at: datetime | None = None


class Registration(SQLModel, table=True):
    """A person (or a walk-in guest) who holds a seat or waits for one."""

    __tablename__ = "registration"
    __table_args__ = (
        Index(
            "uq_registration_active_customer",
            "event_id",
            "customer_id",
            unique=True,
            sqlite_where=text("customer_id IS NOT NULL AND state <> 'cancelled'"),
            postgresql_where=text("customer_id IS NOT NULL AND state <> 'cancelled'"),
        ),
        Index("ix_registration_queue", "event_id", "state", "id"),
        CheckConstraint("party_size between 1 and 20", name="party"),
    )

    id: int | None = Field(default=None, primary_key=True)
    event_id: int = Field(foreign_key="event.id")
    branch_id: int = Field(foreign_key="branch.id", index=True)
    customer_id: int | None = Field(default=None, foreign_key="customer.id", index=True)
    guest_name: str = Field(default="", max_length=80)
    guest_phone: str = Field(default="", max_length=20)
    cell_id: int | None = Field(default=None, foreign_key="grid_cell.id", index=True)
    party_size: int = 1
    state: RegistrationState = Field(sa_type=choice(RegistrationState), index=True)
    source: RegistrationSource = Field(sa_type=choice(RegistrationSource))
    created_at: datetime
    cancelled_at: datetime | None = None
    promoted_at: datetime | None = None
    checked_in_at: datetime | None = None
    checked_in_by: int | None = Field(default=None, foreign_key="user_account.id")


class Seat(SQLModel, table=True):
    """A numbered seat; a seat has one holder, so overselling would need another seat."""

    __tablename__ = "seat"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    event_id: int = Field(foreign_key="event.id", primary_key=True)
    number: int = Field(primary_key=True)
    registration_id: int | None = Field(default=None, foreign_key="registration.id", index=True)
