"""What a change by hand means for the rows of cells, and what is kept to take it back. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo import Cells
from geo.tessellate.edits import Carve, Edit, Merge, Split
from gridcrm.branches.models import Place
from gridcrm.grids.drawing import COUNTED, FRESH, KEPT, columns_of
from gridcrm.grids.models import GridCell
from gridcrm.grids.naming import LONGEST, numbered

Facts = dict[str, Any]
"""Columns of a cell that are not its ground, as JSON values."""

_ADDED_UP = ("households", "population")
_NUMBERS = (*_ADDED_UP, *COUNTED)
_ROOM_FOR_NUMBER = 6


@dataclass(frozen=True)
class Reshaped:
    """The rows to delete, to change and to add, and what taking the change back gives again."""

    gone: list[GridCell]
    changed: list[tuple[GridCell, dict[str, Any]]]
    new: list[dict[str, Any]]
    replaced: dict[str, Facts]

    @property
    def touched(self) -> set[str]:
        """Return the keys of the cells that are new, or other than before."""
        return {row["key"] for row in self.new} | {row.key for row, _ in self.changed}


def reshaped(
    rows: Sequence[GridCell], after: Cells, places: Sequence[Place], facts: Mapping[str, Facts]
) -> Reshaped:
    """Return what becomes of the rows; `facts` are known of cells that are new or have changed.

    A cell whose ground stays the same is left alone.
    """
    by_key = {row.key: row for row in rows}
    changed: list[tuple[GridCell, dict[str, Any]]] = []
    new: list[dict[str, Any]] = []
    columns = columns_of(after, places)
    for values in zip(*columns.values(), strict=True):
        ground = dict(zip(columns, values, strict=True))
        row, known = by_key.pop(ground["key"], None), _of_json(facts.get(ground["key"], {}))
        if row is None:
            new.append(FRESH | known | _known(ground))
        elif row.wkb != ground["wkb"]:
            numbers = {name: known[name] for name in _NUMBERS if name in known}
            changed.append((row, numbers | _known(ground)))
    gone = list(by_key.values())
    replaced = {row.key: facts_of(row) for row in [*gone, *(row for row, _ in changed)]}
    return Reshaped(gone, changed, new, replaced)


def renamed(rows: Sequence[GridCell], facts: Mapping[str, Facts]) -> Reshaped:
    """Return what becomes of the rows when some cells are called otherwise and nothing else."""
    changed = [(row, {"name": facts[row.key]["name"]}) for row in rows if row.key in facts]
    return Reshaped([], changed, [], {row.key: {"name": row.name} for row, _ in changed})


def handed_on(edit: Edit, rows: Sequence[GridCell], after: Cells, name: str) -> dict[str, Facts]:
    """Return what is known of the cells that an edit makes; `name` is what a drawn one is called."""
    by_key = {row.key: row for row in rows}
    match edit:
        case Merge():
            parts = [by_key[key] for key in edit.ids]
            return {edit.into: {number: _sum(parts, number) for number in _ADDED_UP}}
        case Split():
            new = [key for key in after.ids.tolist() if key not in by_key]
            whole = by_key.pop(edit.cell_id)
            taken = [row.name for row in by_key.values()]
            base = whole.name[: LONGEST - _ROOM_FOR_NUMBER]
            names = [different(f"{base} {n}", taken) for n in range(1, len(new) + 1)]
            return {key: _of_part(whole, part) for key, part in zip(new, names, strict=True)}
        case Carve():
            return {edit.cell_id: {"name": different(name, [row.name for row in rows])}}
    return {}


def different(name: str, others: Sequence[str]) -> str:
    """Return a name that no other cell has: with a number where it is taken."""
    return numbered([*others, name], range(len(others) + 1))[-1] if name in others else name


def facts_of(row: GridCell) -> Facts:
    """Return what is known of a cell beside its ground."""
    values = {name: getattr(row, name) for name in KEPT}
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in values.items()}


def _of_part(whole: GridCell, name: str) -> Facts:
    """A part keeps who looks after the whole; how many live in it nobody has counted."""
    facts = {key: None if key in _ADDED_UP else value for key, value in facts_of(whole).items()}
    return facts | {"name": name, "profiled_on": None}


def _sum(parts: Sequence[GridCell], number: str) -> int | None:
    """Add a number up; of parts of which one is not known, the whole is not known."""
    values = [getattr(part, number) for part in parts]
    return None if None in values else sum(values)


def _known(ground: dict[str, Any]) -> dict[str, Any]:
    """Leave out the counts of places that nobody brought in."""
    return {k: v for k, v in ground.items() if k not in COUNTED or v is not None}


def _of_json(facts: Facts) -> dict[str, Any]:
    day = facts.get("profiled_on")
    return facts | {"profiled_on": date.fromisoformat(day)} if day else dict(facts)
