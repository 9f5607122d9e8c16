"""What people may send about labels."""

from sqlmodel import Field, SQLModel

from gridcrm.core.forms import Ids
from gridcrm.labels.models import LabelSource


class NamesIn(SQLModel):
    """The names of a label in both languages."""

    model_config = {"extra": "forbid"}

    name_zh: str = Field(min_length=1, max_length=40)
    name_en: str = Field(min_length=1, max_length=60)


class LabelIn(NamesIn):
    """A new label; without a parent it is a theme."""

    parent_id: int | None = None


class OtherIn(SQLModel):
    """Another label: the new parent, the one to merge into, a related one."""

    model_config = {"extra": "forbid"}

    label_id: int


class AssignIn(SQLModel):
    """A label for one person, and how we know."""

    model_config = {"extra": "forbid"}

    label_id: int
    source: LabelSource


class BulkAssignIn(AssignIn):
    """A label for those picked in a list, or for the `whole` filter that `back` holds.

    The list's form serves other actions too; their fields are passed over.
    """

    model_config = {"extra": "ignore"}

    customer_id: Ids = Field(default=[], max_length=5000)
    whole: bool = False
    back: str = "/customers"


class CellLabelsIn(SQLModel):
    """The labels that a cell has by hand; none empties them."""

    model_config = {"extra": "forbid"}

    label_id: Ids = Field(default=[], max_length=8)
