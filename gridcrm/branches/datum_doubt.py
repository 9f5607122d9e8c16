"""Whether coordinates are in the datum that a file declares, judged by the places around.

A doubt is told to a person, who takes the other datum or keeps the declared one: never guessed.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, detect_datum
from geo.datum_detect import DatumGuess
from gridcrm.branches import queries
from gridcrm.branches.models import PlaceKind
from gridcrm.branches.queries import Ref
from gridcrm.core.errors import RuleBroken

Points = NDArray[np.float64]
"""Positions as they were entered: longitude and latitude in two columns."""

_NOBODYS = {PlaceKind.WATER, PlaceKind.PARK, PlaceKind.MOTORWAY}
WITNESSES = tuple(kind for kind in PlaceKind if kind not in _NOBODYS)
"""Kinds of places where people live, work and go, so that positions lie at them."""
_MOST_POINTS = 2000
_MOST_WITNESSES = 20_000
_AROUND_DEG = 0.02
"""Farther than the datums lie from each other."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Positions said to be in one datum that lie at known places only when read in another."""

    said: Datum
    found: Datum
    positions: int
    compared: int
    near_said: int
    near_found: int


async def doubts(
    session: AsyncSession,
    branch_id: int,
    given: Mapping[Datum, Points],
    replaced: Iterable[Ref] = (),
) -> list[Doubt]:
    """Return for each declared datum what speaks against it; nothing where it can't be told.

    Places that the file itself is about to replace bear no witness. The session is to be one
    that nobody waits for.
    """
    not_witnesses = frozenset(replaced)
    some = {datum: _thinned(points) for datum, points in given.items() if len(points)}
    if not some:
        return []
    every = np.concatenate(list(some.values()))
    west, south = every.min(axis=0) - _AROUND_DEG
    east, north = every.max(axis=0) + _AROUND_DEG
    bounds = (float(west), float(south), float(east), float(north))
    around = await queries.shapes(session, branch_id, WITNESSES, bounds, _MOST_WITNESSES)
    wkb = [shape for ref, shape in around if ref not in not_witnesses]
    found = await asyncio.to_thread(_judged, some, wkb)
    return [_doubt(said, guess, len(given[said])) for said, guess in found.items()]


def answers_of(report: Mapping[str, Any]) -> dict[Datum, Datum]:
    """Return in which datum positions are by the datum they were said to be in, where answered."""
    given = report.get("answers", {})
    return {Datum(said): Datum(datum) for said, datum in given.items()}


def as_json(found: Iterable[Doubt]) -> list[dict[str, Any]]:
    """Return doubts as they stand in the report of a file."""
    return [asdict(doubt) for doubt in found]


def of_report(report: Mapping[str, Any]) -> list[Doubt]:
    """Return the doubts that a report holds; one of an earlier release has none."""
    return [
        Doubt(**given | {"said": Datum(given["said"]), "found": Datum(given["found"])})
        for given in report.get("doubts", [])
    ]


def answered(found: Iterable[Doubt], answers: Mapping[Datum, Datum]) -> None:
    """Raise RuleBroken while somebody has yet to say which datum it is."""
    if unanswered(found, answers):
        raise RuleBroken("Say first in which datum the positions are.")


def unanswered(found: Iterable[Doubt], answers: Mapping[Datum, Datum]) -> bool:
    """Return whether somebody has yet to say which datum it is."""
    return any(doubt.said not in answers for doubt in found)


def _thinned(points: Points) -> Points:
    at = np.linspace(0, len(points) - 1, min(len(points), _MOST_POINTS)).astype(int)
    some: Points = points[at]
    return some


def _judged(given: Mapping[Datum, Points], wkb: list[bytes]) -> dict[Datum, DatumGuess]:
    places = shapely.from_wkb(np.array([*wkb, None], dtype=object)[:-1])
    guesses = {
        said: detect_datum(points[:, 0], points[:, 1], places) for said, points in given.items()
    }
    return {said: guess for said, guess in guesses.items() if guess.warning(said)}


def _doubt(said: Datum, guess: DatumGuess, positions: int) -> Doubt:
    evidence = {one.datum: one for one in guess.evidence}
    found = guess.datum or said
    return Doubt(said, found, positions, guess.points, evidence[said].near, evidence[found].near)
