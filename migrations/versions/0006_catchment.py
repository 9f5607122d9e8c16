"""Cells and customers know the walk to the branch and its expected share; branches know by what."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLES = ("grid_cell", "customer")
_COLUMNS = ("walk_min", "branch_share")


def upgrade() -> None:
    op.create_table(
        "catchment",
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("rings_m", sa.JSON(), nullable=False),
        sa.Column("minutes", sa.JSON(), nullable=False),
        sa.Column("speed_m_per_min", sa.Float(), nullable=False),
        sa.Column("decay", sa.Float(), nullable=False),
        sa.Column("attraction", sa.Float(), nullable=False),
        sa.Column("attractions", sa.JSON(), nullable=False),
        sa.Column("basis", sa.String(200), nullable=False),
        sa.Column("streets", sa.Integer(), nullable=False),
        sa.Column("competitors", sa.Integer(), nullable=False),
        sa.Column("reachable", sa.Float(), nullable=True),
        sa.Column("areas_wkb", sa.LargeBinary(), nullable=True),
        sa.Column("worked_out_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_catchment_branch_id_branch")
        ),
        sa.PrimaryKeyConstraint("branch_id", name=op.f("pk_catchment")),
    )
    for name in _TABLES:
        for column in _COLUMNS:
            op.add_column(name, sa.Column(column, sa.Float(), nullable=True))


def downgrade() -> None:
    for name in _TABLES:
        for column in _COLUMNS:
            op.drop_column(name, column)
    op.drop_table("catchment")
