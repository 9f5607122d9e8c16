"""What the map page shows around the map: the form, the highest cells, the table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.accounts import queries as accounts
from gridcrm.core.errors import NotFound
from gridcrm.core.forms import Form
from gridcrm.core.paging import Page, page_of
from gridcrm.core.who import Right, Who
from gridcrm.maps import loading, queries
from gridcrm.maps.answer import Answer, Line
from gridcrm.maps.choices import Choices, choices, completed
from gridcrm.maps.forms import MapIn, Sort, View, ViewIn
from gridcrm.maps.loading import Ground
from gridcrm.maps.metrics import Shown
from gridcrm.maps.rules import State, blur_key

HIGHEST = 8
ROWS = 200
_CHOSEN = {"metric", "days", "label", "segment", "shown", "classes"}
_NUMBERS = (Sort.VALUE, Sort.RAW, Sort.N)
_USUAL = {name: MapIn.model_fields[name].default for name in ("shown", "classes")}


@dataclass(frozen=True, slots=True)
class Screen:
    """The map page."""

    on: Ground
    answer: Answer
    offered: Choices
    given: ViewIn
    leads: dict[int, str]
    unplaced: int | None
    people: int | None

    @property
    def is_table(self) -> bool:
        """Return whether the table stands beside the map."""
        return self.given.view is View.TABLE

    @property
    def form(self) -> Form:
        """Return what is chosen, as the form's fields know it."""
        asked = self.given.model_dump(mode="json", include=_CHOSEN)
        return Form({name: "" if value is None else str(value) for name, value in asked.items()})

    def url(self, path: str = "/map", **changes: object) -> str:
        """Return an address with the same choices, but for the changes."""
        view: dict[str, object] = {"view": self.given.view.value} if self.is_table else {}
        params = self._choice | view | changes
        return f"{path}?{urlencode({k: v for k, v in params.items() if v not in ('', None)})}"

    @property
    def _choice(self) -> dict[str, object]:
        """Return what is chosen, without what is so anyway."""
        return {k: v for k, v in self.form.values.items() if _USUAL.get(k) != v}

    def cell_url(self, line: Line) -> str:
        """Return the address of a cell, with what the map makes of its figure."""
        path = f"/cells/{line.cell.id}"
        return path if self.shown is Shown.FIGURES else self.url(path, view="")

    @property
    def shown(self) -> Shown:
        """Return what is made of the figures."""
        return self.answer.question.shown

    def column_url(self, column: str) -> str:
        """Return the address that sorts by a column, the other way round if it does already."""
        down = not self.given.down if self.given.sort == column else column in _NUMBERS
        return self.url(sort=column, down=int(down))

    def order(self, column: str) -> str:
        """Return how a column is sorted, for assistive programs."""
        if self.given.sort != column:
            return ""
        return "descending" if self.given.down else "ascending"

    def lead(self, line: Line) -> str:
        """Return who looks after a cell, empty if nobody does."""
        return self.leads.get(line.cell.lead_id or 0, "")

    def highest(self) -> list[Line]:
        """Return the cells with the most, of those that have anything to show."""
        known = [line for line in self.answer.lines if line.seen.state is State.KNOWN]
        if self.shown is Shown.HOT_SPOTS:
            known = [line for line in known if line.standing and line.standing.spot.is_hot]
        return sorted(known, key=lambda line: -(line.rank or 0))[:HIGHEST]

    def largest(self) -> list[Line]:
        """Return the cells with the most people, of those with too few for a share."""
        few = [line for line in self.answer.lines if line.figure.state is State.FEW]
        return sorted(few, key=lambda line: -(line.figure.n or 0))[:HIGHEST]

    def page(self) -> Page:
        """Return which part of the table is shown."""
        order = {"view": "table", "sort": self.given.sort.value, "down": int(self.given.down)}
        params = self._choice | order
        return page_of(self.given.page, len(self.answer.lines), "/map", params, ROWS)

    def rows(self) -> list[Line]:
        """Return the cells of the part that is shown."""
        part = self.page()
        return self.ordered()[part.offset : part.offset + part.size]

    def ordered(self) -> list[Line]:
        """Return every cell in the chosen order; what shows no number comes last."""
        ordered = sorted(self.answer.lines, key=lambda line: line.cell.name)
        key = self._key()
        with_key = [line for line in ordered if key(line) is not None]
        without = [line for line in ordered if key(line) is None]
        with_key.sort(key=key, reverse=self.given.down)
        return with_key + without

    def _key(self) -> Callable[[Line], Any]:
        return {
            Sort.NAME: lambda line: line.cell.name,
            Sort.VALUE: lambda line: line.rank,
            Sort.RAW: lambda line: line.figure.value,
            Sort.N: lambda line: line.figure.n,
            Sort.LEAD: self.lead,
        }[self.given.sort]


async def load(
    session: AsyncSession, who: Who, asked: ViewIn, now: datetime, secret: str
) -> Screen | None:
    """Return the page, None where there is no branch or no published grid to draw."""
    if who.branch_id is None:
        return None
    try:
        on = await loading.ground(session, who)
    except NotFound:
        return None
    offered = await choices(session, who)
    given = completed(asked, offered)
    names = await accounts.staff_names(session, on.branch_id)
    may_list = who.may(Right.CUSTOMERS_LIST)
    return Screen(
        on=on,
        answer=await loading.answered(session, who, on, given, now, blur_key(who, secret)),
        offered=offered,
        given=given,
        leads=names,
        unplaced=await queries.unplaced(session, who) if may_list else None,
        people=await queries.people(session, who) if may_list else None,
    )
