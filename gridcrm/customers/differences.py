"""What checked rows would do to the stored customers of a branch: pure, row against row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gridcrm.customers.cells import Reason
from gridcrm.customers.imported import CustomerRow
from gridcrm.customers.models import PlacedBy
from gridcrm.customers.placement import Spot
from gridcrm.customers.rules import tier_of
from gridcrm.customers.same_person import GENERATED_NAME

Values = dict[str, Any]

_PLAIN = (
    "number",
    "phone",
    "gender",
    "occupation",
    "organisation",
    "community",
    "building",
    "aum_fen",
    "has_child",
    "moved_in_on",
    "opened_on",
    "last_active_on",
    "source",
)
_OPEN_BAND_YEARS = 5


@dataclass(frozen=True)
class Clash:
    """A row that can't be told from somebody else in the records."""

    row: CustomerRow
    reason: Reason


@dataclass
class Differences:
    """Rows by what they do; values are only those that the row gives and the record lacks.

    `remembered` rows get their place by a name that somebody once decided about.
    """

    new: list[tuple[CustomerRow, Values]] = field(default_factory=list)
    changed: list[tuple[int, CustomerRow, Values]] = field(default_factory=list)
    same: list[tuple[int, CustomerRow]] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    remembered: int = 0


@dataclass(frozen=True)
class Known:
    """What a branch knows that rows may speak of: colleagues' names and where communities lie."""

    owner_id: Callable[[str], int | None]
    spot: Callable[[str], Spot | None]
    today: date


def compare(
    rows: Iterable[CustomerRow],
    stored: Iterable[Mapping[str, Any]],
    points: Mapping[int, tuple[float, float]],
    known: Known,
) -> Differences:
    """Tell new rows from changed and equal ones.

    A row is a stored customer by its number, else by its phone, else (having neither) by name,
    community and building. Empty cells erase nothing. `points` are positions in WGS 84 by line.
    """
    people = _People(stored)
    found = Differences()
    for row in rows:
        match = people.match(row)
        if isinstance(match, Reason):
            found.clashes.append(Clash(row, match))
            continue
        values = _values(row, match or {}, points.get(row.line), known)
        found.remembered += _is_remembered(row, values, known)
        if match is None:
            found.new.append((row, values))
        elif values:
            found.changed.append((match["id"], row, values))
        else:
            found.same.append((match["id"], row))
    return found


class _People:
    """The stored customers, found by what a row says."""

    def __init__(self, stored: Iterable[Mapping[str, Any]]) -> None:
        self._by_number: dict[str, Mapping[str, Any]] = {}
        self._by_phone: dict[str, Mapping[str, Any]] = {}
        self._by_name: dict[tuple[str, str, str], Mapping[str, Any]] = {}
        self._line_of: dict[int, int] = {}
        for person in stored:
            if person["number"]:
                self._by_number[person["number"]] = person
            if person["phone"]:
                self._by_phone[person["phone"]] = person
            if not person["number"] and not person["phone"]:
                key = (person["name"], person["community"], person["building"])
                self._by_name[key] = person

    def match(self, row: CustomerRow) -> Mapping[str, Any] | Reason | None:
        """Return the person a row is about, None for a new one, or why that can't be told."""
        person = self._find(row)
        if isinstance(person, Reason) or person is None:
            return person
        earlier = self._line_of.setdefault(person["id"], row.line)
        if earlier != row.line:
            return Reason("This is the same stored customer as in line {line}.", {"line": earlier})
        return person

    def _find(self, row: CustomerRow) -> Mapping[str, Any] | Reason | None:
        if not row.number and not row.phone:
            return self._by_name.get((row.name, row.community or "", row.building or ""))
        by_number = self._by_number.get(row.number or "")
        by_phone = self._by_phone.get(row.phone or "")
        if by_phone is None:
            return by_number
        if by_number is by_phone:
            return by_phone
        if by_number is not None or (row.number and by_phone["number"]):
            return Reason("This phone number belongs to another customer in the records.")
        return by_phone


def _values(
    row: CustomerRow, stored: Mapping[str, Any], point: tuple[float, float] | None, known: Known
) -> Values:
    given = {name: value for name in _PLAIN if (value := getattr(row, name)) is not None}
    given |= _name(row, stored) | _age(row, stored, known.today)
    if row.tier is not None:
        given["tier"] = row.tier
    owner_id = known.owner_id(row.owner_name) if row.owner_name else None
    if owner_id is not None:
        given["owner_id"] = owner_id
    differing = {key: value for key, value in given.items() if stored.get(key) != value}
    if "aum_fen" in differing and row.tier is None:
        differing["tier"] = tier_of(row.aum_fen)
    products = set(row.products) - stored.get("products", set())
    if products:
        differing["products"] = products
    return differing | _position(row, stored, point, known)


def _is_remembered(row: CustomerRow, values: Values, known: Known) -> bool:
    if values.get("placed_by") is not PlacedBy.COMMUNITY or not row.community:
        return False
    spot = known.spot(row.community)
    return spot is not None and spot.remembered


def _name(row: CustomerRow, stored: Mapping[str, Any]) -> Values:
    made_up = row.name == GENERATED_NAME.format(number=row.number)
    return {} if made_up and stored.get("name") else {"name": row.name}


def _age(row: CustomerRow, stored: Mapping[str, Any], today: date) -> Values:
    if row.birth_year is not None:
        return {"birth_year": row.birth_year}
    if row.age_band is None:
        return {}
    youngest, oldest = _ages(row.age_band)
    age = today.year - stored["birth_year"] if stored.get("birth_year") else None
    if age is not None and youngest - 1 <= age <= oldest + 1:
        return {}
    return {"birth_year": today.year - (youngest + oldest) // 2}


def _ages(band: str) -> tuple[int, int]:
    """Return the first and last age of 35, 30-39 or 60+; an open band counts ten years."""
    if band.endswith("+"):
        return int(band[:-1]), int(band[:-1]) + 2 * _OPEN_BAND_YEARS
    first, _, last = band.partition("-")
    return int(first), int(last or first)


def _position(
    row: CustomerRow, stored: Mapping[str, Any], point: tuple[float, float] | None, known: Known
) -> Values:
    """Return a new position; a pin that somebody has set stays, whatever a file says."""
    if stored.get("placed_by") is PlacedBy.PIN:
        return {}
    if point is not None:
        entered = {"entered_lon": row.lon, "entered_lat": row.lat, "entered_datum": row.datum}
        if all(stored.get(key) == value for key, value in entered.items()):
            return {}
        lon, lat = point
        return entered | {"lon": lon, "lat": lat, "placed_by": PlacedBy.COORDINATES}
    moved = row.community is not None and row.community != stored.get("community")
    by_name = stored.get("placed_by") is PlacedBy.COMMUNITY
    if not row.community or not (stored.get("lon") is None or (moved and by_name)):
        return {}
    spot = known.spot(row.community)
    if spot is not None:
        return {"lon": spot.lon, "lat": spot.lat, "placed_by": PlacedBy.COMMUNITY}
    return {"lon": None, "lat": None, "placed_by": None} if by_name else {}
