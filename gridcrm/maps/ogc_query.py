"""What an address of OGC API Features may ask, and what it may not."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from gridcrm.core.errors import AppError
from gridcrm.core.i18n import N_
from gridcrm.maps.ogc_crs import CRS84, SYSTEMS, Box, System, in_degrees

MOST_FEATURES, USUAL_FEATURES = 10_000, 1000
PARAMETERS = ("limit", "offset", "bbox", "bbox-crs", "datetime", "crs", "branch", "f")
ALWAYS = frozenset({"branch", "f"})
_DIGITS = re.compile(r"[0-9]{1,15}")
_SIZES_OF_A_BOX = (4, 6)
_MOMENT = r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?"
_TIME = re.compile(rf"{_MOMENT}(/({_MOMENT}|\.\.)?)?|(\.\.)?/({_MOMENT}|\.\.)?")
_FORMATS = {"json", "geojson"}
_BOX = N_("“bbox” is four or six numbers with commas between, the lower corner first.")


class QueryError(AppError):
    """A parameter that the standard wants refused."""

    status = 400
    title = "Please check the address"


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of features: how many after how many, in which box, in which reference system."""

    limit: int
    offset: int
    box: Box | None
    crs: System


def asked(params: Mapping[str, str]) -> Asked:
    """Return what is asked of a collection's items; a time is checked, and nothing here has one."""
    _refuse_unknown(params, frozenset(PARAMETERS))
    if "datetime" in params and not _TIME.fullmatch(params["datetime"]):
        raise QueryError("“datetime” is a moment or an interval of RFC 3339.")
    return Asked(
        limit=min(_whole(params, "limit", USUAL_FEATURES, least=1), MOST_FEATURES),
        offset=_whole(params, "offset", 0, least=0),
        box=_box(params),
        crs=_system(params, "crs"),
    )


def asked_system(params: Mapping[str, str]) -> System:
    """Return in which reference system one feature is asked for."""
    _refuse_unknown(params, ALWAYS | {"crs"})
    return _system(params, "crs")


def refuse_all_but(params: Mapping[str, str], known: frozenset[str] = ALWAYS) -> None:
    """Refuse what an address without choices can't be asked."""
    _refuse_unknown(params, known)


def _refuse_unknown(params: Mapping[str, str], known: frozenset[str]) -> None:
    for name in params:
        if name not in known:
            raise QueryError("There is no parameter “{name}” here.", name=name[:80])
    if params.get("f", "json") not in _FORMATS:
        raise QueryError("Only GeoJSON is offered: leave “f” out, or say f=json.")


def _whole(params: Mapping[str, str], name: str, usual: int, least: int) -> int:
    text = params.get(name, str(usual))
    if not _DIGITS.fullmatch(text) or int(text) < least:
        raise QueryError("“{name}” is a whole number from {least}.", name=name, least=least)
    return int(text)


def _system(params: Mapping[str, str], name: str) -> System:
    found = SYSTEMS.get(params.get(name, CRS84.uri))
    if found is None:
        raise QueryError("“{name}” is one of: {offered}.", name=name, offered=", ".join(SYSTEMS))
    return found


def _box(params: Mapping[str, str]) -> Box | None:
    system = _system(params, "bbox-crs")
    if "bbox" not in params:
        return None
    numbers = [_number(part) for part in params["bbox"].split(",")]
    if len(numbers) not in _SIZES_OF_A_BOX or not all(map(math.isfinite, numbers)):
        raise QueryError(_BOX)
    (one, other), (three, four) = numbers[:2], numbers[len(numbers) // 2 :][:2]
    box = in_degrees((one, other, three, four), system)
    if not all(map(math.isfinite, box)) or box[1] > box[3]:
        raise QueryError(_BOX)
    return box


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan
