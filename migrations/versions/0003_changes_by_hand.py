"""Plans remember what changes by hand replaced, so that these can be taken back and made again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_COLUMNS = ("done", "undone")


def upgrade() -> None:
    with op.batch_alter_table("grid_plan") as table:
        for name in _COLUMNS:
            table.add_column(sa.Column(name, sa.JSON(), server_default="[]", nullable=False))
    with op.batch_alter_table("grid_plan") as table:
        for name in _COLUMNS:
            table.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("grid_plan") as table:
        for name in reversed(_COLUMNS):
            table.drop_column(name)
