"""Pages for the places around the branch: the list, and files of places."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.branches import datum_shown, places, queries
from gridcrm.branches.features import READABLE
from gridcrm.branches.forms import DatumIn, PlacesIn
from gridcrm.branches.models import PlaceImport, PlaceImportState, PlaceKind
from gridcrm.branches.showing import datum_name, datums, kind_name
from gridcrm.core.db import Database
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.uploads import needed_upload
from gridcrm.core.who import Right, Who

_KINDS = set(PlaceKind)
_NEW = {"datum": Datum.WGS84.value}


class PlacePages(Controller):
    """Places, and where they come from."""

    path = "/admin/places"
    include_in_schema = False
    opt = needs(Right.PLACES_IMPORT)

    @get()
    async def places(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        kind: FromQuery[str] = "",
        q: FromQuery[str] = "",
        number: PageNumber = 1,
    ) -> Template:
        """List the places, of one kind or all."""
        chosen = PlaceKind(kind) if kind in _KINDS else None
        counts = await queries.kind_counts(session, who)
        found = queries.listed(who, chosen, q.strip())
        total = await queries.how_many(session, found)
        shown = page_of(number, total, "/admin/places", {"kind": kind, "q": q})
        return await page(
            request,
            "branches/places.html",
            rows=await queries.part(session, found, shown),
            pager=shown,
            counts=counts,
            total=sum(counts.values()),
            kind=chosen,
            kinds=_kind_words(),
            q=q,
            imports=await queries.place_imports(session, who),
        )

    @get("/new")
    async def choose_file(self, request: Request[Any, Any, Any]) -> Template:
        """Ask for a file and what it holds."""
        return await _ask(request, Form(dict(_NEW)))

    @post("/new")
    async def check(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: MultipartBody[dict[str, Any]],
    ) -> Response[Any]:
        """Check a file; nothing is written but the check."""
        try:
            upload = await needed_upload(data)
            form = parse(PlacesIn, data)
            async with database.read() as reading:
                checked = await places.examine(reading, who, upload, form)
            kept = await places.check(session, who, upload, form, checked, now)
        except InvalidInput as error:
            return await _ask(request, refused(data, error))
        return go(f"/admin/places/imports/{kept.id}")

    @get("/imports/{place_import_id:int}")
    async def preview(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        place_import_id: FromPath[int],
        number: PageNumber = 1,
    ) -> Template:
        """Show what a file would change, or did, and every feature that was refused."""
        kept = await queries.place_import(session, who, place_import_id)
        bad = kept.report["bad"]
        shown = page_of(number, len(bad), f"/admin/places/imports/{kept.id}", {})
        return await page(
            request,
            "branches/place_import.html",
            kept=kept,
            waiting=kept.state is PlaceImportState.CHECKED,
            kinds=_kind_words(),
            datum=datum_name(kept.datum),
            bad=bad[shown.offset : shown.offset + shown.size],
            remarks=_remarks(kept),
            doubts=datum_shown.shown(kept.report),
            pager=shown,
        )

    @post("/imports/{place_import_id:int}/datum")
    async def answer(
        self,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        place_import_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Check the file again in the datum that somebody says it is in."""
        async with database.read() as reading:
            await queries.place_import(reading, who, place_import_id)
            form = parse(DatumIn, data)
            checked = await places.examine_in(reading, who, place_import_id, form.datum)
        await places.answer(session, who, place_import_id, form, checked)
        return go(f"/admin/places/imports/{place_import_id}")

    @post("/imports/{place_import_id:int}/commit")
    async def commit(
        self,
        session: NamedDependency[AsyncSession],
        database: NamedDependency[Database],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        place_import_id: FromPath[int],
    ) -> Redirect:
        """Write the places of a checked file, which is read before the turn to write is taken."""
        async with database.read() as reading:
            checked = await places.examine_kept(reading, who, place_import_id)
        kept = await places.commit(session, who, place_import_id, checked, now)
        if kept.state is not PlaceImportState.COMMITTED:
            words = gettext("Say first in which datum the positions are.")
            return go(f"/admin/places/imports/{place_import_id}", words, "warn")
        n = kept.report["new"] + kept.report["changed"]
        words = ngettext("{n} place is brought in.", "{n} places are brought in.", n)
        return go("/admin/places", words.format(n=f"{n:,}"))

    @post("/imports/{place_import_id:int}/delete")
    async def take_back(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        place_import_id: FromPath[int],
    ) -> Redirect:
        """Remove a file and the places it added."""
        n = await places.take_back(session, who, place_import_id)
        words = ngettext("{n} place is removed.", "{n} places are removed.", n)
        return go(
            "/admin/places", words.format(n=f"{n:,}") if n else gettext("The file is removed.")
        )


async def _ask(request: Request[Any, Any, Any], form: Form) -> Template:
    return await page(
        request,
        "branches/place_file.html",
        status=form.status,
        form=form,
        readable=READABLE,
        kinds=_kind_words(),
        datums=datums(),
    )


def _remarks(kept: PlaceImport) -> list[str]:
    """Return what there is to say of a file; one of an earlier release has nothing."""
    said = [gettext(words).format(**params) for words, params in kept.report.get("remarks", [])]
    passed = kept.report.get("passed_over", 0)
    words = ngettext(
        "{n} object of OpenStreetMap is no place for a branch and stays out.",
        "{n} objects of OpenStreetMap are no places for a branch and stay out.",
        passed,
    )
    return [*said, words.format(n=f"{passed:,}")] if passed else said


def _kind_words() -> dict[str, str]:
    return {kind.value: kind_name(kind) for kind in PlaceKind}
