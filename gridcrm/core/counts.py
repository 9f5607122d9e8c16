"""How a count of people is shown to those who may not list the people behind it."""

from gridcrm.core.who import Right, Who

FEWEST_SHOWN = 10
FEWEST_FOR_A_RATE = 20
"""Of fewer people a percentage says more than it knows: the counts are shown instead."""


def shown(count: int, who: Who) -> str:
    """Return a count with thousands separated; small ones only for who may list the people."""
    if who.may(Right.CUSTOMERS_LIST) or count >= FEWEST_SHOWN:
        return f"{count:,}"
    return f"<{FEWEST_SHOWN}"


def share(part: int, whole: int, who: Who) -> int | None:
    """Return a share in percent for the length of a bar; none where it would give a count away."""
    return round(100 * part / whole) if whole and who.may(Right.CUSTOMERS_LIST) else None
