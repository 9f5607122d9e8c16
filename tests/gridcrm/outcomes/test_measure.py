import pytest

from gridcrm.core.who import Role, Who
from gridcrm.outcomes.measure import Funnel, Rate, as_data, shown_rate

MEI = Who(1, "Mei", Role.MARKETING, branch_id=1)
FEN = Who(2, "Fen", Role.HEAD_OFFICE, branch_id=1, all_branches=True)


@pytest.mark.parametrize(
    ("part", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998
        (15, 148, 0.0624, 0.1605),
        (1, 29, 0.0061, 0.1718),
        (0, 20, 0.0, 0.1611),
        (20, 20, 0.8389, 1.0),
        (4, 20, 0.0807, 0.4160),
        (6, 20, 0.1455, 0.5190),
    ],
)
def test_intervals_are_those_that_were_published(part: int, of: int, low: float, high: float):
    found = Rate(part, of).interval
    assert found == (pytest.approx(low, abs=5e-5), pytest.approx(high, abs=5e-5))


def test_below_twenty_people_there_are_counts_only():
    assert Rate(4, 19).share is None
    assert Rate(4, 19).interval is None
    assert Rate(4, 20).share == 0.2


def test_a_bar_without_anybody_is_as_long_as_can_be():
    assert Rate(0, 0).bounds == (0.0, 1.0)


def test_walk_ins_are_no_part_of_the_show_rate():
    funnel = Funnel(invited=40, accepted=24, registered=25, arrived=20, attended=26, walk_ins=6)
    assert funnel.show == Rate(20, 25)
    assert funnel.acceptance == Rate(24, 40)


def test_fen_of_head_office_reads_nine_people_as_fewer_than_ten_and_mei_reads_nine():
    funnel = Funnel(invited=40, accepted=20, registered=20, attended=9, converted=0)
    assert as_data(funnel, FEN)["attended"] == "<10"
    assert as_data(funnel, FEN)["converted"] == "<10"
    assert as_data(funnel, FEN)["invited"] == "40"
    assert "amount_fen" not in as_data(funnel, FEN)
    assert as_data(funnel, MEI)["attended"] == 9


def test_a_rate_that_gives_a_small_count_away_is_hidden_with_it():
    assert shown_rate(Rate(4, 40), FEN) is None
    assert shown_rate(Rate(40, 40), FEN) is None
    assert shown_rate(Rate(12, 40), FEN) == Rate(12, 40)
    assert shown_rate(Rate(4, 40), MEI) == Rate(4, 40)
