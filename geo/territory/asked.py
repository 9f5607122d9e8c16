"""What a caller asks for, checked and as arrays."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from geo.columns import numbers, whole_numbers
from geo.errors import TerritoryError
from geo.territory.graph import Floats, Whole


def checked_loads(load: ArrayLike) -> Floats:
    """Return the load of every cell; some cell must have one."""
    found = numbers(load, TerritoryError).ravel()
    if not (np.isfinite(found).all() and (found >= 0).all() and found.any()):
        raise TerritoryError(
            "Loads are numbers from 0 up, and not all of them are 0.",
            "Choose a load that some cells have, for example customers.",
        )
    return found


def checked_people(staff: Sequence[int], bases: Sequence[int], cells: int) -> Whole:
    """Return the numbers of the staff, each of whom has a base among the cells."""
    people = whole_numbers(staff, TerritoryError).ravel()
    if not people.size or len(np.unique(people)) != people.size or people.min() < 0:
        raise TerritoryError(
            "Staff are different whole numbers from 0 up, and at least one.",
            "Choose who is to look after cells.",
        )
    at = whole_numbers(bases, TerritoryError)
    if at.shape != people.shape or at.min() < 0 or at.max() >= cells:
        raise TerritoryError(
            "There is not a base among the {cells} cells for each of {people} people.",
            "Give everybody the number of a cell.",
            cells=cells,
            people=people.size,
        )
    return people


def checked_rest(tolerance: float, seconds: float, keep_m: float | None) -> None:
    """Refuse a tolerance, a time or a price of change that can't be meant."""
    if not 0 <= tolerance <= 1:
        raise TerritoryError(
            "A tolerance of {tolerance} is not between 0 and 1.",
            "Give 0.1 for a difference of up to 10 percent.",
            tolerance=tolerance,
        )
    if not (np.isfinite(seconds) and seconds > 0):
        raise TerritoryError(
            "There is nothing to be found in {seconds} seconds.", "Give more.", seconds=seconds
        )
    if keep_m is not None and not (np.isfinite(keep_m) and keep_m >= 0):
        raise TerritoryError(
            "A change can't be worth {metres} m.", "Give 0 or more.", metres=keep_m
        )


def lengths(steps_m: ArrayLike | None) -> Floats | None:
    """Return the lengths of the steps between neighbours, None where all are the same."""
    return None if steps_m is None else numbers(steps_m, TerritoryError)


def held_today(today: ArrayLike | None, cells: int) -> Whole | None:
    """Return who has each cell now, None for a map that was never divided."""
    if today is None:
        return None
    found = whole_numbers(today, TerritoryError)
    if found.shape != (cells,):
        raise TerritoryError(
            "There are {cells} cells, but {held} that somebody has today.",
            "Give a person for every cell, or -1 for nobody.",
            cells=cells,
            held=found.size,
        )
    return found


def positions(today: Whole | None, people: Whole, cells: int) -> Whole:
    """Return where in the staff each cell's person of today stands, -1 for who is not there."""
    if today is None:
        return np.full(cells, -1, dtype=np.int64)
    order = np.argsort(people)
    at = np.minimum(np.searchsorted(people[order], today), len(people) - 1)
    return np.where(people[order][at] == today, order[at], -1)
