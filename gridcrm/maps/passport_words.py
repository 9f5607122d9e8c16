"""The words of a passport, the same on the page and in the PDF."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gridcrm.core.i18n import gettext, local_name
from gridcrm.maps.cells import Profile
from gridcrm.maps.passports import Book

Facts = list[tuple[str, str]]


def facts(found: Profile) -> Facts:
    """Return who looks after a cell, its visits, and what was counted there."""
    cell = found.cell
    counted = (
        (gettext("Households"), cell.households),
        (gettext("Merchants"), cell.merchants),
        (gettext("Other banks"), cell.competitors),
    )
    return [
        (gettext("Lead"), found.lead or gettext("Nobody leads this cell")),
        (gettext("Backup"), found.backup or "–"),
        (gettext("Last visit"), _day(found.last_visit) or gettext("never")),
        (gettext("Next visit"), _day(found.next_visit) or gettext("not planned")),
        *([(gettext("Walk to the branch"), found.walk)] if found.walk else []),
        *((name, f"{n:,}") for name, n in counted if n is not None),
    ]


def events(found: Profile) -> list[tuple[str, str]]:
    """Return the day and the title of the latest events for a cell."""
    zone = ZoneInfo(found.branch.time_zone)
    return [(_day(e.starts_at.astimezone(zone).date()), e.title) for e in found.events]


def mix(found: Profile) -> list[tuple[str, int]]:
    """Return the labels of the people of a cell with their counts."""
    return [(local_name(label), n) for label, n in found.labels]


def by_hand(found: Profile) -> str:
    """Return the labels that the team set, in one line; nothing if there are none."""
    names = gettext(", ").join(local_name(label) for label in found.by_hand)
    return f"{gettext('Set by the team:')} {names}" if names else ""


def size(found: Profile) -> str:
    """Return the key of a cell and its ground."""
    area = gettext("{n} ha").format(n=f"{found.cell.area_m2 / 10_000:,.1f}")
    return f"{found.cell.key} · {area}"


def plan(book: Book) -> str:
    """Return which division the cells belong to."""
    version = gettext("Version {n}").format(n=book.plan.version)
    return f"{book.branch.name} · {version} · {book.plan.name}"


def foot(book: Book) -> Sequence[str]:
    """Return who made the page and when, and whose data the map is."""
    day = moment(book.made_at, book.branch.time_zone)
    made = gettext("Made {when} by {name}").format(when=day, name=book.made_by)
    rule = gettext("Names no customer; for use inside the bank.")
    return [f"{made} · {rule}", book.credits]


def moment(at: datetime, zone: str) -> str:
    """Return a moment on the branch's calendar, with its year."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"


def _day(day: date | None) -> str:
    return f"{day:%Y-%m-%d}" if day else ""
