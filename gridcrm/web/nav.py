"""The places of the application, as a role sees them."""

from dataclasses import dataclass

from gridcrm.core.i18n import N_, gettext
from gridcrm.core.who import Right, Who


@dataclass(frozen=True)
class Section:
    """One entry of the navigation."""

    key: str
    label: str
    icon: str
    url: str
    active: bool
    phone: bool


_PLACES = (
    ("today", N_("Today"), "home", "/", Right.HOME, True),
    ("map", N_("Map"), "map-2", "/map", Right.MAP_VIEW, True),
    ("customers", N_("People"), "users", "/customers", Right.CUSTOMERS_LIST, True),
    ("lookup", N_("Look up"), "phone", "/customers/lookup", Right.CUSTOMERS_LOOKUP, False),
    ("segments", N_("Segments"), "filter", "/segments", Right.SEGMENTS_VIEW, False),
    ("labels", N_("Labels"), "tags", "/labels", Right.LABELS_VIEW, False),
    ("events", N_("Events"), "calendar-event", "/events", Right.EVENTS_VIEW, True),
    ("outcomes", N_("Results"), "chart-funnel", "/outcomes", Right.OUTCOMES_VIEW, True),
    ("claims", N_("My claims"), "target-arrow", "/outcomes/mine", Right.OUTCOMES_CLAIM, True),
    ("desk", N_("Desk"), "notebook", "/desk", Right.DESK_USE, False),
    ("grids", N_("Grid"), "grid-pattern", "/grids", Right.GRIDS_VIEW, False),
    ("exports", N_("Lists out"), "file-export", "/exports", Right.EXPORTS_TAKE, False),
    (
        "register",
        N_("Lists out"),
        "file-export",
        "/exports/register",
        Right.EXPORTS_REGISTER,
        False,
    ),
    ("admin", N_("Settings"), "settings", "/admin", Right.BRANCHES_VIEW, True),
)

_INSTEAD = {
    "lookup": Right.CUSTOMERS_LIST,
    "claims": Right.OUTCOMES_VIEW,
    "register": Right.EXPORTS_TAKE,
}
"""Smaller places, for those who may not go to the whole one."""


def sections(who: Who | None, path: str) -> list[Section]:
    """Return the places that this person may go to."""
    if who is None:
        return []
    return [
        Section(key, gettext(label), icon, url, _is_at(path, url), phone)
        for key, label, icon, url, right, phone in _PLACES
        if who.may(right) and not (key in _INSTEAD and who.may(_INSTEAD[key]))
    ]


def _is_at(path: str, url: str) -> bool:
    return path == url if url == "/" else path == url or path.startswith(f"{url}/")
