"""What a funnel says: counts first, rates only where there are enough people, always with n."""

from dataclasses import dataclass
from typing import Any

from geo.stats import wilson
from gridcrm.core.counts import FEWEST_FOR_A_RATE, FEWEST_SHOWN, shown
from gridcrm.core.who import Right, Who

_COUNTS = (
    "invited", "registered", "attended", "converted", "engaged", "walk_ins", "guests", "anonymous",
)  # fmt: skip
_RATES = ("acceptance", "show", "precision", "conversion")


@dataclass(frozen=True)
class Rate:
    """A part of a whole, with its share and Wilson 95 % interval where the whole is large enough."""

    part: int
    of: int

    @property
    def share(self) -> float | None:
        """Return the share, None where there are too few to call."""
        return self.part / self.of if self.of >= FEWEST_FOR_A_RATE else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Return the Wilson 95 % interval of the share, None where there are too few to call."""
        return self.bounds if self.of >= FEWEST_FOR_A_RATE else None

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the interval for drawing, however wide it is; all of it without anybody."""
        if not self.of:
            return 0.0, 1.0
        low, high = wilson(self.part, self.of)
        return float(low), float(high)


@dataclass(frozen=True)
class Funnel:
    """How many people came how far. Staff and minors are in none of the numbers.

    `registered` held a seat, `accepted` of them were invited, `arrived` of them came. `attended`
    are all known people who came, `walk_ins` of them without a seat. Guests without a record and
    heads that were only counted stand apart: nobody can know whether they converted.
    """

    invited: int = 0
    accepted: int = 0
    registered: int = 0
    arrived: int = 0
    attended: int = 0
    invited_and_came: int = 0
    walk_ins: int = 0
    converted: int = 0
    engaged: int = 0
    guests: int = 0
    anonymous: int = 0
    outcomes: int = 0
    amount_fen: int = 0

    @property
    def acceptance(self) -> Rate:
        """Return who took a seat, of those invited."""
        return Rate(self.accepted, self.invited)

    @property
    def show(self) -> Rate:
        """Return who came, of those who held a seat; walk-ins are apart."""
        return Rate(self.arrived, self.registered)

    @property
    def precision(self) -> Rate:
        """Return who came, of those invited."""
        return Rate(self.invited_and_came, self.invited)

    @property
    def conversion(self) -> Rate:
        """Return who has a verified financial outcome credited, of those who came."""
        return Rate(self.converted, self.attended)


def shown_rate(rate: Rate, who: Who) -> Rate | None:
    """Return a rate if somebody may read it.

    Without the right to list the people, a rate must not give away a small or a certain count.
    """
    rest = rate.of - rate.part
    may_read = who.may(Right.CUSTOMERS_LIST) or min(rate.part, rest) >= FEWEST_SHOWN
    return rate if may_read else None


def as_data(funnel: Funnel, who: Who) -> dict[str, Any]:
    """Return a funnel as plain data, with small counts hidden from those who may not list."""
    may_list = who.may(Right.CUSTOMERS_LIST)
    counts = {name: getattr(funnel, name) for name in _COUNTS}
    rates = {name: _plain(shown_rate(getattr(funnel, name), who)) for name in _RATES}
    if not may_list:
        return {name: shown(count, who) for name, count in counts.items()} | rates
    sums = {"outcomes": funnel.outcomes, "amount_fen": funnel.amount_fen}
    return counts | sums | rates


def _plain(rate: Rate | None) -> dict[str, Any] | None:
    if rate is None:
        return None
    return {"part": rate.part, "of": rate.of, "share": rate.share, "interval_95": rate.interval}
