"""The calendar feed: an address of one's own, for programs that cannot sign in."""

from datetime import datetime, timedelta

from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.middleware.rate_limit import RateLimitConfig
from litestar.params import FromPath
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.core import i18n
from gridcrm.core.errors import NotFound
from gridcrm.core.policy import PUBLIC
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right
from gridcrm.events import queries
from gridcrm.events.links import Link, Links

_LIMIT = RateLimitConfig(rate_limit=("minute", 60), store="feeds")
_BEFORE, _AHEAD = timedelta(days=60), timedelta(days=400)


class CalendarFeed(Controller):
    """The events of a person's branch, for as long as they work there."""

    path = "/calendar"
    include_in_schema = False
    opt = PUBLIC

    @get("/{token:str}", middleware=[_LIMIT.middleware])
    async def feed(
        self,
        session: NamedDependency[AsyncSession],
        now: NamedDependency[datetime],
        settings: NamedDependency[Settings],
        token: FromPath[str],
    ) -> Response[bytes]:
        """Return the feed; an unknown address and a closed account are not found."""
        read = Links(settings.secret, settings.base_url).read(token.removesuffix(".ics"))
        who = await accounts.active(session, read[1]) if read else None
        if read is None or read[0] is not Link.CALENDAR or who is None or who.branch_id is None:
            raise NotFound
        if not who.may(Right.EVENTS_VIEW):
            raise NotFound
        i18n.use(who.language)
        branch = await branches.here(session, who)
        events = await queries.between(session, who, now - _BEFORE, now + _AHEAD)
        rooms = {room.id or 0: room.name for room in await queries.venues(session, who)}
        from gridcrm.events import feed  # here, because icalendar is slow to load

        content = feed.calendar(branch, events, rooms, settings.base_url)
        return Response(content, media_type="text/calendar; charset=utf-8")
