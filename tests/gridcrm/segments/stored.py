"""Puts a small world into tables."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from gridcrm.consent.models import Consent, ConsentState, Purpose
from gridcrm.customers.models import Customer, Holding
from gridcrm.labels.models import CustomerLabel, LabelSource
from tests.conftest import NOON
from tests.gridcrm.segments.brute import Person
from tests.gridcrm.segments.worlds import ACTIVE, SLUGS


def label_rows() -> list[dict[str, Any]]:
    """Return the labels of all worlds, each below its parent."""
    ids = {slug: n for n, slug in enumerate(SLUGS, 1)}
    return [
        {
            "id": ids[slug], "slug": slug, "parent_id": ids.get(slug.rpartition(".")[0]),
            "depth": slug.count(".") + 1, "name_zh": slug, "name_en": slug, "position": 0,
            "active": slug in ACTIVE,
        }
        for slug in sorted(SLUGS, key=lambda slug: slug.count("."))
    ]  # fmt: skip


def rows_of(people: Sequence[Person], branch_id: int, first_id: int = 1) -> list[Any]:
    """Return the rows of a world; the n-th person gets the n-th id."""
    rows: list[Any] = []
    for customer_id, person in enumerate(people, first_id):
        rows.append(_customer(person, branch_id, customer_id))
        rows += [Holding(customer_id=customer_id, product=p) for p in sorted(person.products)]
        rows += [_label(customer_id, carried) for carried in person.labels]
        rows += _consents(person, branch_id, customer_id)
    return rows


def _customer(person: Person, branch_id: int, customer_id: int) -> Customer:
    return Customer(
        id=customer_id, branch_id=branch_id, name="张三", birth_year=person.birth_year,
        tier=person.tier, lifecycle=person.lifecycle, cell_id=person.cell,
        distance_m=person.distance_m, walk_min=person.walk_min, owner_id=person.owner, has_child=person.has_child,
        moved_in_on=person.moved_in_on, opened_on=person.opened_on, occupation=person.occupation,
        organisation=person.organisation, created_at=NOON, updated_at=NOON,
    )  # fmt: skip


def _label(customer_id: int, carried: Any) -> CustomerLabel:
    return CustomerLabel(
        customer_id=customer_id, label_id=SLUGS.index(carried.slug) + 1,
        source=LabelSource.IMPORT, confidence=carried.confidence, given_on=date(2026, 1, 1),
        expires_on=carried.expires_on, updated_at=NOON,
    )  # fmt: skip


def _consents(person: Person, branch_id: int, customer_id: int) -> list[Consent]:
    """Grant what was agreed; refuse the rest after having granted it once."""
    given: list[Consent] = []
    for purpose in (Purpose.MARKETING_SMS, Purpose.PROFILING):
        common = {"customer_id": customer_id, "branch_id": branch_id, "purpose": purpose,
                  "obtained_how": "at_the_desk"}  # fmt: skip
        given.append(Consent(state=ConsentState.GRANTED, given_at=NOON - timedelta(9), **common))
        if purpose not in person.agreed:
            later = NOON - timedelta(1)
            given.append(Consent(state=ConsentState.REFUSED, given_at=later, **common))
    return given
