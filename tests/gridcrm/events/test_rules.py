from datetime import UTC, datetime, timedelta

import pytest

from gridcrm.core.errors import InvalidInput, NotAllowed, RuleBroken
from gridcrm.core.who import Role
from gridcrm.events import catalogue, rules
from gridcrm.events.bookings import Booking, clashes
from gridcrm.events.models import EventState
from gridcrm.events.rules import Approval, Verb

NOON = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
LEGO, TEA, MICRO, WEALTH = (
    catalogue.template(slug)
    for slug in ("lego_class", "tea_salon", "anti_fraud_corner", "wealth_salon")
)


def lead(*verbs: Verb, start: EventState = EventState.DRAFT) -> EventState:
    for verb in verbs:
        start = rules.after(start, verb)
    return start


def test_a_plan_goes_from_draft_to_review():
    verbs = ["submit", "approve", "open", "start", "close", "settle", "review"]
    assert lead(*map(Verb, verbs)) is EventState.REVIEWED


def test_a_returned_plan_can_be_submitted_again():
    assert lead(Verb.SUBMIT, Verb.RETURN, Verb.SUBMIT) is EventState.SUBMITTED


def test_a_draft_cannot_open_without_approval():
    with pytest.raises(RuleBroken):
        lead(Verb.OPEN)


@pytest.mark.parametrize("state", list(EventState))
def test_an_event_can_be_cancelled_until_it_begins(state: EventState):
    over = {"in_progress", "closed", "settled", "reviewed", "cancelled"}
    assert (Verb.CANCEL in rules.verbs(state)) is (state not in over)


def test_a_full_event_can_still_start():
    assert lead(Verb.START, start=EventState.FULL) is EventState.IN_PROGRESS


def test_a_micro_salon_needs_nobody_and_a_tea_salon_the_manager():
    assert rules.needed_approval(MICRO, 12, names_product=False) is Approval.NONE
    assert rules.needed_approval(TEA, 12, names_product=False) is Approval.MANAGER


def test_a_micro_salon_that_outgrows_the_lobby_corner_needs_the_manager():
    assert rules.needed_approval(MICRO, 13, names_product=False) is Approval.MANAGER


@pytest.mark.parametrize(
    ("kind", "capacity", "names_product"),
    [
        (LEGO, 16, False),
        (TEA, 12, True),
        (TEA, 51, False),
        (WEALTH, 10, False),
        (MICRO, 12, True),
        (MICRO, 51, False),
    ],
    ids=["minors", "a product", "over fifty", "wealth", "micro: a product", "micro: over fifty"],
)
def test_what_needs_a_second_look_goes_to_compliance(kind, capacity, names_product):
    needed = rules.needed_approval(kind, capacity, names_product=names_product)
    assert needed is Approval.COMPLIANCE


def test_fifty_guests_are_still_the_managers_affair():
    assert rules.needed_approval(TEA, 50, names_product=False) is Approval.MANAGER


def test_hang_plans_alone_and_zhou_does_not():
    assert rules.agrees_alone(Approval.MANAGER, Role.BRANCH_MANAGER)
    assert not rules.agrees_alone(Approval.MANAGER, Role.GRID_OFFICER)


def test_even_hang_needs_compliance_for_children():
    assert not rules.agrees_alone(Approval.COMPLIANCE, Role.BRANCH_MANAGER)


def test_whoever_asked_does_not_approve():
    with pytest.raises(RuleBroken, match="You asked"):
        rules.check_approver(Approval.MANAGER, Role.BRANCH_MANAGER, 4, {4, None})
    rules.check_approver(Approval.MANAGER, Role.BRANCH_MANAGER, 4, {7})


def test_the_manager_does_not_approve_for_compliance():
    with pytest.raises(NotAllowed):
        rules.check_approver(Approval.COMPLIANCE, Role.BRANCH_MANAGER, 4, {7})
    rules.check_approver(Approval.COMPLIANCE, Role.COMPLIANCE, 9, {7})


def test_a_change_does_not_slip_past_compliance():
    with pytest.raises(RuleBroken):
        rules.check_still_covered(Approval.MANAGER, Approval.COMPLIANCE)
    rules.check_still_covered(Approval.COMPLIANCE, Approval.MANAGER)


def test_seats_shrink_down_to_those_taken_and_no_further():
    rules.check_capacity(12, taken=12)
    with pytest.raises(InvalidInput):
        rules.check_capacity(11, taken=12)


def test_who_waits_moves_up_in_order_and_nobody_overtakes():
    line = [(1, 2), (2, 3), (3, 1)]
    assert rules.promotable(line, free=1) == []
    assert rules.promotable(line, free=2) == [(1, 2)]
    assert rules.promotable(line, free=4) == [(1, 2)]
    assert rules.promotable(line, free=6) == line


def booking(event_id: int, start_min: int, venue_id: int | None, host_id: int) -> Booking:
    start = NOON + timedelta(minutes=start_min)
    return Booking(event_id, f"e{event_id}", start, start + timedelta(hours=1), venue_id, host_id)


def test_a_room_and_a_host_are_in_one_place_at_a_time():
    wanted = booking(1, 0, venue_id=5, host_id=7)
    same_room, same_host = booking(2, 30, 5, 8), booking(3, -30, 6, 7)
    assert clashes(wanted, [same_room, same_host]) == {"venue_id": same_room, "host_id": same_host}


def test_one_event_may_begin_when_the_other_ends():
    assert clashes(booking(1, 0, 5, 7), [booking(2, 60, 5, 7), booking(3, -60, 5, 7)]) == {}


def test_an_event_does_not_clash_with_itself_nor_one_without_a_room_with_another():
    assert clashes(booking(1, 0, 5, 7), [booking(1, 0, 5, 7)]) == {}
    assert clashes(booking(1, 0, None, 7), [booking(2, 0, None, 8)]) == {}
