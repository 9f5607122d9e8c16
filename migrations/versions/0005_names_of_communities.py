"""Where a written name of a community leads is remembered by itself, so it can be taken back."""

import unicodedata

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_CUSTOMER = sa.table("customer", *map(sa.column, ("branch_id", "community", "lon", "lat", "placed_by")), sa.column("updated_at", sqlmodel.UTCDateTime()))  # fmt: skip
_PLACE = sa.table("place", *map(sa.column, ("branch_id", "name")))


def upgrade() -> None:
    made = op.create_table(
        "community_alias",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(120), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_community_alias_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_community_alias_decided_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_alias")),
        sa.UniqueConstraint("branch_id", "name_key", name=op.f("uq_community_alias_branch_id_name_key")),
    )  # fmt: skip
    rows = _decided_before(op.get_bind())
    if rows:
        op.bulk_insert(made, rows)


def downgrade() -> None:
    op.drop_table("community_alias")


def _decided_before(bind):
    """Names that lead to one place by where people were put, and to no place of that name."""
    places = {
        (branch, _key(name))
        for branch, name in bind.execute(sa.select(_PLACE.c.branch_id, _PLACE.c.name))
    }
    c = _CUSTOMER.c
    put = sa.select(c.branch_id, c.community, c.lon, c.lat, sa.func.max(c.updated_at).label("at"))
    by_name = put.where(c.placed_by == "community", c.lon.is_not(None), c.community != "")
    found = {}
    for branch, name, lon, lat, at in bind.execute(
        by_name.group_by(c.branch_id, c.community, c.lon, c.lat)
    ):
        found.setdefault((branch, _key(name)), []).append((name, lon, lat, at))
    return [
        {"branch_id": branch, "name": name, "name_key": key, "place": "", "lon": lon, "lat": lat, "decided_by": None, "decided_at": at}
        for (branch, key), spots in sorted(found.items())
        if key and (branch, key) not in places and len({spot[1:3] for spot in spots}) == 1
        for name, lon, lat, at in spots[:1]
    ]  # fmt: skip


def _key(name):
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(mark for mark in plain if mark.isalnum())
