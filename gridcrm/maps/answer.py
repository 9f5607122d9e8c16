"""The answer of every cell to one question: figures, colours, and the legend that explains them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession

from geo.render.view import CellValues, Legend, LegendItem
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


def values(given: Answer, *, named: bool) -> CellValues:
    """Return what a map page says of the cells, in their order; with their names if it is new."""
    shades = list(dict.fromkeys(line.shade for line in given.lines))
    code = {shade: at for at, shade in enumerate(shades)}
    return CellValues(
        title=gettext(given.definition.name),
        classes=tuple(LegendItem("", shade.colour, shade.hatched) for shade in shades),
        codes=[code[line.shade] for line in given.lines],
        said=[line.said for line in given.lines],
        legend=given.legend,
        names=[line.cell.name for line in given.lines] if named else (),
    )
