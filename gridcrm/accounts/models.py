"""People who sign in, their sessions and their API tokens."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from gridcrm.core.i18n import Language
from gridcrm.core.tables import choice
from gridcrm.core.who import Role


class User(SQLModel, table=True):
    """A member of staff; `branch_id` is empty for those who serve all branches."""

    __tablename__ = "user_account"

    id: int | None = Field(default=None, primary_key=True)
    username: str = Field(max_length=64, unique=True)
    display_name: str = Field(max_length=64)
    password_hash: str = Field(max_length=200)
    role: Role = Field(sa_type=choice(Role))
    branch_id: int | None = Field(default=None, foreign_key="branch.id", index=True)
    language: Language = Field(default=Language.ZH, sa_type=choice(Language))
    active: bool = True
    failed_count: int = 0
    locked_until: datetime | None = None
    created_at: datetime


class UserSession(SQLModel, table=True):
    """A sign-in in one browser; only the hash of its secret is kept."""

    __tablename__ = "user_session"

    token_hash: str = Field(primary_key=True, max_length=64)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    branch_id: int | None = Field(default=None, foreign_key="branch.id")
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str = Field(default="", max_length=64)


class ApiToken(SQLModel, table=True):
    """A bearer token for programs; only the hash of its secret is kept."""

    __tablename__ = "api_token"

    id: int | None = Field(default=None, primary_key=True)
    user_id: int = Field(foreign_key="user_account.id", index=True)
    name: str = Field(max_length=64)
    token_hash: str = Field(max_length=64, unique=True)
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
