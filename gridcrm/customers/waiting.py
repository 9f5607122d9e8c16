"""Who has no position or no cell yet, by community, with guesses where that community lies."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from gridcrm.core.who import Who
from gridcrm.customers import placing, queries
from gridcrm.customers.models import Customer
from gridcrm.customers.placement import Guess

MOST = 50
_SURE, _LEAD = 95, 5


@dataclass(frozen=True)
class WaitingCommunity:
    """People whose community is on no list of places, and the places most like it."""

    name: str
    people: int
    first_id: int
    guesses: Sequence[Guess]

    @property
    def is_sure(self) -> bool:
        """Whether the first guess is as good as the name, and no other place comes near it."""
        scores = [guess.score for guess in self.guesses]
        return (
            bool(scores) and scores[0] >= _SURE and scores[0] - max(scores[1:], default=0) >= _LEAD
        )


@dataclass(frozen=True)
class Waiting:
    """The queue of people without a place: by community, one by one, and those outside the grid."""

    communities: list[WaitingCommunity]
    more_communities: int
    others: list[Customer]
    without_position: int
    outside: int


async def waiting(session: AsyncSession, who: Who) -> Waiting:
    """Return who of those this person may see is still without a place."""
    unknown = col(Customer.lon).is_(None)
    mine = queries.visible(who)
    by_name = (
        mine.where(unknown, Customer.community != "")
        .with_only_columns(
            col(Customer.community),
            func.count(),
            func.min(col(Customer.id)),
            maintain_column_froms=True,
        )
        .group_by(col(Customer.community))
        .order_by(func.count().desc(), col(Customer.community))
    )
    connection = await session.connection()
    groups = (await connection.execute(by_name)).all()
    gazetteer = await placing.gazetteer_of(session, who.here)
    names = [name for name, _people, _first_id in groups[:MOST]]
    guessed = await asyncio.to_thread(lambda: [gazetteer.guesses(name) for name in names])
    others = mine.where(unknown, Customer.community == "").order_by(col(Customer.id)).limit(MOST)
    outside = mine.where(~unknown, col(Customer.cell_id).is_(None))
    counting = func.count()
    count = [
        (await session.exec(q.with_only_columns(counting, maintain_column_froms=True))).one()  # type: ignore[call-overload]
        for q in (mine.where(unknown), outside)
    ]
    return Waiting(
        communities=[
            WaitingCommunity(name, people, first_id or 0, guesses)
            for (name, people, first_id), guesses in zip(groups[:MOST], guessed, strict=True)
        ],
        more_communities=max(0, len(groups) - MOST),
        others=list(await session.exec(others)),
        without_position=count[0],
        outside=count[1],
    )
