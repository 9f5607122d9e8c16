"""The cells of a branch with one metric, for programs and for other map viewers."""

import asyncio
from dataclasses import replace
from datetime import datetime

import numpy as np
import shapely
from litestar import Controller, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, FromQuery
from sqlmodel.ext.asyncio.session import AsyncSession

from geo.classify import Method
from geo.formats.geojson_text import SCREEN_DECIMALS, collection
from gridcrm.branches import queries as branches
from gridcrm.core.policy import PACKED, needs
from gridcrm.core.settings import Settings
from gridcrm.core.who import Right, Who
from gridcrm.maps import loading, queries
from gridcrm.maps.answer import Answer, Line
from gridcrm.maps.forms import Days, MapIn
from gridcrm.maps.metrics import Metric, Shown
from gridcrm.maps.rules import blur_key


def _asked(
    metric: FromQuery[Metric] = Metric.CUSTOMERS,
    days: FromQuery[Days] = Days.QUARTER,
    label: FromQuery[str | None] = None,
    segment: FromQuery[int | None] = None,
    shown: FromQuery[Shown] = Shown.FIGURES,
    classes: FromQuery[Method] = Method.QUANTILE,
) -> MapIn:
    return MapIn(
        metric=metric, days=days, label=label, segment=segment, shown=shown, classes=classes
    )


_NEEDED = {"given": Provide(_asked, sync_to_thread=False)}


class MapApi(Controller):
    """The map's numbers."""

    path = "/branches"
    tags = ("map",)
    opt = needs(Right.MAP_VIEW)
    dependencies = _NEEDED

    @get("/{code:str}/cells.geojson", opt=PACKED, media_type="application/geo+json")
    async def cells(
        self,
        session: NamedDependency[AsyncSession],
        who: NamedDependency[Who],
        settings: NamedDependency[Settings],
        now: NamedDependency[datetime],
        code: FromPath[str],
        given: NamedDependency[MapIn],
    ) -> Response[bytes]:
        """Return the published cells as GeoJSON, each with its value, n, class and colour.

        `label` is a label's slug and `segment` a segment's number, for the metrics that need one.
        `shown=smoothed` draws shares of few people towards the branch's (`smoothed`),
        `shown=hot_spots` names cells that are high or low together with their neighbours (`class`,
        `z` of Gi*). A hidden number is null.
        """
        branch = await branches.by_code(session, who, code)
        there = replace(who, branch_id=branch.id)
        on = await loading.ground(session, there, branch)
        found = await loading.answered(
            session, there, on, given, now, blur_key(who, settings.secret)
        )
        shapes = await queries.shapes(session, on.plan_id)
        return Response(await asyncio.to_thread(features, found, shapes))


def features(shown: Answer, shapes: dict[int, bytes]) -> bytes:
    """Return the cells of an answer as GeoJSON; a feature's id is the cell's key."""
    rows = [
        {
            "name": line.cell.name,
            "metric": shown.definition.metric.value,
            "value": line.figure.value,
            "n": line.figure.n,
            "numerator": line.figure.numerator,
            **_made(line, shown.question.shown),
            "class": line.shade.name,
            "colour": None if line.shade.hatched else line.shade.colour,
        }
        for line in shown.lines
    ]
    drawn = np.array([shapes[line.cell.id] for line in shown.lines], dtype=object)
    keys = [line.cell.key for line in shown.lines]
    return collection(keys, rows, shapely.from_wkb(drawn), SCREEN_DECIMALS)


def _made(line: Line, shown: Shown) -> dict[str, float | None]:
    """Return what was made of the value, where something was."""
    if shown is Shown.SMOOTHED:
        return {"smoothed": line.seen.value}
    if shown is Shown.HOT_SPOTS:
        return {"z": line.standing.z if line.standing else None}
    return {}
