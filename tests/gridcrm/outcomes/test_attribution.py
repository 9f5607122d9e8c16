from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from gridcrm.outcomes.attribution import Attendance, Touch, counts_until, covers, credit

SHANGHAI = ZoneInfo("Asia/Shanghai")
TEA = Attendance(1, datetime(2026, 11, 1, 8, 0, tzinfo=UTC), 30)
LEGO = Attendance(2, datetime(2026, 11, 15, 8, 0, tzinfo=UTC), 30)


def on(day: int, month: int = 11) -> date:
    return date(2026, month, day)


def test_a_deposit_four_days_after_the_tea_salon_credits_the_tea_salon():
    assert credit(on(5), [TEA], SHANGHAI) == 1


def test_a_deposit_on_the_day_of_the_salon_counts_as_after_it():
    assert credit(on(1), [TEA], SHANGHAI) == 1


def test_a_deposit_the_day_before_the_salon_credits_nothing():
    assert credit(date(2026, 10, 31), [TEA], SHANGHAI) is None


def test_the_window_holds_its_last_day_and_not_the_next():
    assert counts_until(TEA, SHANGHAI) == on(1, month=12)
    assert credit(on(1, month=12), [TEA], SHANGHAI) == 1
    assert credit(on(2, month=12), [TEA], SHANGHAI) is None


def test_of_two_salons_the_last_one_gets_the_credit():
    assert credit(on(20), [TEA, LEGO], SHANGHAI) == 2


def test_a_first_touch_view_credits_the_first_of_the_two():
    assert credit(on(20), [TEA, LEGO], SHANGHAI, Touch.FIRST) == 1


def test_between_two_salons_only_the_earlier_one_can_have_the_credit():
    assert credit(on(10), [TEA, LEGO], SHANGHAI) == 1
    assert credit(on(10), [TEA, LEGO], SHANGHAI, Touch.FIRST) == 1


def test_who_was_at_no_event_credits_none():
    assert credit(on(5), [], SHANGHAI) is None


def test_a_day_is_the_branchs_day_and_not_that_of_greenwich():
    late = Attendance(
        3, datetime(2026, 11, 1, 17, 0, tzinfo=UTC), 30
    )  # 1 am on the 2nd in Shanghai
    assert credit(on(1), [late], SHANGHAI) is None
    assert credit(on(2), [late], SHANGHAI) == 3


attendances = st.lists(
    st.builds(
        Attendance,
        event_id=st.integers(1, 9),
        ended_at=st.integers(0, 200).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(n)),
        window_days=st.integers(1, 90),
    ),
    max_size=6,
)
days = st.integers(0, 300).map(lambda n: date(2026, 1, 1) + timedelta(n))


@given(days, attendances)
def test_an_outcome_credits_one_attended_event_whose_window_holds_it_or_none(
    day: date, found: list[Attendance]
):
    inside = {item.event_id for item in found if covers(item, day, SHANGHAI)}
    for touch in Touch:
        event_id = credit(day, found, SHANGHAI, touch)
        assert event_id in inside if inside else event_id is None


@given(days, attendances)
def test_the_order_in_which_attendances_are_read_changes_no_credit(
    day: date, found: list[Attendance]
):
    for touch in Touch:
        assert credit(day, found, SHANGHAI, touch) == credit(day, found[::-1], SHANGHAI, touch)
