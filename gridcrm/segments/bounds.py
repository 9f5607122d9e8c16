"""A range with one or two ends, as an argument of a condition and in words."""

from gridcrm.core.i18n import gettext
from gridcrm.segments.condition import said_number


def check_bounds(low: float | None, high: float | None) -> None:
    """Refuse a range without an end, or one that ends before it begins."""
    if low is None and high is None:
        raise ValueError(gettext("Give at least one of the two numbers."))
    if low is not None and high is not None and low > high:
        raise ValueError(gettext("The first number is larger than the second."))


def bounds_in_words(low: float | None, high: float | None, said: tuple[str, str, str]) -> str:
    """Return a range in words; `said` are the msgids for both ends, the low and the high one."""
    which = 2 if low is None else 1 if high is None else 0
    low_words = "" if low is None else said_number(low)
    high_words = "" if high is None else said_number(high)
    return gettext(said[which]).format(low=low_words, high=high_words)
