"""Figures as people read them: counts before shares, and never a share of a few."""

from gridcrm.core.counts import FEWEST_SHOWN
from gridcrm.core.i18n import gettext
from gridcrm.maps.metrics import Measure
from gridcrm.maps.rules import Figure, State


def said(measure: Measure, figure: Figure) -> str:
    """Return a figure in one phrase, such as "12 of 28 (43 %)" or "<10"."""
    match figure.state:
        case State.NO_DATA:
            return gettext("no data")
        case State.HIDDEN:
            return gettext("too few to show") if measure is Measure.RATE else f"<{FEWEST_SHOWN}"
        case State.FEW:
            return _of(figure)
    if measure is Measure.RATE:
        return gettext("{counts} ({share})").format(counts=_of(figure), share=share(figure))
    return (
        gettext("{n} per km²").format(n=count(figure.value))
        if measure is Measure.DENSITY
        else count(figure.n)
    )


def share(figure: Figure) -> str:
    """Return a share as whole percent, a dash where there is none to show."""
    return "–" if figure.value is None else gettext("{n} %").format(n=f"{100 * figure.value:.0f}")


def parts(figure: Figure) -> str:
    """Return the counts of a share, such as "12 of 28"; a dash where they are hidden."""
    return "–" if figure.n is None else _of(figure)


def count(value: float | None) -> str:
    """Return a count or a density with thousands separated."""
    if value is None:
        return f"<{FEWEST_SHOWN}"
    return f"{value:,.1f}" if 0 < value < 10 and value != int(value) else f"{value:,.0f}"  # noqa: PLR2004


def _of(figure: Figure) -> str:
    return gettext("{part} of {of}").format(part=count(figure.numerator), of=count(figure.n))
