"""Which day it is somewhere."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

HOME_ZONE = "Asia/Shanghai"
"""The zone of a branch that says no other."""


def local_day(now: datetime, zone: str = HOME_ZONE) -> date:
    """Return the date that a calendar in the zone shows at this moment."""
    return now.astimezone(ZoneInfo(zone)).date()
