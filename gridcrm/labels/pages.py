"""Pages for the tree of labels."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext
from gridcrm.core.pages import go, page, wants_fragment
from gridcrm.core.policy import needs
from gridcrm.core.who import Right, Who
from gridcrm.labels import queries, showing, taxonomy, words
from gridcrm.labels.forms import LabelIn, NamesIn, OtherIn

AnyRequest = Request[Any, Any, Any]


class LabelPages(Controller):
    """The labels and who carries them."""

    path = "/labels"
    include_in_schema = False
    opt = needs(Right.LABELS_VIEW)

    @get()
    async def index(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        q: FromQuery[str] = "",
        retired: FromQuery[str] = "",
    ) -> Template:
        """Show the tree with how many people carry each label."""
        name = "labels/_tree.html" if wants_fragment(request) else "labels/list.html"
        view = await showing.tree_view(session, who, now, q.strip(), retired=bool(retired))
        return await page(request, name, **view)

    @get("/{label_id:int}")
    async def show(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        label_id: FromPath[int],
    ) -> Template:
        """Show one label: its people, what lies close, what uses it."""
        return await _detail(request, session, who, now, label_id)


class TaxonomyPages(Controller):
    """Changing the tree."""

    path = "/labels"
    include_in_schema = False
    opt = needs(Right.LABELS_MANAGE)

    @get("/new")
    async def form(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        parent: FromQuery[int | None] = None,
    ) -> Template:
        """Show the form for a new label."""
        return await _new(request, session, Form({"parent_id": parent}))

    @post("/new")
    async def add(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Add a label."""
        try:
            label = await taxonomy.add(session, who, parse(LabelIn, data))
        except InvalidInput as error:
            return await _new(request, session, refused(data, error))
        return go(f"/labels/{label.id}", _said(gettext("{label} is added."), words.name(label)))

    @post("/{label_id:int}/rename")
    async def rename(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        label_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Give a label other names."""
        try:
            label = await taxonomy.rename(session, who, label_id, parse(NamesIn, data))
        except InvalidInput as error:
            forms = {"names": refused(data, error)}
            return await _detail(request, session, who, now, label_id, forms)
        return go(
            f"/labels/{label_id}", _said(gettext("It is called {label} now."), words.name(label))
        )

    @post("/{label_id:int}/move")
    async def move(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        label_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Hang a label elsewhere."""
        try:
            await taxonomy.move(session, who, label_id, parse(OtherIn, data).label_id)
        except InvalidInput as error:
            forms = {"move": refused(data, error)}
            return await _detail(request, session, who, now, label_id, forms)
        return go(f"/labels/{label_id}", gettext("Moved; what referred to it still does."))

    @post("/{label_id:int}/merge")
    async def merge(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        label_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Merge a label into another one."""
        try:
            target = await taxonomy.merge(session, who, label_id, parse(OtherIn, data).label_id)
        except InvalidInput as error:
            forms = {"merge": refused(data, error)}
            return await _detail(request, session, who, now, label_id, forms)
        return go(f"/labels/{target.id}", gettext("Merged; everybody kept their label."))

    @post("/{label_id:int}/relate")
    async def relate(
        self,
        request: AnyRequest,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        label_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Response[Any]:
        """Say that two labels lie close to each other."""
        try:
            await taxonomy.relate(session, who, label_id, parse(OtherIn, data).label_id)
        except InvalidInput as error:
            forms = {"relate": refused(data, error)}
            return await _detail(request, session, who, now, label_id, forms)
        return go(f"/labels/{label_id}")

    @post("/{label_id:int}/unrelate")
    async def unrelate(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        label_id: FromPath[int],
        data: URLEncodedBody[dict[str, Any]],
    ) -> Redirect:
        """Say that two labels are not close."""
        await taxonomy.unrelate(session, who, label_id, parse(OtherIn, data).label_id)
        return go(f"/labels/{label_id}")

    @post("/{label_id:int}/retire")
    async def retire(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        label_id: FromPath[int],
    ) -> Redirect:
        """Take a label out of use."""
        label = await taxonomy.retire(session, who, label_id)
        return go(f"/labels/{label_id}", _said(gettext("{label} is retired."), words.name(label)))

    @post("/{label_id:int}/reinstate")
    async def reinstate(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        label_id: FromPath[int],
    ) -> Redirect:
        """Take a label into use again."""
        label = await taxonomy.reinstate(session, who, label_id)
        return go(
            f"/labels/{label_id}", _said(gettext("{label} is in use again."), words.name(label))
        )


async def _detail(
    request: AnyRequest,
    session: AsyncSession,
    who: Who,
    now: datetime,
    label_id: int,
    forms: dict[str, Form] | None = None,
) -> Template:
    view = await showing.label_view(session, who, now, label_id)
    status = 422 if forms else 200
    return await page(request, "labels/detail.html", status=status, forms=forms or {}, **view)


async def _new(request: AnyRequest, session: AsyncSession, form: Form) -> Template:
    parents = showing.parent_options(await queries.tree(session))
    return await page(request, "labels/new.html", status=form.status, form=form, parents=parents)


def _said(text: str, label: str) -> str:
    return text.format(label=label)
