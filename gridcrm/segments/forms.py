"""What people may send about segments."""

from typing import Any

from sqlmodel import Field, SQLModel

from gridcrm.core.forms import Ids


class SegmentIn(SQLModel):
    """A segment of the own branch; without an English name it has one name for both."""

    model_config = {"extra": "forbid"}

    name_zh: str = Field(min_length=1, max_length=80)
    name_en: str = Field(default="", max_length=80)
    note: str = Field(default="", max_length=400)
    label_id: Ids = Field(default=[], max_length=20)
    predicate: dict[str, Any]


class CountIn(SQLModel):
    """A question of how many fulfil a predicate, in the own branch or another visible one."""

    model_config = {"extra": "forbid"}

    branch: str | None = Field(default=None, max_length=32)
    predicate: dict[str, Any]
