"""Consent as SQL: the last word counts, and it is found by its index."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.dialects import sqlite
from sqlmodel import select

from gridcrm.consent.clauses import allows
from gridcrm.consent.models import ConsentState, Purpose
from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from tests import make
from tests.cast import Cast
from tests.conftest import NOON

SMS = Purpose.MARKETING_SMS
GRANTED, REFUSED = ConsentState.GRANTED, ConsentState.REFUSED


@pytest.mark.parametrize(
    ("said", "allowed"),
    [
        ([(GRANTED, 0)], True),
        ([(GRANTED, 0), (REFUSED, 1)], False),
        ([(REFUSED, 1), (GRANTED, 0)], False),
        ([(REFUSED, 0), (GRANTED, 1)], True),
        ([(GRANTED, 0), (REFUSED, 0)], False),
        ([(REFUSED, 0), (GRANTED, 0)], True),
    ],
)
async def test_the_later_statement_counts_and_of_two_at_once_the_one_written_last(
    database: Database, cast: Cast, said: list[tuple[ConsentState, int]], allowed: bool
):
    async with database.transaction() as session:
        zhang = make.customer(cast.a)
        session.add(zhang)
        for state, minutes in said:
            await session.flush()
            given_at = NOON - timedelta(days=1) + timedelta(minutes=minutes)
            session.add(make.consent(zhang, SMS, state=state, given_at=given_at))
            session.add(make.consent(zhang, Purpose.EVENT_PHOTO, state=REFUSED))
    async with database.read() as session:
        found = (await session.exec(select(Customer.id).where(allows(SMS, NOON)))).all()
    assert found == ([zhang.id] if allowed else [])


def test_a_consent_is_found_by_customer_purpose_and_time(migrated_sqlite: Path):
    asked = select(Customer.id).where(allows(SMS, NOON))
    sql = asked.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
    with closing(sqlite3.connect(migrated_sqlite)) as database:
        plan = [row[3] for row in database.execute(f"explain query plan {sql}")]
    index = "INDEX ix_consent_customer_id_purpose_given_at (customer_id=? AND purpose=?"
    assert [step.partition("USING ")[2] for step in plan if " consent_" in step] == [
        f"{index})", f"COVERING {index} AND given_at>?)",
    ]  # fmt: skip
