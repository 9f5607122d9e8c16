"""A map as one file, from the terminal."""

import asyncio
from argparse import ArgumentParser, Namespace
from importlib.resources import files
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from geo.classify import Method
from gridcrm.branches.acting import acting_in
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.who import Right
from gridcrm.grids import queries as grids
from gridcrm.maps import drawing, loading, queries
from gridcrm.maps.forms import Days, MapIn
from gridcrm.maps.metrics import Metric, Shown
from gridcrm.maps.places import KINDS
from gridcrm.maps.rules import blur_key, sharing_key


async def _map(terminal: Terminal, given: Namespace) -> Result:
    async with terminal.database.read() as session:
        html, cells = await _drawn(session, terminal, given)
    path = Path(given.out)
    await asyncio.to_thread(path.write_text, html, encoding="utf-8")
    return {"file": str(path), "metric": given.metric, "cells": cells, "bytes": len(html.encode())}


async def _drawn(session: AsyncSession, terminal: Terminal, given: Namespace) -> tuple[str, int]:
    branch, who = await acting_in(session, given, Right.MAP_VIEW)
    on = await loading.ground(session, who, branch)
    wanted = MapIn(
        metric=Metric(given.metric),
        days=given.days,
        label=given.label,
        segment=given.segment,
        shown=Shown(given.shown),
        classes=Method(given.classes),
    )
    secret = terminal.settings.secret
    key = sharing_key(secret) if given.shared else blur_key(who, secret)
    shown = await loading.answered(session, who, on, wanted, terminal.now(), key)
    sheet = await loading.sheet(session, on, shown)
    cells = await grids.cells(session, on.plan_id)
    places = [
        place
        for level in KINDS
        for place in await queries.places(session, sheet.bounds, on.branch_id, level)
    ]
    return drawing.file_page(sheet, cells, places, _leaflet()), len(cells)


def _leaflet() -> dict[str, str]:
    folder = files("gridcrm").joinpath("static/vendor/leaflet/dist")
    return {
        "leaflet": folder.joinpath("leaflet.js").read_text("utf-8"),
        "leaflet_css": folder.joinpath("leaflet.css").read_text("utf-8"),
    }


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("metric", choices=[metric.value for metric in Metric])
    acting_arguments(parser)
    parser.add_argument("--out", required=True, metavar="FILE.html", help="file to write")
    parser.add_argument("--days", type=int, default=90, choices=[int(days) for days in Days])
    parser.add_argument("--label", metavar="SLUG", help="label, for label_share")
    parser.add_argument("--segment", type=int, metavar="ID", help="segment, for segment_members")
    parser.add_argument(
        "--shown",
        default=Shown.FIGURES.value,
        choices=[way.value for way in Shown],
        help="figures as they are, shares of few people smoothed, or hot and cold spots",
    )
    parser.add_argument(
        "--classes",
        default=Method.QUANTILE.value,
        choices=[method.value for method in Method],
        help="classes with as many cells each, of the same width, or with natural breaks",
    )
    parser.add_argument(
        "--shared",
        action="store_true",
        help="hide counts below ten and round the others, for a map that is passed on",
    )


COMMANDS = [
    Command(
        name="map",
        help="write a map of the branch as one file that opens without a network",
        example="gridcrm map conversion_rate --branch A001 --out map.html",
        arguments=_arguments,
        run=_map,
        show=lambda made: gettext("{file}: {cells} cells, {bytes} bytes").format(**made),
    )
]
