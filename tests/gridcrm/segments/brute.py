"""A second, plain reading of predicates over a small world of dataclasses, to compare the SQL with."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

TODAY = date(2026, 11, 21)


@dataclass
class Carried:
    slug: str
    confidence: float
    expires_on: date


@dataclass
class Person:
    birth_year: int | None = None
    tier: str | None = None
    lifecycle: str = "prospect"
    cell: int | None = None
    distance_m: float | None = None
    walk_min: float | None = None
    owner: int | None = None
    has_child: bool | None = None
    moved_in_on: date | None = None
    opened_on: date | None = None
    occupation: str = ""
    organisation: str = ""
    labels: list[Carried] = field(default_factory=list)
    products: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)


def holds(predicate: dict[str, Any], person: Person, active: set[str]) -> bool:
    """Return whether a person fulfils a predicate; `active` are the labels in use."""
    if "all" in predicate:
        return all(holds(part, person, active) for part in predicate["all"])
    if "any" in predicate:
        return any(holds(part, person, active) for part in predicate["any"])
    if "not" in predicate:
        return not holds(predicate["not"], person, active)
    return bool(_KINDS[predicate["kind"]](predicate, person, active))


def _live(p: dict[str, Any], person: Person, active: set[str]) -> list[str]:
    least = p.get("min_confidence", 0.5)
    return [
        x.slug
        for x in person.labels
        if x.slug in active and x.confidence >= least and x.expires_on >= TODAY
    ]


def _label(p: dict[str, Any], person: Person, active: set[str]) -> bool:
    return p["slug"] in _live(p, person, active)


def _label_under(p: dict[str, Any], person: Person, active: set[str]) -> bool:
    above = p["slug"] in active
    return above and any(s.startswith(p["slug"] + ".") for s in _live(p, person, active))


def _several(p: dict[str, Any], person: Person, active: set[str]) -> bool:
    themes = [slug.split(".")[0] for slug in _live(p, person, active)]
    return any(themes.count(theme) >= p.get("at_least", 2) for theme in themes)


def _age(p: dict[str, Any], person: Person, _active: set[str]) -> bool:
    if person.birth_year is None:
        return False
    return _between(p.get("min_age"), TODAY.year - person.birth_year, p.get("max_age"))


def _distance(p: dict[str, Any], person: Person, _active: set[str]) -> bool:
    if person.distance_m is None:
        return False
    return _between(p.get("min_m"), person.distance_m, p.get("max_m"))


def _between(low: float | None, value: float, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _moved_in(p: dict[str, Any], person: Person, _active: set[str]) -> bool:
    first = TODAY.replace(year=TODAY.year - p["within_years"])
    return person.moved_in_on is not None and first <= person.moved_in_on <= TODAY


def _opened(p: dict[str, Any], person: Person, _active: set[str]) -> bool:
    first = TODAY - timedelta(days=p["within_days"])
    return person.opened_on is not None and first <= person.opened_on <= TODAY


def _contains(words: list[str] | None, text: str) -> bool:
    return any(word.lower() in text.lower() for word in words) if words else text != ""


_KINDS: dict[str, Any] = {
    "label": _label,
    "label_under": _label_under,
    "labels_in_branch_of_tree": _several,
    "age_band": _age,
    "distance": _distance,
    "walk": lambda p, person, _: person.walk_min is not None and person.walk_min <= p["max_min"],
    "moved_in": _moved_in,
    "opened": _opened,
    "tier": lambda p, person, _: person.tier in p["in"],
    "lifecycle": lambda p, person, _: person.lifecycle in p["in"],
    "cell": lambda p, person, _: person.cell in p["in"],
    "unplaced": lambda _p, person, _: person.cell is None,
    "owner": lambda p, person, _: (
        person.owner in p["in"] if p.get("in") else person.owner is not None
    ),
    "has_child": lambda _p, person, _: person.has_child is True,
    "consent": lambda p, person, _: p["purpose"] in person.agreed,
    "holding": lambda p, person, _: (
        p["product"] in person.products if p.get("product") else bool(person.products)
    ),
    "occupation": lambda p, person, _: _contains(p.get("contains"), person.occupation),
    "organisation": lambda p, person, _: _contains(p.get("contains"), person.organisation),
}
