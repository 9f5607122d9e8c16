"""Pages for signing in and out, and for one's own password and tokens."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries, service
from gridcrm.accounts.forms import PasswordIn, SignInIn, TokenIn
from gridcrm.accounts.middleware import COOKIE, LANGUAGE_COOKIE
from gridcrm.accounts.words import tokens_ended
from gridcrm.core.errors import InvalidInput, RuleBroken
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import Language, gettext, say
from gridcrm.core.pages import go, local_path, page
from gridcrm.core.policy import PUBLIC, needs
from gridcrm.core.settings import Settings
from gridcrm.core.transaction import keep_on_refusal
from gridcrm.core.who import Right, Who

_SIGN_IN_LIMIT = RateLimitConfig(rate_limit=("minute", 60))
_YEAR_S = 365 * 24 * 3600


class SignInPages(Controller):
    """Signing in, for somebody unknown."""

    include_in_schema = False
    opt = PUBLIC

    @get("/sign-in")
    async def form(self, request: Request[Any, Any, Any], next: FromQuery[str] = "/") -> Template:  # noqa: A002
        """Show the form."""
        return await page(request, "accounts/sign_in.html", form=Form({"next": local_path(next)}))

    @post("/sign-in", middleware=[_SIGN_IN_LIMIT.middleware])
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Start a session, or say that it did not work; both leave a trace."""
        keep_on_refusal(request.scope)
        address = request.client.host if request.client else ""
        try:
            form = parse(SignInIn, data)
            _, secret = await service.sign_in(session, form.username, form.password, address, now)
        except (InvalidInput, RuleBroken) as error:
            typed = {"username": data.get("username", ""), "next": local_path(data.get("next"))}
            back = Form(typed, {"form": [say(error)]})
            return await page(request, "accounts/sign_in.html", status=422, form=back)
        answer = go(local_path(data.get("next")))
        answer.cookies.append(_session_cookie(secret, settings))
        return answer

    @post("/language")
    async def language(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Choose a language, with or without an account."""
        chosen = Language.EN if data.get("language") == Language.EN else Language.ZH
        if request.user:
            await service.choose_language(session, request.user, chosen)
        answer = go(local_path(data.get("next")))
        answer.cookies.append(
            Cookie(key=LANGUAGE_COOKIE, value=chosen, path="/", max_age=_YEAR_S, samesite="lax")
        )
        return answer


class OwnPages(Controller):
    """One's own session, password and tokens."""

    include_in_schema = False
    opt = needs(Right.HOME)

    @post("/sign-out")
    async def sign_out(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Redirect:
        """End this browser's session."""
        await service.sign_out(session, who, request.cookies.get(COOKIE, ""))
        answer = go("/sign-in")
        answer.cookies.append(Cookie(key=COOKIE, path="/", max_age=0))
        return answer

    @get("/me")
    async def me(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Show one's account: password and API tokens."""
        return await _me(request, session, who, Form())

    @post("/me/password")
    async def password(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Change one's password; every session and every token ends."""
        try:
            form = parse(PasswordIn, data)
            ended = await service.change_password(
                session, who, form.old_password, form.new_password, now
            )
        except InvalidInput as error:
            return await _me(request, session, who, refused({}, error))
        said = [gettext("Your password is changed. Please sign in again."), tokens_ended(ended)]
        return go("/sign-in", " ".join(filter(None, said)))

    @post("/me/tokens")
    async def add_token(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Template:
        """Make an API token and show its secret once."""
        try:
            name = parse(TokenIn, data).name
        except InvalidInput as error:
            return await _me(request, session, who, refused(data, error))
        secret = await service.add_token(session, who, who.user_id, name, now)
        return await _me(request, session, who, Form(), secret)

    @post("/me/tokens/{token_id:int}/revoke")
    async def revoke_token(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        token_id: FromPath[int],
    ) -> Redirect:
        """End one of one's tokens."""
        await service.revoke_token(session, who, token_id, now)
        return go("/me", gettext("The token is revoked."))


async def _me(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    who: Who,
    form: Form,
    secret: str = "",
) -> Template:
    tokens = await queries.tokens(session, who.user_id)
    return await page(
        request, "accounts/me.html", status=form.status, form=form, tokens=tokens, secret=secret
    )


def _session_cookie(secret: str, settings: Settings) -> Cookie:
    return Cookie(
        key=COOKIE,
        value=secret,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.cookie_secure,
    )
