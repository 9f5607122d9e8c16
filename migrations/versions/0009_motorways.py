"""Motorways are a kind of place of their own: nobody walks along them, and they part cells.

Roads that are there stay roads until their file is brought in again, which tells them apart.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing to do: a kind is a word."""


def downgrade() -> None:
    """A program that knows no motorways reads them as the roads they were."""
    for name in ("place", "place_import"):
        table = sa.table(name, sa.column("kind", sa.String()))
        op.execute(sa.update(table).where(table.c.kind == "motorway").values(kind="road"))
