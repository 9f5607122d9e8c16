"""first release."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("object_type", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.String(length=64), nullable=False),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_entry")),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "branch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("entered_lon", sa.Float(), nullable=False),
        sa.Column("entered_lat", sa.Float(), nullable=False),
        sa.Column("entered_datum", sa.String(length=32), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("catchment_radius_m", sa.Float(), nullable=False),
        sa.Column("catchment_wkb", sa.LargeBinary(), nullable=True),
        sa.Column("customer_count", sa.Integer(), nullable=True),
        sa.Column("transaction_count", sa.Integer(), nullable=True),
        sa.Column("counts_on", sa.Date(), nullable=True),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_branch")),
        sa.UniqueConstraint("code", name=op.f("uq_branch_code")),
    )
    op.create_table(
        "kept_answer",
        sa.Column("actor_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "key", name=op.f("pk_kept_answer")),
    )
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_kept_answer_created_at"), ["created_at"], unique=False)

    op.create_table(
        "label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("name_zh", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.String(length=60), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["label.id"], name=op.f("fk_label_parent_id_label")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_label")),
        sa.UniqueConstraint("slug", name=op.f("uq_label_slug")),
    )
    with op.batch_alter_table("label", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_label_parent_id"), ["parent_id"], unique=False)

    op.create_table(
        "event_series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_event_series_branch_id_branch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_series")),
    )
    with op.batch_alter_table("event_series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_series_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "label_alias",
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_label_alias_label_id_label")
        ),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_label_alias")),
    )
    with op.batch_alter_table("label_alias", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_label_alias_label_id"), ["label_id"], unique=False)

    op.create_table(
        "label_relation",
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("related_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_label_relation_label_id_label")
        ),
        sa.ForeignKeyConstraint(
            ["related_id"], ["label.id"], name=op.f("fk_label_relation_related_id_label")
        ),
        sa.PrimaryKeyConstraint("label_id", "related_id", name=op.f("pk_label_relation")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("display_name", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=32), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failed_count", sa.Integer(), nullable=False),
        sa.Column("locked_until", sqlmodel.UTCDateTime(), nullable=True),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_user_account_branch_id_branch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_account_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "venue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_venue_branch_id_branch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
    )
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_venue_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "api_token",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "export_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("object_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("masked", sa.Boolean(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("dropped", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("taken_by", sa.Integer(), nullable=False),
        sa.Column("taken_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_export_entry_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["taken_by"], ["user_account.id"], name=op.f("fk_export_entry_taken_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_entry")),
    )
    with op.batch_alter_table("export_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_entry_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_entry_taken_at"), ["taken_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_entry_taken_by"), ["taken_by"], unique=False)

    op.create_table(
        "grid_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("spec", sa.JSON(), nullable=False),
        sa.Column("area_wkb", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("published_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_grid_plan_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_grid_plan_created_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_plan")),
        sa.UniqueConstraint("branch_id", "version", name=op.f("uq_grid_plan_branch_id_version")),
    )
    with op.batch_alter_table("grid_plan", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grid_plan_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(
            "uq_grid_plan_published",
            ["branch_id"],
            unique=True,
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )

    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("sheet", sa.String(length=80), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("datum", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("committed_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_import_file_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_import_file_created_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
    )
    with op.batch_alter_table("import_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_file_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_import_file_sha256"), ["sha256"], unique=False)

    op.create_table(
        "outcome_ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("committed_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_outcome_ledger_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user_account.id"],
            name=op.f("fk_outcome_ledger_created_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome_ledger")),
    )
    with op.batch_alter_table("outcome_ledger", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_outcome_ledger_branch_id"), ["branch_id"], unique=False
        )

    op.create_table(
        "place_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("licence", sa.String(length=160), nullable=False),
        sa.Column("datum", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("kind_property", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("committed_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_place_import_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"],
            ["user_account.id"],
            name=op.f("fk_place_import_created_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_import")),
    )
    with op.batch_alter_table("place_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_import_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("slug", sa.String(length=40), nullable=True),
        sa.Column("name_zh", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("predicate", sa.JSON(), nullable=False),
        sa.Column("playbook", sa.JSON(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("archived_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_segment_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_segment_created_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sa.UniqueConstraint("slug", name=op.f("uq_segment_slug")),
    )
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_segment_branch_id"), ["branch_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("last_seen_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("expires_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_user_session_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_session_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_user_session")),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "grid_cell",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("lead_id", sa.Integer(), nullable=True),
        sa.Column("backup_id", sa.Integer(), nullable=True),
        sa.Column("wkb", sa.LargeBinary(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("min_lon", sa.Float(), nullable=False),
        sa.Column("min_lat", sa.Float(), nullable=False),
        sa.Column("max_lon", sa.Float(), nullable=False),
        sa.Column("max_lat", sa.Float(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("merchants", sa.Integer(), nullable=True),
        sa.Column("buildings", sa.Integer(), nullable=True),
        sa.Column("competitors", sa.Integer(), nullable=True),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("profiled_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["backup_id"], ["user_account.id"], name=op.f("fk_grid_cell_backup_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_grid_cell_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["lead_id"], ["user_account.id"], name=op.f("fk_grid_cell_lead_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["grid_plan.id"], name=op.f("fk_grid_cell_plan_id_grid_plan")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_cell")),
        sa.UniqueConstraint("plan_id", "key", name=op.f("uq_grid_cell_plan_id_key")),
    )
    with op.batch_alter_table("grid_cell", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grid_cell_backup_id"), ["backup_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grid_cell_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grid_cell_lead_id"), ["lead_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_grid_cell_plan_id"), ["plan_id"], unique=False)

    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_key", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("source_ref", sa.String(length=64), nullable=False),
        sa.Column("licence", sa.String(length=160), nullable=False),
        sa.Column("wkb", sa.LargeBinary(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("min_lon", sa.Float(), nullable=False),
        sa.Column("min_lat", sa.Float(), nullable=False),
        sa.Column("max_lon", sa.Float(), nullable=False),
        sa.Column("max_lat", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_place_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["place_import.id"], name=op.f("fk_place_import_id_place_import")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place")),
        sa.UniqueConstraint(
            "branch_id", "source", "source_ref", name=op.f("uq_place_branch_id_source_source_ref")
        ),
    )
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_place_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_place_import_id"), ["import_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_place_name_key"), ["name_key"], unique=False)

    op.create_table(
        "segment_freeze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("predicate", sa.JSON(), nullable=False),
        sa.Column("used_for", sa.String(length=80), nullable=False),
        sa.Column("member_count", sa.Integer(), nullable=False),
        sa.Column("frozen_by", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_segment_freeze_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["frozen_by"],
            ["user_account.id"],
            name=op.f("fk_segment_freeze_frozen_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_freeze_segment_id_segment")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment_freeze")),
    )
    with op.batch_alter_table("segment_freeze", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_segment_freeze_branch_id"), ["branch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_segment_freeze_segment_id"), ["segment_id"], unique=False
        )

    op.create_table(
        "segment_label",
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_segment_label_label_id_label")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segment.id"], name=op.f("fk_segment_label_segment_id_segment")
        ),
        sa.PrimaryKeyConstraint("segment_id", "label_id", name=op.f("pk_segment_label")),
    )
    op.create_table(
        "cell_label",
        sa.Column("cell_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["grid_cell.id"], name=op.f("fk_cell_label_cell_id_grid_cell")
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_cell_label_label_id_label")
        ),
        sa.PrimaryKeyConstraint("cell_id", "label_id", name=op.f("pk_cell_label")),
    )
    with op.batch_alter_table("cell_label", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cell_label_label_id"), ["label_id"], unique=False)

    op.create_table(
        "customer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=64), nullable=True),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=True),
        sa.Column("gender", sa.String(length=8), nullable=False),
        sa.Column("birth_year", sa.Integer(), nullable=True),
        sa.Column("occupation", sa.String(length=80), nullable=False),
        sa.Column("organisation", sa.String(length=120), nullable=False),
        sa.Column("community", sa.String(length=120), nullable=False),
        sa.Column("building", sa.String(length=80), nullable=False),
        sa.Column("entered_lon", sa.Float(), nullable=True),
        sa.Column("entered_lat", sa.Float(), nullable=True),
        sa.Column("entered_datum", sa.String(length=32), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("placed_by", sa.String(length=32), nullable=True),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("aum_fen", sa.BigInteger(), nullable=True),
        sa.Column("tier", sa.String(length=32), nullable=True),
        sa.Column("lifecycle", sa.String(length=32), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("has_child", sa.Boolean(), nullable=True),
        sa.Column("moved_in_on", sa.Date(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("last_active_on", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("do_not_contact", sa.Boolean(), nullable=False),
        sa.Column("is_staff", sa.Boolean(), nullable=False),
        sa.Column("deceased", sa.Boolean(), nullable=False),
        sa.Column("open_complaint", sa.Boolean(), nullable=False),
        sa.Column("care_until", sa.Date(), nullable=True),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_customer_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["grid_cell.id"], name=op.f("fk_customer_cell_id_grid_cell")
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["user_account.id"], name=op.f("fk_customer_owner_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer")),
        sa.UniqueConstraint("branch_id", "number", name=op.f("uq_customer_branch_id_number")),
        sa.UniqueConstraint("branch_id", "phone", name=op.f("uq_customer_branch_id_phone")),
    )
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_customer_birth_year"), ["birth_year"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(
            "ix_customer_branch_id_cell_id", ["branch_id", "cell_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_customer_cell_id"), ["cell_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_distance_m"), ["distance_m"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_lifecycle"), ["lifecycle"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_customer_tier"), ["tier"], unique=False)

    op.create_table(
        "event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.String(length=40), nullable=False),
        sa.Column("theme", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("venue_id", sa.Integer(), nullable=True),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("starts_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("ends_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("host_id", sa.Integer(), nullable=False),
        sa.Column("partner", sa.String(length=120), nullable=False),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("outcome_window_days", sa.Integer(), nullable=False),
        sa.Column("anonymous_count", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=2000), nullable=False),
        sa.Column("names_product", sa.Boolean(), nullable=False),
        sa.Column("submitted_by", sa.Integer(), nullable=True),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("review", sa.String(length=2000), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("closed_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("updated_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.CheckConstraint("taken <= capacity", name=op.f("ck_event_seats")),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_event_taken")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["user_account.id"], name=op.f("fk_event_approved_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_event_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["grid_cell.id"], name=op.f("fk_event_cell_id_grid_cell")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_event_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["host_id"], ["user_account.id"], name=op.f("fk_event_host_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["event_series.id"], name=op.f("fk_event_series_id_event_series")
        ),
        sa.ForeignKeyConstraint(
            ["submitted_by"], ["user_account.id"], name=op.f("fk_event_submitted_by_user_account")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_event_venue_id_venue")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
    )
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_event_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_cell_id"), ["cell_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_series_id"), ["series_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_starts_at"), ["starts_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_event_state"), ["state"], unique=False)

    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("notice_version", sa.String(length=40), nullable=False),
        sa.Column("obtained_how", sa.String(length=80), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("given_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_consent_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_consent_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["recorded_by"], ["user_account.id"], name=op.f("fk_consent_recorded_by_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "customer_label",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("attendances", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("updated_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_label_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["given_by"], ["user_account.id"], name=op.f("fk_customer_label_given_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_customer_label_label_id_label")
        ),
        sa.PrimaryKeyConstraint("customer_id", "label_id", name=op.f("pk_customer_label")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("customer_label", schema=None) as batch_op:
        batch_op.create_index(
            "ix_customer_label_label_customer", ["label_id", "customer_id"], unique=False
        )

    op.create_table(
        "customer_label_removed",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("attendances", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("given_by", sa.Integer(), nullable=True),
        sa.Column("removed_by", sa.Integer(), nullable=True),
        sa.Column("removed_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"],
            ["customer.id"],
            name=op.f("fk_customer_label_removed_customer_id_customer"),
        ),
        sa.ForeignKeyConstraint(
            ["given_by"],
            ["user_account.id"],
            name=op.f("fk_customer_label_removed_given_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_customer_label_removed_label_id_label")
        ),
        sa.ForeignKeyConstraint(
            ["removed_by"],
            ["user_account.id"],
            name=op.f("fk_customer_label_removed_removed_by_user_account"),
        ),
        sa.PrimaryKeyConstraint("customer_id", "label_id", name=op.f("pk_customer_label_removed")),
    )
    op.create_table(
        "customer_reveal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=False),
        sa.Column("at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_customer_reveal_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_customer_reveal_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_customer_reveal")),
    )
    with op.batch_alter_table("customer_reveal", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_customer_reveal_customer_id"), ["customer_id"], unique=False
        )
        batch_op.create_index("ix_customer_reveal_user_id_at", ["user_id", "at"], unique=False)

    op.create_table(
        "event_label",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("label_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_event_label_event_id_event")
        ),
        sa.ForeignKeyConstraint(
            ["label_id"], ["label.id"], name=op.f("fk_event_label_label_id_label")
        ),
        sa.PrimaryKeyConstraint("event_id", "label_id", name=op.f("pk_event_label")),
    )
    op.create_table(
        "export_member",
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_export_member_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export_entry.id"], name=op.f("fk_export_member_export_id_export_entry")
        ),
        sa.PrimaryKeyConstraint("export_id", "customer_id", name=op.f("pk_export_member")),
    )
    with op.batch_alter_table("export_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_export_member_customer_id"), ["customer_id"], unique=False
        )

    op.create_table(
        "freeze_member",
        sa.Column("freeze_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_freeze_member_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["freeze_id"],
            ["segment_freeze.id"],
            name=op.f("fk_freeze_member_freeze_id_segment_freeze"),
        ),
        sa.PrimaryKeyConstraint("freeze_id", "customer_id", name=op.f("pk_freeze_member")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holding",
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("product", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_holding_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("customer_id", "product", name=op.f("pk_holding")),
    )
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_holding_product"), ["product"], unique=False)

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("freeze_id", sa.Integer(), nullable=True),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("sent_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.Column("answered_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_invitation_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["grid_cell.id"], name=op.f("fk_invitation_cell_id_grid_cell")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_invitation_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_invitation_event_id_event")
        ),
        sa.ForeignKeyConstraint(
            ["freeze_id"],
            ["segment_freeze.id"],
            name=op.f("fk_invitation_freeze_id_segment_freeze"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invitation")),
        sa.UniqueConstraint(
            "event_id", "customer_id", name=op.f("uq_invitation_event_id_customer_id")
        ),
    )
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invitation_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_cell_id"), ["cell_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_invitation_customer_id"), ["customer_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_invitation_event_id"), ["event_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_freeze_id"), ["freeze_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invitation_sent_at"), ["sent_at"], unique=False)

    op.create_table(
        "outcome",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        sa.Column("first_event_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("product", sa.String(length=32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("sales_zone", sa.Boolean(), nullable=False),
        sa.Column("recording_ref", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("claimed_by", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=True),
        sa.Column("claimed_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.Column("decision_note", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_outcome_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["claimed_by"], ["user_account.id"], name=op.f("fk_outcome_claimed_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_outcome_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["user_account.id"], name=op.f("fk_outcome_decided_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["user_account.id"], name=op.f("fk_outcome_entered_by_user_account")
        ),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_outcome_event_id_event")),
        sa.ForeignKeyConstraint(
            ["first_event_id"], ["event.id"], name=op.f("fk_outcome_first_event_id_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("branch_id", "reference", name=op.f("uq_outcome_branch_id_reference")),
    )
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.create_index("ix_outcome_branch_id_state", ["branch_id", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_claimed_by"), ["claimed_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_outcome_event_id"), ["event_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_outcome_first_event_id"), ["first_event_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_outcome_happened_on"), ["happened_on"], unique=False)

    op.create_table(
        "registration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("guest_name", sa.String(length=80), nullable=False),
        sa.Column("guest_phone", sa.String(length=20), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("party_size", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("cancelled_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.Column("promoted_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.Column("checked_in_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.Column("checked_in_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("party_size between 1 and 20", name=op.f("ck_registration_party")),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_registration_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["grid_cell.id"], name=op.f("fk_registration_cell_id_grid_cell")
        ),
        sa.ForeignKeyConstraint(
            ["checked_in_by"],
            ["user_account.id"],
            name=op.f("fk_registration_checked_in_by_user_account"),
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_registration_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["event.id"], name=op.f("fk_registration_event_id_event")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration")),
    )
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_cell_id"), ["cell_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_customer_id"), ["customer_id"], unique=False
        )
        batch_op.create_index("ix_registration_queue", ["event_id", "state", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_registration_state"), ["state"], unique=False)
        batch_op.create_index(
            "uq_registration_active_customer",
            ["event_id", "customer_id"],
            unique=True,
            sqlite_where=sa.text("customer_id IS NOT NULL AND state <> 'cancelled'"),
            postgresql_where=sa.text("customer_id IS NOT NULL AND state <> 'cancelled'"),
        )

    op.create_table(
        "task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("assignee_id", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.Integer(), nullable=False),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.Column("done_at", sqlmodel.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["user_account.id"], name=op.f("fk_task_assignee_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_task_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["grid_cell.id"], name=op.f("fk_task_cell_id_grid_cell")
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["user_account.id"], name=op.f("fk_task_created_by_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_task_customer_id_customer")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task")),
    )
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_task_assignee_id"), ["assignee_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_cell_id"), ["cell_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_task_due_on"), ["due_on"], unique=False)

    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("branch_id", sa.Integer(), nullable=False),
        sa.Column("cell_id", sa.Integer(), nullable=True),
        sa.Column("customer_id", sa.Integer(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("visitor_id", sa.Integer(), nullable=False),
        sa.Column("companion_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=32), nullable=False),
        sa.Column("need", sa.String(length=200), nullable=False),
        sa.Column("next_step", sa.String(length=200), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=True),
        sa.Column("created_at", sqlmodel.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["branch_id"], ["branch.id"], name=op.f("fk_visit_branch_id_branch")
        ),
        sa.ForeignKeyConstraint(
            ["cell_id"], ["grid_cell.id"], name=op.f("fk_visit_cell_id_grid_cell")
        ),
        sa.ForeignKeyConstraint(
            ["companion_id"], ["user_account.id"], name=op.f("fk_visit_companion_id_user_account")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customer.id"], name=op.f("fk_visit_customer_id_customer")
        ),
        sa.ForeignKeyConstraint(
            ["visitor_id"], ["user_account.id"], name=op.f("fk_visit_visitor_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_branch_id"), ["branch_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_cell_id"), ["cell_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_visit_visited_on"), ["visited_on"], unique=False)

    op.create_table(
        "seat",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("number >= 1", name=op.f("ck_seat_number")),
        sa.ForeignKeyConstraint(["event_id"], ["event.id"], name=op.f("fk_seat_event_id_event")),
        sa.ForeignKeyConstraint(
            ["registration_id"],
            ["registration.id"],
            name=op.f("fk_seat_registration_id_registration"),
        ),
        sa.PrimaryKeyConstraint("event_id", "number", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_seat_registration_id"), ["registration_id"], unique=False
        )

    op.execute("INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '" + "0" * 64 + "')")
    _protect_the_audit()


def downgrade() -> None:
    _release_the_audit()
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_registration_id"))

    op.drop_table("seat")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_visited_on"))
        batch_op.drop_index(batch_op.f("ix_visit_customer_id"))
        batch_op.drop_index(batch_op.f("ix_visit_cell_id"))
        batch_op.drop_index(batch_op.f("ix_visit_branch_id"))

    op.drop_table("visit")
    with op.batch_alter_table("task", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_task_due_on"))
        batch_op.drop_index(batch_op.f("ix_task_customer_id"))
        batch_op.drop_index(batch_op.f("ix_task_cell_id"))
        batch_op.drop_index(batch_op.f("ix_task_branch_id"))
        batch_op.drop_index(batch_op.f("ix_task_assignee_id"))

    op.drop_table("task")
    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registration_active_customer",
            sqlite_where=sa.text("customer_id IS NOT NULL AND state <> 'cancelled'"),
            postgresql_where=sa.text("customer_id IS NOT NULL AND state <> 'cancelled'"),
        )
        batch_op.drop_index(batch_op.f("ix_registration_state"))
        batch_op.drop_index("ix_registration_queue")
        batch_op.drop_index(batch_op.f("ix_registration_customer_id"))
        batch_op.drop_index(batch_op.f("ix_registration_cell_id"))
        batch_op.drop_index(batch_op.f("ix_registration_branch_id"))

    op.drop_table("registration")
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcome_happened_on"))
        batch_op.drop_index(batch_op.f("ix_outcome_first_event_id"))
        batch_op.drop_index(batch_op.f("ix_outcome_event_id"))
        batch_op.drop_index(batch_op.f("ix_outcome_customer_id"))
        batch_op.drop_index(batch_op.f("ix_outcome_claimed_by"))
        batch_op.drop_index("ix_outcome_branch_id_state")

    op.drop_table("outcome")
    with op.batch_alter_table("invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_invitation_sent_at"))
        batch_op.drop_index(batch_op.f("ix_invitation_freeze_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_event_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_customer_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_cell_id"))
        batch_op.drop_index(batch_op.f("ix_invitation_branch_id"))

    op.drop_table("invitation")
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_holding_product"))

    op.drop_table("holding")
    op.drop_table("freeze_member")
    with op.batch_alter_table("export_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_member_customer_id"))

    op.drop_table("export_member")
    op.drop_table("event_label")
    with op.batch_alter_table("customer_reveal", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_reveal_user_id_at")
        batch_op.drop_index(batch_op.f("ix_customer_reveal_customer_id"))

    op.drop_table("customer_reveal")
    op.drop_table("customer_label_removed")
    with op.batch_alter_table("customer_label", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_label_label_customer")

    op.drop_table("customer_label")
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consent_customer_id"))
        batch_op.drop_index(batch_op.f("ix_consent_branch_id"))

    op.drop_table("consent")
    with op.batch_alter_table("event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_state"))
        batch_op.drop_index(batch_op.f("ix_event_starts_at"))
        batch_op.drop_index(batch_op.f("ix_event_series_id"))
        batch_op.drop_index(batch_op.f("ix_event_cell_id"))
        batch_op.drop_index(batch_op.f("ix_event_branch_id"))

    op.drop_table("event")
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_customer_tier"))
        batch_op.drop_index(batch_op.f("ix_customer_owner_id"))
        batch_op.drop_index(batch_op.f("ix_customer_lifecycle"))
        batch_op.drop_index(batch_op.f("ix_customer_distance_m"))
        batch_op.drop_index(batch_op.f("ix_customer_cell_id"))
        batch_op.drop_index("ix_customer_branch_id_cell_id")
        batch_op.drop_index(batch_op.f("ix_customer_branch_id"))
        batch_op.drop_index(batch_op.f("ix_customer_birth_year"))

    op.drop_table("customer")
    with op.batch_alter_table("cell_label", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cell_label_label_id"))

    op.drop_table("cell_label")
    op.drop_table("segment_label")
    with op.batch_alter_table("segment_freeze", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segment_freeze_segment_id"))
        batch_op.drop_index(batch_op.f("ix_segment_freeze_branch_id"))

    op.drop_table("segment_freeze")
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_name_key"))
        batch_op.drop_index(batch_op.f("ix_place_import_id"))
        batch_op.drop_index(batch_op.f("ix_place_branch_id"))

    op.drop_table("place")
    with op.batch_alter_table("grid_cell", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_grid_cell_plan_id"))
        batch_op.drop_index(batch_op.f("ix_grid_cell_lead_id"))
        batch_op.drop_index(batch_op.f("ix_grid_cell_branch_id"))
        batch_op.drop_index(batch_op.f("ix_grid_cell_backup_id"))

    op.drop_table("grid_cell")
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_session_user_id"))

    op.drop_table("user_session")
    with op.batch_alter_table("segment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_segment_branch_id"))

    op.drop_table("segment")
    with op.batch_alter_table("place_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_place_import_branch_id"))

    op.drop_table("place_import")
    with op.batch_alter_table("outcome_ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_outcome_ledger_branch_id"))

    op.drop_table("outcome_ledger")
    with op.batch_alter_table("import_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_file_sha256"))
        batch_op.drop_index(batch_op.f("ix_import_file_branch_id"))

    op.drop_table("import_file")
    with op.batch_alter_table("grid_plan", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_grid_plan_published",
            sqlite_where=sa.text("state = 'published'"),
            postgresql_where=sa.text("state = 'published'"),
        )
        batch_op.drop_index(batch_op.f("ix_grid_plan_branch_id"))

    op.drop_table("grid_plan")
    with op.batch_alter_table("export_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_entry_taken_by"))
        batch_op.drop_index(batch_op.f("ix_export_entry_taken_at"))
        batch_op.drop_index(batch_op.f("ix_export_entry_branch_id"))

    op.drop_table("export_entry")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_user_id"))

    op.drop_table("api_token")
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_venue_branch_id"))

    op.drop_table("venue")
    with op.batch_alter_table("user_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_user_account_branch_id"))

    op.drop_table("user_account")
    op.drop_table("label_relation")
    with op.batch_alter_table("label_alias", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_label_alias_label_id"))

    op.drop_table("label_alias")
    with op.batch_alter_table("event_series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_event_series_branch_id"))

    op.drop_table("event_series")
    with op.batch_alter_table("label", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_label_parent_id"))

    op.drop_table("label")
    with op.batch_alter_table("kept_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_kept_answer_created_at"))

    op.drop_table("kept_answer")
    op.drop_table("branch")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_entry_branch_id"))
        batch_op.drop_index(batch_op.f("ix_audit_entry_at"))

    op.drop_table("audit_entry")


def _protect_the_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_no_{verb.lower()} BEFORE {verb} ON audit_entry "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_entry_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_entry_refuse()"
    )


def _release_the_audit() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_no_update")
        op.execute("DROP TRIGGER audit_entry_no_delete")
        return
    op.execute("DROP TRIGGER audit_entry_no_change ON audit_entry")
    op.execute("DROP FUNCTION audit_entry_refuse()")
