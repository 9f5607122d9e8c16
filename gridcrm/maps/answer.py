"""The answer of every cell to one question: figures, colours, and the legend that explains them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from geo.render.geojson import recolour_json
from geo.render.view import Legend
from gridcrm.core.i18n import gettext
from gridcrm.grids import queries as grids
from gridcrm.grids.queries import CellRow
from gridcrm.maps import queries, words
from gridcrm.maps.metrics import Definition
from gridcrm.maps.queries import Tallies
from gridcrm.maps.question import Question
from gridcrm.maps.records import Ask
from gridcrm.maps.rules import Figure, Tally, figure
from gridcrm.maps.shading import Scale, Shade, legend, scale

LINE = "#ffffff"


@dataclass(frozen=True, slots=True)
class Line:
    """One cell, its figure and its colour."""

    cell: CellRow
    figure: Figure
    shade: Shade
    said: str

    @property
    def share(self) -> str:
        """Return a rate as percent."""
        return words.share(self.figure)

    @property
    def parts(self) -> str:
        """Return a rate as counts."""
        return words.parts(self.figure)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the map shows."""

    question: Question
    lines: tuple[Line, ...]
    legend: Legend

    @property
    def definition(self) -> Definition:
        """Return the metric."""
        return self.question.definition

    @property
    def formula(self) -> str:
        """Return the formula in words, in the reader's language."""
        return gettext(self.definition.formula)


async def answer(session: AsyncSession, ask: Ask, key: bytes | None) -> Answer:
    """Count for all cells at once and say what this person may see of it."""
    cells = await grids.cell_rows(session, ask.plan_id)
    part, whole = await queries.tallies(session, ask)
    return drawn(ask.question, cells, part, whole, key)


def drawn(
    question: Question, cells: Sequence[CellRow], part: Tallies, whole: Tallies, key: bytes | None
) -> Answer:
    """Return figures, classes, colours and the legend of counts by cell."""
    measure = question.definition.measure
    figures = [
        figure(measure, part.get(c.id, Tally()), whole.get(c.id), c.area_m2, key) for c in cells
    ]
    used = scale(measure, figures)
    states = {one.state for one in figures}
    lines = (_line(used, cell, one) for cell, one in zip(cells, figures, strict=True))
    shown = legend(question.title, used, states, blurred=key is not None)
    return Answer(question, tuple(lines), shown)


def _line(used: Scale, cell: CellRow, one: Figure) -> Line:
    return Line(cell, one, used.shade(one), words.said(used.measure, one))


def ids(given: Answer) -> list[str]:
    """Return the cells' ids as a map page knows them."""
    return [str(line.cell.id) for line in given.lines]


def looks(given: Answer) -> dict[str, list[Any]]:
    """Return each cell's style and tooltip, in the order of the cells."""
    name = gettext(given.definition.name)
    return {
        "style": [_style(line.shade) for line in given.lines],
        "tip": [[line.cell.name, [name, line.said]] for line in given.lines],
    }


def values_json(given: Answer) -> bytes:
    """Return what recolours a map page without sending a shape again."""
    return recolour_json(ids(given), looks(given), given.legend)


def _style(shade: Shade) -> dict[str, Any]:
    edge = {"color": LINE, "weight": 1}
    return edge | ({"hatch": True} if shade.hatched else {"fillColor": shade.colour})
