"""The catchment of the branch: its settings, how it stands, and whom it holds."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Template
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.huff import DECAY, LEAST_M
from geo.streets import OFF_STREET_M
from geo.walking import MINUTES, SPEED_M_PER_MIN
from gridcrm.branches import queries as branches
from gridcrm.branches.models import PlaceKind
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, page
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.customers import catchment, reaching
from gridcrm.customers.forms import CatchmentIn
from gridcrm.customers.models import Catchment
from gridcrm.grids import queries as grids

AnyRequest = Request[Any, Any, Any]
_HERE = "/catchment"
_RIVAL = "attractions."
_NEW = {
    "rings_m": ", ".join(f"{metres:g}" for metres in catchment.RINGS_M),
    "minutes": ", ".join(f"{minutes:g}" for minutes in MINUTES),
    "speed_m_per_min": f"{SPEED_M_PER_MIN:g}",
    "decay": f"{DECAY:g}",
    "attraction": "1",
}


class CatchmentPages(Controller):
    """How far the branch reaches."""

    path = _HERE
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @get()
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Show whom the rings and walks hold, and what they are worked out with."""
        found = await reaching.of_branch(session, who.here)
        return await _page(request, session, who, Form(_stored(found) if found else dict(_NEW)))

    @post()
    async def work_out(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Keep the settings and work everything out; the ways are found before it is written."""
        try:
            form = parse(CatchmentIn, _nested(data))
        except InvalidInput as error:
            return await _page(request, session, who, refused(data, error))
        async with database.read() as reading:
            branch = await branches.here(reading, who)
            ways = await reaching.known(reading, branch, form)
        changed = await catchment.work_out(session, who, form, ways, now)
        done = ngettext(
            "Worked out; {n} customer has new numbers.",
            "Worked out; {n} customers have new numbers.",
            changed,
        )
        said = gettext("Worked out; nobody's numbers changed.") if not changed else done
        return go(_HERE, said.format(n=f"{changed:,}"))


async def _page(request: AnyRequest, session: AsyncSession, who: Who, form: Form) -> Template:
    branch = await branches.here(session, who)
    stands = await catchment.standing(session, branch)
    rings, walks = (
        await catchment.bands(session, who, branch, stands.catchment) if stands else ([], [])
    )
    return await page(
        request,
        "customers/catchment.html",
        status=form.status,
        form=form,
        stands=stands,
        rings=rings,
        walks=walks,
        rivals=await reaching.rivals(session, branch),
        has_streets=PlaceKind.ROAD in await branches.kind_counts(session, who),
        has_grid=await grids.published(session, who.here) is not None,
        near_m=reaching.RIVALS_WITHIN_M,
        least_m=LEAST_M,
        off_street_m=OFF_STREET_M,
    )


def _stored(found: Catchment) -> dict[str, Any]:
    """Return the settings as they are typed."""
    numbers = {name: getattr(found, name) for name in ("speed_m_per_min", "decay", "attraction")}
    limits = {"rings_m": found.rings_m, "minutes": found.minutes}
    return (
        {name: _plain(value) for name, value in numbers.items()}
        | {name: ", ".join(map(_plain, value)) for name, value in limits.items()}
        | {f"{_RIVAL}{place}": _plain(pull) for place, pull in found.attractions.items()}
    )


def _plain(value: float) -> str:
    """Return a number as somebody typed it, none of its digits lost."""
    return f"{value:.15g}"


def _nested(data: dict[str, Any]) -> dict[str, Any]:
    """Return what was typed, with the attractions of competitors by their place's number."""
    pulls = {
        key.removeprefix(_RIVAL): value
        for key, value in data.items()
        if key.startswith(_RIVAL) and value != ""
    }
    return {k: v for k, v in data.items() if not k.startswith(_RIVAL)} | {"attractions": pulls}
