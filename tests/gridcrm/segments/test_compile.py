"""The SQL of a predicate finds the same people as a plain reading of it does."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, insert
from sqlmodel import Session, SQLModel, col, select

from gridcrm.app import install_registries
from gridcrm.core import tables
from gridcrm.core.db import Database
from gridcrm.customers.models import Customer
from gridcrm.labels.models import Label
from gridcrm.segments import predicate, registry
from gridcrm.segments.condition import Context
from tests import make
from tests.cast import Cast
from tests.conftest import NOON
from tests.gridcrm.segments.brute import TODAY, Person, holds
from tests.gridcrm.segments.stored import label_rows, rows_of
from tests.gridcrm.segments.worlds import ACTIVE, each_kind, predicates, worlds

CELLS, STAFF = [1, 2, 3], [1, 2]
BRANCH = 1
CONTEXT = Context(NOON, TODAY, BRANCH, "Asia/Shanghai")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """Every table in memory; foreign keys are off, so that a world needs nothing around it."""
    tables.load_all()
    made = create_engine("sqlite://")
    SQLModel.metadata.create_all(made)
    with made.begin() as connection:
        connection.execute(insert(Label), label_rows())
    yield made
    made.dispose()


@settings(max_examples=300, deadline=None)
@given(world=worlds(CELLS, STAFF), asked=predicates(CELLS, STAFF))
def test_the_sql_finds_whom_a_plain_reading_finds(
    engine: Engine, world: list[Person], asked: dict[str, Any]
):
    with engine.connect() as connection, connection.begin() as undone:
        session = Session(connection)
        session.add_all(rows_of(world, BRANCH))
        session.flush()
        query = select(Customer.id).where(predicate.compile_predicate(asked, CONTEXT))
        found = set(session.exec(query))
        undone.rollback()

    assert found == {n for n, person in enumerate(world, 1) if holds(asked, person, ACTIVE)}


@settings(max_examples=100, deadline=None)
@given(asked=predicates(CELLS, STAFF))
def test_a_predicate_survives_being_stored_and_reads_as_a_sentence(asked: dict[str, Any]):
    node = predicate.parse(asked)
    assert predicate.parse(predicate.dump(node)) == node
    assert predicate.explain(asked, {}).startswith("People who ")


def test_no_kind_of_condition_is_forgotten_here():
    asked = {str(one["kind"]) for one in each_kind(CELLS, STAFF)}
    assert asked | {"attended", "invited"} == registry.conditions().keys() | {"attended", "invited"}


def test_arguments_never_become_part_of_the_sql(engine: Engine):
    words = {"kind": "occupation", "contains": ["'; drop table customer; --", "100%_"]}
    text = str(predicate.compile_predicate(words, CONTEXT).compile(engine))
    assert "drop table" not in text
    assert "100%" not in text


def test_no_condition_searches_a_whole_table_for_each_person(engine: Engine):
    """What SQLite plans: an index leads to the rows of every subquery."""
    install_registries()
    asked = [*each_kind(CELLS, STAFF), {"kind": "attended"}, {"kind": "invited"}]
    clause = predicate.compile_predicate({"all": [{"not": one} for one in asked]}, CONTEXT)
    query = select(Customer.id).where(Customer.branch_id == BRANCH, clause)
    sql = query.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    assert plan[0].startswith("SEARCH customer USING INDEX")
    assert [step for step in plan if "SCAN" in step] == []


@pytest.mark.parametrize("example", range(4))
async def test_both_databases_find_whom_a_plain_reading_finds(
    database: Database, cast: Cast, example: int
):
    async with database.transaction() as session:
        plan = await make.plan(session, cast.a, cast.hang)
        cells = [make.cell(cast.a, plan) for _ in range(3)]
        session.add_all([Label(**row) for row in label_rows()])
        session.add_all(cells)
        await session.flush()
        ids = [cell.id or 0 for cell in cells]
        staff = [cast.zhou.user_id, cast.wang.user_id]
        world, asked = _drawn(ids, staff, example)
        rows = rows_of(world, cast.a.id or 0)
        session.add_all([row for row in rows if isinstance(row, Customer)])
        await session.flush()
        session.add_all(rows)

    context = Context(NOON, TODAY, cast.a.id or 0, "Asia/Shanghai")
    async with database.read() as session:
        for tree in [*asked, *each_kind(ids, staff)]:
            clause = predicate.compile_predicate(tree, context)
            found = set(await session.exec(select(col(Customer.id)).where(clause)))
            assert found == {n for n, x in enumerate(world, 1) if holds(tree, x, ACTIVE)}, tree


def _drawn(
    cells: list[int], staff: list[int], number: int
) -> tuple[list[Person], list[dict[str, Any]]]:
    """Return a world of its own for each example, and twenty questions about it."""
    kept: list[Any] = []

    @seed(number)
    @settings(max_examples=1, deadline=None, database=None, phases=[Phase.generate])
    @given(
        world=st.lists(worlds(cells, staff), min_size=4, max_size=4),
        asked=st.lists(predicates(cells, staff), min_size=20, max_size=20),
    )
    def draw(world: list[list[Person]], asked: list[dict[str, Any]]) -> None:
        kept.append(([person for part in world for person in part], asked))

    draw()
    return kept[-1]
