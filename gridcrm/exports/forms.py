"""What people send to take a list."""

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from gridcrm.exports.models import FileFormat, ListKind, Use
from gridcrm.exports.sources import Wanted


class TakeIn(SQLModel):
    """A list to take: of what, for what, with which columns, and as which file."""

    model_config = {"extra": "forbid"}

    kind: ListKind
    id: int | None = None
    query: str = Field(default="", max_length=2000)
    use: Use
    reason: str = Field(default="", max_length=200)
    columns: list[str] = []
    whole: bool = False
    format: FileFormat = FileFormat.XLSX

    @field_validator("columns", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value

    @property
    def wanted(self) -> Wanted:
        """Return which list is meant."""
        return Wanted(self.kind, self.id, self.query)
