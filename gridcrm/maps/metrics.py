"""The closed set of what a map can show, as data; docs/formulas.md is written from it."""

from dataclasses import dataclass
from enum import StrEnum

from gridcrm.core.i18n import N_
from gridcrm.core.who import Right


class Metric(StrEnum):
    """One question that every cell answers with a number."""

    CUSTOMERS = "customers"
    DENSITY = "density"
    CONSENT = "consent_share"
    LABEL = "label_share"
    SEGMENT = "segment_members"
    VISITS = "visits"
    INVITED = "invited"
    ATTENDED = "attended"
    CONVERTED = "converted"
    CONVERSION = "conversion_rate"
    WALK = "walk_minutes"
    BRANCH_SHARE = "branch_share"


class Measure(StrEnum):
    """What kind of number it is."""

    COUNT = "count"
    DENSITY = "density"
    RATE = "rate"
    MINUTES = "minutes"
    SHARE = "share"


class Shown(StrEnum):
    """What is made of the figures before they are drawn."""

    FIGURES = "figures"
    SMOOTHED = "smoothed"
    HOT_SPOTS = "hot_spots"


class Need(StrEnum):
    """What has to be chosen besides the metric."""

    PERIOD = "period"
    LABEL = "label"
    SEGMENT = "segment"
    CATCHMENT = "catchment"


@dataclass(frozen=True, slots=True)
class Definition:
    """A metric: its name, its formula in words (both msgids) and what it asks for."""

    metric: Metric
    name: str
    measure: Measure
    formula: str
    needs: frozenset[Need] = frozenset()
    right: Right = Right.MAP_VIEW

    @property
    def ways(self) -> tuple[Shown, ...]:
        """Return how its figures may be shown."""
        return _WAYS.get(self.measure, (Shown.FIGURES,))


SHOWN_FORMULAS = {
    Shown.SMOOTHED: N_(
        "Smoothed: w × the cell's own share + (1 − w) × the share of all cells, with w near 1 where "
        "many people live (empirical Bayes)."
    ),
    Shown.HOT_SPOTS: N_(
        "Hot and cold spots: how far a cell and its neighbours together lie above or below the mean "
        "of all cells (Getis-Ord Gi*)."
    ),
}
"""What is made of the figures, in words (msgids)."""

_WAYS = {
    Measure.COUNT: (Shown.FIGURES, Shown.HOT_SPOTS),
    Measure.DENSITY: (Shown.FIGURES, Shown.HOT_SPOTS),
    Measure.RATE: tuple(Shown),
}
_PERIOD = frozenset({Need.PERIOD})
_CATCHMENT = frozenset({Need.CATCHMENT})

DEFINITIONS = (
    Definition(
        Metric.CUSTOMERS,
        N_("Number of customers"),
        Measure.COUNT,
        N_("Customers and prospects whose position lies in the cell."),
    ),
    Definition(
        Metric.DENSITY,
        N_("Customers per km²"),
        Measure.DENSITY,
        N_("Customers and prospects in the cell ÷ its ground in square kilometres."),
    ),
    Definition(
        Metric.CONSENT,
        N_("Consent share"),
        Measure.RATE,
        N_(
            "Customers with a valid consent to marketing by SMS, telephone or WeChat ÷ customers "
            "in the cell."
        ),
    ),
    Definition(
        Metric.LABEL,
        N_("Label share"),
        Measure.RATE,
        N_(
            "Customers who carry the label, or one below it, and whose label has not expired "
            "÷ customers in the cell."
        ),
        frozenset({Need.LABEL}),
    ),
    Definition(
        Metric.SEGMENT,
        N_("Members of a segment"),
        Measure.COUNT,
        N_("Customers in the cell who meet the segment's conditions now."),
        frozenset({Need.SEGMENT}),
        Right.SEGMENTS_VIEW,
    ),
    Definition(
        Metric.VISITS,
        N_("Visits"),
        Measure.COUNT,
        N_("Visits to the cell within the period, without those that found nobody at home."),
        _PERIOD,
    ),
    Definition(
        Metric.INVITED,
        N_("Invited"),
        Measure.COUNT,
        N_(
            "Different customers invited to events that began within the period; staff and minors never "
            "count."
        ),
        _PERIOD,
    ),
    Definition(
        Metric.ATTENDED,
        N_("Attended"),
        Measure.COUNT,
        N_(
            "Different customers checked in at events that began within the period; staff and minors "
            "never count."
        ),
        _PERIOD,
    ),
    Definition(
        Metric.CONVERTED,
        N_("Converted"),
        Measure.COUNT,
        N_(
            "Of those who attended: customers with at least one verified financial outcome that is "
            "credited to an event they attended within the period."
        ),
        _PERIOD,
    ),
    Definition(
        Metric.CONVERSION,
        N_("Conversion rate"),
        Measure.RATE,
        N_("Converted ÷ attended, both within the period."),
        _PERIOD,
    ),
    Definition(
        Metric.WALK,
        N_("Walking minutes from the branch"),
        Measure.MINUTES,
        N_(
            "The way along the imported streets from the branch to a point inside the cell, in metres "
            "÷ the walking speed."
        ),
        _CATCHMENT,
    ),
    Definition(
        Metric.BRANCH_SHARE,
        N_("Expected share of the branch (Huff)"),
        Measure.SHARE,
        N_(
            "Attraction of the branch × way^−decay ÷ the sum of the same over the branch and the other "
            "banks near it; the way is that from a point inside the cell. A model, not a count."
        ),
        _CATCHMENT,
    ),
)
METRICS = {definition.metric: definition for definition in DEFINITIONS}
