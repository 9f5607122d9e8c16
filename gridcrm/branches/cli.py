"""Branches and places, from the terminal."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

from geo import Datum
from gridcrm.branches import places, service
from gridcrm.branches.acting import acting_in
from gridcrm.branches.datum_doubt import of_report
from gridcrm.branches.datum_shown import told
from gridcrm.branches.forms import BranchIn, DatumIn, PlacesIn
from gridcrm.branches.models import PlaceKind
from gridcrm.core.forms import parse
from gridcrm.core.i18n import gettext
from gridcrm.core.tables import stored
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Right

_BRANCH_FIELDS = tuple(BranchIn.model_fields)
_FILE_FIELDS = tuple(PlacesIn.model_fields)


async def _add(terminal: Terminal, given: Namespace) -> Result:
    form = parse(BranchIn, _told(given, _BRANCH_FIELDS))
    async with terminal.database.transaction() as session:
        branch = await service.add(session, None, form, terminal.now())
    return {"code": branch.code, "name": branch.name, "lon": branch.lon, "lat": branch.lat}


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("code", metavar="CODE")
    parser.add_argument("--name", required=True)
    parser.add_argument("--lon", required=True, help="longitude in degrees")
    parser.add_argument("--lat", required=True, help="latitude in degrees")
    parser.add_argument(
        "--datum",
        default=Datum.WGS84.value,
        choices=[datum.value for datum in Datum],
        help="gcj02 for AMap and Tencent, bd09 for Baidu (default: wgs84)",
    )
    parser.add_argument("--time-zone", default="Asia/Shanghai")
    parser.add_argument(
        "--radius", dest="catchment_radius_m", default="1500", help="of the area, in metres"
    )


async def _import(terminal: Terminal, given: Namespace) -> Result:
    path = Path(given.file)
    upload = Upload(path.name, path.read_bytes())  # noqa: ASYNC240 - a command has nothing else to do
    form = parse(PlacesIn, _told(given, _FILE_FIELDS))
    async with terminal.database.read() as session:
        _, who = await acting_in(session, given, Right.PLACES_IMPORT)
        checked = await places.examine(session, who, upload, form)
    async with terminal.database.transaction() as session:
        kept = await places.check(session, who, upload, form, checked, terminal.now())
        if given.dry_run:
            await places.take_back(session, who, stored(kept.id))
        else:
            if checked.doubts:  # which whoever gave the command takes upon themselves
                as_said = DatumIn(said=form.datum, datum=form.datum)
                await places.answer(session, who, stored(kept.id), as_said, checked)
            await places.commit(session, who, stored(kept.id), checked, terminal.now())
    return {"dry_run": given.dry_run, **kept.report}


def _import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="points, lines or areas in a map file")
    acting_arguments(parser)
    parser.add_argument("--source", required=True, help="where the data comes from")
    parser.add_argument("--licence", required=True, help="under which licence")
    parser.add_argument(
        "--datum", default=Datum.WGS84.value, choices=[datum.value for datum in Datum]
    )
    parser.add_argument("--kind", choices=[kind.value for kind in PlaceKind])
    parser.add_argument("--kind-property", default="", help="property that tells the kind")
    parser.add_argument("--layer", default="", help="layer, of a file that has several")
    parser.add_argument("--dry-run", action="store_true", help="report only, write nothing")


def _show_import(found: Result) -> str:
    counts = gettext("{new} new, {changed} changed, {unchanged} as before, {refused} refused")
    lines = [counts.format(refused=len(found["bad"]), **found)]
    for item in found["bad"]:
        reason = gettext(item["reason"]).format(**item["params"])
        lines.append(f"  {item['number']} {item['ref']}: {reason}")
    lines += [told(doubt) for doubt in of_report(found)]
    lines += [gettext(words).format(**params) for words, params in found["remarks"]]
    return "\n".join(lines)


def _told(given: Namespace, names: tuple[str, ...]) -> dict[str, Any]:
    told = {name: getattr(given, name, None) for name in names}
    return {name: value for name, value in told.items() if value is not None}


COMMANDS = [
    Command(
        name="branch add",
        help="open a branch",
        example="gridcrm branch add A001 --name 经开支行 --lon 125.4765 --lat 43.7825 --datum gcj02",
        arguments=_add_arguments,
        run=_add,
        show=lambda made: gettext("{code} {name} at {lon:.6f}, {lat:.6f} (WGS 84)").format(**made),
    ),
    Command(
        name="places import",
        help="bring in communities, schools and other places from GeoJSON, GeoPackage, GeoParquet, "
        "a zipped Shapefile, KML or an OSM file, whose tags tell the kinds",
        example=(
            "gridcrm places import communities.geojson --branch A001 --kind community"
            ' --source OpenStreetMap --licence "ODbL 1.0"'
        ),
        arguments=_import_arguments,
        run=_import,
        show=_show_import,
    ),
]
