"""What follows from a person's figures: tier, lifecycle and age band, with the reason in words."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geo import LonLat
from gridcrm.branches.models import Branch
from gridcrm.branches.rules import FARTHEST_PLACE_M, distances_m
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.i18n import gettext
from gridcrm.core.who import Role, Who
from gridcrm.customers.models import Lifecycle, Tier

REVEALS_PER_HOUR = 30
_WAN_FEN = 10_000 * 100
_TIER_FROM_WAN = (
    (Tier.PRIVATE, 600),
    (Tier.AFFLUENT, 50),
    (Tier.PREFERRED, 20),
    (Tier.POTENTIAL, 5),
)
_NEW_DAYS = 30
_GROWING_DAYS = 180
_QUIET_DAYS = 90
_LAPSED_DAYS = 180
_HANDS_OVER = frozenset({Role.GRID_LEAD, Role.BRANCH_MANAGER})


class AgeBand(StrEnum):
    """Ages as they are shown to those who need no birth year."""

    UNDER_18 = "0-17"
    FROM_18 = "18-28"
    FROM_29 = "29-44"
    FROM_45 = "45-54"
    FROM_55 = "55-64"
    FROM_65 = "65+"


_BAND_FROM = dict(zip(AgeBand, (0, 18, 29, 45, 55, 65), strict=True))
_OLDEST = 130


@dataclass(frozen=True)
class Standing:
    """Where a person stands with the bank, and the rule that says so."""

    lifecycle: Lifecycle
    reason: str


def tier_of(aum_fen: int | None) -> Tier | None:
    """Return the tier that assets under management give; None where they are not known."""
    if aum_fen is None:
        return None
    for tier, from_wan in _TIER_FROM_WAN:
        if aum_fen >= from_wan * _WAN_FEN:
            return tier
    return Tier.MASS


def lifecycle_of(
    opened_on: date | None,
    last_active_on: date | None,
    before: Lifecycle,
    today: date,
    *,
    holds_product: bool = False,
) -> Standing:
    """Return where a person stands today; `before` is what was said of them last."""
    if opened_on is None and not holds_product:
        return Standing(Lifecycle.PROSPECT, gettext("No account is known."))
    held_days = (today - opened_on).days if opened_on else None
    quiet_days = (today - last_active_on).days if last_active_on else None
    if held_days is not None and held_days <= _NEW_DAYS:
        return Standing(Lifecycle.NEW, gettext("Opened within {n} days.").format(n=_NEW_DAYS))
    if quiet_days is not None and quiet_days > _QUIET_DAYS:
        return _quiet(quiet_days)
    if quiet_days is not None and before in (Lifecycle.LAPSED, Lifecycle.WON_BACK):
        reason = gettext("Active again within {n} days after having lapsed.")
        return Standing(Lifecycle.WON_BACK, reason.format(n=_QUIET_DAYS))
    return _settled(held_days)


def _quiet(quiet_days: int) -> Standing:
    state = Lifecycle.LAPSED if quiet_days > _LAPSED_DAYS else Lifecycle.DECLINING
    return Standing(state, gettext("No activity for {n} days.").format(n=f"{quiet_days:,}"))


def _settled(held_days: int | None) -> Standing:
    if held_days is None:
        return Standing(Lifecycle.MATURE, gettext("Holds a product; since when is not known."))
    state = Lifecycle.GROWING if held_days <= _GROWING_DAYS else Lifecycle.MATURE
    return Standing(state, gettext("Opened {n} days ago.").format(n=f"{held_days:,}"))


def age_band(birth_year: int | None, today: date) -> AgeBand | None:
    """Return the band of the age that a person reaches this year."""
    if birth_year is None:
        return None
    age = today.year - birth_year
    return [band for band in AgeBand if age >= _BAND_FROM[band]][-1] if age >= 0 else None


def birth_years(band: AgeBand, today: date) -> tuple[int, int]:
    """Return the first and the last birth year of a band."""
    later = [start for start in _BAND_FROM.values() if start > _BAND_FROM[band]]
    oldest = later[0] - 1 if later else _OLDEST
    return today.year - oldest, today.year - _BAND_FROM[band]


def may_reveal_again(revealed_within_the_hour: int) -> bool:
    """Return whether one more name and phone may be shown to the same person this hour."""
    return revealed_within_the_hour < REVEALS_PER_HOUR


def looks_after_own(who: Who) -> bool:
    """Return whether whoever this person takes in is theirs to look after."""
    return who.role is Role.GRID_OFFICER


def may_hand_over(who: Who) -> bool:
    """Return whether a person decides who looks after whom."""
    return who.role in _HANDS_OVER


def check_may_hand_over(who: Who) -> None:
    """Refuse to take a customer from somebody, or give one to somebody, without leading them."""
    if not may_hand_over(who):
        raise RuleBroken("A colleague looks after this customer. A grid lead can hand them over.")


def may_take_back(who: Who, decided_by: int | None) -> bool:
    """Return whether a person may take back where a name of a community leads."""
    return decided_by == who.user_id or may_hand_over(who)


def check_near(branch: Branch, spot: LonLat) -> None:
    """Refuse a position that can't be near the branch."""
    (away_m,) = distances_m(branch, [spot.lon], [spot.lat])
    if away_m > FARTHEST_PLACE_M:
        raise InvalidInput({"lon": "This is not near the branch. Is it in another datum?"})
