"""Whether a person may be invited now, and by which way; if not, the one reason that weighs most.

Asked again when an invitation leaves, not when the list is made.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridcrm.customers.models import Lifecycle, Tier
from gridcrm.events.models import Channel, Suppression

TOUCHES_A_MONTH = 2
CALLS_A_WEEK = 1
REFUSAL_REST = timedelta(days=180)
DECLINES_IN_A_SERIES = 2
SERIES_REST = timedelta(days=90)
PROSPECT_DATA_LASTS = timedelta(days=730)
CONTACT_HOURS = (time(9), time(20))
_GROWN_UP = 18
_CARE_AGE = 65
_WEALTH_TIERS = frozenset({Tier.PREFERRED, Tier.AFFLUENT, Tier.PRIVATE})


@dataclass(frozen=True)
class Policy:
    """What an event and the branch's contact rules ask for; the numbers are the defaults.

    `for_wealth`: the topic is a wealth product, so tier and age are looked at too.
    """

    branch_id: int
    today: date
    channels: tuple[Channel, ...] = tuple(Channel)
    for_wealth: bool = False
    touches_a_month: int = TOUCHES_A_MONTH
    calls_a_week: int = CALLS_A_WEEK


@dataclass(frozen=True, slots=True)
class Person:
    """What has to be known of somebody before they are invited."""

    branch_id: int
    agreed_to: frozenset[Channel]
    has_phone: bool = True
    birth_year: int | None = None
    tier: Tier | None = None
    lifecycle: Lifecycle = Lifecycle.MATURE
    do_not_contact: bool = False
    is_staff: bool = False
    deceased: bool = False
    open_complaint: bool = False
    care_until: date | None = None
    updated_at: datetime | None = None
    already_invited: bool = False
    touches_this_month: int = 0
    calls_this_week: int = 0
    refused_at: datetime | None = None
    agreed_at: datetime | None = None
    declined_in_series: int = 0
    last_declined_at: datetime | None = None


def decide(person: Person, policy: Policy, now: datetime) -> Suppression | None:
    """Return why somebody is left out, or None if they may be invited."""
    return next((reason for reason, holds in _REASONS if holds(person, policy, now)), None)


def channel_for(person: Person, policy: Policy) -> Channel | None:
    """Return the way to reach somebody: the first that they agreed to and that is not used up."""
    return next((way for way in policy.channels if _is_open(way, person, policy)), None)


def grown_up_by(today: date) -> int:
    """Return the last year of birth whose people are all grown up: who may still be 17 is not."""
    return today.year - _GROWN_UP - 1


def is_contact_time(now: datetime, zone: str) -> bool:
    """Return whether people may be called or written to at this time of day."""
    first, last = CONTACT_HOURS
    return first <= now.astimezone(ZoneInfo(zone)).time() < last


def _is_open(way: Channel, person: Person, policy: Policy) -> bool:
    used_up = way is Channel.CALL and person.calls_this_week >= policy.calls_a_week
    return way in person.agreed_to and _reaches(way, person) and not used_up


def _reaches(way: Channel, person: Person) -> bool:
    return person.has_phone or way is Channel.WECHAT


def _agrees(person: Person, policy: Policy) -> bool:
    return not person.agreed_to.isdisjoint(policy.channels)


def _is_minor(person: Person, policy: Policy, _now: datetime) -> bool:
    return person.birth_year is not None and person.birth_year > grown_up_by(policy.today)


def _is_in_care(person: Person, policy: Policy, _now: datetime) -> bool:
    return person.care_until is not None and person.care_until >= policy.today


def _is_out_of_date(person: Person, _policy: Policy, now: datetime) -> bool:
    """What is known of a prospect is not used two years after it was last touched."""
    if person.lifecycle is not Lifecycle.PROSPECT or person.updated_at is None:
        return False
    return now - person.updated_at > PROSPECT_DATA_LASTS


def _needs_special_care(person: Person, policy: Policy, _now: datetime) -> bool:
    if not policy.for_wealth or person.birth_year is None:
        return False
    return policy.today.year - person.birth_year >= _CARE_AGE


def _is_unsuitable(person: Person, policy: Policy, _now: datetime) -> bool:
    """No risk assessment is kept here, so a wealth topic asks for a tier that is known."""
    return policy.for_wealth and person.tier not in _WEALTH_TIERS


def _refused(person: Person, policy: Policy, _now: datetime) -> bool:
    """A refusal holds for as long as no way has been agreed to since."""
    return person.refused_at is not None and not _agrees(person, policy)


def _is_resting(person: Person, policy: Policy, now: datetime) -> bool:
    return _rests_after_refusal(person, now) or _rests_in_series(person, policy, now)


def _rests_after_refusal(person: Person, now: datetime) -> bool:
    if person.refused_at is None:
        return False
    agreed_since = person.agreed_at is not None and person.agreed_at >= person.refused_at
    return not agreed_since and now - person.refused_at < REFUSAL_REST


def _rests_in_series(person: Person, _policy: Policy, now: datetime) -> bool:
    if person.last_declined_at is None or person.declined_in_series < DECLINES_IN_A_SERIES:
        return False
    return now - person.last_declined_at < SERIES_REST


def _has_no_consent(person: Person, policy: Policy, _now: datetime) -> bool:
    return not _agrees(person, policy)


def _is_unreachable(person: Person, policy: Policy, _now: datetime) -> bool:
    agreed = person.agreed_to.intersection(policy.channels)
    return not any(_reaches(way, person) for way in agreed)


def _is_capped(person: Person, policy: Policy, _now: datetime) -> bool:
    often = person.touches_this_month >= policy.touches_a_month
    return often or channel_for(person, policy) is None


_REASONS: tuple[tuple[Suppression, Callable[[Person, Policy, datetime], bool]], ...] = (
    (Suppression.WRONG_BRANCH, lambda person, policy, _: person.branch_id != policy.branch_id),
    (Suppression.DECEASED, lambda person, *_: person.deceased),
    (Suppression.MINOR, _is_minor),
    (Suppression.STAFF, lambda person, *_: person.is_staff),
    (Suppression.DO_NOT_CONTACT, lambda person, *_: person.do_not_contact),
    (Suppression.OPEN_COMPLAINT, lambda person, *_: person.open_complaint),
    (Suppression.CARE_FLAG, _is_in_care),
    (Suppression.ALREADY_INVITED, lambda person, *_: person.already_invited),
    (Suppression.DATA_EXPIRED, _is_out_of_date),
    (Suppression.AGE_GATE, _needs_special_care),
    (Suppression.SUITABILITY, _is_unsuitable),
    (Suppression.REFUSED, _refused),
    (Suppression.COOLDOWN, _is_resting),
    (Suppression.NO_CONSENT, _has_no_consent),
    (Suppression.NO_REACHABLE_CHANNEL, _is_unreachable),
    (Suppression.CAP_REACHED, _is_capped),
)
"""The closed list, the weightiest first."""
