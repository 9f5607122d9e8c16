"""What may be asked of a map, in a form or an address."""

from enum import IntEnum, StrEnum

from sqlmodel import SQLModel

from geo.classify import Method
from gridcrm.maps.metrics import Metric, Shown


class Days(IntEnum):
    """Fixed periods: windows of any length could be subtracted to single out one person."""

    MONTH = 30
    QUARTER = 90
    HALF = 180
    YEAR = 365


class MapIn(SQLModel):
    """A metric with its choices; those that it does not need are ignored."""

    model_config = {"extra": "ignore"}

    metric: Metric = Metric.CUSTOMERS
    days: Days = Days.QUARTER
    label: str | None = None
    segment: int | None = None
    shown: Shown = Shown.FIGURES
    classes: Method = Method.QUANTILE


class View(StrEnum):
    """What stands beside the map."""

    MAP = "map"
    TABLE = "table"


class Sort(StrEnum):
    """A column of the table."""

    NAME = "name"
    VALUE = "value"
    RAW = "raw"
    N = "n"
    LEAD = "lead"


class ViewIn(MapIn):
    """A map page: the metric, what stands beside the map, and in which order."""

    view: View = View.MAP
    sort: Sort = Sort.VALUE
    down: bool = True
    page: int = 1
    cell: int | None = None
