"""Indexes for what is done and what is archived, among millions

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ENDED = "state IN ('resolved', 'rejected', 'merged', 'closed', 'withdrawn')"


def upgrade() -> None:
    newest = [sa.text("created_at DESC"), sa.text("id DESC")]
    op.create_index("ix_reports_not_closed", "reports", newest, postgresql_where=sa.text("state <> 'closed'"))
    op.create_index(
        "ix_reports_to_close",
        "reports",
        ["id", "settled_at"],
        postgresql_where=sa.text("state IN ('resolved', 'rejected')"),
    )
    op.create_index(
        "ix_reports_settled_at_id",
        "reports",
        [sa.text("settled_at DESC NULLS LAST"), sa.text("id DESC")],
        postgresql_where=sa.text(ENDED),
    )
    op.create_index("ix_reports_commune_code_unit_id", "reports", ["commune_code", "unit_id"])
    op.drop_index("ix_reports_commune_code", table_name="reports")
    op.drop_index("ix_reports_demo", table_name="reports")
    op.create_index("ix_reports_demo", "reports", ["demo"])
    op.create_table(
        "archived_reports",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_archived_reports")),
    )


def downgrade() -> None:
    op.drop_table("archived_reports")
    op.drop_index("ix_reports_demo", table_name="reports")
    op.create_index("ix_reports_demo", "reports", ["id"], postgresql_where=sa.text("demo"))
    op.create_index("ix_reports_commune_code", "reports", ["commune_code"])
    for name in ("commune_code_unit_id", "settled_at_id", "to_close", "not_closed"):
        op.drop_index(f"ix_reports_{name}", table_name="reports")
