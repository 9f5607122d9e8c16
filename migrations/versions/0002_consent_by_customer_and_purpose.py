"""Consent is looked up by customer, purpose and time."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COLUMNS = ["customer_id", "purpose", "given_at"]


def upgrade() -> None:
    op.create_index("ix_consent_customer_id_purpose_given_at", "consent", _COLUMNS)
    op.drop_index("ix_consent_customer_id", table_name="consent")


def downgrade() -> None:
    op.create_index("ix_consent_customer_id", "consent", ["customer_id"])
    op.drop_index("ix_consent_customer_id_purpose_given_at", table_name="consent")
