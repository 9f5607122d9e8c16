"""Each metric against people counted by hand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.consent.models import ConsentState, Purpose
from gridcrm.core.errors import InvalidInput, NotAllowed, NotFound
from gridcrm.events.models import EventState, InvitationState, RegistrationState
from gridcrm.grids.models import GridCell, PlanState
from gridcrm.labels.models import CustomerLabel, Label, LabelSource
from gridcrm.ledger.models import Visit, VisitResult
from gridcrm.maps import queries
from gridcrm.maps.metrics import METRICS, Metric, Need
from gridcrm.maps.queries import visit_days
from gridcrm.maps.question import Question
from gridcrm.maps.records import Ask
from gridcrm.maps.rules import State, Tally
from gridcrm.outcomes.models import OutcomeKind, OutcomeState
from gridcrm.segments.models import Segment
from tests import make
from tests.conftest import NOON
from tests.gridcrm.maps.conftest import Town, answer_for, figures, hold, keep, sale

_ALONE = [
    metric
    for metric in Metric
    if METRICS[metric].needs <= {Need.PERIOD} and metric is not Metric.VISITS
]


async def test_customers_count_in_their_cell_and_only_those_of_the_branch(
    town: Town, session: AsyncSession
):
    stranger = make.customer(town.cast.b, cell_id=town.south.id)
    await keep(session, *town.people(3, town.west), *town.people(2, None), stranger)

    seen = await figures(session, town.cast.hang)

    assert {name: figure.numerator for name, figure in seen.items()} == {"西片": 3, "东片": 0}
    assert seen["东片"].state is State.ZERO


async def test_an_officer_sees_the_sums_of_cells_that_are_not_hers(
    town: Town, session: AsyncSession
):
    await keep(session, *town.people(3, town.east))
    assert (await figures(session, town.cast.ming))["东片"].numerator == 3


async def test_density_is_customers_by_square_kilometre(town: Town, session: AsyncSession):
    await keep(session, *town.people(5, town.west))
    assert (await figures(session, town.cast.hang, metric="density"))["西片"].value == 20.0


async def test_consent_counts_marketing_purposes_that_are_granted_now(
    town: Town, session: AsyncSession
):
    people = town.people(20, town.west)
    await keep(session, *people)
    agreed, called, noticed, refused, withdrew, expired = people[:6]
    await keep(
        session,
        make.consent(agreed),
        make.consent(called, Purpose.MARKETING_CALL),
        make.consent(noticed, Purpose.SERVICE_NOTICE),
        make.consent(refused, state=ConsentState.REFUSED),
        make.consent(withdrew, withdrawn_at=NOON - timedelta(days=1)),
        make.consent(expired, expires_on=(NOON - timedelta(days=1)).date()),
    )

    west = (await figures(session, town.cast.hang, metric="consent_share"))["西片"]

    assert (west.numerator, west.n, west.value) == (2, 20, 0.1)


async def test_a_share_of_nineteen_people_is_shown_as_counts(town: Town, session: AsyncSession):
    people = town.people(19, town.west)
    await keep(session, *people)
    await keep(session, make.consent(people[0]))

    shown = await answer_for(session, town.cast.hang, metric="consent_share")

    assert [(line.said, line.shade.name) for line in shown.lines] == [
        ("1 of 19", "few"),
        ("no data", "no_data"),
    ]


async def test_a_label_counts_with_everything_below_it_until_it_expires(
    town: Town, session: AsyncSession
):
    people = town.people(20, town.west)
    theme = Label(slug="t", depth=1, name_zh="题", name_en="Theme")
    await keep(session, *people, theme)
    group = Label(slug="t.g", depth=2, parent_id=theme.id, name_zh="组", name_en="Group")
    await keep(session, group)
    leaf = Label(slug="t.g.leaf", depth=3, parent_id=group.id, name_zh="叶", name_en="Leaf")
    twin = Label(slug="t.g.leaf2", depth=3, parent_id=group.id, name_zh="叶二", name_en="Leaf 2")
    await keep(session, leaf, twin)
    today = NOON.date()
    await keep(
        session,
        _carries(people[0], leaf, today),
        _carries(people[1], leaf, today + timedelta(days=9)),
        _carries(people[2], leaf, today - timedelta(days=1)),
        _carries(people[3], twin, today),
    )

    async def share(slug: str) -> int | None:
        seen = await figures(session, town.cast.hang, metric="label_share", label=slug)
        return seen["西片"].numerator

    assert [await share(slug) for slug in ("t.g.leaf", "t.g", "t")] == [2, 3, 3]


def _carries(person: object, label: Label, until: object) -> CustomerLabel:
    return CustomerLabel(
        customer_id=person.id,  # type: ignore[attr-defined]
        label_id=label.id,
        source=LabelSource.OWN_STATEMENT,
        confidence=0.9,
        given_on=NOON.date(),
        expires_on=until,
        updated_at=NOON,
    )


async def test_members_of_a_segment_are_counted_as_they_are_now(town: Town, session: AsyncSession):
    await keep(session, *town.people(4, town.west, birth_year=1950), *town.people(3, town.west))
    elders = Segment(
        branch_id=town.cast.a.id,
        name_zh="长者",
        name_en="Elders",
        predicate={"all": [{"kind": "age_band", "min_age": 60}]},
        created_at=NOON,
    )
    await keep(session, elders)

    seen = await figures(session, town.cast.hang, metric="segment_members", segment=elders.id)

    assert seen["西片"].numerator == 4


async def test_the_segment_of_another_branch_is_not_there(town: Town, session: AsyncSession):
    theirs = Segment(
        branch_id=town.cast.b.id, name_zh="他", name_en="Theirs", predicate={"all": []},
        created_at=NOON,
    )  # fmt: skip
    await keep(session, theirs)

    with pytest.raises(NotFound):
        await figures(session, town.cast.hang, metric="segment_members", segment=theirs.id)
    with pytest.raises(NotAllowed):
        await figures(session, town.cast.lin, metric="segment_members", segment=theirs.id)


async def test_a_metric_that_needs_a_label_says_so(town: Town, session: AsyncSession):
    with pytest.raises(InvalidInput):
        await figures(session, town.cast.hang, metric="label_share")
    with pytest.raises(InvalidInput):
        await figures(session, town.cast.hang, metric="label_share", label="nothing.like.this")


async def test_visits_of_the_period_count_unless_nobody_was_at_home(
    town: Town, session: AsyncSession
):
    def visit(days_ago: int, **changes: object) -> Visit:
        row: dict[str, object] = {
            "branch_id": town.cast.a.id,
            "cell_id": town.west.id,
            "visited_on": NOON.date() - timedelta(days=days_ago),
            "visitor_id": town.cast.zhou.user_id,
            "created_at": NOON,
        }
        return Visit(**row | changes)

    await keep(session, visit(0), visit(29), visit(30), visit(5, result=VisitResult.NOT_HOME))

    month = (await figures(session, town.cast.hang, metric="visits", days=30))["西片"]
    quarter = (await figures(session, town.cast.hang, metric="visits", days=90))["西片"]
    assert (month.numerator, quarter.numerator) == (2, 3)


async def test_a_visit_before_the_grid_was_redrawn_is_the_last_one_of_the_new_cell(
    town: Town, session: AsyncSession
):
    zhou, today = town.cast.zhou, NOON.date()
    (resident,) = town.people(1, town.west)
    before = await make.plan(session, town.cast.a, town.cast.hang, state=PlanState.RETIRED)
    gone = GridCell(**town.west.model_dump(exclude={"id", "plan_id"}), plan_id=before.id)
    await keep(session, resident, gone)
    rows = {"branch_id": town.cast.a.id, "visitor_id": zhou.user_id, "created_at": NOON}
    here = rows | {"customer_id": resident.id, "cell_id": gone.id}
    await keep(
        session,
        Visit(**here, visited_on=today - timedelta(days=3), next_on=today + timedelta(days=4)),
        Visit(**here, visited_on=today, result=VisitResult.NOT_HOME),
    )

    both = [town.west.id or 0, town.east.id or 0]
    seen = await visit_days(session, town.plan, both, today)

    assert seen == {town.west.id: (today - timedelta(days=3), today + timedelta(days=4))}


async def test_the_way_from_invited_to_converted_counts_each_person_once(
    town: Town, session: AsyncSession
):
    people = town.people(6, town.west)
    await keep(session, *people)
    first, second = await hold(session, town, 10), await hold(session, town, 3)
    await keep(session, *(make.invitation(at, p) for at in (first, second) for p in people[:5]))
    await keep(
        session,
        make.registration(first, people[0]),
        make.registration(second, people[0]),
        make.registration(first, people[1]),
        make.registration(first, people[2], state=RegistrationState.NO_SHOW),
        make.registration(first, people[5]),
    )
    await keep(
        session,
        sale(people[0], first, town),
        sale(people[0], second, town),
        sale(people[1], first, town, state=OutcomeState.CLAIMED),
        sale(people[5], first, town, kind=OutcomeKind.WECHAT_ADDED),
    )

    async def west(metric: str) -> int | None:
        return (await figures(session, town.cast.hang, metric=metric))["西片"].numerator

    found = [await west(metric) for metric in ("invited", "attended", "converted")]
    rate = (await figures(session, town.cast.hang, metric="conversion_rate"))["西片"]
    assert found == [5, 3, 1]
    assert (rate.state, rate.numerator, rate.n) == (State.FEW, 1, 3)


async def test_staff_minors_suppressed_and_cancelled_count_nowhere(
    town: Town, session: AsyncSession
):
    people = [
        *town.people(1, town.west, is_staff=True),
        *town.people(1, town.west, birth_year=2015),
        *town.people(2, town.west),
    ]
    await keep(session, *people)
    event = await hold(session, town, 3)
    called_off = await hold(session, town, 3, state=EventState.CANCELLED)
    await keep(
        session,
        *(make.invitation(event, person) for person in people[:2]),
        make.invitation(event, people[2], state=InvitationState.SUPPRESSED),
        make.invitation(called_off, people[3]),
        *(make.registration(event, person) for person in people[:2]),
    )

    for metric in ("invited", "attended"):
        assert (await figures(session, town.cast.hang, metric=metric))["西片"].numerator == 0


async def test_an_event_counts_from_its_beginning_to_the_end_of_the_period(
    town: Town, session: AsyncSession
):
    people = town.people(3, town.west)
    await keep(session, *people)
    old, recent, coming = [await hold(session, town, days) for days in (91, 89, -1)]
    await keep(
        session,
        make.invitation(old, people[0]),
        make.invitation(recent, people[1]),
        make.invitation(coming, people[2]),
    )

    quarter = await figures(session, town.cast.hang, metric="invited", days=90)
    half = await figures(session, town.cast.hang, metric="invited", days=180)
    assert (quarter["西片"].numerator, half["西片"].numerator) == (1, 2)


async def test_somebody_who_moved_counts_where_they_lived_when_they_came(
    town: Town, session: AsyncSession
):
    (person,) = town.people(1, town.east)
    await keep(session, person)
    event = await hold(session, town, 3)
    await keep(session, make.registration(event, person, cell_id=town.west.id))

    seen = await figures(session, town.cast.hang, metric="attended")

    assert (seen["西片"].numerator, seen["东片"].numerator) == (1, 0)


async def test_what_was_counted_on_an_earlier_grid_counts_where_the_person_lives_now(
    town: Town, session: AsyncSession
):
    old = await make.plan(session, town.cast.a, town.cast.hang, state=PlanState.RETIRED)
    gone = make.cell(town.cast.a, old)
    (person,) = town.people(1, town.east)
    await keep(session, gone, person)
    event = await hold(session, town, 3)
    await keep(session, make.registration(event, person, cell_id=gone.id))

    seen = await figures(session, town.cast.hang, metric="attended")

    assert {name: figure.numerator for name, figure in seen.items()} == {"西片": 0, "东片": 1}


@pytest.mark.parametrize("metric", _ALONE)
async def test_a_cell_asked_alone_has_the_number_it_has_among_all(
    town: Town, session: AsyncSession, metric: Metric
):
    old = await make.plan(session, town.cast.a, town.cast.hang, state=PlanState.RETIRED)
    gone = make.cell(town.cast.a, old)
    people = [*town.people(4, town.west), *town.people(4, town.east), *town.people(2, None)]
    await keep(session, gone, *people)
    event = await hold(session, town, 3)
    lived = [None, town.west.id, town.east.id, gone.id] * 3
    for person, cell_id in zip(people, lived, strict=False):
        agreed, asked = make.consent(person), make.invitation(event, person, cell_id=cell_id)
        came = make.registration(event, person, cell_id=cell_id)
        await keep(session, agreed, asked, came, sale(person, event, town))
    question = Question(METRICS[metric], NOON, town.cast.a.time_zone, 30)
    ask = Ask(town.cast.hang, town.plan.id or 0, question)
    part, whole = await queries.tallies(session, ask)
    assert part
    for cell_id in (town.west.id or 0, town.east.id or 0):
        alone, of = await queries.tallies(session, replace(ask, cell_id=cell_id))
        assert alone.get(cell_id, Tally()) == part.get(cell_id, Tally())
        assert of.get(cell_id) == whole.get(cell_id)


async def test_head_office_sees_the_same_cells_without_a_small_number(
    town: Town, session: AsyncSession
):
    await keep(session, *town.people(9, town.west), *town.people(23, town.east))

    exact = await figures(session, town.cast.hang)
    blurred = await answer_for(session, town.cast.fen)

    assert {name: figure.n for name, figure in exact.items()} == {"西片": 9, "东片": 23}
    west, east = blurred.lines
    assert (west.figure.state, west.figure.n, west.said, west.shade.name) == (
        State.HIDDEN,
        None,
        "<10",
        "hidden",
    )
    assert east.figure.n in (20, 25)


async def test_rounding_depends_on_the_people_and_not_on_the_moment(
    town: Town, session: AsyncSession
):
    await keep(session, *town.people(23, town.east))
    once, again = [(await figures(session, town.cast.fen))["东片"] for _ in range(2)]
    assert once == again
