"""The steps of the process

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reports", sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("questions", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("forwards", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("extensions", sa.Integer(), server_default="0", nullable=False))
    op.add_column("reports", sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("reports", sa.Column("stars", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("reports", "stars")
    op.drop_column("reports", "settled_at")
    op.drop_column("reports", "extensions")
    op.drop_column("reports", "forwards")
    op.drop_column("reports", "questions")
    op.drop_column("reports", "asked_at")
