"""Motorways are a kind of place of their own: nobody walks along them, and they part cells.

Roads that are there stay roads until their file is taken back and brought in again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PLACE = sa.table("place", sa.column("kind", sa.String()))
_FILE = sa.table(
    "place_import",
    sa.column("id", sa.Integer()),
    sa.column("kind", sa.String()),
    sa.column("report", sa.JSON()),
)


def upgrade() -> None:
    """Nothing to do: a kind is a word."""


def downgrade() -> None:
    """A program that knows no motorways reads them as the roads they were."""
    for table in (_PLACE, _FILE):
        op.execute(sa.update(table).where(table.c.kind == "motorway").values(kind="road"))
    bind = op.get_bind()
    for file_id, report in bind.execute(sa.select(_FILE.c.id, _FILE.c.report)).all():
        kinds = dict(report.get("kinds", {}))
        if motorways := kinds.pop("motorway", 0):
            kinds["road"] = kinds.get("road", 0) + motorways
            told = sa.update(_FILE).where(_FILE.c.id == file_id)
            bind.execute(told.values(report=report | {"kinds": kinds}))
