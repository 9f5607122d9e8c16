"""The people of the tests: two branches, one person of each role in the first.

Jingkai is branch A; Nanhu is branch B. Everybody's password is the same; signing in through the
form is tested once, elsewhere a session is started directly.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.accounts.models import ApiToken, User, UserSession
from gridcrm.accounts.queries import as_who
from gridcrm.accounts.secrets import hash_password, token_hash
from gridcrm.branches.models import Branch
from gridcrm.core.db import Database
from gridcrm.core.i18n import Language
from gridcrm.core.who import ALL_BRANCHES, Role, Who

PASSWORD = "correct-horse-battery"
_HASH = hash_password(PASSWORD)

NAMES = {
    Role.GRID_OFFICER: "zhou",
    Role.LOBBY_MANAGER: "lin",
    Role.GRID_LEAD: "wang",
    Role.BRANCH_MANAGER: "hang",
    Role.MARKETING: "mei",
    Role.COMPLIANCE: "he",
    Role.INSPECTOR: "xun",
    Role.HEAD_OFFICE: "fen",
    Role.ADMIN: "guan",
}


@dataclass
class Cast:
    """Who plays in a test: `cast.zhou` is a Who, `cast.sign_in(browser, "zhou")` seats them."""

    database: Database | None
    a: Branch
    b: Branch
    people: dict[str, Who] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Who:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None


async def hire(session: AsyncSession, now: datetime) -> Cast:
    """Make both branches and everybody in them."""
    a = _branch("A001", "经开支行", 125.4700, 43.7800, now)
    b = _branch("B001", "南湖支行", 125.3000, 43.8600, now)
    session.add_all([a, b])
    await session.flush()
    cast = Cast(database=None, a=a, b=b)
    for role, name in NAMES.items():
        cast.people[name] = await _person(session, name, role, a, now)
    cast.people["bo"] = await _person(session, "bo", Role.BRANCH_MANAGER, b, now)
    cast.people["ming"] = await _person(session, "ming", Role.GRID_OFFICER, a, now)
    return cast


async def seat(database: Database, client: httpx.AsyncClient, who: Who, now: datetime) -> None:
    """Sign a person in without the form."""
    secret = f"session-of-{who.user_id}"
    async with database.transaction() as session:
        if await session.get(UserSession, token_hash(secret)) is None:
            session.add(
                UserSession(
                    token_hash=token_hash(secret),
                    user_id=who.user_id,
                    branch_id=who.branch_id if who.all_branches else None,
                    created_at=now,
                    last_seen_at=now,
                    expires_at=now + timedelta(hours=12),
                )
            )
    client.cookies.set("gridcrm_session", secret)


async def give_token(database: Database, who: Who, now: datetime) -> dict[str, str]:
    """Return the headers of a program that acts for a person."""
    secret = f"grid_token-of-{who.user_id}"
    async with database.transaction() as session:
        session.add(
            ApiToken(
                user_id=who.user_id,
                name="test",
                token_hash=token_hash(secret),
                created_at=now,
                expires_at=now + timedelta(days=1),
            )
        )
    return {"authorization": f"Bearer {secret}"}


def _branch(code: str, name: str, lon: float, lat: float, now: datetime) -> Branch:
    return Branch(
        code=code,
        name=name,
        entered_lon=lon,
        entered_lat=lat,
        entered_datum=Datum.WGS84,
        lon=lon,
        lat=lat,
        created_at=now,
    )


async def _person(
    session: AsyncSession, name: str, role: Role, branch: Branch, now: datetime
) -> Who:
    everywhere = role in ALL_BRANCHES
    user = User(
        username=name,
        display_name=name.capitalize(),
        password_hash=_HASH,
        role=role,
        branch_id=None if everywhere else branch.id,
        language=Language.EN,
        created_at=now,
    )
    session.add(user)
    await session.flush()
    return as_who(user, branch.id if everywhere else None)
