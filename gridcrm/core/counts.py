"""How a count of people is shown to those who may not list the people behind it."""

from gridcrm.core.who import Right, Who

FEWEST_SHOWN = 10


def shown(count: int, who: Who) -> str:
    """Return a count with thousands separated; small ones only for who may list the people."""
    if who.may(Right.CUSTOMERS_LIST) or count >= FEWEST_SHOWN:
        return f"{count:,}"
    return f"<{FEWEST_SHOWN}"
