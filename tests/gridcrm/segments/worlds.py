"""Random small worlds and random predicates over them."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.gridcrm.segments.brute import TODAY, Carried, Person

LEAVES = ("a.a.one", "a.a.two", "a.b.one", "b.a.one", "b.a_.one", "b.a.retired")
SLUGS = ("a", "b", "a.a", "a.b", "b.a", "b.a_", *LEAVES)
ACTIVE = {slug for slug in SLUGS if slug != "b.a.retired"}
PRODUCTS = ("deposit", "card", "loan")
PURPOSES = ("marketing_sms", "profiling")
TIERS = ("mass", "potential", "private")
STAGES = ("prospect", "new", "lapsed")
_WORDS = ("退休", "Teacher", "50%", "a_b")
_days = st.integers(-800, 40).map(lambda n: TODAY + timedelta(days=n))
_confidence = st.sampled_from((0.4, 0.5, 0.7, 0.9))


def worlds(cells: list[int], staff: list[int]) -> st.SearchStrategy[list[Person]]:
    """Return lists of people who live in the cells and are looked after by the staff."""
    carried = st.builds(Carried, st.sampled_from(LEAVES), _confidence, _days.map(_around_today))
    person = st.builds(
        Person,
        birth_year=st.none() | st.integers(1940, 2020),
        tier=st.none() | st.sampled_from(TIERS),
        lifecycle=st.sampled_from(STAGES),
        cell=st.none() | st.sampled_from(cells),
        distance_m=st.none() | st.sampled_from((0.0, 300.0, 1500.0, 1500.5)),
        walk_min=st.none() | st.sampled_from((0.0, 5.0, 5.1)),
        owner=st.none() | st.sampled_from(staff),
        has_child=st.sampled_from((None, True, False)),
        moved_in_on=st.none() | _days,
        opened_on=st.none() | _days,
        occupation=st.sampled_from(("", "退休教师", "teacher", "50 %", "axb", "a_b")),
        organisation=st.sampled_from(("", "第一小学", "50%", "TEACHERs")),
        labels=st.lists(carried, max_size=4, unique_by=lambda x: x.slug),
        products=st.sets(st.sampled_from(PRODUCTS)),
        agreed=st.sets(st.sampled_from(PURPOSES)),
    )
    return st.lists(person, min_size=1, max_size=8)


def each_kind(cells: list[int], staff: list[int]) -> list[dict[str, Any]]:
    """Return one question of every kind."""
    return [
        {"kind": "label", "slug": "a.a.one"}, {"kind": "label_under", "slug": "a"},
        {"kind": "labels_in_branch_of_tree"}, {"kind": "age_band", "min_age": 30},
        {"kind": "tier", "in": ["mass"]}, {"kind": "lifecycle", "in": ["new"]},
        {"kind": "cell", "in": cells[:1]}, {"kind": "unplaced"},
        {"kind": "distance", "max_m": 300}, {"kind": "walk", "max_min": 5}, {"kind": "consent", "purpose": "profiling"},
        {"kind": "holding", "product": "card"}, {"kind": "owner", "in": staff[:1]},
        {"kind": "has_child"}, {"kind": "moved_in", "within_years": 1},
        {"kind": "opened", "within_days": 90}, {"kind": "occupation", "contains": ["TEACH"]},
        {"kind": "organisation"},
    ]  # fmt: skip


def predicates(cells: list[int], staff: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    """Return predicates of up to five levels."""
    leaf = _leaves(cells, staff)
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
            inner.map(lambda part: {"not": part}),
        ),
        max_leaves=6,
    ).filter(lambda tree: _depth(tree) <= 6)


def _leaves(cells: list[int], staff: list[int]) -> st.SearchStrategy[dict[str, Any]]:
    some = st.lists(st.sampled_from(_WORDS), max_size=2)
    return st.one_of(
        _leaf("label", slug=st.sampled_from(SLUGS), min_confidence=_confidence),
        _leaf("label_under", slug=st.sampled_from(SLUGS), min_confidence=_confidence),
        _leaf("labels_in_branch_of_tree", at_least=st.integers(2, 3), min_confidence=_confidence),
        _leaf("age_band", min_age=st.integers(0, 80)),
        _leaf("age_band", min_age=st.integers(0, 40), max_age=st.integers(41, 90)),
        _leaf("tier", **{"in": st.lists(st.sampled_from(TIERS), min_size=1)}),
        _leaf("lifecycle", **{"in": st.lists(st.sampled_from(STAGES), min_size=1)}),
        _leaf("cell", **{"in": st.lists(st.sampled_from([*cells, 999]), min_size=1)}),
        _leaf("distance", max_m=st.sampled_from((0, 300, 1500))),
        _leaf("walk", max_min=st.sampled_from((0, 5, 10))),
        _leaf("distance", min_m=st.sampled_from((300, 1500))),
        _leaf("consent", purpose=st.sampled_from(PURPOSES)),
        _leaf("holding", product=st.sampled_from((*PRODUCTS, "gold"))),
        _leaf("holding"),
        _leaf("owner", **{"in": st.lists(st.sampled_from(staff), max_size=2)}),
        _leaf("has_child"),
        _leaf("unplaced"),
        _leaf("moved_in", within_years=st.integers(1, 3)),
        _leaf("opened", within_days=st.integers(1, 700)),
        _leaf("occupation", contains=some),
        _leaf("organisation", contains=some),
    )


def _leaf(kind: str, **arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"kind": st.just(kind), **arguments})


def _around_today(day: Any) -> Any:
    """Let expiry fall on the day itself more often than chance would."""
    return TODAY if day.day % 7 == 0 else day


def _depth(tree: dict[str, Any]) -> int:
    if "kind" in tree:
        return 0
    inner = next(iter(tree.values()))
    return 1 + max(map(_depth, inner if isinstance(inner, list) else [inner]))
