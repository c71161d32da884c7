"""Indexes of what is open and of what was settled lately

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_reports_open",
        "reports",
        ["unit_id", "area_code", "category_id"],
        postgresql_where=sa.text("state IN ('received', 'needs_info', 'in_progress')"),
        postgresql_include=[
            *("id", "state", "created_at", "accept_due", "resolve_due", "questions"),
            *("urgent", "needs_confirmation", "second_of_id", "demo"),
        ],
    )
    op.create_index(
        "ix_events_settling",
        "events",
        ["at"],
        postgresql_where=sa.text("action IN ('resolve', 'reject', 'merge', 'withdraw', 'split', 'rate')"),
    )


def downgrade() -> None:
    op.drop_index("ix_events_settling", table_name="events")
    op.drop_index("ix_reports_open", table_name="reports")
