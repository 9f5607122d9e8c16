"""What a plan looks like and how many people its cells hold. Pure, and takes a while."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo import Cells
from geo.area import checked_area
from geo.classify import quantile
from geo.palette import Ramp, colours
from geo.render.schematic import SchematicCell, schematic_svg
from geo.render.view import Legend, LegendItem, Place
from gridcrm.core.i18n import gettext
from gridcrm.grids.models import GridCell
from gridcrm.grids.registry import PeopleCount

FEW = 5
MOST_DRAWN = 3000
_PLAIN, _EMPTY, _FEW_COLOUR = "#e8eff5", "#ffffff", "#f6d9a8"
_MOST_STEPS = 5
_STAR = "★"


@dataclass(frozen=True)
class Stats:
    """People per cell of a plan: the ends and the middle, and where they are missing."""

    people: int
    least: int
    median: float
    most: int
    empty: int
    few: int
    outside: int
    unknown: int


@dataclass(frozen=True)
class Steps:
    """The least number of people of each colour, and the most of the last one."""

    least: tuple[int, ...]
    most: int

    @property
    def colours(self) -> tuple[str, ...]:
        """Return the colour of each step, the lightest first."""
        return colours(Ramp.BLUE, len(self.least)) if self.least else ()

    def colour(self, people: int) -> str:
        """Return the colour of a cell with so many people."""
        if people == 0:
            return _EMPTY
        if people < FEW or not self.least:
            return _FEW_COLOUR
        at = int(np.searchsorted(self.least, people, side="right"))
        return self.colours[max(at - 1, 0)]

    def legend(self) -> list[LegendItem]:
        """Return what every colour stands for."""
        ends = [*(low - 1 for low in self.least[1:]), self.most]
        pairs = zip(self.least, ends[: len(self.least)], self.colours, strict=True)
        return [
            LegendItem(gettext("nobody"), _EMPTY),
            LegendItem(f"1–{FEW - 1}", _FEW_COLOUR),
            *(LegendItem(_range(low, high), colour) for low, high, colour in pairs),
        ]


def stats(count: PeopleCount) -> Stats | None:
    """Return the numbers of a plan; None where there is nobody to count."""
    per_cell = count.per_cell
    if not len(per_cell) or not (per_cell.sum() + count.outside + count.unknown):
        return None
    return Stats(
        people=int(per_cell.sum()),
        least=int(per_cell.min()),
        median=float(np.median(per_cell)),
        most=int(per_cell.max()),
        empty=int((per_cell == 0).sum()),
        few=int(((per_cell > 0) & (per_cell < FEW)).sum()),
        outside=count.outside,
        unknown=count.unknown,
    )


def steps(counts: Iterable[int]) -> Steps:
    """Return colours that about the same number of cells have each, without empty and few."""
    enough = [n for n in counts if n >= FEW]
    found = quantile(enough, _MOST_STEPS).ranges()
    return Steps(tuple(math.ceil(low) for low, _ in found), max(enough, default=0))


def picture(
    title: str,
    rows: Sequence[GridCell],
    people: Mapping[str, int] | None,
    branch: Place,
) -> str:
    """Return the cells as a drawing, coloured by people where these may be shown.

    The cell with the branch has a star, since a name in its middle would hide its number.
    """
    shades = steps(people.values() if people else ())
    spot, starred = shapely.Point(branch.at.lon, branch.at.lat), False
    cells = []
    for row in rows:
        shape = checked_area(shapely.from_wkb(row.wkb))
        n = 0 if people is None else people.get(row.key, 0)
        label = row.name if people is None else str(n)
        if not starred and shape.covers(spot):
            starred, label = True, f"{_STAR} {label}"
        cells.append(SchematicCell(shape, _PLAIN if people is None else shades.colour(n), label))
    note = f"{_STAR} {branch.name}" if starred else ""
    legend = (
        Legend(gettext("People in each cell"), tuple(shades.legend()), note)
        if people is not None
        else Legend("", note=note)
    )
    return schematic_svg(title, cells, legend, () if starred else (branch,))


def thumbnail(
    title: str, rows: Sequence[GridCell], people: Mapping[str, int] | None, shades: Steps
) -> str:
    """Return a drawing too small for words, in the colours of those that it stands beside."""
    cells = [
        SchematicCell(
            checked_area(shapely.from_wkb(row.wkb)),
            _PLAIN if people is None else shades.colour(people.get(row.key, 0)),
        )
        for row in rows
    ]
    return schematic_svg(title, cells, Legend(""))


def by_key(cells: Cells, per_cell: NDArray[np.int64]) -> dict[str, int]:
    """Return the people of each cell by the cell's key."""
    return dict(zip(cells.ids.tolist(), per_cell.tolist(), strict=True))


def _range(low: int, high: int) -> str:
    return f"{low:,}–{high:,}" if high > low else f"{low:,}"
