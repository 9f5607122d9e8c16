"""Builds the demo branch: places and grid through the services people use, history in bulk."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import shapely
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from geo import Datum, LonLat
from gridcrm.accounts import service as accounts
from gridcrm.accounts.queries import as_who
from gridcrm.branches import places
from gridcrm.branches import service as branches
from gridcrm.branches.forms import BranchIn, PlacesIn
from gridcrm.branches.models import Branch
from gridcrm.core.i18n import N_, Language, spoken
from gridcrm.core.tables import stored
from gridcrm.core.uploads import Upload
from gridcrm.core.who import Who
from gridcrm.customers import catchment, reaching
from gridcrm.customers.forms import CatchmentIn
from gridcrm.customers.models import Customer
from gridcrm.labels.models import Label
from gridcrm.web.demo import around, grid, history, people, town, year
from gridcrm.web.demo.town import Feature
from gridcrm.web.demo.year import Stage

CODE = "DEMO"
_SEED = 20261121
_WORK = N_("Building the demo branch")
_CUSTOMERS_OF_BRANCH, _TRANSACTIONS_OF_BRANCH = 78_000, 57_000

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Setting:
    """Where the demo plays."""

    name: str
    home: LonLat
    features: list[Feature]
    source: str
    licence: str
    real: bool


def setting(folder: Path | None) -> Setting:
    """Return the fictional town, or real surroundings from a folder of layers."""
    if folder is None:
        return Setting(
            "经开支行", town.HOME, town.features(), town.SOURCE, town.LICENCE, real=False
        )
    found = around.read(folder)
    return Setting(found.name, found.home, found.features, around.SOURCE, around.LICENCE, real=True)


async def exists(session: AsyncSession) -> bool:
    """Return whether the demo branch is there already."""
    return (await session.exec(select(Branch.id).where(Branch.code == CODE))).first() is not None


async def build(
    session: AsyncSession, where: Setting, now: datetime, progress: Progress
) -> dict[str, str]:
    """Make the branch with everything in it and return the passwords of its people."""
    steps = 6
    progress(0, steps, _WORK)
    stage, passwords = await _open(session, where, now)
    await _places(stage, where)
    progress(1, steps, _WORK)
    customers = await _customers(stage, where)
    progress(2, steps, _WORK)
    with spoken(Language.ZH):  # a cell keeps the name it was given when it was drawn
        await grid.draw(session, stage.staff, now, real=where.real)
    await _catchment(stage)
    for person in customers:
        await session.refresh(person, ["cell_id"])
    progress(3, steps, _WORK)
    await _background(stage, customers)
    progress(4, steps, _WORK)
    await year.play(stage, customers)
    progress(steps, steps, _WORK)
    return passwords


async def _open(
    session: AsyncSession, where: Setting, now: datetime
) -> tuple[Stage, dict[str, str]]:
    form = BranchIn(
        code=CODE,
        name=where.name,
        lon=where.home.lon,
        lat=where.home.lat,
        datum=Datum.WGS84,
        customer_count=_CUSTOMERS_OF_BRANCH,
        transaction_count=_TRANSACTIONS_OF_BRANCH,
        counts_on=now.date(),
    )
    branch = await branches.add(session, None, form, now)
    staff: dict[str, Who] = {}
    passwords = {}
    for username, shown, role in people.STAFF:
        user, passwords[username] = await accounts.add_user(
            session, None, username=username, display_name=shown, role=role,
            branch_id=branch.id, now=now,
        )  # fmt: skip
        staff[username] = as_who(user, branch.id)
    return Stage(session, Random(_SEED), branch, staff, now), passwords


async def _places(stage: Stage, where: Setting) -> None:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": feature.ref,
                "properties": {"name": feature.name, "kind": feature.kind.value},
                "geometry": shapely.geometry.mapping(feature.shape),
            }
            for feature in where.features
        ],
    }
    upload = Upload("demo.geojson", json.dumps(collection).encode())
    form = PlacesIn(
        source=where.source, licence=where.licence, datum=Datum.WGS84, kind_property="kind"
    )
    session, who = stage.session, stage.manager
    checked = await places.examine(session, who, upload, form)
    kept = await places.check(session, who, upload, form, checked, stage.now)
    await places.commit(session, who, stored(kept.id), checked, stage.now)
    await stage.session.flush()


async def _customers(stage: Stage, where: Setting) -> list[Customer]:
    homes = await asyncio.to_thread(people.homes, where.features)
    made = people.customers(stage.random, stored(stage.branch.id), where.home, homes, stage.now)
    for person in made:
        if stage.random.random() < 0.7:  # noqa: PLR2004 - the others are nobody's yet
            person.owner_id = stage.random.choice(stage.officers)
    stage.session.add_all(made)
    await stage.session.flush()
    return made


async def _catchment(stage: Stage) -> None:
    form = CatchmentIn.model_validate({"rings_m": "500,1000,1500", "minutes": "5,10,15"})
    ways = await reaching.known(stage.session, stage.branch, form)
    await catchment.work_out(stage.session, stage.manager, form, ways, stage.now)


async def _background(stage: Stage, customers: list[Customer]) -> None:
    session, random, branch_id = stage.session, stage.random, stored(stage.branch.id)
    rows = await session.exec(select(Label.slug, Label.id))
    ids = {slug: stored(number) for slug, number in rows}
    made: list[Any] = [
        *history.labels(random, customers, ids, stage.now),
        *history.consents(random, customers, branch_id, stage.now),
        *history.holdings(random, customers),
        *history.visits(random, customers, stage.officers, branch_id, stage.now),
        *history.tasks(random, customers, stage.officers, branch_id, stage.now),
    ]
    session.add_all(made)
    await session.flush()
