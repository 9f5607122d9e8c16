"""The answer of every cell to one question: figures, colours, and the legend that explains them."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from geo.render.view import CellValues, Legend, LegendItem
from gridcrm.grids import queries as grids
from gridcrm.grids.queries import CellRow
from gridcrm.maps import nearness, patterns, queries, walks, words
from gridcrm.maps.metrics import Definition, Measure, Shown
from gridcrm.maps.patterns import Pairs, Standing
from gridcrm.maps.queries import Tallies
from gridcrm.maps.question import Question
from gridcrm.maps.records import Ask
from gridcrm.maps.rules import Figure, Tally, figure
from gridcrm.maps.shading import Shade, legend, scale, spot_legend, spot_shade


class Line(NamedTuple):
    """One cell, its figure, its colour, and what the colour stands for.

    `seen` is the figure itself or its share after smoothing.
    """

    cell: CellRow
    figure: Figure
    shade: Shade
    said: str
    seen: Figure
    measure: Measure
    standing: Standing | None = None

    @property
    def share(self) -> str:
        """Return a rate as percent."""
        return words.share(self.figure)

    @property
    def own(self) -> str:
        """Return the figure itself in words."""
        return words.said(self.measure, self.figure)

    @property
    def smoothed(self) -> str:
        """Return the share after smoothing as percent."""
        return words.share(self.seen)

    @property
    def pattern(self) -> str:
        """Return whether the cell is a hot or a cold spot; a dash where that can't be said."""
        return words.spot(self.standing.spot) if self.standing else "–"

    @property
    def rank(self) -> float | None:
        """Return by what the map orders its cells."""
        return self.standing.z if self.standing else self.seen.value

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
        return self.question.formula


async def answer(session: AsyncSession, ask: Ask, key: bytes | None) -> Answer:
    """Count for all cells at once and say what this person may see of it."""
    cells = await grids.cell_rows(session, ask.plan_id)
    if ask.question.definition.metric in walks.COLUMNS:
        found = await walks.figures(session, ask.plan_id, ask.question.definition.metric)
        note = await walks.note(session, ask.who)
        return _classed(ask.question, cells, [found[c.id] for c in cells], blurred=False, note=note)
    part, whole = await queries.tallies(session, ask)
    if ask.question.shown is not Shown.HOT_SPOTS:
        return drawn(ask.question, cells, part, whole, key)
    plan = await grids.plan(session, ask.who, ask.plan_id)
    pairs = await nearness.near(plan, [cell.key for cell in cells])
    return await asyncio.to_thread(drawn, ask.question, cells, part, whole, key, pairs)


def drawn(
    question: Question,
    cells: Sequence[CellRow],
    part: Tallies,
    whole: Tallies,
    key: bytes | None,
    pairs: Pairs | None = None,
) -> Answer:
    """Return figures, classes, colours and the legend of counts by cell; hot spots need pairs."""
    measure, nobody = question.definition.measure, Tally()
    figures = [
        figure(measure, part.get(c.id, nobody), whole.get(c.id), c.area_m2, key) for c in cells
    ]
    if pairs is not None:
        return _spots(question, cells, figures, pairs, blurred=key is not None)
    return _classed(question, cells, figures, blurred=key is not None)


def _classed(
    question: Question,
    cells: Sequence[CellRow],
    figures: Sequence[Figure],
    *,
    blurred: bool,
    note: str = "",
) -> Answer:
    measure, seen = question.definition.measure, figures
    if question.shown is Shown.SMOOTHED:
        seen, overall = patterns.smoothed(figures)
        note = words.smoothing(overall)
    used = scale(measure, seen, question.classes)
    pairs = list(zip(figures, seen, strict=True))
    looks = {pair: (used.shade(pair[1]), words.said(measure, *pair)) for pair in set(pairs)}
    lines = (
        Line(cell, one, *looks[one, drawn], drawn, measure)
        for cell, (one, drawn) in zip(cells, pairs, strict=True)
    )
    shown = legend(question.title, used, {one.state for one in seen}, blurred=blurred, note=note)
    return Answer(question, tuple(lines), shown)


def _spots(
    question: Question,
    cells: Sequence[CellRow],
    figures: Sequence[Figure],
    pairs: Pairs,
    *,
    blurred: bool,
) -> Answer:
    measure, found = question.definition.measure, patterns.standings(figures, pairs)
    kinds = [(one, at.spot if at else None) for one, at in zip(figures, found, strict=True)]
    looks = {kind: (spot_shade(*kind), words.stood(measure, *kind)) for kind in set(kinds)}
    lines = (
        Line(cell, kind[0], *looks[kind], kind[0], measure, at)
        for cell, kind, at in zip(cells, kinds, found, strict=True)
    )
    shown = spot_legend(question.title, measure, figures, found, blurred=blurred)
    return Answer(question, tuple(lines), shown)


def values(given: Answer, *, named: bool) -> CellValues:
    """Return what a map page says of the cells, in their order; with their names if it is new."""
    shades = list(dict.fromkeys(line.shade for line in given.lines))
    code = {shade: at for at, shade in enumerate(shades)}
    return CellValues(
        title=given.question.name,
        classes=tuple(LegendItem("", shade.colour, shade.hatched) for shade in shades),
        codes=[code[line.shade] for line in given.lines],
        said=[line.said for line in given.lines],
        legend=given.legend,
        names=[line.cell.name for line in given.lines] if named else (),
    )
