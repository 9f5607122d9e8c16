"""Changing cells by hand: each change gives new cells, is stored in their spec and can be undone.

Cells that a change does not concern keep their id and their ground. No id is ever given twice.
"""

from collections.abc import Iterable

from geo.area import Area
from geo.errors import ReshapeError
from geo.tessellate import tessellate
from geo.tessellate.cells import Cells
from geo.tessellate.edited import edited
from geo.tessellate.edits import Carve, Line, Merge, Split, Transfer, different
from geo.tessellate.spec import EditedSpec


def merge(cells: Cells, ids: Iterable[str], into: str = "") -> Cells:
    """Return the cells with some that touch each other made one, called as the lowest of them.

    `into` may name another one of them.
    """
    return edited(cells, [Merge(different(ids), into)])


def split(cells: Cells, cell_id: str, line: Line) -> Cells:
    """Return the cells with one of them cut along a line in EPSG:4326, which may reach beyond it.

    The parts are called <id>/1, <id>/2 and so on, from west to east, then from south to north.
    """
    return edited(cells, [Split(cell_id, line)])


def move_border(cells: Cells, source: str, target: str, shape: Area) -> Cells:
    """Return the cells with the ground that one has within a shape given to one beside it."""
    return edited(cells, [Transfer(source, target, shape)])


def draw(cells: Cells, key: str, shape: Area) -> Cells:
    """Return the cells with a new one, called draw:<key>, in the place of what its shape covers.

    Ground of the area that no cell held before becomes part of it.
    """
    return edited(cells, [Carve(key, shape)])


def undo(cells: Cells) -> Cells:
    """Return the cells as they were before the last change."""
    spec = cells.spec
    if not isinstance(spec, EditedSpec):
        raise ReshapeError("These cells have not been changed.", "There is nothing to undo.")
    if len(spec.edits) < 2:  # noqa: PLR2004
        return tessellate(cells.area, spec.base)
    return tessellate(cells.area, EditedSpec(spec.base, spec.edits[:-1]))
