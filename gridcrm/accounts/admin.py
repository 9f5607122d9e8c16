"""Pages for those who look after the installation: the hub, people, and the audit."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm import __version__
from gridcrm.accounts import queries, service, trail
from gridcrm.accounts.action_words import action_words, detail_words, thing_words
from gridcrm.accounts.forms import UserIn
from gridcrm.accounts.words import tokens_ended
from gridcrm.core.audit import first_broken
from gridcrm.core.db import Database, sqlite_version_is_safe
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Role, Who


class HubPages(Controller):
    """The way to everything that is set up rather than used daily."""

    include_in_schema = False
    opt = needs(Right.BRANCHES_VIEW)

    @get("/admin")
    async def hub(
        self,
        request: Request[Any, Any, Any],
        who: NamedDependency[Who],
        database: NamedDependency[Database],
    ) -> Template:
        """Show what this person may set up, and what runs here."""
        facts = await _facts(database) if who.may(Right.BRANCHES_EDIT) else []
        risky = database.is_sqlite and not sqlite_version_is_safe()
        return await page(
            request,
            "accounts/admin.html",
            facts=[(gettext("GridCRM"), __version__), *facts],
            one_process=bool(facts) and risky,
        )


class UserPages(Controller):
    """The people who may sign in."""

    path = "/admin/users"
    include_in_schema = False
    opt = needs(Right.USERS_MANAGE)

    @get()
    async def users(
        self, request: Request[Any, Any, Any], session: NamedDependency[AsyncSession]
    ) -> Template:
        """List everybody."""
        return await _users(request, session, Form())

    @post()
    async def add(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Template:
        """Open an account and show its first password once."""
        try:
            form = parse(UserIn, data)
            found = await queries.branch_id(session, form.branch_code or "")
            fields = form.model_dump(exclude={"branch_code"})
            user, password = await service.add_user(
                session, who, branch_id=found, now=now, **fields
            )
        except InvalidInput as error:
            return await _users(request, session, refused(data, error))
        return await _users(request, session, Form(), (user.username, password, ""))

    @post("/{user_id:int}/reset")
    async def reset(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        user_id: FromPath[int],
    ) -> Template:
        """Give an account a new password and show it once; its sessions and tokens end."""
        made = await service.reset_password(session, who, user_id, now)
        shown = (made.user.username, made.password, tokens_ended(made.tokens))
        return await _users(request, session, Form(), shown)

    @post("/{user_id:int}/close")
    async def close(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        user_id: FromPath[int],
    ) -> Redirect:
        """Close an account; it is signed out everywhere."""
        user = await service.set_active(session, who, user_id, now, active=False)
        words = gettext("{name} can no longer sign in.")
        return go("/admin/users", words.format(name=user.display_name))

    @post("/{user_id:int}/open")
    async def reopen(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        user_id: FromPath[int],
    ) -> Redirect:
        """Open a closed account again."""
        user = await service.set_active(session, who, user_id, now, active=True)
        return go("/admin/users", gettext("{name} can sign in.").format(name=user.display_name))


class AuditPages(Controller):
    """The record of what was done."""

    include_in_schema = False
    opt = needs(Right.AUDIT_VIEW)

    @get("/admin/audit")
    async def audit(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        database: NamedDependency[Database],
        action: FromQuery[str] = "",
        check: FromQuery[bool] = False,  # noqa: FBT002 - a query parameter
        number: PageNumber = 1,
    ) -> Template:
        """List the entries, newest first; the chain is checked when somebody asks."""
        total = await trail.how_many(session, who, action)
        shown = page_of(number, total, "/admin/audit", {"action": action})
        return await page(
            request,
            "accounts/audit.html",
            entries=await trail.entries(session, who, action, shown),
            pager=shown,
            action=action,
            actions=await trail.actions(session, who),
            action_words=action_words,
            thing_words=thing_words,
            detail_words=detail_words,
            checked=check,
            broken_at=await first_broken(session, database.audit_key) if check else None,
        )


async def _users(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    form: Form,
    made: tuple[str, str, str] | None = None,
) -> Template:
    return await page(
        request,
        "accounts/users.html",
        status=form.status,
        form=form,
        users=await queries.users(session),
        roles=[role.value for role in Role],
        made=made,
    )


async def _facts(database: Database) -> list[tuple[str, str]]:
    name = "SQLite" if database.is_sqlite else "PostgreSQL"
    return [(gettext("Database"), f"{name} {await database.version()}")]
