"""A plan counts how often its cells were changed; how many steps it has can be the same twice."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_PLAN = sa.table(
    "grid_plan",
    *(sa.column(name, sa.Integer()) for name in ("id", "revision")),
    *(sa.column(name, sa.JSON()) for name in ("done", "undone")),
)


def upgrade() -> None:
    """Begin after the steps that there are, since drawn cells are numbered by them."""
    with op.batch_alter_table("grid_plan") as table:
        table.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("grid_plan") as table:
        table.alter_column("revision", server_default=None)
    bind, c = op.get_bind(), _PLAN.c
    for plan_id, done, undone in bind.execute(sa.select(c.id, c.done, c.undone)).all():
        steps = len(done) + len(undone)
        bind.execute(sa.update(_PLAN).where(c.id == plan_id).values(revision=steps))


def downgrade() -> None:
    with op.batch_alter_table("grid_plan") as table:
        table.drop_column("revision")
