"""Pages for grid plans: the list, drawing, and one plan with its cells."""

from datetime import datetime
from typing import Any

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, MultipartBody
from litestar.response import Redirect, Template
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.branches import queries as branches
from gridcrm.branches.features import READABLE
from gridcrm.branches.showing import datums
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import Form, parse, refused
from gridcrm.core.i18n import gettext, ngettext
from gridcrm.core.pages import go, page
from gridcrm.core.paging import PageNumber, page_of
from gridcrm.core.policy import needs
from gridcrm.core.uploads import optional_upload
from gridcrm.core.who import Right, Who
from gridcrm.grids import queries, rules, service, showing, specs
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import CellKind, CellStatus, GridKind, GridPlan, PlanState
from gridcrm.grids.queries import CellFilter

_ESTIMATE = "estimate"
_CELL_KINDS = set(CellKind)
_FIRST_CHOICE = {"kind": DraftKind.SQUARE.value}


class PlanPages(Controller):
    """Grid plans of the branch at hand."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_VIEW)

    @get()
    async def plans(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """List the plans, the newest version first."""
        plans = await queries.plans(session, who)
        return await page(
            request,
            "grids/list.html",
            plans=plans,
            stats=await showing.compared(session, who, [plan for plan, _, _ in plans]),
            may_list=who.may(Right.CUSTOMERS_LIST),
            state_name=showing.state_name,
            may_draw=who.may(Right.GRIDS_EDIT),
        )

    @get("/{plan_id:int}")
    async def plan(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        kind: FromQuery[str] = "",
        q: FromQuery[str] = "",
        lead: FromQuery[str] = "",
        number: PageNumber = 1,
    ) -> Template:
        """Show a plan: its drawing, its numbers and its cells."""
        found = await queries.plan(session, who, plan_id)
        chosen = CellKind(kind) if kind in _CELL_KINDS else None
        wanted = CellFilter(chosen, q.strip(), lead == "none")
        total = await queries.how_many_cells(session, plan_id, wanted)
        params = {"kind": kind, "q": q, "lead": lead}
        shown = page_of(number, total, f"/grids/{plan_id}", params)
        return await page(
            request,
            "grids/plan.html",
            plan=found,
            view=await showing.plan_view(session, who, found),
            rows=await queries.cell_page(session, plan_id, wanted, shown),
            pager=shown,
            wanted=wanted,
            names=await accounts.staff_names(session, who.here),
            staff=await accounts.staff(session, who.here),
            kinds={item.value: showing.kind_name(item) for item in CellKind},
            statuses={item.value: showing.status_name(item) for item in CellStatus},
            state=showing.state_name(found.state),
            most_cells_a_lead=rules.MOST_CELLS_A_LEAD,
            may_edit=who.may(Right.GRIDS_EDIT),
            is_draft=found.state is PlanState.DRAFT,
            is_retired=found.state is PlanState.RETIRED,
            person=who.user_id,
        )


class DrawingPages(Controller):
    """Drawing plans, and throwing drafts away."""

    path = "/grids"
    include_in_schema = False
    opt = needs(Right.GRIDS_EDIT)

    @get("/new")
    async def choose(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Ask how to divide the area."""
        return await _ask(request, session, who, Form(dict(_FIRST_CHOICE)))

    @get("/estimate")
    async def estimate(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
    ) -> Template:
        """Say about how many cells a choice would give, while it is being made."""
        try:
            form = parse(DraftIn, dict(request.query_params))
        except InvalidInput as error:
            return await page(request, "grids/_estimate.html", form=refused({}, error), found=None)
        branch = await branches.here(session, who)
        found = (await showing.estimates(session, branch, {form.kind: form}))[form.kind]
        return await page(request, "grids/_estimate.html", form=Form(), found=found)

    @post("/new")
    async def draw(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        now: NamedDependency[datetime],
        data: MultipartBody[dict[str, Any]],
    ) -> Response[Any]:
        """Draw a draft, or say how many cells it would have."""
        only_estimate = data.pop("step", "") == _ESTIMATE
        upload = await optional_upload(data)
        try:
            form = parse(DraftIn, data)
            if only_estimate:
                return await _ask(request, session, who, Form(dict(data)))
            given = await specs.brought(form, upload)
            plan = await service.draft(session, who, form, given, now)
        except InvalidInput as error:
            return await _ask(request, session, who, refused(data, error))
        return go(f"/grids/{plan.id}", gettext("The draft is drawn. Nothing counts yet."))

    @get("/{plan_id:int}/redraw")
    async def choose_again(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Template:
        """Ask how to divide the area anew in a draft."""
        plan = await queries.plan(session, who, plan_id)
        return await _ask(request, session, who, Form(_form_of(plan)), plan)

    @post("/{plan_id:int}/redraw")
    async def redraw(
        self,
        request: Request[Any, Any, Any],
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
        data: MultipartBody[dict[str, Any]],
    ) -> Response[Any]:
        """Draw a draft anew; its cells that stay the same keep what is known of them."""
        only_estimate = data.pop("step", "") == _ESTIMATE
        upload = await optional_upload(data)
        shown = Form(dict(data))
        try:
            form = parse(DraftIn, data)
            if not only_estimate:
                given = await specs.brought(form, upload)
                await service.redraw(session, who, plan_id, form, given)
                return go(f"/grids/{plan_id}", gettext("The draft is drawn anew."))
        except InvalidInput as error:
            shown = refused(data, error)
        plan = await queries.plan(session, who, plan_id)
        return await _ask(request, session, who, shown, plan)

    @post("/{plan_id:int}/delete")
    async def delete(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        plan_id: FromPath[int],
    ) -> Redirect:
        """Throw a draft away."""
        await service.delete_draft(session, who, plan_id)
        return go("/grids", gettext("The draft is gone."))


async def _ask(
    request: Request[Any, Any, Any],
    session: AsyncSession,
    who: Who,
    form: Form,
    plan: GridPlan | None = None,
) -> Template:
    branch = await branches.here(session, who)
    forms = {kind: _chosen(form, kind) for kind in DraftKind}
    found = await showing.estimates(session, branch, forms)
    chosen = form.values.get("kind")
    return await page(
        request,
        "grids/draw.html",
        status=form.status,
        form=form,
        plan=plan,
        cards=[(kind.value, *_card(kind, found[kind])) for kind in DraftKind],
        found=found[DraftKind(chosen)] if chosen in set(DraftKind) else None,
        datums=datums(),
        readable=READABLE,
    )


def _chosen(form: Form, kind: DraftKind) -> DraftIn:
    """Return what a form says of one kind, with the defaults where it says something wrong."""
    numbers = {name: form.values.get(name, "") for name in ("side_m", "edge_m", "resolution")}
    try:
        return parse(DraftIn, numbers | {"kind": kind})
    except InvalidInput:
        return DraftIn(kind=kind)


def _card(kind: DraftKind, found: showing.Estimate) -> tuple[str, str, str]:
    """Return the title, a line and the icon of a way to divide."""
    title, line, icon = {
        DraftKind.SQUARE: (gettext("Squares"), gettext("even, easy to read"), "grid-4x4"),
        DraftKind.HEXAGON: (gettext("Hexagons"), gettext("even distances all round"), "hexagons"),
        DraftKind.H3: (gettext("H3"), gettext("the same cells for every bank"), "hexagon-3d"),
        DraftKind.COMMUNITIES: (gettext("Communities"), gettext("your places"), "building-estate"),
        DraftKind.POLYGONS: (gettext("Own shapes"), gettext("from a map file"), "polygon"),
    }[kind]
    if found.cells is None:
        return title, line, icon
    about = ngettext("about {n} cell", "about {n} cells", found.cells)
    return title, f"{about.format(n=f'{found.cells:,}')} · {line}", icon


def _form_of(plan: GridPlan) -> dict[str, Any]:
    kinds = {GridKind.SQUARE: "square", GridKind.HEXAGON: "hexagon", GridKind.H3: "h3"}
    values = {"kind": kinds.get(plan.kind, "communities"), "name": plan.name, "note": plan.note}
    spec = plan.spec.get("base", plan.spec)
    size = spec.get("side_m")
    if size is not None:
        values["edge_m" if plan.kind is GridKind.HEXAGON else "side_m"] = f"{size:g}"
    return values | {k: v for k, v in spec.items() if k == "resolution"}
