"""Figures as people read them: counts before shares, and never a share of a few."""

from gridcrm.core.counts import FEWEST_SHOWN
from gridcrm.core.i18n import N_, gettext
from gridcrm.maps.metrics import Measure
from gridcrm.maps.patterns import Spot
from gridcrm.maps.rules import Figure, State

CAUTION = N_(
    "A pattern in the data we hold, not in the people who live there, and no cause. Many cells are "
    "tested at once: of those named at 90, 95 or 99 %, up to 10, 5 or 1 in a hundred are so by chance."
)

_OF_GROUND = frozenset({Measure.MINUTES, Measure.SHARE})

_SPOTS = {
    Spot.COLD_99: N_("Cold spot (99 %)"),
    Spot.COLD_95: N_("Cold spot (95 %)"),
    Spot.COLD_90: N_("Cold spot (90 %)"),
    Spot.NEITHER: N_("No pattern"),
    Spot.HOT_90: N_("Hot spot (90 %)"),
    Spot.HOT_95: N_("Hot spot (95 %)"),
    Spot.HOT_99: N_("Hot spot (99 %)"),
}


def said(measure: Measure, figure: Figure, seen: Figure | None = None) -> str:
    """Return a figure in one phrase, such as "12 of 28 (43 %)" or "<10".

    Where another share is seen in its place, that one comes first: "31 % · 12 of 28 (43 %)".
    """
    own = _said(measure, figure)
    if seen is None or seen.value == figure.value:
        return own
    return gettext("{first} · {then}").format(first=share(seen), then=own)


def stood(measure: Measure, figure: Figure, found: Spot | None) -> str:
    """Return whether a cell is a hot or a cold spot, and its figure."""
    own = _said(measure, figure)
    return gettext("{first} · {then}").format(first=spot(found), then=own) if found else own


def spot(found: Spot) -> str:
    """Return the name of a class of hot or cold spots."""
    return gettext(_SPOTS[found])


def smoothing(overall: float | None) -> str:
    """Return in one sentence what smoothing does to a cell."""
    if overall is None:
        return ""
    return gettext(
        "A cell of few people is drawn towards the branch's rate ({share}), one of many keeps its own."
    ).format(share=_percent(overall))


def _said(measure: Measure, figure: Figure) -> str:
    match figure.state:
        case State.NO_DATA:
            return gettext("no way by street") if measure in _OF_GROUND else gettext("no data")
        case State.HIDDEN:
            return gettext("too few to show") if measure is Measure.RATE else f"<{FEWEST_SHOWN}"
        case State.FEW:
            return _of(figure)
    if measure is Measure.RATE:
        return gettext("{counts} ({share})").format(counts=_of(figure), share=share(figure))
    return _number(measure, figure)


def _number(measure: Measure, figure: Figure) -> str:
    if measure is Measure.MINUTES:
        return gettext("{n} min").format(n=count(round(figure.value or 0)))
    if measure is Measure.SHARE:
        return share(figure)
    if measure is Measure.DENSITY:
        return gettext("{n} per km²").format(n=count(figure.value))
    return count(figure.n)


def share(figure: Figure) -> str:
    """Return a share as whole percent, a dash where there is none to show."""
    return "–" if figure.value is None else _percent(figure.value)


def parts(figure: Figure) -> str:
    """Return the counts of a share, such as "12 of 28"; a dash where they are hidden."""
    return "–" if figure.n is None else _of(figure)


def count(value: float | None) -> str:
    """Return a count or a density with thousands separated."""
    if value is None:
        return f"<{FEWEST_SHOWN}"
    return f"{value:,.1f}" if 0 < value < 10 and value != int(value) else f"{value:,.0f}"  # noqa: PLR2004


def _percent(value: float) -> str:
    return gettext("{n} %").format(n=f"{100 * value:.0f}")


def _of(figure: Figure) -> str:
    return gettext("{part} of {of}").format(part=count(figure.numerator), of=count(figure.n))
