"""The steps in which a draft is shaped: their names, and what each of them replaced. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from geo.tessellate.edits import Carve, Edit, Merge, Split, edit_from_dict
from gridcrm.core.i18n import gettext
from gridcrm.grids.models import GridCell
from gridcrm.grids.reshaping import Facts


class StepKind(StrEnum):
    """The ways to shape a draft: a name is changed as the ground is, but by no edit of it."""

    MERGE = "merge"
    SPLIT = "split"
    BORDER = "transfer"
    DRAW = "carve"
    RENAME = "rename"


@dataclass(frozen=True)
class Step:
    """One step: what it is about, what it replaced and, when taken back, how to make it again."""

    kind: StepKind
    about: str
    facts: dict[str, Facts]
    edit: dict[str, Any] | None = None

    @property
    def words(self) -> str:
        """Return what the step does, as a button says it."""
        return {
            StepKind.MERGE: gettext("merge {about} cells"),
            StepKind.SPLIT: gettext("split {about}"),
            StepKind.BORDER: gettext("move the border of {about}"),
            StepKind.DRAW: gettext("new cell {about}"),
            StepKind.RENAME: gettext("rename {about}"),
        }[self.kind].format(about=self.about)

    @property
    def moves_ground(self) -> bool:
        """Return whether the shapes of cells change."""
        return self.kind is not StepKind.RENAME

    def to_make_again(self) -> Edit:
        """Return the edit of a step that was taken back."""
        return edit_from_dict(self.edit or {})

    def turned(self, facts: dict[str, Facts], edit: Edit | None) -> "Step":
        """Return the step after it was taken back, or made again: then without its edit."""
        return replace(self, facts=facts, edit=edit.to_dict() if edit else None)

    def to_dict(self) -> dict[str, Any]:
        """Return the step as JSON values."""
        return asdict(self)


def last_step(stored: Sequence[dict[str, Any]]) -> Step | None:
    """Return the last one of some stored steps."""
    return Step(**stored[-1] | {"kind": StepKind(stored[-1]["kind"])}) if stored else None


def step_of(
    edit: Edit, rows: Sequence[GridCell], known: Mapping[str, Facts], facts: dict[str, Facts]
) -> Step:
    """Return the step that an edit of the ground is; `known` is what the new cells are given."""
    names = {row.key: row.name for row in rows}
    match edit:
        case Merge():
            about = str(len(edit.ids))
        case Split():
            about = names[edit.cell_id]
        case Carve():
            about = known[edit.cell_id]["name"]
        case _:
            about = names[edit.source]
    return Step(StepKind(edit.kind.value), about, facts)
