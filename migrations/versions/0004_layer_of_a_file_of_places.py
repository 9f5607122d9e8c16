"""A file of places may have several layers; the one that is read is remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("place_import") as table:
        table.add_column(sa.Column("layer", sa.String(120), server_default="", nullable=False))
    with op.batch_alter_table("place_import") as table:
        table.alter_column("layer", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("place_import") as table:
        table.drop_column("layer")
