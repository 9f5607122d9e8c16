"""How people write one community's name, and which names are not one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridcrm.customers.likeness import Parts, parts, score


def like(one: str, other: str) -> int:
    return score(parts(one), parts(other))


@pytest.mark.parametrize(
    ("written", "listed", "least"),
    [
        ("幸福里３栋", "幸福里", 100),
        ("錦繡嘉園", "锦绣嘉园", 100),
        ("滨河湾第十二区", "滨河湾12区", 100),
        ("滨河湾 二期", "滨河湾（2期）", 100),
        ("幸福里小区", "幸福里", 95),
        ("幸福里小区二期", "幸福里 2期", 95),
        ("大冲新城", "大冲新城花园", 95),
        ("经开区幸福里", "幸福里", 85),
        ("幸福理", "幸福里", 60),
    ],
)
def test_the_same_place_written_differently_is_alike(written: str, listed: str, least: int):
    assert like(written, listed) >= least


@pytest.mark.parametrize(
    ("written", "listed"), [("万科金域", "阳光花园"), ("月光花园", "阳光花园"), ("未名里", "幸福里"), ("", "幸福里")]
)  # fmt: skip
def test_other_places_are_not_offered(written: str, listed: str):
    assert like(written, listed) < 60


def test_another_phase_or_another_kind_of_place_is_less_alike_than_the_same():
    assert (
        like("幸福里一期", "幸福里一期")
        > like("幸福里一期", "幸福里")
        > like("幸福里一期", "幸福里二期")
    )
    assert like("阳光花园", "阳光花园") > like("阳光", "阳光花园") > like("阳光家园", "阳光花园")


def test_a_name_that_is_only_a_kind_keeps_itself():
    assert parts("花园") == Parts("花园")
    assert parts("三号楼") == Parts("3号楼")


NAMES = st.text(alphabet="幸福里小区花园一二三十期号栋0123ABab（）· ", max_size=12)


@given(NAMES, NAMES)
def test_likeness_is_mutual_and_between_0_and_100(one: str, other: str):
    assert like(one, other) == like(other, one)
    assert 0 <= like(one, other) <= 100


@given(NAMES)
def test_every_name_is_most_like_itself(name: str):
    assert like(name, name) == (100 if parts(name).core else 0)
