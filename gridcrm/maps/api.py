"""The cells of a branch with one metric, for programs and for other map viewers."""

import asyncio
from dataclasses import replace
from datetime import datetime

import numpy as np
import shapely
from litestar import Controller, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.formats.geojson_text import SCREEN_DECIMALS, collection
from gridcrm.branches import queries as branches
from gridcrm.core.policy import PACKED, needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.maps import loading, queries
from gridcrm.maps.answer import Answer
from gridcrm.maps.forms import Days, MapIn
from gridcrm.maps.metrics import Metric
from gridcrm.maps.rules import blur_key


class MapApi(Controller):
    """The map's numbers."""

    path = "/branches"
    tags = ("map",)
    opt = needs(Right.MAP_VIEW)

    @get("/{code:str}/cells.geojson", opt=PACKED, media_type="application/geo+json")
    async def cells(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
        code: FromPath[str],
        metric: FromQuery[Metric] = Metric.CUSTOMERS,
        days: FromQuery[Days] = Days.QUARTER,
        label: FromQuery[str | None] = None,
        segment: FromQuery[int | None] = None,
    ) -> Response[bytes]:
        """Return the published cells as GeoJSON, each with its value, n, class and colour.

        `label` is a label's slug and `segment` a segment's number, for the metrics that need one.
        A hidden number is null.
        """
        branch = await branches.by_code(session, who, code)
        there = replace(who, branch_id=branch.id)
        on = await loading.ground(session, there, branch)
        given = MapIn(metric=metric, days=days, label=label, segment=segment)
        shown = await loading.answered(
            session, there, on, given, now, blur_key(who, settings.secret)
        )
        shapes = await queries.shapes(session, on.plan_id)
        return Response(await asyncio.to_thread(features, shown, shapes))


def features(shown: Answer, shapes: dict[int, bytes]) -> bytes:
    """Return the cells of an answer as GeoJSON; a feature's id is the cell's key."""
    rows = [
        {
            "name": line.cell.name,
            "metric": shown.definition.metric.value,
            "value": line.figure.value,
            "n": line.figure.n,
            "numerator": line.figure.numerator,
            "class": line.shade.name,
            "colour": None if line.shade.hatched else line.shade.colour,
        }
        for line in shown.lines
    ]
    drawn = np.array([shapes[line.cell.id] for line in shown.lines], dtype=object)
    keys = [line.cell.key for line in shown.lines]
    return collection(keys, rows, shapely.from_wkb(drawn), SCREEN_DECIMALS)
