"""Nobody learns of a single person from a map unless they may open that person's record."""

from hypothesis import given
from hypothesis import strategies as st

from gridcrm.core.who import Role, Who
from gridcrm.maps.metrics import Measure
from gridcrm.maps.rules import Figure, State, Tally, blur_key, figure, shown

KEY = b"k" * 32
KM2 = 1_000_000.0

counts = st.integers(min_value=0, max_value=5000)
marks = st.tuples(st.integers(min_value=0), st.integers(min_value=0))


def tally(count: int, mark: tuple[int, int] = (7, 11)) -> Tally:
    return Tally(count, mark)


def person(role: Role) -> Who:
    return Who(1, "Fen", role, branch_id=1)


def test_an_officer_reads_four_customers_as_four():
    assert figure(Measure.COUNT, tally(4), None, KM2, None) == Figure(State.KNOWN, 4, 4, 4)


def test_head_office_reads_four_customers_as_hidden():
    assert figure(Measure.COUNT, tally(4), None, KM2, KEY) == Figure(State.HIDDEN)


def test_only_who_may_list_customers_has_no_key():
    assert blur_key(person(Role.GRID_OFFICER), "s") is None
    assert blur_key(person(Role.BRANCH_MANAGER), "s") is None
    assert blur_key(person(Role.LOBBY_MANAGER), "s") is not None
    assert blur_key(person(Role.HEAD_OFFICE), "s") is not None


def test_two_installations_round_with_different_keys():
    fen = person(Role.HEAD_OFFICE)
    assert blur_key(fen, "one secret") != blur_key(fen, "another secret")


@given(st.integers(min_value=0, max_value=9), marks)
def test_no_count_below_ten_can_be_told_from_another(count: int, mark: tuple[int, int]):
    for measure in (Measure.COUNT, Measure.DENSITY):
        assert figure(measure, tally(count, mark), None, KM2, KEY) == Figure(State.HIDDEN)


def test_ten_is_the_first_count_that_is_shown():
    assert shown(tally(9), KEY) is None
    assert shown(tally(10), KEY) == 10


@given(st.integers(min_value=10, max_value=5000), marks)
def test_a_shown_count_is_a_neighbouring_multiple_of_five(count: int, mark: tuple[int, int]):
    seen = shown(tally(count, mark), KEY)
    assert seen is not None
    assert seen % 5 == 0
    assert abs(seen - count) < 5
    assert seen >= 10


@given(counts, marks)
def test_the_same_people_always_give_the_same_number(count: int, mark: tuple[int, int]):
    assert shown(tally(count, mark), KEY) == shown(tally(count, mark), KEY)


def test_rounding_goes_both_ways_and_is_right_on_average():
    seen = [shown(tally(12, (n, n * n)), KEY) for n in range(4000)]
    assert set(seen) == {10, 15}
    assert abs(sum(s for s in seen if s) / len(seen) - 12) < 0.2


def test_one_person_more_does_not_show_in_the_difference_of_two_answers():
    """From 12 to 13 people the shown number moves by -5, 0 or +5, never by 1."""
    steps = {
        (shown(tally(13, (n, 3 * n)), KEY) or 0) - (shown(tally(12, (n + 1, n)), KEY) or 0)
        for n in range(500)
    }
    assert steps == {-5, 0, 5}


def test_a_density_is_made_of_the_rounded_count():
    seen = shown(tally(23), KEY)
    assert seen is not None
    density = figure(Measure.DENSITY, tally(23), None, KM2 / 4, KEY)
    assert (density.value, density.n) == (seen * 4, seen)


def test_an_officer_reads_the_rate_of_twelve_of_twenty_eight():
    got = figure(Measure.RATE, tally(12), tally(28), KM2, None)
    assert (got.state, got.n, got.numerator) == (State.KNOWN, 28, 12)
    assert got.value == 12 / 28


def test_below_twenty_an_officer_reads_counts_and_no_rate():
    got = figure(Measure.RATE, tally(4), tally(12), KM2, None)
    assert got == Figure(State.FEW, None, 12, 4)


def test_twenty_is_the_first_number_of_people_with_a_rate():
    assert figure(Measure.RATE, tally(4), tally(19), KM2, None).state is State.FEW
    assert figure(Measure.RATE, tally(4), tally(20), KM2, None).value == 0.2


def test_nobody_at_all_is_no_data_and_nobody_of_many_is_zero():
    assert figure(Measure.RATE, tally(0), None, KM2, None).state is State.NO_DATA
    assert figure(Measure.RATE, tally(0), tally(40), KM2, None) == Figure(State.ZERO, 0.0, 40, 0)
    assert figure(Measure.COUNT, tally(0), None, KM2, None) == Figure(State.ZERO, 0, 0, 0)


def test_head_office_sees_no_rate_below_twenty_none_of_nobody_and_none_of_all():
    for part, whole in ((5, 19), (0, 60), (60, 60), (0, 0)):
        got = figure(Measure.RATE, tally(part), tally(whole), KM2, KEY)
        assert got == Figure(State.HIDDEN), (part, whole)


@given(counts, counts, marks, marks)
def test_a_rate_that_head_office_sees_never_says_none_or_all(
    part: int, rest: int, mark: tuple[int, int], other: tuple[int, int]
):
    got = figure(Measure.RATE, tally(part, mark), tally(part + rest, other), KM2, KEY)
    if got.state is State.HIDDEN:
        assert (got.value, got.n, got.numerator) == (None, None, None)
        return
    assert got.value is not None
    assert 0 < got.value < 1
    assert got.n is not None
    assert got.n % 5 == 0
    assert got.n >= 20
    assert (got.numerator is None) == (part < 10)


def test_a_rate_of_seven_in_sixty_does_not_give_the_seven_away():
    """Whatever is shown could have come from several numbers of people."""
    seen = {
        figure(Measure.RATE, tally(7, (n, n)), tally(60, (n, 1)), KM2, KEY).value
        for n in range(200)
    }
    assert seen == {5 / 60, 10 / 60}
