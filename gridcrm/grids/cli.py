"""Drawing a grid and taking it along, from the terminal."""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, GeoError
from geo.formats import format_of
from gridcrm.accounts.acting import acting
from gridcrm.branches.acting import acting_in
from gridcrm.branches.words import refusal
from gridcrm.core.errors import InvalidInput
from gridcrm.core.forms import parse
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Right
from gridcrm.grids import queries, service, specs, taking
from gridcrm.grids.forms import DraftIn, DraftKind
from gridcrm.grids.models import GridPlan
from gridcrm.grids.taking import FileFormat, FileIn, What

_SIZES = {DraftKind.SQUARE: "side_m", DraftKind.HEXAGON: "edge_m"}


async def _draw(terminal: Terminal, given: Namespace) -> Result:
    form = parse(DraftIn, _told(given))
    brought = await specs.brought(form, _upload(Path(given.file)) if given.file else None)
    async with terminal.database.transaction() as session:
        _, who = await acting_in(session, given, Right.GRIDS_EDIT)
        plan = await service.draft(session, who, form, brought, terminal.now())
        cells = await queries.cell_rows(session, plan.id or 0)
    return {"plan": plan.id, "version": plan.version, "name": plan.name, "cells": len(cells)}


def _told(given: Namespace) -> dict[str, object]:
    told = {"kind": given.kind, "datum": given.datum, "key": given.key, "note": given.note}
    told |= {"name": given.name, "layer": given.layer}
    if given.resolution is not None:
        told["resolution"] = given.resolution
    if given.side is not None:
        told[_SIZES.get(DraftKind(given.kind), "side_m")] = given.side
    return told


def _upload(path: Path) -> Upload:
    return Upload(path.name, path.read_bytes())


def _arguments(parser: ArgumentParser) -> None:
    acting_arguments(parser)
    parser.add_argument("--kind", required=True, choices=[kind.value for kind in DraftKind])
    parser.add_argument("--side", help="side of a square or edge of a hexagon, in metres")
    parser.add_argument("--resolution", help="of H3 cells, 6 to 11")
    parser.add_argument("--file", help="map file with the shapes, for --kind polygons")
    parser.add_argument(
        "--datum",
        default=Datum.WGS84.value,
        choices=[datum.value for datum in Datum],
        help="of the file",
    )
    parser.add_argument("--key", default="name", help="property that names the shapes of the file")
    parser.add_argument("--layer", default="", help="layer, of a file that has several")
    parser.add_argument("--name", default="", help="of the plan")
    parser.add_argument("--note", default="", help="why it is drawn")


async def _export(terminal: Terminal, given: Namespace) -> Result:
    path = Path(given.out)
    form = FileIn(what=What(given.what), format=_format(path))
    async with terminal.database.read() as session:
        who = await acting(session, await _branch_of(session, given.plan_id), given.acting)
        who.must(Right.GRIDS_VIEW)
        taken = await taking.plan_file(session, who, given.plan_id, form)
    await asyncio.to_thread(path.write_bytes, taken.content)
    async with terminal.database.transaction() as session:
        taking.note(session, who, given.plan_id, form, taken)
    return {"file": str(path), "what": given.what, "rows": taken.rows, "bytes": len(taken.content)}


def _format(path: Path) -> FileFormat:
    try:
        return FileFormat(format_of(path))
    except GeoError as error:
        raise refusal("--out", error) from error


async def _branch_of(session: AsyncSession, plan_id: int) -> int:
    found = (await session.exec(select(GridPlan.branch_id).where(GridPlan.id == plan_id))).first()
    if found is None:
        raise InvalidInput({"PLAN_ID": "There is no such plan."})
    return found


def _export_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("plan_id", metavar="PLAN_ID", type=int)
    parser.add_argument(
        "--out", required=True, metavar="FILE", help=".gpkg, .parquet, .geojson or .pmtiles"
    )
    parser.add_argument(
        "--what",
        default=What.CELLS.value,
        choices=[what.value for what in What],
        help="the plan's cells (default) or the places around the branch",
    )
    parser.add_argument("--as", dest="acting", metavar="USER", help="user in whose name it is done")


COMMANDS = [
    Command(
        name="grid draw",
        help="divide a branch's area into a draft; `grid publish` makes it count",
        example="gridcrm grid draw --branch A001 --kind square --side 250",
        arguments=_arguments,
        run=_draw,
        show=lambda made: gettext("Draft {plan}: version {version}, {name}, {cells} cells").format(
            **made
        ),
    ),
    Command(
        name="grid export",
        help="write a plan's cells, or the places around, into a file for QGIS and other programs",
        example="gridcrm grid export 2 --out cells.gpkg",
        arguments=_export_arguments,
        run=_export,
        show=lambda made: gettext("{file}: {rows} features, {bytes} bytes").format(**made),
    ),
]
