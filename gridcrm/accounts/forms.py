"""What people may send about accounts."""

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from gridcrm.accounts.rules import SHORTEST_PASSWORD
from gridcrm.core.i18n import Language
from gridcrm.core.who import Role


class UserIn(SQLModel):
    """A new account."""

    model_config = {"extra": "forbid"}

    username: str = Field(
        min_length=2, max_length=64, schema_extra={"pattern": r"^[A-Za-z0-9._-]+$"}
    )
    display_name: str = Field(min_length=1, max_length=64)
    role: Role
    branch_code: str | None = None
    language: Language = Language.ZH

    @field_validator("branch_code", mode="before")
    @classmethod
    def _empty_means_none(cls, value: str | None) -> str | None:
        return value or None


class PasswordIn(SQLModel):
    """A change of one's own password."""

    model_config = {"extra": "forbid"}

    old_password: str = Field(max_length=200)
    new_password: str = Field(min_length=SHORTEST_PASSWORD, max_length=200)


class SignInIn(SQLModel):
    """A sign-in."""

    model_config = {"extra": "ignore"}

    username: str = Field(min_length=1, max_length=64)
    password: str = Field(min_length=1, max_length=200)


class TokenIn(SQLModel):
    """A new API token."""

    model_config = {"extra": "forbid"}

    name: str = Field(min_length=1, max_length=64)
