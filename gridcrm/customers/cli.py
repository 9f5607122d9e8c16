"""Customers and the published grid, from the terminal."""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any

import msgspec
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum
from gridcrm.accounts.acting import acting
from gridcrm.branches.acting import acting_in
from gridcrm.core.errors import InvalidInput
from gridcrm.core.i18n import gettext
from gridcrm.core.terminal import Command, Result, Terminal, acting_arguments
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Right
from gridcrm.customers import imports, lifecycles, service
from gridcrm.customers.imports import Choice
from gridcrm.customers.out import ImportOut
from gridcrm.grids.models import GridPlan

_STEPS = 3


async def _import(terminal: Terminal, given: Namespace) -> Result:
    path = Path(given.file)
    upload = Upload(path.name, await asyncio.to_thread(path.read_bytes))
    choice = Choice(Datum(given.datum), given.sheet)
    async with terminal.database.transaction() as session:
        _branch, who = await acting_in(session, given, Right.CUSTOMERS_IMPORT)
        terminal.progress(0, _STEPS, gettext("Reading"))
        examined = await imports.examine(session, who, upload, choice, terminal.now())
        terminal.progress(1, _STEPS, gettext("Checked"))
        if given.dry_run:
            report = await imports.preview(session, who, examined, terminal.now())
        else:
            report = await imports.take_in(session, who, upload, choice, examined, terminal.now())
    terminal.progress(_STEPS, _STEPS, gettext("Done"))
    done: dict[str, Any] = msgspec.to_builtins(ImportOut.of(report, dry_run=given.dry_run))
    return done


def _import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a .csv, .xlsx, .xls or .ods file")
    acting_arguments(parser)
    parser.add_argument(
        "--datum",
        default=Datum.GCJ02.value,
        choices=[datum.value for datum in Datum],
        help="of coordinates that do not name theirs (default: gcj02)",
    )
    parser.add_argument("--sheet", default="", help="name of the sheet in a workbook")
    parser.add_argument("--dry-run", action="store_true", help="report only, store nothing")


def _show_import(done: Result) -> str:
    words = (
        gettext(
            "Would take in {new} new and change {changed}; {same} are the same, {bad_rows} stay out."
        )
        if done["dry_run"]
        else gettext(
            "Took in {new} new and changed {changed}; {same} are the same, {bad_rows} stay out."
        )
    )
    lines = [
        f"  {row['line']}, {row['column']}: {row['reason']} {row['remedy']}" for row in done["bad"]
    ]
    lines += [f"  {row['line']}, {row['column']}: {row['reason']}" for row in done["warnings"]]
    doubts = [one["message"] for one in done["datum_doubts"]]
    return "\n".join([words.format(**done), *doubts, *lines])


async def _publish(terminal: Terminal, given: Namespace) -> Result:
    async with terminal.database.transaction() as session:
        branch_id = await _branch_of(session, given.plan_id)
        who = await acting(session, branch_id, given.acting)
        who.must(Right.GRIDS_EDIT)
        terminal.progress(0, 1, gettext("Placing everybody"))
        done = await service.publish_plan(session, who, given.plan_id, terminal.now())
    terminal.progress(1, 1, gettext("Placing everybody"))
    return {
        "plan_id": given.plan_id,
        "version": done.plan.version,
        "customers": done.customers,
        "moved": done.moved,
        "unplaced": done.unplaced,
    }


def _publish_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("plan_id", metavar="PLAN_ID", type=int)
    parser.add_argument("--as", dest="acting", metavar="USER", help="user in whose name it is done")


async def _branch_of(session: AsyncSession, plan_id: int) -> int:
    query = select(GridPlan.branch_id).where(GridPlan.id == plan_id)
    found = (await session.exec(query)).first()
    if found is None:
        raise InvalidInput({"PLAN_ID": "There is no such plan."})
    return found


async def _refresh(terminal: Terminal, _given: Namespace) -> Result:
    async with terminal.database.transaction() as session:
        changed = await lifecycles.refresh(session, terminal.now())
    return {"changed": changed}


COMMANDS = [
    Command(
        name="customers import",
        help="bring a file of customers in: new people are added, known ones changed",
        example="gridcrm customers import ledger.xlsx --branch A001 --datum gcj02 --dry-run",
        arguments=_import_arguments,
        run=_import,
        show=_show_import,
    ),
    Command(
        name="customers refresh",
        help="bring every customer's lifecycle up to today; run it once a day",
        example="gridcrm customers refresh",
        run=_refresh,
        show=lambda done: gettext("{changed} customers moved on in their lifecycle.").format(
            **done
        ),
    ),
    Command(
        name="grid publish",
        help="publish a draft of a grid and give every customer the cell that holds them",
        example="gridcrm grid publish 2",
        arguments=_publish_arguments,
        run=_publish,
        show=lambda done: gettext(
            "Version {version} counts now: {moved} of {customers} people changed cell,"
            " {unplaced} have none."
        ).format(**done),
    ),
]
