"""Drawing a grid, from the terminal."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from geo import Datum
from gridcrm.branches.acting import acting_in
from gridcrm.core.forms import parse
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Right
from gridcrm.grids import queries, service
from gridcrm.grids.forms import DraftIn, DraftKind

_SIZES = {DraftKind.SQUARE: "side_m", DraftKind.HEXAGON: "edge_m"}


async def _draw(terminal: Terminal, given: Namespace) -> Result:
    form = parse(DraftIn, _told(given))
    upload = _upload(Path(given.file)) if given.file else None
    async with terminal.database.transaction() as session:
        _, who = await acting_in(session, given, Right.GRIDS_EDIT)
        plan = await service.draft(session, who, form, upload, terminal.now())
        cells = await queries.cell_rows(session, plan.id or 0)
    return {"plan": plan.id, "version": plan.version, "name": plan.name, "cells": len(cells)}


def _told(given: Namespace) -> dict[str, object]:
    told = {"kind": given.kind, "datum": given.datum, "key": given.key, "note": given.note}
    told["name"] = given.name
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
    parser.add_argument("--name", default="", help="of the plan")
    parser.add_argument("--note", default="", help="why it is drawn")


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
]
