"""A year that never was: labels, consents, events, visits and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.core.tables import stored
from gridcrm.customers.models import Customer, Holding
from gridcrm.events.models import EventState
from gridcrm.labels.models import CustomerLabel, LabelSource
from gridcrm.ledger.models import Task, Visit, VisitResult

VISIT_WEEKS = 8
VISITS_A_DAY = 12
_VISIT_WEEKDAYS = (1, 3, 5)
_EXPIRY_DAYS = 548
_CONSENT_SHARE = 0.60
_REFUSED_SHARE = 0.72
_PRODUCTS = (
    ("card_debit", 0.8),
    ("ebank", 0.55),
    ("deposit_term", 0.4),
    ("card_credit", 0.22),
    ("wealth", 0.18),
    ("fund", 0.1),
    ("acquiring", 0.05),
)
_CONFIDENCE = {
    LabelSource.OWN_STATEMENT: 0.9,
    LabelSource.INTERVIEW: 0.7,
    LabelSource.STAFF_JUDGEMENT: 0.5,
    LabelSource.ATTENDANCE: 0.4,
}
_ELDER = (
    "wellness.chinese.taiji", "visual.calligraphy.brush", "learning.digital.smartphone",
    "stage.singing.choir", "stage.dance.square_dance", "civic.money_know_how.anti_fraud",
    "life.hobby.gardening", "wellness.chinese.wellness_talk",
)  # fmt: skip
_FAMILY = (
    "family.kids.lego", "visual.photography.child_photo", "family.kids.little_banker",
    "learning.reading.family_reading", "family.parenting.parenting", "taste.food.baking",
)  # fmt: skip
_AFFLUENT = (
    "visual.photography.portrait", "taste.tea.tea_art", "wellness.sport.golf", "taste.tea.wine",
    "life.hobby.travel", "visual.painting.guohua",
)  # fmt: skip
_OTHERS = (
    "wellness.sport.running", "taste.tea.coffee", "life.hobby.self_drive", "wellness.sport.hiking",
    "learning.digital.ai_tools", "taste.food.market_cooking", "life.hobby.pets",
)  # fmt: skip
_ELDER_FROM = 58


@dataclass(frozen=True)
class Planned:
    """An event of the demo: what, when, how many seats, how many came."""

    template: str
    title: str
    days: int
    at: time
    capacity: int
    invited: int
    came: int
    anonymous: int = 0
    series: str = ""
    state: EventState = EventState.REVIEWED


ART = "艺术银行"
TIGER = "乳虎添翼"
EVENTS = (
    Planned("spring_couplets", "红红火火写春联", -305, time(9, 30), 84, 240, 84, 116),
    Planned("festival_craft", "元宵花灯手作", -281, time(14, 30), 25, 70, 22),
    Planned("art_bank_singing", "艺术银行·合唱第一课", -268, time(14, 0), 30, 96, 20, 0, ART),
    Planned("anti_fraud_corner", "等候客户反诈微课堂", -262, time(10, 30), 12, 0, 6, 5),
    Planned("public_service", "消费者权益保护日", -251, time(9, 0), 30, 60, 24, 40),
    Planned("portrait_day", "女神节人像摄影", -248, time(14, 0), 15, 46, 13, 0, ART),
    Planned("reading_club", "每天读好书", -219, time(18, 40), 20, 55, 14),
    Planned("art_bank_calligraphy", "艺术银行·软笔书法", -206, time(14, 0), 20, 64, 18, 0, ART),
    Planned("lego_class", "亲子乐高", -190, time(10, 0), 16, 58, 16),
    Planned("art_bank_singing", "沪剧体验课", -177, time(14, 0), 31, 66, 31, 0, ART),
    Planned("festival_craft", "端午香囊", -158, time(14, 30), 25, 60, 21),
    Planned("tiger_cub_photo", "乳虎添翼·六一儿童摄影", -174, time(9, 30), 20, 66, 20, 0, TIGER),
    Planned("tea_salon", "清凉花茶", -133, time(15, 0), 12, 38, 11),
    Planned("art_bank_singing", "艺术银行·合唱第二课", -121, time(14, 0), 30, 90, 26, 0, ART),
    Planned("wellness_taiji", "社区太极晨练", -113, time(8, 30), 20, 50, 19),
    Planned("smartphone_class", "手机课堂：挂号与缴费", -96, time(10, 0), 15, 40, 15),
    Planned("little_banker", "小小银行家", -88, time(9, 30), 40, 110, 36),
    Planned("tea_salon", "教师节茶会", -72, time(16, 30), 12, 36, 12),
    Planned("art_bank_calligraphy", "艺术银行·硬笔书法", -64, time(14, 0), 20, 60, 19, 0, ART),
    Planned("anti_fraud_corner", "金融教育宣传周微课堂", -58, time(10, 30), 12, 0, 8, 9),
    Planned("wealth_salon", "秋季资产配置小会", -51, time(15, 0), 10, 24, 9),
    Planned("wellness_taiji", "重阳敬老八段锦", -34, time(9, 0), 20, 58, 20),
    Planned("tiger_cub_photo", "乳虎添翼·秋日摄影", -26, time(9, 30), 20, 64, 19, 0, TIGER),
    Planned("art_bank_dance", "艺术银行·民族舞", -19, time(14, 0), 25, 80, 23, 0, ART),
    Planned("merchant_morning", "兴隆市场早市会", -12, time(7, 30), 20, 44, 17),
    Planned("micro_salon_idle", "闲时微沙龙：零钞兑换", -5, time(10, 40), 8, 0, 7, 4),
    Planned("anti_fraud_corner", "反诈微课堂", 0, time(16, 30), 8, 30, 0, 0, "", EventState.OPEN),
    Planned("lego_class", "儿童乐高：搭一座桥", 1, time(14, 0), 16, 70, 0, 0, "", EventState.OPEN),
    Planned("art_bank_calligraphy", "艺术银行·书法冬季班", 5, time(14, 0), 20, 60, 0, 0, ART, EventState.OPEN),
    Planned("tea_salon", "冬日养生茶会", 9, time(15, 0), 12, 0, 0, 0, "", EventState.APPROVED),
    Planned("wealth_salon", "年末资产配置小会", 13, time(15, 0), 10, 0, 0, 0, "", EventState.SUBMITTED),
    Planned("online_charity", "年终感恩线上公益", 30, time(19, 0), 200, 0, 0, 0, "", EventState.DRAFT),
)  # fmt: skip


def starts_at(planned: Planned, today: date, zone: str) -> datetime:
    """Return when an event of the demo begins."""
    day = today + timedelta(days=planned.days)
    return datetime.combine(day, planned.at, tzinfo=ZoneInfo(zone))


def labels(
    random: Random, people: Sequence[Customer], ids: dict[str, int], now: datetime
) -> list[CustomerLabel]:
    """Return up to five labels for most people, as their age and means suggest."""
    return [
        _label(random, person, ids[slug], now)
        for person in people
        for slug in sorted(set(_liked(random, person, now.year)) & set(ids))
    ]


def consents(
    random: Random, people: Sequence[Customer], branch_id: int, now: datetime
) -> list[Consent]:
    """Return what people said about invitations: 60 % yes, 12 % no, the others nothing."""
    made: list[Consent] = []
    for person in people:
        draw = random.random()
        if draw < _REFUSED_SHARE:
            granted = draw < _CONSENT_SHARE
            given = now - timedelta(days=random.randint(20, 600))
            made += [
                _consent(stored(person.id), branch_id, purpose, given, granted=granted)
                for purpose in _purposes(random, granted=granted)
            ]
    return made


def holdings(random: Random, people: Sequence[Customer]) -> list[Holding]:
    """Return the products of those who have an account."""
    return [
        Holding(customer_id=stored(person.id), product=product)
        for person in people
        if person.opened_on and person.id is not None
        for product, share in _PRODUCTS
        if random.random() < share
    ]


def visits(
    random: Random,
    people: Sequence[Customer],
    officers: Sequence[int],
    branch_id: int,
    now: datetime,
) -> list[Visit]:
    """Return twelve visits on each of three days a week for every officer."""
    placed = [p for p in people if p.cell_id is not None]
    days = [now.date() - timedelta(days=n) for n in range(1, 7 * VISIT_WEEKS + 1)]
    return [
        _visit(random, random.choice(placed), officer, branch_id, day, now)
        for day in days
        if day.weekday() in _VISIT_WEEKDAYS
        for officer in officers
        for _ in range(VISITS_A_DAY)
    ]


def tasks(
    random: Random,
    people: Sequence[Customer],
    officers: Sequence[int],
    branch_id: int,
    now: datetime,
) -> list[Task]:
    """Return open tasks, some of them late."""
    titles = (
        "回访茶会意向客户",
        "补录小区楼栋",
        "送书法班通知",
        "联系物业确认场地",
        "电话回访存单到期",
    )
    return [
        Task(
            branch_id=branch_id,
            title=random.choice(titles),
            assignee_id=random.choice(officers),
            customer_id=random.choice(people).id,
            due_on=now.date() + timedelta(days=random.randint(-4, 6)),
            created_by=officers[0],
            created_at=now - timedelta(days=7),
        )
        for _ in range(22)
    ]


def _liked(random: Random, person: Customer, year: int) -> list[str]:
    if random.random() < 0.25:  # noqa: PLR2004 - nothing is known of every fourth
        return []
    pool: tuple[str, ...] = _OTHERS
    if person.birth_year and year - person.birth_year >= _ELDER_FROM:
        pool = _ELDER
    elif person.has_child:
        pool = _FAMILY + _OTHERS[:2]
    if person.tier in ("affluent", "private", "preferred"):
        pool += _AFFLUENT
    return random.sample(pool, k=min(len(pool), random.choice((1, 1, 2, 2, 3, 4))))


def _label(random: Random, person: Customer, label_id: int, now: datetime) -> CustomerLabel:
    source = random.choice(list(_CONFIDENCE))
    given = now - timedelta(days=random.randint(3, 500))
    return CustomerLabel(
        customer_id=stored(person.id),
        label_id=label_id,
        source=source,
        confidence=_CONFIDENCE[source],
        given_on=given.date(),
        expires_on=given.date() + timedelta(days=_EXPIRY_DAYS),
        updated_at=given,
    )


def _purposes(random: Random, *, granted: bool) -> list[Purpose]:
    if not granted:
        return [Purpose.MARKETING_SMS, Purpose.MARKETING_CALL]
    wanted = [Purpose.MARKETING_SMS, Purpose.PROFILING]
    if random.random() < 0.5:  # noqa: PLR2004
        wanted += [Purpose.MARKETING_CALL, Purpose.WECHAT_CONTACT]
    if random.random() < 0.2:  # noqa: PLR2004
        wanted.append(Purpose.EVENT_PHOTO)
    return wanted


def _consent(
    customer_id: int, branch_id: int, purpose: Purpose, given: datetime, *, granted: bool
) -> Consent:
    return Consent(
        customer_id=customer_id,
        branch_id=branch_id,
        purpose=purpose,
        state=ConsentState.GRANTED if granted else ConsentState.REFUSED,
        notice_version="2026-01",
        obtained_how="厅堂书面",
        given_at=given,
    )


def _visit(
    random: Random, person: Customer, officer: int, branch_id: int, day: date, now: datetime
) -> Visit:
    result = random.choices(list(VisitResult), weights=(72, 22, 6))[0]
    recorded = result is VisitResult.RECORDED
    return Visit(
        branch_id=branch_id,
        cell_id=person.cell_id,
        customer_id=stored(person.id),
        visited_on=day,
        visitor_id=officer,
        result=result,
        need=random.choice(("存单到期", "手机银行", "想参加书法", "子女教育", ""))
        if recorded
        else "",
        next_step=random.choice(("邀请参加活动", "电话回访", "")) if recorded else "",
        created_at=now,
    )
