"""One row of a customer file as a person, or the reasons why not."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo import Datum
from gridcrm.core.i18n import N_
from gridcrm.core.sheets import Cell, Row
from gridcrm.customers import cells_numbers as numbers
from gridcrm.customers import cells_text as text
from gridcrm.customers.cells import (
    BLANKS,
    CellError,
    Reading,
    ValueClass,
    class_of,
    refuse,
)
from gridcrm.customers.columns import Field, datum_of, unit_yuan
from gridcrm.customers.id_numbers import is_id_number, may_hold_id_number
from gridcrm.customers.imported import BadCell, CustomerRow, KnownNames
from gridcrm.customers.same_person import GENERATED_NAME

Parser = Callable[[Cell, Reading], Any]

_NO_NUMBER_NEEDED = N_(
    "Delete the column, or the number in it: identity numbers are not collected."
)
_MAX_LON, _MAX_LAT = 180.0, 90.0
_CHINA = (73.0, 18.0, 135.1, 53.6)  # west, south, east, north
UNKNOWN_COMMUNITY = N_("The community {value} is not on this branch's list.")
_KNOWN_LISTS = {
    "community": ("communities", UNKNOWN_COMMUNITY),
    "label_names": ("labels", N_("The label {value} is not known.")),
    "owner_name": ("owners", N_("The manager {value} is not a user of this branch.")),
    "segment_hint": ("segments", N_("The segment {value} is not known.")),
}


def _words(limit: int) -> Parser:
    return lambda cell, _: text.parse_text(cell, limit)


def _list(limit: int) -> Parser:
    return lambda cell, _: text.parse_list(cell, limit)


_PARSERS: dict[Field, tuple[str, Parser]] = {
    Field.NUMBER: ("number", numbers.parse_number),
    Field.NAME: ("name", text.parse_name),
    Field.PHONE: ("phone", numbers.parse_phone),
    Field.COMMUNITY: ("community", _words(120)),
    Field.BUILDING: ("building", _words(80)),
    Field.ORGANISATION: ("organisation", _words(120)),
    Field.BIRTH: ("birth_year", numbers.parse_birth_year),
    Field.AGE: ("age_band", numbers.parse_age_band),
    Field.GENDER: ("gender", text.parse_gender),
    Field.OCCUPATION: ("occupation", _words(80)),
    Field.SEGMENT: ("segment_hint", _words(80)),
    Field.LABELS: ("label_names", _list(40)),
    Field.TIER: ("tier", text.parse_tier),
    Field.OWNER: ("owner_name", _words(80)),
    Field.CONSENT: ("consent", text.parse_consent),
    Field.SOURCE: ("source", _words(80)),
    Field.LON: ("lon", numbers.parse_degrees),
    Field.LAT: ("lat", numbers.parse_degrees),
    Field.DATUM: ("datum", text.parse_datum),
    Field.OPENED_ON: ("opened_on", numbers.parse_past_day),
    Field.LAST_ACTIVE_ON: ("last_active_on", numbers.parse_past_day),
    Field.MOVED_IN_ON: ("moved_in_on", numbers.parse_day),
    Field.HAS_CHILD: ("has_child", text.parse_has_child),
    Field.PRODUCTS: ("products", lambda cell, reading: text.parse_products(cell, reading, 32)),
}


@dataclass(frozen=True, slots=True)
class _Step:
    index: int
    column: str
    attribute: str
    parse: Parser


class RowReader:
    """Reads the rows of one sheet under one mapping."""

    def __init__(
        self,
        columns: Sequence[str],
        mapping: Mapping[str, Field | None],
        known: KnownNames,
        default_datum: Datum,
        today: date,
        read_as: Mapping[Datum, Datum],
    ) -> None:
        """Prepare a step for each mapped column."""
        fields = [(index, column, mapping.get(column)) for index, column in enumerate(columns)]
        self._columns = columns
        self._steps = [_step(index, column, field) for index, column, field in fields if field]
        self._column_of = {field: column for _, column, field in fields if field}
        self._known = _known_keys(known)
        self._datum = self._header_datum() or default_datum
        self._today = today
        self._read_as = read_as

    def column_of(self, field: Field) -> str:
        """Return the column of a field, or nothing."""
        return self._column_of.get(field, "")

    def read(self, row: Row) -> CustomerRow | list[BadCell]:
        """Return the person in a row, or all that is wrong with the row."""
        bad = _whole_row(row, self._columns)
        reading = Reading(self._today)
        values: dict[str, Any] = {}
        for step in self._steps:
            cell = row.cells[step.index]
            if cell is None or cell in BLANKS:
                continue
            reading.column = step.column
            try:
                values[step.attribute] = step.parse(cell, reading)
                self._warn_of_unknown(step.attribute, values[step.attribute], reading)
            except CellError as error:
                bad.append(_bad(row.line, step.column, class_of(cell), error))
        failed = {cell.column for cell in bad}
        bad += self._position(row.line, values, failed, reading)
        bad += self._identity(row.line, values, failed)
        if bad:
            return bad
        return CustomerRow(line=row.line, **values, warnings=tuple(reading.warnings))

    def _header_datum(self) -> Datum | None:
        headers = (self.column_of(Field.LON), self.column_of(Field.LAT))
        return next((datum for header in headers if (datum := datum_of(header))), None)

    def _position(
        self, line: int, values: dict[str, Any], failed: set[str], reading: Reading
    ) -> list[BadCell]:
        """Check longitude and latitude as a pair and give them a datum."""
        columns = (self.column_of(Field.LON), self.column_of(Field.LAT))
        if failed.intersection(columns):
            return []
        lon, lat = values.get("lon"), values.get("lat")
        datum = values.pop("datum", self._datum)
        reading.column = columns[0]
        try:
            if _is_place(lon, lat, reading):
                values["datum"] = self._read_as.get(datum, datum)
            else:
                values["lon"] = values["lat"] = None
        except CellError as error:
            kind = ValueClass.EMPTY if lon is None or lat is None else ValueClass.NUMBER
            is_lon = lon is None or abs(lon) > _MAX_LON
            return [_bad(line, columns[0] if is_lon else columns[1], kind, error)]
        return []

    def _identity(self, line: int, values: dict[str, Any], failed: set[str]) -> list[BadCell]:
        """See to it that there is a name; a row with a customer number can do without."""
        if values.get("birth_year") is not None:
            values.pop("age_band", None)
        column = self.column_of(Field.NAME)
        if values.get("name") or column in failed or self.column_of(Field.NUMBER) in failed:
            return []
        if number := values.get("number"):
            values["name"] = GENERATED_NAME.format(number=number)
            return []
        error = refuse(
            "Nobody is named: the row has neither a name nor a customer number.",
            "Fill in the name, or delete the row.",
        )
        return [_bad(line, column, ValueClass.EMPTY, error)]

    def _warn_of_unknown(self, attribute: str, given: Any, reading: Reading) -> None:
        if attribute not in self._known or not given:
            return
        keys, message = self._known[attribute]
        for value in (given,) if isinstance(given, str) else given:
            if _key(value) not in keys:
                reading.warn(message, value=value)


def _step(index: int, column: str, field: Field) -> _Step:
    if field == Field.AUM:
        unit = unit_yuan(column)
        return _Step(index, column, "aum_fen", lambda cell, _: numbers.parse_money(cell, unit))
    return _Step(index, column, *_PARSERS[field])


def _whole_row(row: Row, columns: Sequence[str]) -> list[BadCell]:
    """Return what is wrong with a row whatever its columns mean."""
    bad = []
    if row.surplus:
        error = refuse(
            "The row has values ({count}) beyond the last column, so the others may have shifted.",
            "Put values that contain the separator into quotation marks.",
            count=row.surplus,
        )
        bad.append(_bad(row.line, "", ValueClass.MIXED, error))
    if may_hold_id_number(row.cells):
        error = refuse("This looks like an identity number.", _NO_NUMBER_NEEDED)
        bad += [
            _bad(row.line, column, ValueClass.ID_NUMBER, error)
            for column, cell in zip(columns, row.cells, strict=True)
            if is_id_number(cell)
        ]
    return bad


def _is_place(lon: float | None, lat: float | None, reading: Reading) -> bool:
    """Tell whether there is a position; one that cannot be, or is turned around, is refused."""
    if lon is None and lat is None:
        return False
    if lon is None or lat is None:
        raise refuse(
            "Longitude and latitude belong together; one of them is missing.",
            "Fill in both, or neither.",
        )
    if lon == 0 and lat == 0:
        reading.warn("0, 0 lies in the ocean; the position was left out.")
        return False
    if _is_turned(lon, lat):
        raise refuse(
            "Longitude and latitude seem to be swapped.",
            "Exchange the two columns (longitude is the larger number in China).",
        )
    if abs(lon) > _MAX_LON or abs(lat) > _MAX_LAT:
        raise refuse(
            "There is no such place.",
            "Longitude lies between -180 and 180, latitude between -90 and 90.",
        )
    return True


def _is_turned(lon: float, lat: float) -> bool:
    if abs(lon) <= _MAX_LAT < abs(lat) <= _MAX_LON:
        return True
    return _in_china(lat, lon) and not _in_china(lon, lat)


def _in_china(lon: float, lat: float) -> bool:
    west, south, east, north = _CHINA
    return west <= lon <= east and south <= lat <= north


def _known_keys(known: KnownNames) -> dict[str, tuple[frozenset[str], str]]:
    lists = {
        attribute: (getattr(known, name), message)
        for attribute, (name, message) in _KNOWN_LISTS.items()
    }
    return {
        attribute: (frozenset(map(_key, names)), message)
        for attribute, (names, message) in lists.items()
        if names is not None
    }


def _key(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _bad(line: int, column: str, kind: ValueClass, error: CellError) -> BadCell:
    return BadCell(line, column, kind, error.reason, error.remedy)
