"""People who do not exist: staff, customers and prospects of the demo branch."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import numpy as np
import shapely

from geo import Datum, LonLat, distance_m
from gridcrm.branches.models import PlaceKind
from gridcrm.core.who import Role
from gridcrm.customers.models import Customer, Lifecycle, PlacedBy
from gridcrm.customers.rules import lifecycle_of, tier_of
from gridcrm.web.demo.town import Feature

STAFF = (
    ("manager", "韩经理", Role.BRANCH_MANAGER),
    ("lead", "王网格", Role.GRID_LEAD),
    ("officer", "周晓", Role.GRID_OFFICER),
    ("officer2", "陈明", Role.GRID_OFFICER),
    ("officer3", "李想", Role.GRID_OFFICER),
    ("officer4", "赵宁", Role.GRID_OFFICER),
    ("lobby", "林悦", Role.LOBBY_MANAGER),
    ("marketing", "梅青", Role.MARKETING),
    ("compliance", "何正", Role.COMPLIANCE),
    ("inspector", "荀观", Role.INSPECTOR),
    ("headoffice", "分行", Role.HEAD_OFFICE),
    ("admin", "管理员", Role.ADMIN),
)
CUSTOMERS = 1800
PROSPECTS = 420
_UNPLACED = 24
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余"
_COMPOUND = ("欧阳", "司马", "上官", "诸葛")
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文辉慧晶宇欣怡子轩浩然雨桐思远"
_JOBS = ("教师", "公务员", "工程师", "个体户", "护士", "退休", "司机", "会计", "销售", "物业")
_FEN_PER_WAN = 1_000_000
_RETIRED_FROM = 60
_COMPOUND_SHARE = 0.02


@dataclass(frozen=True)
class Homes:
    """Where people live: buildings, each with the community that holds it."""

    points: list[tuple[float, float]]
    communities: list[str]


def homes(features: list[Feature]) -> Homes:
    """Return the middle of every building that lies in or near a community."""
    areas = [
        f for f in features
        if f.kind is PlaceKind.COMMUNITY and f.shape.geom_type.endswith("Polygon") and f.name
    ]  # fmt: skip
    houses = [f for f in features if f.kind is PlaceKind.BUILDING]
    middles = shapely.point_on_surface(np.array([f.shape for f in houses]))
    tree = shapely.STRtree([f.shape for f in areas])
    nearest = tree.nearest(middles)
    return Homes(
        points=[(point.x, point.y) for point in middles],
        communities=[areas[i].name for i in nearest],
    )


def customers(
    random: Random, branch_id: int, home: LonLat, where: Homes, now: datetime
) -> list[Customer]:
    """Return the invented customers and prospects, each in a building."""
    today = now.date()
    made = [
        Customer(**_person(random, index, branch_id, today), created_at=now, updated_at=now)
        for index in range(CUSTOMERS + PROSPECTS)
    ]
    for index, person in enumerate(made):
        spot = random.randrange(len(where.points))
        person.community = where.communities[spot]
        person.building = f"{random.randint(1, 28)}栋"
        if index >= _UNPLACED:
            _settle(random, person, where.points[spot])
    placed = [p for p in made if p.lon is not None]
    lon, lat = np.array([(p.lon, p.lat) for p in placed]).T
    away = distance_m(lon, lat, home)
    for person, metres in zip(placed, away, strict=True):
        person.distance_m = float(metres)
    return made


def name(random: Random) -> str:
    """Return an invented name."""
    first = random.choice(_COMPOUND if random.random() < _COMPOUND_SHARE else _SURNAMES)
    return first + "".join(random.choices(_GIVEN, k=random.choice((1, 2, 2))))


def _person(random: Random, index: int, branch_id: int, today: date) -> dict[str, Any]:
    age = int(min(92, max(18, random.gauss(50, 16))))
    is_customer = index < CUSTOMERS
    opened = today - timedelta(days=random.randint(5, 3600)) if is_customer else None
    active = _last_active(random, opened, today)
    aum_fen = int(random.lognormvariate(1.6, 1.5) * _FEN_PER_WAN) if is_customer else None
    standing = lifecycle_of(opened, active, Lifecycle.PROSPECT, today)
    return {
        "branch_id": branch_id,
        "number": f"D{index + 1:05d}",
        "name": name(random),
        "phone": f"1990000{index:04d}",
        "gender": random.choice(("female", "male")),
        "birth_year": today.year - age,
        "occupation": "退休" if age >= _RETIRED_FROM else random.choice(_JOBS),
        "aum_fen": aum_fen,
        "tier": tier_of(aum_fen),
        "lifecycle": standing.lifecycle,
        "has_child": random.random() < (0.6 if 28 <= age <= 45 else 0.05),  # noqa: PLR2004
        "moved_in_on": today - timedelta(days=random.randint(30, 6000)),
        "opened_on": opened,
        "last_active_on": active,
        "source": random.choice(("厅堂", "走访", "转介", "活动")),
        "do_not_contact": random.random() < 0.02,  # noqa: PLR2004
        "open_complaint": random.random() < 0.01,  # noqa: PLR2004
    }


def _last_active(random: Random, opened: date | None, today: date) -> date | None:
    if opened is None:
        return None
    quiet = random.choice((2, 5, 9, 15, 21, 30, 45, 60, 75, 110, 220))
    return max(opened, today - timedelta(days=quiet))


def _settle(random: Random, person: Customer, spot: tuple[float, float]) -> None:
    person.lon = spot[0] + random.uniform(-1e-4, 1e-4)
    person.lat = spot[1] + random.uniform(-5e-5, 5e-5)
    person.entered_lon, person.entered_lat = person.lon, person.lat
    person.entered_datum = Datum.WGS84
    person.placed_by = PlacedBy.COORDINATES
