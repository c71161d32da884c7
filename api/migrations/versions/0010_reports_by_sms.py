"""Reports that come as text messages

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sms_messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number_hash", sa.LargeBinary(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("reply_to", sa.String(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.id"], name=op.f("fk_sms_messages_report_id_reports"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_messages")),
        sa.UniqueConstraint("number_hash", name=op.f("uq_sms_messages_number_hash")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sms_messages_token_hash")),
    )
    op.create_index(op.f("ix_sms_messages_reference"), "sms_messages", ["reference"])
    op.create_index(op.f("ix_sms_messages_report_id"), "sms_messages", ["report_id"])


def downgrade() -> None:
    op.drop_table("sms_messages")
